package main

import (
	"net/http"
	"strings"
	"testing"

	"madoguchi/signaling/access"
)

// The doors that only the whole program has: FHIR, and reading the audit trail.
func TestEveryCellOfFHIRAndTheTrail(t *testing.T) {
	at := base(t, launch(t, []string{home(t)}, anyPort...).untilReady())
	seats := map[access.Kind]string{
		access.Booth: "booth:shiomachihama-1", access.Desk: "desk:morita", access.Assistant: "assistant:morita", access.Counter: "counter:shiomachihama",
		access.Lobby: "lobby:shiomachihama", access.Admin: "admin:demo",
	}
	tokens := map[access.Kind]string{}
	for kind, seat := range seats {
		tokens[kind] = signIn(t, at, seat)
	}
	cells := 0
	for _, r := range []struct{ act, method, path string }{
		{"fhir", http.MethodGet, "/fhir/R4/Slot?_count=1"},
		{"fhir", http.MethodGet, "/fhir/R4/Appointment?_count=1"},
		{"audit-read", http.MethodGet, "/v1/audit"},
		{"audit-verify", http.MethodPost, "/v1/audit/verify"},
		{"audit-export", http.MethodGet, "/v1/audit/export?format=csv"},
		{"break-glass-uses", http.MethodGet, "/v1/break-glass"},
	} {
		for kind, token := range tokens {
			status := statusOf(t, r.method, at+r.path, token)
			may := access.May(kind, access.HTTP, r.act) != access.No
			if refused := status == http.StatusForbidden || status == http.StatusUnauthorized; refused == may {
				t.Errorf("%s %s as %s: %d, the table says %q", r.method, r.path, kind, status, access.May(kind, access.HTTP, r.act))
			}
			cells++
		}
		for _, wrong := range []string{"", "x", tokens[access.Admin] + "x", strings.Replace(tokens[access.Admin], ".", ".e30", 1)} {
			if status := statusOf(t, r.method, at+r.path, wrong); status != http.StatusUnauthorized {
				t.Errorf("%s %s with no good token: %d", r.method, r.path, status)
			}
			cells++
		}
	}
	t.Logf("%d cells", cells)
}

func statusOf(t *testing.T, method, at, token string) int {
	t.Helper()
	r, err := http.NewRequest(method, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	return answer.StatusCode
}

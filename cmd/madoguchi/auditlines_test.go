package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"madoguchi/signaling/access"
	"madoguchi/signaling/acts"
	"madoguchi/signaling/audit"
)

// someone is a seat of a kind that the table of roles lets in; "" for an operation that needs none.
func someone(act string) string {
	seats := map[access.Kind]string{
		access.Counter: "counter:shiomachihama", access.Desk: "desk:morita", access.Assistant: "assistant:shiokaze",
		access.Booth: "booth:shiomachihama-1", access.Lobby: "lobby:shiomachihama", access.Admin: "admin:kansa",
	}
	for _, kind := range access.Kinds {
		if kind != access.Anybody && access.May(kind, access.HTTP, act) != access.No && access.May(access.Anybody, access.HTTP, act) == access.No {
			return seats[kind]
		}
	}
	return ""
}

func TestEveryOperationIsNotedAsTheTableSays(t *testing.T) {
	s := keptTrail(t, "")
	_, text := get(t, s.at+"/openapi.json")
	var api spec
	if err := json.Unmarshal([]byte(text), &api); err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{} // operation: with what status it was answered
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		for method, op := range api.Paths[path] {
			if strings.HasPrefix(op.OperationID, "audit-") {
				continue // of which the next test is
			}
			who, body := seatOf{t: t, at: s.at}, "{}"
			if seat := someone(op.OperationID); seat != "" {
				who = s.as(seat)
			}
			if op.RequestBody != nil {
				raw, err := json.Marshal(api.example(op.RequestBody.Content["application/json"].Schema))
				if err != nil {
					t.Fatal(err)
				}
				body = string(raw)
			}
			for range 2 {
				asked[op.OperationID] = who.status(strings.ToUpper(method), api.address(path, op), body)
			}
			if access.May(access.Anybody, access.HTTP, op.OperationID) == access.No {
				(seatOf{t: t, at: s.at}).status(strings.ToUpper(method), api.address(path, op), body)
			}
		}
	}
	s.rest("mark-lines")
	noted, actions := map[string][]audit.Opened{}, map[audit.Action]int{}
	for _, e := range s.kept() {
		what := e.Detail["what"]
		actions[e.Action]++
		if name := strings.TrimPrefix(string(e.Action), "http."); name != string(e.Action) {
			what = name
		}
		noted[what] = append(noted[what], e)
	}
	for name, status := range asked {
		act, seat := acts.Of(access.HTTP, name), someone(name)
		var mine, strangers []audit.Opened
		for _, e := range noted[name] {
			if e.Person.Address == "" || e.Sync.State == "" || e.At.IsZero() {
				t.Errorf("%s: from where, when, or how the clock stood is missing: %+v", name, e)
			}
			if e.Who == seat {
				mine = append(mine, e)
			} else {
				strangers = append(strangers, e)
			}
		}
		want := 0
		switch {
		case act.How == acts.Each:
			want = 2
		case act.How == acts.Hourly && status < 400:
			want = 1
		case act.How == acts.Hourly:
			want = 2
		case act.How == acts.Itself && status >= 400: // by whoever carried it out, or by the watch
			if want = len(mine); actions[act.As()] < 2 {
				t.Errorf("%s: no entry is a %s", name, act.As())
			}
		case status == http.StatusUnauthorized || status == http.StatusForbidden:
			want = 2
		}
		if len(mine) != want {
			t.Errorf("%s (%s), asked twice and answered %d: %d entries, want %d", name, act.How, status, len(mine), want)
		}
		for _, e := range mine {
			if e.Action != act.As() || (e.Outcome == audit.Success) != (status < 400) {
				t.Errorf("%s, answered %d: noted as %s, %s", name, status, e.Action, e.Outcome)
			}
		}
		if seat != "" && (len(strangers) != 1 || strangers[0].Outcome != audit.Refused || strangers[0].Who != "") {
			t.Errorf("%s without a token: %+v", name, strangers)
		}
	}
	if len(asked) < 75 {
		t.Errorf("only %d operations: does the test still see the API?", len(asked))
	}
}

// status asks and gives the status of the answer alone.
func (s seatOf) status(method, path, body string) int {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.at+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Forwarded-For", "192.0.2.77")
	request.Header.Set("Idempotency-Key", "one wish")
	if s.token != "" {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer response.Body.Close()
	return response.StatusCode
}

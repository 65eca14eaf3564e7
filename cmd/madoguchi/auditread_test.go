package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling/audit"
)

// readings are the ways to read the trail over HTTP.
var readings = []struct{ method, path, body string }{
	{"GET", "/v1/audit", ""}, {"GET", "/v1/audit/state", ""}, {"GET", "/v1/audit/export", ""}, {"POST", "/v1/audit/verify", ""},
	{"POST", "/v1/audit/reviews", `{"through":1}`},
}

func TestNobodyReadsTheTrailButWhomTheSettingsName(t *testing.T) {
	s := keptTrail(t, "")
	for _, row := range []struct {
		situation string
		who       seatOf
		status    int
	}{
		{"without a token", seatOf{t: t, at: s.at}, 401},
		{"as a booth", s.as("booth:shiomachihama-1"), 403},
		{"as a desk", s.as("desk:morita"), 403},
		{"as a reception", s.as("assistant:shiokaze"), 403},
		{"as a counter", s.as("counter:shiomachihama"), 403},
		{"as a lobby", s.as("lobby:shiomachihama"), 403},
		{"as another administrator", s.as("admin:ito"), 403},
		{"as a reader of another area", s.as("admin:kansa", "elsewhere"), 401},
		{"as the reader", s.as("admin:kansa"), 200},
	} {
		for _, r := range readings {
			want := row.status
			if want == 200 && strings.HasSuffix(r.path, "/reviews") {
				want = 201
			}
			if got := row.who.status(r.method, r.path, r.body); got != want {
				t.Errorf("%s %s %s: %d, want %d", row.situation, r.method, r.path, got, want)
			}
		}
	}
	s.rest("mark-readers")
	refused := map[string]int{}
	for _, e := range s.kept() {
		if e.Outcome == audit.Refused {
			refused[e.Who]++
		}
		if e.Outcome == audit.Success && e.Action.Kind() == audit.KindTrail && e.Who != "admin:kansa" && e.Who != "system" {
			t.Errorf("%s by %q", e.Action, e.Who)
		}
	}
	for _, who := range []string{"booth:shiomachihama-1", "desk:morita", "assistant:shiokaze", "counter:shiomachihama", "lobby:shiomachihama", "admin:ito"} {
		if refused[who] != len(readings) {
			t.Errorf("%d refusals of %s are noted, want %d", refused[who], who, len(readings))
		}
	}
}

func TestTheTrailIsFilteredVerifiedReviewedAndExportedOverHTTP(t *testing.T) {
	s := keptTrail(t, "")
	desk, reader := s.as("desk:morita"), s.as("admin:kansa")
	before := time.Now()
	desk.status("POST", "/v1/appointments/a_"+strings.Repeat("b", 26)+"/cancel", "")
	desk.status("POST", "/v1/desks/morita/feed", "")
	s.rest("mark-filter")
	for query, want := range map[string]int{
		"who=desk:morita": 2, "who=desk:morita&outcome=refused": 1, "visit=a_" + strings.Repeat("b", 26): 1, "action=http.feed-open": 1,
		"kind=booking": 2, "kind=people": 0, "who=desk:morita&office=nowhere": 0,
		"who=desk:morita&until=" + before.Add(-time.Hour).UTC().Format(time.RFC3339):                                                                 0,
		"who=desk:morita&from=" + before.Add(-time.Second).UTC().Format(time.RFC3339) + "&until=" + before.Add(time.Hour).UTC().Format(time.RFC3339): 2,
	} {
		list, _ := reader.ask("GET", "/v1/audit?"+query, "", 200)["entries"].([]any)
		if len(list) != want {
			t.Errorf("%s: %d entries, want %d: %v", query, len(list), want, list)
		}
	}
	whole := reader.ask("POST", "/v1/audit/verify", "", 200)
	if whole["whole"] != true || whole["entries"].(float64) < 5 {
		t.Errorf("verified: %v", whole)
	}
	reader.ask("POST", "/v1/audit/reviews", `{"through":1000000}`, 409)
	reader.ask("POST", "/v1/audit/reviews", `{"through":3,"remark":"十月分を見た"}`, 201)
	s.until("the review", func(e audit.Opened) bool {
		return e.Action == audit.AuditReview && e.Outcome == audit.Success && e.Detail["through"] == "3" && e.Person.Reason == "十月分を見た"
	})
	var state struct {
		Writing  bool
		Head     string
		Verified struct {
			By      string
			Through int
			Whole   bool
		}
		Reviews []struct {
			By, Remark string
			Through    int
		}
	}
	raw, err := json.Marshal(reader.ask("GET", "/v1/audit/state", "", 200))
	if err != nil || json.Unmarshal(raw, &state) != nil {
		t.Fatal(err)
	}
	if !state.Writing || !state.Verified.Whole || state.Verified.By != "admin:kansa" || state.Verified.Through < 5 || !strings.Contains(state.Head, ":") ||
		len(state.Reviews) != 1 || state.Reviews[0].By != "admin:kansa" || state.Reviews[0].Through != 3 || state.Reviews[0].Remark != "十月分を見た" {
		t.Errorf("state: %s", raw)
	}
	if bundle := reader.ask("GET", "/v1/audit/export?who=desk:morita", "", 200); bundle["resourceType"] != "Bundle" || len(bundle["entry"].([]any)) != 2 {
		t.Errorf("exported: %v", bundle)
	}
}

// Entries of a service that is kept for a shorter time lose their personal fields when it is over; the chain stays whole.
func TestPersonalFieldsGoWhenTheTimeOfTheirServiceIsOver(t *testing.T) {
	folder, keys := auditTrail(t)
	_, raw, err := openKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := audit.NewSecret(raw)
	if err != nil {
		t.Fatal(err)
	}
	signer, _, err := openKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	open := func() *audit.Writer {
		w, _, err := audit.Open(folder, audit.Options{Area: "east", Secret: secret, Signer: signer, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	w := open()
	for n, service := range []string{"gyosei-sodan", "medical", "gyosei-sodan", "card"} {
		err := w.Append(audit.Record{Entry: audit.Entry{
			At: now, Action: audit.PersonRead, Who: "desk:morita", Visit: fmt.Sprintf("a_v%d", n), Service: service, Personal: audit.Personal{Address: "192.0.2.9"},
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	keep, err := (&AuditSettings{AuditKeep: []string{"other=400d", "gyosei-sodan=30d", "medical=5y"}}).retention()
	if err != nil {
		t.Fatal(err)
	}
	has := func(visit string) bool {
		t.Helper()
		said := audited(t, 0, "export", folder, "--keys", keys, "--format", "csv", "--visit", visit)
		return strings.Contains(said, "192.0.2.9")
	}
	for _, row := range []struct {
		after      time.Duration
		sodan, med bool
		card       bool
	}{
		{29 * 24 * time.Hour, true, true, true},
		{2 * 24 * time.Hour, false, true, true},
		{370 * 24 * time.Hour, false, true, false},
		{3 * 365 * 24 * time.Hour, false, true, false},
		{400 * 24 * time.Hour, false, false, false},
	} {
		now = now.Add(row.after)
		if err := w.Rotate(); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Prune(keep); err != nil {
			t.Fatal(err)
		}
		sodan, med, card := has("a_v0") || has("a_v2"), has("a_v1"), has("a_v3")
		if sodan != row.sodan || med != row.med || card != row.card {
			t.Errorf("%s later: gyosei-sodan %v, medical %v, card %v", row.after, sodan, med, card)
		}
		audited(t, 0, "verify", folder, "--keys", keys)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "00000001.audit")); err == nil {
		t.Error("the oldest segment is still there when the longest time of all is over")
	}
}

func TestServeSaysWhatIsWrongWithTheFolderOfTheTrail(t *testing.T) {
	file, _ := serveConfig(t, realRedis(t))
	at := writeFile(t, "not-a-folder", "x")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, fmt.Appendf(text, "audit: %s\naudit-readers: [desk:morita]\n", at), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, log, code := output(t, nil, "serve", "--config", file); code != exitUsage || !strings.Contains(log, `"desk:morita" is no administrator; write admin:NAME`) {
		t.Errorf("ended with code %d:\n%s", code, log)
	}
}

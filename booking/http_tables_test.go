package booking_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"madoguchi/booking"
)

// tablesBody is the body of an import.
func tablesBody(t *testing.T, rules int64, tables map[string]string) string {
	t.Helper()
	type table struct {
		Name string `json:"name"`
		CSV  string `json:"csv"`
	}
	body := struct {
		Rules  int64   `json:"rules"`
		Tables []table `json:"tables"`
	}{Rules: rules}
	for name, text := range tables {
		body.Tables = append(body.Tables, table{name, base64.StdEncoding.EncodeToString([]byte(text))})
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

type importAnswer struct {
	Added, Changed int
	Files          []string
	Rules          int64
	Catalogue      string
}

func TestAdministratorsTakeTablesOutAndPutThemIn(t *testing.T) {
	w, _ := rulesWeb(t)
	const path = "/v1/catalogue/tables"
	answer := w.ask(ueda, "GET", path+"/desks.csv", "")
	if answer.Code != 200 || answer.Header().Get("Content-Type") != "text/csv; charset=utf-8" || answer.Header().Get("X-Rules") != "1" {
		t.Fatalf("exported %d, %v", answer.Code, answer.Header())
	}
	desks := answer.Body.String()
	lines := strings.Split(strings.TrimSpace(desks), "\n")
	at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "shiokaze-1") })
	if at < 0 {
		t.Fatalf("the desk is not in\n%s", desks)
	}
	added := strings.TrimSpace(desks) + "\n" + strings.Replace(strings.TrimSpace(lines[at]), "shiokaze-1", "shiokaze-9", 1) + "\n"
	body := tablesBody(t, 1, map[string]string{"desks.csv": added, "rosters.csv": "desk,days,from,to\nshiokaze-9,Mon-Fri,10:00,16:00\n"})

	dry := want[importAnswer](t, w.ask(ueda, "POST", path+"?dryRun=true", body), 200)
	if dry.Added != 1 || dry.Rules != 1 || len(dry.Files) != 1 {
		t.Errorf("would do %+v", dry)
	}
	if _, there := w.Directory().Desk("shiokaze-9"); there {
		t.Error("a dry run has changed the catalogue")
	}
	done := want[importAnswer](t, w.ask(ueda, "POST", path, body), 200)
	if done.Added != 1 || done.Rules != 2 || done.Catalogue != w.Directory().Fingerprint() {
		t.Errorf("did %+v", done)
	}
	if _, there := w.Directory().Desk("shiokaze-9"); !there {
		t.Error("the new desk is not in force")
	}
	file := w.ask(ueda, "GET", "/v1/catalogue/files/"+done.Files[0], "")
	if file.Code != 200 || !strings.Contains(file.Body.String(), "shiokaze-9") {
		t.Errorf("the file to be kept: %d %.200s", file.Code, file.Body)
	}
	refused(t, w.ask(ueda, "POST", path, body), 409, booking.SlugStaleRules)
	again := want[importAnswer](t, w.ask(ueda, "POST", path, strings.Replace(body, `"rules":1`, `"rules":2`, 1)), 200)
	if again.Added+again.Changed != 0 || again.Rules != 2 {
		t.Errorf("the same again: %+v", again)
	}
	for _, seat := range []string{"counter:shiomachihama", "desk:morita", "assistant:morita", "booth:shiomachihama-1"} {
		refused(t, w.ask(seat, "GET", path+"/desks.csv", ""), 403, booking.SlugNotYours)
		refused(t, w.ask(seat, "POST", path, body), 403, booking.SlugNotYours)
	}
}

func TestATableThatIsWrongChangesNothingAndNamesItsLine(t *testing.T) {
	w, _ := rulesWeb(t)
	body := tablesBody(t, 1, map[string]string{"rosters.csv": "desk,days,from,to\nnobody,Mon,10:00,16:00\nshiokaze-1,Someday,9,5\n"})
	p := refused(t, w.ask(ueda, "POST", "/v1/catalogue/tables", body), 422, booking.SlugCatalogue)
	var places []string
	for _, e := range p.Errors {
		places = append(places, e.Location)
	}
	if !slices.Contains(places, "rosters.csv:2") || w.Directory().Rules() != 1 {
		t.Errorf("found %v; rules %d", places, w.Directory().Rules())
	}
	if r := w.ask(ueda, "POST", "/v1/catalogue/tables", tablesBody(t, 1, map[string]string{"people.csv": "x"})); r.Code != 422 || !strings.Contains(r.Body.String(), "body.tables[0].name") {
		t.Errorf("a table that is none: %d %s", r.Code, r.Body)
	}
	refused(t, w.ask(ueda, "GET", "/v1/catalogue/files/other.yaml", ""), 404, booking.SlugCatalogue)
}

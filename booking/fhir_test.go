package booking_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"madoguchi/booking"
	"madoguchi/booking/fhir"
	"madoguchi/booking/redisstore/redistest"
)

// standard is the schema of the standard, compiled once.
var standard = sync.OnceValues(func() (func(kind string) (*jsonschema.Schema, error), error) {
	text, err := os.ReadFile(filepath.Join(os.Getenv("MADOGUCHI_DATA"), "fhir", "fhir.schema.json"))
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("fhir.json", doc); err != nil {
		return nil, err
	}
	return func(kind string) (*jsonschema.Schema, error) { return c.Compile("fhir.json#/definitions/" + kind) }, nil
})

// valid fails the test unless text is a valid resource of its type, and gives it.
func valid(t *testing.T, text []byte) map[string]any {
	t.Helper()
	if os.Getenv("MADOGUCHI_DATA") == "" {
		t.Skip("MADOGUCHI_DATA is not set: the schema of FHIR is needed")
	}
	compile, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	resource, _ := doc.(map[string]any)
	kind, _ := resource["resourceType"].(string)
	schema, err := compile(kind)
	if err != nil {
		t.Fatal(err)
	}
	// Bundles are checked entry by entry: that says which one is wrong, and against 150 types at once nothing.
	if entries, ok := resource["entry"].([]any); ok {
		for _, e := range entries {
			entry, _ := json.Marshal(e.(map[string]any)["resource"])
			valid(t, entry)
		}
	}
	if err := schema.Validate(doc); err != nil {
		t.Fatalf("%s: %v\n%s", kind, err, text)
	}
	return resource
}

// clinicSystem is a system of a clinic that speaks FHIR as a seat.
type clinicSystem struct {
	*desk
	t    *testing.T
	h    http.Handler
	seat string
}

func newClinicSystem(t *testing.T, seat string) *clinicSystem {
	t.Helper()
	k := newDesk(t, redistest.Mini(t), setting{})
	return &clinicSystem{k, t, k.FHIR("https://yoyaku.example.jp", "1.0"), seat}
}

func (s *clinicSystem) as(seat string) *clinicSystem { c := *s; c.seat = seat; return &c }

// ask sends a request and gives its status and its valid body.
func (s *clinicSystem) ask(method, path string, body any) (int, map[string]any) {
	s.t.Helper()
	var text []byte
	if body != nil {
		text, _ = json.Marshal(body)
	}
	r := httptest.NewRequest(method, "/fhir/R4/"+path, bytes.NewReader(text))
	r.Header.Set("Content-Type", fhir.MediaType)
	if s.seat != "" {
		r = r.WithContext(booking.WithCaller(r.Context(), booking.Caller{Seat: s.seat}))
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	if kind := w.Header().Get("Content-Type"); kind != "application/fhir+json; charset=utf-8" {
		s.t.Errorf("%s %s is %q", method, path, kind)
	}
	for _, secret := range []string{"ミナミ", "1456", "M-00731", "fusae"} {
		if strings.Contains(w.Body.String(), secret) {
			s.t.Errorf("%s %s tells %q", method, path, secret)
		}
	}
	return w.Code, valid(s.t, w.Body.Bytes())
}

// resources are those of a bundle, of one type.
func resources(bundle map[string]any, kind string) []map[string]any {
	var list []map[string]any
	entries, _ := bundle["entry"].([]any)
	for _, e := range entries {
		if r, _ := e.(map[string]any)["resource"].(map[string]any); r["resourceType"] == kind {
			list = append(list, r)
		}
	}
	return list
}

func TestEveryResourceIsValidAndCanBeReadByItsAddress(t *testing.T) {
	s := newClinicSystem(t, "assistant:morita")
	a := s.mustBook(t, wish(), withExtras(t, minami))
	day := a.Start.Format("2006-01-02")
	status, capability := s.as("").ask("GET", "metadata", nil)
	if status != 200 || capability["fhirVersion"] != "4.0.0" {
		t.Fatalf("metadata %d %v", status, capability)
	}
	for path, least := range map[string]int{
		"HealthcareService": 4, "Location": 9, "PractitionerRole": 6, "Schedule": 12, "Slot?schedule=Schedule/desk.morita&start=" + day: 3,
		"Slot?schedule=booth.shiomachihama-1&start=" + day: 3, "Appointment?date=" + day: 1,
	} {
		status, bundle := s.ask("GET", path, nil)
		kind, _, _ := strings.Cut(path, "?")
		found := resources(bundle, kind)
		if status != 200 || len(found) < least {
			t.Errorf("%s: %d, %d found, want %d at least", path, status, len(found), least)
			continue
		}
		id := found[0]["id"].(string)
		if status, one := s.ask("GET", kind+"/"+id, nil); status != 200 || !reflect.DeepEqual(one, found[0]) {
			t.Errorf("%s/%s: %d %v, listed as %v", kind, id, status, one, found[0])
		}
		if status, none := s.ask("GET", kind+"/nowhere", nil); status != 404 || none["resourceType"] != "OperationOutcome" {
			t.Errorf("%s/nowhere: %d %v", kind, status, none)
		}
	}
}

func TestSearchesFindWhatTheySay(t *testing.T) {
	s := newClinicSystem(t, "assistant:morita")
	for path, want := range map[string]string{
		"HealthcareService?service-type=medical":                       "medical.morita",
		"HealthcareService?organization=shimin&active=true":            "card.shimin",
		"Location?name=奥瀬郵便局&partof=Location/office.okuse":             "booth.okuse-1 booth.okuse-2",
		"Location?address=305番地":                                       "office.okuse",
		"PractitionerRole?role=doctor":                                 "morita",
		"PractitionerRole?service=HealthcareService/guidance.shiokaze": "shiokaze-1 shiokaze-2",
		"Schedule?actor=PractitionerRole/morita":                       "desk.morita",
		"Schedule?service-type=card":                                   "desk.shimin-1 desk.shimin-2",
		"Location?_id=booth.okuse-1,office.okuse&_count=1":             "office.okuse",
	} {
		query := strings.ReplaceAll(url.PathEscape(path), "%3F", "?")
		_, bundle := s.ask("GET", query, nil)
		kind, _, _ := strings.Cut(path, "?")
		var ids []string
		for _, r := range resources(bundle, kind) {
			ids = append(ids, r["id"].(string))
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestWhatCannotBeAnsweredSaysWhy(t *testing.T) {
	s := newClinicSystem(t, "assistant:morita")
	for _, row := range []struct {
		seat, method, path string
		body               any
		status             int
		says               string
	}{
		{"assistant:morita", "GET", "Slot?schedul=x", nil, 400, "schedul"},
		{"assistant:morita", "GET", "Slot", nil, 400, "schedule"},
		{"assistant:morita", "GET", "Slot?schedule=desk.nobody&start=2026-11-25", nil, 404, "desk.nobody"},
		{"assistant:morita", "GET", "Slot?schedule=desk.morita&start=ge2026-11-25&start=lt2027-11-25", nil, 400, "31 days"},
		{"assistant:morita", "GET", "Appointment?date=never", nil, 400, "date"},
		{"assistant:morita", "GET", "Appointment?actor=PractitionerRole/shimin-1", nil, 403, "list"},
		{"assistant:morita", "GET", "Patient", nil, 404, "Patient"},
		{"", "GET", "Appointment", nil, 401, "token"},
		{"assistant:morita", "DELETE", "Appointment/a-x", nil, 405, "DELETE"},
		{"assistant:morita", "POST", "Appointment/$fly", map[string]any{"resourceType": "Parameters"}, 404, "$fly"},
		{"assistant:morita", "POST", "Appointment/$hold", map[string]any{"resourceType": "Bundle"}, 400, "Parameters"},
	} {
		status, body := s.as(row.seat).ask(row.method, row.path, row.body)
		text, _ := json.Marshal(body)
		if status != row.status || !strings.Contains(string(text), row.says) || !strings.Contains(string(text), "OperationOutcome") {
			t.Errorf("%s %s: %d %s", row.method, row.path, status, text)
		}
	}
}

func parameters(list ...map[string]any) map[string]any {
	return map[string]any{"resourceType": "Parameters", "parameter": list}
}

func about(id any) map[string]any {
	return map[string]any{"name": "appointment-reference", "valueReference": map[string]any{"reference": fmt.Sprint("Appointment/", id)}}
}

var patient = map[string]any{"name": "patient-resource", "resource": map[string]any{
	"resourceType": "Patient", "identifier": []any{map[string]any{"value": "M-00731"}}, "name": []any{map[string]any{"text": "南 房江"}, map[string]any{"family": "ミナミ", "given": []string{"フサエ"}}},
	"telecom": []any{map[string]any{"system": "phone", "value": "0999-00-1456"}},
}}

func TestFindHoldAndBookAsIHEDescribes(t *testing.T) {
	s := newClinicSystem(t, "assistant:morita")
	from := clinicMorning().Add(time.Hour)
	find := "Appointment/$find?visit-type=medical&location-reference=Location/office.shiomachihama&start=" +
		url.QueryEscape(from.Format(time.RFC3339)) + "&end=" + url.QueryEscape(from.Add(2*time.Hour).Format(time.RFC3339))
	status, bundle := s.ask("GET", find, nil)
	proposed := resources(bundle, "Appointment")
	if status != 200 || len(proposed) < 2 || proposed[0]["status"] != "proposed" {
		t.Fatalf("$find: %d %v", status, bundle)
	}
	first := proposed[0]

	status, bundle = s.ask("POST", "Appointment/$hold", parameters(about(first["id"])))
	held := resources(bundle, "Appointment")
	if status != 200 || len(held) != 1 || held[0]["status"] != "pending" || held[0]["start"] != first["start"] {
		t.Fatalf("$hold: %d %v", status, bundle)
	}
	day := from.Format("2006-01-02")
	_, slots := s.ask("GET", "Slot?schedule=desk.morita&status=busy-tentative&start="+day, nil)
	if tentative := resources(slots, "Slot"); len(tentative) != 1 || tentative[0]["start"] != first["start"] {
		t.Errorf("busy-tentative: %v", tentative)
	}
	_, again := s.ask("GET", find, nil) // a live hold is not shown
	for _, p := range resources(again, "Appointment") {
		if p["start"] == first["start"] {
			t.Errorf("still proposed: %v", p)
		}
	}
	if status, other := s.ask("POST", "Appointment/$hold", parameters(about(first["id"]))); status != 409 || len(resources(other, "OperationOutcome")) != 1 {
		t.Errorf("held twice: %d %v", status, other)
	}

	status, bundle = s.ask("POST", "Appointment/$book", parameters(about(held[0]["id"]), patient))
	booked := resources(bundle, "Appointment")
	if status != 200 || len(booked) != 1 || booked[0]["status"] != "booked" || booked[0]["id"] != held[0]["id"] {
		t.Fatalf("$book: %d %v", status, bundle)
	}
	_, seen := s.ask("GET", "Slot?schedule=desk.morita&status=busy&start="+day, nil)
	if len(resources(seen, "Slot")) != 1 {
		t.Errorf("busy: %v", seen)
	}
	id := strings.Replace(booked[0]["id"].(string), "-", "_", 1)
	views, err := s.View(booking.WithCaller(context.Background(), booking.Caller{Seat: "assistant:morita"}), must(s.Appointment(context.Background(), id))(t))
	if err != nil || views[0].Resident.Kana != "ミナミ フサエ" || views[0].Resident.PatientNumber != "M-00731" {
		t.Errorf("booked for somebody else, %v", err)
	}

	if status, _ := s.as("assistant:shimin").ask("GET", "Appointment/"+booked[0]["id"].(string), nil); status != 404 {
		t.Errorf("another reception reads it: %d", status)
	}
	gone := map[string]any{"name": "appointment-resource", "resource": map[string]any{"resourceType": "Appointment", "id": booked[0]["id"], "status": "cancelled", "participant": []any{}}}
	if status, _ := s.as("assistant:shimin").ask("POST", "Appointment/$book", parameters(gone)); status != 403 {
		t.Errorf("another reception cancels it: %d", status)
	}
	status, bundle = s.ask("POST", "Appointment/$book", parameters(gone))
	if list := resources(bundle, "Appointment"); status != 200 || len(list) != 1 || list[0]["status"] != "cancelled" {
		t.Errorf("cancelled: %d %v", status, bundle)
	}
}

func TestAVisitOfSeveralLegsIsFoundAndBookedAtOnce(t *testing.T) {
	s := newClinicSystem(t, "assistant:morita")
	from := clinicMorning().Add(time.Hour)
	_, bundle := s.ask("POST", "Appointment/$find", parameters(
		map[string]any{"name": "start", "valueDateTime": from.Format(time.RFC3339)}, map[string]any{"name": "end", "valueDateTime": from.Add(time.Hour).Format(time.RFC3339)},
		map[string]any{"name": "leg", "valueString": "medical@morita"}, map[string]any{"name": "leg", "valueString": "guidance@shiokaze"},
		map[string]any{"name": "location-string", "valueString": "奥瀬"}, map[string]any{"name": "_count", "valueInteger": 1},
	))
	found := resources(bundle, "Appointment")
	if len(found) != 1 || found[0]["minutesDuration"] != json.Number("30") && fmt.Sprint(found[0]["minutesDuration"]) != "30" {
		t.Fatalf("found %v", bundle)
	}
	status, bundle := s.ask("POST", "Appointment/$book", parameters(about(found[0]["id"]), patient))
	if booked := resources(bundle, "Appointment"); status != 200 || len(booked) != 1 || len(booked[0]["participant"].([]any)) != 4 {
		t.Errorf("booked %d %v", status, bundle)
	}
	if status, refused := s.ask("POST", "Appointment/$book", parameters(about(found[0]["id"]), patient)); status != 409 || len(resources(refused, "Appointment")) != 0 {
		t.Errorf("booked twice: %d %v", status, refused)
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// The examples of the standard are valid by the same check, and read into these structs lose nothing they know of.
func TestTheExamplesOfTheStandardAreUnderstood(t *testing.T) {
	folder := os.Getenv("MADOGUCHI_DATA")
	if folder == "" {
		t.Skip("MADOGUCHI_DATA is not set: examples of FHIR are needed")
	}
	for file, into := range map[string]any{
		"Appointment-example.json": &fhir.Appointment{}, "Slot-example.json": &fhir.Slot{}, "Schedule-example.json": &fhir.Schedule{},
		"HealthcareService-example.json": &fhir.HealthcareService{}, "PractitionerRole-example.json": &fhir.PractitionerRole{}, "Location-1.json": &fhir.Location{},
	} {
		text, err := os.ReadFile(filepath.Join(folder, "fhir", "examples", file))
		if err != nil {
			t.Fatal(err)
		}
		example := valid(t, text)
		if err := json.Unmarshal(text, into); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		back, err := json.Marshal(into)
		if err != nil {
			t.Fatal(err)
		}
		written := valid(t, back)
		for _, key := range []string{"id", "status", "name", "resourceType"} {
			if !reflect.DeepEqual(example[key], written[key]) {
				t.Errorf("%s: %s is %v, was %v", file, key, written[key], example[key])
			}
		}
	}
}

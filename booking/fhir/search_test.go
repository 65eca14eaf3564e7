package fhir_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/fhir"
)

func parse(t *testing.T, kind, query string) (fhir.Query, error) {
	t.Helper()
	params, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return fhir.ParseSearch(kind, params)
}

func TestAParameterThatIsNotKnownIsNamed(t *testing.T) {
	for _, row := range []struct{ kind, query, name string }{
		{"Slot", "schedul=x", "schedul"}, {"Slot", "schedule=x&start=2026-11-25&foo=bar", "foo"}, {"Appointment", "status:not=booked", "status:not"},
		{"Location", "_count=many", "_count"}, {"Location", "_count=0", "_count"}, {"Location", "_format=xml", "_format"}, {"Location", "_page=-1", "_page"},
		{"Patient", "", ""}, {"Location", "name=" + strings.Repeat("a,", 60), "name"},
	} {
		_, err := parse(t, row.kind, row.query)
		var param *fhir.ParamError
		if !errors.As(err, &param) || param.Name != row.name {
			t.Errorf("%s?%s: %v", row.kind, row.query, err)
		}
	}
}

func TestValuesFitAsTheStandardSays(t *testing.T) {
	q, err := parse(t, "Location", "_id=a,b&name=汐待,OKUSE&status=urn:x|active&partof=http://x/fhir/R4/Location/office.a")
	if err != nil {
		t.Fatal(err)
	}
	for what, fits := range map[string]bool{
		"a token of several": q.Token("_id", "b"), "a token with its system": q.Token("status", "active"), "a beginning in any case": q.Begins("name", "okuse post"),
		"a reference by address": q.Refers("partof", "Location/office.a"), "a part": q.Contains("name", "x汐待x"), "what was not asked": q.Token("address", "anything"),
		"another token": !q.Token("_id", "c"), "another reference": !q.Refers("partof", "Location/office.b"),
	} {
		if !fits {
			t.Errorf("%s does not fit", what)
		}
	}
}

func TestDatesAreStretchesOfTime(t *testing.T) {
	zone := time.FixedZone("JST", 9*3600)
	for query, want := range map[string]string{
		"date=2026-11-25":                               "2026-11-25T00:00 2026-11-26T00:00",
		"date=ge2026-11-25&date=lt2026-11-27":           "2026-11-25T00:00 2026-11-27T00:00",
		"date=gt2026-11-25&date=le2026-11-27":           "2026-11-26T00:00 2026-11-28T00:00",
		"date=ge2026-11-25T10:00:00%2B09:00":            "2026-11-25T10:00 0001-01-01T00:00",
		"date=ge2026-11-25T10:00:00+09:00":              "2026-11-25T10:00 0001-01-01T00:00", // the plus nobody escaped
		"date=ge2026-11-25T01:00:00Z&date=lt2027-01-01": "2026-11-25T10:00 2027-01-01T00:00",
	} {
		q, err := parse(t, "Appointment", query)
		if err != nil {
			t.Fatal(err)
		}
		from, to, err := q.Span("date", zone)
		show := func(at time.Time) string {
			if at.IsZero() {
				return at.Format("2006-01-02T15:04")
			}
			return at.In(zone).Format("2006-01-02T15:04")
		}
		if got := show(from) + " " + show(to); err != nil || got != want {
			t.Errorf("%s: %s, %v", query, got, err)
		}
	}
	for _, bad := range []string{"date=tomorrow", "date=xx2026-11-25", "date=2026-13-01", "date=ap2026-11-25"} {
		q, err := parse(t, "Appointment", bad)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := q.Span("date", zone); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

func TestPagesLeadToAllAndNoFurther(t *testing.T) {
	var all []fhir.Resource
	for i := range 7 {
		all = append(all, fhir.Location{ResourceType: "Location", ID: string(rune('a' + i))})
	}
	id := func(r fhir.Resource) string { return r.(fhir.Location).ID }
	query, seen := "_count=3&status=active", ""
	for range 5 {
		params, _ := url.ParseQuery(query)
		q, err := fhir.ParseSearch("Location", params)
		if err != nil {
			t.Fatal(err)
		}
		b := q.Bundle("http://x/fhir/R4", params, all, id)
		for _, e := range b.Entry {
			seen += id(e.Resource)
		}
		if *b.Total != 7 {
			t.Errorf("total %d", *b.Total)
		}
		query = ""
		for _, l := range b.Link {
			if l.Relation == "next" {
				_, query, _ = strings.Cut(l.URL, "?")
			}
		}
		if query == "" {
			break
		}
	}
	if seen != "abcdefg" {
		t.Errorf("pages show %q", seen)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("Slot", "schedule=Schedule/desk.morita&start=ge2026-11-25")
	f.Add("Appointment", "date=ge2026-11-25T10:00:00+09:00&_count=5&_page=3&status=a|b,c")
	f.Fuzz(func(t *testing.T, kind, query string) {
		params, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		q, err := fhir.ParseSearch(kind, params)
		if err != nil {
			return
		}
		if q.Count < 1 || q.Count > fhir.MaxCount || q.Page < 0 {
			t.Errorf("count %d, page %d", q.Count, q.Page)
		}
		_, _, _ = q.Span("date", time.UTC)
		q.Refers("actor", "x")
	})
}

func FuzzParameters(f *testing.F) {
	f.Add([]byte(`{"resourceType":"Parameters","parameter":[{"name":"appointment-reference","valueReference":{"reference":"Appointment/a-1"}}]}`))
	f.Add([]byte(`{"resourceType":"Parameters","parameter":[{"name":"patient-resource","resource":{"name":[{"text":"ミナミ"}]}}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := fhir.ReadParameters(body)
		if err != nil {
			return
		}
		_, _ = p.Values("appointment-reference")
		var patient fhir.Patient
		if _, err := p.Resource("patient-resource", &patient); err != nil {
			var param *fhir.ParamError
			if !errors.As(err, &param) {
				t.Errorf("%v", err)
			}
		}
		if _, err := json.Marshal(p); err != nil {
			t.Errorf("cannot be written again: %v", err)
		}
	})
}

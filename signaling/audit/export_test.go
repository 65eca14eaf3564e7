package audit

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func opened() []Opened {
	full := Opened{Record: Record{Entry: whole(), Seq: 7, Recorded: time.UnixMilli(1_763_800_000_500), Source: "n:1-0"}, Segment: 1, Person: whole().Personal}
	full.Personal = Personal{}
	bare := Opened{Record: Record{Entry: Entry{At: time.UnixMilli(1_763_800_000_000), Action: TrailBegin, Outcome: Success, Who: "system"}, Seq: 8}, Erased: true}
	var list []Opened
	for _, a := range []Action{SignIn, AuditRead, AuditExport, BreakGlass, "booking.booked", "booking.cancelled", "visit.admit", Admin} {
		one := full
		one.Action = a
		list = append(list, one)
	}
	return append(list, bare)
}

func TestAnExportIsValidFHIR(t *testing.T) {
	if os.Getenv("MADOGUCHI_DATA") == "" {
		t.Skip("MADOGUCHI_DATA is not set: the schema of FHIR is needed")
	}
	file, err := os.Open(filepath.Join(os.Getenv("MADOGUCHI_DATA"), "fhir", "fhir.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("fhir.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("fhir.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := NewFHIR(&out, "https://madoguchi.example.jp/", "east")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range opened() {
		if err := w.Write(o); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	var bundle struct {
		Entry []struct {
			Resource struct {
				ResourceType, Recorded, Outcome string
				Agent                           []struct{ Network struct{ Address string } }
				Period                          *struct{ Start, End string }
			}
		}
	}
	if err := json.Unmarshal(out.Bytes(), &bundle); err != nil || len(bundle.Entry) != 9 {
		t.Fatalf("%d events, %v", len(bundle.Entry), err)
	}
	if r := bundle.Entry[0].Resource; r.ResourceType != "AuditEvent" || r.Outcome != "4" || r.Agent[0].Network.Address != "2001:db8::7" || r.Period == nil {
		t.Errorf("got %+v", r)
	}
}

func TestATableHoldsNoFormula(t *testing.T) {
	var out bytes.Buffer
	w, err := NewCSV(&out)
	if err != nil {
		t.Fatal(err)
	}
	evil := []string{`=HYPERLINK("http://x")`, "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "plain", `a "quoted", text`}
	for _, text := range evil {
		if err := w.Write(Opened{Record: Record{Entry: Entry{Action: "x"}}, Person: Personal{Reason: text}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil || len(rows) != len(evil)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, row := range rows[1:] {
		cell := row[19]
		if i < 8 && !strings.HasPrefix(cell, "'") || i >= 8 && cell != evil[i] {
			t.Errorf("%q became %q", evil[i], cell)
		}
	}
}

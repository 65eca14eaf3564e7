package clients_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The desk makes the file (session/vitals/fhir.ts), and its own test compares it with this one, byte for byte in meaning.
func TestReadingsForTheClinicsRecordAreFHIR(t *testing.T) {
	folder := os.Getenv("MADOGUCHI_DATA")
	if folder == "" {
		t.Skip("MADOGUCHI_DATA is not set: the schema of FHIR is needed")
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("fhir.json", read(t, filepath.Join(folder, "fhir", "fhir.schema.json"))); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("fhir.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(read(t, "../testdata/vitals/bundle.json")); err != nil {
		t.Errorf("%#v", err)
	}
}

func read(t *testing.T, path string) any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return document
}

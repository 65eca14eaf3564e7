package protocol

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Old clients and old servers are beside ours whenever nodes are upgraded one after the other, and a booth may go on with
// a page for weeks. testdata/protocol/earlier holds the examples as they stood in earlier versions; none is ever changed.
func TestWhatEarlierVersionsSaidIsStillRead(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "protocol", "earlier", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no earlier examples: %v", err)
	}
	for _, file := range files {
		example, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		kind := strings.TrimSuffix(filepath.Base(file), ".json")
		read := ParseServer
		if clientByType[kind] != nil {
			read = Parse
		}
		if m, err := read(example); err != nil || m.Type != kind {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestNumbersAreReadAndWritten(t *testing.T) {
	said, err := EncodeClient(TypeReady, Request{ID: "7"})
	if err != nil {
		t.Fatal(err)
	}
	numbered := Number(said, Numbers{Seq: 7, Ack: 11})
	if string(numbered) != `{"type":"ready","id":"7","seq":7,"ack":11}` {
		t.Fatalf("written: %s", numbered)
	}
	m, err := Parse(numbered)
	if err != nil || m.Numbers != (Numbers{7, 11}) || m.Body != (Request{ID: "7"}) {
		t.Fatalf("got %+v, %v", m, err)
	}
	if plain := Number(said, Numbers{}); string(plain) != string(said) {
		t.Fatalf("written: %s", plain)
	}
	for _, wrong := range []string{`-1`, `1.5`, `"1"`, `9007199254740992`, `1e400`} {
		if _, err := Parse([]byte(`{"type":"ping","seq":` + wrong + `}`)); err == nil || !strings.Contains(err.Error(), "seq: want a whole number") {
			t.Errorf("seq %s: %v", wrong, err)
		}
	}
}

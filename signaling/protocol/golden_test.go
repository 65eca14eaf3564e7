package protocol

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden reads the example of one message; the clients' tests read the same files.
func golden(t testing.TB, kind string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "protocol", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func indented(t *testing.T, data []byte) string {
	t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, data, "", "  "); err != nil {
		t.Fatal(err)
	}
	return out.String() + "\n"
}

func TestEveryExampleIsReadAndWrittenIdentically(t *testing.T) {
	for _, d := range ClientMessages {
		t.Run("client says "+d.Type, func(t *testing.T) {
			example := golden(t, d.Type)
			m, err := Parse(example)
			if err != nil {
				t.Fatal(err)
			}
			again, err := EncodeClient(m.Type, m.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := indented(t, again); got != string(example) {
				t.Fatalf("written:\n%s\nexample:\n%s", got, example)
			}
		})
	}
	for _, d := range ServerMessages {
		t.Run("server says "+d.Type, func(t *testing.T) {
			example := golden(t, d.Type)
			m, err := ParseServer(example)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Encode(m.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got := indented(t, again); got != string(example) {
				t.Fatalf("written:\n%s\nexample:\n%s", got, example)
			}
		})
	}
}

func TestThereIsNoExampleWithoutItsMessage(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "testdata", "protocol", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		kind := strings.TrimSuffix(filepath.Base(f), ".json")
		if clientByType[kind] == nil && serverByType[kind] == nil {
			t.Errorf("%s: no message of that type", f)
		}
	}
	if want := len(ClientMessages) + len(ServerMessages); len(files) != want {
		t.Errorf("%d examples for %d messages", len(files), want)
	}
}

func TestEmptyListsAreNeverWrittenAsNull(t *testing.T) {
	for _, d := range ServerMessages {
		m := golden(t, d.Type)
		parsed, err := ParseServer(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range []any{emptied(parsed.Body)} {
			out, err := Encode(body)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(out, []byte("null")) {
				t.Errorf("%s: %s", d.Type, out)
			}
		}
	}
}

// emptied is the zero value of a message.
func emptied(body any) any {
	switch body.(type) {
	case Welcome:
		return Welcome{}
	case Seat:
		return Seat{}
	case Session:
		return Session{}
	case Presence:
		return Presence{}
	case Lobby:
		return Lobby{}
	case Tracks:
		return Tracks{}
	default:
		return body
	}
}

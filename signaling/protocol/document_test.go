package protocol

import (
	"os"
	"strings"
	"testing"
)

func TestTheDocumentShowsEveryExampleAsItIs(t *testing.T) {
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, list := range [][]Declaration{ClientMessages, ServerMessages} {
		for _, d := range list {
			block := "```json\n" + string(golden(t, d.Type)) + "```\n"
			if !strings.Contains(string(text), block) {
				t.Errorf("PROTOCOL.md does not show the example of %s as it stands in testdata/protocol", d.Type)
			}
			examples++
		}
	}
	if n := strings.Count(string(text), "```json\n"); n != examples {
		t.Errorf("%d examples in PROTOCOL.md for %d messages", n, examples)
	}
}

func TestTheDocumentNamesEveryCode(t *testing.T) {
	text, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"errors.go", "close.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(source), "\n") {
			declaration, meaning, ok := strings.Cut(line, " // ")
			if !ok || !strings.Contains(declaration, " = ") || strings.HasPrefix(declaration, "//") {
				continue
			}
			if !strings.Contains(string(text), "| "+meaning+" |") {
				t.Errorf("PROTOCOL.md does not explain %s", strings.TrimSpace(declaration))
			}
		}
	}
}

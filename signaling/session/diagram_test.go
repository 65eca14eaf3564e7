package session

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// diagram draws the machine from what it does: every event by everybody it may come from, at every stage.
func diagram(t *testing.T) string {
	edges := map[string][]string{}
	for _, s := range situations {
		d := after(t, s.given...)
		for _, event := range Types {
			for _, who := range []Actor{booth, doctor, pharma, counter, {Side: SideSystem, Desk: "d1", Pool: "clinic"}} {
				for _, whom := range []string{"", "booth:b1", DeskSeat(d.Current().Desk), DeskSeat("p1")} {
					e := asked(event, who, d)
					if whom != "" {
						e.Whom = whom
					}
					if event == Unhosted {
						e.Over = whom == ""
					}
					next, _, err := Next(d, e)
					if err != nil || next.Stage() == d.Stage() {
						continue
					}
					edge := fmt.Sprintf("    %s --> %s", d.Stage(), next.Stage())
					if label := words(who, event, e.Whom); !slices.Contains(edges[edge], label) {
						edges[edge] = append(edges[edge], label)
					}
				}
			}
		}
	}
	lines := []string{"    [*] --> arrived: checked in"}
	for edge, labels := range edges {
		slices.Sort(labels)
		lines = append(lines, edge+": "+strings.Join(labels, ", "))
	}
	slices.Sort(lines)
	return "```mermaid\nstateDiagram-v2\n" + strings.Join(lines, "\n") + "\n    closed --> [*]\n```\n"
}

// words names an edge: who does what, and for lost participants, who is lost.
func words(who Actor, event Type, whom string) string {
	name := strings.ReplaceAll(string(event), "_", " ")
	if event == GraceExpired {
		side, _, _ := strings.Cut(whom, ":")
		return side + " lost too long"
	}
	if who.Side == SideSystem {
		return name
	}
	return string(who.Side) + " " + name
}

var drawn = regexp.MustCompile("(?s)```mermaid\\nstateDiagram-v2\\n.*?```\\n")

func TestTheDiagramInTheDocsIsTheMachine(t *testing.T) {
	file := filepath.Join("..", "protocol", "PROTOCOL.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := diagram(t)
	if *write {
		text = drawn.ReplaceAllLiteral(text, []byte(want))
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(string(text), want) {
		t.Errorf("PROTOCOL.md does not hold this diagram (go test ./signaling/session -write):\n%s", want)
	}
}

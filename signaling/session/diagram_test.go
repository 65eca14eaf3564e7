package session

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// diagram draws the machine from what it does: every event by everybody it may come from, in every state.
func diagram(t *testing.T) string {
	edges := map[string][]string{}
	for _, situation := range [][]Event{arrived, waiting, consultation, lastLeg, closed} {
		d := after(t, situation...)
		for _, event := range Types {
			for _, who := range []Actor{booth, doctor, pharma, system} {
				for _, whom := range []string{"", "booth:b1", DeskSeat(d.Current().Desk)} {
					next, _, err := Next(d, does(who, event, whom))
					if err != nil || next.State == d.State {
						continue
					}
					edge := fmt.Sprintf("    %s --> %s", d.State, next.State)
					label := words(who, event, whom)
					if !slices.Contains(edges[edge], label) {
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

func TestTheDiagramInTheDocsIsTheMachine(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "protocol", "PROTOCOL.md"))
	if err != nil {
		t.Fatal(err)
	}
	if want := diagram(t); !strings.Contains(string(text), want) {
		t.Errorf("PROTOCOL.md does not hold this diagram:\n%s", want)
	}
}

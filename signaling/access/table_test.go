package access

import (
	"os"
	"testing"
)

func TestThePageOfRolesIsMadeFromTheTable(t *testing.T) {
	written, err := os.ReadFile("../../deploy/ROLES.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != Page() {
		t.Error("deploy/ROLES.md differs from the table; run go generate ./signaling/access")
	}
}

func TestNoRowStandsTwiceAndEveryCellIsOfAKnownKindAndScope(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Table {
		name := string(r.Door) + " " + r.Act
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
		for k, s := range r.May {
			if headings[k] == "" || s != Own && s != Area && s != Free {
				t.Errorf("%s: %q %q", name, k, s)
			}
		}
		if len(r.May) == 0 {
			t.Errorf("%s: nobody may", name)
		}
	}
}

func TestOnlyADeskDecidesWhoIsLetInAndWhenAVisitEnds(t *testing.T) {
	for _, act := range []string{"admit", "dismiss", "handover", "end", "summon", "confer", "transfer", "gather"} {
		for _, k := range Kinds {
			if may := May(k, Socket, act) != No; may != (k == Desk) {
				t.Errorf("%s: a %s may: %v", act, k, may)
			}
		}
	}
}

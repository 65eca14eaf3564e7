package acts

import (
	"os"
	"testing"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
)

func TestEveryRowOfTheTableOfRolesSaysWhetherItIsNoted(t *testing.T) {
	for _, r := range access.Table {
		if !Listed(r.Door, r.Act) {
			t.Errorf("%s %s: is it noted in the audit trail? It has no row in signaling/acts/table.go", r.Door, r.Act)
		}
	}
}

func TestNoRowIsOfAnActThatIsGone(t *testing.T) {
	for _, a := range Table {
		if !access.Listed(a.Door, a.Name) {
			t.Errorf("%s %s: has a row in signaling/acts/table.go and none in the table of roles", a.Door, a.Name)
		}
	}
}

func TestNoRowStandsTwiceAndEachSaysWhatItHasToSay(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range Table {
		name := string(a.Door) + " " + a.Name
		if seen[name] {
			t.Errorf("%s stands twice", name)
		}
		seen[name] = true
		switch {
		case ways[a.How] == "":
			t.Errorf("%s: %q is no way into the trail", name, a.How)
		case (a.How == Never || a.How == Change) && a.Why == "":
			t.Errorf("%s: %s, and does not say why or what tells of it", name, a.How)
		case a.How == Itself && a.Action == "":
			t.Errorf("%s: whoever notes it notes it as what?", name)
		case (audit.Entry{Action: a.As()}).Clean().Action != a.As():
			t.Errorf("%s: %q is no action", name, a.As())
		}
	}
}

func TestWhatNobodyHasSaidIsNotedEachTime(t *testing.T) {
	if a := Of(access.HTTP, "brand-new"); a.How != Each || a.As() != "http.brand-new" {
		t.Errorf("got %+v", a)
	}
}

func TestThePageOfTheTrailShowsTheTable(t *testing.T) {
	written, err := os.ReadFile("../../deploy/AUDIT.md")
	if err != nil {
		t.Fatal(err)
	}
	if page, ok := Into(string(written)); !ok || page != string(written) {
		t.Error("deploy/AUDIT.md differs from the table; run go generate ./signaling/acts")
	}
}

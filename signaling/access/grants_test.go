package access

import (
	"slices"
	"testing"
	"time"
)

func TestADeskThatWasAskedInIsGrantedWhatTakingOverNeedsAndNothingElse(t *testing.T) {
	for _, g := range everyGrant {
		takesOver := slices.Contains([]Grant{Publish, Subscribe, Admit, Handover, End}, g)
		if AskedGrants.Has(g) != takesOver || DeskGrants.Has(g) != takesOver {
			t.Errorf("%s: granted to who is asked in: %v, to the desk of the leg: %v", g, AskedGrants.Has(g), DeskGrants.Has(g))
		}
	}
	keys, err := LoadOrCreate(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := NewIssuer(keys, time.Now).Room(Room{Participant: "desk:shiokaze-1", Room: "s_1", Name: "潮風", Grants: AskedGrants}, RoomTTL)
	if err != nil {
		t.Fatal(err)
	}
	room, err := NewVerifier(keys, time.Now).Room(token)
	if err != nil || !slices.Equal(room.Grants, DeskGrants) {
		t.Errorf("its token grants %v, %v", room.Grants, err)
	}
}

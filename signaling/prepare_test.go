package signaling

import (
	"slices"
	"testing"

	"madoguchi/signaling/protocol"
)

// prepare says that the seat has somebody on the screen whom it may admit.
func (p *peer) prepare(participant string) string {
	return p.ask(protocol.TypePrepare, func(id string) any { return protocol.Prepare{ID: id, Participant: participant} })
}

func TestWhoeverIsAboutToBeLetInIsPreparedWithEverybodyTheyWouldMeet(t *testing.T) {
	n := newWorld(t).start(nil)
	c := talk{n.sit(booth1), n.sit(morita), n.checkIn(n.book("shiomachihama-1", "medical@morita"))}
	c.booth.enter(n, c.session)
	c.booth.ok(c.booth.request(protocol.TypeReady))
	c.desk.enter(n, c.session)
	c.desk.ok(c.desk.prepare(booth1))
	if got := n.media.prepared(c.session); !slices.Equal(got, []string{morita, booth1}) {
		t.Fatalf("the node was told %v", got)
	}
	if gate := n.media.gate(c.session); len(gate) != 0 {
		t.Fatalf("preparing let %v in", gate)
	}
	if code := c.desk.refused(c.desk.prepare("nobody")); code != protocol.ErrUnknownParticipant {
		t.Errorf("prepare nobody: %s", code)
	}
	if code := c.booth.refused(c.booth.prepare(booth1)); code != protocol.ErrForbidden {
		t.Errorf("prepare, by the booth: %s", code)
	}
}

func TestPreparingIsNotSaidInALoop(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	for range preparesAtOnce {
		c.desk.ok(c.desk.prepare(booth1))
	}
	if code := c.desk.refused(c.desk.prepare(booth1)); code != protocol.ErrTooFast {
		t.Fatalf("got %s", code)
	}
	c.undisturbed(n)
}

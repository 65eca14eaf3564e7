package signaling

import (
	"slices"
	"strings"
	"testing"

	"madoguchi/signaling/protocol"
)

// announce says something of the seat's keys, and what is to take its place later.
func (p *peer) announce(text string, later ...protocol.AnnounceKeys) string {
	return p.ask(protocol.TypeAnnounceKeys, func(id string) any {
		said := protocol.AnnounceKeys{ID: id, Notice: text}
		for _, one := range later {
			said.Held, said.HeldFor = one.Held, one.HeldFor
		}
		return said
	})
}

// keys waits until the seat has been told exactly this of everybody's keys.
func (p *peer) keys(what ...protocol.KeyNotice) {
	p.find("keys", func(m protocol.Message) bool {
		told, ok := m.Body.(protocol.Keys)
		return ok && slices.Equal(told.People, what)
	})
}

func TestWhatEachSaysOfItsKeysIsToldToAllOnEveryNode(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	booth, desk := here.sit(booth1), there.sit(morita)
	session := here.checkIn(here.book("shiomachihama-1", "medical@morita"))
	booth.enter(here, session)
	booth.ok(booth.announce("public of the booth"))
	booth.ok(booth.request(protocol.TypeReady))
	desk.enter(there, session)
	fromBooth := protocol.KeyNotice{Participant: booth1, Notice: "public of the booth"}
	fromDesk := protocol.KeyNotice{Participant: morita, Notice: "public of the desk"}
	desk.keys(fromBooth)
	desk.ok(desk.announce("public of the desk"))
	booth.keys(fromBooth, fromDesk)
	fromBooth.Notice = "and something for the desk"
	booth.ok(booth.announce(fromBooth.Notice))
	desk.keys(fromBooth, fromDesk)
}

func TestKeysAreToldAgainToWhoeverComesBackToAnotherNode(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	c := here.consultation()
	c.booth.ok(c.booth.announce("public of the booth"))
	c.desk.hangUp()
	again := there.sit(morita)
	again.enter(there, c.session)
	again.keys(protocol.KeyNotice{Participant: booth1, Notice: "public of the booth"})
}

func TestAKeyThatIsHeldIsToldWithTheAdmissionAndNotBefore(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	booth, desk := here.sit(booth1), there.sit(morita)
	session := here.checkIn(here.book("shiomachihama-1", "medical@morita"))
	booth.enter(here, session)
	booth.ok(booth.request(protocol.TypeReady))
	desk.enter(there, session)
	booth.ok(booth.announce("public of the booth", protocol.AnnounceKeys{Held: "for the desk", HeldFor: morita}))
	desk.ok(desk.announce("public of the desk", protocol.AnnounceKeys{Held: "for another", HeldFor: pharmacy}))
	fromBooth := protocol.KeyNotice{Participant: booth1, Notice: "public of the booth"}
	fromDesk := protocol.KeyNotice{Participant: morita, Notice: "public of the desk"}
	desk.keys(fromBooth, fromDesk)
	desk.ok(desk.admit(booth1))
	fromBooth.Notice = "for the desk"
	desk.keys(fromBooth, fromDesk)
	booth.keys(fromBooth, fromDesk)
	// What is said later holds, with nothing held back.
	fromBooth.Notice = "and a code"
	booth.ok(booth.announce(fromBooth.Notice))
	desk.keys(fromBooth, fromDesk)
}

func TestKeysAreTakenOnlyFromMembersInReasonableSizeAndNumber(t *testing.T) {
	n := newWorld(t).start(nil)
	outside := n.sit("desk:shiokaze-1")
	if code := outside.refused(outside.announce("public")); code != protocol.ErrNotEntered {
		t.Errorf("from outside: %s", code)
	}
	c := n.consultation()
	if code := c.booth.refused(c.booth.announce(strings.Repeat("x", 6145))); code != protocol.ErrMalformed {
		t.Errorf("too long: %s", code)
	}
	for range announcesAtOnce {
		c.desk.ok(c.desk.announce("public"))
	}
	if code := c.desk.refused(c.desk.announce("public")); code != protocol.ErrTooFast {
		t.Errorf("too often: %s", code)
	}
	c.undisturbed(n)
}

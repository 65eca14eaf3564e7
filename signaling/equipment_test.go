package signaling

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// offerCamera has the camera of a test connect by WHIP.
func (n *node) offerCamera(session string) *camera {
	n.t.Helper()
	c := newCamera(n.t, true, 0)
	status, answer := n.media2("/whip/"+session, n.equipmentToken(session, "camera-1", "書画カメラ", access.Publish), c.offer())
	if status != http.StatusCreated {
		n.t.Fatal(status, answer)
	}
	c.answer(answer)
	return c
}

func TestEquipmentThatWasAdmittedAndComesAgainWithinGraceNeedsNoClick(t *testing.T) {
	n := realWorld(t, redistest.Mini(t)).start(nil)
	c, _, deskMedia := n.meeting()
	c.desk.ok(c.desk.admit(booth1))
	resident := map[string]bool{}
	hearUntil(c.desk, "the tracks of the booth are told", func(m protocol.Tracks) bool {
		for _, track := range m.Tracks {
			resident[track.Mid] = true
		}
		return len(resident) == 2
	})
	cameras := func() (packets int) {
		deskMedia.mu.Lock()
		defer deskMedia.mu.Unlock()
		for mid, n := range deskMedia.got {
			if !resident[mid] {
				packets += n
			}
		}
		return packets
	}
	first := n.offerCamera(c.session)
	c.desk.connected("camera-1")
	c.desk.ok(c.desk.admit("camera-1"))
	waitFor(t, "its sound and picture flow", func() bool { return cameras() > 20 })

	if err := first.PC.GracefulClose(); err != nil { // as a node that goes away ends it, and as a program does that crashes
		t.Fatal(err)
	}
	away(c.desk, "camera-1")
	before := cameras()
	n.offerCamera(c.session)
	waitFor(t, "they flow again", func() bool { return cameras() > before+20 })
	d, _ := n.broker.hub.doc(c.session)
	if p, in := d.Participant("camera-1"); !in || !p.Admitted {
		t.Errorf("the camera counts as %+v", p)
	}
}

func TestEquipmentThatDoesNotComeAgainIsGoneAfterItsGrace(t *testing.T) {
	n := realWorld(t, redistest.Mini(t)).start(nil)
	c, _, _ := n.meeting()
	camera := n.offerCamera(c.session)
	c.desk.connected("camera-1")
	n.settle(n)
	if err := camera.PC.GracefulClose(); err != nil {
		t.Fatal(err)
	}
	away(c.desk, "camera-1")
	n.until("the camera is taken off the list", func() bool {
		n.clock.advance(5 * time.Second)
		d, _ := n.broker.hub.doc(c.session)
		return !slices.ContainsFunc(d.Participants, func(p session.Participant) bool { return p.ID == "camera-1" })
	})
}

func TestTheEndOfAnOlderLineOfEquipmentSaysNothingOfItsNewestAtAnotherBroker(t *testing.T) {
	w := newWorld(t)
	one, other := w.start(nil), w.start(nil)
	c := one.consultation()
	grant, err := one.broker.WhipAuth().Authorize(t.Context(), one.equipmentToken(c.session, "camera-1", "書画カメラ", access.Publish), c.session)
	if err != nil {
		t.Fatal(err)
	}
	if err := one.broker.WhipAuth().Enter(t.Context(), c.session, grant, "whip"); err != nil {
		t.Fatal(err)
	}
	other.until("the other broker knows the session", func() bool { _, ok := other.broker.hub.doc(c.session); return ok })
	if err := other.broker.WhipAuth().Enter(t.Context(), c.session, grant, "whip"); err != nil {
		t.Fatal(err)
	}
	newest := other.broker.hub.person(who{c.session, "camera-1"}).Socket
	one.until("the first broker knows of the newer line", func() bool {
		return one.broker.hub.person(who{c.session, "camera-1"}).Socket == newest
	})
	one.broker.WhipAuth().Lost(c.session, grant, "whip")
	for _, n := range []*node{one, other} {
		if p := n.broker.hub.person(who{c.session, "camera-1"}); !p.Online || p.Socket != newest {
			t.Errorf("it counts as %+v", p)
		}
	}
	d, _ := one.broker.hub.doc(c.session)
	if _, in := d.Participant("camera-1"); !in {
		t.Error("it has been taken out")
	}
	if d.State != protocol.StateConsultation {
		t.Errorf("the session is %s", d.State)
	}
}

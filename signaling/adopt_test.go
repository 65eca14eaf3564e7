package signaling

import (
	"context"
	"slices"
	"testing"
	"time"

	"madoguchi/sfu"
	"madoguchi/signaling/access"
	"madoguchi/signaling/session"
)

// sharedFake are several media nodes that every broker hears, as far as tests of brokers need them.
type sharedFake struct{ *fakeMedia }

func (sharedFake) OfferAt(context.Context, sfu.Join) (string, int64, error) { return "answer", 1, nil }
func (sharedFake) Tell(string, sfu.Observer)                                {}
func (sharedFake) Place(string) int64                                       { return 1 }

func TestACameraWhoseBrokerDiesGoesOnAsLongAsItSends(t *testing.T) {
	w := newWorld(t)
	w.shared = true
	dying, other := w.start(nil), w.start(nil)
	c := other.consultation()
	grant, err := dying.broker.WhipAuth().Authorize(t.Context(), dying.equipmentToken(c.session, "camera-1", "書画カメラ", access.Publish), c.session)
	if err != nil {
		t.Fatal(err)
	}
	dying.until("the dying broker knows the session", func() bool { _, ok := dying.broker.hub.doc(c.session); return ok })
	if err := dying.broker.WhipAuth().Enter(t.Context(), c.session, grant, "whip"); err != nil {
		t.Fatal(err)
	}
	camera := who{c.session, "camera-1"}
	sends := func(state sfu.PeerState) {
		other.broker.Observer().PeerState(c.session, camera.participant, state)
		other.until("it is known whether it sends", func() bool {
			return other.broker.hub.person(camera).Connected == (state == sfu.PeerConnected)
		})
	}
	inside := func() bool {
		d, err := other.broker.store.load(t.Context(), c.session)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(d.Participants, func(p session.Participant) bool { return p.ID == camera.participant && p.Admitted })
	}
	other.until("the camera is known there", func() bool { return other.broker.hub.person(camera).Online })
	c.desk.ok(c.desk.admit(camera.participant))
	sends(sfu.PeerConnected)
	other.settle(other)

	dying.stop()
	lease := func() time.Time {
		due, err := w.redis.ZScore(t.Context(), keyspace{area}.due(), camera.member()).Result()
		if err != nil {
			t.Fatal(err)
		}
		return time.UnixMilli(int64(due))
	}
	before := lease()
	other.until("its line is renewed by the one that lives", func() bool {
		w.clock.advance(2 * time.Second)
		return lease().After(before) && other.broker.hub.person(camera).Node == other.broker.node
	})
	w.pass(3 * time.Minute)
	if !inside() || !other.broker.hub.person(camera).Online {
		t.Fatal("a camera that sends was taken out")
	}

	sends(sfu.PeerDisconnected)
	other.until("it has had its time and is taken out", func() bool {
		w.clock.advance(5 * time.Second)
		return !inside()
	})
	other.until("nothing of it is kept here", func() (none bool) {
		other.broker.hub.do(func() { none = other.broker.hub.visitors[camera] == nil })
		return none
	})
}

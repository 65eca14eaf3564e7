package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// storeOnly does what a broker does that dies right after its document was stored, or never learns that it was.
func (n *node) storeOnly(id string, e session.Event) session.Doc {
	n.t.Helper()
	d, err := n.broker.store.load(context.Background(), id)
	if err != nil {
		n.t.Fatal(err)
	}
	next, effects, err := session.Next(d, e)
	if err != nil {
		n.t.Fatal(err)
	}
	if _, stored, err := n.broker.store.put(context.Background(), next, d.Version, e.Type, effects); err != nil || !stored {
		n.t.Fatalf("stored %v, %v", stored, err)
	}
	return next
}

// passes lets time pass for brokers and Redis alike.
func (w *world) passes(d time.Duration) {
	w.clock.advance(d)
	w.mini.SetTime(w.clock.Now())
}

func (n *node) nothingOwed() bool {
	return n.redis.Exists(context.Background(), keyspace{area}.owed(), keyspace{area}.owedDue()).Val() == 0
}

func TestWhatADeadBrokerHadStoredAndNotCarriedOutIsCarriedOutByAnother(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	_, doctor, id := n.waitingVisit()
	d, _ := n.broker.hub.doc(id)
	a := d.Appointment
	n.stop() // and its last step is one that nobody carries out
	_ = doctor
	by := session.Actor{Side: session.SideDesk, ID: morita, Desk: "morita", Pool: "morita"}
	n.storeOnly(id, session.Event{Type: session.Admit, By: by, Whom: booth1, At: n.clock.Now()})
	if len(w.media.gate(id)) != 0 {
		t.Fatal("somebody has opened the gate")
	}
	other := w.start(nil)
	other.until("the gate is opened and the booking told", func() bool {
		w.passes(time.Second)
		got, err := w.bookings.Appointment(context.Background(), a)
		return err == nil && got.Legs[0].Started && slices.Equal(w.media.gate(id), []string{booth1, morita})
	})
	other.until("nothing is owed any more", other.nothingOwed)

	other.storeOnly(id, session.Event{Type: session.End, By: by, At: w.clock.Now()})
	other.until("the end is carried out too", func() bool {
		w.passes(time.Second)
		got, err := w.bookings.Appointment(context.Background(), a)
		return err == nil && got.State == booking.StateDone && w.media.closed(id)
	})
	other.until("nothing is owed any more", other.nothingOwed)
}

func TestNothingIsOwedOfAVisitThatWentAsUsual(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	doctor.ok(doctor.request(protocol.TypeEnd))
	booth.hear(protocol.TypeEnded)
	booth.ok(booth.wiped(id))
	n.until("everything is struck off", n.nothingOwed)
	if holder, err := n.broker.store.holderOf(context.Background(), "shiomachihama-1"); err != nil || holder != "" {
		t.Errorf("the booth is held by %q, %v", holder, err)
	}
}

func TestAMediaNodeThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	n := newWorld(t).start(nil)
	_, doctor, id := n.waitingVisit()
	failing := errors.New("the media node does not answer")
	n.media.mu.Lock()
	n.media.admit = func() error { return failing }
	n.media.mu.Unlock()
	doctor.ok(doctor.admit(booth1))
	n.media.mu.Lock()
	n.media.admit = nil
	n.media.mu.Unlock()
	n.until("the gate is set in the end", func() bool {
		n.passes(time.Second)
		return slices.Equal(n.media.gate(id), []string{booth1, morita})
	})
	n.until("nothing is owed any more", n.nothingOwed)
}

func TestADocumentOfANewerProgramIsLeftAlone(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	key := keyspace{area}.session(id)
	var newer map[string]any
	if err := json.Unmarshal([]byte(n.redis.Get(context.Background(), key).Val()), &newer); err != nil {
		t.Fatal(err)
	}
	newer["shape"], newer["version"], newer["tomorrow"] = session.Shape+1, newer["version"].(float64)+1, true
	raw, err := json.Marshal(newer)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.redis.Set(context.Background(), key, raw, 0).Err(); err != nil {
		t.Fatal(err)
	}
	if code := doctor.refused(doctor.request(protocol.TypeEnd)); code != protocol.ErrUnavailable {
		t.Errorf("refused as %s", code)
	}
	if got := n.redis.Get(context.Background(), key).Val(); got != string(raw) {
		t.Errorf("changed to %s", got)
	}
	_ = booth
}

func TestADocumentOfTheShapeBeforeIsReadAndGoesOn(t *testing.T) {
	n := newWorld(t).start(nil)
	_, doctor, id := n.waitingVisit()
	d, err := n.broker.store.load(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	d.Shape, d.Wipes = 0, false
	d.Version++
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.redis.Set(context.Background(), keyspace{area}.session(id), raw, 0).Err(); err != nil {
		t.Fatal(err)
	}
	doctor.ok(doctor.admit(booth1))
	if d, err = n.broker.store.load(context.Background(), id); err != nil || d.Shape != session.Shape || d.State != protocol.StateConsultation {
		t.Errorf("%+v %v", d, err)
	}
}

// Redis comes back with less than it had acknowledged: a replica was promoted that had not heard everything.
func TestWhatRedisHasLostIsPutBackByWhoeverKnowsIt(t *testing.T) {
	n := newWorld(t).start(nil)
	_, doctor, id := n.waitingVisit()
	key := keyspace{area}.session(id)
	before := n.redis.Get(context.Background(), key).Val()
	doctor.ok(doctor.admit(booth1))
	if err := n.redis.Set(context.Background(), key, before, 0).Err(); err != nil {
		t.Fatal(err)
	}
	n.until("the newest is there again", func() bool {
		n.clock.advance(reloadEvery)
		d, err := n.broker.store.load(context.Background(), id)
		return err == nil && d.State == protocol.StateConsultation
	})
	doctor.ok(doctor.request(protocol.TypeEnd))
}

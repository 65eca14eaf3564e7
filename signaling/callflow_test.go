package signaling

import (
	"fmt"
	"testing"
	"time"

	"madoguchi/signaling/protocol"
)

const counter = "counter:shiomachihama"

func rings(p *peer) protocol.Call {
	p.t.Helper()
	m := hearUntil(p, "it rings", func(m protocol.Seat) bool { return len(m.Calls) == 1 && m.Calls[0].AnsweredAt == nil })
	return m.Calls[0]
}

func answered(p *peer) {
	p.t.Helper()
	hearUntil(p, "somebody is on the way", func(m protocol.Seat) bool { return len(m.Calls) == 1 && m.Calls[0].AnsweredAt != nil })
}

func answersCall(p *peer, call string) string {
	p.t.Helper()
	return p.ask(protocol.TypeAnswerCall, func(id string) any { return protocol.AnswerCall{ID: id, Call: call} })
}

func TestACallRingsAtItsOfficeUntilItIsAnswered(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	booth, staff, others := here.sit(booth1), there.sit(counter), there.sit("counter:okuse")

	booth.ok(booth.request(protocol.TypeCall))
	call := rings(staff)
	if call.Booth != "shiomachihama-1" || call.BoothName != "ブース1" {
		t.Fatalf("got %+v", call)
	}
	rings(booth) // the resident sees that it rings
	booth.ok(booth.request(protocol.TypeCall))

	if code := others.refused(answersCall(others, call.ID)); code != protocol.ErrUnknownCall {
		t.Errorf("another office answered: %s", code)
	}
	if code := booth.refused(answersCall(booth, call.ID)); code != protocol.ErrForbidden {
		t.Errorf("the booth answered itself: %s", code)
	}
	if code := staff.refused(staff.request(protocol.TypeCall)); code != protocol.ErrForbidden {
		t.Errorf("the counter called itself: %s", code)
	}
	staff.ok(answersCall(staff, call.ID))
	answered(booth)
	answered(staff)
	staff.ok(answersCall(staff, call.ID)) // answering twice is answering
}

func TestACounterThatOpensLaterHearsTheCallThatRings(t *testing.T) {
	w := newWorld(t)
	here := w.start(nil)
	booth := here.sit(booth1)
	booth.ok(booth.request(protocol.TypeCall))
	here.until("the call is stored", func() bool { return w.mini.Exists(keyspace{area}.calls()) })
	there := w.start(nil)
	staff := there.dial()
	staff.token = there.signIn(counter)
	staff.say(protocol.TypeHello, protocol.Hello{Token: staff.token})
	staff.ok(answersCall(staff, rings(staff).ID))
	answered(booth)
}

func TestAnsweredCallsAreForgotten(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, staff := n.sit(booth1), n.sit(counter)
	booth.ok(booth.request(protocol.TypeCall))
	staff.ok(answersCall(staff, rings(staff).ID))
	answered(booth)
	n.clock.advance(answeredFor + pruneEvery)
	hearUntil(booth, "nothing is left of the call", func(m protocol.Seat) bool { return len(m.Calls) == 0 })
	n.until("nor in Redis", func() bool { n.clock.advance(reloadEvery); return !n.mini.Exists(keyspace{area}.calls()) })
	booth.ok(booth.request(protocol.TypeCall))
	rings(staff)
}

func TestCallsReachTheCounterWhileRedisIsDown(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	booth, staff := n.sit(booth1), n.sit(counter)
	w.mini.Close()
	booth.ok(booth.request(protocol.TypeCall))
	call := rings(staff)
	staff.ok(answersCall(staff, call.ID))
	answered(booth)

	if err := w.mini.Restart(); err != nil {
		t.Fatal(err)
	}
	n.until("it is stored when Redis is back", func() bool {
		w.clock.advance(retriesEvery)
		return w.mini.HGet(keyspace{area}.calls(), call.ID) != ""
	})
}

func TestTheResidentCanLeaveWhileRedisIsDown(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	c := n.consultation()
	w.mini.Close()
	c.booth.ok(c.booth.request(protocol.TypeLeave))
	if e := c.desk.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonLeft {
		t.Fatalf("the desk was told %+v", e)
	}
	c.booth.hear(protocol.TypeEnded)
	if !w.media.closed(c.session) {
		t.Fatal("media go on")
	}
	if err := w.mini.Restart(); err != nil {
		t.Fatal(err)
	}
	n.until("the document is closed when Redis is back", func() bool {
		w.clock.advance(retriesEvery)
		d, err := n.broker.store.load(t.Context(), c.session)
		return err == nil && d.State == protocol.StateClosed
	})
}

func TestTheDeskCanLeaveWhileRedisIsDown(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	c := n.consultation()
	w.mini.Close()
	c.desk.ok(c.desk.request(protocol.TypeLeave))
	if gate := w.media.gate(c.session); len(gate) != 0 {
		t.Fatalf("the gate is %v", gate)
	}
	if err := w.mini.Restart(); err != nil {
		t.Fatal(err)
	}
	n.until("the resident waits when Redis is back", func() bool {
		w.clock.advance(retriesEvery)
		d, err := n.broker.store.load(t.Context(), c.session)
		return err == nil && d.State == protocol.StateWaiting
	})
}

func TestWhatNeedsTheStoreSaysSoWhileRedisIsDown(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	c := n.consultation()
	w.mini.Close()
	if code := c.desk.refused(c.desk.request(protocol.TypeEnd)); code != protocol.ErrUnavailable {
		t.Fatalf("got %s", code)
	}
	if gate := w.media.gate(c.session); len(gate) != 2 {
		t.Fatalf("the consultation was disturbed: %v", gate)
	}
	if err := w.mini.Restart(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for c.desk.reply(c.desk.request(protocol.TypeEnd)) != any(protocol.OK{Re: lastID(c.desk)}) {
		if time.Now().After(deadline) {
			t.Fatal("never carried out again")
		}
	}
}

func lastID(p *peer) string { return fmt.Sprint(p.ids) }

package signaling

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"madoguchi/signaling/protocol"
)

// fakeTelephone notes who is telephoned, and fails as often as it is told to.
type fakeTelephone struct {
	mu    sync.Mutex
	rings []Ring
	fails int
}

func (f *fakeTelephone) Ring(_ context.Context, r Ring) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fails > 0 {
		f.fails--
		return errors.New("the line is busy")
	}
	f.rings = append(f.rings, r)
	return nil
}

func (f *fakeTelephone) rang() []Ring {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]Ring(nil), f.rings...)
}

func (w *world) startWith(t *fakeTelephone) *node {
	return w.start(func(c *Config) { c.Telephone = t })
}

// later lets time pass until something has happened.
func (n *node) later(what string, ok func() bool) {
	n.t.Helper()
	n.until(what, func() bool {
		n.clock.advance(phoneEvery)
		return ok()
	})
}

func callOf(p *peer, what string, ok func(protocol.Call) bool) protocol.Call {
	p.t.Helper()
	m := hearUntil(p, what, func(m protocol.Seat) bool { return len(m.Calls) == 1 && ok(m.Calls[0]) })
	return m.Calls[0]
}

func TestTheOfficeIsTelephonedWhenNobodyAnswersForFifteenSeconds(t *testing.T) {
	phone := &fakeTelephone{}
	n := newWorld(t).startWith(phone)
	booth, staff := n.sit(booth1), n.sit(counter)
	booth.ok(booth.request(protocol.TypeCall))
	call := callOf(staff, "it rings at the counter", func(c protocol.Call) bool { return c.HeardAt != nil })
	if wait := call.PhoneAt.Sub(call.At); wait != ringsFirst {
		t.Fatalf("the counter has %v", wait)
	}
	n.clock.advance(ringsFirst - time.Second)
	n.until("the calls are looked at", func() bool { return len(n.broker.hub.unanswered()) == 1 })
	if rang := phone.rang(); len(rang) != 0 {
		t.Fatalf("telephoned early: %+v", rang)
	}
	n.later("it is telephoned", func() bool { return len(phone.rang()) == 1 })
	if r := phone.rang()[0]; r.Unattended || r.Office != "shiomachihama" || r.BoothName != "ブース1" || r.Call != call.ID {
		t.Errorf("telephoned with %+v", r)
	}
	phoned := func(c protocol.Call) bool { return c.PhonedAt != nil }
	callOf(booth, "the booth reads it", phoned)
	callOf(staff, "the counter reads it", phoned)
	staff.ok(answersCall(staff, call.ID))
	answered(booth)
}

func TestACallThatIsAnsweredTelephonesNobody(t *testing.T) {
	phone := &fakeTelephone{}
	n := newWorld(t).startWith(phone)
	booth, staff := n.sit(booth1), n.sit(counter)
	booth.ok(booth.request(protocol.TypeCall))
	staff.ok(answersCall(staff, rings(staff).ID))
	for range 100 {
		n.clock.advance(phoneEvery)
	}
	booth.raw(`{"type":"ping"}`)
	booth.hear(protocol.TypePong)
	if rang := phone.rang(); len(rang) != 0 {
		t.Errorf("telephoned: %+v", rang)
	}
}

func TestWithNobodyAtTheCounterTheOfficeIsTelephonedAtOnce(t *testing.T) {
	phone := &fakeTelephone{fails: 2}
	n := newWorld(t).startWith(phone)
	booth := n.sit(booth1)
	booth.ok(booth.request(protocol.TypeCall))
	callOf(booth, "the booth reads that nobody is there", func(c protocol.Call) bool { return c.HeardAt == nil && c.PhoneAt.Sub(c.At) == unheardFor })
	n.later("the first try fails", func() bool {
		calls := n.broker.hub.unanswered()
		return len(calls) == 1 && calls[0].PhoneFailed
	})
	n.later("it is telephoned", func() bool { return len(phone.rang()) == 1 })
	if !phone.rang()[0].Unattended {
		t.Error("the telephone is not told that nobody is there")
	}
	c := callOf(booth, "the booth reads it", func(c protocol.Call) bool { return c.PhonedAt != nil })
	if c.PhoneFailed || c.HeardAt != nil {
		t.Errorf("it reads %+v", c)
	}
}

func TestACallIsTelephonedWhileRedisIsDown(t *testing.T) {
	phone := &fakeTelephone{}
	w := newWorld(t)
	n := w.startWith(phone)
	booth, staff := n.sit(booth1), n.sit(counter)
	w.mini.SetError("LOADING Redis is away")
	booth.ok(booth.request(protocol.TypeCall))
	call := rings(staff)
	n.later("it is telephoned", func() bool { return len(phone.rang()) == 1 })
	staff.ok(answersCall(staff, call.ID))
	answered(booth)
	w.mini.SetError("")
}

func TestAnotherNodeTelephonesForOneThatDied(t *testing.T) {
	phone := &fakeTelephone{}
	w := newWorld(t)
	here, there := w.startWith(&fakeTelephone{fails: 1000}), w.startWith(phone)
	booth := here.sit(booth1)
	booth.ok(booth.request(protocol.TypeCall))
	there.until("the other node knows of it", func() bool { return len(there.broker.hub.unanswered()) == 1 })
	here.stop()
	there.later("it telephones", func() bool { return len(phone.rang()) == 1 })
}

func TestTwoNodesTelephoneOnce(t *testing.T) {
	phone := &fakeTelephone{}
	w := newWorld(t)
	here, there := w.startWith(phone), w.startWith(phone)
	booth, staff := here.sit(booth1), there.sit(counter)
	booth.ok(booth.request(protocol.TypeCall))
	there.later("the counter at the other node is known to have heard", func() bool {
		calls := here.broker.hub.unanswered()
		return len(calls) == 1 && calls[0].HeardAt != nil
	})
	rings(staff)
	for _, n := range []*node{here, there} {
		n.later("it is telephoned", func() bool {
			calls := n.broker.hub.unanswered()
			return len(calls) == 1 && calls[0].PhonedAt != nil
		})
	}
	for range 100 {
		w.clock.advance(phoneEvery)
	}
	if rang := phone.rang(); len(rang) != 1 || rang[0].Unattended {
		t.Errorf("telephoned %+v", rang)
	}
}

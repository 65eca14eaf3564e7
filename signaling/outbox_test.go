package signaling

import (
	"fmt"
	"testing"
	"time"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

func kinds(o *outbox) (list []string) {
	b, _ := o.take()
	for _, m := range b.messages {
		list = append(list, m.kind+string(m.data))
	}
	return list
}

func TestOfAStateOnlyTheNewestWaits(t *testing.T) {
	o := newOutbox(4, func() {})
	o.put(protocol.TypeSession, []byte("1"))
	o.put(protocol.TypeOK, []byte("a"))
	o.put(protocol.TypePresence, []byte("1"))
	o.put(protocol.TypeSession, []byte("2"))
	if got := fmt.Sprint(kinds(o)); got != "[oka presence1 session2]" {
		t.Fatal(got)
	}
}

func TestAThousandStatesFillNoQueueButFiveAnswersDo(t *testing.T) {
	o := newOutbox(4, func() {})
	for i := range 1000 {
		for kind := range stateful {
			if !o.put(kind, []byte(fmt.Sprint(i))) {
				t.Fatal("state filled the queue")
			}
		}
	}
	for i := range 4 {
		if !o.put(protocol.TypeOK, nil) {
			t.Fatalf("full after %d", i)
		}
	}
	if o.put(protocol.TypeOK, nil) {
		t.Fatal("a fifth answer fits")
	}
	if n := len(kinds(o)); n != len(stateful)+4 {
		t.Fatalf("%d wait", n)
	}
}

func TestNothingIsSaidAfterGoodbyeAndTheFirstGoodbyeHolds(t *testing.T) {
	o := newOutbox(4, func() {})
	o.put(protocol.TypeOK, nil)
	o.finish(closing{protocol.CloseRestart, "first"})
	o.finish(closing{protocol.CloseSlow, "second"})
	o.put(protocol.TypeOK, nil)
	b, _ := o.take()
	if len(b.messages) != 1 || b.last.code != protocol.CloseRestart {
		t.Fatalf("%d messages, %+v", len(b.messages), b.last)
	}
}

func TestAClientThatDoesNotReadIsCutOffAndTheOthersNoticeNothing(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.Limits.Queue, c.Limits.Burst = 8, 1_000_000 })
	c := n.consultation()
	deaf := n.sit("booth:okuse-1")
	n.until("the deaf client is cut off", func() bool {
		for range 100 {
			if deaf.conn.WriteMessage(1, []byte(`{"type":"dance","id":"`+fmt.Sprint(make([]int, 20))+`"}`)) != nil {
				return true
			}
		}
		return false
	})
	n.until("its seat is free", func() bool {
		free := true
		n.broker.hub.do(func() { free = n.broker.hub.seats["booth:okuse-1"] == nil })
		return free
	})
	c.undisturbed(n)
}

func TestAWriterIsStartedOnlyWhenThereIsSomethingToWriteAndNoneIsAtIt(t *testing.T) {
	started := 0
	o := newOutbox(4, func() { started++ })
	steps := []struct {
		what string
		do   func()
		want int
	}{
		{"a message comes", func() { o.put(protocol.TypeOK, nil) }, 1},
		{"a second while the writer is at it", func() { o.put(protocol.TypeOK, nil) }, 1},
		{"a ping too", o.pingNow, 1},
		{"the writer takes them", func() { o.take() }, 1},
		{"one more before it looks again", func() { o.put(protocol.TypeOK, nil) }, 1},
		{"it takes that too, and finds nothing more", func() { o.take(); o.take() }, 1},
		{"a message into the silence", func() { o.put(protocol.TypeOK, nil) }, 2},
		{"the connection ends", func() { o.take(); o.close(); o.take() }, 2},
		{"nothing is written after the end", func() { o.put(protocol.TypeOK, nil); o.pingNow() }, 2},
	}
	for _, s := range steps {
		if s.do(); started != s.want {
			t.Fatalf("%s: %d writers started, want %d", s.what, started, s.want)
		}
	}
}

// brokenPlaces has a fault that one seat's hello meets.
type brokenPlaces struct{ Places }

func (p brokenPlaces) Seat(id string) (Place, bool) {
	if id == "booth:fault" {
		panic("a fault of ours")
	}
	return p.Places.Seat(id)
}

func TestAFaultInOneSocketEndsOnlyThatOne(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.Places = brokenPlaces{c.Places} })
	c := n.consultation()
	token := must2(n.broker.issuer.Seat(access.Seat{ID: "booth:fault", Role: "booth", Area: area}, time.Hour))
	p := n.dial()
	p.say(protocol.TypeHello, protocol.Hello{Token: token})
	if _, err := p.read(); err == nil {
		t.Error("the socket with the fault goes on")
	}
	c.undisturbed(n)
	n.until("the socket is forgotten", func() bool { return len(n.broker.hub.sockets()) == 2 })
}

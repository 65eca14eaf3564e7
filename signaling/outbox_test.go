package signaling

import (
	"fmt"
	"testing"

	"madoguchi/signaling/protocol"
)

func kinds(o *outbox) (list []string) {
	messages, _ := o.take()
	for _, m := range messages {
		list = append(list, m.kind+string(m.data))
	}
	return list
}

func TestOfAStateOnlyTheNewestWaits(t *testing.T) {
	o := newOutbox(4)
	o.put(protocol.TypeSession, []byte("1"))
	o.put(protocol.TypeOK, []byte("a"))
	o.put(protocol.TypePresence, []byte("1"))
	o.put(protocol.TypeSession, []byte("2"))
	if got := fmt.Sprint(kinds(o)); got != "[oka presence1 session2]" {
		t.Fatal(got)
	}
}

func TestAThousandStatesFillNoQueueButFiveAnswersDo(t *testing.T) {
	o := newOutbox(4)
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
	o := newOutbox(4)
	o.put(protocol.TypeOK, nil)
	o.finish(closing{protocol.CloseRestart, "first"})
	o.finish(closing{protocol.CloseSlow, "second"})
	o.put(protocol.TypeOK, nil)
	messages, last := o.take()
	if len(messages) != 1 || last.code != protocol.CloseRestart {
		t.Fatalf("%d messages, %+v", len(messages), last)
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

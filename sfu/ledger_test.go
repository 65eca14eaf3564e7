package sfu

import (
	"context"
	"runtime"
	"testing"
	"time"
)

// owesNothing waits until the node's ledger is empty, memory included.
func owesNothing(t *testing.T, n *Node) {
	t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		runtime.GC()
		if n.Ledger().Zero() {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("still owned %v after the last room was closed: %+v", patience, n.Ledger())
		}
	}
}

func TestTheLedgerNamesWhatARoomOwnsAndIsEmptyAfterIt(t *testing.T) {
	n := startNode(t, nil)
	if l := n.Ledger(); !l.Zero() {
		t.Fatalf("before the first room: %+v", l)
	}
	consult(t, n)
	if err := n.CloseRoom(context.Background(), "r"); err != nil {
		t.Fatal(err)
	}
	owesNothing(t, n)
}

// consult brings two participants, one of them over TCP, into a room where everything flows, and looks at the ledger. Nothing
// of it is left on the test's stack.
func consult(t *testing.T, n *Node) {
	t.Helper()
	far := bothWays
	far.tcpOnly = true
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", far)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	stop := booth.stream()
	defer stop()
	desk.await("packets", func() bool { return desk.total() > 50 })
	l := n.Ledger()
	if l.Rooms != 1 || l.Peers != 2 || l.Rings != 4 || l.RingBytes < 100 || l.Connections != 2 || l.Credentials != 2 ||
		l.Paths != 1 || l.TCP < 1 || l.Goroutines < 2 {
		t.Errorf("two connected participants: %+v", l)
	}
}

func TestARefusedOfferOwnsNothing(t *testing.T) {
	n := startNode(t, func(c *Config) { c.Limits = Limits{PeersPerRoom: 1} })
	one, two := newClient(t, "one", bothWays), newClient(t, "two", bothWays)
	one.join(n, both(Join{Room: "r"}))
	if _, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "two", SDP: two.offer(nil)})); err == nil {
		t.Fatal("a second participant was taken in")
	}
	if _, err := n.Offer(context.Background(), both(Join{Room: "s", Participant: "two", SDP: "v=0"})); err == nil {
		t.Fatal("an offer that is none was taken")
	}
	if l := n.Ledger(); l.Connections != 1 || l.Credentials != 1 {
		t.Errorf("beside the one who is in: %+v", l)
	}
	if err := n.Leave(context.Background(), "r", "one"); err != nil {
		t.Fatal(err)
	}
	owesNothing(t, n)
}

package fleet

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// lane passes TCP on and can be made to hold everything back for a while, as a line does that is full.
type lane struct {
	listener net.Listener
	running  sync.WaitGroup
	mu       sync.Mutex
	held     chan struct{} // nil: it flows; closed when it flows again
	open     map[net.Conn]bool
}

func newLane(t *testing.T, listener net.Listener, to string) *lane {
	l := &lane{listener: listener, open: map[net.Conn]bool{}}
	l.running.Go(func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", to)
			if err != nil {
				_ = from.Close()
				continue
			}
			l.mu.Lock()
			l.open[from], l.open[there] = true, true
			l.mu.Unlock()
			l.running.Go(func() { l.pass(from, there) })
			l.running.Go(func() { l.pass(there, from) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		l.flow()
		l.mu.Lock()
		for c := range l.open {
			_ = c.Close()
		}
		l.mu.Unlock()
		l.running.Wait()
	})
	return l
}

func (l *lane) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	some := make([]byte, 32<<10)
	for {
		n, err := from.Read(some)
		if err != nil {
			return
		}
		l.mu.Lock()
		held := l.held
		l.mu.Unlock()
		if held != nil {
			<-held
		}
		if _, err := to.Write(some[:n]); err != nil && !errors.Is(err, io.EOF) {
			return
		}
	}
}

// hold lets nothing through until flow.
func (l *lane) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = make(chan struct{})
}

func (l *lane) flow() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		close(l.held)
		l.held = nil
	}
}

func listenHere(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A node that neither Redis nor the brokers hear is taken for dead, whatever goes on there. Nobody is to suffer from that:
// people are heard where they are until they have come to where they are sent, and only one place counts.
func TestANodeTakenForDeadThatLivesKeepsItsPeopleUntilTheyHaveMovedAndItsWordNoLongerCounts(t *testing.T) {
	w := newTown(t)
	toRedis := newLane(t, listenHere(t), w.at)
	inner := listenHere(t)
	own := *w
	own.at = toRedis.listener.Addr().String()
	a := w.hostWith(HostConfig{Redis: own.redis(), Address: inner.Addr().String()})
	toNode := newLane(t, inner, a.Addr().String())
	one, other := w.fleet(), w.fleet()
	one.sees(t, 1)
	other.sees(t, 1)
	booth, before := one.join(t, "s_1", "booth:a-1")
	b := w.host()
	one.sees(t, 2)
	other.sees(t, 2)
	until(t, "the other broker hears of it", func() bool { return other.last("s_1", "booth:a-1") != "" })

	toRedis.hold()
	toNode.hold()
	until(t, "the room has another place", func() bool { return one.place("s_1") > before && other.place("s_1") == one.place("s_1") })
	if !a.has("s_1") {
		t.Error("who is heard there was cut off before there was anything else")
	}
	_, after := one.join(t, "s_1", "booth:a-1")
	if after != one.place("s_1") || !b.has("s_1") {
		t.Fatalf("the new connection is at place %d, told %d", after, one.place("s_1"))
	}

	toRedis.flow()
	toNode.flow()
	until(t, "the node counts as living again", func() bool { return one.Usable() == 2 && other.Usable() == 2 })
	if !a.has("s_1") || booth.PC.ConnectionState().String() != "connected" {
		t.Error("it cuts people off at the moment it hears of the move")
	}
	if _, err := one.askAt(context.Background(), at{a.id, before}, frame{Do: doLeave, Room: "s_1", Participant: "booth:a-1"}); err != nil && !errors.Is(err, errStale) {
		t.Error(err)
	}
	until(t, "it has let go of the room", func() bool { return !a.has("s_1") })
	for _, f := range []*fleetOf{one, other} {
		if p, there, err := f.known(context.Background(), "s_1"); err != nil || !there || p != (at{b.id, after}) {
			t.Errorf("the room is at %v, %v, %v", p, there, err)
		}
		if got := f.last("s_1", "booth:a-1"); got != "connected" {
			t.Errorf("what the old place said last counts: %s", got)
		}
	}
	if !b.has("s_1") {
		t.Error("nobody is where the room is")
	}
}

func TestANodeThatOnlyOneOfRedisAndTheBrokersHearsIsNotLost(t *testing.T) {
	for _, row := range []struct {
		situation   string
		redis, node bool
	}{{"Redis does not hear it", true, false}, {"the brokers do not hear it", false, true}} {
		t.Run(row.situation, func(t *testing.T) {
			w := newTown(t)
			toRedis := newLane(t, listenHere(t), w.at)
			inner := listenHere(t)
			own := *w
			own.at = toRedis.listener.Addr().String()
			a := w.hostWith(HostConfig{Redis: own.redis(), Address: inner.Addr().String()})
			toNode := newLane(t, inner, a.Addr().String())
			w.host()
			one := w.fleet()
			one.sees(t, 2)
			if row.redis {
				toRedis.hold()
			}
			if row.node {
				toNode.hold()
			}
			long := func(s still) bool { return s.time > 2*one.cfg.lost }
			until(t, "one of them has heard nothing for long", func() bool {
				one.Fleet.mu.Lock()
				defer one.Fleet.mu.Unlock()
				m := one.nodes[a.id]
				if m.lost {
					t.Fatal("it is taken for dead")
				}
				return row.redis && long(m.heart) || row.node && long(m.voice)
			})
		})
	}
}

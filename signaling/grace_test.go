package signaling

import (
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/protocol"
)

// away waits until somebody is shown as offline.
func away(p *peer, participant string) protocol.PresenceItem {
	p.t.Helper()
	return presenceItem(p, participant, func(i protocol.PresenceItem) bool { return !i.Online && i.Reason != "" })
}

func back(p *peer, participant string) protocol.PresenceItem {
	p.t.Helper()
	return presenceItem(p, participant, func(i protocol.PresenceItem) bool { return i.Online && i.Reason != "" })
}

func presenceItem(p *peer, participant string, ok func(protocol.PresenceItem) bool) (found protocol.PresenceItem) {
	p.t.Helper()
	hearUntil(p, "presence of "+participant+" changes", func(m protocol.Presence) bool {
		for _, i := range m.People {
			if i.Participant == participant && ok(i) {
				found = i
				return true
			}
		}
		return false
	})
	return found
}

// settle lets the brokers' first lease pass, before which they judge nobody.
func (w *world) settle(nodes ...*node) {
	w.t.Helper()
	w.clock.advance(16 * time.Second)
	for _, n := range nodes {
		n.until("leases are judged", func() bool { return n.broker.settled.Load() <= w.clock.Now().UnixMilli() })
	}
}

// pass lets time go by in steps short enough for leases to be renewed.
func (w *world) pass(d time.Duration) {
	for ; d > 0; d -= 4 * time.Second {
		w.clock.advance(4 * time.Second)
		w.redis.Ping(w.t.Context()) // gives the keeper a turn
	}
}

func (n *node) stateOf(session string) protocol.State {
	n.t.Helper()
	d, err := n.broker.store.load(n.t.Context(), session)
	if err != nil {
		n.t.Fatal(err)
	}
	return d.State
}

// hangUp loses the line without a word.
func (p *peer) hangUp() { _ = p.conn.NetConn().Close() }

func TestADeskThatReturnsWithinGraceFindsEverythingAsItWas(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	n.settle(n)
	c.desk.hangUp()
	if i := away(c.booth, morita); i.Reason != protocol.AwayNetwork {
		t.Errorf("shown as %+v", i)
	}
	n.clock.advance(59 * time.Second)

	desk := n.dial()
	desk.token = c.desk.token
	desk.say(protocol.TypeHello, protocol.Hello{Token: desk.token, Reason: protocol.AwayReload})
	if s := desk.enter(n, c.session); s.State != protocol.StateConsultation {
		t.Fatalf("back in %s", s.State)
	}
	if i := back(c.booth, morita); i.Reason != protocol.AwayReload {
		t.Errorf("shown as %+v", i)
	}
	n.clock.advance(2 * time.Second)
	n.clock.advance(2 * time.Second)
	talk{c.booth, desk, c.session}.undisturbed(n)
}

func TestADeskThatDoesNotReturnLeavesTheResidentWaiting(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		deskDoesNotReturn(t, worldOn(t, s).start(nil))
	})
}

func deskDoesNotReturn(t *testing.T, n *node) {
	t.Helper()
	c := n.consultation()
	n.settle(n)
	c.desk.hangUp()
	away(c.booth, morita)
	if gate := n.media.gate(c.session); len(gate) != 2 {
		t.Fatalf("the gate was touched during grace: %v", gate)
	}
	n.until("the session waits again", func() bool { n.clock.advance(5 * time.Second); return n.stateOf(c.session) == protocol.StateWaiting })
	c.booth.state(protocol.StateWaiting)
	n.until("the gate is closed", func() bool { return len(n.media.gate(c.session)) == 0 })
	// The doctor is back much later, and admits again.
	desk := n.sit(morita)
	desk.enter(n, c.session)
	desk.ok(desk.admit(booth1))
	c.booth.state(protocol.StateConsultation)
}

func TestABoothThatDoesNotReturnIsGivenUpLater(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	n.settle(n)
	c.booth.hangUp()
	away(c.desk, booth1)
	n.pass(4 * time.Minute)
	if s := n.stateOf(c.session); s != protocol.StateConsultation {
		t.Fatalf("given up after four minutes: %s", s)
	}
	n.until("the session is given up", func() bool { n.clock.advance(5 * time.Second); return n.stateOf(c.session) == protocol.StateClosed })
	if e := c.desk.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonAbandoned {
		t.Fatalf("got %+v", e)
	}
}

func TestANodeThatDiesIsNoticedByTheOthers(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	a := w.book("shiomachihama-1", "medical@morita")
	booth, desk := here.sit(booth1), there.sit(morita)
	id := here.checkIn(a)
	booth.enter(here, id)
	booth.ok(booth.request(protocol.TypeReady))
	desk.enter(there, id)
	desk.ok(desk.admit(booth1))
	booth.state(protocol.StateConsultation)
	w.settle(here, there)

	// The desk's node dies: nothing more is heard of it, its leases are not renewed, its sockets hang.
	there.broker.hub.do(func() { clear(there.broker.hub.sessions[id].members) })
	// Time goes by no faster than the living renew their leases, or the booth would be lost as well.
	tick := func() {
		due := w.redis.ZScore(t.Context(), keyspace{area}.due(), who{id, booth1}.member()).Val()
		if int64(due) > w.clock.Now().Add(5*time.Second).UnixMilli() {
			w.clock.advance(time.Second)
		}
	}
	here.until("the lease runs out", func() bool { tick(); return !here.broker.hub.person(who{id, morita}).Online })
	away(booth, morita)
	here.until("then the grace", func() bool { tick(); return here.stateOf(id) == protocol.StateWaiting })
}

func TestALiveSocketIsNotDeclaredLostByMistake(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	n.settle(n)
	p := n.broker.hub.person(who{c.session, morita})
	n.broker.offline(t.Context(), who{c.session, morita}, p.Socket, protocol.AwayNetwork)
	if !n.broker.hub.person(who{c.session, morita}).Online {
		t.Fatal("shown as offline")
	}
	n.pass(2 * time.Minute)
	c.undisturbed(n)
}

func TestAVisitWhoseBoothNeverComesIsGivenUp(t *testing.T) {
	n := newWorld(t).start(nil)
	id := n.checkIn(n.book("shiomachihama-1", "medical@morita"))
	n.settle(n)
	n.clock.advance(time.Hour)
	n.clock.advance(time.Second)
	if s := n.stateOf(id); s != protocol.StateArrived {
		t.Fatalf("given up too early: %s", s)
	}
	n.until("it is given up", func() bool { n.clock.advance(10 * time.Minute); return n.stateOf(id) == protocol.StateClosed })
}

func TestNothingIsLeftOfASessionThatIsOver(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	c.desk.ok(c.desk.request(protocol.TypeEnd))
	c.booth.hear(protocol.TypeEnded)
	keys := keyspace{area}
	for _, key := range []string{keys.live(c.session), keys.due(), keys.open()} {
		if n.mini.Exists(key) {
			t.Errorf("%s is left", key)
		}
	}
	for _, key := range []string{keys.session(c.session)} {
		if ttl := n.mini.TTL(key); ttl <= 0 || ttl > closedFor {
			t.Errorf("%s is kept for %v", key, ttl)
		}
	}
	n.clock.advance(closedFor + pruneEvery)
	n.until("the hub has forgotten it", func() bool {
		n.clock.advance(pruneEvery)
		_, ok := n.broker.hub.doc(c.session)
		return !ok
	})
}

func TestASocketIsClosedWhenItsTokenHasExpired(t *testing.T) {
	n := newWorld(t).start(nil)
	idle := n.sit("booth:okuse-1")
	c := n.consultation()
	n.clock.advance(13 * time.Hour)
	if code := idle.closed(); code != protocol.CloseExpired {
		t.Fatalf("closed with %d", code)
	}
	c.undisturbed(n) // nobody is cut off in the middle of a consultation
}

func TestBookingIsToldWhichDesksSomebodySitsAt(t *testing.T) {
	n := newWorld(t).start(nil)
	n.sit(morita)
	n.until("the desk is seen", func() bool { n.clock.advance(waitsEvery); return n.mini.Exists("{shiomachi}:seen:morita") })
	if n.mini.Exists("{shiomachi}:seen:shiokaze-1") {
		t.Error("nobody sits at the other desk")
	}
}

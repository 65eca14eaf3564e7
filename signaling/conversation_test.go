package signaling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/signaling/protocol"
)

// countingMedia notes every mute that was carried out, in order.
type countingMedia struct {
	*fakeMedia
	mu    sync.Mutex
	mutes [][2]bool
	held  chan struct{} // if set, a mute waits here
}

func (c *countingMedia) Mute(ctx context.Context, room, participant string, audio, video bool) error {
	c.mu.Lock()
	held := c.held
	c.mu.Unlock()
	if held != nil {
		<-held
	}
	c.mu.Lock()
	c.mutes = append(c.mutes, [2]bool{audio, video})
	c.mu.Unlock()
	return c.fakeMedia.Mute(ctx, room, participant, audio, video)
}

func (c *countingMedia) done() [][2]bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.mutes)
}

// twoNodes are two brokers on one Redis, with a consultation whose booth has not come yet.
func twoNodes(t *testing.T) (counted *countingMedia, session string, nodes []*node) {
	t.Helper()
	w := newWorld(t)
	counted = &countingMedia{fakeMedia: w.media}
	// However slow the machine is, Redis is there: what is remembered only in time would be carried out twice now and then.
	with := func(c *Config) {
		c.Media = counted
		c.remember = time.Minute
		c.Limits.PerSecond, c.Limits.Burst = 10_000, 10_000
	}
	nodes = []*node{w.start(with), w.start(with)}
	return counted, nodes[0].checkIn(w.book("shiomachihama-1", "medical@morita")), nodes
}

func muted(i int) (audio, video bool) { return i%2 == 1, i%4 >= 2 }

// Every request is carried out once and in its order, wherever the line is cut and at whichever node the page comes back;
// and the last word on every state arrives.
func TestACutAtAnyPointNeitherLosesNorDoublesARequest(t *testing.T) {
	counted, session, nodes := twoNodes(t)
	p := pageOf(t, booth1, session, nodes...)
	p.come()
	total := 0
	// What went wrong first is what counts: rapid tries again with less, on the same conversation, which misses a request by then.
	first := ""
	wrong := func(r *rapid.T, format string, args ...any) {
		if first == "" {
			first = fmt.Sprintf(format, args...)
		}
		r.Fatal(first)
	}
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(r, "requests") {
			for _, l := range p.lines {
				l.after(rapid.IntRange(0, 900).Draw(r, "cut to the server"), rapid.IntRange(0, 4000).Draw(r, "cut to the page"))
			}
			total++
			audio, video := muted(total)
			got := p.ask(protocol.TypeMute, func(id string) any { return protocol.Mute{ID: id, Audio: audio, Video: video} })
			if _, ok := got.(protocol.OK); !ok {
				wrong(r, "request %d: %+v", total, got)
			}
		}
		for _, l := range p.lines {
			l.after(-1, -1)
		}
		audio, video := muted(total)
		p.until("the last word on who is muted arrives", func() bool {
			return p.presence != nil && slices.ContainsFunc(p.presence.People, func(i protocol.PresenceItem) bool {
				return i.Participant == booth1 && i.AudioMuted == audio && i.VideoMuted == video
			})
		})
		done := counted.done()
		if len(done) != total {
			wrong(r, "%d requests were carried out %d times", total, len(done))
		}
		for i, got := range done {
			if audio, video := muted(i + 1); got != [2]bool{audio, video} {
				wrong(r, "request %d was carried out as %v", i+1, got)
			}
		}
	})
	t.Logf("%d requests over %d sockets at two nodes; %d messages came twice and were dropped", total, p.sockets, p.twice)
}

// The same for what changes the document, with a cut at every single byte a page says and every tenth it hears while it
// calls itself ready and leaves.
func TestACutAtAnyByteNeitherLosesNorDoublesAChangeOfTheSession(t *testing.T) {
	w := newWorld(t)
	fast := func(c *Config) { c.remember = time.Minute; c.Limits.PerSecond, c.Limits.Burst = 10_000, 10_000 }
	nodes := []*node{w.start(fast), w.start(fast)}
	session := nodes[0].checkIn(w.book("shiomachihama-1", "medical@morita"))
	desk := pageOf(t, morita, session, nodes...)
	booth := pageOf(t, booth1, session, nodes...)
	booth.come()
	booth.ask(protocol.TypeReady, func(id string) any { return protocol.Request{ID: id} })
	cuts := []struct{ toServer, toPage int }{}
	for at := 0; at < 400; at += 8 {
		cuts = append(cuts, struct{ toServer, toPage int }{at, -1})
	}
	for at := 0; at < 6000; at += 150 {
		cuts = append(cuts, struct{ toServer, toPage int }{-1, at})
	}
	for _, cut := range cuts {
		desk.come()
		before := versionOf(t, nodes[0], session)
		for _, l := range desk.lines {
			l.after(cut.toServer, cut.toPage)
		}
		for _, step := range []struct {
			kind string
			body func(string) any
		}{
			{protocol.TypeAdmit, func(id string) any { return protocol.Admit{ID: id, Participant: booth1} }},
			{protocol.TypeLeave, func(id string) any { return protocol.Request{ID: id} }},
		} {
			got := desk.ask(step.kind, step.body)
			if _, ok := got.(protocol.OK); !ok {
				t.Fatalf("%s, cut at %+v: %+v", step.kind, cut, got)
			}
		}
		desk.lost()
		// The desk enters, admits and leaves: three versions, or more when it had to enter again after it had left.
		if after := versionOf(t, nodes[0], session); after != before+2 && after != before+3 && after != before+4 {
			t.Fatalf("cut at %+v: version %d became %d", cut, before, after)
		}
	}
	t.Logf("%d cuts, %d sockets", len(cuts), desk.sockets)
}

func versionOf(t *testing.T, n *node, session string) int64 {
	t.Helper()
	d, err := n.broker.store.load(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	return d.Version
}

func TestWhatIsCarriedOutElsewhereIsWaitedFor(t *testing.T) {
	counted, session, nodes := twoNodes(t)
	p := pageOf(t, booth1, session, nodes...)
	p.come()
	held := make(chan struct{})
	counted.mu.Lock()
	counted.held = held
	counted.mu.Unlock()
	// The request arrives, and the line goes before it is answered.
	p.ids, p.seq = p.ids+1, p.seq+1
	id := fmt.Sprint(p.ids)
	if err := p.write(protocol.TypeMute, protocol.Mute{ID: id, Audio: true}, protocol.Numbers{Seq: p.seq}); err != nil {
		t.Fatal(err)
	}
	key := keyspace{area}.conversation(booth1, p.conversation)
	p.nodes[0].until("the first node is at it", func() bool { return p.nodes[0].redis.HExists(t.Context(), key, requestField(id)).Val() })
	p.lost()
	p.come()
	if err := p.write(protocol.TypeMute, protocol.Mute{ID: id, Audio: true}, protocol.Numbers{Seq: p.seq}); err != nil {
		t.Fatal(err)
	}
	close(held)
	if _, ok := p.answer(id).(protocol.OK); !ok {
		t.Fatal("refused")
	}
	if done := counted.done(); len(done) != 1 {
		t.Fatalf("carried out %d times", len(done))
	}
}

func TestARequestWhoseNodeWasLostIsToldSoAndCannotHappenLater(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	session := here.checkIn(w.book("shiomachihama-1", "medical@morita"))
	booth := here.sit(booth1)
	booth.enter(here, session)
	p := pageOf(t, booth1, session, there)
	key := keyspace{area}.conversation(booth1, p.conversation)
	late := claim{key: key, field: requestField("77"), token: fmt.Sprintf("?n_lost w_lost %d", w.clock.Now().UnixMilli()), answer: "0 {}"}
	if verdict := here.broker.book.claim(t.Context(), late, w.clock.Now()); verdict != "" {
		t.Fatalf("claimed: %q", verdict)
	}
	w.clock.advance(givenUpAfter + time.Second)

	ready := func(id string) any { return protocol.Request{ID: id} }
	if got, ok := p.askAs("77", protocol.TypeReady, ready).(protocol.Error); !ok || got.Code != protocol.ErrInterrupted {
		t.Fatalf("got %+v", got)
	}
	// The lost node wakes up in the middle of it.
	d, _, err := here.broker.newest(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	next := d
	next.Version++
	_, _, err = here.broker.store.put(context.WithValue(t.Context(), claimKey{}, late), next, d.Version, "ready", nil)
	var refused *refusal
	if !errors.As(err, &refused) || refused.code != protocol.ErrInterrupted {
		t.Fatalf("stored late: %v", err)
	}
	if got := versionOf(t, there, session); got != d.Version {
		t.Fatalf("version %d became %d", d.Version, got)
	}
	// Asked anew it is carried out.
	if got := p.askAs("78", protocol.TypeReady, ready); got != (protocol.OK{Re: "78"}) {
		t.Fatalf("got %+v", got)
	}
}

func TestWhatWasAcknowledgedIsKeptNoLonger(t *testing.T) {
	counted, session, nodes := twoNodes(t)
	p := pageOf(t, booth1, session, nodes[0])
	for range 3 {
		p.ask(protocol.TypeMute, func(id string) any { return protocol.Mute{ID: id, Audio: true} })
	}
	if err := p.write(protocol.TypePing, protocol.Ping{}, protocol.Numbers{Ack: p.heard}); err != nil {
		t.Fatal(err)
	}
	key := keyspace{area}.conversation(booth1, p.conversation)
	nodes[0].until("nothing of the conversation is kept", func() bool { return nodes[0].redis.Exists(t.Context(), key).Val() == 0 })
	if done := counted.done(); len(done) != 3 {
		t.Fatalf("carried out %d times", len(done))
	}
}

func TestTheEndOfAVisitIsToldToWhomItDidNotReach(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	session := here.checkIn(w.book("shiomachihama-1", "medical@morita"))
	booth := pageOf(t, booth1, session, here, there)
	booth.come()
	booth.ask(protocol.TypeReady, func(id string) any { return protocol.Request{ID: id} })
	desk := here.sit(morita)
	desk.enter(here, session)
	booth.lines[0].silence()
	desk.ok(desk.request(protocol.TypeEnd))
	booth.lost()
	booth.session = "" // it comes back to its seat
	key := keyspace{area}.conversation(booth1, booth.conversation)
	there.until("the end is kept", func() bool {
		return slices.ContainsFunc(there.redis.HKeys(t.Context(), key).Val(), func(field string) bool { return field[0] == 'e' })
	})
	booth.until("the end is told", func() bool { return booth.ended == 1 })
}

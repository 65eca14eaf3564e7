package sfu

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// witness is an Observer that remembers.
type witness struct {
	mu     sync.Mutex
	states map[string][]PeerState // by participant
	tracks map[string][]TrackSlot
	lines  map[string][]Quality
	blind  []string
}

func newWitness() *witness {
	return &witness{states: map[string][]PeerState{}, tracks: map[string][]TrackSlot{}, lines: map[string][]Quality{}}
}

func (w *witness) PeerState(_, participant string, s PeerState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.states[participant] = append(w.states[participant], s)
}

func (w *witness) Tracks(_, participant string, tracks []TrackSlot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tracks[participant] = tracks
}

func (w *witness) Quality(_, participant string, q Quality) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines[participant] = append(w.lines[participant], q)
}

// line returns everything told of a participant's line.
func (w *witness) line(participant string) []Quality {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.lines[participant])
}

func (w *witness) last(participant string) PeerState {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s := w.states[participant]; len(s) > 0 {
		return s[len(s)-1]
	}
	return ""
}

func (w *witness) from(participant string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for _, t := range w.tracks[participant] {
		list = append(list, t.From+"/"+t.Purpose)
	}
	return list
}

func admit(t testing.TB, n *Node, room string, who ...string) {
	t.Helper()
	if err := n.Admit(context.Background(), room, who); err != nil {
		t.Fatal(err)
	}
}

func TestAdmissionNegotiatesNothingAndTellsWhoseTrackIsWhere(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	before := desk.PC.RemoteDescription().SDP
	admit(t, n, "r", "booth", "desk")
	desk.await("the desk to be told", func() bool {
		return slices.Equal(w.from("desk"), []string{"booth/voice", "booth/face"}) &&
			slices.Equal(w.from("booth"), []string{"desk/voice", "desk/face"})
	})
	defer booth.stream()()
	desk.await("pictures", func() bool { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > 3 })
	if desk.PC.RemoteDescription().SDP != before || desk.PC.SignalingState() != webrtc.SignalingStateStable {
		t.Fatal("something was negotiated")
	}
	booth.await("the keyframe request", func() bool { return booth.plis.Load() > 0 })
}

func TestADismissedParticipantGetsNothingMore(t *testing.T) {
	n := startNode(t, nil)
	booth, desk, guest := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays), newClient(t, "guest", bothWays)
	for _, c := range []*client{booth, desk, guest} {
		c.join(n, both(Join{Room: "r"}))
	}
	defer booth.stream()()
	defer guest.stream()()
	admit(t, n, "r", "booth", "desk", "guest")
	guest.await("pictures", func() bool { return holds(guest.received(webrtc.RTPCodecTypeVideo, 0), "picture of booth") })
	admit(t, n, "r", "booth", "desk")
	// What had been written before Admit returned may still be on its way: a later packet to the desk shows that it is over.
	out := n.Stats().PacketsOut
	desk.await("more to the desk", func() bool { return n.Stats().PacketsOut > out+50 })
	had := guest.total()
	out = n.Stats().PacketsOut
	desk.await("more to the desk", func() bool { return n.Stats().PacketsOut > out+100 })
	if got := guest.total(); got != had {
		t.Fatalf("%d packets after dismissal", got-had)
	}
	if err := n.Leave(context.Background(), "r", "guest"); err != nil {
		t.Fatal(err)
	}
}

func TestMuteStopsForwardingOnTheServer(t *testing.T) {
	n := startNode(t, nil)
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	defer booth.stream()()
	sound := func() int { return len(desk.received(webrtc.RTPCodecTypeAudio, 0)) }
	pictures := func() int { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) }
	desk.await("both", func() bool { return sound() > 10 && pictures() > 10 })
	mute := func(audio, video bool) {
		if err := n.Mute(context.Background(), "r", "booth", audio, video); err != nil {
			t.Fatal(err)
		}
	}
	mute(true, false)
	had := pictures()
	desk.await("pictures only", func() bool { return pictures() > had+20 })
	before := sound()
	had = pictures()
	desk.await("pictures only", func() bool { return pictures() > had+40 })
	if got := sound(); got != before {
		t.Fatalf("%d packets of a muted voice", got-before)
	}
	mute(false, true)
	desk.await("the voice again", func() bool { return sound() > before+10 })
	mute(false, false)
	had = pictures()
	desk.await("pictures again", func() bool { return pictures() > had+10 })
	got := desk.received(webrtc.RTPCodecTypeVideo, 0)
	for i := 1; i < len(got); i++ {
		if got[i].SequenceNumber != got[i-1].SequenceNumber+1 {
			t.Fatalf("muting left a hole: %d after %d", got[i].SequenceNumber, got[i-1].SequenceNumber)
		}
	}
	if err := n.Mute(context.Background(), "r", "nobody", true, true); !errors.Is(err, ErrNoPeer) {
		t.Fatalf("muting nobody: %v", err)
	}
}

func TestMessagesPassBetweenAdmittedParticipantsOnlyAndSayWhoSentThem(t *testing.T) {
	n := startNode(t, nil)
	shape := clientShape{downAudio: 1, talk: true}
	booth, desk, outside := newClient(t, "booth", shape), newClient(t, "desk", shape), newClient(t, "outside", shape)
	for _, c := range []*client{booth, desk, outside} {
		c.join(n, both(Join{Room: "r"}))
		<-c.Open()
	}
	say := func(c *client, text string) {
		t.Helper()
		if err := c.Channel.SendText(text); err != nil {
			t.Fatal(err)
		}
	}
	heard := func(c *client) []string {
		c.mu.Lock()
		defer c.mu.Unlock()
		return slices.DeleteFunc(slices.Clone(c.messages), func(m string) bool { return m[0] == '\n' })
	}
	dropped := func(want uint64) func() bool { return func() bool { return n.Stats().MessagesLost >= want } }
	say(booth, "too early")
	booth.await("the early message to be dropped", dropped(1))
	admit(t, n, "r", "booth", "desk")
	say(outside, "from outside")
	booth.await("the outsider's message to be dropped", dropped(2))
	say(booth, "痛みは")
	say(desk, "いつからですか")
	booth.await("the desk's words", func() bool { return slices.Equal(heard(booth), []string{"desk\nいつからですか"}) })
	desk.await("the booth's words", func() bool { return slices.Equal(heard(desk), []string{"booth\n痛みは"}) })
	if got := heard(outside); len(got) != 0 {
		t.Fatalf("outside heard %q", got)
	}
	say(booth, strings.Repeat("長", 16<<10/3))
	desk.await("a long message", func() bool { return len(heard(desk)) == 2 })
	say(booth, strings.Repeat("x", 16<<10+1))
	desk.await("the too long one to be dropped", dropped(3))
	for range 200 {
		say(booth, "flood")
	}
	desk.await("most of a flood to be dropped", dropped(100))
}

func TestAReloadedPageTakesThePlaceOfTheOldOne(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	stop := booth.stream()
	desk.await("pictures", func() bool { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > 10 })
	before := w.from("desk")
	stop()
	again := newClient(t, "booth", bothWays)
	again.join(n, both(Join{Room: "r"}))
	defer again.stream()()
	had := len(desk.received(webrtc.RTPCodecTypeVideo, 0))
	desk.await("pictures of the new page on the same m-line, still admitted", func() bool {
		return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > had+10
	})
	if after := w.from("desk"); !slices.Equal(before, after) {
		t.Fatalf("tracks moved from %v to %v", before, after)
	}
	if s := n.Stats(); s.Peers != 2 {
		t.Fatalf("%d peers", s.Peers)
	}
	got := desk.received(webrtc.RTPCodecTypeVideo, 0)
	for i := 1; i < len(got); i++ {
		if got[i].SequenceNumber != got[i-1].SequenceNumber+1 {
			t.Fatalf("the two pages are not joined: %d after %d", got[i].SequenceNumber, got[i-1].SequenceNumber)
		}
	}
}

func TestAnICERestartKeepsEverything(t *testing.T) {
	n := startNode(t, nil)
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	defer booth.stream()()
	desk.await("pictures", func() bool { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > 10 })
	offer := desk.offer(&webrtc.OfferOptions{ICERestart: true})
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "desk", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	desk.accept(answer)
	had := len(desk.received(webrtc.RTPCodecTypeVideo, 0))
	desk.await("pictures after the restart", func() bool {
		return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > had+100
	})
	if s := n.Stats(); s.PeersEver != 2 {
		t.Fatalf("%d peers were made", s.PeersEver)
	}
}

func TestWhoeverDoesNotComeBackInTimeIsGone(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer, c.Grace = w, 300*time.Millisecond })
	c := newClient(t, "booth", bothWays)
	// The answer is thrown away: the line never comes up.
	if _, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "booth", SDP: c.offer(nil)})); err != nil {
		t.Fatal(err)
	}
	c.await("the peer to be given up", func() bool { return w.last("booth") == PeerGone })
	if s := n.Stats(); s.Peers != 0 || s.Rooms != 0 {
		t.Fatalf("%+v", s)
	}
}

func TestAClosedPageIsNoticedAtOnce(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	c := newClient(t, "booth", bothWays)
	c.join(n, both(Join{Room: "r"}))
	c.await("connected", func() bool { return w.last("booth") == PeerConnected })
	if err := c.PC.GracefulClose(); err != nil {
		t.Fatal(err)
	}
	c.await("gone", func() bool { return w.last("booth") == PeerGone })
}

func TestEverybodysTracksFillTheSlotsInTheOrderOfJoining(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	shape := clientShape{upAudio: true, upVideo: true, downAudio: 3, downVideo: 2}
	var all []*client
	var names []string
	for i := range 5 {
		c := newClient(t, fmt.Sprintf("p%d", i), shape)
		c.join(n, both(Join{Room: "r"}))
		all, names = append(all, c), append(names, c.name)
	}
	admit(t, n, "r", names...)
	want := []string{"p0/voice", "p1/voice", "p2/voice", "p0/face", "p1/face"}
	all[4].await("the first come to be shown", func() bool { return slices.Equal(w.from("p4"), want) })
	if err := n.Leave(context.Background(), "r", "p1"); err != nil {
		t.Fatal(err)
	}
	want = []string{"p0/voice", "p3/voice", "p2/voice", "p0/face", "p3/face"}
	all[4].await("the next to take the free places and nobody to move", func() bool {
		return slices.Equal(w.from("p4"), want)
	})
}

func TestASlotIsFilledWhenSomebodyComesLater(t *testing.T) {
	n := startNode(t, nil)
	desk := newClient(t, "desk", bothWays)
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	booth := newClient(t, "booth", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	defer booth.stream()()
	desk.await("the newcomer's picture", func() bool {
		return holds(desk.received(webrtc.RTPCodecTypeVideo, 0), "picture of booth")
	})
}

func TestClosingARoomEndsEverybodyInIt(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	a, b := newClient(t, "a", bothWays), newClient(t, "b", bothWays)
	a.join(n, both(Join{Room: "r"}))
	b.join(n, both(Join{Room: "other"}))
	ended := make(chan struct{})
	x := newClient(t, "x", clientShape{upAudio: true})
	x.join(n, both(Join{Room: "r", Kind: WHIP, Ended: func() { close(ended) }}))
	if err := n.CloseRoom(context.Background(), "r"); err != nil {
		t.Fatal(err)
	}
	<-ended
	a.await("everybody of the room to be gone", func() bool { return w.last("a") == PeerGone && w.last("x") == PeerGone })
	if w.last("b") != PeerConnected {
		t.Fatal("another room was touched")
	}
}

func TestLimitsAreKeptAndSaidSo(t *testing.T) {
	n := startNode(t, func(c *Config) { c.Limits = Limits{Rooms: 2, PeersPerRoom: 1, TracksPerPeer: 3, SDPBytes: 20000} })
	c := newClient(t, "a", clientShape{upAudio: true})
	offer := c.offer(nil)
	ask := func(room, who, sdp string) error {
		_, err := n.Offer(context.Background(), both(Join{Room: room, Participant: who, SDP: sdp}))
		return err
	}
	big := newClient(t, "big", clientShape{downAudio: 2, downVideo: 2}).offer(nil)
	for _, row := range []struct {
		name, room, who, sdp string
		want                 error
	}{
		{"the first", "r1", "a", offer, nil},
		{"a second in the same room", "r1", "b", offer, ErrFull},
		{"the same again", "r1", "a", offer, nil},
		{"a second room", "r2", "a", offer, nil},
		{"a third room", "r3", "a", offer, ErrFull},
		{"too many m-lines", "r2", "a", big, ErrOffer},
		{"too much SDP", "r2", "a", offer + strings.Repeat("a=x\r\n", 5000), ErrOffer},
		{"a room without a name", "", "a", offer, ErrOffer},
	} {
		if err := ask(row.room, row.who, row.sdp); !errors.Is(err, row.want) {
			t.Errorf("%s: %v, want %v", row.name, err, row.want)
		}
	}
	for i := range 100 {
		err := n.Candidate(context.Background(), "r1", "a", "candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host", "0")
		if i < 64 && err != nil || i >= 64 && !errors.Is(err, ErrFull) {
			t.Fatalf("candidate %d: %v", i, err)
		}
	}
	if err := n.Candidate(context.Background(), "r1", "nobody", "x", "0"); !errors.Is(err, ErrNoPeer) {
		t.Fatalf("candidate of nobody: %v", err)
	}
}

func TestGrantsDecideWhatAnOfferMayAskFor(t *testing.T) {
	n := startNode(t, nil)
	up, down := newClient(t, "up", clientShape{upAudio: true}).offer(nil), newClient(t, "down", clientShape{downAudio: 1}).offer(nil)
	for _, row := range []struct {
		name               string
		publish, subscribe bool
		sdp                string
		want               error
	}{
		{"sending with publish", true, false, up, nil},
		{"sending without", false, true, up, ErrNotAllowed},
		{"receiving with subscribe", false, true, down, nil},
		{"receiving without", true, false, down, ErrNotAllowed},
	} {
		_, err := n.Offer(context.Background(), Join{
			Room: "r", Participant: "p", Publish: row.publish, Subscribe: row.subscribe, SDP: row.sdp,
		})
		if !errors.Is(err, row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestAClosedNodeTakesNothing(t *testing.T) {
	n := startNode(t, nil)
	if err := n.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	offer := newClient(t, "p", clientShape{upAudio: true}).offer(nil)
	if _, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: offer})); !errors.Is(err, ErrClosed) {
		t.Fatalf("offer: %v", err)
	}
	if err := n.Admit(context.Background(), "r", []string{"p"}); !errors.Is(err, ErrClosed) {
		t.Fatalf("admit: %v", err)
	}
}

func TestPreparingARoomAsksTheNamedForKeyFrames(t *testing.T) {
	n := startNode(t, nil)
	booth, other := newClient(t, "booth", bothWays), newClient(t, "other", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	other.join(n, both(Join{Room: "r"}))
	defer booth.stream()()
	defer other.stream()()
	booth.await("the node to have heard both", func() bool { return n.Stats().PacketsIn > 200 })
	if err := n.Prepare(context.Background(), "r", []string{"booth", "nobody"}, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	booth.await("the booth to be asked for a key frame", func() bool { return booth.plis.Load() > 0 })
	if n := other.plis.Load(); n != 0 {
		t.Fatalf("the other was asked for %d key frames", n)
	}
	if err := n.Prepare(context.Background(), "nowhere", []string{"booth"}, time.Second); err != nil {
		t.Fatal(err)
	}
}

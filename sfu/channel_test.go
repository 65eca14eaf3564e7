package sfu

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// line is a data channel of a test client, and what has come on it.
type line struct {
	*webrtc.DataChannel
	client *client

	mu     sync.Mutex
	heard  []string
	opened chan struct{}
}

// dataChannel makes a data channel; it opens once the client has joined.
func (c *client) dataChannel(label string, unreliable bool) *line {
	c.t.Helper()
	init := &webrtc.DataChannelInit{}
	if unreliable {
		ordered, none := false, uint16(0)
		init.Ordered, init.MaxRetransmits = &ordered, &none
	}
	dc, err := c.PC.CreateDataChannel(label, init)
	if err != nil {
		c.t.Fatal(err)
	}
	l := &line{DataChannel: dc, client: c, opened: make(chan struct{})}
	dc.OnOpen(sync.OnceFunc(func() { close(l.opened) }))
	dc.OnMessage(func(m webrtc.DataChannelMessage) {
		l.mu.Lock()
		l.heard = append(l.heard, string(m.Data))
		l.mu.Unlock()
		c.poke()
	})
	return l
}

func (l *line) say(text string) {
	l.client.t.Helper()
	if err := l.SendText(text); err != nil {
		l.client.t.Error(err)
	}
}

func (l *line) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.heard)
}

// told reports whether the server has said why something was not passed on.
func (l *line) told(why string) func() bool {
	return func() bool {
		return slices.ContainsFunc(l.all(), func(m string) bool {
			return strings.HasPrefix(m, "\n") && strings.Contains(m, fmt.Sprintf(`"why":%q`, why))
		})
	}
}

// others are what the other participants have said.
func (l *line) others() []string {
	return slices.DeleteFunc(l.all(), func(m string) bool { return strings.HasPrefix(m, "\n") })
}

var listens = clientShape{downAudio: 1}

func TestWhatIsNewestPassesBetweenThoseLetInAndIsBounded(t *testing.T) {
	n := startNode(t, nil)
	booth, desk := newClient(t, "booth", listens), newClient(t, "desk", listens)
	from, to := booth.dataChannel("latest", true), desk.dataChannel("latest", true)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	<-from.opened
	<-to.opened
	from.say("too early")
	booth.await("the booth to be told that it is not let in", from.told("gate"))
	admit(t, n, "r", "booth", "desk")
	from.say("here")
	desk.await("the pointer", func() bool { return slices.Equal(to.others(), []string{"booth\nhere"}) })
	from.say(strings.Repeat("x", 1151))
	booth.await("the booth to be told that it is too large", from.told("too-large"))
	for range 600 {
		from.say("flood")
	}
	booth.await("the booth to be told that it is too fast", from.told("too-fast"))
	if got := len(to.others()); got > 200 {
		t.Errorf("%d messages of a flood passed", got)
	}
	if err := n.Leave(t.Context(), "r", "desk"); err != nil {
		t.Fatal(err)
	}
	desk.await("the desk's channel to end", func() bool { return to.ReadyState() == webrtc.DataChannelStateClosed })
	had := n.Stats().Messages
	from.say("nobody is there")
	from.say("still nobody")
	booth.await("both to be read", func() bool {
		r, _ := n.Room("r")
		return len(r.Peers) == 1 && n.Stats().Messages == had
	})
}

func TestOddChannelsAreIgnoredAndTooManyPutOut(t *testing.T) {
	n := startNode(t, nil)
	bad, desk := newClient(t, "bad", listens), newClient(t, "desk", listens)
	heard := []*line{desk.dataChannel("talk", false), desk.dataChannel("latest", true)}
	odd := []*line{bad.dataChannel("", false), bad.dataChannel("Talk", false), bad.dataChannel("\x00talk", false)}
	bad.dataChannel(strings.Repeat("長", 5000), true) // longer than is read: it never opens
	bad.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "bad", "desk")
	<-heard[0].opened
	<-heard[1].opened
	for _, l := range odd {
		<-l.opened
		l.say("hello")
	}
	right := bad.dataChannel("talk", false)
	<-right.opened
	right.say("and this passes")
	desk.await("what came by the right channel", func() bool { return len(heard[0].others()) == 1 })
	if got := heard[1].others(); len(got) != 0 {
		t.Fatalf("odd channels were heard: %q", got)
	}
	for i := range 8 {
		if _, err := bad.PC.CreateDataChannel(fmt.Sprint("more ", i), nil); err != nil {
			break // it is out already
		}
	}
	desk.await("whoever opens ever more channels to be put out", func() bool { return n.Stats().Peers == 1 })
}

func TestAStreamThatIsNoDataChannelHoldsNothingUp(t *testing.T) {
	n := startNode(t, nil)
	bad, desk := newClient(t, "bad", listens), newClient(t, "desk", listens)
	to := desk.dataChannel("talk", false)
	from := bad.dataChannel("talk", false)
	var raw []*webrtc.DataChannel
	for i := range uint16(6) {
		negotiated, id := true, 101+2*i // no opening message: data come at once
		dc, err := bad.PC.CreateDataChannel(fmt.Sprint(i), &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
		if err != nil {
			t.Fatal(err)
		}
		raw = append(raw, dc)
	}
	bad.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "bad", "desk")
	<-from.opened
	<-to.opened
	for i, garbage := range []string{"\x03", "\x03\x00", "\x02", strings.Repeat("\xff", 3000), "\x03\x00\x00\x00\x00\x00\x00\x00\xff\xff\x00\x00", " "} {
		for raw[i].ReadyState() != webrtc.DataChannelStateOpen {
			<-bad.changedOr(5 * time.Millisecond)
		}
		if err := raw[i].Send([]byte(garbage)); err != nil {
			t.Error(err)
		}
	}
	from.say("still here")
	desk.await("the words after the garbage", func() bool { return slices.Equal(to.others(), []string{"bad\nstill here"}) })
}

// changedOr returns a channel that is closed after a while at the latest.
func (c *client) changedOr(d time.Duration) <-chan struct{} {
	done := make(chan struct{})
	time.AfterFunc(d, func() { close(done) })
	return done
}

func TestAGiantMessageEndsOnlyItsChannelAndAnotherTakesItsPlace(t *testing.T) {
	n := startNode(t, nil)
	bad, desk := newClient(t, "bad", listens), newClient(t, "desk", listens)
	to, first := desk.dataChannel("talk", false), bad.dataChannel("talk", false)
	bad.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "bad", "desk")
	<-first.opened
	<-to.opened
	_ = first.Send(make([]byte, 65_530)) // as much as the answer allows; more than is passed on
	bad.await("the sender to be told", first.told("too-large"))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := bad.dataChannel("talk", false)
	<-second.opened
	second.say("again")
	desk.await("words by the new channel", func() bool { return slices.Equal(to.others(), []string{"bad\nagain"}) })
}

func TestAReceiverOfMessagesThatNeverReadsHoldsNobodyBackNorGrows(t *testing.T) {
	n := startNode(t, func(c *Config) { c.Limits.MessagesPerSec, c.Limits.MessageBytesPerSec = 1000, 16<<20 })
	booth, desk := newClient(t, "booth", listens), newClient(t, "desk", listens)
	from, to := booth.dataChannel("talk", false), desk.dataChannel("talk", false)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	slow, relay := joinByRelay(t, n, "r", "slow", clientShape{downAudio: 1, talk: true})
	admit(t, n, "r", "booth", "desk", "slow")
	<-from.opened
	<-to.opened
	<-slow.Open()
	close(relay.stopped)
	const messages = 300 // of 12 KiB: seven times what may wait for one receiver
	text := strings.Repeat("x", 12<<10)
	for i := range messages {
		from.say(text)
		desk.await("the desk to keep up", func() bool { return len(to.others()) >= i-20 })
	}
	desk.await("every message at the desk", func() bool { return len(to.others()) == messages })
	p, err := n.find("r", peerKey{"slow", Main})
	if err != nil {
		t.Fatal(err)
	}
	if waiting := p.lanes[talkChannel].open.Load().Waiting(); waiting > uint64(n.limits.MessageQueue) {
		t.Errorf("%d bytes wait for who does not read", waiting)
	}
	r, _ := n.Room("r")
	if refused := r.Peers[0].Messages["talk"].Refused["receiver"]; refused < messages/2 {
		t.Errorf("%d messages dropped for who does not read", refused)
	}
}

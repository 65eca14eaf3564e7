package fleet

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"madoguchi/sfu"
	"madoguchi/sfu/client"
	"madoguchi/signaling/access"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const area = "shiomachi"

// town is one Redis with as many media nodes and brokers' fleets as a test starts.
type town struct {
	t    *testing.T
	at   string // of Redis
	keys *access.Keys
}

// hostOf is a media node that brokers can use.
type hostOf struct {
	*Host
	node  *sfu.Node
	redis *redis.Client
	// kill ends it as a crash does: nothing is taken out of the registry.
	kill func()
}

func (w *town) redis() *redis.Client {
	c := redis.NewClient(&redis.Options{Addr: w.at, MaxRetries: -1, DialTimeout: time.Second, ContextTimeoutEnabled: true})
	w.t.Cleanup(func() { _ = c.Close() })
	return c
}

func (w *town) tls() *tls.Config {
	w.t.Helper()
	c, err := w.keys.InternalTLS()
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

var discard = slog.New(slog.DiscardHandler)

func (w *town) host() *hostOf {
	w.t.Helper()
	return w.hostWith(HostConfig{Redis: w.redis()})
}

func (w *town) hostWith(cfg HostConfig) *hostOf {
	w.t.Helper()
	cfg.Area, cfg.TLS, cfg.Log, cfg.beat = area, w.tls(), discard, 50*time.Millisecond
	store := cfg.Redis.(*redis.Client)
	h, err := NewHost(cfg)
	if err != nil {
		w.t.Fatal(err)
	}
	node, err := sfu.New(sfu.Config{ListenUDP: "127.0.0.1:0", Observer: h, Log: discard})
	if err != nil {
		w.t.Fatal(err)
	}
	h.Use(node)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = h.Run(ctx) })
	stop := sync.OnceFunc(func() {
		cancel()
		running.Wait()
		closing, done := context.WithTimeout(context.Background(), 10*time.Second)
		defer done()
		if err := node.Close(closing); err != nil {
			w.t.Errorf("close node: %v", err)
		}
	})
	w.t.Cleanup(stop)
	return &hostOf{Host: h, node: node, redis: store, kill: func() {
		_ = store.Close()
		stop()
	}}
}

// ear notes what a fleet hears.
type ear struct {
	mu     sync.Mutex
	states map[who][]sfu.PeerState
	places map[string]int64
}

func (e *ear) PeerState(room, participant string, s sfu.PeerState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.states[who{room, participant}] = append(e.states[who{room, participant}], s)
}
func (e *ear) Tracks(string, string, []sfu.TrackSlot) {}
func (e *ear) Quality(string, string, sfu.Quality)    {}

func (e *ear) moved(room string, epoch int64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.places[room] = epoch
}

func (e *ear) last(room, participant string) sfu.PeerState {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.states[who{room, participant}]
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

func (e *ear) place(room string) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.places[room]
}

type fleetOf struct {
	*Fleet
	*ear
	stop func()
}

func (w *town) fleet() *fleetOf {
	w.t.Helper()
	e := &ear{states: map[who][]sfu.PeerState{}, places: map[string]int64{}}
	f := New(Config{
		Area: area, Redis: w.redis(), TLS: w.tls(), Observer: e, Moved: e.moved, Log: discard, beat: 50 * time.Millisecond, lost: 600 * time.Millisecond,
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = f.Run(ctx) })
	stop := sync.OnceFunc(func() { cancel(); running.Wait() })
	w.t.Cleanup(stop)
	<-f.Settled()
	return &fleetOf{f, e, stop}
}

func (f *fleetOf) sees(t *testing.T, nodes int) {
	t.Helper()
	until(t, fmt.Sprintf("%d nodes are connected", nodes), func() bool {
		f.Fleet.mu.Lock()
		defer f.Fleet.mu.Unlock()
		whole := 0
		for _, m := range f.nodes {
			if m.whole {
				whole++
			}
		}
		return whole == nodes
	})
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.NewTimer(15 * time.Second)
	defer deadline.Stop()
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-deadline.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// join has a real client join a room by way of a fleet, and waits until its media are up.
func (f *fleetOf) join(t *testing.T, room, participant string) (*client.Client, int64) {
	t.Helper()
	c, err := client.New(client.Options{Name: participant, Voice: true, Sounds: 1, Interceptors: client.None})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	offer, err := c.Offer(nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, epoch, err := f.OfferAt(context.Background(), sfu.Join{Room: room, Participant: participant, Publish: true, Subscribe: true, SDP: offer})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Accept(answer); err != nil {
		t.Fatal(err)
	}
	<-c.Up()
	until(t, participant+" is connected", func() bool { return f.last(room, participant) == sfu.PeerConnected })
	return c, epoch
}

func (h *hostOf) has(room string) bool {
	s, there := h.node.Room(room)
	return there && len(s.Peers) > 0
}

func TestTwoBrokersNeverPlaceOneRoomOnTwoNodes(t *testing.T) {
	w := newTown(t)
	w.host()
	w.host()
	fleets := []*fleetOf{w.fleet(), w.fleet(), w.fleet()}
	for _, f := range fleets {
		f.sees(t, 2)
	}
	for i := range 50 {
		room := fmt.Sprintf("s_%d", i)
		places := make([]at, len(fleets))
		var all sync.WaitGroup
		for k, f := range fleets {
			all.Go(func() {
				p, err := f.somewhere(context.Background(), room)
				if err != nil {
					t.Error(err)
				}
				places[k] = p
			})
		}
		all.Wait()
		if places[0] != places[1] || places[0] != places[2] || places[0].Epoch == 0 {
			t.Fatalf("%s is at %v", room, places)
		}
	}
}

func TestEveryBrokerHearsOfAPeerAndOneThatComesBackHearsEverything(t *testing.T) {
	w := newTown(t)
	w.host()
	one, other := w.fleet(), w.fleet()
	one.sees(t, 1)
	other.sees(t, 1)
	one.join(t, "s_1", "booth:a-1")
	until(t, "the other broker hears of it", func() bool { return other.last("s_1", "booth:a-1") == sfu.PeerConnected })
	one.stop()
	if other.last("s_1", "booth:a-1") != sfu.PeerConnected {
		t.Error("a broker that goes away takes the peer with it")
	}
	back := w.fleet()
	if got := back.last("s_1", "booth:a-1"); got != sfu.PeerConnected {
		t.Errorf("the broker that is back knows the peer as %q", got)
	}
	if err := back.CloseRoom(context.Background(), "s_1"); err != nil {
		t.Fatal(err)
	}
	until(t, "both hear of the end", func() bool {
		return back.last("s_1", "booth:a-1") == sfu.PeerGone && other.last("s_1", "booth:a-1") == sfu.PeerGone
	})
	until(t, "the other broker knows that the room is nowhere", func() bool {
		_, there, err := other.known(context.Background(), "s_1")
		return !there && err == nil
	})
}

func TestARoomOfADeadNodeGetsAnotherPlaceAndOldWordsAreRefused(t *testing.T) {
	w := newTown(t)
	hosts := map[string]*hostOf{}
	for range 2 {
		h := w.host()
		hosts[h.id] = h
	}
	one, other := w.fleet(), w.fleet()
	one.sees(t, 2)
	other.sees(t, 2)
	_, before := one.join(t, "s_1", "booth:a-1")
	until(t, "the other broker hears of it", func() bool { return other.last("s_1", "booth:a-1") == sfu.PeerConnected })
	was, _, _ := one.known(context.Background(), "s_1")
	hosts[was.Node].kill()
	until(t, "both brokers tell that nothing comes any more and where the room is now", func() bool {
		return one.last("s_1", "booth:a-1") == sfu.PeerDisconnected && other.last("s_1", "booth:a-1") == sfu.PeerDisconnected &&
			one.place("s_1") > before && other.place("s_1") == one.place("s_1")
	})
	_, after := other.join(t, "s_1", "booth:a-1")
	if after != one.place("s_1") {
		t.Errorf("answered with place %d, told %d", after, one.place("s_1"))
	}
	now, _, _ := one.known(context.Background(), "s_1")
	if _, err := one.askAt(context.Background(), at{now.Node, before}, frame{Do: doClose, Room: "s_1"}); !errors.Is(err, errStale) {
		t.Errorf("a word of the time before was heard: %v", err)
	}
	if !hosts[now.Node].has("s_1") {
		t.Error("the room is not where it should be")
	}
}

func TestANodeLetsGoOfARoomThatWasPlacedElsewhereWhileItSlept(t *testing.T) {
	w := newTown(t)
	a := w.host()
	one := w.fleet()
	one.sees(t, 1)
	_, epoch := one.join(t, "s_1", "booth:a-1")
	b := w.host()
	one.sees(t, 2)
	p, err := one.store.place(context.Background(), "s_1", epoch, b.id, 0)
	if err != nil || p.Node != b.id || p.Epoch <= epoch {
		t.Fatal(p, err)
	}
	until(t, "the first node has closed its peers", func() bool { return !a.has("s_1") })
	if _, err := one.askAt(context.Background(), at{a.id, epoch}, frame{Do: doOffer, Room: "s_1", Join: &join{}}); !errors.Is(err, errStale) {
		t.Errorf("it takes offers under the old epoch: %v", err)
	}
	one.join(t, "s_1", "booth:a-1")
	if !b.has("s_1") {
		t.Error("the room is not where it was placed")
	}
}

func TestADrainingNodeKeepsItsPeersUntilTheyHaveLeftAndTakesNoNewRooms(t *testing.T) {
	w := newTown(t)
	a := w.host()
	one := w.fleet()
	one.sees(t, 1)
	old, before := one.join(t, "s_1", "booth:a-1")
	b := w.host()
	one.sees(t, 2)
	drained := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	go func() { drained <- a.Drain(ctx) }()
	until(t, "the room has another place", func() bool { return one.place("s_1") > before })
	if !a.has("s_1") {
		t.Error("the old connection was cut before there was a new one")
	}
	if got := one.last("s_1", "booth:a-1"); got != sfu.PeerConnected {
		t.Errorf("somebody who is being moved counts as %s", got)
	}
	_, after := one.join(t, "s_1", "booth:a-1")
	if after != one.place("s_1") || !b.has("s_1") {
		t.Error("the new connection is not at the new place")
	}
	old.Close()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	if got := one.last("s_1", "booth:a-1"); got != sfu.PeerConnected {
		t.Errorf("the end of the old connection counts: %s", got)
	}
	for i := range 20 {
		if p, err := one.somewhere(context.Background(), fmt.Sprintf("s_new%d", i)); err != nil || p.Node != b.id {
			t.Fatalf("a new room went to %v: %v", p, err)
		}
	}
}

func TestANodeThatIsAloneDoesNotWaitForItsRoomsToGo(t *testing.T) {
	w := newTown(t)
	a := w.host()
	one := w.fleet()
	one.sees(t, 1)
	one.join(t, "s_1", "booth:a-1")
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := a.Drain(ctx); err != nil {
		t.Error(err)
	}
}

func TestAnOlderWordOnTheGateLetsNobodyIn(t *testing.T) {
	w := newTown(t)
	a := w.host()
	one := w.fleet()
	one.sees(t, 1)
	one.join(t, "s_1", "booth:a-1")
	admit := func(version int64, people ...string) string {
		if err := one.Admit(context.Background(), "s_1", version, people); err != nil {
			t.Fatal(err)
		}
		s, _ := a.node.Room("s_1")
		return strings.Join(s.Admitted, " ")
	}
	if got := admit(4, "booth:a-1", "desk:b"); got != "booth:a-1 desk:b" {
		t.Fatalf("admitted %q", got)
	}
	if got := admit(6); got != "" {
		t.Fatalf("admitted %q", got)
	}
	if got := admit(5, "booth:a-1", "desk:b"); got != "" {
		t.Errorf("an older word let %q in", got)
	}
}

func TestWhoeverWaitsForTheEndOfAConnectionHearsItOnce(t *testing.T) {
	w := newTown(t)
	w.host()
	one := w.fleet()
	one.sees(t, 1)
	c, err := client.New(client.Options{Name: "camera", Voice: true, Interceptors: client.None})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	offer, err := c.Offer(nil)
	if err != nil {
		t.Fatal(err)
	}
	ends := make(chan struct{}, 8)
	_, err = one.Offer(context.Background(), sfu.Join{Room: "s_1", Participant: "camera-1", Kind: sfu.WHIP, Publish: true, SDP: offer, Ended: func() {
		_ = one.Leave(context.Background(), "s_1", "camera-1") // it may ask the node for something
		ends <- struct{}{}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := one.LeaveKind("s_1", "camera-1", sfu.WHIP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ends:
	case <-time.After(10 * time.Second):
		t.Fatal("nobody was told")
	}
	if n := len(ends); n != 0 {
		t.Errorf("told %d times more", n)
	}
}

func TestStrangersAndNoiseGetNothingAndDisturbNobody(t *testing.T) {
	w := newTown(t)
	a := w.host()
	one := w.fleet()
	one.sees(t, 1)
	one.join(t, "s_1", "booth:a-1")
	stranger, err := access.LoadOrCreate(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := stranger.InternalTLS()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		situation string
		config    *tls.Config // nil: no TLS at all
		bytes     []byte
	}{
		{"no TLS", nil, []byte("GET / HTTP/1.1\r\n\r\n")},
		{"keys of another area", foreign, written(t, frame{ID: 1, Do: doHello, Version: spoken, Run: "b_x"})},
		{"a giant frame", w.tls(), []byte{0xff, 0xff, 0xff, 0xff}},
		{"no hello", w.tls(), written(t, frame{ID: 1, Do: doClose, Room: "s_1", Epoch: 1})},
		{"another version", w.tls(), written(t, frame{ID: 1, Do: doHello, Version: spoken + 1, Run: "b_x"})},
		{"no JSON", w.tls(), []byte("\x00\x00\x00\x05hello")},
	} {
		t.Run(row.situation, func(t *testing.T) {
			conn, err := net.Dial("tcp", a.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			var end net.Conn = conn
			if row.config != nil {
				end = tls.Client(conn, row.config)
			}
			_, _ = end.Write(row.bytes) // may be refused already
			if n, err := end.Read(make([]byte, 100)); err == nil && row.config != nil {
				t.Errorf("answered with %d bytes", n)
			} else if e, ok := err.(net.Error); ok && e.Timeout() {
				t.Error("it is kept waiting")
			}
		})
	}
	if !a.has("s_1") || one.last("s_1", "booth:a-1") != sfu.PeerConnected {
		t.Error("somebody was disturbed")
	}
}

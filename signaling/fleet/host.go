package fleet

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"madoguchi/sfu"
)

// HostConfig says what a Host works with. Area, Redis and TLS are required.
type HostConfig struct {
	Area    string
	Redis   redis.UniversalClient
	TLS     *tls.Config // access.Keys.InternalTLS
	Listen  string      // host:port of the internal connection; default 127.0.0.1:0
	Address string      // under which brokers reach it; default: where it listens
	Media   []string    // addresses of the media port, for whoever runs it
	Zone    string
	Version string
	Log     *slog.Logger

	beat time.Duration // tests have a faster heart
}

// Host lets the brokers of an area use one media node. Make it with NewHost, make the node with it as its Observer, give
// it that node with Use, and Run it.
type Host struct {
	cfg      HostConfig
	log      *slog.Logger
	id       string
	store    *store
	node     *sfu.Node
	listener net.Listener
	load     gauge
	noise    noise // of live
	draining atomic.Bool
	sleep    sleep
	beatNow  chan struct{} // holds one token when the record is to be written at once

	mu    sync.Mutex
	held  map[string]*held       // rooms that brokers use here
	past  map[string]int64       // epochs of rooms that have been let go of, newest
	seen  map[string]*seen       // what is to be known of peers
	ends  map[string]*broker     // brokers by run, also those that are away for a moment
	conns map[*hostConn]struct{} // connections that have said hello
}

// held is a room as its newest epoch has it.
type held struct {
	epoch   int64
	missing bool      // the last look found no place of it
	leaveBy time.Time // it is elsewhere, and its last peers are waited for until then; zero: it is here

	admits sync.Mutex
	gate   int64 // version of the newest word on the gate; guarded by admits
}

// seen is what the observer has told of a room's peers.
type seen struct {
	epoch  int64
	people map[string]*view
}

// broker is one run of a broker and what it has not heard yet.
type broker struct {
	conn  *hostConn // nil while it is away
	ended []string  // tickets of connections that ended meanwhile
}

// NewHost opens the internal listener.
func NewHost(cfg HostConfig) (*Host, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	if cfg.beat == 0 {
		cfg.beat = beatEvery
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("internal connection: %w", err)
	}
	if cfg.Address == "" {
		cfg.Address = listener.Addr().String()
	}
	return &Host{
		cfg: cfg, log: cfg.Log, id: "m_" + rand.Text()[:16], store: newStore(cfg.Redis, cfg.Area),
		listener: tls.NewListener(listener, cfg.TLS), beatNow: make(chan struct{}, 1),
		held: map[string]*held{}, past: map[string]int64{}, seen: map[string]*seen{}, ends: map[string]*broker{},
		conns: map[*hostConn]struct{}{},
	}, nil
}

// Use gives the host its node. Call it before Run.
func (h *Host) Use(n *sfu.Node) { h.node = n }

// ID names this run of the node.
func (h *Host) ID() string { return h.id }

// Addr is where the internal connection is listened for.
func (h *Host) Addr() net.Addr { return h.listener.Addr() }

// State is the node's, as the registry has it.
func (h *Host) State() string {
	if h.draining.Load() {
		return StateDraining
	}
	return StateUp
}

// Run registers the node and serves brokers until ctx ends; then the node is taken out of the registry.
func (h *Host) Run(ctx context.Context) error {
	if h.node == nil {
		return errors.New("media node: missing: call Use before Run")
	}
	work, inner := errgroup.WithContext(ctx)
	work.Go(func() error { return h.accept(inner) })
	work.Go(func() error { return h.live(inner) })
	work.Go(func() error { return h.store.listen(inner, h.beatSoon, h.placed) })
	work.Go(func() error { // ends accept
		<-inner.Done()
		return h.listener.Close()
	})
	err := work.Wait()
	leave, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if e := h.store.unregister(leave, h.id); e != nil {
		h.log.Warn("media node not taken out of the registry", "node", h.id, "error", e)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Drain takes no new rooms from now on and waits until those here have gone to other nodes, or ctx ends. Where there is no
// other node it does not wait.
func (h *Host) Drain(ctx context.Context) error {
	h.draining.Store(true)
	h.beatSoon()
	h.tellAll(frame{News: newsDraining})
	h.log.Info("media node drains", "node", h.id)
	look := time.NewTicker(drainLook)
	defer look.Stop()
	for h.occupied() {
		if alone, err := h.alone(ctx); err == nil && alone {
			h.log.Warn("no other media node takes the rooms", "node", h.id)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("drain media node: rooms are still here: %w", ctx.Err())
		case <-look.C:
		}
	}
	h.log.Info("media node is empty", "node", h.id)
	return nil
}

// drainLook is how often a draining node looks whether it is empty.
const drainLook = 50 * time.Millisecond

// occupied says whether somebody is connected here.
func (h *Host) occupied() bool { return h.node.Stats().Peers > 0 }

// alone says whether no other node could take our rooms.
func (h *Host) alone(ctx context.Context) (bool, error) {
	list, err := h.store.all(ctx)
	if err != nil {
		return false, err
	}
	for id, r := range list {
		if id != h.id && r.State == StateUp {
			return false, nil
		}
	}
	return true, nil
}

// enter has a request act in its room: it is refused if the room is elsewhere meanwhile, and what is here under an older
// epoch is let go of. Without create it finds nil where the room is not here.
func (h *Host) enter(ctx context.Context, room string, epoch int64, create bool) (*held, error) {
	h.mu.Lock()
	r := h.held[room]
	switch {
	case epoch <= h.past[room] || r != nil && epoch < r.epoch:
		h.mu.Unlock()
		return nil, fmt.Errorf("room %s, epoch %d: %w", room, epoch, errStale)
	case r == nil && !create:
		h.mu.Unlock()
		return nil, nil
	case r == nil && h.draining.Load():
		h.mu.Unlock()
		return nil, fmt.Errorf("room %s: %w", room, errDraining)
	case r != nil && epoch == r.epoch:
		h.mu.Unlock()
		return r, nil
	}
	older := r != nil
	r = &held{epoch: epoch}
	h.held[room] = r
	h.mu.Unlock()
	if older {
		h.log.Warn("the room comes back under a newer epoch", "room", room, "epoch", epoch)
		return r, h.node.CloseRoom(ctx, room)
	}
	return r, nil
}

// still says whether a room is here under the epoch under which something was begun in it.
func (h *Host) still(room string, r *held) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.held[room] == r
}

// pastKept is how many rooms are remembered that have been let go of.
const pastKept = 20_000

// letGo closes a room that is elsewhere, or nowhere, under every epoch up to this one.
func (h *Host) letGo(ctx context.Context, room string, r *held, why string) {
	h.mu.Lock()
	if h.held[room] != r {
		h.mu.Unlock()
		return
	}
	delete(h.held, room)
	if len(h.past) >= pastKept {
		clear(h.past) // all of it is long over
	}
	h.past[room] = r.epoch
	h.mu.Unlock()
	h.log.Info("room let go of", "room", room, "epoch", r.epoch, "why", why)
	if err := h.node.CloseRoom(ctx, room); err != nil {
		h.log.Error("close room", "room", room, "error", err)
	}
}

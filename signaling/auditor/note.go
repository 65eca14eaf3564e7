package auditor

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/audit"
)

//go:embed note.lua
var noteSource string

// ErrNowhere says that a note could be kept neither in Redis nor on this node's disk.
var ErrNowhere = errors.New("the note could not be kept anywhere")

var errFull = errors.New("the outbox of notes is full: nobody writes the area's trail")

// Noting says how notes are kept.
type Noting struct {
	Area   string
	Redis  redis.UniversalClient
	Secret *audit.Secret
	Spool  string // folder of this node for while Redis is away; "" keeps a few in memory, which end with the process
	Log    *slog.Logger
	Now    func() time.Time // time.Now where nil
}

// Notes is the audit.Noter of a process. Make it with NewNotes; Run carries what waits on the disk into Redis.
type Notes struct {
	c     Noting
	keys  keyspace
	step  *redis.Script
	spool *audit.Spool // nil where there is none
	clock audit.SyncClock
	limit limiter

	down    atomic.Int64 // unix ms until which Redis is not asked
	lost    atomic.Int64
	spooled atomic.Int64
	noted   atomic.Int64

	mu     sync.Mutex
	memory []audit.Spooled // in place of a spool
}

// How long a note waits for Redis, and how long Redis is left alone after it did not answer: somebody waits to be let in.
const (
	noteWithin = 500 * time.Millisecond
	leaveAlone = time.Second
	memoryMost = 1000
)

// NewNotes opens the spool. It starts nothing.
func NewNotes(c Noting) (*Notes, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	n := &Notes{c: c, keys: keyspace{c.Area}, step: redis.NewScript(noteSource)}
	n.limit.now = c.Now
	if c.Spool != "" {
		var err error
		if n.spool, err = audit.OpenSpool(c.Spool); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// Note keeps an entry for the trail; see audit.Noter. Refusals of somebody who has not said who they are come in floods: of one
// action from one address the first few of a minute are kept, and the others counted in one more entry.
func (n *Notes) Note(ctx context.Context, e audit.Entry) error {
	e = e.From(audit.OriginOf(ctx))
	if e.At.IsZero() {
		e.At = n.c.Now()
	}
	if e.Sync.State == audit.SyncUnknown {
		e.Sync = n.clock.State()
	}
	if e.Outcome == audit.Refused && !n.limit.allow(string(e.Action), e.Who, e.Personal.Address) {
		return nil
	}
	return n.keep(ctx, e)
}

func (n *Notes) keep(ctx context.Context, e audit.Entry) error {
	text, err := n.c.Secret.EncodeNote(e)
	if err != nil {
		n.lost.Add(1)
		return fmt.Errorf("note %s: %w", e.Action, err)
	}
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	one := audit.Spooled{ID: audit.NewNoteID(n.c.Now().UnixMilli(), random), Text: text}
	// What has happened is noted although whoever asked has gone meanwhile.
	ctx = context.WithoutCancel(ctx)
	if n.c.Now().UnixMilli() >= n.down.Load() {
		err = n.send(ctx, one)
		if err == nil {
			n.noted.Add(1)
			return nil
		}
		n.down.Store(n.c.Now().Add(leaveAlone).UnixMilli())
	}
	if lost := n.putAside(one); lost != nil {
		n.lost.Add(1)
		n.c.Log.Error("an entry of the audit trail is lost", "action", string(e.Action), "error", errors.Join(err, lost))
		return fmt.Errorf("note %s: %w", e.Action, errors.Join(ErrNowhere, err, lost))
	}
	n.spooled.Add(1)
	return nil
}

// send puts a note into the area's outbox. It may be repeated: the note is there once.
func (n *Notes) send(ctx context.Context, one audit.Spooled) error {
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	made, err := strconv.ParseUint(one.ID[:16], 16, 64)
	if err != nil {
		return fmt.Errorf("note %s: %w", one.ID, err)
	}
	keys := []string{n.keys.notes(), n.keys.seen(time.UnixMilli(int64(made)))}
	added, err := n.step.Run(ctx, n.c.Redis, keys, one.ID, one.Text, seenFor.Milliseconds(), notesMost).Int()
	if err != nil {
		return fmt.Errorf("note %s: %w", one.ID, err)
	}
	if added < 0 {
		return errFull
	}
	return nil
}

func (n *Notes) putAside(one audit.Spooled) error {
	if n.spool != nil {
		return n.spool.Put(one.ID, one.Text)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.memory) >= memoryMost {
		return errors.New("no spool is set, and memory is full")
	}
	n.memory = append(n.memory, one)
	return nil
}

// drainEvery is how often what waits is tried again; drainOnce how much of it at once.
const (
	drainEvery = time.Second
	drainOnce  = 500
)

// Run carries what waits on this node into the area's outbox, until ctx ends. What still waits then waits on.
func (n *Notes) Run(ctx context.Context) error {
	tick := time.NewTicker(drainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			n.flushRefusals(context.WithoutCancel(ctx))
			return ctx.Err()
		case <-tick.C:
			n.flushRefusals(ctx)
			n.drain(ctx)
		}
	}
}

// flushRefusals notes how many refusals were only counted.
func (n *Notes) flushRefusals(ctx context.Context) {
	for _, o := range n.limit.over() {
		err := n.keep(ctx, audit.Entry{
			At: n.c.Now(), Action: audit.Action(o.action), Outcome: audit.Refused, Who: o.who, Sync: n.clock.State(),
			Detail: map[string]string{"more": strconv.Itoa(o.count)}, Personal: audit.Personal{Address: o.address},
		})
		if err != nil {
			return // it has been logged and counted
		}
	}
}

func (n *Notes) drain(ctx context.Context) {
	for ctx.Err() == nil {
		list, err := n.waiting()
		if err != nil {
			n.c.Log.Warn("audit spool", "error", err)
			return
		}
		for _, one := range list {
			if err := n.send(ctx, one); err != nil {
				n.down.Store(n.c.Now().Add(leaveAlone).UnixMilli())
				return
			}
			if err := n.done(one); err != nil {
				n.c.Log.Warn("audit spool", "error", err)
				return
			}
			n.noted.Add(1)
		}
		if len(list) < drainOnce {
			return
		}
	}
}

func (n *Notes) waiting() ([]audit.Spooled, error) {
	if n.spool != nil {
		return n.spool.List(drainOnce)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]audit.Spooled(nil), n.memory[:min(len(n.memory), drainOnce)]...), nil
}

func (n *Notes) done(one audit.Spooled) error {
	if n.spool != nil {
		return n.spool.Remove(one.ID)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for i, m := range n.memory {
		if m.ID == one.ID {
			n.memory = append(n.memory[:i], n.memory[i+1:]...)
			break
		}
	}
	return nil
}

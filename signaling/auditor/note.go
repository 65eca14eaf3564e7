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

	Process map[string]string // what is said of this process when it begins and ends; nil to say nothing
}

// Notes is the audit.Noter of a process. Make it with NewNotes; Run carries what waits on the disk into Redis.
type Notes struct {
	c     Noting
	keys  keyspace
	step  *redis.Script
	spool *audit.Spool // nil where there is none
	clock audit.SyncClock
	limit limiter
	first viewings

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
	n.limit.now, n.first.now = c.Now, c.Now
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
func (n *Notes) Note(ctx context.Context, e audit.Entry) error { return n.noteAll(ctx, e) }

// noteAll notes entries of one moment.
func (n *Notes) noteAll(ctx context.Context, entries ...audit.Entry) error {
	tallyOf(ctx).noted()
	list := entries[:0:0]
	for _, e := range entries {
		e = e.From(audit.OriginOf(ctx))
		if e.At.IsZero() {
			e.At = n.c.Now()
		}
		if e.Sync.State == audit.SyncUnknown {
			e.Sync = n.clock.State()
		}
		if e.Outcome == audit.Refused && !n.limit.allow(string(e.Action), e.Who, e.Personal.Address) {
			continue
		}
		list = append(list, e)
	}
	if len(list) == 0 {
		return nil
	}
	return n.keep(ctx, list...)
}

// keep brings entries of one moment into the area's outbox together, or puts them aside.
func (n *Notes) keep(ctx context.Context, entries ...audit.Entry) error {
	made := n.c.Now().UnixMilli()
	var list []audit.Spooled
	for _, e := range entries {
		text, err := n.c.Secret.EncodeNote(e)
		if err != nil {
			n.lost.Add(1)
			return fmt.Errorf("note %s: %w", e.Action, err)
		}
		var random [8]byte
		_, _ = rand.Read(random[:]) // never fails
		list = append(list, audit.Spooled{ID: audit.NewNoteID(made, random), Text: text})
	}
	// What has happened is noted although whoever asked has gone meanwhile.
	ctx = context.WithoutCancel(ctx)
	var err error
	if made >= n.down.Load() {
		if err = n.send(ctx, list...); err == nil {
			n.noted.Add(int64(len(list)))
			return nil
		}
		n.down.Store(n.c.Now().Add(leaveAlone).UnixMilli())
	}
	for i, one := range list {
		if lost := n.putAside(one); lost != nil {
			n.lost.Add(int64(len(list) - i))
			n.c.Log.Error("an entry of the audit trail is lost", "action", string(entries[i].Action), "entries", len(list)-i, "error", errors.Join(err, lost))
			return fmt.Errorf("note %s: %w", entries[i].Action, errors.Join(ErrNowhere, err, lost))
		}
		n.spooled.Add(1)
	}
	return nil
}

// send puts notes that were made in one millisecond into the area's outbox. It may be repeated: each is there once.
func (n *Notes) send(ctx context.Context, list ...audit.Spooled) error {
	ctx, cancel := context.WithTimeout(ctx, noteWithin)
	defer cancel()
	made, err := strconv.ParseUint(list[0].ID[:16], 16, 64)
	if err != nil {
		return fmt.Errorf("note %s: %w", list[0].ID, err)
	}
	keys := []string{n.keys.notes(), n.keys.seen(time.UnixMilli(int64(made)))}
	args := []any{seenFor.Milliseconds(), notesMost}
	for _, one := range list {
		args = append(args, one.ID, one.Text)
	}
	added, err := n.step.Run(ctx, n.c.Redis, keys, args...).Int()
	if err != nil {
		return fmt.Errorf("note %s: %w", list[0].ID, err)
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
	begun := n.c.Now()
	n.ofProcess(ctx, audit.ProcessBegin, 0)
	tick := time.NewTicker(drainEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			n.flushRefusals(context.WithoutCancel(ctx))
			n.ofProcess(ctx, audit.ProcessEnd, n.c.Now().Sub(begun))
			return ctx.Err()
		case <-tick.C:
			n.flushRefusals(ctx)
			n.drain(ctx)
		}
	}
}

// ofProcess notes that this process begins or ends.
func (n *Notes) ofProcess(ctx context.Context, action audit.Action, took time.Duration) {
	if n.c.Process != nil {
		_ = n.Note(ctx, audit.Entry{Action: action, Who: "system", Took: took, Detail: n.c.Process}) // a failure has been logged
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

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
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/audit"
)

//go:embed lease.lua
var leaseSource string

// Consuming says how the trail of an area is written. Area, Folder, Redis, Secret, Signer and Trust are required.
type Consuming struct {
	Area   string
	Folder string // of the trail; the area's alone, and the same for every process that may write it
	Redis  redis.UniversalClient
	Secret *audit.Secret
	Signer audit.Signer
	Trust  audit.Trust
	Look   Lookup
	Keep   audit.Retention

	// After is the id of an earlier trail of the area that this folder may take the place of, because it is lost; "*" for any.
	After string

	Every time.Duration // how often the outboxes are looked at; half a second where zero
	Lease time.Duration // after which another process may write; 15 s where zero
	Log   *slog.Logger
	Now   func() time.Time
}

// Consumer writes an area's trail while it holds the lease. Make it with NewConsumer and Run it; State may be asked at any time.
type Consumer struct {
	c       Consuming
	keys    keyspace
	id      string
	step    *redis.Script
	reader  *reader
	streams []stream
	clock   audit.SyncClock

	w         *audit.Writer // nil while somebody else writes
	held      time.Time     // until when the lease is ours for certain
	positions audit.Positions
	pruned    time.Time

	mu    sync.Mutex
	state State
}

// State is how the writing of a trail stands, as this process sees it.
type State struct {
	Writing bool       // this process writes
	Head    audit.Head // the newest that is known; Seq 0 for none
	Fault   string     // what is wrong with the folder, or why it cannot be written; "" for nothing
	At      time.Time  // when the outboxes had last been read to their end
	Sealed  audit.Mark // the end of the newest segment that is closed; Seq 0 for none
}

// NewConsumer checks what it is given and starts nothing.
func NewConsumer(c Consuming) (*Consumer, error) {
	if c.Area == "" || c.Folder == "" || c.Redis == nil || c.Secret == nil || c.Signer == nil || c.Trust == nil {
		return nil, errors.New("audit: area, folder, redis, secret, signer and trust are needed")
	}
	if c.Every == 0 {
		c.Every = 500 * time.Millisecond
	}
	if c.Lease == 0 {
		c.Lease = 15 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	k := keyspace{c.Area}
	r := newReader(c.Secret, c.Look)
	return &Consumer{c: c, keys: k, id: rand.Text(), step: redis.NewScript(leaseSource), reader: r, streams: k.streams(r)}, nil
}

// State says how things stand; nothing of a consumer that is not here.
func (c *Consumer) State() State {
	if c == nil {
		return State{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

func (c *Consumer) set(change func(s *State)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.state)
}

// Run writes until ctx ends, then gives folder and lease back.
func (c *Consumer) Run(ctx context.Context) error {
	tick := time.NewTicker(c.c.Every)
	defer tick.Stop()
	said := ""
	for {
		more, err := c.turn(ctx)
		if ctx.Err() != nil {
			c.leave(context.WithoutCancel(ctx))
			return ctx.Err()
		}
		if text := fmt.Sprint(err); err != nil && text != said {
			said = text
			c.c.Log.Warn("audit trail", "error", err)
		} else if err == nil {
			said = ""
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// turn takes or prolongs the lease, opens the folder if that is new, and writes what there is. It reports whether there may be more.
func (c *Consumer) turn(ctx context.Context) (bool, error) {
	mine, err := c.lease(ctx, c.c.Lease)
	if err != nil || !mine {
		// Without the lease nothing is written; the folder stays ours until somebody else has it, or Redis answers again.
		if err == nil {
			c.put()
		}
		return false, err
	}
	if c.w == nil {
		if err := c.open(ctx); err != nil {
			c.set(func(s *State) { s.Fault = err.Error() })
			return false, err
		}
	}
	more, err := c.round(ctx)
	if err == nil {
		err = c.prune()
	}
	if errors.Is(err, errWriter) {
		c.put()
	}
	return more, err
}

// errWriter marks what went wrong with the folder rather than with Redis.
var errWriter = errors.New("audit folder")

func (c *Consumer) lease(ctx context.Context, d time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	asked := time.Now()
	got, err := c.step.Run(ctx, c.c.Redis, []string{c.keys.lease()}, c.id, d.Milliseconds()).Int()
	if err != nil {
		return false, fmt.Errorf("lease of the trail: %w", err)
	}
	c.held = asked.Add(d)
	return got == 1, nil
}

const askWithin = 2 * time.Second

// open takes the folder over and compares it with the head Redis has.
func (c *Consumer) open(ctx context.Context) error {
	known, err := c.storedHead(ctx)
	if err != nil {
		return err
	}
	w, found, err := audit.Open(c.c.Folder, audit.Options{Area: c.c.Area, Secret: c.c.Secret, Signer: c.c.Signer, Now: c.c.Now})
	if err != nil {
		return err
	}
	say, err := c.compare(known, found)
	if err == nil {
		err = w.Append(say...)
	}
	if err != nil {
		return errors.Join(err, w.Close())
	}
	c.w, c.positions = w, found.Positions
	c.set(func(s *State) { s.Writing, s.Fault, s.Sealed = true, "", w.Sealed() })
	for _, r := range say {
		if r.Action == audit.TrailFault {
			c.set(func(s *State) { s.Fault = r.Detail["what"] })
			c.c.Log.Error("the audit trail is not what it was", "what", r.Detail["what"], "folder", c.c.Folder)
		}
	}
	c.c.Log.Info("writing the audit trail", "folder", c.c.Folder, "trail", found.Trail, "entries", found.Last, "torn", found.Torn)
	return nil
}

// compare says what has to be said of what was found in the folder. It refuses a folder that is another trail than the area's.
func (c *Consumer) compare(known audit.Head, found audit.Found) ([]audit.Record, error) {
	now := strconv.FormatInt(c.c.Now().UnixMilli(), 10)
	fault := func(what string) audit.Record { return said(audit.TrailFault, now, "what", what) }
	var say []audit.Record
	if found.New || found.Last == 0 {
		begin := said(audit.TrailBegin, now)
		begin.Outcome = audit.Success
		if known.Seq > 0 && known.Trail != found.Trail {
			begin.Detail["after"], begin.Detail["seq"] = known.Trail, strconv.FormatInt(known.Seq, 10)
		}
		say = append(say, begin)
	}
	if found.Torn > 0 {
		torn := said(audit.TrailTorn, now, "bytes", strconv.Itoa(found.Torn))
		torn.Outcome = audit.Success // nothing was lost by it: what was half written is written again
		say = append(say, torn)
	}
	switch {
	case known.Seq == 0:
	case known.Trail != found.Trail:
		if c.c.After != "*" && c.c.After != known.Trail {
			return nil, fmt.Errorf("%s holds trail %s, and the area's is %s, up to entry %d: bring that folder back; if it is lost, set audit-after: %s",
				c.c.Folder, found.Trail, known.Trail, known.Seq, known.Trail)
		}
	case found.Last < known.Seq:
		say = append(say, fault("cut-short,ends="+strconv.FormatInt(found.Last, 10)+",known="+strconv.FormatInt(known.Seq, 10)))
	case !c.holds(audit.Mark{Seq: known.Seq, Hash: known.Hash}):
		say = append(say, fault("set-back,entry="+strconv.FormatInt(known.Seq, 10)))
	}
	if found.Fault != "" {
		say = append(say, fault("changed"))
		c.c.Log.Error("the audit trail was changed", "where", found.Fault)
	}
	return say, nil
}

// holds says whether the folder has an entry as it was noted.
func (c *Consumer) holds(m audit.Mark) bool {
	there := false
	_ = audit.Read(c.c.Folder, audit.Filter{Before: m.Seq + 1, After: m.Seq - 1}, func(_ audit.Place, r audit.Record) error { // it was readable just now
		there = there || r.Seq == m.Seq && r.Hash == m.Hash
		return nil
	})
	return there
}

func (c *Consumer) storedHead(ctx context.Context) (audit.Head, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	line, err := c.c.Redis.Get(ctx, c.keys.head()).Result()
	if errors.Is(err, redis.Nil) {
		return audit.Head{}, nil
	}
	if err != nil {
		return audit.Head{}, fmt.Errorf("head of the trail: %w", err)
	}
	head, err := audit.ParseHead(line, c.c.Trust)
	if err != nil {
		c.c.Log.Error("the head Redis has of the audit trail is not believed", "error", err)
		return audit.Head{}, nil
	}
	return head, nil
}

// round appends what is new in the inbox and the outboxes, and then says so.
func (c *Consumer) round(ctx context.Context) (more bool, err error) {
	inbox, records, err := c.fromInbox()
	if err != nil {
		return false, err
	}
	ask, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	next := audit.Positions{}
	for _, s := range c.streams {
		list, err := s.read(ask, c.c.Redis, c.positions[s.letter])
		if err != nil {
			return false, err
		}
		for _, r := range list {
			if r.Source != "" {
				next[s.letter] = r.Source[len(s.letter)+1:]
			} else if r.Action == audit.TrailBack {
				next[s.letter] = r.Detail["is"]
			}
		}
		more = more || len(list) >= readOnce
		records = append(records, list...)
	}
	if len(records) > 0 {
		if err := c.append(ctx, records); err != nil {
			return false, err
		}
		for letter, place := range next {
			c.positions[letter] = place
		}
	}
	c.set(func(s *State) { s.At, s.Sealed = c.c.Now(), c.w.Sealed() })
	return more, c.after(ctx, inbox, next)
}

// append writes records, unless the lease may have run out while they were read.
func (c *Consumer) append(ctx context.Context, records []audit.Record) error {
	sync := c.clock.State()
	for i, r := range records {
		r.Entry = c.reader.complete(ctx, r.Entry)
		if r.Sync.State == audit.SyncUnknown {
			r.Sync = sync
		}
		records[i] = r
	}
	if time.Until(c.held) < c.c.Lease/3 {
		return errors.New("the lease of the trail is running out: read again")
	}
	if err := c.w.Append(records...); err != nil {
		return errors.Join(errWriter, err)
	}
	return nil
}

// fromInbox reads what commands have left in the folder.
func (c *Consumer) fromInbox() ([]audit.Spooled, []audit.Record, error) {
	box, err := audit.Inbox(c.c.Folder)
	if err != nil {
		return nil, nil, err
	}
	list, err := box.List(readOnce)
	if err != nil {
		return nil, nil, err
	}
	var records []audit.Record
	for _, one := range list {
		if c.w.Taken(one.ID) {
			continue // its removal was not carried out
		}
		e, err := c.c.Secret.DecodeNote(one.Text)
		if err != nil {
			e = audit.Entry{At: c.c.Now(), Action: "unreadable", Outcome: audit.Failed, Who: "system", Detail: map[string]string{"outbox": "inbox"}}
		}
		records = append(records, audit.Record{Entry: e, Source: audit.OutboxInbox + ":" + one.ID})
	}
	return list, records, nil
}

// after does what may be done again: it takes away what is in the trail by now, and stores the head.
func (c *Consumer) after(ctx context.Context, inbox []audit.Spooled, next audit.Positions) error {
	if len(inbox) > 0 {
		box, err := audit.Inbox(c.c.Folder)
		if err != nil {
			return err
		}
		for _, one := range inbox {
			if err := box.Remove(one.ID); err != nil {
				return err
			}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if place := next[audit.OutboxNotes]; place != "" {
		if err := c.c.Redis.XTrimMinID(ctx, c.keys.notes(), following(place)).Err(); err != nil {
			return fmt.Errorf("take notes away: %w", err)
		}
	}
	if c.w.Last() == c.State().Head.Seq {
		return nil
	}
	head, err := c.w.Head()
	if err != nil {
		return err
	}
	if err := c.c.Redis.Set(ctx, c.keys.head(), head.String(), 0).Err(); err != nil {
		return fmt.Errorf("store the head of the trail: %w", err)
	}
	c.set(func(s *State) { s.Head = head })
	return nil
}

// following is the first place in a stream after another.
func following(place string) string {
	var ms, n uint64
	_, _ = fmt.Sscanf(place, "%d-%d", &ms, &n) // a place is made by Redis
	return fmt.Sprintf("%d-%d", ms, n+1)
}

// pruneEvery is how often what has had its time is removed.
const pruneEvery = 24 * time.Hour

func (c *Consumer) prune() error {
	if c.c.Now().Sub(c.pruned) < pruneEvery {
		return nil
	}
	c.pruned = c.c.Now()
	p, err := c.w.Prune(c.c.Keep)
	if err != nil {
		return errors.Join(errWriter, err)
	}
	if p.Segments > 0 || p.Keys > 0 {
		c.c.Log.Info("audit trail: removed after their time", "segments", p.Segments, "keys", p.Keys)
	}
	return nil
}

// put gives the folder free.
func (c *Consumer) put() {
	if c.w == nil {
		return
	}
	if err := c.w.Close(); err != nil {
		c.c.Log.Warn("close the audit trail", "error", err)
	}
	c.w = nil
	c.set(func(s *State) { s.Writing = false })
}

// leave writes what is there, and gives folder and lease back.
func (c *Consumer) leave(ctx context.Context) {
	if c.w != nil {
		if _, err := c.turn(ctx); err != nil {
			c.c.Log.Warn("audit trail", "error", err)
		}
	}
	c.put()
	if _, err := c.lease(ctx, 0); err != nil {
		c.c.Log.Warn("audit trail", "error", err)
	}
}

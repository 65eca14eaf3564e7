package signaling

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// change is one message between the nodes of an area. Each carries the whole new value of what changed.
type change struct {
	Doc json.RawMessage `json:"doc,omitempty"`

	Session     string  `json:"session,omitempty"` // with Participant: of Line or Media
	Participant string  `json:"participant,omitempty"`
	Line        *line   `json:"line,omitempty"`
	Media       *media  `json:"media,omitempty"`
	Keys        *notice `json:"keys,omitempty"`

	Call *call `json:"call,omitempty"`

	Command *command `json:"command,omitempty"`

	Revoked *access.Revocation `json:"revoked,omitempty"`

	Seat   string    `json:"seat,omitempty"` // has been opened at Node
	Node   string    `json:"node,omitempty"`
	Opened time.Time `json:"opened,omitzero"`
	By     arrival   `json:"by,omitzero"` // of the socket that opened it
}

// reloadEvery is how often everything is read again, in case a message was lost.
const reloadEvery = 20 * time.Second

// listen follows the changes of the area. Each time the subscription is made, also after Redis was away, everything is
// read anew, because what was said meanwhile has not been heard.
func (b *Broker) listen(ctx context.Context) error {
	subscription := b.cfg.Redis.Subscribe(ctx, keyspace{b.cfg.Area}.changes())
	defer subscription.Close()
	again, stop := b.clock.Every(reloadEvery)
	defer stop()
	messages := subscription.ChannelWithSubscriptions(redis.WithChannelSize(1000))
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again:
			b.reload(ctx)
		case m := <-messages:
			switch m := m.(type) {
			case *redis.Subscription:
				b.settled.Store(b.clock.Now().Add(b.cfg.Lease).UnixMilli())
				b.reload(ctx)
			case *redis.Message:
				b.hear(ctx, m.Payload)
			}
		}
	}
}

// hear takes one change in.
func (b *Broker) hear(ctx context.Context, payload string) {
	var c change
	if err := json.Unmarshal([]byte(payload), &c); err != nil {
		b.log.Error("change not understood", "error", err)
		return
	}
	w := who{c.Session, c.Participant}
	switch {
	case c.Doc != nil:
		d, err := b.store.decodeDoc(c.Doc)
		if err != nil {
			b.log.Error("change not understood", "error", err)
			return
		}
		if _, gate := b.hub.update(d); gate {
			b.retryGate(ctx, d.ID)
		}
	case c.Line != nil:
		b.hearLine(ctx, w, *c.Line)
	case c.Media != nil:
		b.hearMedia(w, *c.Media)
	case c.Keys != nil:
		b.hub.setKeys(w, *c.Keys)
	case c.Call != nil:
		b.hub.setCall(*c.Call)
	case c.Command != nil:
		b.hearCommand(*c.Command)
	case c.Revoked != nil:
		b.hearRevoked(ctx, *c.Revoked)
	case c.Seat != "" && c.Node != b.node:
		old, stays, since := b.hub.replaceSeat(c.Seat, c.By, c.Opened)
		if old != nil {
			old.finish(protocol.CloseReplaced, "opened elsewhere")
		}
		if stays != nil {
			b.announceSeat(ctx, stays, since)
		}
	}
}

// hearLine takes in what another node says of a participant's line. Our own words are known already, and may have been
// overtaken since. If somebody is declared lost whose socket is here, we say so.
func (b *Broker) hearLine(ctx context.Context, w who, l line) {
	if l.Node == b.node || l.Node == "" {
		return
	}
	b.lines.open(&l)
	b.keepOurs(ctx, w, b.hub.setLine(w, l))
}

// keepOurs stores and says our line again where somebody has said otherwise; nil where nobody has.
func (b *Broker) keepOurs(ctx context.Context, w who, ours *line) {
	if ours != nil {
		b.logFailed("renew presence", w.session, b.lines.setLine(ctx, w, *ours, b.clock.Now().Add(b.cfg.Lease)))
	}
}

// hearMedia likewise for media.
func (b *Broker) hearMedia(w who, m media) {
	if m.From != b.node && m.From != "" {
		b.hub.setMedia(w, m)
	}
}

// announceSeat lets the other nodes close an older socket of the same seat.
func (b *Broker) announceSeat(ctx context.Context, s *socket, opened time.Time) {
	message, err := json.Marshal(change{Seat: s.who.participant, Node: b.node, Opened: opened, By: s.who.arrival})
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, presenceWithin)
		defer cancel()
		err = b.cfg.Redis.Publish(ctx, keyspace{b.cfg.Area}.changes(), message).Err()
	}
	if err != nil {
		s.log.Warn("other nodes not told of the seat", "error", err)
	}
}

// reload reads everything anew.
func (b *Broker) reload(ctx context.Context) {
	if err := b.readAll(ctx); err != nil && ctx.Err() == nil {
		b.log.Warn("reload", "error", err)
	}
}

func (b *Broker) readAll(ctx context.Context) error {
	if err := b.readRevoked(ctx); err != nil {
		return err
	}
	from := b.clock.Now()
	docs, err := b.store.all(ctx)
	if err != nil {
		return err
	}
	open, all := map[string]bool{}, true
	for _, d := range docs {
		open[d.ID] = true
		all = b.compare(ctx, d) && all
		if _, gate := b.hub.update(d); gate {
			b.retryGate(ctx, d.ID)
		}
		said := b.hub.said(d.ID)
		people, err := b.lines.ofSession(ctx, d.ID)
		if err != nil {
			return err
		}
		for participant, p := range people {
			w := who{d.ID, participant}
			b.hub.setKeys(w, p.keys)
			b.keepOurs(ctx, w, b.hub.reread(w, p, said[participant], b.node))
		}
	}
	if err := b.readMissing(ctx, open); err != nil {
		return err
	}
	if all {
		b.compared.Store(from.UnixMilli())
	}
	return b.readCalls(ctx)
}

// compare looks at a document Redis has beside ours. What it has lost is put back; false means that this failed.
func (b *Broker) compare(ctx context.Context, stored session.Doc) bool {
	ours, known := b.hub.doc(stored.ID)
	switch {
	case !known || ours.Version < stored.Version:
	case ours.Version > stored.Version:
		if _, err := b.putBack(ctx, ours, stored); err != nil {
			b.log.Warn("session not put back", "session", ours.ID, "version", ours.Version, "error", err)
			return false
		}
	case !same(ours, stored):
		b.log.Error("Redis had lost a session's newest version, and another has taken its place", "session", ours.ID, "version", ours.Version)
		b.hub.adopt(stored)
		b.retryGate(ctx, stored.ID)
	}
	return true
}

// recall puts our document back after Redis has said that it has an older one, or none.
func (b *Broker) recall(ctx context.Context, ours session.Doc) (session.Doc, error) {
	stored, err := b.store.load(ctx, ours.ID)
	if err != nil && !errors.Is(err, errNoSession) {
		return ours, err
	}
	return b.putBack(ctx, ours, stored)
}

// putBack stores our document again where Redis has an older one or none: it came back without what it had acknowledged. What was
// still owed is lost with it, so everything that follows from the document is done again. It returns the document that holds.
func (b *Broker) putBack(ctx context.Context, ours, stored session.Doc) (session.Doc, error) {
	effects := session.Derived(ours)
	current, put, err := b.store.restore(ctx, ours, "restored", effects)
	switch {
	case errors.Is(err, errBoothBusy) && stored.Version > 0:
		return b.giveUp(ctx, ours, stored)
	case err != nil:
		return ours, err
	case !put:
		b.hub.update(current)
		return current, nil
	}
	b.log.Warn("Redis had lost a session's newest version: put back", "session", ours.ID, "version", ours.Version, "was", stored.Version)
	b.carryOut(ctx, ours, owedKey(ours), effects)
	return ours, nil
}

// same compares two documents as they are stored.
func same(a, b session.Doc) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// giveUp takes what Redis has for what holds, because the booth is in another session by now: what was lost stays lost, for
// everybody.
func (b *Broker) giveUp(ctx context.Context, ours, stored session.Doc) (session.Doc, error) {
	next := session.Follow(stored, ours)
	effects := session.Derived(next)
	current, put, err := b.store.restore(ctx, next, "lost", effects)
	if err != nil {
		return ours, err
	}
	if !put {
		b.hub.update(current)
		return current, nil
	}
	b.log.Error("Redis had lost a session's newest version, and its booth is in another by now: given up",
		"session", ours.ID, "version", ours.Version, "was", stored.Version)
	b.hub.update(next)
	b.carryOut(ctx, next, owedKey(next), effects)
	return next, nil
}

// readMissing looks after the sessions we hold for open and Redis does not list: they have been closed while we did
// not hear it. One that Redis has lost is kept, and stored again with its next change.
func (b *Broker) readMissing(ctx context.Context, open map[string]bool) error {
	for _, d := range b.hub.open() {
		if open[d.ID] {
			continue
		}
		stored, err := b.store.load(ctx, d.ID)
		if unavailable(err) {
			return err
		}
		if err == nil {
			b.hub.update(stored)
		}
	}
	return nil
}

func (b *Broker) readCalls(ctx context.Context) error {
	list, err := b.calls.all(ctx)
	if err != nil {
		return fmt.Errorf("reload: %w", err)
	}
	var over []string
	for _, c := range list {
		if c.over(b.clock.Now()) {
			over = append(over, c.ID)
			continue
		}
		b.hub.setCall(c)
	}
	return b.calls.drop(ctx, over)
}

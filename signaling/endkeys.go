package signaling

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// The keys between the ends of a visit. What a page says of them is passed on and kept like presence: whole, of each participant
// the newest, beside the document. The server could not read it if it wanted to.

// How often one socket may announce keys: each who comes, goes or is let in makes every page say something once or twice.
const (
	announcesPerSecond = 5
	announcesAtOnce    = 30
)

func newAnnouncePace() *rate.Limiter { return rate.NewLimiter(announcesPerSecond, announcesAtOnce) }

// notice is what a participant has said of its keys.
type notice struct {
	Text string `json:"text"`
	// Held takes the place of Text once both are let in who is meant and who has said it.
	Held    string `json:"held,omitempty"`
	HeldFor string `json:"heldFor,omitempty"`
	// At orders what was said, in ms: a page may speak over two nodes within a moment.
	At int64 `json:"at"`
}

// announceKeys passes on what a participant says of its keys. While the store cannot be reached only those hear it whose sockets
// are here; everybody else does when the page says something again, or the next time.
func (b *Broker) announceKeys(ctx context.Context, s *socket, m protocol.AnnounceKeys) error {
	d, err := b.member(s)
	switch {
	case err != nil:
		return err
	case !s.announces.Allow():
		return &refusal{protocol.ErrTooFast, fmt.Sprintf("%d times a second is enough", announcesPerSecond)}
	}
	w := who{d.ID, s.who.participant}
	n := b.hub.announce(w, notice{Text: m.Notice, Held: m.Held, HeldFor: m.HeldFor})
	if err := b.lines.setKeys(ctx, w, n); err != nil {
		return err
	}
	return nil
}

// setKeys stores and announces what a participant has said of its keys.
func (l lines) setKeys(ctx context.Context, w who, n notice) error {
	err := l.set(ctx, w, "k:", n, change{Session: w.session, Participant: w.participant, Keys: &n}, func(redis.Pipeliner) {})
	if err != nil {
		return fmt.Errorf("keys of %s in %s: %w", w.participant, w.session, err)
	}
	return nil
}

// announce notes what a participant here has said and tells everybody here.
func (h *hub) announce(w who, said notice) notice {
	h.do(func() {
		v := h.sessions[w.session]
		if v == nil {
			return
		}
		said.At = max(h.clock.Now().UnixMilli(), v.people[w.participant].keys.At+1)
		h.takeKeys(v, w.participant, said)
	})
	return said
}

// setKeys takes in what another node has heard.
func (h *hub) setKeys(w who, n notice) {
	h.do(func() {
		if v := h.sessions[w.session]; v != nil {
			h.takeKeys(v, w.participant, n)
		}
	})
}

func (h *hub) takeKeys(v *visit, participant string, n notice) {
	p := v.people[participant]
	if n.At <= p.keys.At {
		return
	}
	p.keys = n
	v.people[participant] = p
	tellKeys(v)
}

// tellKeys tells everybody here what everybody has said of their keys.
func tellKeys(v *visit) {
	for _, m := range v.members {
		m.socket.send(keysOf(v))
	}
}

// releaseHeld tells what was held until the consultation begins: ahead of the session itself, since pages have more to do with
// it than with a key, and the first picture is on its way.
func releaseHeld(v *visit, before session.Doc) {
	begins := before.State != protocol.StateConsultation && v.doc.State == protocol.StateConsultation
	if begins && slices.ContainsFunc(slices.Collect(maps.Values(v.people)), func(p presence) bool { return p.keys.Held != "" }) {
		tellKeys(v)
	}
}

// told is what others may hear of it now.
func (n notice) told(by string, d session.Doc) string {
	letIn := func(id string) bool {
		p, in := d.Participant(id)
		return in && p.Admitted
	}
	if n.Held != "" && d.State == protocol.StateConsultation && letIn(by) && letIn(n.HeldFor) {
		return n.Held
	}
	return n.Text
}

// keysOf is what everybody has said of their keys. Who has left is listed too: the document says who takes part, and may be
// heard of later than this.
func keysOf(v *visit) protocol.Keys {
	out := protocol.Keys{Session: v.doc.ID}
	for participant, p := range v.people {
		if text := p.keys.told(participant, v.doc); text != "" {
			out.People = append(out.People, protocol.KeyNotice{Participant: participant, Notice: text})
		}
	}
	slices.SortFunc(out.People, func(a, b protocol.KeyNotice) int { return strings.Compare(a.Participant, b.Participant) })
	return out
}

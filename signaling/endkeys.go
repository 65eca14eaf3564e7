package signaling

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"

	"madoguchi/signaling/protocol"
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
	n := b.hub.announce(w, m.Notice)
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
func (h *hub) announce(w who, text string) (n notice) {
	h.do(func() {
		v := h.sessions[w.session]
		if v == nil {
			return
		}
		n = notice{text, max(h.clock.Now().UnixMilli(), v.people[w.participant].keys.At+1)}
		h.takeKeys(v, w.participant, n)
	})
	return n
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
	for _, m := range v.members {
		m.socket.send(keysOf(v))
	}
}

// keysOf is what everybody has said of their keys. Who has left is listed too: the document says who takes part, and may be
// heard of later than this.
func keysOf(v *visit) protocol.Keys {
	out := protocol.Keys{Session: v.doc.ID}
	for participant, p := range v.people {
		if p.keys.Text != "" {
			out.People = append(out.People, protocol.KeyNotice{Participant: participant, Notice: p.keys.Text})
		}
	}
	slices.SortFunc(out.People, func(a, b protocol.KeyNotice) int { return strings.Compare(a.Participant, b.Participant) })
	return out
}

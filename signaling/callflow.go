package signaling

import (
	"context"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// callsAtMost bounds the calls of one booth that still show; one is all it needs.
const callsAtMost = 1

// callStaff calls the postal staff to the booth: the counters of its office ring until somebody answers. Calling again
// while it rings changes nothing. It needs no session, and while Redis is down it still reaches the counters of this
// node.
func (b *Broker) callStaff(s *socket) error {
	if s.who.side != session.SideBooth {
		return &refusal{protocol.ErrForbidden, "only a booth calls the staff"}
	}
	if b.hub.ringing(s.who.seat.Booth) >= callsAtMost {
		return nil
	}
	c := b.newCall(newID("c_"), s.who.seat.Booth, s.who.seat.Office, b.now())
	s.log.Info("staff called", "call", c.ID, "attended", c.HeardAt != nil)
	b.ring(c)
	return nil
}

// newCall is a call that rings from now on: at the counters, and unless somebody is there, at the office's telephone.
func (b *Broker) newCall(id, booth, office string, at time.Time) call {
	c := call{
		Call:   protocol.Call{ID: id, Booth: booth, BoothName: b.cfg.Places.BoothName(booth), At: at},
		Office: office, Node: b.node,
	}
	if b.cfg.Telephone != nil {
		at := c.At.Add(unheardFor)
		c.PhoneAt = &at
	}
	if b.hub.attended(c.Office) {
		c = c.heard(c.At)
	}
	b.noteCall(c, "called")
	return c
}

// answerCall stops the ringing everywhere.
func (b *Broker) answerCall(s *socket, m protocol.AnswerCall) error {
	if s.who.side != session.SideCounter {
		return &refusal{protocol.ErrForbidden, "only a counter answers calls"}
	}
	c, ok := b.hub.callAt(m.Call, s.who.seat.Office)
	if !ok {
		return &refusal{protocol.ErrUnknownCall, "no such call rings at this office"}
	}
	if c.AnsweredAt != nil {
		return nil
	}
	now := b.now()
	c.AnsweredAt = &now
	b.noteCall(c, "answered")
	s.log.Info("call answered", "call", c.ID, "after", now.Sub(c.At))
	b.ring(c)
	return nil
}

// ring lets everybody here know of a call at once. It is stored, and told to the other nodes, without anybody waiting
// for it: Redis may be away.
func (b *Broker) ring(c call) {
	c, ok := b.hub.setCall(c)
	if !ok {
		return
	}
	b.retries.add("call "+c.ID, func(ctx context.Context) error { return b.calls.put(ctx, c) })
}

// attended says whether somebody is signed in at an office's counter on this node.
func (h *hub) attended(office string) (yes bool) {
	h.do(func() { yes = h.seats[counterSeat(office)] != nil })
	return yes
}

// ringing counts a booth's calls that nobody has answered.
func (h *hub) ringing(booth string) (n int) {
	h.do(func() {
		for _, c := range h.calls {
			if c.Booth == booth && c.AnsweredAt == nil && !c.over(h.clock.Now()) {
				n++
			}
		}
	})
	return n
}

// callAt finds a call that rings at an office.
func (h *hub) callAt(id, office string) (c call, ok bool) {
	h.do(func() {
		c, ok = h.calls[id]
		ok = ok && c.Office == office
	})
	return c, ok
}

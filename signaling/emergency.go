package signaling

import (
	"context"
	"strconv"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// armedFor is how long the cover of the emergency button stays lifted.
const armedFor = protocol.ArmedSeconds * time.Second

// armEmergency lifts the cover for this socket. It is node memory: whoever loses the line between the two steps begins anew.
func (b *Broker) armEmergency(s *socket) error {
	d, err := b.member(s)
	if err != nil {
		return err
	}
	if s.who.side != session.SideBooth && s.who.side != session.SideDesk {
		return &refusal{protocol.ErrForbidden, "only booth and desk have an emergency button"}
	}
	s.armed = b.now().Add(armedFor)
	s.send(protocol.Armed{Session: d.ID, Until: s.armed})
	return nil
}

// pressEmergency carries out the second step. It always works: while Redis is down, everybody here sees it and the counters here
// ring at once, and the document follows when Redis answers.
func (b *Broker) pressEmergency(ctx context.Context, s *socket) error {
	d, err := b.member(s)
	if err != nil {
		return err
	}
	event := session.Event{Type: session.Alarm, By: s.who.actor(), At: b.now()}
	if !event.At.Before(s.armed) {
		return &refusal{protocol.ErrNotNow, "arm_emergency first, at most ten seconds before"}
	}
	s.armed = time.Time{}
	s.log.Warn("emergency", "session", d.ID)
	next, _, err := session.Next(d, event)
	if err != nil {
		return err
	}
	return b.applyAnyway(ctx, s, "emergency", d.ID, event, func() {
		b.hub.show(next)
		b.logFailed("set gate", d.ID, b.media.Admit(context.WithoutCancel(ctx), d.ID, next.Version, next.Gate()...))
		b.ringEmergency(next, event.At)
	})
}

// ringEmergency has the counters of the office ring. The call is named after the emergency, so that it rings once however often
// it is told.
func (b *Broker) ringEmergency(d session.Doc, at time.Time) {
	c := b.newCall("c_"+d.ID+"-"+strconv.FormatInt(at.UnixMilli(), 36), d.Booth, d.Office, at)
	c.Emergency = true
	if _, known := b.hub.callAt(c.ID, c.Office); !known {
		b.ring(c)
	}
}

// show tells everybody here of a document that could not be stored yet.
func (h *hub) show(d session.Doc) {
	h.do(func() {
		v := h.sessions[d.ID]
		if v == nil {
			return
		}
		shown := *v
		shown.doc = d
		for _, m := range v.members {
			m.socket.send(h.sessionFor(&shown, m.socket))
		}
	})
}

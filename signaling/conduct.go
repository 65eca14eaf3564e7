package signaling

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// conduct carries out a message by which a visit is conducted between admitting and ending. What the machine needs to know of
// places is looked up here.
func (b *Broker) conduct(ctx context.Context, s *socket, body any) error {
	switch m := body.(type) {
	case protocol.Staff:
		return b.staff(ctx, s, m)
	case protocol.Requeue:
		return b.requeue(ctx, s, m)
	case protocol.Pause:
		return b.transition(ctx, s, "", session.Event{Type: session.Pause, Reason: m.Reason})
	case protocol.Confer:
		return b.confer(ctx, s, m)
	case protocol.Transfer:
		return b.transfer(ctx, s, m)
	case protocol.Gather:
		return b.gather(ctx, s, m)
	case protocol.Release:
		return b.transition(ctx, s, access.Admit, session.Event{Type: session.Release, Other: m.Session})
	case protocol.Calm:
		return b.calm(ctx, s, m)
	case protocol.Wiped:
		return b.wiped(ctx, s, m)
	default:
		return &refusal{protocol.ErrUnknownType, "this server does not carry that out"}
	}
}

// conductPlain carries out one that needs nothing but its type.
func (b *Broker) conductPlain(ctx context.Context, s *socket, kind string) error {
	switch kind {
	case protocol.TypeAcceptStaff:
		return b.transition(ctx, s, "", session.Event{Type: session.StaffAccepted})
	case protocol.TypeSummon:
		return b.transition(ctx, s, access.Admit, session.Event{Type: session.Summon})
	case protocol.TypeResume:
		return b.transition(ctx, s, "", session.Event{Type: session.Resume})
	case protocol.TypeArmEmergency:
		return b.armEmergency(s)
	case protocol.TypeEmergency:
		return b.pressEmergency(ctx, s)
	default:
		return &refusal{protocol.ErrUnknownType, "this server does not carry that out"}
	}
}

// named is a session that a counter or booth names without having entered it: one of its own.
func (b *Broker) named(ctx context.Context, s *socket, id string) (session.Doc, error) {
	d, _, err := b.newest(ctx, id)
	if err != nil {
		return d, err
	}
	own := s.who.side == session.SideCounter && d.Office == s.who.seat.Office ||
		s.who.side == session.SideBooth && d.Booth == s.who.seat.Booth
	if !own {
		return d, &refusal{protocol.ErrUnknownSession, "no such session, or it is long over"} // the same words: nobody learns more
	}
	return d, nil
}

func (b *Broker) staff(ctx context.Context, s *socket, m protocol.Staff) error {
	d, err := b.named(ctx, s, m.Session)
	if err != nil {
		return err
	}
	event := session.Event{Type: session.StaffLeft, By: s.who.actor(), At: b.now()}
	if m.Present {
		event.Type = session.StaffCame
	}
	_, err = b.apply(ctx, d.ID, event)
	return err
}

func (b *Broker) requeue(ctx context.Context, s *socket, m protocol.Requeue) error {
	if m.Minutes < 0 || m.Minutes > protocol.MaxRequeueMinutes {
		return &refusal{protocol.ErrMalformed, fmt.Sprintf("minutes: want 0 to %d", protocol.MaxRequeueMinutes)}
	}
	event := session.Event{Type: session.Requeue}
	if m.Minutes > 0 {
		event.Until = b.now().Add(time.Duration(m.Minutes) * time.Minute)
	}
	return b.transition(ctx, s, access.Handover, event)
}

// desk finds a desk of the area.
func (b *Broker) desk(id string) (Place, error) {
	place, ok := b.cfg.Places.Seat(session.DeskSeat(id))
	if !ok || place.Area != b.cfg.Area {
		return place, &refusal{protocol.ErrUnknownParticipant, "desk: there is no such desk here"}
	}
	return place, nil
}

func (b *Broker) confer(ctx context.Context, s *socket, m protocol.Confer) error {
	place, err := b.desk(m.Desk)
	if err != nil {
		return err
	}
	return b.transition(ctx, s, access.Admit, session.Event{Type: session.Confer, Desk: m.Desk, Role: place.Role, Private: m.Private})
}

func (b *Broker) transfer(ctx context.Context, s *socket, m protocol.Transfer) error {
	event := session.Event{Type: session.Transfer, Desk: m.Desk, Pool: m.Pool}
	desk := m.Desk
	switch {
	case (m.Desk == "") == (m.Pool == ""):
		return &refusal{protocol.ErrMalformed, "want either desk or pool"}
	case m.Pool != "":
		desks := b.cfg.Places.DesksOf(m.Pool)
		if len(desks) == 0 {
			return &refusal{protocol.ErrUnknownParticipant, "pool: there is no such pool here"}
		}
		desk = desks[0]
	}
	place, err := b.desk(desk)
	if err != nil {
		return err
	}
	event.Role, event.Pool = place.Role, place.Pool
	return b.transition(ctx, s, access.Handover, event)
}

// gather takes another booth's session into this room, if it waits for this desk too.
func (b *Broker) gather(ctx context.Context, s *socket, m protocol.Gather) error {
	other, _, err := b.newest(ctx, m.Session)
	if err != nil {
		return err
	}
	if other.State != protocol.StateWaiting || !other.Serves(s.who.seat.Desk, s.who.seat.Pool) {
		return &refusal{protocol.ErrNotNow, "that session does not wait for this desk"}
	}
	return b.transition(ctx, s, access.Admit, session.Event{Type: session.Gather, Other: other.ID, Booth: other.Booth})
}

func (b *Broker) calm(ctx context.Context, s *socket, m protocol.Calm) error {
	event := session.Event{Type: session.Calm}
	if s.who.side != session.SideCounter {
		if s.entered.session != m.Session {
			return &refusal{protocol.ErrWrongSession, "that is not the session entered"}
		}
		return b.transition(ctx, s, access.Admit, event)
	}
	d, err := b.named(ctx, s, m.Session)
	if err != nil {
		return err
	}
	event.By, event.At = s.who.actor(), b.now()
	_, err = b.apply(ctx, d.ID, event)
	return err
}

// wiped takes the booth's word that nothing of a session is left in it. One that Redis has lost since holds it no more either.
func (b *Broker) wiped(ctx context.Context, s *socket, m protocol.Wiped) error {
	if s.who.side != session.SideBooth {
		return &refusal{protocol.ErrForbidden, "only a booth wipes itself"}
	}
	d, err := b.named(ctx, s, m.Session)
	if errors.Is(err, errNoSession) {
		if holder, err := b.store.holderOf(ctx, s.who.seat.Booth); err != nil || holder != m.Session {
			return err
		}
		return b.store.freeBooth(ctx, s.who.seat.Booth)
	}
	if err != nil {
		return err
	}
	_, err = b.apply(ctx, d.ID, session.Event{Type: session.Wiped, By: s.who.actor(), At: b.now()})
	return err
}

// recallUnwiped fetches the session whose end a booth has still to confirm, so that it is told of it.
func (b *Broker) recallUnwiped(ctx context.Context, booth string) {
	ctx, cancel := context.WithTimeout(ctx, presenceWithin)
	defer cancel()
	id, err := b.store.holderOf(ctx, booth)
	if err != nil || id == "" {
		b.logFailed("look for what is to be wiped", id, err)
		return
	}
	if _, known := b.hub.doc(id); known {
		return
	}
	d, err := b.store.load(ctx, id)
	switch {
	case errors.Is(err, errNoSession):
		b.logFailed("free booth", id, b.store.freeBooth(ctx, booth))
	case err != nil:
		b.log.Warn("session to be wiped not read", "session", id, "error", err)
	default:
		b.hub.update(d)
	}
}

// tellOther has another session hear what concerns it: group sessions are several documents, each of which decides for itself.
func (b *Broker) tellOther(ctx context.Context, d session.Doc, effect session.Effect) error {
	system := session.Actor{Side: session.SideSystem}
	switch e := effect.(type) {
	case session.Host:
		system.Desk, system.Pool = e.Desk, e.Pool
		err := b.tell(ctx, e.Other, session.Event{Type: session.Hosted, By: system, Other: d.ID, At: b.now()})
		if err == nil || unavailable(err) {
			return err
		}
		b.log.Info("session not gathered", "session", e.Other, "host", d.ID, "error", err)
		return settled(b.tell(ctx, d.ID, session.Event{Type: session.Release, By: session.Actor{Side: session.SideSystem}, Other: e.Other, At: b.now()}))
	case session.Unhost:
		return settled(b.unhost(ctx, d.ID, e))
	case session.Part:
		return settled(b.tell(ctx, e.Other, session.Event{Type: session.Release, By: system, Other: d.ID, At: b.now()}))
	default:
		return fmt.Errorf("effect %T: nobody carries it out", effect)
	}
}

func (b *Broker) unhost(ctx context.Context, host string, e session.Unhost) error {
	system := session.Actor{Side: session.SideSystem}
	other, _, err := b.newest(ctx, e.Other)
	if err != nil {
		return err
	}
	if other.Host != host {
		return nil // it has heard of it, or is in another room by now
	}
	seat := session.BoothSeat(other.Booth)
	event := session.Event{Type: session.Unhosted, By: system, Other: host, Over: e.Over, At: b.now()}
	switch {
	case e.Left:
		event = session.Event{Type: session.Leave, By: session.Actor{Side: session.SideBooth, ID: seat}, At: b.now()}
	case e.Lost:
		event = session.Event{Type: session.GraceExpired, By: system, Whom: seat, At: b.now()}
	}
	return b.tell(ctx, e.Other, event)
}

func (b *Broker) tell(ctx context.Context, id string, e session.Event) error {
	_, err := b.apply(ctx, id, e)
	return err
}

// settled is nil for an answer that will not change: the other session decided otherwise, or is over.
func settled(err error) error {
	var refused *session.Refusal
	if errors.As(err, &refused) || errors.Is(err, errNoSession) {
		return nil
	}
	return err
}

package signaling

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// contended is how often an event is tried against documents that others store in between.
const contended = 16

// apply makes an event happen: it computes the next document from the newest known, stores it if that was the newest
// indeed, tells everybody here, and carries out the effects. Refusals are *session.Refusal; everything else means
// that nothing happened.
func (b *Broker) apply(ctx context.Context, id string, e session.Event) (session.Doc, error) {
	doc, fresh, err := b.newest(ctx, id)
	if err != nil {
		return doc, err
	}
	for range contended {
		next, effects, refused := session.Next(doc, e)
		if (refused != nil || next.Version == doc.Version) && !fresh {
			// Our copy may lag behind: before saying no, or that nothing is to be done, look.
			if stored, err := b.look(ctx, id); err == nil && stored.Version > doc.Version {
				b.hub.update(stored)
				doc, fresh = stored, true
				continue
			}
		}
		if refused != nil {
			return doc, refused
		}
		if next.Version == doc.Version {
			return doc, nil
		}
		current, stored, err := b.store.put(ctx, next, doc.Version, e.Type)
		if err != nil {
			return doc, err
		}
		if !stored {
			doc, fresh = current, true
			continue
		}
		b.hub.update(next)
		b.log.Info("session changed", "session", id, "event", e.Type, "by", e.By.ID, "state", next.State, "version", next.Version)
		b.carryOut(ctx, next, effects)
		return next, nil
	}
	return doc, fmt.Errorf("%s in session %s: too much happens at once", e.Type, id)
}

// lookWithin is how long the broker waits for a document it can do without.
const lookWithin = time.Second

// look reads the stored document where the copy here will do if Redis does not answer.
func (b *Broker) look(ctx context.Context, id string) (session.Doc, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	return b.store.load(ctx, id)
}

// newest is the hub's copy, or the stored document if the hub has none.
func (b *Broker) newest(ctx context.Context, id string) (d session.Doc, fresh bool, err error) {
	if d, ok := b.hub.doc(id); ok {
		return d, false, nil
	}
	d, err = b.store.load(ctx, id)
	if err != nil {
		return d, false, err
	}
	b.hub.update(d)
	return d, true, nil
}

// carryOut carries out effects of a document that has been stored. It must not stop halfway because the socket that
// asked for it has gone, so it has a time of its own.
func (b *Broker) carryOut(ctx context.Context, d session.Doc, effects []session.Effect) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), effectWithin)
	defer cancel()
	for _, effect := range effects {
		switch e := effect.(type) {
		case session.Gate:
			b.setGate(ctx, d.ID)
		case session.Expel:
			b.logFailed("leave media", d.ID, b.media.Leave(ctx, d.ID, e.Participant))
			b.logFailed("forget", d.ID, b.lines.forget(ctx, who{d.ID, e.Participant}))
		case session.CloseRoom:
			b.logFailed("close room", d.ID, b.media.CloseRoom(ctx, d.ID))
			b.logFailed("wipe presence", d.ID, b.lines.wipe(ctx, d.ID, everybody(d)))
		case session.LegStarted:
			b.tellBooking(ctx, "leg started", d, func(ctx context.Context) error {
				return b.cfg.Bookings.LegStarted(ctx, d.Appointment, e.Leg)
			})
		case session.LegDone:
			b.tellBooking(ctx, "leg done", d, func(ctx context.Context) error {
				return b.cfg.Bookings.LegDone(ctx, d.Appointment, e.Leg)
			})
		case session.Finish:
			b.tellBooking(ctx, "finish", d, func(ctx context.Context) error {
				return b.cfg.Bookings.Finish(ctx, d.Appointment, outcome(e))
			})
		}
	}
}

// outcome is booking's word for the end of a visit: whether a professional met the resident is what counts, not who
// closed it.
func outcome(e session.Finish) string {
	if e.Met {
		return booking.StateDone
	}
	return booking.StateUnserved
}

func everybody(d session.Doc) []string {
	list := []string{session.BoothSeat(d.Booth)}
	for _, p := range d.Participants {
		if !slices.Contains(list, p.ID) {
			list = append(list, p.ID)
		}
	}
	return list
}

func (b *Broker) logFailed(what, id string, err error) {
	if err != nil {
		b.log.Error(what, "session", id, "error", err)
	}
}

// tellBooking does so now or, when booking does not answer, later.
func (b *Broker) tellBooking(ctx context.Context, what string, d session.Doc, do func(context.Context) error) {
	err := do(ctx)
	if err == nil {
		return
	}
	b.log.Warn("booking not told", "what", what, "session", d.ID, "appointment", d.Appointment, "error", err)
	if unavailable(err) {
		b.retries.add(what+" "+d.Appointment, do)
	}
}

// setGate sets the gate of a session's room to what the newest document says, and again if a newer one came in
// meanwhile. Whoever changes a document or hears of a change does this, so the last to act has seen the newest; a
// gate that was set late by somebody slow does not stay.
func (b *Broker) setGate(ctx context.Context, id string) {
	defer b.gates.lock(id)()
	for range contended {
		d, ok := b.hub.doc(id)
		if !ok || d.State == protocol.StateClosed {
			return // CloseRoom ends all media
		}
		if err := b.media.Admit(ctx, id, d.Version, d.Gate()); err != nil {
			b.log.Error("set gate", "session", id, "version", d.Version, "error", err)
			b.retries.add("set gate "+id, func(ctx context.Context) error {
				newest, _ := b.hub.doc(id)
				return b.media.Admit(ctx, id, newest.Version, newest.Gate())
			})
			return
		}
		if now, _ := b.hub.doc(id); now.Version == d.Version {
			return
		}
	}
}

// unavailable says whether an error means that Redis, or something else we need, did not answer.
func unavailable(err error) bool {
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, redis.ErrClosed) ||
		errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, errStopped) || errors.Is(err, io.EOF) ||
		errors.Is(err, booking.ErrUnavailable) || loading(err)
}

// loading says whether Redis itself asks for patience.
func loading(err error) bool {
	for _, word := range []string{"LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN"} {
		if redis.HasErrorPrefix(err, word) {
			return true
		}
	}
	return false
}

// leaveWithin is how long somebody who leaves waits for the store before the broker acts without it.
const leaveWithin = 2 * time.Second

// leave takes the participant out of its session. It always works: while Redis is down, what people see is done at
// once, and the document follows when Redis answers.
func (b *Broker) leave(ctx context.Context, s *socket) error {
	d, err := b.member(s)
	if err != nil {
		return err
	}
	if s.who.side != session.SideBooth {
		b.hub.detach(s, d.ID) // it is not to be told what it has done itself
	}
	event := session.Event{Type: session.Leave, By: s.who.actor(), At: b.now()}
	stored := make(chan error, 1)
	b.sockets.Go(func() { // ends by the client's own timeouts; Run waits for it
		_, err := b.apply(ctx, d.ID, event)
		stored <- err
	})
	late := time.NewTimer(leaveWithin)
	defer late.Stop()
	select {
	case err = <-stored:
	case <-late.C:
		err = context.DeadlineExceeded
	}
	if err == nil || !unavailable(err) {
		return err
	}
	s.log.Warn("left without the store", "session", d.ID, "error", err)
	b.leaveNow(ctx, s, d)
	b.retries.add("leave "+d.ID, func(ctx context.Context) error {
		_, err := b.apply(ctx, d.ID, event)
		var refused *session.Refusal
		if errors.As(err, &refused) || errors.Is(err, errNoSession) {
			return nil // somebody else has ended it
		}
		return err
	})
	return nil
}

// leaveNow ends the media and tells the participants here, ahead of the document.
func (b *Broker) leaveNow(ctx context.Context, s *socket, d session.Doc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), effectWithin)
	defer cancel()
	if s.who.side == session.SideBooth {
		b.logFailed("close room", d.ID, b.media.CloseRoom(ctx, d.ID))
		b.hub.endHere(d.ID, protocol.ReasonLeft)
		return
	}
	if s.who.side == session.SideDesk {
		b.logFailed("close gate", d.ID, b.media.Admit(ctx, d.ID, d.Version, nil))
	}
	b.logFailed("leave media", d.ID, b.media.Leave(ctx, d.ID, s.who.participant))
}

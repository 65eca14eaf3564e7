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
		current, stored, err := b.store.put(withDeed(ctx, e), next, doc.Version, e.Type, effects)
		if errors.Is(err, errForgotten) {
			if doc, err = b.recall(ctx, doc); err != nil {
				return doc, err
			}
			fresh = true
			continue
		}
		if errors.Is(err, errBoothBusy) {
			if err = b.boothFree(ctx, next.Booth, current.ID, e.Type); err == nil {
				continue
			}
		}
		if err != nil {
			return doc, err
		}
		if !stored {
			doc, fresh = current, true
			continue
		}
		next = current // in the shape it has been stored in
		b.hub.update(next)
		b.log.Info("session changed", "session", id, "event", e.Type, "by", e.By.ID, "stage", next.Stage(), "version", next.Version)
		b.noteEvent(next, e)
		b.carryOut(ctx, next, owedKey(next), effects)
		return next, nil
	}
	return doc, fmt.Errorf("%s in session %s: too much happens at once", e.Type, id)
}

// boothFree frees a booth that is held by a session Redis has lost, or says which one holds it.
func (b *Broker) boothFree(ctx context.Context, booth, holder string, event session.Type) error {
	d, err := b.store.load(ctx, holder)
	if errors.Is(err, errNoSession) || err == nil && !d.HoldsBooth() {
		return b.store.freeBooth(ctx, booth)
	}
	if err != nil {
		return err
	}
	b.hub.update(d) // the booth is told to wipe itself
	return &session.Refusal{Event: event, Err: session.ErrNotNow, Why: "the booth is in session " + holder + ", or has not confirmed that nothing of it is left"}
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

// carryOut carries out effects of a document that has been stored, and strikes them off. It must not stop halfway because the
// socket that asked for it has gone, so it has a time of its own. What fails stays owed, and is tried again (owed.go).
func (b *Broker) carryOut(ctx context.Context, d session.Doc, key string, effects []session.Effect) {
	if len(effects) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), effectWithin)
	defer cancel()
	done := true
	for _, effect := range effects {
		if err := b.carryOutOne(ctx, d, effect); err != nil {
			b.log.Warn("still to be done", "session", d.ID, "effect", fmt.Sprintf("%T", effect), "error", err)
			done = false
		}
	}
	if done {
		b.logFailed("strike off", d.ID, b.store.paid(ctx, key))
	}
}

func (b *Broker) carryOutOne(ctx context.Context, d session.Doc, effect session.Effect) error {
	switch e := effect.(type) {
	case session.Gate:
		return b.setGate(ctx, d.ID)
	case session.Expel:
		return b.expel(ctx, d.ID, e.Participant)
	case session.CloseRoom:
		return errors.Join(b.media.CloseRoom(ctx, d.ID), b.lines.wipe(ctx, d.ID, everybody(d)))
	case session.LegStarted:
		return b.tellBooking("leg started", d, b.cfg.Bookings.LegStarted(ctx, d.Appointment, e.Leg))
	case session.LegDone:
		return b.tellBooking("leg done", d, b.cfg.Bookings.LegDone(ctx, d.Appointment, e.Leg))
	case session.Finish:
		return b.tellBooking("finish", d, b.cfg.Bookings.Finish(ctx, d.Appointment, outcome(e)))
	case session.Ring:
		b.ringEmergency(d, e.At)
		return nil
	default:
		return b.tellOther(ctx, d, effect)
	}
}

// expel ends a participant's media, unless it has come back since.
func (b *Broker) expel(ctx context.Context, id, participant string) error {
	if now, ok := b.hub.doc(id); ok {
		if _, back := now.Participant(participant); back && now.State != protocol.StateClosed {
			return nil
		}
	}
	return errors.Join(b.media.Leave(ctx, id, participant), b.lines.forget(ctx, who{id, participant}))
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
	switch {
	case errors.Is(err, context.Canceled): // whoever asked has gone: anybody can cause that as often as they like
		b.log.Debug(what, "session", id, "error", err)
	case err != nil:
		b.log.Error(what, "session", id, "error", err)
	}
}

// tellBooking judges booking's answer: what it refuses for good is not asked again.
func (b *Broker) tellBooking(what string, d session.Doc, err error) error {
	if err == nil || unavailable(err) {
		return err
	}
	b.log.Info("booking refused", "what", what, "session", d.ID, "appointment", d.Appointment, "error", err)
	return nil
}

// setGate sets the gate of a session's room to what the newest document says, and again if a newer one came in
// meanwhile. Whoever changes a document or hears of a change does this, so the last to act has seen the newest; a
// gate that was set late by somebody slow does not stay.
func (b *Broker) setGate(ctx context.Context, id string) error {
	defer b.gates.lock(id)()
	for range contended {
		d, ok := b.hub.doc(id)
		if !ok || d.State == protocol.StateClosed {
			return nil // CloseRoom ends all media
		}
		if err := b.media.Admit(ctx, id, d.Version, d.Gate()...); err != nil {
			b.log.Error("set gate", "session", id, "version", d.Version, "error", err)
			return err
		}
		if now, _ := b.hub.doc(id); now.Version == d.Version {
			return nil
		}
	}
	return nil
}

// retryGate has the gate set, and goes on with that if it fails.
func (b *Broker) retryGate(ctx context.Context, id string) {
	if err := b.setGate(ctx, id); err != nil {
		b.retries.add("set gate "+id, func(ctx context.Context) error { return b.setGate(ctx, id) })
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

// storeWithin is how long somebody who leaves, or calls for help, waits for the store before the broker acts without it.
const storeWithin = 2 * time.Second

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
	return b.applyAnyway(ctx, s, "leave", d.ID, event, func() { b.leaveNow(ctx, s, d) })
}

// applyAnyway applies an event that has to work also while the store is down: when that has not answered in time, meanwhile
// does what people see, and the document follows when Redis answers.
func (b *Broker) applyAnyway(ctx context.Context, s *socket, what, id string, event session.Event, meanwhile func()) error {
	stored := make(chan error, 1)
	b.sockets.Go(func() { // ends by the client's own timeouts; Run waits for it
		_, err := b.apply(ctx, id, event)
		stored <- err
	})
	late := time.NewTimer(storeWithin)
	defer late.Stop()
	var err error
	select {
	case err = <-stored:
	case <-late.C:
		err = context.DeadlineExceeded
	}
	if err == nil || !unavailable(err) {
		return err
	}
	s.log.Warn("done without the store", "what", what, "session", id, "error", err)
	meanwhile()
	b.retries.add(what+" "+id, func(ctx context.Context) error {
		_, err := b.apply(ctx, id, event)
		var refused *session.Refusal
		if errors.As(err, &refused) || errors.Is(err, errNoSession) {
			return nil // somebody else has ended the visit
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

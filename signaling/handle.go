package signaling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// How long one request, and one effect of it, may take, and how long it waits for what matters less than the next one:
// requests of one participant are carried out in their order, and the next may be to call staff or to leave, which
// nobody is to wait for while Redis hangs.
const (
	requestWithin  = 10 * time.Second
	effectWithin   = 5 * time.Second
	presenceWithin = 500 * time.Millisecond
)

// handle carries out one message of a socket that has said hello. It runs in the socket's own goroutine, so requests
// of one participant are carried out in their order.
func (b *Broker) handle(ctx context.Context, s *socket, m protocol.Message) {
	if m.Type == protocol.TypePing { // most of what is ever said: it needs no time of its own
		s.acknowledged(m.Numbers)
		s.pong()
		return
	}
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	ctx = via(ctx, s)
	if err := s.who.allowed(m.Type); err != nil {
		s.refuseRequest(m.ID, m.Type, err)
		b.noteMessage(ctx, s, m.Type, err)
		return
	}
	ctx, first := b.once(ctx, s, m)
	if !first {
		return // it has been answered
	}
	var err error
	defer func() { b.noteMessage(ctx, s, m.Type, err) }() // once it has been answered
	defer s.answered()
	switch body := m.Body.(type) {
	case protocol.Hello:
		err = &refusal{protocol.ErrHelloFirst, "hello has been said"}
	case protocol.Enter:
		err = b.enter(ctx, s, body)
		if slices.ContainsFunc(tokenErrors, func(t error) bool { return errors.Is(err, t) }) || errors.Is(err, access.ErrExpired) {
			b.noteToken(ctx, access.Socket, s.address, err)
		}
		if err == nil {
			return // join has answered
		}
	case protocol.Offer:
		err = b.offer(ctx, s, body)
		if err == nil {
			return // the answer is the answer
		}
	case protocol.Candidate:
		err = b.candidate(ctx, s, body)
		if err == nil {
			return // candidates are not acknowledged
		}
	case protocol.Prepare:
		err = b.prepare(ctx, s, body)
	case protocol.Admit:
		err = b.transition(ctx, s, access.Admit, session.Event{Type: session.Admit, Whom: body.Participant})
	case protocol.Dismiss:
		err = b.transition(ctx, s, access.Admit, session.Event{Type: session.Dismiss, Whom: body.Participant})
	case protocol.Mute:
		err = b.mute(ctx, s, body)
	case protocol.Report:
		b.report(s, body)
		return // reports are not acknowledged
	case protocol.RemoteDone:
		err = b.remoteDone(ctx, s, body)
	case protocol.AnnounceKeys:
		err = b.announceKeys(ctx, s, body)
	case protocol.AnswerCall:
		err = b.answerCall(s, body)
	case protocol.Request:
		err = b.request(ctx, s, m.Type)
	default:
		err = b.conduct(ctx, s, body)
	}
	if err != nil {
		s.refuseRequest(m.ID, m.Type, err)
		return
	}
	s.send(protocol.OK{Re: m.ID})
}

// request carries out a message that needs nothing but its type.
func (b *Broker) request(ctx context.Context, s *socket, kind string) error {
	switch kind {
	case protocol.TypeReady:
		return b.transition(ctx, s, "", session.Event{Type: session.Ready})
	case protocol.TypeHandover:
		return b.transition(ctx, s, access.Handover, session.Event{Type: session.Handover})
	case protocol.TypeEnd:
		return b.transition(ctx, s, access.End, session.Event{Type: session.End})
	case protocol.TypeLeave:
		return b.leave(ctx, s)
	case protocol.TypeCall:
		return b.callStaff(s)
	default:
		return b.conductPlain(ctx, s, kind)
	}
}

// refusal is an error with the code the client is told.
type refusal struct {
	code protocol.ErrorCode
	why  string
}

func (r *refusal) Error() string { return r.why }

// refuseRequest answers a request that was not carried out. Faults on our side go to the log with their cause; the
// client learns only that there was one.
func (s *socket) refuseRequest(re, kind string, err error) {
	code, why := explain(err)
	if code == protocol.ErrInternal || code == protocol.ErrUnavailable {
		s.log.Error("request failed", "type", kind, "error", err)
	} else {
		s.log.Info("request refused", "type", kind, "code", code, "why", why)
	}
	s.send(protocol.Error{Re: re, Code: code, Message: kind + ": " + why})
}

// explain turns an error into the code and the words a client is told.
func explain(err error) (protocol.ErrorCode, string) {
	var own *refusal
	var machine *session.Refusal
	switch {
	case errors.As(err, &own):
		return own.code, own.why
	case errors.As(err, &machine):
		return machineCodes[machine.Err], machine.Why
	case errors.Is(err, errNoSession):
		return protocol.ErrUnknownSession, "no such session, or it is long over"
	case errors.Is(err, access.ErrExpired):
		return protocol.ErrExpiredToken, err.Error()
	case errors.Is(err, ErrOffer):
		return protocol.ErrMedia, err.Error()
	case errors.Is(err, errBoothBusy):
		return protocol.ErrNotNow, err.Error()
	case errors.Is(err, errNewer):
		return protocol.ErrUnavailable, "a newer version of this server has that session: come back, another node may answer"
	case unavailable(err):
		return protocol.ErrUnavailable, "the store does not answer: try again"
	case slices.ContainsFunc(tokenErrors, func(t error) bool { return errors.Is(err, t) }):
		return protocol.ErrBadToken, err.Error()
	default:
		return protocol.ErrInternal, "a fault on our side"
	}
}

var machineCodes = map[error]protocol.ErrorCode{
	session.ErrForbidden:          protocol.ErrForbidden,
	session.ErrNotNow:             protocol.ErrNotNow,
	session.ErrClosed:             protocol.ErrUnknownSession,
	session.ErrUnknownParticipant: protocol.ErrUnknownParticipant,
	session.ErrDismissed:          protocol.ErrForbidden,
}

var tokenErrors = []error{
	access.ErrMalformed, access.ErrAlgorithm, access.ErrUnknownKey, access.ErrSignature,
	access.ErrNotYet, access.ErrIssuer, access.ErrAudience, access.ErrClaims, access.ErrRevoked,
}

// enter attaches the socket to one session, by a room token for exactly this participant.
func (b *Broker) enter(ctx context.Context, s *socket, m protocol.Enter) error {
	room, err := b.verifier.RoomOver(m.Token, s.certificate)
	if err != nil {
		return err
	}
	if room.Participant != s.who.participant {
		return &refusal{protocol.ErrWrongSession, "the token is for another participant"}
	}
	if err := b.leaveBehind(ctx, s, room.Room); err != nil {
		return err
	}
	err = b.join(ctx, s, room, session.Entered, protocol.OK{Re: m.ID})
	if errors.Is(err, session.ErrClosed) {
		b.tellEnd(s, room.Room)
	}
	return err
}

// tellEnd says how a session ended to one who took part and comes back too late. It may have been said over a line that was dead, and
// kept when the next one had asked already.
func (b *Broker) tellEnd(s *socket, id string) {
	d, _ := b.hub.doc(id)
	if _, was := d.Participant(s.who.participant); was && d.State == protocol.StateClosed {
		s.send(protocol.Ended{Session: id, Reason: d.Reason})
	}
}

// leaveBehind takes a participant out of the session it was in before it enters another. Nobody walks out of a
// consultation that way by mistake, and a booth is in one visit at a time, whichever socket it entered by.
func (b *Broker) leaveBehind(ctx context.Context, s *socket, next string) error {
	elsewhere := &refusal{protocol.ErrNotNow, "leave the session you are in first"}
	if s.who.side == session.SideBooth {
		if b.hub.boothBusy(s.who.seat.Booth, next) {
			return elsewhere
		}
		return nil
	}
	old, in := b.hub.entered(s)
	if !in || old.ID == next {
		return nil
	}
	if old.State == protocol.StateConsultation {
		return elsewhere
	}
	return b.leave(ctx, s)
}

// join makes the event by which a participant comes happen, and the socket a member of the session, after saying
// welcome. The lease is stored before anybody is told: from then on the keeper does not count the participant as lost.
// If it did so a moment before, the participant has been taken out, and comes in again.
func (b *Broker) join(ctx context.Context, s *socket, room access.Room, how session.Type, welcome any) error {
	w := who{room.Room, s.who.participant}
	for range contended {
		if b.hub.overtaken(s, w.session) {
			s.finish(protocol.CloseReplaced, "opened elsewhere")
			return &refusal{protocol.ErrNotNow, "a later line of this page has entered"}
		}
		l := b.hub.lineFor(s, w.session, b.node)
		event := session.Event{Type: how, By: s.who.actor(), At: b.now(), Wipes: s.who.wipes, Role: room.Role}
		if _, err := b.apply(ctx, w.session, event); err != nil {
			return err
		}
		b.tellLine(ctx, s, w, l)
		s.entered = entry{room.Room, room}
		b.recallMedia(w.session)
		b.sayPlace(s, w.session) // before its tracks, which are those of that place
		if ok, untold := b.hub.attach(s, w.session, l, welcome); ok {
			if untold {
				b.tellLine(ctx, s, w, l)
			}
			b.timelines.note(w.session, b.now(), MomentOnline, w.participant, "reason", string(s.who.reason))
			b.sayPlace(s, w.session) // it may have changed before s could be told with the others
			return nil
		}
	}
	return fmt.Errorf("enter session %s: taken out again and again", w.session)
}

// member is the session the socket takes part in.
func (b *Broker) member(s *socket) (session.Doc, error) {
	d, ok := b.hub.entered(s)
	if !ok {
		return d, &refusal{protocol.ErrNotEntered, "enter a session first"}
	}
	return d, nil
}

// transition turns a request into an event of the session entered; the token must grant it.
func (b *Broker) transition(ctx context.Context, s *socket, need access.Grant, e session.Event) error {
	if _, err := b.member(s); err != nil {
		return err
	}
	if need != "" && !s.entered.token.Grants.Has(need) {
		return &refusal{protocol.ErrForbidden, "the token does not grant " + string(need)}
	}
	e.By, e.At = s.who.actor(), b.clock.Now()
	_, err := b.apply(ctx, s.entered.session, e)
	return err
}

// offer passes an SDP offer to the media node and its answer back.
func (b *Broker) offer(ctx context.Context, s *socket, m protocol.Offer) error {
	d, err := b.member(s)
	if err != nil {
		return err
	}
	grants := s.entered.token.Grants
	purposes := make(map[string]string, len(m.Tracks))
	for _, t := range m.Tracks {
		purposes[t.Mid] = string(t.Purpose)
	}
	answer, err := b.media.Offer(ctx, Join{
		Room: d.ID, Participant: s.who.participant, Name: s.who.name,
		Publish: grants.Has(access.Publish), Subscribe: grants.Has(access.Subscribe),
		Purposes: purposes, SDP: m.SDP,
	})
	if err != nil {
		return err
	}
	s.send(protocol.Answer{Re: m.ID, SDP: answer.SDP, Place: answer.Place})
	b.restoreMedia(ctx, s, d.ID)
	return nil
}

// restoreMedia sets again, for a peer that may be new, what holds of it: the gate and what it has muted.
func (b *Broker) restoreMedia(ctx context.Context, s *socket, id string) {
	b.retryGate(ctx, id)
	p := b.hub.person(who{id, s.who.participant})
	if !p.Audio && !p.Video {
		return
	}
	if err := b.media.Mute(ctx, id, s.who.participant, p.Audio, p.Video); err != nil {
		s.log.Error("mute after offer", "session", id, "error", err)
	}
}

func (b *Broker) candidate(ctx context.Context, s *socket, m protocol.Candidate) error {
	d, err := b.member(s)
	if err != nil {
		return err
	}
	return b.media.Candidate(ctx, d.ID, s.who.participant, m.Candidate, m.Mid)
}

// mute enforces at the media node that own sound or picture is off, and shows it.
func (b *Broker) mute(ctx context.Context, s *socket, m protocol.Mute) error {
	d, err := b.member(s)
	if err != nil {
		return err
	}
	if err := b.media.Mute(ctx, d.ID, s.who.participant, m.Audio, m.Video); err != nil {
		return err
	}
	w := who{d.ID, s.who.participant}
	b.timelines.note(d.ID, b.now(), MomentMute, s.who.participant, "audio", onOff(m.Audio), "video", onOff(m.Video))
	l := b.hub.mute(w, m.Audio, m.Video)
	l.Node, l.Socket, l.Arrival = b.node, s.id, s.who.arrival // the participant may have come in elsewhere meanwhile, where this is to be heard
	b.tellLine(ctx, s, w, l)
	return nil
}

// tellLine stores and announces the line of a participant that is here. What cannot be stored now is known here, and
// the others learn it when Redis is back and everything is read anew.
func (b *Broker) tellLine(ctx context.Context, s *socket, w who, l line) {
	ctx, cancel := context.WithTimeout(ctx, presenceWithin)
	defer cancel()
	if err := b.lines.setLine(ctx, w, l, b.clock.Now().Add(b.cfg.Lease)); err != nil {
		s.log.Warn("presence not stored", "session", w.session, "error", err)
	}
}

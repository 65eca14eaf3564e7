package signaling

import (
	"context"
	"errors"
	"strconv"
	"time"

	"madoguchi/sfu/whip"
	"madoguchi/signaling/access"
	"madoguchi/signaling/acts"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// note gives an entry to the audit trail. A failure has been logged and counted where it happened, and what is done goes on.
func (b *Broker) note(ctx context.Context, e audit.Entry) {
	if e.At.IsZero() {
		e.At = b.clock.Now()
	}
	_ = b.cfg.Audit.Note(ctx, e)
}

// deed is who caused an event, through which socket, and whom it concerns: it goes into the outbox with the document, for the
// audit trail. From where the socket came stands, sealed, in the entry of its opening.
type deed struct {
	by   session.Actor
	whom string
	via  string
}

type deedKey struct{}

type viaKey struct{}

// via says that what is done under ctx was asked for on a socket.
func via(ctx context.Context, s *socket) context.Context {
	return context.WithValue(ctx, viaKey{}, s.id)
}

func withDeed(ctx context.Context, e session.Event) context.Context {
	whom := e.Whom
	if whom == "" && e.Desk != "" {
		whom = session.DeskSeat(e.Desk)
	}
	socket, _ := ctx.Value(viaKey{}).(string)
	if e.By.Side == session.SideSystem {
		socket = ""
	}
	return context.WithValue(ctx, deedKey{}, deed{e.By, whom, socket})
}

func deedOf(ctx context.Context) deed {
	d, _ := ctx.Value(deedKey{}).(deed)
	return d
}

// noteOpened notes that somebody is connected.
func (b *Broker) noteOpened(ctx context.Context, s *socket) {
	s.since = b.now()
	b.note(ctx, s.entryOf(audit.SocketOpen))
}

// noteClosed notes that somebody is connected no longer, and how long they were.
func (b *Broker) noteClosed(ctx context.Context, s *socket) {
	if !s.who.known() || s.since.IsZero() {
		return
	}
	e := s.entryOf(audit.SocketClose)
	e.Took = b.now().Sub(s.since)
	e.Session = s.entered.session
	e.Detail["code"] = strconv.Itoa(int(s.closeCode.Load()))
	b.note(ctx, e)
}

// noteMessage notes a message of a socket as the table of acts says, and whoever may not.
func (b *Broker) noteMessage(ctx context.Context, s *socket, message string, err error) {
	act, outcome := acts.Of(access.Socket, message), audit.Success
	detail := map[string]string{"socket": s.id}
	if err != nil {
		code, _ := explain(err)
		detail["why"] = string(code)
		switch code {
		case protocol.ErrInternal, protocol.ErrUnavailable:
			outcome = audit.Failed
		default:
			outcome = audit.Refused
		}
		if act.How != acts.Each && code != protocol.ErrForbidden {
			return
		}
	} else if act.How != acts.Each {
		return
	}
	e := s.entryOf(act.As())
	e.Outcome, e.Detail, e.Session = outcome, detail, s.entered.session
	if d, in := b.hub.entered(s); in {
		e.Visit, e.Service = d.Appointment, d.Current().Service
	}
	b.note(ctx, e)
}

// noteToken notes that somebody came with a token that is not taken.
func (b *Broker) noteToken(ctx context.Context, door access.Door, address string, err error) {
	why := "other"
	for word, kind := range tokenFaults {
		if errors.Is(err, kind) {
			why = word
		}
	}
	b.note(ctx, audit.Entry{
		Action: audit.TokenRefused, Outcome: audit.Refused, Detail: map[string]string{"door": string(door), "why": why},
		Personal: audit.Personal{Address: address},
	})
}

// tokenFaults are the words for what is wrong with a token.
var tokenFaults = map[string]error{
	"expired": access.ErrExpired, "revoked": access.ErrRevoked, "malformed": access.ErrMalformed, "algorithm": access.ErrAlgorithm,
	"unknown-key": access.ErrUnknownKey, "signature": access.ErrSignature, "not-yet": access.ErrNotYet, "issuer": access.ErrIssuer,
	"audience": access.ErrAudience, "claims": access.ErrClaims, "forbidden": whip.ErrForbidden,
}

// noteEquipment notes that WHIP or WHEP equipment has come.
func (b *Broker) noteEquipment(ctx context.Context, w who, kind string, err error) {
	e := b.equipmentEntry(audit.EquipmentIn, w, kind)
	if err != nil {
		e.Outcome = audit.Refused
	}
	b.note(ctx, e)
}

// noteEquipmentGone notes that the last connection of equipment has gone, and how long it was there.
func (b *Broker) noteEquipmentGone(ctx context.Context, w who, kind string, since time.Time) {
	e := b.equipmentEntry(audit.EquipmentOut, w, kind)
	if !since.IsZero() {
		e.Took = b.clock.Now().Sub(since)
	}
	b.note(ctx, e)
}

func (b *Broker) equipmentEntry(action audit.Action, w who, kind string) audit.Entry {
	e := audit.Entry{Action: action, Who: w.participant, Role: "equipment", Session: w.session, Detail: map[string]string{"kind": kind}}
	if d, known := b.hub.doc(w.session); known {
		e.Office, e.Booth, e.Visit, e.Service = d.Office, d.Booth, d.Appointment, d.Current().Service
	}
	return e
}

func (s *socket) entryOf(action audit.Action) audit.Entry {
	return audit.Entry{
		Action: action, Who: s.who.participant, Role: s.who.role, Office: s.who.seat.Office, Booth: s.who.seat.Booth,
		Detail: map[string]string{"socket": s.id}, Personal: audit.Personal{Address: s.address},
	}
}

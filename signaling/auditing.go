package signaling

import (
	"context"
	"strconv"

	"madoguchi/signaling/audit"
	"madoguchi/signaling/session"
)

// note gives an entry to the audit trail. A failure has been logged and counted where it happened, and what is done goes on.
func (b *Broker) note(ctx context.Context, e audit.Entry) {
	if e.At.IsZero() {
		e.At = b.clock.Now()
	}
	_ = b.cfg.Audit.Note(ctx, e)
}

// deed is who caused an event and whom it concerns: it goes into the outbox with the document, for the audit trail.
type deed struct {
	by   session.Actor
	whom string
}

type deedKey struct{}

func withDeed(ctx context.Context, e session.Event) context.Context {
	whom := e.Whom
	if whom == "" && e.Desk != "" {
		whom = session.DeskSeat(e.Desk)
	}
	return context.WithValue(ctx, deedKey{}, deed{e.By, whom})
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
	e.Detail = map[string]string{"code": strconv.Itoa(int(s.closeCode.Load()))}
	b.note(ctx, e)
}

func (s *socket) entryOf(action audit.Action) audit.Entry {
	return audit.Entry{
		Action: action, Who: s.who.participant, Role: s.who.role, Office: s.who.seat.Office, Booth: s.who.seat.Booth,
		Personal: audit.Personal{Address: s.address},
	}
}

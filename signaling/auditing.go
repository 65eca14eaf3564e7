package signaling

import (
	"context"

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

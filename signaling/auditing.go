package signaling

import (
	"context"

	"madoguchi/signaling/audit"
)

// note gives an entry to the audit trail. A failure has been logged and counted where it happened, and what is done goes on.
func (b *Broker) note(ctx context.Context, e audit.Entry) {
	if e.At.IsZero() {
		e.At = b.clock.Now()
	}
	_ = b.cfg.Audit.Note(ctx, e)
}

package main

import (
	"net/http"

	"madoguchi/booking"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/auditor"
)

// auditPlan is where the audit trail of the area is written, and what waits for it.
type auditPlan struct {
	spool string // folder of this process for while Redis is away; "" keeps a little in memory
}

// openNotes makes what the parts note through for the audit trail.
func (h *house) openNotes(p plan) error {
	secret, err := audit.NewSecret(p.secret)
	if err != nil {
		return err
	}
	h.notes, err = auditor.NewNotes(auditor.Noting{
		Area: p.area, Redis: p.store, Secret: secret, Spool: p.audit.spool, Log: p.log.With("part", "audit"), Now: p.now,
	})
	return err
}

// withCaller lets the audit trail say who asks, once that has been verified.
func withCaller(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if c, ok := booking.CallerFrom(ctx); ok {
			o := audit.OriginOf(ctx)
			o.Who, o.Role, o.Office, o.Booth = c.Seat, c.Role, c.Office, c.Booth
			ctx = audit.WithOrigin(ctx, o)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

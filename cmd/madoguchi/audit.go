package main

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/auditor"
)

// auditPlan is where the audit trail of the area is written, and what waits for it.
type auditPlan struct {
	folder  string // of the trail; "" where this process does not write it
	spool   string // folder of this process for while Redis is away; "" keeps a little in memory
	keep    audit.Retention
	after   string
	readers []string // seats that may read it
	anyone  bool     // every administrator may
}

// auditPlan says what the settings want.
func (s *AuditSettings) auditPlan() (auditPlan, error) {
	keep, err := s.retention()
	spool := s.AuditSpool
	if spool == "" && s.Audit != "" {
		spool = filepath.Join(s.Audit, "spool")
	}
	return auditPlan{folder: s.Audit, spool: spool, keep: keep, after: s.AuditAfter, readers: s.AuditReaders}, err
}

// openNotes makes what the parts note through for the audit trail.
func (h *house) openNotes(p plan) error {
	secret, err := audit.NewSecret(p.secret)
	if err != nil {
		return err
	}
	log := p.log.With("part", "audit")
	h.notes, err = auditor.NewNotes(auditor.Noting{Area: p.area, Redis: p.store, Secret: secret, Spool: p.audit.spool, Log: log, Now: p.now, Process: processFacts(p)})
	if err != nil {
		return wrong("audit-spool", "%v", err)
	}
	h.registry.MustRegister(h.notes.Collector())
	if p.audit.folder == "" {
		if !p.demo {
			log.Warn("this process does not write the audit trail: set audit where one is to")
		}
		return nil
	}
	h.auditor, err = auditor.NewConsumer(auditor.Consuming{
		Area: p.area, Folder: p.audit.folder, Redis: p.store, Secret: secret, Signer: p.keys, Trust: p.keys.Public,
		Keep: p.audit.keep, After: p.audit.after, Log: log, Now: p.now, Look: h.look,
	})
	if err == nil {
		h.registry.MustRegister(h.auditor.Collector())
	}
	return err
}

// processFacts are what the trail is told of this process.
func processFacts(p plan) map[string]string {
	host, _ := os.Hostname() // "" where it has none
	return map[string]string{"version": version, "parts": strings.Join(p.roles, ","), "pid": strconv.Itoa(os.Getpid()), "host": host}
}

// look tells the trail of a visit.
func (h *house) look(ctx context.Context, id string) (auditor.Visit, bool) {
	f, ok := h.service.Facts(ctx, id)
	return auditor.Visit(f), ok
}

// auditReader says who asks for the trail, and whether they may read it.
func auditReader(p auditPlan) func(ctx context.Context) (seat string, may bool) {
	return func(ctx context.Context) (string, bool) {
		c, ok := booking.CallerFrom(ctx)
		if !ok {
			return "", false
		}
		return c.Seat, c.Role == "admin" && (p.anyone || slices.Contains(p.readers, c.Seat))
	}
}

// readTrail adds what those see who may read the trail.
func (h *house) readTrail(api huma.API, p plan) error {
	secret, err := audit.NewSecret(p.secret)
	if err != nil {
		return err
	}
	r := &auditor.Reading{
		Area: p.area, Public: p.publicURL, Secret: secret, Trust: p.keys.Public, Notes: h.notes, Consumer: h.auditor, Reader: auditReader(p.audit),
	}
	if h.auditor != nil {
		r.Folder = p.audit.folder
	}
	r.Register(api)
	return nil
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

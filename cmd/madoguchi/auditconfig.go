package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"madoguchi/signaling/audit"
)

// AuditSettings say where the audit trail is kept, for how long, and who reads it.
type AuditSettings struct {
	Audit        string   `name:"audit" env:"MADOGUCHI_AUDIT" default:"" placeholder:"DIR" help:"Folder of the area's audit trail, mode 0700: who did what, for whose visit, when and from where, chained and signed. One process of the area writes it; where several may, give them the same folder. Empty: this process does not write it. See AUDIT.md."`
	AuditSpool   string   `name:"audit-spool" env:"MADOGUCHI_AUDIT_SPOOL" default:"" placeholder:"DIR" help:"Folder on this node's own disk, mode 0700, where what belongs into the audit trail waits while Redis is away. Empty: in the folder audit, or, where that is not set, in memory."`
	AuditKeep    []string `name:"audit-keep" env:"MADOGUCHI_AUDIT_KEEP" sep:"," default:"other=5y" placeholder:"SERVICE=TIME" help:"How long entries of the audit trail are kept, by service, in years (5y) or days (400d); other stands for every service not named. At its end the personal fields are destroyed; a segment goes when the longest of these is over."`
	AuditAfter   string   `name:"audit-after" env:"MADOGUCHI_AUDIT_AFTER" default:"" placeholder:"TRAIL" help:"Only after the folder of the area's trail has been lost for good: the id of that trail, which the new folder then follows. The log says it."`
	AuditReaders []string `name:"audit-readers" env:"MADOGUCHI_AUDIT_READERS" sep:"," placeholder:"SEAT" help:"Administrators who may read the audit trail, each as admin:NAME. Nobody else may; every reading is an entry itself."`
}

const maxAuditKeep = 30 * 365 * 24 * time.Hour

func (s *AuditSettings) checkAudit() error {
	_, err := s.retention()
	errs := []error{err}
	for _, seat := range s.AuditReaders {
		if name, ok := strings.CutPrefix(seat, "admin:"); !ok || checkID("audit-readers", name) != nil {
			errs = append(errs, wrong("audit-readers", "%q is no administrator; write admin:NAME", seat))
		}
	}
	return errors.Join(errs...)
}

// retention reads audit-keep.
func (s *AuditSettings) retention() (audit.Retention, error) {
	r := audit.Retention{ByService: map[string]time.Duration{}}
	for _, text := range s.AuditKeep {
		service, span, _ := strings.Cut(text, "=")
		keep, ok := retentionTime(span)
		if service == "" || !ok {
			return r, wrong("audit-keep", "%q is not a service and a time; write for example other=5y or gyosei-sodan=400d (1d to 30y)", text)
		}
		if service == "other" {
			r.Default = keep
		} else {
			r.ByService[service] = keep
		}
	}
	return r, nil
}

func retentionTime(text string) (time.Duration, bool) {
	if len(text) < 2 {
		return 0, false
	}
	n, err := strconv.Atoi(text[:len(text)-1])
	day := 24 * time.Hour
	unit, known := map[byte]time.Duration{'y': 365 * day, 'd': day}[text[len(text)-1]]
	if err != nil || !known || n < 1 || n > int(maxAuditKeep/unit) {
		return 0, false
	}
	return time.Duration(n) * unit, true
}

package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/deploy"
	"madoguchi/signaling"
	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
)

// audited is a service that keeps a trail, behind a proxy, and what a test makes tokens of its seats with.
type auditedService struct {
	t      *testing.T
	at     string
	folder string // of the trail
	keys   *access.Keys
	places signaling.Places
	secret *audit.Secret
}

// keptTrail starts serve with a trail that admin:kansa may read; more settings may follow.
func keptTrail(t *testing.T, more string) *auditedService {
	t.Helper()
	file, keyFolder := serveConfig(t, realRedis(t))
	folder := filepath.Join(t.TempDir(), "trail")
	settings := fmt.Sprintf("audit: %s\naudit-spool: %s\naudit-readers: [admin:kansa]\n%s", folder, filepath.Join(t.TempDir(), "spool"), more)
	out, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = out.WriteString(settings)
	}
	if err != nil || out.Close() != nil {
		t.Fatal(err)
	}
	service := launch(t, nil, "serve", "--config", file)
	at := listening(t, service)
	keys, raw, err := openKeys(keyFolder)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := audit.NewSecret(raw)
	if err != nil {
		t.Fatal(err)
	}
	directory, err := booking.Load(deploy.Sample())
	if err != nil {
		t.Fatal(err)
	}
	return &auditedService{t, at, folder, keys, signaling.PlacesOf(func() *booking.Directory { return directory }), secret}
}

// as asks in the name of a seat, from an address; the token says another area where one is named.
func (s *auditedService) as(seat string, area ...string) seatOf {
	s.t.Helper()
	place, ok := s.places.Seat(seat)
	if !ok {
		s.t.Fatalf("no seat %s", seat)
	}
	who := access.Seat{ID: place.ID, Role: place.Role, Area: place.Area, Office: place.Office, Booth: place.Booth, Desk: place.Desk, Pool: place.Pool}
	if len(area) > 0 {
		who.Area = area[0]
	}
	token, _, err := access.NewIssuer(s.keys, time.Now).Seat(who, time.Hour)
	if err != nil {
		s.t.Fatal(err)
	}
	return seatOf{t: s.t, at: s.at, token: token}
}

// kept are the entries that are in the folder by now, opened.
func (s *auditedService) kept() (list []audit.Opened) {
	s.t.Helper()
	opener := audit.NewOpener(s.folder, s.secret)
	err := audit.Read(s.folder, audit.Filter{}, func(at audit.Place, r audit.Record) error {
		person, erased, err := opener.Open(at.Segment, r.Sealed)
		list = append(list, audit.Opened{Record: r, Segment: at.Segment, Person: person, Erased: erased})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return list
}

// until waits for an entry of the trail that is as wanted, and gives it.
func (s *auditedService) until(what string, is func(audit.Opened) bool) audit.Opened {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), startLimit)
	defer cancel()
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		list := s.kept()
		for _, e := range list {
			if is(e) {
				return e
			}
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			var all strings.Builder
			for _, e := range list {
				fmt.Fprintf(&all, "%s %s %s %s %v\n", e.Action, e.Outcome, e.Who, e.Visit, e.Detail)
			}
			s.t.Fatalf("no entry: %s, among\n%s", what, all.String())
		}
	}
}

// rest waits until everything asked for so far is in the trail: a mark of our own comes after it.
func (s *auditedService) rest(mark string) {
	s.t.Helper()
	s.as("admin:kansa").ask(http.MethodGet, "/v1/audit?visit="+mark, "", http.StatusOK)
	s.until("the mark "+mark, func(e audit.Opened) bool { return e.Action == audit.AuditRead && e.Detail["visit"] == mark })
}

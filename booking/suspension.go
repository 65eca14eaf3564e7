package booking

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"madoguchi/booking/redisstore"
)

// Suspension takes a service out of what is offered, at once and until it is resumed, on a municipality's word.
// Appointments made before stay; whether they can take place is for the people who called them off to say.
type Suspension struct {
	ID      string    `json:"id" doc:"office.service.pool, _ standing for all"`
	Office  string    `json:"office,omitempty" doc:"empty: at every office"`
	Service string    `json:"service"`
	Pool    string    `json:"pool,omitempty" doc:"empty: by every pool"`
	Reason  string    `json:"reason"`
	By      string    `json:"by" doc:"seat that suspended it"`
	At      time.Time `json:"at"`
	From    string    `json:"from,omitempty" doc:"of an office that moves: the area it leaves; everything it gives is suspended meanwhile"`
	To      string    `json:"to,omitempty" doc:"of an office that moves: the area it goes to"`
}

// maxReason bounds the reason of a suspension, in characters.
const maxReason = 200

// anything stands in the id of a suspension for every office or every pool.
const anything = "_"

func suspensionID(office, service, pool string) string {
	return cmp.Or(office, anything) + "." + service + "." + cmp.Or(pool, anything)
}

// Suspended tells whether a service by a pool is suspended at an office, and what says so.
func (d *Directory) Suspended(office, service, pool string) (Suspension, bool) {
	known := d.suspended[d.offices[office].Area]
	if len(known) == 0 {
		return Suspension{}, false
	}
	for _, id := range []string{
		suspensionID(office, service, pool), suspensionID(office, service, ""), suspensionID("", service, pool), suspensionID("", service, ""),
		suspensionID(office, wholeOffice, ""),
	} {
		if found, ok := known[id]; ok {
			return found, true
		}
	}
	return Suspension{}, false
}

// Suspensions lists what is suspended, by id.
func (d *Directory) Suspensions() []Suspension {
	list := []Suspension{}
	for _, area := range d.suspended {
		for _, s := range area {
			if !slices.ContainsFunc(list, func(known Suspension) bool { return known.ID == s.ID }) {
				list = append(list, s)
			}
		}
	}
	slices.SortFunc(list, func(a, b Suspension) int { return strings.Compare(a.ID, b.ID) })
	return list
}

// Suspend takes a service out of what is offered: at one office or all, by one pool or all. It holds for every broker
// from the moment it returns: a hold judged by the rules before is refused in Redis and judged anew.
func (s *Service) Suspend(ctx context.Context, by string, what Suspension) (Suspension, error) {
	stores, err := s.concerned(what.Office, what.Service, what.Pool)
	if err != nil {
		return Suspension{}, err
	}
	if err := checkReason(what.Reason); err != nil {
		return Suspension{}, err
	}
	what.ID, what.By, what.At = suspensionID(what.Office, what.Service, what.Pool), by, s.now().UTC().Truncate(time.Second)
	text, err := json.Marshal(what)
	if err != nil {
		return Suspension{}, asProblem(fmt.Errorf("write suspension %s: %w", what.ID, err))
	}
	for _, store := range stores {
		if _, err := store.Suspend(ctx, what.ID, string(text), cmp.Or(what.Office, "-"), by, what.Reason); err != nil {
			return Suspension{}, suspensionProblem(err)
		}
		s.noteRefresh(store, s.refresh(ctx, store))
	}
	s.log.Info("service suspended", "suspension", what.ID, "by", by)
	return what, nil
}

// Resume ends a suspension. Its reason is told in the outbox, as that of the suspension was.
func (s *Service) Resume(ctx context.Context, by, id, reason string) error {
	if err := checkReason(reason); err != nil {
		return err
	}
	office, _, _ := strings.Cut(id, ".")
	office = strings.TrimSuffix(office, anything)
	found := false
	for _, a := range s.dir().Areas() {
		if o, ok := s.dir().Office(office); office != "" && ok && o.Area != a.ID {
			continue
		}
		store := s.stores[a.ID]
		_, err := store.Resume(ctx, id, cmp.Or(office, "-"), by, reason)
		if err != nil && !errors.Is(err, redisstore.ErrNotFound) {
			return suspensionProblem(err)
		}
		found = found || err == nil
		s.noteRefresh(store, s.refresh(ctx, store))
	}
	if !found {
		return problem(http.StatusNotFound, SlugUnknownSuspension, "Unknown suspension", "there is no suspension %q", cutText(id))
	}
	s.log.Info("service resumed", "suspension", id, "by", by)
	return nil
}

// concerned checks that what is to be suspended exists and gives the stores it concerns.
func (s *Service) concerned(office, service, pool string) ([]*redisstore.Store, error) {
	d := s.dir()
	if _, ok := d.Service(service); !ok {
		return nil, problemUnknown("service", service)
	}
	if p, ok := d.Pool(pool); pool != "" && (!ok || !slices.Contains(p.Services, service)) {
		return nil, problemInvalid("body.pool", "gives no such service")
	}
	if office == "" {
		var all []*redisstore.Store
		for _, a := range d.Areas() {
			all = append(all, s.stores[a.ID])
		}
		return all, nil
	}
	o, ok := d.Office(office)
	if !ok {
		return nil, problemUnknown("office", office)
	}
	return []*redisstore.Store{s.stores[o.Area]}, nil
}

func checkReason(reason string) error {
	if n := utf8.RuneCountInString(strings.TrimSpace(reason)); n == 0 || n > maxReason {
		return problemInvalid("body.reason", fmt.Sprintf("write why, in 1 to %d characters", maxReason))
	}
	return nil
}

func suspensionProblem(err error) error {
	if errors.Is(err, redisstore.ErrTooManySuspensions) {
		return problem(http.StatusConflict, SlugTooMany, "Too many suspensions",
			"at most %d things can be suspended at once: suspend the service at every office instead", redisstore.MaxSuspensions).because(err)
	}
	return asProblem(err)
}

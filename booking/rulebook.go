package booking

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"madoguchi/booking/catalogue"
	"madoguchi/booking/redisstore"
)

// The rules are the catalogue and what is suspended of it. They live in Redis with a version that grows with every
// change, so that all brokers of an area go by the same ones, whatever their disks hold:
//
//   - A broker that starts puts its files in force, unless they have been in force before: then they are older than
//     what is, and the broker takes the newer ones from Redis.
//   - HOLD compares versions in Redis. A broker that has not noticed a change is refused there, reads the rules, and
//     judges anew; otherwise it looks every half second, so that search follows too.
//   - A caller who sends the version a time was found by is refused (stale-rules) only where something this very visit
//     depends on has changed since: what search offered, HOLD accepts on the same ledgers, and what has nothing to do
//     with it does not send anybody back to searching.
//   - A broker that cannot read the rules in force (they may have been written for a newer program) refuses searches and
//     holds with rules-unreadable instead of going by old ones.

// rulesEvery is how often a broker looks whether the rules have changed.
const rulesEvery = 500 * time.Millisecond

// keptSnapshots is how many versions a broker remembers, to tell whether a change mattered.
const keptSnapshots = 16

// rulesState is what a service remembers of the rules besides the snapshot in use.
type rulesState struct {
	mu     sync.Mutex
	past   []*Directory // the last snapshots in use, oldest first
	onDisk string       // print of the files as last read from disk
	fault  error        // why the rules in force cannot be used; nil where they can
	faulty int64        // the version that cannot be used
}

// rules gives the snapshot to go by, or why there is none.
func (s *Service) rules() (*Directory, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if s.state.fault != nil {
		return nil, problem(http.StatusServiceUnavailable, SlugRulesUnreadable, "Rules unreadable",
			"this server cannot read rules version %d, which is in force: update it, or ask another server", s.state.faulty).because(s.state.fault)
	}
	return s.dir(), nil
}

// refresh reads the rules of an area from Redis and goes by them from then on.
func (s *Service) refresh(ctx context.Context, store *redisstore.Store) error {
	book, err := store.Rulebook(ctx)
	if err != nil {
		return err
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	d, area := s.dir(), store.Area()
	if book.Version == d.rulesIn(area) && s.state.fault == nil {
		return nil
	}
	next := *d
	if book.Print != "" && book.Print != d.print {
		fresh, err := d.unpack(book)
		if err != nil {
			if s.state.fault == nil || s.state.faulty != book.Version {
				s.log.Error("the rules in force cannot be used", "area", area, "version", book.Version, "err", err)
			}
			s.state.fault, s.state.faulty = err, book.Version
			return nil
		}
		next = *fresh
	}
	suspended, err := suspensionsOf(book.Suspended)
	if err != nil {
		return err
	}
	next.versions, next.suspended = with(d.versions, area, book.Version), with(d.suspended, area, suspended)
	s.state.fault = nil
	s.adopt(&next)
	s.log.Info("rules in force", "area", area, "version", book.Version, "catalogue", next.print, "suspended", len(suspended))
	return nil
}

// adopt makes d the snapshot in use. The caller holds the lock.
func (s *Service) adopt(d *Directory) {
	s.state.past = append(s.state.past, s.dir())
	if n := len(s.state.past) - keptSnapshots; n > 0 {
		s.state.past = slices.Delete(s.state.past, 0, n)
	}
	s.book.Store(d)
}

// with gives a copy of m in which key has value.
func with[V any](m map[string]V, key string, value V) map[string]V {
	out := make(map[string]V, len(m)+1)
	for k, v := range m {
		out[k] = v
	}
	out[key] = value
	return out
}

// remembered gives the snapshot that was in use under a version, or nil.
func (s *Service) remembered(area string, version int64) *Directory {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for _, d := range slices.Backward(s.state.past) {
		if d.rulesIn(area) == version {
			return d
		}
	}
	return nil
}

// holdsFor reports whether everything this visit depends on is under d as it was under the version it was found by.
func (s *Service) holdsFor(version int64, d *Directory, q inquiry) bool {
	area := q.office.Area
	if version == 0 || version == d.rulesIn(area) {
		return true
	}
	old := s.remembered(area, version)
	if old == nil {
		return false
	}
	legs := make([]LegRequest, len(q.legs))
	for i, l := range q.legs {
		legs[i] = l.LegRequest
	}
	before, err := old.inquire(q.office.ID, q.booth, legs)
	return err == nil && before.print() == q.print()
}

// print is equal for inquiries that depend on equal rules.
func (q inquiry) print() string {
	ids := []string{q.office.ID}
	for _, b := range q.booths() {
		ids = append(ids, b.ID)
	}
	for _, l := range q.legs {
		for _, k := range l.desks {
			ids = append(ids, k.ID)
		}
	}
	text, err := json.Marshal([]any{ids, q.question(nil, time.Time{})})
	if err != nil {
		return err.Error() // differs from nothing but itself; the types can all be written
	}
	return string(text)
}

// publish puts the files of the snapshot in use in force, where they are new.
func (s *Service) publish(ctx context.Context, store *redisstore.Store, d *Directory, by string, again bool) error {
	packed, err := pack(d.files)
	if err != nil {
		return err
	}
	version, older, err := store.Publish(ctx, d.print, packed, by, again)
	if err != nil {
		return err
	}
	if older {
		s.log.Warn("the catalogue here is older than the one in force, which is used instead", "area", store.Area(), "catalogue", d.print, "version", version)
	}
	return s.refresh(ctx, store)
}

// publishAtStart puts the files of this broker in force, where they are new and leave every office in its area.
func (s *Service) publishAtStart(ctx context.Context, store *redisstore.Store) error {
	d := s.dir()
	book, err := store.Rulebook(ctx)
	if err != nil {
		return err
	}
	if book.Print != "" && book.Print != d.print {
		if before, err := d.unpack(book); err == nil {
			if all := before.strayed(d); len(all) > 0 {
				s.log.Error("the catalogue here moves offices to other areas: it is left out until they have been moved", "offices", all)
				return s.refresh(ctx, store)
			}
		}
	}
	return s.publish(ctx, store, d, "start", false)
}

// Reload reads the catalogue again from where it was loaded and puts it in force. What is wrong with it is given as
// *catalogue.Error, and the rules stay as they are. Files that have not changed since they were last read and are older
// than the rules in force do not replace them.
func (s *Service) Reload(ctx context.Context, by string) error {
	fresh, err := s.onDisk()
	if err != nil {
		return err
	}
	if all := s.dir().strayed(fresh); len(all) > 0 {
		return fmt.Errorf("the files move the offices %v to other areas: move them first, one at a time (POST /v1/offices/…/move)", all)
	}
	s.state.mu.Lock()
	changed := s.state.onDisk != fresh.print
	s.state.onDisk = fresh.print
	s.state.mu.Unlock()
	for _, a := range s.dir().Areas() {
		if err := s.publish(ctx, s.stores[a.ID], fresh, by, changed); err != nil {
			return err
		}
	}
	return nil
}

// sameAreas refuses a catalogue with other areas: each has a store and watchers of its own, made at the start.
func (s *Service) sameAreas(fresh *Directory) error {
	ids := func(d *Directory) []string {
		var list []string
		for _, a := range d.Areas() {
			list = append(list, a.ID)
		}
		slices.Sort(list)
		return list
	}
	if have, want := ids(s.dir()), ids(fresh); !slices.Equal(have, want) {
		return fmt.Errorf("the catalogue has the areas %v and this server serves %v: restart it to change areas", want, have)
	}
	return nil
}

// noteRefresh logs that the rules could not be read; they will be, on the next look.
func (s *Service) noteRefresh(store *redisstore.Store, err error) {
	if err != nil {
		s.log.Debug("rules not read", "area", store.Area(), "err", err)
	}
}

// unpack reads the catalogue of a rulebook the way this process reads its own.
func (d *Directory) unpack(book redisstore.Rulebook) (*Directory, error) {
	files, err := unpack(book.Files)
	if err != nil {
		return nil, err
	}
	if printOf(files) != book.Print {
		return nil, errors.New("the catalogue in force does not match its fingerprint")
	}
	fresh, err := parseDirectory(files, d.options)
	if err != nil {
		return nil, err
	}
	fresh.origin = d.origin
	return fresh, nil
}

// maxUnpacked bounds the texts of a catalogue in Redis. A whole prefecture has a few megabytes.
const maxUnpacked = 64 << 20

func pack(files catalogue.Files) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(w).Encode(files), w.Close()); err != nil {
		return nil, fmt.Errorf("pack the catalogue: %w", err)
	}
	return b.Bytes(), nil
}

func unpack(packed []byte) (catalogue.Files, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the catalogue: %w", err)
	}
	var files catalogue.Files
	if err := json.NewDecoder(io.LimitReader(r, maxUnpacked)).Decode(&files); err != nil {
		return nil, fmt.Errorf("unpack the catalogue: %w", err)
	}
	return files, nil
}

func suspensionsOf(texts map[string]string) (map[string]Suspension, error) {
	list := make(map[string]Suspension, len(texts))
	for id, text := range texts {
		var one Suspension
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return nil, fmt.Errorf("suspension %s: %w", id, err)
		}
		list[id] = one
	}
	return list, nil
}

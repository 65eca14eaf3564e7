package booking

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/calendar"
	"madoguchi/booking/facility"
	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore"
)

// Config is what a Service needs.
type Config struct {
	Directory *Directory               // required
	Redis     redis.UniversalClient    // required; holds and appointments
	KeyRedis  redis.UniversalClient    // keys of the sealed records; Redis where nil. Without persistence a backup forgets too
	Secret    []byte                   // required, at least 32 bytes, the same on every node; losing it loses the names, not the appointments
	Now       func() time.Time         // time.Now where nil; decides what is past, never whether a hold is alive
	Log       *slog.Logger             // slog.Default where nil
	Store     redisstore.Options       // times and bounds; zero values are the defaults
	RemindOn  []Eve                    // reminders by the clock on the wall, besides those of Store
	Sweep     time.Duration            // how often dead holds are cleared away; 1 second where zero
	Typeface  func() facility.Typeface // of papers, read when one is asked for; without it there are none
	PublicURL string                   // where residents reach the pages; papers name none where empty
	Journal   *journal.Journal         // what people are told is noted there first; nowhere where nil, so that nothing can be restored
}

// Service is the working part of booking: it searches, holds, confirms, cancels and follows visits. All methods may be
// called at once from several goroutines. Its methods return *Problem values (as error) that say over HTTP what they
// say here; errors.Is and errors.As reach the store's errors behind them.
type Service struct {
	book    atomic.Pointer[Directory] // replaced as a whole when the rules change; see dir
	stores  map[string]*redisstore.Store
	rdb     redis.UniversalClient
	secrets secrets
	vault   vault
	now     func() time.Time
	log     *slog.Logger
	sweep   time.Duration
	witness *witness

	typeface  func() facility.Typeface
	publicURL string

	origin  fs.FS    // where the catalogue is read from again
	options []Option // that change it on the way
	state   rulesState

	parting atomic.Bool // residents who asked for notices are told of cancellations
	broker  string      // this process's own name among the brokers of an area
	outage  sync.Map    // area → true while its Redis does not answer, so that the log says it once
}

// New gives a service. It does not touch Redis; Run does, and so does the first request.
func New(c Config) (*Service, error) {
	if c.Directory == nil || c.Redis == nil {
		return nil, errors.New("booking needs a Directory and a Redis")
	}
	keys, err := newSecrets(c.Secret)
	if err != nil {
		return nil, err
	}
	s := &Service{
		stores: map[string]*redisstore.Store{}, rdb: c.Redis, secrets: keys, now: c.Now, log: c.Log, sweep: c.Sweep,
		broker: rand.Text(), typeface: c.Typeface, publicURL: c.PublicURL,
	}
	s.book.Store(c.Directory)
	s.origin, s.options, s.state.onDisk = c.Directory.origin, c.Directory.options, c.Directory.print
	if s.now == nil {
		s.now = time.Now
	}
	if s.typeface == nil {
		s.typeface = func() facility.Typeface { return facility.Typeface{} }
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.sweep == 0 {
		s.sweep = time.Second
	}
	if s.witness, err = newWitness(c.Journal, keys.lines); err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	c.Store.Journal = s.witness
	if len(c.RemindOn) > 0 {
		c.Store.RemindAt = remindOn(c.RemindOn)
	}
	for _, a := range c.Directory.Areas() {
		s.stores[a.ID] = redisstore.New(c.Redis, a.ID, c.Store)
	}
	s.vault = vault{rdb: c.KeyRedis, timeout: 2 * time.Second}
	if c.KeyRedis == nil {
		s.vault.rdb = c.Redis
	}
	return s, nil
}

// Directory is the snapshot this service books by at this moment. It is replaced when the rules change, so whoever asks
// several things that belong together asks them of one snapshot.
func (s *Service) Directory() *Directory { return s.book.Load() }

// dir is Directory, short because everything here asks it.
func (s *Service) dir() *Directory { return s.book.Load() }

// locate finds the area an appointment is in. The area is no part of the id, so with several it is asked for: first
// where the caller sits, then everywhere.
func (s *Service) locate(ctx context.Context, id string) (*redisstore.Store, error) {
	areas := s.dir().Areas()
	if len(areas) == 1 {
		return s.stores[areas[0].ID], nil
	}
	c, _ := CallerFrom(ctx)
	if home, ok := s.stores[c.Area]; ok {
		if found, err := home.Has(ctx, id); err != nil || found {
			return home, err
		}
	}
	for _, a := range areas {
		if found, err := s.stores[a.ID].Has(ctx, id); err != nil || found {
			return s.stores[a.ID], err
		}
	}
	return nil, fmt.Errorf("locate appointment %s: %w", id, redisstore.ErrNotFound)
}

// get reads an appointment and the store it is in.
func (s *Service) get(ctx context.Context, id string) (*redisstore.Store, redisstore.Record, error) {
	store, err := s.locate(ctx, id)
	if err != nil {
		return nil, redisstore.Record{}, err
	}
	r, err := store.Get(ctx, id)
	if err == nil {
		concerns(ctx, id)
	}
	return store, r, err
}

// Appointment reads one appointment, without the resident. A hold that was never confirmed is none.
func (s *Service) Appointment(ctx context.Context, id string) (Appointment, error) {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if r.Reception == "" {
		return Appointment{}, asProblem(fmt.Errorf("appointment %s is %s: %w", id, r.State, redisstore.ErrNotFound))
	}
	return s.dir().appointment(store.Area(), s.witness.doubt(store.Area(), r)), nil
}

// View gives the appointments as the caller in ctx may see them, names of residents included where permitted.
func (s *Service) View(ctx context.Context, list ...Appointment) ([]Appointment, error) {
	c, _ := CallerFrom(ctx)
	return s.views(ctx, c, list, c.knowsPeople())
}

// Greet gives the appointment as the seat at which its resident has just checked in may see it. It is View, except that
// the visit's booth is told the name as well, so that the resident can say whether it is theirs; a booth gets it at no
// other time.
func (s *Service) Greet(ctx context.Context, a Appointment) (Appointment, error) {
	c, _ := CallerFrom(ctx)
	views, err := s.views(ctx, c, []Appointment{a}, c.knowsPeople() || c.isBooth())
	if err != nil {
		return Appointment{}, err
	}
	return views[0], nil
}

// views unseals whom the caller sees, if named, and gives everything as the caller may see it.
func (s *Service) views(ctx context.Context, c Caller, list []Appointment, named bool) ([]Appointment, error) {
	people := map[string]Person{}
	if named {
		var err error
		if people, err = s.people(ctx, c, list); err != nil {
			return nil, asProblem(err)
		}
	}
	views := make([]Appointment, len(list))
	for i, a := range list {
		if views[i] = c.view(a, people[a.ID]); views[i].Resident != nil {
			shows(ctx, a.ID)
		}
	}
	return views, s.marked(ctx, c, views)
}

// CheckIn says that the resident of an appointment is here; repeating it changes nothing. It is refused with not-today
// on any other day.
func (s *Service) CheckIn(ctx context.Context, id string) (Appointment, error) {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if r.State == StateBooked && !s.today(r.Start) {
		return Appointment{}, problem(http.StatusConflict, SlugNotToday, "Not today", "the appointment is on %s", calendar.DateOf(r.Start)).
			because(ErrNotToday)
	}
	r, err = store.CheckIn(ctx, id)
	return s.stepped(store, r, err)
}

// graceAround lets a visit shortly after midnight be checked in shortly before, and the other way round.
const graceAround = 2 * time.Hour

func (s *Service) today(start time.Time) bool {
	now := s.now()
	return calendar.DateOf(now) == calendar.DateOf(start) || start.Sub(now).Abs() <= graceAround
}

// FindReception finds today's appointment at an office by its reception number.
func (s *Service) FindReception(ctx context.Context, office, reception string) (Appointment, error) {
	o, ok := s.dir().Office(office)
	if !ok {
		return Appointment{}, problemUnknown("office", office)
	}
	now := s.now()
	dates := []calendar.Date{calendar.DateOf(now)}
	for _, near := range []time.Duration{graceAround, -graceAround} {
		if d := calendar.DateOf(now.Add(near)); d != dates[0] {
			dates = append(dates, d)
		}
	}
	for _, d := range dates {
		id, err := s.stores[o.Area].Reception(ctx, office, d.String(), reception)
		switch {
		case err == nil:
			return s.Appointment(ctx, id)
		case !errors.Is(err, redisstore.ErrNotFound):
			return Appointment{}, asProblem(err)
		}
	}
	return Appointment{}, asProblem(fmt.Errorf("find reception number at office %s: %w", office, redisstore.ErrNotFound))
}

// LegStarted says that the consultation of a leg, counted from 0, has begun.
func (s *Service) LegStarted(ctx context.Context, id string, leg int) error {
	store, err := s.locate(ctx, id)
	if err != nil {
		return asProblem(err)
	}
	_, err = store.LegStarted(ctx, id, leg)
	return asProblem(err)
}

// LegDone says that a leg is over; what is left of its desk's time is free again.
func (s *Service) LegDone(ctx context.Context, id string, leg int) error {
	store, err := s.locate(ctx, id)
	if err != nil {
		return asProblem(err)
	}
	_, err = store.LegDone(ctx, id, leg)
	return asProblem(err)
}

// Finish ends a visit with outcome "done", "noshow" or "unserved"; what is left of everybody's time is free again, the
// booth after its cleaning. A no-show is refused while it is too early, where the professional was not there either, and
// once the resident has arrived.
func (s *Service) Finish(ctx context.Context, id, outcome string) error {
	store, err := s.locate(ctx, id)
	if err != nil {
		return asProblem(err)
	}
	_, err = store.Finish(ctx, id, outcome)
	return asProblem(err)
}

// Cancel gives an appointment up before arrival and destroys the resident's record; that of one who asked for notices
// a quarter of an hour later, so that this one can be sent.
func (s *Service) Cancel(ctx context.Context, id string) (Appointment, error) {
	store, err := s.locate(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	records, err := store.Who(ctx, []string{id})
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	parting := s.part(ctx, store, id, records[0])
	r, err := store.Cancel(ctx, id)
	if key, sealed := keyName(records[0]); sealed {
		s.parted(ctx, store, id, key, parting, err)
	}
	return s.stepped(store, r, err)
}

func (s *Service) stepped(store *redisstore.Store, r redisstore.Record, err error) (Appointment, error) {
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	return s.dir().appointment(store.Area(), r), nil
}

// keyOf names the key of an appointment's sealed record, "" where there is none.
func (s *Service) keyOf(ctx context.Context, store *redisstore.Store, id string) (string, error) {
	records, err := store.Who(ctx, []string{id})
	if err != nil {
		return "", err
	}
	name, _ := keyName(records[0])
	return name, nil
}

// people opens the personal records the caller may see, by appointment.
func (s *Service) people(ctx context.Context, c Caller, list []Appointment) (map[string]Person, error) {
	people := map[string]Person{}
	byArea := map[string][]string{}
	for _, a := range list {
		if !a.Anonymous && c.sees(a) {
			byArea[a.area] = append(byArea[a.area], a.ID)
		}
	}
	for area, ids := range byArea {
		if err := s.unseal(ctx, s.stores[area], ids, people); err != nil {
			return nil, err
		}
	}
	return people, nil
}

func (s *Service) unseal(ctx context.Context, store *redisstore.Store, ids []string, people map[string]Person) error {
	records, err := store.Who(ctx, ids)
	if err != nil {
		return err
	}
	var names, owners []string
	var open [][]byte
	for i, record := range records {
		if name, ok := keyName(record); ok {
			names, owners, open = append(names, name), append(owners, ids[i]), append(open, record)
		}
	}
	if len(names) == 0 {
		return nil
	}
	wrapped, err := s.vault.get(ctx, store.Area(), names)
	if err != nil {
		return fmt.Errorf("read keys of %d personal records: %w: %w", len(names), redisstore.ErrUnavailable, err)
	}
	for i, id := range owners {
		if wrapped[i] == nil {
			continue // forgotten
		}
		p, err := s.secrets.open(id, open[i], wrapped[i])
		if err != nil {
			s.log.Error("personal record cannot be opened: was the secret changed?", "appointment", id)
			continue
		}
		people[id] = p
	}
	return nil
}

// Present says that a professional is at a desk now: at home, and in the areas it may be lent to. Whether somebody who
// does not come is a no-show is judged by it, so say so at least every few minutes.
func (s *Service) Present(ctx context.Context, desk string) error {
	k, ok := s.dir().Desk(desk)
	if !ok {
		return problemUnknown("desk", desk)
	}
	var errs []error
	for _, store := range s.around(k) {
		errs = append(errs, store.Seen(ctx, desk))
	}
	return asProblem(errors.Join(errs...))
}

// around gives the areas in which a desk may have appointments: its own first, then those its pool lends to.
func (s *Service) around(k Desk) []*redisstore.Store {
	stores := []*redisstore.Store{s.stores[k.Area]}
	pool, _ := s.dir().Pool(k.Pool)
	for _, area := range pool.Lends {
		if guest, ok := s.stores[area]; ok && area != k.Area {
			stores = append(stores, guest)
		}
	}
	return stores
}

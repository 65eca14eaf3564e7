package booking

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// HoldRequest asks to keep a time for somebody for a few minutes.
type HoldRequest struct {
	Key      string // idempotency key, unique to this wish at this seat
	Office   string
	Booth    string // "" for any
	Start    time.Time
	Legs     []LegRequest
	Resident Person // unknown where not known yet
	Rules    int64  // rule version the time was found by; 0 where it does not matter

	ttl     time.Duration // how long it lives; the store's where zero
	waiting string        // who on the waiting list it is offered to
	series  string        // the row of visits it belongs to
}

// Hold is a time kept until ExpiresAt.
type Hold struct {
	ID         string    `json:"id" doc:"the appointment keeps this id"`
	State      string    `json:"state" enum:"held"`
	ExpiresAt  time.Time `json:"expiresAt"`
	Now        time.Time `json:"now" doc:"the clock ExpiresAt is judged by"`
	Office     string    `json:"office"`
	OfficeName string    `json:"officeName"`
	Booth      string    `json:"booth"`
	BoothName  string    `json:"boothName"`
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	Legs       []HoldLeg `json:"legs"`
}

// HoldLeg is one leg of a hold with the desk kept for it.
type HoldLeg struct {
	Service    string    `json:"service"`
	PublicName string    `json:"publicName"`
	Pool       string    `json:"pool"`
	PoolName   string    `json:"poolName"`
	Desk       string    `json:"desk"`
	DeskName   string    `json:"deskName"`
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
}

// holdAttempts bounds how often a hold judges anew after losing everything it judged free to others.
const holdAttempts = 4

// Hold keeps a time: booth, a desk for each leg and the resident where known, all or nothing. Asking again with the same
// key gives the same hold.
func (s *Service) Hold(ctx context.Context, c Caller, h HoldRequest) (Hold, error) {
	if err := checkKey(h.Key); err != nil {
		return Hold{}, err
	}
	d, err := s.rules()
	if err != nil {
		return Hold{}, err
	}
	q, err := d.inquire(h.Office, h.Booth, h.Legs)
	if err != nil {
		return Hold{}, err
	}
	if !c.books(q) {
		return Hold{}, problemNotYours("book at this office")
	}
	store := s.stores[q.office.Area]
	id := s.secrets.appointmentID(store.Area(), c.Seat, h.Key)
	print, err := s.fingerprint(h)
	if err != nil {
		return Hold{}, asProblem(err)
	}
	held, err := s.hold(ctx, store, c, h, id, print)
	if err == nil {
		concerns(ctx, held.ID)
	}
	return held, err
}

// maxKey bounds an idempotency key.
const maxKey = 128

// books reports whether the caller may book such a visit: the counter of the office, and desks and the reception of a
// pool that takes part.
func (c Caller) books(q inquiry) bool {
	kind, id := c.seat()
	if kind == seatCounter {
		return id == q.office.ID
	}
	for _, l := range q.legs {
		if kind == seatAssistant && l.pool.ID == id {
			return true
		}
		if kind != seatDesk {
			continue
		}
		for _, k := range l.pool.Desks {
			if k.ID == id {
				return true
			}
		}
	}
	return false
}

// hold judges and claims until one of the two settles it, each time by the rules then in force. A repetition is answered
// before judging, because by then the time is taken: by itself.
func (s *Service) hold(ctx context.Context, store *redisstore.Store, c Caller, h HoldRequest, id, print string) (Hold, error) {
	resident := ""
	if h.Resident.Known() {
		resident = s.secrets.residentIndex(store.Area(), h.Resident)
	}
	var last error = refusal(nil)
	for range holdAttempts {
		d, err := s.rules()
		if err != nil {
			return Hold{}, err
		}
		q, err := d.inquire(h.Office, h.Booth, h.Legs)
		if err != nil {
			return Hold{}, err
		}
		held, first, err := s.repeated(ctx, store, c, h, id, print)
		if first != "" || err != nil {
			return d.hold(q, h.Start, first, held), asProblem(err)
		}
		if h.Rules > d.rulesIn(store.Area()) { // found by a broker that knows more than this one
			s.noteRefresh(store, s.refresh(ctx, store))
			d = s.dir()
			if q, err = d.inquire(h.Office, h.Booth, h.Legs); err != nil {
				return Hold{}, err
			}
		}
		if !s.holdsFor(h.Rules, d, q) {
			return Hold{}, problemStale(d.rulesIn(store.Area()))
		}
		if q.office.Area != store.Area() { // the office has moved meanwhile
			return Hold{}, problemStale(d.rulesIn(q.office.Area))
		}
		ask, err := s.ask(ctx, store, q, h.Start, h.Start.Add(time.Minute), resident)
		if err != nil {
			return Hold{}, asProblem(err)
		}
		answer := ask.Judge(h.Start)
		if !answer.Free() {
			// Between the look for a repetition and this one, the first request may have gone through.
			if held, first, err := s.repeated(ctx, store, c, h, id, print); first != "" || err != nil {
				return d.hold(q, h.Start, first, held), asProblem(err)
			}
			return Hold{}, refusal(answer.Reasons)
		}
		r := redisstore.HoldRequest{ID: id, Fingerprint: print, Resident: resident, Rules: d.rulesIn(store.Area())}
		held, err = s.claim(ctx, store, q, c, h, ask, answer, r)
		if !errors.As(err, new(*redisstore.TakenError)) && !errors.As(err, new(*redisstore.StaleError)) {
			return d.hold(q, h.Start, id, held), asProblem(err)
		}
		if errors.As(err, new(*redisstore.StaleError)) {
			s.noteRefresh(store, s.refresh(ctx, store))
		}
		last = asProblem(err)
	}
	return Hold{}, last
}

// repeated answers a hold that was asked for before, with the id it was given then; "" where it was not. An office that
// has come from another area may be asked again for what it was asked for there: the appointment has come along, or what
// was never confirmed has stayed and died.
func (s *Service) repeated(ctx context.Context, store *redisstore.Store, c Caller, h HoldRequest, id, print string) (redisstore.Held, string, error) {
	held, known, from, err := store.Repeat(ctx, id, print, h.Office)
	if known || err != nil {
		return held, id, err
	}
	if from == "" || h.waiting != "" { // who waits does not go along
		return redisstore.Held{}, "", nil
	}
	id = s.secrets.appointmentID(from, c.Seat, h.Key)
	for _, at := range []*redisstore.Store{store, s.stores[from]} {
		if at == nil { // another server's
			break
		}
		if held, known, _, err = at.Repeat(ctx, id, print, h.Office); known || err != nil {
			return held, id, err
		}
	}
	return redisstore.Held{}, "", nil
}

// keyMargin is how much longer than the hold its key lives, so that a confirmation in the last moment still finds it.
const keyMargin = time.Minute

// claim seals the resident's record, if known, and runs the HOLD step.
func (s *Service) claim(ctx context.Context, store *redisstore.Store, q inquiry, c Caller, h HoldRequest,
	ask calendar.Question, answer calendar.Answer, r redisstore.HoldRequest,
) (redisstore.Held, error) {
	r.TTL, r.Waiting, r.Series = h.ttl, h.waiting, h.series
	r.Office, r.By, r.Start, r.End = q.office.ID, c.Seat, answer.Start, answer.End
	r.Booth, r.Legs = q.claims(ask, answer)
	if err := s.share(ctx, store, q, ask, r.Legs, answer.Start); err != nil {
		return redisstore.Held{}, err
	}
	if h.Resident.Known() {
		box, err := s.lock(ctx, store, r.ID, h.Resident, cmp.Or(h.ttl, store.HoldTTL())+keyMargin)
		if err != nil {
			return redisstore.Held{}, err
		}
		r.Who = box.record
	}
	return store.Hold(ctx, r)
}

// lock seals a record and puts its key away first: a record without a key is nothing, a key without a record opens
// nothing and expires.
func (s *Service) lock(ctx context.Context, store *redisstore.Store, id string, p Person, until time.Duration) (sealed, error) {
	box, err := s.secrets.seal(id, p)
	if err != nil {
		return sealed{}, fmt.Errorf("seal record of %s: %w", id, err)
	}
	if err := s.vault.put(ctx, store.Area(), box.name, box.wrapped, until); err != nil {
		return sealed{}, fmt.Errorf("put key of %s away: %w: %w", id, redisstore.ErrUnavailable, err)
	}
	return box, nil
}

// longestVisit bounds legs, buffers and cleaning; the catalogue allows no more.
const longestVisit = maxLegs*4*time.Hour + 2*time.Hour

// ask reads the ledgers for visits that start within [from, to) and puts the question.
func (s *Service) ask(ctx context.Context, store *redisstore.Store, q inquiry, from, to time.Time, resident string) (calendar.Question, error) {
	busy, err := store.Busy(ctx, q.ledgers(resident), from, to.Add(longestVisit))
	if err != nil {
		return calendar.Question{}, err
	}
	return q.question(occupiedOf(busy), s.now()), nil
}

// fingerprint tells a repetition from another request under the same key. It is keyed, since it covers the resident.
func (s *Service) fingerprint(h HoldRequest) (string, error) {
	who := ""
	if h.Resident.Known() {
		who = string(h.Resident.text())
	}
	text, err := json.Marshal([]any{h.Office, h.Booth, h.Start.UnixMilli(), h.Legs, who})
	if err != nil {
		return "", fmt.Errorf("fingerprint hold: %w", err)
	}
	return mac(s.secrets.print, 16, string(text)), nil
}

func (d *Directory) hold(q inquiry, start time.Time, id string, held redisstore.Held) Hold {
	v := Hold{
		ID: id, State: redisstore.StateHeld, ExpiresAt: held.Deadline.In(calendar.Tokyo), Now: held.Now.In(calendar.Tokyo),
		Office: q.office.ID, OfficeName: q.office.Name, Booth: held.Booth, BoothName: held.Booth, Start: start.In(calendar.Tokyo),
	}
	if b, ok := d.Booth(held.Booth); ok {
		v.BoothName = b.Name
	}
	at := v.Start
	for i, l := range q.legs {
		end := at.Add(l.length)
		leg := HoldLeg{Service: l.Service, PublicName: l.info.PublicName, Pool: l.Pool, PoolName: l.pool.Name, Start: at, End: end}
		if i < len(held.Desks) {
			leg.Desk, leg.DeskName = held.Desks[i], d.desks[held.Desks[i]].Name
		}
		v.Legs = append(v.Legs, leg)
		at = end
	}
	v.End = at
	return v
}

// ConfirmRequest says whom a hold is for. Neither means the resident named with the hold.
type ConfirmRequest struct {
	Resident  Person
	Anonymous bool
}

// Confirm makes a live hold an appointment with a call number and a reception number. Repeating it changes nothing.
func (s *Service) Confirm(ctx context.Context, c Caller, id string, who ConfirmRequest) (Appointment, error) {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if !c.changes(s.dir().appointment(store.Area(), r)) && r.By != c.Seat {
		return Appointment{}, problemNotYours("confirm this hold")
	}
	confirmation, box, err := s.confirmation(ctx, store, r, who)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	r, err = s.confirm(ctx, store, r, confirmation)
	if refused := err != nil && !errors.Is(err, redisstore.ErrUnavailable); box.name != "" && refused {
		s.destroy(ctx, store, id, box.name) // nothing was stored under this key; where the outcome is unknown it stays
	}
	return s.stepped(store, r, err)
}

// confirmation checks who it is for against what the services demand and seals a new record.
func (s *Service) confirmation(ctx context.Context, store *redisstore.Store, r redisstore.Record, who ConfirmRequest) (redisstore.Confirmation, sealed, error) {
	conf := redisstore.Confirmation{Date: calendar.DateOf(r.Start).String(), Resident: r.Resident, Anonymous: who.Anonymous}
	keep := r.End.Add(store.KeepWho()).Sub(s.now())
	switch {
	case who.Anonymous && who.Resident.Known():
		return conf, sealed{}, problemInvalid("body.resident", "an anonymous visit has no resident")
	case who.Anonymous:
		if !s.dir().allowsAnonymous(r) {
			return conf, sealed{}, problem(http.StatusUnprocessableEntity, SlugNotAnonymous, "Not anonymous", "this visit cannot be anonymous").
				at("body.anonymous", "not allowed for this service")
		}
		conf.Resident = ""
		return conf, sealed{}, nil
	case who.Resident.Known():
		conf.Resident = s.secrets.residentIndex(store.Area(), who.Resident)
		if r.State != redisstore.StateHeld {
			return conf, sealed{}, nil // a repetition: the script compares, nothing is written
		}
		box, err := s.lock(ctx, store, r.ID, who.Resident, keep)
		conf.Who = box.record
		return conf, box, err
	case r.Resident == "":
		return conf, sealed{}, problemResidentRequired()
	default:
		return conf, sealed{}, s.keep(ctx, store, r, keep)
	}
}

// keep lets the record that was sealed with the hold last as long as the appointment's.
func (s *Service) keep(ctx context.Context, store *redisstore.Store, r redisstore.Record, until time.Duration) error {
	key, err := s.keyOf(ctx, store, r.ID)
	if err != nil {
		return err
	}
	if r.State != redisstore.StateHeld {
		return nil // a repetition
	}
	found, err := s.vault.keep(ctx, store.Area(), key, until)
	switch {
	case err != nil:
		return fmt.Errorf("keep key of %s: %w: %w", r.ID, redisstore.ErrUnavailable, err)
	case !found:
		return problemResidentRequired() // the key is lost, so the name has to be given again
	default:
		return nil
	}
}

func (d *Directory) allowsAnonymous(r redisstore.Record) bool {
	for _, l := range r.Legs {
		if info, ok := d.Service(l.Service); !ok || !info.Anonymous {
			return false
		}
	}
	return true
}

// receptionTries is how many reception numbers one CONFIRM may try. An office-day has 900,000 of them and books a few
// dozen, so a second round is practically never needed.
const receptionTries = 8

func (s *Service) confirm(ctx context.Context, store *redisstore.Store, r redisstore.Record, c redisstore.Confirmation) (redisstore.Record, error) {
	var err error
	for range 3 {
		if c.Receptions, err = receptionNumbers(receptionTries); err != nil {
			return redisstore.Record{}, err
		}
		var booked redisstore.Record
		if booked, err = store.Confirm(ctx, r.ID, c); !errors.Is(err, redisstore.ErrNoReception) {
			return booked, err
		}
	}
	return redisstore.Record{}, err
}

// receptionNumbers gives n random numbers of six digits. They are drawn, not counted, so that nobody can check in with a
// neighbour's by guessing the next.
func receptionNumbers(n int) ([]string, error) {
	list := make([]string, n)
	for i := range list {
		drawn, err := rand.Int(rand.Reader, big.NewInt(900_000))
		if err != nil {
			return nil, fmt.Errorf("draw reception number: %w", err)
		}
		list[i] = strconv.FormatInt(100_000+drawn.Int64(), 10)
	}
	return list, nil
}

// Release gives a hold back before it was confirmed.
func (s *Service) Release(ctx context.Context, c Caller, id string) error {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return asProblem(err)
	}
	if !c.changes(s.dir().appointment(store.Area(), r)) && r.By != c.Seat {
		return problemNotYours("release this hold")
	}
	key, err := s.keyOf(ctx, store, id)
	if err != nil {
		return asProblem(err)
	}
	err = store.Release(ctx, id)
	if err == nil {
		s.destroy(ctx, store, id, key)
	}
	var state *redisstore.StateError
	if errors.As(err, &state) {
		return problem(http.StatusConflict, SlugAlreadyConfirmed, "Already confirmed", "the hold is an appointment by now: cancel it instead").because(err)
	}
	return asProblem(err)
}

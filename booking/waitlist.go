package booking

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// How the waiting list works.
const (
	offerFor      = 12 * time.Minute   // how long an offer is held: long enough to be telephoned
	maxWaitDays   = 31                 // how long somebody can wait
	maxBoost      = 7 * 24 * time.Hour // how far somebody can be let forward, in time waited
	waitersLooked = 200                // how many of an area are looked at in one round
)

// WaitRequest asks to be offered a time that becomes free.
type WaitRequest struct {
	Key       string
	Office    string
	Booth     string // "" for any
	Legs      []LegRequest
	From, To  time.Time // starts within [From, To) would do
	Resident  Person
	Anonymous bool
	Urgent    bool // let forward by a week's waiting, so that it comes first and yet nobody waits for ever

	number int // call number of somebody who is here
}

// Waiting is somebody on the waiting list.
type Waiting struct {
	ID          string        `json:"id"`
	State       string        `json:"state" enum:"waiting,offered,accepted,left"`
	Version     int64         `json:"version"`
	Office      string        `json:"office"`
	Legs        []legBody     `json:"legs"`
	From        time.Time     `json:"from"`
	To          time.Time     `json:"to"`
	Joined      time.Time     `json:"joined"`
	Number      int           `json:"number,omitempty" doc:"call number of somebody who is here"`
	Reception   string        `json:"reception,omitempty" doc:"six digits by which the resident asks and answers on the own page; for those who book"`
	Place       int           `json:"place,omitempty" doc:"how many come before, plus one; 0 for those not waiting"`
	Offer       *Offer        `json:"offer,omitempty"`
	Appointment string        `json:"appointment,omitempty" doc:"what has become of it"`
	Resident    *ResidentView `json:"resident,omitempty"`
	Anonymous   bool          `json:"anonymous"`

	area string
}

// Offer is a time held for somebody on the waiting list.
type Offer struct {
	Hold      string    `json:"hold"`
	Start     time.Time `json:"start"`
	BoothName string    `json:"boothName"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Wait puts somebody on the waiting list of an office.
func (s *Service) Wait(ctx context.Context, c Caller, w WaitRequest) (Waiting, error) {
	if err := checkKey(w.Key); err != nil {
		return Waiting{}, err
	}
	q, err := s.dir().inquire(w.Office, w.Booth, w.Legs)
	if err != nil {
		return Waiting{}, err
	}
	switch {
	case !c.books(q):
		return Waiting{}, problemNotYours("book at this office")
	case !w.To.After(w.From) || w.To.Sub(w.From) > maxWaitDays*24*time.Hour:
		return Waiting{}, problemInvalid("body.to", fmt.Sprintf("must be after from and at most %d days later", maxWaitDays))
	case !w.To.After(s.now()):
		return Waiting{}, problemInvalid("body.to", "is past")
	case w.Anonymous == w.Resident.Known():
		return Waiting{}, problemResidentRequired()
	case w.Anonymous && !q.anonymous():
		return Waiting{}, problem(http.StatusUnprocessableEntity, SlugNotAnonymous, "Not anonymous", "this visit cannot be anonymous").
			at("body.anonymous", "not allowed for this service")
	}
	waiting, err := s.join(ctx, c, s.stores[q.office.Area], w)
	return waiting, asProblem(err)
}

func (q inquiry) anonymous() bool {
	return !slices.ContainsFunc(q.legs, func(l inquiryLeg) bool { return !l.info.Anonymous })
}

func (s *Service) join(ctx context.Context, c Caller, store *redisstore.Store, w WaitRequest) (Waiting, error) {
	who := ""
	if w.Resident.Known() {
		who = string(w.Resident.text())
	}
	request, err := s.request(c, w.Key, "wait", w.Office, w.Booth, w.Legs, w.From.UnixMilli(), w.To.UnixMilli(), who, w.Anonymous, w.Urgent)
	if err != nil {
		return Waiting{}, err
	}
	r := redisstore.Waiter{
		ID: "w_" + request.Key, Office: w.Office, Booth: w.Booth, From: w.From, To: w.To, Anonymous: w.Anonymous, Number: w.number, By: c.Seat,
	}
	if w.Urgent {
		r.Boost = maxBoost
	}
	for _, l := range w.Legs {
		r.Legs = append(r.Legs, redisstore.WaitLeg(l))
	}
	var box sealed
	if w.Resident.Known() {
		r.Resident = s.secrets.residentIndex(store.Area(), w.Resident)
		if box, err = s.lock(ctx, store, r.ID, w.Resident, w.To.Add(store.KeepWho()).Sub(s.now())); err != nil {
			return Waiting{}, err
		}
	}
	r, err = store.Join(ctx, r, request.Fingerprint, box.record)
	if err != nil {
		return Waiting{}, err
	}
	concerns(ctx, r.ID)
	waiting := s.dir().waiting(store.Area(), r)
	waiting.Reception = s.waitNumber(r)
	return waiting, nil
}

// waitNumber is the number by which somebody on the list asks and answers on the residents' page, six digits made from the
// id. Two may have the same: the telephone number tells them apart. Anonymous matters have none, for nothing tells those
// apart.
func (s *Service) waitNumber(r redisstore.Waiter) string {
	if r.Anonymous {
		return ""
	}
	sum := hmac.New(sha256.New, s.secrets.ids)
	sum.Write([]byte("waiting number " + r.ID))
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum.Sum(nil))%1_000_000)
}

func (d *Directory) waiting(area string, r redisstore.Waiter) Waiting {
	w := Waiting{
		ID: r.ID, State: r.State, Version: r.Version, Office: r.Office, From: r.From.In(calendar.Tokyo), To: r.To.In(calendar.Tokyo),
		Joined: r.Joined.In(calendar.Tokyo), Number: r.Number, Appointment: r.Appointment, Anonymous: r.Anonymous, area: area,
	}
	for _, l := range r.Legs {
		w.Legs = append(w.Legs, legBody(l))
	}
	return w
}

// WaitingAt lists who waits at an office, in the order of their turn, as the caller may see it.
func (s *Service) WaitingAt(ctx context.Context, c Caller, office string) ([]Waiting, error) {
	o, ok := s.dir().Office(office)
	if !ok {
		return nil, problemUnknown("office", office)
	}
	store := s.stores[o.Area]
	all, err := store.Waiting(ctx, 10*waitersLooked)
	if err != nil {
		return nil, asProblem(err)
	}
	list, ids, numbers := []Waiting{}, []string{}, map[string]string{}
	for _, r := range all {
		if r.Office != office || !s.mayWait(c, r) {
			continue
		}
		w := s.dir().waiting(o.Area, r)
		w.Place = len(list) + 1
		if r.State == redisstore.WaitOffered {
			if w.Offer, err = s.offer(ctx, store, r); err != nil {
				return nil, asProblem(err)
			}
		}
		list, ids = append(list, w), append(ids, r.ID)
		numbers[r.ID] = s.waitNumber(r)
	}
	people := map[string]Person{}
	if c.knowsPeople() {
		if err := s.unseal(ctx, store, ids, people); err != nil {
			return nil, asProblem(err)
		}
	}
	for i := range list {
		if p := people[list[i].ID]; p.Known() {
			known := p.reveal()
			list[i].Reception = numbers[list[i].ID]
			list[i].Resident = &ResidentView{Kana: known.kana}
			shows(ctx, list[i].ID)
			if kind, _ := c.seat(); kind != seatDesk {
				list[i].Resident.Phone = known.phone
			}
		}
	}
	return list, nil
}

// mayWait reports whether somebody on the list is the caller's to see and to answer for: those who could book the visit.
func (s *Service) mayWait(c Caller, r redisstore.Waiter) bool {
	if kind, _ := c.seat(); kind == seatAdmin {
		return true
	}
	var legs []LegRequest
	for _, l := range r.Legs {
		legs = append(legs, LegRequest(l))
	}
	q, err := s.dir().inquire(r.Office, "", legs)
	return err == nil && c.books(q)
}

func (s *Service) offer(ctx context.Context, store *redisstore.Store, r redisstore.Waiter) (*Offer, error) {
	held, err := store.Get(ctx, r.Hold)
	if errors.Is(err, redisstore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	o := &Offer{Hold: r.Hold, Start: held.Start.In(calendar.Tokyo), BoothName: held.Booth, ExpiresAt: r.Until.In(calendar.Tokyo)}
	if b, ok := s.dir().Booth(held.Booth); ok {
		o.BoothName = b.Name
	}
	return o, nil
}

// waiter finds somebody on the list whom the caller may answer for.
func (s *Service) waiter(ctx context.Context, c Caller, id string) (*redisstore.Store, redisstore.Waiter, error) {
	for _, a := range s.dir().Areas() {
		r, err := s.stores[a.ID].Waiter(ctx, id)
		if errors.Is(err, redisstore.ErrNotFound) {
			continue
		}
		if err == nil && !s.mayWait(c, r) {
			err = problemNotYours("answer for this resident")
		}
		return s.stores[a.ID], r, err
	}
	return nil, redisstore.Waiter{}, fmt.Errorf("waiting %s: %w", id, redisstore.ErrNotFound)
}

// Accept makes the time offered to somebody on the list their appointment.
func (s *Service) Accept(ctx context.Context, c Caller, id string) (Appointment, error) {
	store, r, err := s.waiter(ctx, c, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	return s.accept(ctx, store, r)
}

func (s *Service) accept(ctx context.Context, store *redisstore.Store, r redisstore.Waiter) (Appointment, error) {
	if r.State == redisstore.WaitAccepted {
		return s.Appointment(ctx, r.Appointment)
	}
	if r.State != redisstore.WaitOffered {
		return Appointment{}, problemWrongState(r.State)
	}
	held, err := store.Get(ctx, r.Hold)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	confirmation, _, err := s.confirmation(ctx, store, held, ConfirmRequest{Anonymous: r.Anonymous})
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	confirmation.Number = r.Number
	held, err = s.confirm(ctx, store, held, confirmation)
	if err != nil {
		return s.stepped(store, held, err)
	}
	key, err := s.keyOf(ctx, store, r.ID)
	if err == nil {
		_, err = store.Accept(ctx, r, held.ID)
	}
	if err == nil {
		s.destroy(ctx, store, r.ID, key)
	}
	if errors.Is(err, redisstore.ErrVersion) {
		err = nil // somebody else has accepted it meanwhile: the appointment is the same
	}
	return s.stepped(store, held, err)
}

// Decline passes the time offered to somebody on to the next. They go on waiting, for other times.
func (s *Service) Decline(ctx context.Context, c Caller, id string) (Waiting, error) {
	store, r, err := s.waiter(ctx, c, id)
	if err == nil && r.State != redisstore.WaitOffered {
		err = problemWrongState(r.State)
	}
	if err == nil {
		r, err = s.passOn(ctx, store, r)
	}
	return s.dir().waiting(areaOf(store), r), asProblem(err)
}

func areaOf(store *redisstore.Store) string {
	if store == nil {
		return ""
	}
	return store.Area()
}

// LeaveList takes somebody off the list, with what is known of them and an offer if there is one.
func (s *Service) LeaveList(ctx context.Context, c Caller, id string) error {
	store, r, err := s.waiter(ctx, c, id)
	if err != nil {
		return asProblem(err)
	}
	return s.leaveList(ctx, store, r)
}

func (s *Service) leaveList(ctx context.Context, store *redisstore.Store, r redisstore.Waiter) error {
	var err error
	if r.State == redisstore.WaitOffered {
		r, err = s.passOn(ctx, store, r)
	}
	if err != nil || r.State == redisstore.WaitLeft {
		return asProblem(err)
	}
	if r.State == redisstore.WaitAccepted {
		return problemWrongState(r.State)
	}
	key, err := s.keyOf(ctx, store, r.ID)
	if err == nil {
		_, err = store.Leave(ctx, r)
	}
	if err == nil {
		s.destroy(ctx, store, r.ID, key)
	}
	return asProblem(err)
}

// passOn gives the hold of an offer back and lets its waiter wait on.
func (s *Service) passOn(ctx context.Context, store *redisstore.Store, r redisstore.Waiter) (redisstore.Waiter, error) {
	start := r.From
	held, err := store.Get(ctx, r.Hold)
	if err == nil {
		start = held.Start
		key, keyErr := s.keyOf(ctx, store, r.Hold)
		if err = errors.Join(keyErr, store.Release(ctx, r.Hold)); err == nil {
			s.destroy(ctx, store, r.Hold, key)
		}
	}
	if err != nil && !errors.Is(err, redisstore.ErrNotFound) {
		return r, err
	}
	return store.PassOn(ctx, r, start)
}

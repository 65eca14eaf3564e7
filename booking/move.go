package booking

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// MoveRequest asks to give an appointment another time, booth, desks or office.
type MoveRequest struct {
	Key     string // idempotency key
	Version int64  // the appointment as the caller saw it
	Start   time.Time
	Office  string       // another office of the same area; "" for the present one
	Booth   string       // "" for any
	Legs    []LegRequest // nil for the present services by the same pools, whichever desk is free
	Rules   int64        // rule version the time was found by; 0 where it does not matter
}

// Move gives an appointment another time, booth, desks or office, all legs or nothing. Its own present time is no
// hindrance to it. Asking again with the same key changes nothing more.
func (s *Service) Move(ctx context.Context, c Caller, id string, m MoveRequest) (Appointment, error) {
	if err := checkKey(m.Key); err != nil {
		return Appointment{}, err
	}
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if !c.changes(s.dir().appointment(store.Area(), r)) {
		return Appointment{}, problemNotYours("move this appointment")
	}
	request, err := s.request(c, m.Key, "move", id, m.Version, m.Start.UnixMilli(), m.Office, m.Booth, m.Legs)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if known, err := store.Moved(ctx, request); known || err != nil {
		return s.stepped(store, r, err)
	}
	if m.Version != r.Version {
		return Appointment{}, asProblem(redisstore.ErrVersion)
	}
	if err := movable(r); err != nil {
		return Appointment{}, asProblem(err)
	}
	r, err = s.move(ctx, store, c, r, request, m)
	return s.stepped(store, r, err)
}

// movable refuses what has ended or is under way. A leg that was given back is neither: it is left behind.
func movable(r redisstore.Record) error {
	if r.State != StateBooked && r.State != StateArrived && r.State != StateDisputed {
		return &redisstore.StateError{State: r.State}
	}
	for _, l := range r.Legs {
		if !l.Freed && (!l.Started.IsZero() || !l.Done.IsZero()) {
			return &redisstore.StateError{State: "under way"}
		}
	}
	return nil
}

// move judges and moves until one of the two settles it.
func (s *Service) move(ctx context.Context, store *redisstore.Store, c Caller, r redisstore.Record, request redisstore.Request, m MoveRequest) (redisstore.Record, error) {
	q, d, err := s.movedTo(r, m)
	if err != nil {
		return r, err
	}
	if q.office.Area != store.Area() {
		return r, problemInvalid("body.office", "lies in another area: cancel here and book there")
	}
	if q.office.ID != r.Office && !c.books(q) {
		return r, problemNotYours("book at this office")
	}
	if err := s.keepKey(ctx, store, r, m.Start.Add(24*time.Hour)); err != nil {
		return r, err
	}
	var last error
	for range holdAttempts {
		if !s.holdsFor(m.Rules, d, q) {
			return r, problemStale(d.rulesIn(store.Area()))
		}
		to, err := s.relocation(ctx, store, q, r, m.Start)
		if err != nil {
			return r, err
		}
		moved, err := store.Move(ctx, redisstore.MoveRequest{Request: request, Rules: d.rulesIn(store.Area()), Relocation: to})
		stale := errors.As(err, new(*redisstore.StaleError))
		if !stale && !errors.As(err, new(*redisstore.TakenError)) && !errors.Is(err, redisstore.ErrNoReception) {
			return moved, err
		}
		if last = err; stale {
			s.noteRefresh(store, s.refresh(ctx, store))
			if q, d, err = s.movedTo(r, m); err != nil {
				return r, err
			}
		}
	}
	return r, last
}

// movedTo is what an appointment asks for after a move, and the rules that say so.
func (s *Service) movedTo(r redisstore.Record, m MoveRequest) (inquiry, *Directory, error) {
	d, err := s.rules()
	if err != nil {
		return inquiry{}, nil, err
	}
	q, err := d.inquire(cmp.Or(m.Office, r.Office), m.Booth, legsAfter(r, m.Legs))
	return q, d, err
}

// keepKey lets the key of the personal record last until the visit's new time and the days after it.
func (s *Service) keepKey(ctx context.Context, store *redisstore.Store, r redisstore.Record, end time.Time) error {
	key, err := s.keyOf(ctx, store, r.ID)
	if err != nil || key == "" {
		return err
	}
	if end.Before(r.End) {
		end = r.End
	}
	if _, err := s.vault.keep(ctx, store.Area(), key, end.Add(store.KeepWho()).Sub(s.now())); err != nil {
		return fmt.Errorf("keep key of %s: %w: %w", r.ID, redisstore.ErrUnavailable, err)
	}
	return nil
}

// legsAfter are the legs of an appointment after a move.
func legsAfter(r redisstore.Record, wanted []LegRequest) []LegRequest {
	if wanted != nil {
		return wanted
	}
	var legs []LegRequest
	for _, l := range r.Legs {
		if !l.Freed {
			legs = append(legs, LegRequest{Service: l.Service, Pool: l.Pool, First: l.First})
		}
	}
	return legs
}

// relocation judges a new start and gives what is to be claimed for it. Where the start stays, only places change, and no
// rule about starts is asked.
func (s *Service) relocation(ctx context.Context, store *redisstore.Store, q inquiry, r redisstore.Record, start time.Time) (redisstore.Relocation, error) {
	ask, err := s.askBut(ctx, store, q, start, start.Add(time.Minute), r)
	if err != nil {
		return redisstore.Relocation{}, err
	}
	if start.Equal(r.Start) {
		ask.Now, ask.Fine = time.Time{}, 1
	}
	answer := ask.Judge(start)
	if !answer.Free() {
		return redisstore.Relocation{}, refusal(answer.Reasons)
	}
	numbers, err := receptionNumbers(receptionTries)
	if err != nil {
		return redisstore.Relocation{}, err
	}
	to := redisstore.Relocation{
		ID: r.ID, Version: r.Version, Office: q.office.ID, Start: answer.Start, End: answer.End, Resident: r.Resident,
		Date: calendar.DateOf(start).String(), OldDate: calendar.DateOf(r.Start).String(), Receptions: numbers,
	}
	to.Booth, to.Legs = q.claims(ask, answer)
	return to, s.share(ctx, store, q, ask, to.Legs, start)
}

// askBut reads the ledgers without an appointment's own entries.
func (s *Service) askBut(ctx context.Context, store *redisstore.Store, q inquiry, from, to time.Time, r redisstore.Record) (calendar.Question, error) {
	busy, err := store.Busy(ctx, q.ledgers(r.Resident), from, to.Add(maxLegs*4*time.Hour+time.Hour), r.ID)
	if err != nil {
		return calendar.Question{}, err
	}
	return q.question(occupiedOf(busy), s.now()), nil
}

// share puts the desks of each pool that have been given least first: by the minutes of the month and those of the time
// looked at, where holds count too. So a pool shares its work, and nobody gets everything because of being listed first.
func (s *Service) share(ctx context.Context, store *redisstore.Store, q inquiry, ask calendar.Question, legs []redisstore.LegClaim, at time.Time) error {
	var pools []string
	for _, l := range legs {
		if len(l.Candidates) > 1 && !slices.Contains(pools, l.Pool) {
			pools = append(pools, l.Pool)
		}
	}
	if len(pools) == 0 {
		return nil
	}
	given, err := store.Assigned(ctx, pools, at)
	if err != nil {
		return err
	}
	for i := range legs {
		load := map[string]float64{}
		for n, k := range q.legs[i].desks {
			load[k.ID] = given[k.ID]
			for _, busy := range ask.Legs[i].Desks[n].Busy {
				load[k.ID] += busy.End.Sub(busy.Start).Minutes()
			}
		}
		slices.SortStableFunc(legs[i].Candidates, func(x, y string) int { return cmp.Compare(load[x], load[y]) })
		legs[i].Candidates = legs[i].Candidates[:min(len(legs[i].Candidates), redisstore.MaxCandidates)]
	}
	return nil
}

// request makes a key and a fingerprint out of what was asked, so that the store recognises a repetition.
func (s *Service) request(c Caller, key string, what ...any) (redisstore.Request, error) {
	text, err := json.Marshal(what)
	if err != nil {
		return redisstore.Request{}, fmt.Errorf("fingerprint request: %w", err)
	}
	return redisstore.Request{
		Key: mac(s.secrets.ids, 16, fmt.Sprint(what[0]), c.Seat, key), Fingerprint: mac(s.secrets.print, 16, string(text)),
	}, nil
}

func checkKey(key string) error {
	if key != "" && len(key) <= maxKey {
		return nil
	}
	return problem(http.StatusBadRequest, SlugIdempotencyKey, "Idempotency-Key required",
		"send a header Idempotency-Key of 1 to %d characters, new for each wish and the same for each repetition", maxKey)
}

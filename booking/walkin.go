package booking

import (
	"context"
	"errors"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// WalkInRequest is somebody who has come without an appointment.
type WalkInRequest struct {
	Key       string
	Office    string
	Booth     string // "" for any
	Legs      []LegRequest
	Resident  Person
	Anonymous bool
}

// WalkIn is what somebody without an appointment gets: the next free time of today, or a place in the queue. Either has a
// ticket.
type WalkIn struct {
	Number      int          `json:"number" doc:"ticket: call number of the office's day"`
	Appointment *Appointment `json:"appointment,omitempty" doc:"the next free time today, checked in already"`
	Waiting     *Waiting     `json:"waiting,omitempty" doc:"where nothing is free today: first to be offered what becomes free"`
}

// WalkIn gives somebody who is here the next free time of today and checks them in, or puts them on the waiting list for
// the rest of the day, before those who are not here.
func (s *Service) WalkIn(ctx context.Context, c Caller, w WalkInRequest) (WalkIn, error) {
	if err := checkKey(w.Key); err != nil {
		return WalkIn{}, err
	}
	q, err := s.dir().inquire(w.Office, w.Booth, w.Legs)
	if err != nil {
		return WalkIn{}, err
	}
	if kind, id := c.seat(); kind != seatCounter || id != w.Office {
		return WalkIn{}, problemNotYours("take walk-ins at this office")
	}
	if w.Anonymous == w.Resident.Known() {
		return WalkIn{}, problemResidentRequired()
	}
	for range holdAttempts {
		a, err := s.walkIn(ctx, c, q, w)
		var p *Problem
		switch {
		case err == nil:
			views, err := s.View(ctx, a)
			if err != nil {
				return WalkIn{}, err
			}
			return WalkIn{Number: a.Number, Appointment: &views[0]}, nil
		case errors.Is(err, errNothingToday):
			return s.queue(ctx, c, s.stores[q.office.Area], w)
		case errors.As(err, &p) && p.Slug() == SlugSlotTaken:
			// somebody was quicker: the next free time
		default:
			return WalkIn{}, asProblem(err)
		}
	}
	return s.queue(ctx, c, s.stores[q.office.Area], w)
}

var errNothingToday = errors.New("nothing is free today")

// walkIn holds, confirms and checks in. Each repeats itself, so the whole does.
func (s *Service) walkIn(ctx context.Context, c Caller, q inquiry, w WalkInRequest) (Appointment, error) {
	store := s.stores[q.office.Area]
	key := "walk-in " + w.Key
	id := s.secrets.appointmentID(store.Area(), c.Seat, key)
	if _, err := store.Get(ctx, id); errors.Is(err, redisstore.ErrNotFound) {
		resident := ""
		if w.Resident.Known() {
			resident = s.secrets.residentIndex(store.Area(), w.Resident)
		}
		start, found, err := s.firstFree(ctx, store, q, redisstore.Waiter{
			From: s.now(), To: calendar.DateOf(s.now()).Add(1).At(0), Resident: resident,
		})
		if err != nil {
			return Appointment{}, err
		}
		if !found {
			return Appointment{}, errNothingToday
		}
		if _, err := s.Hold(ctx, c, HoldRequest{Key: key, Office: w.Office, Booth: w.Booth, Start: start, Legs: w.Legs, Resident: w.Resident}); err != nil {
			return Appointment{}, err
		}
	} else if err != nil {
		return Appointment{}, err
	}
	if _, err := s.Confirm(ctx, c, id, ConfirmRequest{Resident: w.Resident, Anonymous: w.Anonymous}); err != nil {
		return Appointment{}, err
	}
	return s.CheckIn(ctx, id)
}

// queue puts somebody who is here on the list for the rest of today, with a ticket.
func (s *Service) queue(ctx context.Context, c Caller, store *redisstore.Store, w WalkInRequest) (WalkIn, error) {
	today := calendar.DateOf(s.now())
	wait := WaitRequest{
		Key: "walk-in " + w.Key, Office: w.Office, Booth: w.Booth, Legs: w.Legs, From: today.At(0), To: today.Add(1).At(0),
		Resident: w.Resident, Anonymous: w.Anonymous, Urgent: true,
	}
	known, err := s.joined(ctx, c, store, wait)
	if err == nil && known == nil {
		if wait.number, err = store.Ticket(ctx, w.Office, today.String(), today.Add(35).At(0)); err == nil {
			var waiting Waiting
			waiting, err = s.Wait(ctx, c, wait)
			known = &waiting
		}
	}
	if err != nil {
		return WalkIn{}, asProblem(err)
	}
	return WalkIn{Number: known.Number, Waiting: known}, nil
}

// joined finds somebody who was put on the list by the same request before.
func (s *Service) joined(ctx context.Context, c Caller, store *redisstore.Store, w WaitRequest) (*Waiting, error) {
	request, err := s.request(c, w.Key, "wait")
	if err != nil {
		return nil, err
	}
	r, err := store.Waiter(ctx, "w_"+request.Key)
	if errors.Is(err, redisstore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	known := s.dir().waiting(store.Area(), r)
	known.Reception = s.waitNumber(r)
	return &known, nil
}

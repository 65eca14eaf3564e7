package booking

import (
	"context"
	"slices"
	"time"

	"madoguchi/booking/calendar"
)

// WhyRequest asks why a visit cannot start at some time.
type WhyRequest struct {
	Office   string
	Booth    string // "" for any
	Start    time.Time
	Legs     []LegRequest
	Resident Person // unknown where it does not matter
}

// Why is everything that keeps a visit from starting at a time, and the nearest times it could.
type Why struct {
	Free    bool
	Rules   int64
	Reasons []WhyReason
	Before  *calendar.Answer // the last free start before, at the same office
	After   *calendar.Answer // the first after
	Desks   []LegRequest     // other desks of the pools asked for that are free then, one entry a desk
	Offices []Found          // other offices, nearest first, each with its start nearest in time
}

// WhyReason is one reason and what it concerns; fields are "" where it concerns none in particular.
type WhyReason struct {
	calendar.Reason
	Booth   string
	Service string
	Desk    string
}

// How far a search for alternatives goes.
const (
	whyDaysBefore = 7
	whyDaysAfter  = 14
	whyOffices    = 5
)

// Why answers "why not 10:00?": with every reason, none of which says anything about anybody, and with the nearest free
// starts at the same office, at other desks of the pool and at other offices.
func (s *Service) Why(ctx context.Context, w WhyRequest) (Why, error) {
	d, err := s.rules()
	if err != nil {
		return Why{}, err
	}
	q, err := d.inquire(w.Office, w.Booth, w.Legs)
	if err != nil {
		return Why{}, err
	}
	store := s.stores[q.office.Area]
	resident := ""
	if w.Resident.Known() {
		resident = s.secrets.residentIndex(store.Area(), w.Resident)
	}
	day := calendar.DateOf(w.Start)
	first, last := day.Add(-whyDaysBefore), day.Add(whyDaysAfter)
	ask, err := s.ask(ctx, store, q, first.At(0), last.At(0), resident)
	if err != nil {
		return Why{}, asProblem(err)
	}
	why := Why{Rules: d.rulesIn(store.Area())}
	for _, detail := range ask.Explain(w.Start) {
		why.Reasons = append(why.Reasons, q.reason(detail))
	}
	if why.Free = len(why.Reasons) == 0; why.Free {
		return why, nil
	}
	why.Before, why.After = around(ask, w.Start, first, last)
	if why.Desks, err = s.otherDesks(ctx, d, q, w); err != nil {
		return Why{}, asProblem(err)
	}
	why.Offices, err = s.otherOffices(ctx, q, w)
	return why, err
}

// reason names what a detail of the calendar concerns.
func (q inquiry) reason(d calendar.Detail) WhyReason {
	r := WhyReason{Reason: d.Reason}
	if d.Booth >= 0 {
		r.Booth = q.booths()[d.Booth].ID
	}
	if d.Leg >= 0 {
		r.Service = q.legs[d.Leg].Service
		if d.Desk >= 0 {
			r.Desk = q.legs[d.Leg].desks[d.Desk].ID
		}
	}
	return r
}

// around gives the free starts nearest to a time, before and after it, looking away from it day by day.
func around(ask calendar.Question, start time.Time, first, last calendar.Date) (before, after *calendar.Answer) {
	for d := calendar.DateOf(start); before == nil && !d.Before(first) && !d.At(24*60).Before(ask.Now); d = d.Add(-1) {
		for _, a := range ask.Free(d) {
			if a.Start.Before(start) {
				before = &a
			}
		}
	}
	for d := calendar.DateOf(start); after == nil && d.Before(last); d = d.Add(1) {
		for _, a := range ask.Free(d) {
			if a.Start.After(start) {
				after = &a
				break
			}
		}
	}
	return before, after
}

// otherDesks lists who else of the pools asked for could serve then, where the request insists on one desk.
func (s *Service) otherDesks(ctx context.Context, d *Directory, q inquiry, w WhyRequest) ([]LegRequest, error) {
	open := q.requests()
	for i := range open {
		open[i].Desk = ""
	}
	if slices.Equal(open, w.Legs) {
		return nil, nil
	}
	any, err := d.inquire(w.Office, w.Booth, open)
	if err != nil {
		return nil, err
	}
	ask, err := s.ask(ctx, s.stores[q.office.Area], any, w.Start, w.Start.Add(time.Minute), "")
	if err != nil {
		return nil, err
	}
	answer := ask.Judge(w.Start)
	if !answer.Free() {
		return nil, nil
	}
	var list []LegRequest
	for i, l := range w.Legs {
		if l.Desk == "" {
			continue
		}
		for _, n := range answer.Desks[i] {
			list = append(list, LegRequest{Service: l.Service, Pool: l.Pool, Desk: any.legs[i].desks[n].ID, First: l.First})
		}
	}
	return list, nil
}

// otherOffices gives the nearest other offices with the free start of the week from that day that is nearest in time.
func (s *Service) otherOffices(ctx context.Context, q inquiry, w WhyRequest) ([]Found, error) {
	legs := q.requests()
	for i := range legs {
		legs[i].Pool, legs[i].Desk = "", ""
	}
	found, _, err := s.Find(ctx, w.Office, legs, calendar.DateOf(w.Start), 7)
	if err != nil {
		return nil, err
	}
	var list []Found
	for _, f := range found {
		if f.Office.ID == w.Office || f.Free == 0 || len(list) == whyOffices {
			continue
		}
		nearest := slices.MinFunc(f.Starts, func(a, b calendar.Answer) int {
			return int(a.Start.Sub(w.Start).Abs() - b.Start.Sub(w.Start).Abs())
		})
		f.Starts = []calendar.Answer{nearest}
		list = append(list, f)
	}
	return list, nil
}

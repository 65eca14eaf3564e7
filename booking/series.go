package booking

import (
	"context"
	"errors"
	"net/http"
	"time"

	"madoguchi/booking/calendar"
)

// SeriesRequest asks for the same visit again and again.
type SeriesRequest struct {
	Key      string
	Office   string
	Booth    string // "" for any
	Legs     []LegRequest
	Start    time.Time // of the first
	Weeks    int       // between two: 1 to 12
	Count    int       // how many: 2 to 12
	Resident Person
}

// Series is a row of visits, each held by itself.
type Series struct {
	ID    string        `json:"id"`
	Times []SeriesVisit `json:"times"`
}

// SeriesVisit is one of a row: held, or why it could not be, and what could be instead on that day.
type SeriesVisit struct {
	Start        time.Time    `json:"start"`
	Hold         *Hold        `json:"hold,omitempty"`
	Reasons      []ReasonView `json:"reasons,omitempty" doc:"where it is not held"`
	Alternatives []time.Time  `json:"alternatives,omitempty" doc:"free starts of the same day"`
}

const (
	maxSeries      = 12
	seriesHoldFor  = 15 * time.Minute // so that a row of a dozen can be looked through
	maxSeriesWeeks = 12
)

// Series holds each visit of a row by itself, and lists those that cannot be. Confirm those wanted, one by one, as any
// hold; the others die by themselves.
func (s *Service) Series(ctx context.Context, c Caller, r SeriesRequest) (Series, error) {
	if err := checkKey(r.Key); err != nil {
		return Series{}, err
	}
	switch {
	case r.Count < 2 || r.Count > maxSeries:
		return Series{}, problemInvalid("body.count", "must be 2 to 12")
	case r.Weeks < 1 || r.Weeks > maxSeriesWeeks:
		return Series{}, problemInvalid("body.weeks", "must be 1 to 12")
	}
	request, err := s.request(c, r.Key, "series")
	if err != nil {
		return Series{}, asProblem(err)
	}
	row := Series{ID: "s_" + request.Key}
	for n := range r.Count {
		start := r.Start.In(calendar.Tokyo).AddDate(0, 0, 7*r.Weeks*n)
		visit, err := s.seriesVisit(ctx, c, r, row.ID, start)
		if err != nil {
			return Series{}, err
		}
		row.Times = append(row.Times, visit)
	}
	return row, nil
}

func (s *Service) seriesVisit(ctx context.Context, c Caller, r SeriesRequest, id string, start time.Time) (SeriesVisit, error) {
	visit := SeriesVisit{Start: start}
	hold, err := s.Hold(ctx, c, HoldRequest{
		Key: "series " + r.Key + start.Format(" 2006-01-02"), Office: r.Office, Booth: r.Booth, Start: start, Legs: r.Legs, Resident: r.Resident,
		ttl: seriesHoldFor, series: id,
	})
	var p *Problem
	switch {
	case err == nil:
		visit.Hold = &hold
		return visit, nil
	case errors.As(err, &p) && (p.Slug() == SlugSlotTaken || p.Slug() == SlugClosedTime || p.Slug() == SlugResidentBusy):
		visit.Reasons = p.Reasons
	default:
		return visit, err
	}
	answers, err := s.Times(ctx, r.Office, r.Legs, calendar.DateOf(start))
	if err != nil {
		return visit, err
	}
	for _, a := range answers {
		if a.Free() && len(visit.Alternatives) < maxAlternatives {
			visit.Alternatives = append(visit.Alternatives, a.Start)
		}
	}
	return visit, nil
}

// ConfirmSeries makes the chosen holds of a row appointments for the resident they were held for, and gives the others
// back. It stops at the first that cannot be confirmed; asking again goes on from there.
func (s *Service) ConfirmSeries(ctx context.Context, c Caller, id string, chosen, others []string) ([]Appointment, error) {
	if len(chosen) == 0 {
		return nil, problem(http.StatusUnprocessableEntity, SlugInvalid, "Invalid request", "choose at least one hold").at("body.holds", "empty")
	}
	list := []Appointment{}
	for _, hold := range append(chosen, others...) {
		_, r, err := s.get(ctx, hold)
		if err != nil {
			return list, asProblem(err)
		}
		if r.Series != id {
			return list, problemInvalid("body.holds", "not all belong to this row")
		}
		if len(list) == len(chosen) {
			if err := s.Release(ctx, c, hold); err != nil {
				return list, err
			}
			continue
		}
		a, err := s.Confirm(ctx, c, hold, ConfirmRequest{})
		if err != nil {
			return list, err
		}
		list = append(list, a)
	}
	return list, nil
}

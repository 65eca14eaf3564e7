package booking

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"

	"rsc.io/qr"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// maxListDays bounds how many days one list covers.
const maxListDays = 31

type listInput struct {
	From   string `query:"from" doc:"first day: 2026-11-25; today where left out"`
	To     string `query:"to" doc:"day after the last; the day after from where left out"`
	Office string `query:"office" maxLength:"40"`
	Desk   string `query:"desk" maxLength:"40"`
	Booth  string `query:"booth" maxLength:"40"`
	Pool   string `query:"pool" maxLength:"40" doc:"all desks of it"`
}

type listOutput struct {
	Body struct {
		Rev          int64         `json:"rev" doc:"grows with every change in the area; the list is at least as new"`
		Appointments []Appointment `json:"appointments"`
	}
}

func (s *Service) listAppointments(ctx context.Context, c Caller, in *listInput) (*listOutput, error) {
	if in.From == "" {
		in.From = calendar.DateOf(s.now()).String()
	}
	dates, err := datesOf(in.From, in.To)
	if err != nil {
		return nil, err
	}
	want, err := s.wanted(c, *in)
	if err != nil {
		return nil, err
	}
	rev, list, err := s.list(ctx, want, dates)
	if err != nil {
		return nil, err
	}
	seen := list[:0]
	for _, a := range list {
		if c.sees(a) {
			seen = append(seen, a)
		}
	}
	out := &listOutput{}
	out.Body.Rev = rev
	if out.Body.Appointments, err = s.View(ctx, seen...); err != nil {
		return nil, err
	}
	return out, nil
}

// wish is what a list is of: an office, perhaps one of its booths, or desks, wherever they may be lent to.
type wish struct {
	stores        []*redisstore.Store // at least one
	office, booth string
	desks         []string
}

// wanted fills in the caller's own where nothing is named, and refuses what is not the caller's.
func (s *Service) wanted(c Caller, in listInput) (wish, error) {
	kind, own := c.seat()
	if in.Office == "" && in.Desk == "" && in.Booth == "" && in.Pool == "" {
		switch kind {
		case seatCounter:
			in.Office = own
		case seatDesk:
			in.Desk = own
		case seatAssistant:
			in.Pool = own
		case seatBooth:
			in.Booth = own
		default:
			return wish{}, problemInvalid("query", "name an office, a pool, a desk or a booth")
		}
	}
	w := wish{office: in.Office, booth: in.Booth}
	if w.booth != "" {
		b, ok := s.dir().Booth(w.booth)
		if !ok || (w.office != "" && w.office != b.Office) {
			return wish{}, problemUnknown("booth", w.booth)
		}
		w.office = b.Office
	}
	pool := in.Pool
	switch {
	case w.office != "" && pool == "" && in.Desk == "":
		o, ok := s.dir().Office(w.office)
		if !ok {
			return wish{}, problemUnknown("office", w.office)
		}
		w.stores = []*redisstore.Store{s.stores[o.Area]}
	case in.Desk != "":
		k, ok := s.dir().Desk(in.Desk)
		if !ok || pool != "" && k.Pool != pool {
			return wish{}, problemUnknown("desk", in.Desk)
		}
		w.stores, w.desks, pool = s.around(k), []string{k.ID}, k.Pool
	default:
		p, ok := s.dir().Pool(pool)
		if !ok {
			return wish{}, problemUnknown("pool", pool)
		}
		w.stores = s.around(Desk{Pool: p.ID, Area: p.Area})
		for _, k := range p.Desks {
			w.desks = append(w.desks, k.ID)
		}
	}
	allowed := map[string]bool{
		seatAdmin: true, seatCounter: own == w.office, seatBooth: own == w.booth && len(w.desks) == 0,
		seatDesk: in.Desk == own, seatAssistant: len(w.desks) > 0 && pool == own,
	}
	if !allowed[kind] {
		return wish{}, problemNotYours("list these appointments")
	}
	return w, nil
}

// list reads the revision first, so that a change during the reading shows as a newer one next time. Revisions are made
// of times, so over several areas the newest stands for all.
func (s *Service) list(ctx context.Context, w wish, dates []string) (int64, []Appointment, error) {
	var newest int64
	list := []Appointment{}
	for _, store := range w.stores {
		rev, err := store.Rev(ctx)
		if err != nil {
			return 0, nil, err
		}
		newest = max(newest, rev)
		part, err := s.listIn(ctx, store, w, dates)
		if err != nil {
			return 0, nil, err
		}
		list = append(list, part...)
	}
	slices.SortStableFunc(list, func(a, b Appointment) int { return a.Start.Compare(b.Start) })
	return newest, list, nil
}

// listIn lists what one area has of it.
func (s *Service) listIn(ctx context.Context, store *redisstore.Store, w wish, dates []string) ([]Appointment, error) {
	records, err := w.records(ctx, store, dates)
	if err != nil {
		return nil, err
	}
	choose, err := store.ToChoose(ctx, records)
	if err != nil {
		return nil, err
	}
	list := make([]Appointment, 0, len(records))
	for _, r := range records {
		if (w.booth == "" || r.Booth == w.booth) && (w.office == "" || r.Office == w.office) {
			a := s.dir().appointment(store.Area(), s.witness.doubt(store.Area(), r))
			a.Choice = choose[r.ID]
			list = append(list, a)
		}
	}
	return list, nil
}

// records reads the days of an office or, desk by desk, of some desks: each visit once, by start.
func (w wish) records(ctx context.Context, store *redisstore.Store, dates []string) ([]redisstore.Record, error) {
	if len(w.desks) == 0 {
		return store.OfficeDay(ctx, w.office, dates)
	}
	seen := map[string]bool{}
	var all []redisstore.Record
	for _, desk := range w.desks {
		records, err := store.DeskDay(ctx, desk, dates)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			if !seen[r.ID] {
				seen[r.ID] = true
				all = append(all, r)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b redisstore.Record) int { return a.Start.Compare(b.Start) })
	return all, nil
}

// datesOf lists the days of [from, to).
func datesOf(from, to string) ([]string, error) {
	first, err := calendar.ParseDate(from)
	if err != nil {
		return nil, problemInvalid("query.from", err.Error())
	}
	end := first.Add(1)
	if to != "" {
		if end, err = calendar.ParseDate(to); err != nil {
			return nil, problemInvalid("query.to", err.Error())
		}
	}
	var dates []string
	for d := first; d.Before(end); d = d.Add(1) {
		if len(dates) == maxListDays {
			return nil, problemInvalid("query.to", fmt.Sprintf("at most %d days after from", maxListDays))
		}
		dates = append(dates, d.String())
	}
	if len(dates) == 0 {
		return nil, problemInvalid("query.to", "must be after from")
	}
	return dates, nil
}

type qrOutput struct {
	ContentType  string `header:"Content-Type"`
	CacheControl string `header:"Cache-Control"`
	Body         []byte
}

func (s *Service) getQR(ctx context.Context, c Caller, in *idInput) (*qrOutput, error) {
	a, err := s.visible(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	if kind, _ := c.seat(); kind != seatCounter {
		return nil, problemNotYours("print this appointment")
	}
	svg, err := qrSVG(a.Reception)
	if err != nil {
		return nil, problem(http.StatusInternalServerError, "internal", "Internal error", "a fault on our side").because(err)
	}
	return &qrOutput{"image/svg+xml", "private, no-store", svg}, nil
}

// qrSVG draws text as a QR code of one unit a module, with the quiet zone of four modules the standard asks for.
func qrSVG(text string) ([]byte, error) {
	const quiet = 4
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, fmt.Errorf("encode QR: %w", err)
	}
	side := code.Size + 2*quiet
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`, side, side)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><path d="`, side, side)
	for y := range code.Size {
		for x := range code.Size {
			if code.Black(x, y) {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	b.WriteString(`"/></svg>`)
	return b.Bytes(), nil
}

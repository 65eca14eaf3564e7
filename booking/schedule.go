package booking

import (
	"fmt"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
)

// officeRules is when an office is open, in the calendar's form. It is made once for each snapshot, since recurrence
// rules are written out on the way.
type officeRules struct {
	place calendar.Place
	hours []calendar.Window
	extra []calendar.Opening
}

// poolRules is when a pool and its desks can serve.
type poolRules struct {
	place calendar.Place
	desks map[string]calendar.Desk
}

// offerKey names what an office gives: a service by a pool.
type offerKey struct{ office, service, pool string }

// schedule turns every opening, roster and term of the catalogue into the calendar's form.
func (d *Directory) schedule() error {
	for _, o := range d.catalogue.Offices {
		r := officeRules{place: placeOf(o.Closures, o.YearEnd, o.Holidays), extra: openingsOf(o.Extra)}
		for _, h := range o.Hours {
			w, err := windowOf(h.Days, h.Repeat, h.Open, h.Close)
			if err != nil {
				return fmt.Errorf("hours of office %s: %w", o.ID, err)
			}
			w.NoonFrom, w.NoonTo = int(h.NoonFrom), int(h.NoonTo)
			r.hours = append(r.hours, w)
		}
		d.open[o.ID] = r
		for _, f := range o.Offers {
			windows, err := windowsOf(f.Windows)
			if err != nil {
				return fmt.Errorf("windows of %s at office %s: %w", f.Service, o.ID, err)
			}
			term := calendar.Term{From: f.From.Civil(), Windows: windows, Unprepared: len(d.lacks(o, f)) > 0}
			if f.Until != (catalogue.Date{}) {
				term.Until = f.Until.Civil()
			}
			key := offerKey{o.ID, f.Service, f.Pool}
			d.terms[key] = append(d.terms[key], term)
		}
	}
	for _, p := range d.catalogue.Pools {
		r := poolRules{place: placeOf(p.Closures, p.YearEnd, p.Holidays), desks: map[string]calendar.Desk{}}
		for _, k := range p.Desks {
			roster, err := windowsOf(k.Roster)
			if err != nil {
				return fmt.Errorf("roster of desk %s: %w", k.ID, err)
			}
			r.desks[k.ID] = calendar.Desk{Roster: roster, Extra: openingsOf(k.Extra), Off: closuresOf(k.Off)}
		}
		d.duty[p.ID] = r
	}
	return nil
}

// lacks lists what an office has not on record for an offer, where its service is received at a notified facility.
func (d *Directory) lacks(o Office, f catalogue.Offer) []string {
	if !d.services[f.Service].Facility {
		return nil
	}
	return o.Lacks(f)
}

// legRules is everything about a leg that does not depend on what is booked.
func (d *Directory) legRules(o Office, l inquiryLeg) calendar.Leg {
	duty := d.duty[l.Pool]
	_, suspended := d.Suspended(o.ID, l.Service, l.Pool)
	leg := calendar.Leg{
		Word: l.info.PublicName, WordEasy: l.info.PublicNames.Easy, WordEn: l.info.PublicNames.En, Length: l.length, Place: duty.place,
		Terms: d.terms[offerKey{o.ID, l.Service, l.Pool}], Suspended: suspended, FirstRefused: l.First && l.info.FirstVisit.Refused,
		Lead: l.info.Lead, Ahead: l.info.Ahead,
	}
	for _, k := range l.desks {
		leg.Desks = append(leg.Desks, duty.desks[k.ID])
	}
	return leg
}

func placeOf(closures []catalogue.Closure, yearEnd catalogue.YearEnd, holidays bool) calendar.Place {
	return calendar.Place{
		Closures: closuresOf(closures), OpenOnHolidays: holidays,
		YearEndFrom: calendar.MonthDay{Month: time.Month(yearEnd.From.Month), Day: yearEnd.From.Day},
		YearEndTo:   calendar.MonthDay{Month: time.Month(yearEnd.To.Month), Day: yearEnd.To.Day},
	}
}

func closuresOf(list []catalogue.Closure) []calendar.Closure {
	var closures []calendar.Closure
	for _, c := range list {
		closures = append(closures, calendar.Closure{From: c.From.Civil(), To: c.To.Civil(), Reason: c.Reason})
	}
	return closures
}

func openingsOf(list []catalogue.Opening) []calendar.Opening {
	var openings []calendar.Opening
	for _, o := range list {
		openings = append(openings, calendar.Opening{Date: o.Date.Civil(), From: int(o.From), To: int(o.To)})
	}
	return openings
}

func windowsOf(shifts []catalogue.Shift) ([]calendar.Window, error) {
	var list []calendar.Window
	for _, s := range shifts {
		w, err := windowOf(s.Days, s.Repeat, s.From, s.To)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	return list, nil
}

func windowOf(days catalogue.Days, repeat catalogue.Repeat, from, to catalogue.Clock) (calendar.Window, error) {
	w := calendar.Window{Days: days, From: int(from), To: int(to)}
	if repeat == (catalogue.Repeat{}) {
		return w, nil
	}
	rule, err := calendar.ParseRecurrence(repeat.Rule, repeat.Start.Civil())
	w.Rule = rule
	return w, err
}

package booking

import (
	"cmp"
	"slices"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// push is how one visit is to be pushed back. Its Legs are those after it.
type push struct {
	redisstore.Record
	by      []time.Duration // how much later each leg begins; 0 for those before the first that is late
	longer  time.Duration   // how much longer the running leg takes
	running int             // the leg that is running; -1 where none is
}

// planDelay plans how the visits of a desk's day give way when the desk runs late by so much at now. They are pushed only
// as far as needed, so that gaps between them take the delay up, and come latest first: in that order each finds the time
// it is to have already left by the one after it.
func planDelay(day []redisstore.Record, desk string, now time.Time, by time.Duration) []push {
	turns := turnsOf(day, desk, now)
	if len(turns) == 0 {
		return nil
	}
	// front is until when the desk is taken by the one before.
	var plans []push
	front := turns[0].claim.Start.Add(by)
	if turns[0].running {
		front = latest(turns[0].leg().End, now).Add(by)
		after := turns[0].claim.End.Sub(turns[0].leg().End)
		plans = append(plans, turns[0].extended(front))
		front, turns = front.Add(after), turns[1:]
	}
	for _, t := range turns {
		late := front.Sub(t.claim.Start)
		if late <= 0 {
			break
		}
		plans = append(plans, t.pushed(late))
		front = t.claim.End.Add(late)
	}
	slices.Reverse(plans)
	return plans
}

// turn is one leg at a desk that is not over.
type turn struct {
	redisstore.Record
	n       int
	claim   redisstore.Interval // the desk's time, buffers included
	running bool
}

func (t turn) leg() redisstore.Leg { return t.Legs[t.n] }

// turnsOf lists the legs at a desk that are running or still to come, by start. Of several legs of one visit at the same
// desk the first counts: the others follow it.
func turnsOf(day []redisstore.Record, desk string, now time.Time) []turn {
	var turns []turn
	for _, r := range day {
		if r.State != StateBooked && r.State != StateArrived {
			continue
		}
		for n, l := range r.Legs {
			if l.Desk != desk || !l.Done.IsZero() {
				continue
			}
			t := turn{Record: r, n: n, claim: r.DeskTime(n), running: !l.Started.IsZero()}
			if t.claim.End.IsZero() || !t.running && l.End.Before(now) {
				break // its time is given back, or it has passed without anybody coming
			}
			turns = append(turns, t)
			break
		}
	}
	slices.SortStableFunc(turns, func(a, b turn) int {
		if a.running != b.running {
			return cmp.Compare(flagOf(b.running), flagOf(a.running))
		}
		return a.claim.Start.Compare(b.claim.Start)
	})
	return turns
}

func flagOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// extended lets a running leg go on until end; the legs after it give way.
func (t turn) extended(end time.Time) push {
	p := push{Record: t.Record, by: make([]time.Duration, len(t.Legs)), longer: end.Sub(t.leg().End), running: t.n}
	p.Legs = slices.Clone(t.Legs)
	p.Legs[t.n].End = end
	p.follow(t.n)
	return p
}

// pushed lets a leg begin later by so much; the legs after it give way.
func (t turn) pushed(late time.Duration) push {
	p := push{Record: t.Record, by: make([]time.Duration, len(t.Legs)), running: -1}
	p.Legs = slices.Clone(t.Legs)
	p.by[t.n] = late
	p.Legs[t.n].Start, p.Legs[t.n].End = t.leg().Start.Add(late), t.leg().End.Add(late)
	p.follow(t.n)
	return p
}

// follow lets the legs after the nth begin no earlier than the one before them ends.
func (p *push) follow(n int) {
	end := p.Legs[n].End
	for i := n + 1; i < len(p.Legs); i++ {
		l := &p.Legs[i]
		if !l.Done.IsZero() {
			continue
		}
		if late := end.Sub(l.Start); late > 0 {
			p.by[i] = late
			l.Start, l.End = l.Start.Add(late), l.End.Add(late)
		}
		end = l.End
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// pushed gives what is to be claimed for a visit pushed back, or the rules that keep it from its new time. A visit that
// has not begun may change its booth, and a later leg its desk, for another one that is free; the desk that is late keeps
// its legs.
func (d *Directory) pushed(p push, date string) (redisstore.Relocation, []ReasonView) {
	was := p.BoothTime()
	begun := p.State == StateArrived
	first := slices.IndexFunc(p.by, func(by time.Duration) bool { return by > 0 })
	to := redisstore.Relocation{
		ID: p.ID, Version: p.Version, Office: p.Office, Start: p.Start, End: p.End, Resident: p.Resident, Date: date, OldDate: date, Keep: p.Legs,
	}
	to.Start = p.Legs[0].Start
	for _, l := range p.Legs {
		if !l.Freed {
			to.End = latest(to.End, l.End)
		}
	}
	to.Booth = redisstore.Claim{
		Candidates: []string{p.Booth}, Start: was.Start.Add(to.Start.Sub(p.Start)), End: was.End.Add(to.End.Sub(p.End)),
	}
	if !begun {
		to.Booth.Candidates = d.otherBooths(p.Record)
	}
	for n, l := range p.Legs {
		claim := redisstore.LegClaim{Service: l.Service, Pool: l.Pool, First: l.First, From: l.Start, To: l.End}
		held := p.DeskTime(n)
		claim.Lent = d.lends(l.Pool, p.Office)
		claim.Candidates, claim.Start, claim.End = []string{l.Desk}, held.Start.Add(p.by[n]), held.End.Add(p.by[n])
		if n == p.running {
			claim.End = claim.End.Add(p.longer)
		}
		if p.by[n] > 0 && (n > first || p.running >= 0) {
			claim.Candidates = d.otherDesks(p.Record, n, claim)
		}
		to.Legs = append(to.Legs, claim)
	}
	if p.running >= 0 {
		return to, nil // it goes on whatever the hours are
	}
	return to, d.shutThen(p, first)
}

// otherBooths are the booths that could take a visit: its own first.
func (d *Directory) otherBooths(r redisstore.Record) []string {
	list := []string{r.Booth}
	q, err := d.inquire(r.Office, "", legsAfter(r, nil))
	if err != nil {
		return list
	}
	for _, b := range q.booths() {
		if b.ID != r.Booth && q.equipped(b) && len(list) < redisstore.MaxCandidates {
			list = append(list, b.ID)
		}
	}
	return list
}

// otherDesks are the desks of the same pool that are on duty then: its own first.
func (d *Directory) otherDesks(r redisstore.Record, n int, at redisstore.LegClaim) []string {
	l := r.Legs[n]
	list := []string{l.Desk}
	q, err := d.inquire(r.Office, "", []LegRequest{{Service: l.Service, Pool: l.Pool}})
	if err != nil {
		return list
	}
	answer := q.question(nil, time.Time{}).Judge(at.From)
	if len(answer.Desks) == 0 {
		return list
	}
	for _, i := range answer.Desks[0] {
		if id := q.legs[0].desks[i].ID; id != l.Desk && len(list) < redisstore.MaxCandidates {
			list = append(list, id)
		}
	}
	return list
}

// shutThen gives the reasons of the calendar for which the legs of a visit from the first late one on cannot be given at
// their new time: closing, noon, duty. What is taken is for the ledgers to say.
func (d *Directory) shutThen(p push, first int) []ReasonView {
	var legs []LegRequest
	for _, l := range p.Legs[first:] {
		if l.Done.IsZero() {
			legs = append(legs, LegRequest{Service: l.Service, Pool: l.Pool, First: l.First})
		}
	}
	var reasons []ReasonView
	q, err := d.inquire(p.Office, "", legs)
	if err != nil {
		return nil // no longer offered like this; what is booked is still given
	}
	for _, r := range q.question(nil, time.Time{}).Judge(p.Legs[first].Start).Reasons {
		switch r.Code {
		case calendar.CodeOfficeClosed, calendar.CodeOfficeHoliday, calendar.CodeOfficeNoon, calendar.CodeOfficeHours, calendar.CodeDeskClosed,
			calendar.CodeDeskMorning, calendar.CodeDeskAfternoon, calendar.CodeDeskHours:
			reasons = append(reasons, ReasonView(r))
		}
	}
	return reasons
}

// lends reports whether a pool serves an office of another area.
func (d *Directory) lends(pool, office string) bool {
	p, _ := d.Pool(pool)
	o, _ := d.Office(office)
	return p.Area != o.Area
}

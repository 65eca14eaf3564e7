package calendar

import "time"

// Detail is one thing that keeps a visit from starting at some time, and which booth, leg or desk it concerns: indices
// of the question, -1 where it concerns none of them in particular.
type Detail struct {
	Reason
	Booth, Leg, Desk int
}

// Explain gives everything that keeps the visit from starting at start: where Judge sums up ("both booths are taken"),
// it names each booth and each desk with its own reason, and it goes on after the first. It is empty exactly where Judge
// says free.
func (q Question) Explain(start time.Time) []Detail {
	v := q.view(DateOf(start))
	visit := Interval{start, start.Add(q.Length())}
	var list []Detail
	add := func(booth, leg, desk int, reasons ...Reason) {
		for _, r := range reasons {
			list = append(list, Detail{r, booth, leg, desk})
		}
	}
	if start.Before(q.Now) {
		add(-1, -1, -1, past)
	}
	add(-1, -1, -1, q.moment(v, start)...)
	add(-1, -1, -1, q.officeReasons(v, visit)...)
	for i, at := range q.legs(start) {
		add(-1, i, -1, q.service(v, i, at)...)
		if len(q.freeDesks(v, i, at)) == 0 {
			q.explainDesks(v, i, at, add)
		}
	}
	if len(q.freeBooths(start)) == 0 {
		q.explainBooths(start, add)
	}
	if busy(q.Resident, visit) {
		add(-1, -1, -1, residentBusy)
	}
	return list
}

func (q Question) explainDesks(v view, i int, at Interval, add func(booth, leg, desk int, reasons ...Reason)) {
	l := q.Legs[i]
	if len(l.Desks) == 0 {
		add(-1, i, -1, l.words().deskClosed())
	}
	for n, d := range l.Desks {
		switch r, taken := l.taken(d, at, q.DeskHeld(i, at)); {
		case !onDutyThen(v, i, n, at):
			add(-1, i, n, l.offDuty([]Desk{d}, v.date, minuteOf(at.Start)))
		case taken:
			add(-1, i, n, r)
		}
	}
}

func (q Question) explainBooths(start time.Time, add func(booth, leg, desk int, reasons ...Reason)) {
	if len(q.Booths) == 0 {
		add(-1, -1, -1, noEquipment)
	}
	for n, b := range q.Booths {
		if !b.Equipped {
			add(n, -1, -1, lacks(b.Missing))
			continue
		}
		if r, taken := q.boothTaken(n, start); taken {
			add(n, -1, -1, r)
		}
	}
}

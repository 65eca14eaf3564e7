package calendar

import (
	"sort"
	"time"
)

// Question is everything that decides when a visit can start, at one moment.
type Question struct {
	Now      time.Time
	Until    Date // last day that can be booked
	Office   Place
	Hours    []Window
	Every    int // minutes between offered starts; divides the hour
	Fine     int // minutes between the starts tried where an offered one is taken; divides Every
	Booths   []Booth
	Cleaning time.Duration // the booth stays taken this long after the visit
	Legs     []Leg
	Resident []Interval // what the resident already has; nil where not known
}

// Booth is a booth that could take the visit.
type Booth struct {
	Equipped bool // it has what the legs need
	Cleaning time.Duration
	Busy     []Interval // cleaning included
}

// Leg is one part of a visit. Word is the neutral public word of the other side, for reasons: 医院.
type Leg struct {
	Word   string
	Length time.Duration
	Place  Place
	Desks  []Desk
}

// Desk is a desk that could serve a leg.
type Desk struct {
	Roster []Window
	Busy   []Interval
}

// Answer is what Judge says about one start. Where Reasons is empty the start is free, and Booths and Desks hold the
// indices of everything that could take it, in the order of the question.
type Answer struct {
	Start, End time.Time
	Legs       []Interval
	Booths     []int
	Desks      [][]int
	Reasons    []Reason
}

// Free reports whether the visit can start then.
func (a Answer) Free() bool { return len(a.Reasons) == 0 }

// Length is how long the visit takes, cleaning not included.
func (q Question) Length() time.Duration {
	var sum time.Duration
	for _, l := range q.Legs {
		sum += l.Length
	}
	return sum
}

// BoothHeld is how long booth b is taken by a visit from start, cleaning included.
func (q Question) BoothHeld(b int, start time.Time) Interval {
	return Interval{start, start.Add(q.Length() + max(q.Cleaning, q.Booths[b].Cleaning))}
}

// Judge answers whether the visit can start at start, and with what, or gives every reason why not.
func (q Question) Judge(start time.Time) Answer {
	a := Answer{Start: start, End: start.Add(q.Length())}
	t := start
	for _, l := range q.Legs {
		a.Legs = append(a.Legs, Interval{t, t.Add(l.Length)})
		t = t.Add(l.Length)
	}
	if start.Before(q.Now) {
		a.Reasons = []Reason{past}
		return a
	}
	a.Reasons = q.moment(start)
	a.Reasons = append(a.Reasons, q.office(Interval{a.Start, a.End})...)
	for i := range q.Legs {
		free, why := q.desks(i, a.Legs[i])
		a.Desks = append(a.Desks, free)
		a.Reasons = append(a.Reasons, why...)
	}
	free, why := q.booths(start)
	a.Booths = free
	a.Reasons = append(a.Reasons, why...)
	if busy(q.Resident, Interval{a.Start, a.End}) {
		a.Reasons = append(a.Reasons, residentBusy)
	}
	return a
}

// Day judges every start on date d that is worth showing: each one on the grid, and after each refused one the first
// finer start before the next that is free, so that a gap left by an odd length is not lost.
func (q Question) Day(d Date) []Answer {
	var list []Answer
	for minute := 0; minute < 24*60; minute += q.Every {
		a := q.Judge(d.At(minute))
		if !q.worthShowing(a) {
			continue
		}
		list = append(list, a)
		if a.Free() {
			continue
		}
		for fine := minute + q.Fine; fine < minute+q.Every; fine += q.Fine {
			if b := q.Judge(d.At(fine)); b.Free() {
				list = append(list, b)
				break
			}
		}
	}
	return list
}

// worthShowing leaves out the night: starts outside the span from first opening to last closing of their day.
func (q Question) worthShowing(a Answer) bool {
	d := DateOf(a.Start)
	minute := minuteOf(a.Start)
	for _, w := range q.Hours {
		if w.Days[d.Weekday()] && minute+q.Every > w.From && minute < w.To {
			return true
		}
	}
	return false
}

// moment says what is wrong with the start itself.
func (q Question) moment(start time.Time) []Reason {
	var why []Reason
	if minuteOf(start)%q.Fine != 0 || start.Second() != 0 || start.Nanosecond() != 0 {
		why = append(why, offGrid)
	}
	d := DateOf(start)
	if q.Until.Before(d) || (!q.Office.OpenOnHolidays && LastPublished().Before(d)) {
		why = append(why, tooFar)
	}
	return why
}

func (q Question) office(visit Interval) []Reason {
	if q.Office.covers(q.Hours, visit) {
		return nil
	}
	d := DateOf(visit.Start)
	if why, shut := q.Office.shut(d); shut || !onAnyDay(q.Hours, d) {
		return []Reason{officeClosed(why)}
	}
	if atNoon(q.Hours, visit) {
		return []Reason{officeNoon}
	}
	return []Reason{officeHours}
}

// desks gives the desks that are on duty and free for leg i, or why there is none.
func (q Question) desks(i int, at Interval) (free []int, why []Reason) {
	l := q.Legs[i]
	onDuty := false
	for n, d := range l.Desks {
		if !l.Place.covers(d.Roster, at) {
			continue
		}
		onDuty = true
		if !busy(d.Busy, at) {
			free = append(free, n)
		}
	}
	switch {
	case len(free) > 0:
		return free, nil
	case onDuty:
		return nil, []Reason{desksBusy(l.Word)}
	default:
		return nil, []Reason{l.offDuty(at)}
	}
}

// offDuty says how long the other side is away: the day, half of it, or just then.
func (l Leg) offDuty(at Interval) Reason {
	d := DateOf(at.Start)
	if _, shut := l.Place.shut(d); shut {
		return deskClosed(l.Word)
	}
	var morning, afternoon bool
	for _, desk := range l.Desks {
		for _, w := range desk.Roster {
			if w.Days[d.Weekday()] {
				morning = morning || w.From < noon
				afternoon = afternoon || w.To > noon
			}
		}
	}
	switch {
	case !morning && !afternoon:
		return deskClosed(l.Word)
	case !afternoon && minuteOf(at.Start) >= noon:
		return deskAfternoonOff(l.Word)
	case !morning && minuteOf(at.Start) < noon:
		return deskMorningOff(l.Word)
	default:
		return deskHours(l.Word)
	}
}

// noon divides morning from afternoon in reasons, in minutes.
const noon = 12 * 60

func (q Question) booths(start time.Time) (free []int, why []Reason) {
	equipped := 0
	for n, b := range q.Booths {
		if !b.Equipped {
			continue
		}
		equipped++
		if !busy(b.Busy, q.BoothHeld(n, start)) {
			free = append(free, n)
		}
	}
	switch {
	case len(free) > 0:
		return free, nil
	case equipped == 0:
		return nil, []Reason{noEquipment}
	default:
		return nil, []Reason{boothsBusy(equipped)}
	}
}

func onAnyDay(windows []Window, d Date) bool {
	for _, w := range windows {
		if w.Days[d.Weekday()] {
			return true
		}
	}
	return false
}

// busy reports whether any of list overlaps i. list is sorted by start and its intervals do not overlap, as the ledgers
// keep them, so only the last one that starts before i ends can.
func busy(list []Interval, i Interval) bool {
	n := sort.Search(len(list), func(k int) bool { return !list[k].Start.Before(i.End) })
	return n > 0 && list[n-1].End.After(i.Start)
}

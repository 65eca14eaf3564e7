package calendar

import (
	"slices"
	"time"
)

// Window is a recurring window of opening or of duty, in minutes of the civil day. The part from NoonFrom to NoonTo is
// closed; the two are equal where nothing is.
type Window struct {
	Days             [7]bool     // by time.Weekday
	Rule             *Recurrence // the days it is for instead of Days, where not nil
	From, To         int
	NoonFrom, NoonTo int
}

// on reports whether the window is for date d.
func (w Window) on(d Date) bool {
	if w.Rule != nil {
		return w.Rule.On(d)
	}
	return w.Days[d.Weekday()]
}

// Opening is one day on which a place is open or a desk served besides its windows, whatever the day is; only a closure
// wins over it. Minutes of the civil day.
type Opening struct {
	Date     Date
	From, To int
}

// Closure is a run of days, both included, on which a place is closed. Reason is a short text, possibly empty.
type Closure struct {
	From, To Date
	Reason   string
}

func (c Closure) on(d Date) bool { return !d.Before(c.From) && !c.To.Before(d) }

// MonthDay is a day of every year.
type MonthDay struct {
	Month time.Month
	Day   int
}

// Place is when an office or an organisation can be open at all, its weekly windows aside.
type Place struct {
	Closures       []Closure
	YearEndFrom    MonthDay // 年末年始; both zero where the place stays open
	YearEndTo      MonthDay
	OpenOnHolidays bool
}

// Interval is a stretch of time, its end excluded.
type Interval struct {
	Start, End time.Time
}

// Overlaps reports whether the two share a moment.
func (i Interval) Overlaps(j Interval) bool {
	return i.Start.Before(j.End) && j.Start.Before(i.End)
}

// shutFor lists why the place is closed on d as a whole: a closure, 年末年始, a holiday, or several of them.
func (p Place) shutFor(d Date) []Reason {
	var why []Reason
	for _, c := range p.Closures {
		if c.on(d) {
			why = append(why, officeClosed(c.Reason, c.Reason, ""))
		}
	}
	if p.inYearEnd(d) {
		why = append(why, officeClosed("年末年始", "年末年始", "year-end holidays"))
	}
	if name, holiday := Holiday(d); holiday && !p.OpenOnHolidays {
		why = append(why, officeHoliday(name, Provisional(d)))
	}
	return why
}

// closed reports whether a closure covers d: nothing opens the place then.
func (p Place) closed(d Date) bool {
	return slices.ContainsFunc(p.Closures, func(c Closure) bool { return c.on(d) })
}

// rests reports whether 年末年始 or a holiday keeps the place from its weekly windows on d.
func (p Place) rests(d Date) bool {
	if p.inYearEnd(d) {
		return true
	}
	if p.OpenOnHolidays {
		return false
	}
	_, holiday := Holiday(d)
	return holiday
}

// inYearEnd handles the closure that runs over New Year as well as one that does not.
func (p Place) inYearEnd(d Date) bool {
	if p.YearEndFrom.Month == 0 {
		return false
	}
	day := int(d.Month)*100 + d.Day
	from := int(p.YearEndFrom.Month)*100 + p.YearEndFrom.Day
	to := int(p.YearEndTo.Month)*100 + p.YearEndTo.Day
	if from <= to {
		return day >= from && day <= to
	}
	return day >= from || day <= to
}

// span is a stretch of open time, counted from the midnight a day's view begins with.
type span struct{ from, to time.Duration }

// viewDays is how many days a view covers from its midnight on: the longest visit that begins on the first ends within
// the second.
const viewDays = 2

// spans gives when something is open on d and the day after, in order and without touching each other: its windows where
// the place does not rest, and its extra openings, both only where no closure covers the day.
func (p Place) spans(windows []Window, extra []Opening, off []Closure, d Date) []span {
	var list []span
	for day := range viewDays {
		date, base := d.Add(day), time.Duration(day)*24*time.Hour
		if p.closed(date) || slices.ContainsFunc(off, func(c Closure) bool { return c.on(date) }) {
			continue
		}
		add := func(from, to int) {
			if from < to {
				list = append(list, span{base + time.Duration(from)*time.Minute, base + time.Duration(to)*time.Minute})
			}
		}
		for _, e := range extra {
			if e.Date == date {
				add(e.From, e.To)
			}
		}
		if p.rests(date) {
			continue
		}
		for _, w := range windows {
			if !w.on(date) {
				continue
			}
			if w.NoonFrom == w.NoonTo {
				add(w.From, w.To)
				continue
			}
			add(w.From, w.NoonFrom)
			add(w.NoonTo, w.To)
		}
	}
	return merged(list)
}

// merged sorts spans and joins those that touch.
func merged(list []span) []span {
	if len(list) < 2 {
		return list
	}
	slices.SortFunc(list, func(a, b span) int { return int(a.from - b.from) })
	out := list[:1]
	for _, s := range list[1:] {
		last := &out[len(out)-1]
		if s.from > last.to {
			out = append(out, s)
			continue
		}
		last.to = max(last.to, s.to)
	}
	return out
}

// within reports whether one span covers [from, to) whole.
func within(list []span, from, to time.Duration) bool {
	for _, s := range list {
		if s.from <= from && to <= s.to {
			return true
		}
	}
	return false
}

// atNoon reports whether i touches the noon closing of a window of its first day.
func atNoon(windows []Window, i Interval) bool {
	d := DateOf(i.Start)
	for _, w := range windows {
		if w.on(d) && w.NoonFrom < w.NoonTo && i.Overlaps(Interval{d.At(w.NoonFrom), d.At(w.NoonTo)}) {
			return true
		}
	}
	return false
}

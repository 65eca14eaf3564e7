package calendar

import "time"

// Window is a weekly window of opening or of duty, in minutes of the civil day. The part from NoonFrom to NoonTo is
// closed; the two are equal where nothing is.
type Window struct {
	Days             [7]bool // by time.Weekday
	From, To         int
	NoonFrom, NoonTo int
}

// Closure is a run of days, both included, on which a place is closed. Reason is a short text, possibly empty.
type Closure struct {
	From, To Date
	Reason   string
}

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

// shut reports whether the place is closed on d as a whole, and why in a few words where there is more to say.
func (p Place) shut(d Date) (why string, closed bool) {
	for _, c := range p.Closures {
		if !d.Before(c.From) && !c.To.Before(d) {
			return c.Reason, true
		}
	}
	if p.YearEndFrom.Month != 0 && p.inYearEnd(d) {
		return "年末年始", true
	}
	if p.OpenOnHolidays {
		return "", false
	}
	return Holiday(d)
}

// inYearEnd handles the closure that runs over New Year as well as one that does not.
func (p Place) inYearEnd(d Date) bool {
	day := int(d.Month)*100 + d.Day
	from := int(p.YearEndFrom.Month)*100 + p.YearEndFrom.Day
	to := int(p.YearEndTo.Month)*100 + p.YearEndTo.Day
	if from <= to {
		return day >= from && day <= to
	}
	return day >= from || day <= to
}

// covers reports whether windows, on days the place is not shut, cover the whole of i without a gap.
func (p Place) covers(windows []Window, i Interval) bool {
	for t := i.Start; t.Before(i.End); {
		end, open := p.openUntil(windows, t)
		if !open {
			return false
		}
		t = end
	}
	return true
}

// openUntil gives the end of the longest window that is open at t.
func (p Place) openUntil(windows []Window, t time.Time) (time.Time, bool) {
	d, minute := DateOf(t), minuteOf(t)
	if _, shut := p.shut(d); shut {
		return t, false
	}
	last := -1
	for _, w := range windows {
		if !w.Days[d.Weekday()] || minute < w.From || minute >= w.To {
			continue
		}
		switch {
		case w.NoonFrom == w.NoonTo || minute >= w.NoonTo:
			last = max(last, w.To)
		case minute < w.NoonFrom:
			last = max(last, w.NoonFrom)
		}
	}
	if last < 0 {
		return t, false
	}
	return d.At(last), true
}

// atNoon reports whether i touches the noon closing of a window of its first day.
func atNoon(windows []Window, i Interval) bool {
	d := DateOf(i.Start)
	for _, w := range windows {
		if w.Days[d.Weekday()] && w.NoonFrom < w.NoonTo && i.Overlaps(Interval{d.At(w.NoonFrom), d.At(w.NoonTo)}) {
			return true
		}
	}
	return false
}

package calendar

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/jp"
	"pgregory.net/rapid"
)

// The reference answers a Question by painting a year minute by minute and looking at every minute of a visit. It shares
// no code with Judge: slow, and easy to believe. Holidays come from the published list or, after it, from the rules of
// rickar/cal; recurrence rules from plain counting.

// year paints minutes from midnight of its first day on.
type year struct {
	first Date
	days  int
}

func (y year) minutes() int { return (y.days + 3) * 1440 } // visits run into the days after

func (y year) of(t time.Time) int { return int(t.Sub(y.first.At(0)) / time.Minute) }

var law = func() *cal.BusinessCalendar {
	c := cal.NewBusinessCalendar()
	c.AddHoliday(jp.Holidays...)
	return c
}()

func slowHoliday(d Date) bool {
	if d.Year <= holidayLastYear {
		return slices.ContainsFunc(holidayTable[d.Year], func(h holiday) bool { return h.month == d.Month && h.day == d.Day })
	}
	actual, observed, _ := law.IsHoliday(d.At(0))
	return actual || observed
}

func slowClosed(list []Closure, d Date) bool {
	for _, c := range list {
		for day := c.From; !c.To.Before(day); day = day.Add(1) {
			if day == d {
				return true
			}
		}
	}
	return false
}

// slowRests walks from the day 年末年始 begins to the day it ends, last year's and this year's.
func slowRests(p Place, d Date) bool {
	if p.YearEndFrom.Month != 0 {
		for back := range 2 {
			day := Date{d.Year - back, p.YearEndFrom.Month, p.YearEndFrom.Day}
			for {
				if day == d {
					return true
				}
				if day.Month == p.YearEndTo.Month && day.Day == p.YearEndTo.Day {
					break
				}
				day = day.Add(1)
			}
		}
	}
	return !p.OpenOnHolidays && slowHoliday(d)
}

// paint marks the minutes in which something is open.
func (y year) paint(p Place, windows []Window, rules map[*Recurrence]rule, extra []Opening, off []Closure) []bool {
	open := make([]bool, y.minutes())
	for n := range y.days + 3 {
		d := y.first.Add(n)
		if slowClosed(p.Closures, d) || slowClosed(off, d) {
			continue
		}
		var today []Window
		for _, w := range windows {
			on := w.Days[d.Weekday()]
			if w.Rule != nil {
				on = rules[w.Rule].on(d)
			}
			if on && !slowRests(p, d) {
				today = append(today, w)
			}
		}
		for _, e := range extra {
			if e.Date == d {
				today = append(today, Window{From: e.From, To: e.To})
			}
		}
		for _, w := range today {
			for minute := w.From; minute < w.To; minute++ {
				if atNoon := minute >= w.NoonFrom && minute < w.NoonTo; !atNoon {
					open[n*1440+minute] = true
				}
			}
		}
	}
	return open
}

func (y year) busy(list []Interval) []bool {
	taken := make([]bool, y.minutes())
	for _, i := range list {
		for t := i.Start; t.Before(i.End); t = t.Add(time.Minute) {
			if m := y.of(t); m >= 0 && m < len(taken) {
				taken[m] = true
			}
		}
	}
	return taken
}

// painted is a question as paint.
type painted struct {
	year
	q      Question
	office []bool
	booths [][]bool   // taken
	duty   [][][]bool // leg, desk
	desks  [][][]bool // taken
	given  [][][]bool // leg, term: the service's own windows; nil where it has none
	who    []bool
}

func paintQuestion(y year, q Question, rules map[*Recurrence]rule) painted {
	p := painted{year: y, q: q, office: y.paint(q.Office, q.Hours, rules, q.Extra, nil), who: y.busy(q.Resident)}
	for _, b := range q.Booths {
		p.booths = append(p.booths, y.busy(b.Busy))
	}
	for _, l := range q.Legs {
		var duty, taken [][]bool
		for _, d := range l.Desks {
			duty, taken = append(duty, y.paint(l.Place, d.Roster, rules, d.Extra, d.Off)), append(taken, y.busy(d.Busy))
		}
		p.duty, p.desks = append(p.duty, duty), append(p.desks, taken)
		windows := make([][]bool, len(l.Terms))
		for n, t := range l.Terms {
			if t.Windows != nil {
				windows[n] = y.paint(Place{OpenOnHolidays: true}, t.Windows, rules, nil, nil)
			}
		}
		p.given = append(p.given, windows)
	}
	return p
}

// all reports whether every minute from a to b is as wanted; minutes before the year are free and never open.
func all(list []bool, from, to int, want bool) bool {
	for m := from; m < to; m++ {
		if m < 0 || m >= len(list) {
			if want {
				return false
			}
			continue
		}
		if list[m] != want {
			return false
		}
	}
	return true
}

func (p painted) free(start time.Time) (booths []int, desks [][]int, ok bool) {
	q, s := p.q, p.of(start)
	length := 0
	ok = !start.Before(q.Now) && start.Minute()%q.Fine == 0 && !q.Until.Before(DateOf(start))
	for i, l := range q.Legs {
		from := s + length
		to := from + int(l.Length/time.Minute)
		length = to - s
		var free []int
		for n := range l.Desks {
			if all(p.duty[i][n], from, to, true) && all(p.desks[i][n], from-int(l.Before/time.Minute), to+int(l.After/time.Minute), false) {
				free = append(free, n)
			}
		}
		desks = append(desks, free)
		begins := start.Add(time.Duration(from-s) * time.Minute)
		given := len(l.Terms) == 0
		for n, t := range l.Terms {
			if key := DateOf(begins).String(); t.From.String() <= key && (t.Until == Date{} || key <= t.Until.String()) {
				given = !t.Unprepared && (t.Windows == nil || all(p.given[i][n], from, to, true))
			}
		}
		ok = ok && len(free) > 0 && !l.Suspended && !l.FirstRefused && given &&
			begins.Sub(q.Now) >= time.Duration(l.Lead)*time.Minute && (l.Ahead == 0 || !DateOf(q.Now).Add(l.Ahead).Before(DateOf(begins)))
	}
	for n, b := range q.Booths {
		if b.Equipped && all(p.booths[n], s, s+length+int(max(b.Cleaning, q.Cleaning)/time.Minute), false) {
			booths = append(booths, n)
		}
	}
	return booths, desks, ok && len(booths) > 0 && all(p.office, s, s+length, true) && all(p.who, s, s+length, false)
}

// rule is a recurrence as plain counting understands it.
type rule struct {
	kind  string // daily, weekly, weekday-of-month, day-of-month
	every int
	days  [7]bool
	nth   int // 1…4, -1: which weekday of the month, or which day
	day   time.Weekday
	start Date
	until Date // zero: none
}

func (r rule) text() string {
	names := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	var parts []string
	switch r.kind {
	case "daily":
		parts = []string{"FREQ=DAILY", fmt.Sprintf("INTERVAL=%d", r.every)}
	case "weekly":
		var days []string
		for n, on := range r.days {
			if on {
				days = append(days, names[n])
			}
		}
		parts = []string{"FREQ=WEEKLY", fmt.Sprintf("INTERVAL=%d", r.every), "BYDAY=" + strings.Join(days, ",")}
	case "weekday-of-month":
		parts = []string{"FREQ=MONTHLY", fmt.Sprintf("BYDAY=%d%s", r.nth, names[r.day])}
	default:
		parts = []string{"FREQ=MONTHLY", fmt.Sprintf("BYMONTHDAY=%d", r.nth)}
	}
	if r.until != (Date{}) {
		parts = append(parts, "UNTIL="+strings.ReplaceAll(r.until.String(), "-", ""))
	}
	return strings.Join(parts, ";")
}

func (r rule) on(d Date) bool {
	if d.Before(r.start) || (r.until != (Date{}) && r.until.Before(d)) {
		return false
	}
	passed := int(d.At(0).Sub(r.start.At(0)).Hours()) / 24
	last := Date{d.Year, d.Month + 1, 1}.Add(-1).Day
	switch r.kind {
	case "daily":
		return passed%r.every == 0
	case "weekly":
		sinceMonday := (int(r.start.Weekday()) + 6) % 7 // weeks begin on Monday
		return r.days[d.Weekday()] && (passed+sinceMonday)/7%r.every == 0
	case "weekday-of-month":
		if r.nth < 0 {
			return d.Weekday() == r.day && d.Day+7 > last
		}
		return d.Weekday() == r.day && (d.Day-1)/7 == r.nth-1
	default:
		return d.Day == r.nth || (r.nth < 0 && d.Day == last+1+r.nth)
	}
}

func drawRule(t *rapid.T, near Date) rule {
	r := rule{
		kind:  rapid.SampledFrom([]string{"daily", "weekly", "weekday-of-month", "day-of-month"}).Draw(t, "kind"),
		every: rapid.IntRange(1, 4).Draw(t, "every"), day: time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")),
		start: near.Add(rapid.IntRange(-400, 100).Draw(t, "rule start")),
	}
	for n := range r.days {
		r.days[n] = rapid.Bool().Draw(t, "on")
	}
	r.days[r.day] = true
	r.nth = rapid.SampledFrom([]int{1, 2, 3, 4, -1}).Draw(t, "nth")
	if r.kind == "day-of-month" {
		r.nth = rapid.SampledFrom([]int{1, 5, 15, 28, -1, -3}).Draw(t, "day of month")
	}
	if rapid.Bool().Draw(t, "ends") {
		r.until = r.start.Add(rapid.IntRange(40, 900).Draw(t, "rule length"))
	}
	return r
}

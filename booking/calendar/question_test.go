package calendar

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// brute answers a Question minute by minute, sharing no code with Judge: slow, and easy to believe.
type brute struct{ Question }

func (b brute) closed(p Place, d Date) bool {
	for _, c := range p.Closures {
		for day := c.From; !c.To.Before(day); day = day.Add(1) {
			if day == d {
				return true
			}
		}
	}
	if p.YearEndFrom.Month != 0 {
		for day := (Date{d.Year - 1, p.YearEndFrom.Month, p.YearEndFrom.Day}); day.Year <= d.Year; day = day.Add(1) {
			if day == d {
				return true
			}
			if day.Month == p.YearEndTo.Month && day.Day == p.YearEndTo.Day {
				day = Date{day.Year, p.YearEndFrom.Month, p.YearEndFrom.Day}.Add(-1)
			}
		}
	}
	for _, h := range holidayTable[d.Year] {
		if !p.OpenOnHolidays && h.month == d.Month && h.day == d.Day {
			return true
		}
	}
	return false
}

func (b brute) open(p Place, windows []Window, t time.Time) bool {
	t = t.In(Tokyo)
	minute := t.Hour()*60 + t.Minute()
	if b.closed(p, DateOf(t)) {
		return false
	}
	return slices.ContainsFunc(windows, func(w Window) bool {
		atNoon := minute >= w.NoonFrom && minute < w.NoonTo
		return w.Days[t.Weekday()] && minute >= w.From && minute < w.To && !atNoon
	})
}

// through reports whether ok holds for every minute of [from, to).
func through(from, to time.Time, ok func(time.Time) bool) bool {
	for t := from; t.Before(to); t = t.Add(time.Minute) {
		if !ok(t) {
			return false
		}
	}
	return true
}

func clear(busy []Interval) func(time.Time) bool {
	return func(t time.Time) bool {
		return !slices.ContainsFunc(busy, func(i Interval) bool { return !t.Before(i.Start) && t.Before(i.End) })
	}
}

type verdict struct {
	past, moment, office, booth, resident bool
	legs                                  []bool // this leg has nobody
	booths                                []int
	desks                                 [][]int
}

func (b brute) judge(start time.Time) verdict {
	var v verdict
	if start.Before(b.Now) {
		return verdict{past: true}
	}
	end := start
	for _, l := range b.Legs {
		from, to := end, end.Add(l.Length)
		var free []int
		for n, d := range l.Desks {
			if through(from, to, func(t time.Time) bool { return b.open(l.Place, d.Roster, t) }) && through(from, to, clear(d.Busy)) {
				free = append(free, n)
			}
		}
		v.desks, v.legs = append(v.desks, free), append(v.legs, free == nil)
		end = to
	}
	for n, booth := range b.Booths {
		if booth.Equipped && through(start, end.Add(max(booth.Cleaning, b.Cleaning)), clear(booth.Busy)) {
			v.booths = append(v.booths, n)
		}
	}
	day := DateOf(start)
	v.moment = start.Minute()%b.Fine != 0 || b.Until.Before(day) || (day.Year > holidayLastYear && !b.Office.OpenOnHolidays)
	v.office = !through(start, end, func(t time.Time) bool { return b.open(b.Office, b.Hours, t) })
	v.booth = v.booths == nil
	v.resident = !through(start, end, clear(b.Resident))
	return v
}

// seen reads an Answer as a verdict.
func seen(a Answer, legs int) verdict {
	v := verdict{booths: a.Booths, desks: a.Desks}
	for range legs {
		v.legs = append(v.legs, false)
	}
	for _, r := range a.Reasons {
		switch {
		case r.Code == CodePast:
			return verdict{past: true}
		case r.Code == CodeOffGrid || r.Code == CodeTooFar:
			v.moment = true
		case strings.HasPrefix(r.Code, "office-"):
			v.office = true
		case r.Code == CodeBoothsBusy || r.Code == CodeNoEquipment:
			v.booth = true
		case r.Code == CodeResidentBusy:
			v.resident = true
		default:
			for n := range v.legs {
				v.legs[n] = v.legs[n] || a.Desks[n] == nil
			}
		}
	}
	return v
}

var wednesday = Date{2026, time.December, 2}

func drawWindows(t *rapid.T, label string) []Window {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Window {
		w := Window{From: rapid.IntRange(0, 100).Draw(t, "from") * 10}
		w.To = w.From + rapid.IntRange(1, (1440-w.From)/10).Draw(t, "length")*10
		for d := range w.Days {
			w.Days[d] = rapid.IntRange(0, 4).Draw(t, "day") > 0
		}
		if rapid.Bool().Draw(t, "noon") && w.To-w.From > 30 {
			w.NoonFrom = w.From + rapid.IntRange(1, (w.To-w.From-20)/10).Draw(t, "noonFrom")*10
			w.NoonTo = w.NoonFrom + rapid.IntRange(1, (w.To-w.NoonFrom)/10).Draw(t, "noonTo")*10
		}
		return w
	}), 1, 3).Draw(t, label)
}

func drawPlace(t *rapid.T, label string) Place {
	p := Place{OpenOnHolidays: rapid.Bool().Draw(t, label+" holidays")}
	if rapid.Bool().Draw(t, label+" closes") {
		from := wednesday.Add(rapid.IntRange(-3, 3).Draw(t, label+" closure"))
		p.Closures = []Closure{{From: from, To: from.Add(rapid.IntRange(0, 2).Draw(t, label+" closure length")), Reason: "点検"}}
	}
	if rapid.Bool().Draw(t, label+" year end") {
		p.YearEndFrom, p.YearEndTo = MonthDay{12, 29}, MonthDay{1, 3}
	}
	return p
}

// drawBusy gives intervals that do not overlap, around day d, as ledgers hold them.
func drawBusy(t *rapid.T, d Date, label string) []Interval {
	var list []Interval
	at := d.At(-120)
	for range rapid.IntRange(0, 12).Draw(t, label+" count") {
		at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, label+" gap")) * 5 * time.Minute)
		end := at.Add(time.Duration(rapid.IntRange(1, 18).Draw(t, label+" length")) * 5 * time.Minute)
		list = append(list, Interval{at, end})
		at = end
	}
	return list
}

func drawQuestion(t *rapid.T) (Question, Date) {
	d := rapid.SampledFrom([]Date{
		wednesday, wednesday.Add(1), {2026, time.November, 23}, {2026, time.December, 31}, {2027, time.January, 1}, {2027, time.December, 31},
		{2028, time.January, 4}, {2026, time.September, 22},
	}).Draw(t, "day")
	q := Question{
		Now: d.At(rapid.IntRange(-100, 1500).Draw(t, "now")), Until: d.Add(rapid.IntRange(-1, 3).Draw(t, "until")),
		Office: drawPlace(t, "office"), Hours: drawWindows(t, "hours"),
		Cleaning: time.Duration(rapid.IntRange(0, 15).Draw(t, "cleaning")) * time.Minute,
		Resident: drawBusy(t, d, "resident"),
	}
	q.Every = rapid.SampledFrom([]int{5, 10, 15, 30, 60}).Draw(t, "every")
	q.Fine = rapid.SampledFrom([]int{5, 10, 15, 30, 60}).Filter(func(n int) bool { return q.Every%n == 0 }).Draw(t, "fine")
	for range rapid.IntRange(1, 3).Draw(t, "booths") {
		q.Booths = append(q.Booths, Booth{
			Equipped: rapid.IntRange(0, 4).Draw(t, "equipped") > 0, Busy: drawBusy(t, d, "booth"),
			Cleaning: time.Duration(rapid.IntRange(0, 15).Draw(t, "booth cleaning")) * time.Minute,
		})
	}
	for range rapid.IntRange(1, 3).Draw(t, "legs") {
		l := Leg{Word: "医院", Length: time.Duration(rapid.IntRange(1, 8).Draw(t, "minutes")) * 5 * time.Minute, Place: drawPlace(t, "pool")}
		for range rapid.IntRange(1, 3).Draw(t, "desks") {
			l.Desks = append(l.Desks, Desk{Roster: drawWindows(t, "roster"), Busy: drawBusy(t, d, "desk")})
		}
		q.Legs = append(q.Legs, l)
	}
	return q, d
}

func TestJudgeAgreesWithCountingMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, d := drawQuestion(t)
		start := d.At(rapid.IntRange(0, 1439).Draw(t, "start"))
		if rapid.Bool().Draw(t, "on grid") {
			start = d.At(rapid.IntRange(0, 1439/q.Fine).Draw(t, "grid start") * q.Fine)
		}
		got, want := seen(q.Judge(start), len(q.Legs)), brute{q}.judge(start)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("at %v\n got %+v\nwant %+v", start, got, want)
		}
	})
}

func TestADayOffersWhatMinuteCountingWouldAndEachStartOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, d := drawQuestion(t)
		answers := q.Day(d)
		free := map[time.Time]bool{}
		for n, a := range answers {
			if n > 0 && !answers[n-1].Start.Before(a.Start) {
				t.Fatalf("%v comes after %v", a.Start, answers[n-1].Start)
			}
			free[a.Start] = a.Free()
		}
		for minute := 0; minute < 1440; minute += q.Every {
			v := brute{q}.judge(d.At(minute))
			possible := !v.past && !v.moment && !v.office && !v.booth && !v.resident && !slices.Contains(v.legs, true)
			if possible != free[d.At(minute)] {
				t.Fatalf("%v: possible %v, offered %v", d.At(minute), possible, free[d.At(minute)])
			}
		}
	})
}

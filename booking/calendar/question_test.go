package calendar

import (
	"flag"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var wednesday = Date{2026, time.December, 2}

// drawn is a question together with what the reference needs to know of its rules.
type drawn struct {
	Question
	day   Date
	rules map[*Recurrence]rule
}

func (c *drawn) windows(t *rapid.T, label string) []Window {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Window {
		w := Window{From: rapid.IntRange(0, 100).Draw(t, "from") * 10}
		w.To = w.From + rapid.IntRange(1, (1440-w.From)/10).Draw(t, "length")*10
		for d := range w.Days {
			w.Days[d] = rapid.IntRange(0, 4).Draw(t, "day") > 0
		}
		if rapid.IntRange(0, 3).Draw(t, "by rule") == 0 {
			r := drawRule(t, c.day)
			parsed, err := ParseRecurrence(r.text(), r.start)
			if err != nil {
				t.Fatalf("%s from %s: %v", r.text(), r.start, err)
			}
			w.Rule, c.rules[parsed] = parsed, r
		}
		if rapid.Bool().Draw(t, "noon") && w.To-w.From > 30 {
			w.NoonFrom = w.From + rapid.IntRange(1, (w.To-w.From-20)/10).Draw(t, "noonFrom")*10
			w.NoonTo = w.NoonFrom + rapid.IntRange(1, (w.To-w.NoonFrom)/10).Draw(t, "noonTo")*10
		}
		return w
	}), 1, 3).Draw(t, label)
}

func (c *drawn) place(t *rapid.T, label string) Place {
	p := Place{OpenOnHolidays: rapid.Bool().Draw(t, label+" holidays")}
	p.Closures = c.off(t, label)
	if rapid.Bool().Draw(t, label+" year end") {
		p.YearEndFrom, p.YearEndTo = MonthDay{12, 29}, MonthDay{1, 3}
	}
	return p
}

func (c *drawn) off(t *rapid.T, label string) []Closure {
	if rapid.Bool().Draw(t, label+" never closes") {
		return nil
	}
	from := c.day.Add(rapid.IntRange(-3, 30).Draw(t, label+" closure"))
	return []Closure{{From: from, To: from.Add(rapid.IntRange(0, 2).Draw(t, label+" closure length")), Reason: "点検"}}
}

func (c *drawn) extra(t *rapid.T, label string) []Opening {
	if rapid.Bool().Draw(t, label+" no extra day") {
		return nil
	}
	from := rapid.IntRange(0, 100).Draw(t, label+" extra from") * 10
	return []Opening{{c.day.Add(rapid.IntRange(-2, 20).Draw(t, label+" extra day")), from, from + rapid.IntRange(10, 440).Draw(t, label+" extra length")}}
}

// busy gives intervals that do not overlap, around the day, as ledgers hold them.
func (c *drawn) busy(t *rapid.T, label string) []Interval {
	var list []Interval
	at := c.day.At(-120)
	for range rapid.IntRange(0, 12).Draw(t, label+" count") {
		at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, label+" gap")) * 5 * time.Minute)
		end := at.Add(time.Duration(rapid.IntRange(1, 18).Draw(t, label+" length")) * 5 * time.Minute)
		list = append(list, Interval{at, end})
		at = end
	}
	return list
}

// some gives a part of list, as blocks are a part of what is busy.
func some(t *rapid.T, list []Interval, label string) []Interval {
	var part []Interval
	for _, i := range list {
		if rapid.IntRange(0, 3).Draw(t, label) == 0 {
			part = append(part, i)
		}
	}
	return part
}

func (c *drawn) leg(t *rapid.T) Leg {
	minutes := func(label string, most int) time.Duration {
		return time.Duration(rapid.IntRange(0, most).Draw(t, label)) * 5 * time.Minute
	}
	l := Leg{
		Word: "医院", Length: 5*time.Minute + minutes("minutes", 7), Before: minutes("before", 2), After: minutes("after", 2),
		Place: c.place(t, "pool"), Lead: rapid.SampledFrom([]int{0, 0, 60, 1440}).Draw(t, "lead"), Ahead: rapid.SampledFrom([]int{0, 0, 1, 30}).Draw(t, "ahead"),
		Suspended: rapid.IntRange(0, 9).Draw(t, "suspended") == 0, FirstRefused: rapid.IntRange(0, 9).Draw(t, "first visit") == 0,
	}
	for from := c.day.Add(-20); rapid.IntRange(0, 2).Draw(t, "another term") == 0; {
		term := Term{From: from.Add(rapid.IntRange(0, 30).Draw(t, "term from"))}
		term.Unprepared = rapid.IntRange(0, 9).Draw(t, "unprepared") == 0
		if rapid.Bool().Draw(t, "has windows") {
			term.Windows = c.windows(t, "service windows")
		}
		if rapid.Bool().Draw(t, "no end") {
			l.Terms = append(l.Terms, term)
			break
		}
		term.Until = term.From.Add(rapid.IntRange(0, 60).Draw(t, "term length"))
		l.Terms, from = append(l.Terms, term), term.Until.Add(1)
	}
	for range rapid.IntRange(1, 3).Draw(t, "desks") {
		d := Desk{Roster: c.windows(t, "roster"), Busy: c.busy(t, "desk"), Extra: c.extra(t, "desk"), Off: c.off(t, "desk")}
		d.Blocks = some(t, d.Busy, "desk block")
		l.Desks = append(l.Desks, d)
	}
	return l
}

func drawQuestion(t *rapid.T) drawn {
	c := drawn{rules: map[*Recurrence]rule{}}
	c.day = rapid.SampledFrom([]Date{
		wednesday, wednesday.Add(1), {2026, time.November, 23}, {2026, time.December, 31}, {2027, time.January, 1}, {2027, time.December, 31},
		{2028, time.January, 4}, {2026, time.September, 22}, {2028, time.May, 3},
	}).Draw(t, "day")
	c.Question = Question{
		Now: c.day.At(rapid.IntRange(-100, 1500).Draw(t, "now")), Until: c.day.Add(rapid.IntRange(-1, 3).Draw(t, "until")),
		Office: c.place(t, "office"), Hours: c.windows(t, "hours"), Extra: c.extra(t, "office"),
		Cleaning: time.Duration(rapid.IntRange(0, 15).Draw(t, "cleaning")) * time.Minute,
		Resident: c.busy(t, "resident"),
	}
	c.Every = rapid.SampledFrom([]int{5, 10, 15, 30, 60}).Draw(t, "every")
	c.Fine = rapid.SampledFrom([]int{5, 10, 15, 30, 60}).Filter(func(n int) bool { return c.Every%n == 0 }).Draw(t, "fine")
	for range rapid.IntRange(1, 3).Draw(t, "booths") {
		b := Booth{
			Equipped: rapid.IntRange(0, 4).Draw(t, "equipped") > 0, Busy: c.busy(t, "booth"),
			Cleaning: time.Duration(rapid.IntRange(0, 15).Draw(t, "booth cleaning")) * time.Minute,
		}
		b.Blocks = some(t, b.Busy, "booth block")
		c.Booths = append(c.Booths, b)
	}
	for range rapid.IntRange(1, 3).Draw(t, "legs") {
		c.Legs = append(c.Legs, c.leg(t))
	}
	return c
}

func TestJudgeAgreesWithCountingMinutes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawQuestion(t)
		slow := paintQuestion(year{c.day.Add(-1), 2}, c.Question, c.rules)
		for range 20 {
			start := c.day.At(rapid.IntRange(0, 1439).Draw(t, "start"))
			if rapid.Bool().Draw(t, "on grid") {
				start = c.day.At(rapid.IntRange(0, 1439/c.Fine).Draw(t, "grid start") * c.Fine)
			}
			got := c.Judge(start)
			booths, desks, free := slow.free(start)
			if got.Free() != free {
				t.Fatalf("%v: free %v %v, by counting %v", start, got.Free(), got.Reasons, free)
			}
			if !start.Before(c.Now) && (!reflect.DeepEqual(got.Booths, booths) || !reflect.DeepEqual(got.Desks, desks)) {
				t.Fatalf("%v: booths %v desks %v, by counting %v %v", start, got.Booths, got.Desks, booths, desks)
			}
		}
	})
}

// A year of what would be offered, with everything that can change it: compared start by start.
func TestAYearOfSlotsEqualsTheReference(t *testing.T) {
	fewer(t, 5)
	const days = 365
	offered, tried, years := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		c := drawQuestion(t)
		c.Until, c.Now = c.day.Add(days), c.day.At(rapid.IntRange(0, 1440).Draw(t, "now in the year"))
		for i := range c.Legs {
			c.Legs[i].Suspended, c.Legs[i].FirstRefused = false, false
			c.Legs[i].Ahead = rapid.SampledFrom([]int{0, 200}).Draw(t, "ahead in the year")
		}
		slow := paintQuestion(year{c.day.Add(-1), days + 1}, c.Question, c.rules)
		years++
		for n := range days {
			d := c.day.Add(n)
			shown := map[time.Time]bool{}
			last := time.Time{}
			free := c.Free(d)
			for _, a := range c.Day(d) {
				if a.Free() {
					if len(free) == 0 || !reflect.DeepEqual(free[0], a) {
						t.Fatalf("the day lists %v as free, and of those that are free first %v", a, free)
					}
					free = free[1:]
				}
				if !last.Before(a.Start) {
					t.Fatalf("%v comes after %v", a.Start, last)
				}
				last, shown[a.Start] = a.Start, a.Free()
			}
			if len(free) > 0 {
				t.Fatalf("the day does not list %v", free)
			}
			for minute := 0; minute < 1440; minute += c.Every {
				tried++
				_, _, free := slow.free(d.At(minute))
				if free {
					offered++
				} else if want, ok := finer(c.Question, slow, d, minute, shown); ok != shown[want] {
					t.Fatalf("%v: %v stands in for it by counting %v, offered %v", d.At(minute), want, ok, shown[want])
				}
				if free != shown[d.At(minute)] {
					t.Fatalf("%v: by counting %v, offered %v: %v", d.At(minute), free, shown[d.At(minute)], c.Judge(d.At(minute)).Reasons)
				}
			}
		}
	})
	t.Logf("%d years, %d starts, %d of them free", years, tried, offered)
	if offered == 0 {
		t.Error("nothing was ever offered")
	}
}

// fewer lets a test whose cases are long run one in n of the usual number of them.
func fewer(t *testing.T, n int) {
	t.Helper()
	set := flag.Lookup("rapid.checks")
	usual := set.Value.String()
	checks, err := strconv.Atoi(usual)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Value.Set(strconv.Itoa(max(1, checks/n))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := set.Value.Set(usual); err != nil {
			t.Error(err)
		}
	})
}

// finer is the first finer start after a refused one, where the refused one is shown at all.
func finer(q Question, slow painted, d Date, minute int, shown map[time.Time]bool) (time.Time, bool) {
	if _, listed := shown[d.At(minute)]; !listed {
		return time.Time{}, false
	}
	for fine := minute + q.Fine; fine < minute+q.Every; fine += q.Fine {
		if _, _, free := slow.free(d.At(fine)); free {
			return d.At(fine), true
		}
	}
	return time.Time{}, false
}

// Explain and Judge cannot disagree: what one calls free the other has nothing against, and whatever Judge sums up,
// Explain has in detail.
func TestEveryReasonIsExplained(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawQuestion(t)
		start := c.day.At(rapid.IntRange(0, 1439).Draw(t, "start"))
		answer, details := c.Judge(start), c.Explain(start)
		if answer.Free() != (len(details) == 0) {
			t.Fatalf("%v: judged %v, explained %+v", start, answer.Reasons, details)
		}
		for _, r := range answer.Reasons {
			covered := slices.ContainsFunc(details, func(d Detail) bool { return d.Code == r.Code || sums(r.Code, d.Code) })
			if !covered {
				t.Fatalf("%v: %s is not among %+v", start, r.Code, details)
			}
		}
		for _, d := range details {
			if d.Text == "" || d.Easy == "" || d.En == "" {
				t.Fatalf("%+v does not say it in three languages", d)
			}
		}
	})
}

// sums reports whether a summary stands for several details of other kinds.
func sums(summary, detail string) bool {
	stands := map[string][]string{
		CodeBoothsBusy: {CodeBoothCleaning, CodeBoothBlocked, CodeNoEquipment}, CodeDesksBusy: {CodeDeskBuffer, CodeDeskBlocked},
		CodeDeskHours: {CodeDeskClosed, CodeDeskMorning, CodeDeskAfternoon}, CodeDeskClosed: {CodeDeskHours},
		CodeDeskMorning: {CodeDeskClosed, CodeDeskHours}, CodeDeskAfternoon: {CodeDeskClosed, CodeDeskHours},
	}
	return slices.Contains(stands[summary], detail)
}

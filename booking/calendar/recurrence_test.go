package calendar

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestARuleNamesTheDaysThatCountingNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRule(t, wednesday)
		parsed, err := ParseRecurrence(r.text(), r.start)
		if err != nil {
			t.Fatalf("%s from %s: %v", r.text(), r.start, err)
		}
		for n := range 3 * 365 {
			if d := r.start.Add(n - 30); parsed.On(d) != r.on(d) {
				t.Fatalf("%s from %s on %s: %v, by counting %v", r.text(), r.start, d, parsed.On(d), r.on(d))
			}
		}
	})
}

func TestRulesThatAreNoneAreRefusedInWords(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "no part of a rule",
		"FREQ":                                "no part of a rule",
		"BYDAY=MO":                            "has no FREQ",
		"FREQ=HOURLY":                         "write YEARLY",
		"FREQ=DAILY;FREQ=DAILY":               "stands twice",
		"FREQ=DAILY;BYHOUR=9":                 "cannot stand in a rule of days",
		"FREQ=DAILY;DTSTART=20260101":         "cannot stand in a rule of days",
		"FREQ=DAILY;UNTIL=20260101T0000":      "write a day",
		"FREQ=DAILY;UNTIL=20200101":           "comes before the start",
		"FREQ=DAILY;INTERVAL=9999":            "from 1 to 400",
		"FREQ=DAILY;COUNT=-1":                 "above 0",
		"FREQ=WEEKLY;BYDAY=XX":                "no recurrence rule",
		"FREQ=WEEKLY;BYDAY=2MO":               "numbered weekday",
		"FREQ=MONTHLY;BYDAY=8FR":              "at most 5",
		"FREQ=YEARLY;BYMONTH=2;BYDAY=-6MO":    "at most 5",
		"FREQ=YEARLY;BYDAY=54FR":              "at most 53",
		"FREQ=MONTHLY;BYMONTHDAY=99":          "no recurrence rule",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30": "names no day",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30":  "names no day",
		"FREQ=DAILY;BYMONTHDAY=" + strings.Repeat("1,", 70) + "1":   "at most 62",
		"FREQ=YEARLY;BYMONTHDAY=" + strings.Repeat("1,", 150) + "1": "longer than",
	} {
		began := time.Now()
		_, err := ParseRecurrence(text, wednesday)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q gives %v, want something about %q", text, err, want)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%q took %v", text, took)
		}
	}
}

func TestAHolidayIsFollowedByItsRuleAndAnExtraDayWins(t *testing.T) {
	third, err := ParseRecurrence("FREQ=MONTHLY;BYDAY=3WE", wednesday)
	if err != nil {
		t.Fatal(err)
	}
	q := visit()
	q.Until = Date{2027, time.December, 31}
	q.Legs = q.Legs[1:]
	q.Legs[0].Desks[0] = Desk{Roster: []Window{{Rule: third, From: nine, To: twelve}}}
	for day, free := range map[Date]int{
		{2026, time.December, 16}: 6, {2026, time.December, 9}: 0, {2027, time.January, 20}: 6, {2026, time.November, 18}: 0,
	} {
		if got, _ := ForDay(q.Day(day)); got != free {
			t.Errorf("%s has %d starts, want %d", day, got, free)
		}
	}
	newYear := Date{2026, time.December, 31}
	q.Extra = []Opening{{newYear, nine, twelve}}
	if got, _ := ForDay(q.Day(newYear)); got != 0 {
		t.Errorf("the office opens on New Year's Eve and the pharmacy does not, yet %d starts are free", got)
	}
	q.Legs[0].Desks[0].Extra = []Opening{{newYear, nine, twelve}}
	if got, _ := ForDay(q.Day(newYear)); got != 6 {
		t.Errorf("both open on New Year's Eve, %d starts are free", got)
	}
	q.Office.Closures = []Closure{{newYear, newYear, "設備点検"}}
	if got, why := ForDay(q.Day(newYear)); got != 0 || why.Text != "局は 休み（設備点検）" {
		t.Errorf("a closure wins over an extra day, yet %d starts are free (%s)", got, why.Text)
	}
}

// Whatever rule somebody types, reading it ends soon, does not panic, and gives days from its start on or an error.
func FuzzParseRecurrence(f *testing.F) {
	for _, text := range []string{
		"FREQ=MONTHLY;BYDAY=3WE", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=SU", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "FREQ=DAILY;COUNT=10",
		"FREQ=YEARLY;BYYEARDAY=-1,100", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20271231", "RRULE:FREQ=DAILY",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYDAY=8FR", "FREQ=YEARLY;BYDAY=53FR", "FREQ=YEARLY;BYMONTH=2;BYDAY=-6MO",
	} {
		f.Add(text, 2026, 12, 2)
	}
	f.Fuzz(func(t *testing.T, text string, year, month, day int) {
		start := DateOf(Date{1990 + (year%100+100)%100, time.Month(1 + (month%12+12)%12), 1 + (day%28+28)%28}.At(0))
		began := time.Now()
		r, err := ParseRecurrence(text, start)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("reading %q took %v", text, took)
		}
		if err != nil {
			return
		}
		if len(r.days) == 0 || r.days[0] < start.number() || len(r.days) > (ruleYears+1)*366 {
			t.Fatalf("%q from %s has %d days from %d on", text, start, len(r.days), r.days[0])
		}
		if back, err := r.MarshalText(); err != nil || !strings.HasSuffix(string(back), text) {
			t.Fatalf("%q is told as %q, %v", text, back, err)
		}
	})
}

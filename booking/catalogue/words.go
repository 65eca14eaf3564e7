package catalogue

import (
	"fmt"
	"strings"
	"time"

	"madoguchi/booking/calendar"
)

// Clock is a time of day in minutes since midnight; 1440 is the end of the day.
type Clock int

// ParseClock reads "09:00" up to "24:00".
func ParseClock(s string) (Clock, error) {
	if len(s) != 5 || s[2] != ':' || !digits(s[:2]) || !digits(s[3:]) {
		return 0, fmt.Errorf("%q is no time of day: write it like 09:00", s)
	}
	c := Clock(number(s[:2])*60 + number(s[3:]))
	if number(s[3:]) > 59 || c > 24*60 {
		return 0, fmt.Errorf("%q is no time of day: it goes from 00:00 to 24:00", s)
	}
	return c, nil
}

// String gives the form ParseClock reads.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// Date is a civil date.
type Date struct {
	Year, Month, Day int
}

// ParseDate reads "2026-11-25".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is no date: write it like 2026-11-25", s)
	}
	return Date{t.Year(), int(t.Month()), t.Day()}, nil
}

// String gives the form ParseDate reads.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool { return d.String() < e.String() }

// Civil gives the date as package calendar has it.
func (d Date) Civil() calendar.Date {
	return calendar.Date{Year: d.Year, Month: time.Month(d.Month), Day: d.Day}
}

// MonthDay is a day of every year.
type MonthDay struct {
	Month, Day int
}

// ParseMonthDay reads "12-31". The 29th of February is refused, since not every year has it.
func ParseMonthDay(s string) (MonthDay, error) {
	t, err := time.Parse("01-02", s)
	if err != nil || (t.Month() == time.February && t.Day() == 29) {
		return MonthDay{}, fmt.Errorf("%q is no day of the year: write it like 12-31", s)
	}
	return MonthDay{int(t.Month()), t.Day()}, nil
}

// String gives the form ParseMonthDay reads.
func (m MonthDay) String() string { return fmt.Sprintf("%02d-%02d", m.Month, m.Day) }

// Days is a set of weekdays, indexed by time.Weekday.
type Days [7]bool

var dayWords = [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}

// ParseDays reads weekdays and runs of them: "Mon-Fri", "Tue,Thu", "Fri-Mon".
func ParseDays(s string) (Days, error) {
	var set Days
	for _, part := range strings.Split(s, ",") {
		first, last, run := strings.Cut(strings.TrimSpace(part), "-")
		from, ok := weekday(first)
		if !ok {
			return Days{}, unknownDay(first)
		}
		to := from
		if run {
			if to, ok = weekday(last); !ok {
				return Days{}, unknownDay(last)
			}
		}
		for d := from; ; d = (d + 1) % 7 {
			set[d] = true
			if d == to {
				break
			}
		}
	}
	return set, nil
}

// String names the set in its shortest form, the week beginning on Monday: "Mon-Fri", "Tue,Thu".
func (d Days) String() string {
	var parts []string
	for i := 0; i < 7; i++ {
		if !d[(i+1)%7] {
			continue
		}
		last := i
		for last+1 < 7 && d[(last+2)%7] {
			last++
		}
		switch word := dayWords[(i+1)%7]; {
		case last == i:
			parts = append(parts, word)
		case last == i+1:
			parts = append(parts, word, dayWords[(last+1)%7])
		default:
			parts = append(parts, word+"-"+dayWords[(last+1)%7])
		}
		i = last
	}
	return strings.Join(parts, ",")
}

func weekday(word string) (int, bool) {
	for i, w := range dayWords {
		if w == word {
			return i, true
		}
	}
	return 0, false
}

func unknownDay(word string) error {
	return fmt.Errorf("%q is no weekday: write Mon, Tue, Wed, Thu, Fri, Sat or Sun, runs as Mon-Fri", word)
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// number reads decimal digits that have been checked.
func number(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

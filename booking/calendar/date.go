package calendar

import (
	"fmt"
	"time"
)

// Tokyo is Japan Standard Time. Japan has kept UTC+9 without summer time since 1952, so no time zone database is needed
// on the machine; a test compares it with one.
var Tokyo = time.FixedZone("JST", 9*60*60)

// Date is a civil date in Tokyo.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf gives the date in Tokyo at t.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Tokyo).Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-11-25".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is no date like 2026-11-25", s)
	}
	return Date{t.Year(), t.Month(), t.Day()}, nil
}

// String gives "2026-11-25".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// At is the moment minute minutes after the date's midnight; 1440 is the next midnight.
func (d Date) At(minute int) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, Tokyo)
}

// Add gives the date n days later, or earlier where n is negative.
func (d Date) Add(n int) Date { return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, Tokyo)) }

// Weekday of the date.
func (d Date) Weekday() time.Weekday { return d.At(0).Weekday() }

// Before reports whether d comes before e.
func (d Date) Before(e Date) bool { return d.key() < e.key() }

// key orders dates and indexes the holiday table: 20261125.
func (d Date) key() int { return d.Year*10000 + int(d.Month)*100 + d.Day }

func minuteOf(t time.Time) int {
	h, m, _ := t.In(Tokyo).Clock()
	return h*60 + m
}

// number counts days from 1970-01-01.
func (d Date) number() int {
	return dayNumber(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

// dayNumber counts days from 1970-01-01 to the day of t, a moment in UTC.
func dayNumber(t time.Time) int {
	n := t.Unix() / 86400
	if t.Unix() < 0 && t.Unix()%86400 != 0 {
		n--
	}
	return int(n)
}

package calendar

import "time"

//go:generate go run ./holidaygen -out holidays_table.go

type holiday struct {
	month time.Month
	day   int
	name  string
}

// Holiday gives the name of the national holiday on d: from the Cabinet Office's list up to LastPublished, after that by
// the rules of the law as they stand, which Provisional tells.
func Holiday(d Date) (string, bool) {
	table := holidayTable
	if Provisional(d) {
		table = expected
	}
	for _, h := range table[d.Year] {
		if h.month == d.Month && h.day == d.Day {
			return h.name, true
		}
	}
	return "", false
}

// LastPublished is the last day for which the list of national holidays is known: the end of its last year, since the
// Cabinet Office publishes whole years (国民の祝日に関する法律, each February for the year after).
func LastPublished() Date { return Date{holidayLastYear, time.December, 31} }

// Provisional reports whether nobody can know yet if d is a national holiday: the equinoxes are announced each February
// for the year after, and the law may change until then.
func Provisional(d Date) bool { return d.Year > holidayLastYear }

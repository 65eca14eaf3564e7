package calendar

import "time"

//go:generate go run ./holidaygen -out holidays_table.go

type holiday struct {
	month time.Month
	day   int
	name  string
}

// Holiday gives the name of the national holiday on d, if the Cabinet Office's list has one then. For days after
// LastPublished the answer is no, and means that nobody knows.
func Holiday(d Date) (string, bool) {
	for _, h := range holidayTable[d.Year] {
		if h.month == d.Month && h.day == d.Day {
			return h.name, true
		}
	}
	return "", false
}

// LastPublished is the last day for which the list of national holidays is known: the end of its last year, since the
// Cabinet Office publishes whole years (国民の祝日に関する法律, each February for the year after).
func LastPublished() Date { return Date{holidayLastYear, time.December, 31} }

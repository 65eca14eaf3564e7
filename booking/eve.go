package booking

import (
	"time"

	"madoguchi/booking/calendar"
)

// Eve is a time of the day on one of the days before a visit, at which its resident is reminded: 17:00 the day before. Days
// are those of the calendar in Tokyo, whether or not the office opens on them: the reminder is for whoever stays at home.
type Eve struct {
	Days   int // before the day of the visit: 1 or more
	Minute int // of the day, 0 to 1439
}

// before gives the moment for a visit that starts then.
func (e Eve) before(start time.Time) time.Time {
	return calendar.DateOf(start).Add(-e.Days).At(e.Minute)
}

func remindOn(list []Eve) func(time.Time) []time.Time {
	return func(start time.Time) []time.Time {
		times := make([]time.Time, len(list))
		for i, e := range list {
			times[i] = e.before(start)
		}
		return times
	}
}

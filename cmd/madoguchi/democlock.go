package main

import (
	"time"

	"madoguchi/booking/calendar"
)

// demoClock is the machine's clock, put forward by less than a day.
type demoClock struct{ ahead time.Duration }

func (c demoClock) now() time.Time { return time.Now().Add(c.ahead) }

// clock is the machine's, or one that begins at the time of day asked for, the next after now. It only ever goes forward,
// so that browsers, whose own clocks stay behind it, do not take what they are given for expired.
func (d *demoCommand) clock(now time.Time) (demoClock, error) {
	if d.BeginsAt == "" {
		return demoClock{}, nil
	}
	at, err := time.Parse("15:04", d.BeginsAt)
	if err != nil {
		at, err = time.Parse(time.TimeOnly, d.BeginsAt)
	}
	if err != nil {
		return demoClock{}, wrong("begins-at", "%q is no time of day; want HH:MM or HH:MM:SS, for example 10:00", d.BeginsAt)
	}
	if d.Redis != "" {
		return demoClock{}, wrong("begins-at", "the clock of a Redis of yours cannot be put forward; leave out redis")
	}
	today := calendar.DateOf(now)
	clock := time.Duration(at.Second()) * time.Second
	begin := today.At(at.Hour()*60 + at.Minute()).Add(clock)
	if begin.Before(now) {
		begin = today.Add(1).At(at.Hour()*60 + at.Minute()).Add(clock)
	}
	return demoClock{begin.Sub(now)}, nil
}

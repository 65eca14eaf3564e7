package calendar

import "time"

// ShutsNext gives when a place that is open at t shuts next, and whether that is its noon closing. It gives false where
// the place is not open at t.
func (p Place) ShutsNext(windows []Window, t time.Time) (at time.Time, noon, open bool) {
	for end := t; ; {
		next, more := p.openUntil(windows, end)
		if !more {
			d, minute := DateOf(end.Add(-time.Minute)), minuteOf(end)
			for _, w := range windows {
				noon = noon || w.Days[d.Weekday()] && w.NoonFrom < w.NoonTo && minute == w.NoonFrom
			}
			return end, noon, end.After(t)
		}
		if end = next; end.Sub(t) > 24*time.Hour {
			return end, false, true // open round the clock
		}
	}
}

package calendar

import "time"

// ShutsNext gives when a place that is open at t shuts next, and whether that is its noon closing. It gives false where
// the place is not open at t.
func (p Place) ShutsNext(windows []Window, extra []Opening, t time.Time) (at time.Time, noon, open bool) {
	d := DateOf(t)
	midnight := d.At(0)
	since := t.Sub(midnight)
	for _, s := range p.spans(windows, extra, nil, d) {
		if since < s.from || since >= s.to {
			continue
		}
		at = midnight.Add(s.to)
		day, minute := DateOf(at.Add(-time.Minute)), minuteOf(at)
		for _, w := range windows {
			noon = noon || w.on(day) && w.NoonFrom < w.NoonTo && minute == w.NoonFrom
		}
		return at, noon, true // open round the clock, it is two days from now
	}
	return t, false, false
}

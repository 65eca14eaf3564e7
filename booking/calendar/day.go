package calendar

import "time"

// Day judges every start on date d that is worth showing: each one on the grid, and after each refused one the first
// finer start before the next that is free, so that a gap left by an odd length is not lost.
func (q Question) Day(d Date) []Answer {
	var list []Answer
	q.each(d, func(v view, minute int) {
		a := q.judge(v, v.at(minute))
		list = append(list, a)
		if a.Free() {
			return
		}
		for fine := minute + q.Fine; fine < minute+q.Every; fine += q.Fine {
			if b, ok := q.accepts(v, v.at(fine)); ok {
				list = append(list, b)
				return
			}
		}
	})
	return list
}

// each calls do for every start on the grid of d that is worth showing.
func (q Question) each(d Date, do func(v view, minute int)) {
	shown := q.shown(d)
	v := view{}
	for minute := 0; minute < 24*60; minute += q.Every {
		if !shown(minute) {
			continue
		}
		if v.midnight.IsZero() {
			v = q.view(d)
		}
		do(v, minute)
	}
}

func (v view) at(minute int) time.Time { return v.midnight.Add(time.Duration(minute) * time.Minute) }

// shown leaves out the night: it reports which starts lie within the span from first opening to last closing of d,
// whether or not the office is closed that day.
func (q Question) shown(d Date) func(minute int) bool {
	type bounds struct{ from, to int }
	var open []bounds
	for _, w := range q.Hours {
		if w.on(d) {
			open = append(open, bounds{w.From, w.To})
		}
	}
	for _, e := range q.Extra {
		if e.Date == d {
			open = append(open, bounds{e.From, e.To})
		}
	}
	return func(minute int) bool {
		for _, b := range open {
			if minute+q.Every > b.from && minute < b.to {
				return true
			}
		}
		return false
	}
}

// Free lists the starts of date d that Day lists as free.
func (q Question) Free(d Date) []Answer {
	var list []Answer
	q.each(d, func(v view, minute int) {
		for fine := minute; fine < minute+q.Every; fine += q.Fine {
			if a, ok := q.accepts(v, v.at(fine)); ok {
				list = append(list, a)
				return
			}
		}
	})
	return list
}

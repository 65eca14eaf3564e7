package quality

import (
	"math"
	"time"
)

// Level is a rating in a word.
type Level int

// Levels, from not known to best. By G.107 Annex B some users are dissatisfied below a rating of 80 and nearly all below
// 60; the borders are in between, those upwards a little higher than those downwards.
const (
	Unknown Level = iota // nothing has been seen yet
	Lost                 // nothing comes any more
	Poor                 // talking takes an effort: people should be told why
	Fair                 // one notices it
	Good
)

// String implements fmt.Stringer.
func (l Level) String() string {
	switch l {
	case Lost:
		return "lost"
	case Poor:
		return "poor"
	case Fair:
		return "fair"
	case Good:
		return "good"
	default:
		return "unknown"
	}
}

// Where levels change: down below one rating, up only above a higher one. With sound alone they stand for losses of about
// 6 and 3, and of 10 and 7 per cent.
const (
	goodDown, goodUp = 74, 82
	fairDown, fairUp = 65, 72
	// How many ratings in a row have to say so. Worse is told sooner: people notice it anyway and want to know why.
	worseAfter, betterAfter = 2, 3
	memory                  = 2 * time.Second // time constant by which what has been counted is forgotten
)

// Meter follows one direction of one line. The zero value is ready.
type Meter struct {
	level   Level
	rating  float64
	doubts  int // ratings in a row that found another level
	waiting Sample
	waited  time.Duration
	lately  Sample // what was counted, fading
	summary Summary
}

// Add takes in what happened since the last call and tells the level, and whether that is news. Samples with too few
// packets are added up until there is something to judge.
func (m *Meter) Add(s Sample, took time.Duration) (Level, bool) {
	before := m.level
	if s.Silent {
		m.rate(0, took)
		*m = Meter{level: Lost, summary: m.summary}
		return m.level, before != Lost
	}
	m.waiting, m.waited = together(m.waiting, s), m.waited+took
	if m.waiting.packets() < leastPackets {
		return m.level, false
	}
	m.lately = together(faded(m.lately, math.Exp(-float64(m.waited)/float64(memory))), m.waiting)
	m.rate(Rating(m.lately), m.waited)
	m.waiting, m.waited = Sample{}, 0
	m.level = m.next()
	return m.level, m.level != before
}

// Level is the present level.
func (m *Meter) Level() Level { return m.level }

// Rating is the present rating; 0 before anything has been seen.
func (m *Meter) Rating() float64 { return m.rating }

// Summary sums up everything since the beginning.
func (m *Meter) Summary() Summary { return m.summary }

func (m *Meter) rate(rating float64, took time.Duration) {
	m.rating = rating
	m.summary.add(rating, took)
}

// next is the level after the present rating.
func (m *Meter) next() Level {
	found := m.found()
	if m.level == Lost || m.level == Unknown && found == Good {
		m.doubts = 0
		return found
	}
	if found == m.level {
		m.doubts = 0
		return m.level
	}
	m.doubts++
	needed := betterAfter
	if found < m.level || m.level == Unknown {
		needed = worseAfter
	}
	if m.doubts < needed {
		return m.level
	}
	m.doubts = 0
	return found
}

// found is the level the present rating speaks for; which border counts depends on the side one comes from.
func (m *Meter) found() Level {
	good, fair := float64(goodUp), float64(fairUp)
	if m.level == Good || m.level == Unknown || m.level == Lost {
		good, fair = goodDown, fairDown
	}
	if m.level == Fair {
		fair = fairDown
	}
	switch {
	case m.rating >= good:
		return Good
	case m.rating >= fair:
		return Fair
	default:
		return Poor
	}
}

// faded is what remains of a sample when only a share of it counts any more.
func faded(s Sample, share float64) Sample {
	fade := func(f Flow) Flow {
		f.Expected *= share
		f.Missing *= share
		f.Gone *= share
		f.Breaks *= share
		f.Jitter = time.Duration(float64(f.Jitter) * share)
		return f
	}
	s.Sound, s.Pictures = fade(s.Sound), fade(s.Pictures)
	s.RoundTrip = time.Duration(float64(s.RoundTrip) * share)
	return s
}

// together adds two intervals up; of what is no count, the latter's worst is kept.
func together(a, b Sample) Sample {
	add := func(a, b Flow) Flow {
		b.Expected += a.Expected
		b.Missing += a.Missing
		b.Gone += a.Gone
		b.Breaks += a.Breaks
		b.Jitter = max(a.Jitter, b.Jitter)
		return b
	}
	return Sample{Sound: add(a.Sound, b.Sound), Pictures: add(a.Pictures, b.Pictures), RoundTrip: max(a.RoundTrip, b.RoundTrip)}
}

// Summary is what remains to be reported of a line. The zero value is that of a line never seen.
type Summary struct {
	Seen  time.Duration // how long it was judged
	Weak  time.Duration // of this, below the border to Poor
	Worst float64       // rating
	area  float64       // rating × seconds
}

func (s *Summary) add(rating float64, took time.Duration) {
	if s.Seen == 0 || rating < s.Worst {
		s.Worst = rating
	}
	s.Seen += took
	s.area += rating * took.Seconds()
	if rating < fairDown {
		s.Weak += took
	}
}

// Mean is the mean rating; 0 if nothing was seen.
func (s Summary) Mean() float64 {
	if s.Seen <= 0 {
		return 0
	}
	return s.area / s.Seen.Seconds()
}

// With adds another summary, of the same line by another connection.
func (s Summary) With(o Summary) Summary {
	if o.Seen == 0 {
		return s
	}
	if s.Seen == 0 || o.Worst < s.Worst {
		s.Worst = o.Worst
	}
	s.Seen, s.Weak, s.area = s.Seen+o.Seen, s.Weak+o.Weak, s.area+o.area
	return s
}

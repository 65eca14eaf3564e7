package line

import "time"

// Settings are what one way of a line does to packets. The zero value is a perfect line.
type Settings struct {
	Delay    time.Duration // every packet's journey
	Jitter   time.Duration // the most that is added to it by chance
	Loss     float64       // share of packets lost by chance, 0 … 1
	Rate     float64       // bits a second that pass the narrowest place; 0: no limit
	Queue    time.Duration // how long a packet may stand before the narrowest place; 0: 200 ms
	Overtake bool          // jitter may change the order of packets
	Cut      bool          // nothing passes
}

// defaultQueue is what cheap routers keep, about.
const defaultQueue = 200 * time.Millisecond

// Line is one way of a line with packets on it. The zero value is an empty one. It is not safe for concurrent use.
type Line struct {
	free time.Duration // when the narrowest place is free again
	last time.Duration // when the latest packet arrives
}

// Fate is what becomes of a packet.
type Fate int

// Fates.
const (
	Arrives  Fate = iota
	Lost          // by chance
	Overflow      // the queue was full
	CutOff        // the line is cut
)

// Chance gives random numbers x, 0 ≤ x < 1.
type Chance func() float64

// Take puts a packet of so many bytes on the line at a moment, and returns what becomes of it and when it arrives.
func (l *Line) Take(s Settings, now time.Duration, size int, chance Chance) (Fate, time.Duration) {
	if s.Cut {
		return CutOff, 0
	}
	through := now
	if s.Rate > 0 {
		queue := s.Queue
		if queue == 0 {
			queue = defaultQueue
		}
		start := max(l.free, now)
		if start-now > queue {
			return Overflow, 0
		}
		through = start + time.Duration(float64(size*8)/s.Rate*float64(time.Second))
		l.free = through
	}
	if s.Loss > 0 && chance() < s.Loss {
		return Lost, 0
	}
	arrives := through + s.Delay
	if s.Jitter > 0 {
		arrives += time.Duration(chance() * float64(s.Jitter))
	}
	if !s.Overtake {
		arrives = max(arrives, l.last)
		l.last = arrives
	}
	return Arrives, arrives
}

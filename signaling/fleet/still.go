package fleet

import (
	"sync"
	"time"
)

// still is how long something that ought to change has not changed, in time during which we were awake and looked. A
// count by the clock alone would hold our own sleep, a processor we did not get or a registry slow to answer against
// others.
type still struct {
	seen uint64
	time time.Duration
}

// looked takes in what was seen, so long after the look before.
func (s *still) looked(now uint64, after time.Duration) {
	if now != s.seen {
		s.seen, s.time = now, 0
		return
	}
	s.time += after
}

// witnesses are the ways in which a broker hears of a node: two of the node, and one of its media port (port.go).
type witnesses struct {
	heart still // the count in the registry
	voice still // when something came over the internal connection last
	port  still // when the media port has answered our probes last
}

// agree says whether a node is lost: both have heard nothing for so long. Where its machine says that nobody listens there
// any more, a heart that stands still for half of that is enough.
func (w witnesses) agree(after time.Duration, refused bool) bool {
	if refused {
		return w.heart.time >= after/2
	}
	return w.heart.time >= after && w.voice.time >= after
}

// awake is the part of the time between two looks that counts: what is more than half as long again as it should be, we
// have slept through, or waited for somebody else.
func awake(between, every time.Duration) time.Duration { return min(between, every*3/2) }

// sleep tells a node whether it was frozen, by the beats it has missed.
type sleep struct {
	mu     sync.Mutex
	rested time.Time // since when it waits for the next beat
	woke   time.Time // from a sleep
}

// rest notes that what a beat has to do is done.
func (s *sleep) rest(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rested = now
}

// wake notes that a beat begins, and tells how long it is late if that is a sleep; 0 if not.
func (s *sleep) wake(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	missed := s.missing(now)
	late := now.Sub(s.rested)
	s.rested = now
	if !missed {
		return 0
	}
	s.woke = now
	return late
}

// lately says whether the node is in the first moments after a sleep, or has not noticed yet that it slept.
func (s *sleep) lately(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.missing(now) || !s.woke.IsZero() && now.Sub(s.woke) < lingerFor
}

func (s *sleep) missing(now time.Time) bool {
	return !s.rested.IsZero() && now.Sub(s.rested) > asleepAfter
}

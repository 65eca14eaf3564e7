package courier

import (
	"math/rand/v2"
	"time"
)

// Backoff says when a failed job is tried again.
type Backoff struct {
	First time.Duration // before the second try: 5 seconds where zero
	Most  time.Duration // between two tries at most: 4 hours where zero
	Tries int           // then it is laid aside: 14 where zero, which is about a day
}

// After gives how long to wait after so many tries, and whether it is worth another. The time doubles with each; half
// of it is drawn, so that those who failed together do not come back together.
func (b Backoff) After(tries int) (time.Duration, bool) {
	if b.First == 0 {
		b.First = 5 * time.Second
	}
	if b.Most == 0 {
		b.Most = 4 * time.Hour
	}
	if b.Tries == 0 {
		b.Tries = 14
	}
	if tries >= b.Tries {
		return 0, false
	}
	wait := b.Most
	if shift := tries - 1; shift < 32 && b.First<<shift < b.Most {
		wait = b.First << max(shift, 0)
	}
	return wait/2 + rand.N(wait/2+1), true
}

package signaling

import "time"

// clock tells the time and beats; tests have one of their own.
type clock interface {
	Now() time.Time
	// Every beats once per d until stop is called.
	Every(d time.Duration) (beat <-chan time.Time, stop func())
}

// wallClock tells the time it was given, which goes as fast as any other.
type wallClock struct{ now func() time.Time }

func (c wallClock) Now() time.Time { return c.now() }

func (wallClock) Every(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

// tokyo is the zone of every time that is told: offices live there.
var tokyo = time.FixedZone("JST", 9*60*60)

// now is the time as it is written down: in the offices' zone, to the millisecond.
func (b *Broker) now() time.Time { return b.clock.Now().In(tokyo).Truncate(time.Millisecond) }

package signaling

import "time"

// clock tells the time and beats; tests have one of their own.
type clock interface {
	Now() time.Time
	// Every beats once per d until stop is called.
	Every(d time.Duration) (beat <-chan time.Time, stop func())
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Every(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTicker(d)
	return t.C, t.Stop
}

package loadtest

import (
	"testing"
	"time"
)

func TestTheCrowdWaitsAsOurClientsDo(t *testing.T) {
	rows := []struct {
		attempt     int
		least, most time.Duration // without and with all the jitter
	}{
		{1, 125 * time.Millisecond, 250 * time.Millisecond},
		{2, 250 * time.Millisecond, 500 * time.Millisecond},
		{5, 2 * time.Second, 4 * time.Second},
		{6, 4 * time.Second, 8 * time.Second},
		{7, 5 * time.Second, 10 * time.Second},
		{60, 5 * time.Second, 10 * time.Second},
	}
	for _, r := range rows {
		if got := backOff(r.attempt, 0); got != r.least {
			t.Errorf("try %d waits at least %v, want %v", r.attempt, got, r.least)
		}
		if got := backOff(r.attempt, 1); got != r.most {
			t.Errorf("try %d waits at most %v, want %v", r.attempt, got, r.most)
		}
	}
}

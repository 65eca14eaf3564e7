package fleet

import (
	"testing"
	"time"
)

func TestANodeIsLostWhenBothWitnessesHaveHeardNothingForLongEnough(t *testing.T) {
	const ms = time.Millisecond
	for _, row := range []struct {
		situation    string
		heart, voice time.Duration // how long nothing was heard
		refused      bool
		lost         bool
	}{
		{"both hear it", 0, 0, false, false},
		{"only Redis does not", 5000 * ms, 100 * ms, false, false},
		{"only the broker does not", 100 * ms, 5000 * ms, false, false},
		{"neither, for not quite so long", 999 * ms, 1200 * ms, false, false},
		{"neither", 1000 * ms, 1000 * ms, false, true},
		{"nobody listens there, and it has missed a beat", 400 * ms, 400 * ms, true, false},
		{"nobody listens there, and its heart stands still", 500 * ms, 100 * ms, true, true},
		{"nobody listens there, but its heart beats", 0, 5000 * ms, true, false},
	} {
		t.Run(row.situation, func(t *testing.T) {
			w := witnesses{heart: still{time: row.heart}, voice: still{time: row.voice}}
			if got := w.agree(lostAfter, row.refused); got != row.lost {
				t.Errorf("lost: %v, want %v", got, row.lost)
			}
		})
	}
}

func TestWhatABrokerSleptThroughIsNotHeldAgainstANode(t *testing.T) {
	var heart still
	heart.looked(7, 0)
	for _, between := range []time.Duration{beatEvery, beatEvery, 40 * time.Second, beatEvery} { // 40 s without a processor
		heart.looked(7, awake(between, beatEvery))
	}
	if want := beatEvery * 9 / 2; heart.time != want {
		t.Errorf("its heart has stood still for %s, want %s", heart.time, want)
	}
	if heart.looked(8, beatEvery); heart.time != 0 {
		t.Errorf("it beats, and has stood still for %s", heart.time)
	}
}

func TestANodeKnowsThatItHasSlept(t *testing.T) {
	var s sleep
	at := time.Now()
	after := func(d time.Duration) time.Time { at = at.Add(d); return at }
	if s.wake(at) != 0 || s.lately(at) {
		t.Error("it has slept before it began")
	}
	s.rest(after(10 * time.Millisecond))
	if s.wake(after(beatEvery)) != 0 || s.lately(at) {
		t.Error("a usual beat counts as a sleep")
	}
	s.rest(at)
	if !s.lately(after(20 * time.Second)) {
		t.Error("what it hears before it notices is taken for heard in time")
	}
	if got := s.wake(at); got != 20*time.Second {
		t.Errorf("it has slept for %s", got)
	}
	if s.rest(at); !s.lately(after(beatEvery)) {
		t.Error("it does not count as just woken")
	}
	if s.rest(after(lingerFor)); s.lately(at) {
		t.Error("it counts as just woken for ever")
	}
}

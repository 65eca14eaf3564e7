package wire

import (
	"testing"
	"time"
)

func TestALoopThatKeepsUpGivesNothingUp(t *testing.T) {
	var s shedder
	for i := range 1000 {
		s.observe(.04, time.Duration(i)*time.Millisecond)
	}
	if s.active() || s.gives(1) {
		t.Fatalf("%+v", s)
	}
}

func TestPicturesAreGivenUpStreamByStreamAndComeBackOneByOne(t *testing.T) {
	var s shedder
	given := func() (n int) {
		for ssrc := range uint32(1000) {
			if s.gives(ssrc * 2654435) {
				n++
			}
		}
		return n
	}
	now := time.Second
	before := 0
	for range shedShares {
		s.observe(.3, now)
		now += shedMore
		if n := given(); n < before {
			t.Fatalf("%d streams given up after %d: others than before", n, before)
		} else {
			before = n
		}
	}
	if before != 1000 {
		t.Fatalf("%d of 1000 streams given up at the most", before)
	}
	s.observe(.3, now)
	s.observe(.1, now+time.Minute)
	if given() != 1000 {
		t.Fatal("something came back while the socket was not nearly empty")
	}
	now += time.Hour
	for range shedShares {
		s.observe(0, now)
		now += shedLess
	}
	if s.active() {
		t.Fatalf("%d streams still given up", given())
	}
}

func TestWhenTheSocketIsHalfFullAllPicturesWait(t *testing.T) {
	var s shedder
	s.observe(.6, time.Second)
	if !s.gives(7) || !s.gives(1<<31) {
		t.Fatal("pictures pass")
	}
	s.observe(.2, time.Second)
	if !s.all {
		t.Fatal("they came back at once")
	}
	s.observe(.01, time.Second)
	if s.all {
		t.Fatal("they did not come back")
	}
}

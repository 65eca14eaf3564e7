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
	look := func(full float64) {
		s.observe(full, now)
		now += shedLook
	}
	before := 0
	for range shedShares + 2 { // the first two looks have nothing to compare with
		look(.3)
		if n := given(); n < before {
			t.Fatalf("%d streams given up after %d: others than before", n, before)
		} else {
			before = n
		}
	}
	if before != 1000 {
		t.Fatalf("%d of 1000 streams given up at the most", before)
	}
	for range 100 {
		look(.05)
	}
	if given() != 1000 {
		t.Fatal("something came back while more than a little was standing")
	}
	for range shedShares * shedCalm {
		look(0)
		if n := given(); n > before {
			t.Fatal("something was given up while nothing waited")
		} else {
			before = n
		}
	}
	if s.active() {
		t.Fatalf("%d streams still given up", given())
	}
}

func TestAQueueThatGetsShorterIsLeftAlone(t *testing.T) {
	var s shedder
	for i := range 8 {
		s.observe(.4-.03*float64(i), time.Duration(i+1)*shedLook)
	}
	if s.shares > 1 {
		t.Fatalf("%d shares given up", s.shares)
	}
}

func TestBurstsBetweenWhichTheSocketIsEmptyCostNothing(t *testing.T) {
	var s shedder
	for i := range 10_000 {
		full := .45
		if i%40 == 0 {
			full = 0
		}
		s.observe(full, time.Duration(i)*time.Millisecond)
	}
	if s.active() {
		t.Fatalf("%+v", s)
	}
}

func TestWhenTheSocketIsHalfFullAllPicturesWait(t *testing.T) {
	var s shedder
	s.observe(.6, time.Second)
	s.observe(.2, time.Second+time.Millisecond)
	if !s.gives(7) || !s.gives(1<<31) {
		t.Fatal("pictures pass")
	}
	for i := range 3 {
		s.observe(.05, time.Second+time.Duration(i+1)*shedLook)
	}
	if s.all {
		t.Fatal("they did not come back")
	}
}

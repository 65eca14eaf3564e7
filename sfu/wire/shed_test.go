package wire

import (
	"fmt"
	"testing"
	"time"
)

func TestALoopThatKeepsUpGivesNothingUp(t *testing.T) {
	var s shedder
	for i := range 1000 {
		s.observe(.03, time.Duration(i)*time.Millisecond)
	}
	if s.active() || s.gives(1) {
		t.Fatalf("%+v", s)
	}
}

func TestItIsAlwaysTheSameStreamsThatAreGivenUpFirst(t *testing.T) {
	streams := func(s shedder) (n int) {
		for i := range uint32(1000) {
			ssrc := i * 2654435
			if s.gives(ssrc) {
				n++
				if more := (shedder{shares: s.shares + 1}); !more.gives(ssrc) {
					t.Fatalf("%08x comes back while more is given up", ssrc)
				}
			}
		}
		return n
	}
	for shares := range shedShares + 1 {
		if n, want := streams(shedder{shares: shares}), 1000*shares/shedShares; n < want-25 || n > want+25 {
			t.Errorf("%d of 1000 streams given up with %d of %d shares", n, shares, shedShares)
		}
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

// overload is a loop that more comes to than it can carry: what it carries, and how full its socket gets.
type overload struct {
	sound, pictures, capacity int // packets a second
	stall                     int // milliseconds of each second in which nothing is carried
}

const socketPackets = 3600 // of 1,200 bytes that a socket's buffer of 8 MiB holds, as the kernel counts

// run lets so many seconds pass and returns what is carried a second and how full the socket gets, both after the first five,
// and the shedder.
func (o overload) run(seconds int) (carried, fullest float64, s shedder) {
	var queue, room float64
	for ms := range seconds * 1000 {
		given := float64(s.shares) / shedShares
		queue += (float64(o.sound) + float64(o.pictures)*(1-given)) / 1000
		room = 0
		if ms%1000 >= o.stall {
			room = float64(o.capacity) / 1000
		}
		taken := min(queue, room)
		queue -= taken
		if ms > 5000 {
			carried += taken
			fullest = max(fullest, queue/socketPackets)
		}
		if room > 0 {
			s.observe(queue/socketPackets, time.Duration(ms)*time.Millisecond)
		}
	}
	return carried / float64(seconds-5), fullest, s
}

func TestOfTooMuchNearlyAsMuchIsCarriedAsThereIsRoomForAndTheSocketNeverOverflows(t *testing.T) {
	for _, over := range []float64{1.05, 1.2, 1.5, 2, 3, 4} {
		for _, stall := range []int{0, 20, 60} {
			t.Run(fmt.Sprintf("%.2f of the capacity, stalls of %d ms", over, stall), func(t *testing.T) {
				const capacity = 16_000
				all := int(over * capacity)
				carried, fullest, s := overload{sound: all / 5, pictures: all - all/5, capacity: capacity, stall: stall}.run(60)
				if least := .85 * capacity * (1 - float64(stall)/1000); carried < least {
					t.Errorf("%.0f packets a second are carried, want %.0f; %+v", carried, least, s)
				}
				if fullest > .9 {
					t.Errorf("the socket gets %.0f %% full: sound would be lost", 100*fullest)
				}
			})
		}
	}
}

func TestWhenThereIsRoomAgainEverythingComesBack(t *testing.T) {
	s := shedder{}
	now := time.Duration(0)
	for range 40 { // two seconds of a socket that fills up
		now += shedLook
		s.observe(.3, now)
	}
	if s.shares == 0 {
		t.Fatal("nothing was given up")
	}
	from := now
	for s.active() {
		if now += time.Millisecond; now-from > time.Minute {
			t.Fatalf("a minute later: %+v", s)
		}
		s.observe(0, now)
	}
	t.Logf("everything is back after %v", now-from)
}

package signaling

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// fakeMedia remembers what the broker asked of the media node.
type fakeMedia struct {
	mu    sync.Mutex
	gates map[string][][]string
	peers map[who]Join
	muted map[who][2]bool
	done  map[string]bool
	ready map[string][]string
	admit func() error // if set, called before each Admit
}

func newFakeMedia() *fakeMedia {
	return &fakeMedia{gates: map[string][][]string{}, peers: map[who]Join{}, muted: map[who][2]bool{}, done: map[string]bool{},
		ready: map[string][]string{},
	}
}

func (f *fakeMedia) Offer(_ context.Context, j Join) (Answer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if j.SDP == "nonsense" {
		return Answer{}, fmt.Errorf("%w: no m-lines", ErrOffer)
	}
	f.peers[who{j.Room, j.Participant}] = j
	return Answer{SDP: "answer for " + j.Participant}, nil
}

func (f *fakeMedia) Candidate(context.Context, string, string, string, string) error { return nil }

func (f *fakeMedia) Admit(_ context.Context, room string, _ int64, together ...[]string) error {
	f.mu.Lock()
	hook := f.admit
	f.mu.Unlock()
	if hook != nil {
		if err := hook(); err != nil {
			return err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gates[room] = slices.Clone(together)
	return nil
}

func (f *fakeMedia) Prepare(_ context.Context, room string, participants []string, _ time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ready[room] = slices.Clone(participants)
	return nil
}

// prepared is who was to be kept ready in a room last.
func (f *fakeMedia) prepared(room string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.ready[room])
}

func (f *fakeMedia) Mute(_ context.Context, room, participant string, audio, video bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.muted[who{room, participant}] = [2]bool{audio, video}
	return nil
}

func (f *fakeMedia) Leave(_ context.Context, room, participant string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.peers, who{room, participant})
	return nil
}

func (f *fakeMedia) CloseRoom(_ context.Context, room string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.done[room] = true
	delete(f.gates, room)
	return nil
}

func (f *fakeMedia) gate(room string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Concat(f.gates[room]...)
}

func (f *fakeMedia) closed(room string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.done[room]
}

func (f *fakeMedia) mutes(room, participant string) [2]bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.muted[who{room, participant}]
}

// fakeClock stands still until it is advanced; then every beat that is due comes.
type fakeClock struct {
	mu    sync.Mutex
	now   time.Time
	beats []*beat
}

type beat struct {
	every time.Duration
	next  time.Time
	c     chan time.Time
}

func newFakeClock(ahead time.Duration) *fakeClock { return &fakeClock{now: time.Now().Add(ahead)} }

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Every(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := &beat{every: d, next: c.now.Add(d), c: make(chan time.Time, 1)}
	c.beats = append(c.beats, b)
	return b.c, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.beats = slices.DeleteFunc(c.beats, func(x *beat) bool { return x == b })
	}
}

// advance moves the clock. Like a ticker's, a beat nobody has taken yet is not doubled.
func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for _, b := range c.beats {
		if b.next.After(c.now) {
			continue
		}
		b.next = c.now.Add(b.every)
		select {
		case b.c <- c.now:
		default:
		}
	}
}

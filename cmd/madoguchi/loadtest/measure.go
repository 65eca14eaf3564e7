package loadtest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// subject is what a load is put on.
type subject struct {
	name   string // "server", "direct", "yardstick"
	way    way
	server process // whose processor time and memory count; 0: nobody's
}

const (
	graceTime    = time.Second            // for packets sent at the end of the window to arrive
	waitedBefore = 500 * time.Millisecond // by whoever is then admitted
	openAtMost   = 8                      // rooms opening at once
	closeAtMax   = 16                     // rooms closed at once
	goldenStep   = 0.618033988            // spreads any number of phases evenly
)

// measure opens the rooms, waits, measures, and closes them again.
func (s subject) measure(ctx context.Context, load Load) (r Report, err error) {
	r = Report{Subject: s.name, Rooms: load.Rooms, Seconds: load.Duration.Seconds()}
	idle := s.server.rss()
	var w window
	rooms, err := s.openAll(ctx, load, &w)
	defer closeAll(rooms)
	if err != nil {
		return r, err
	}
	if err := pause(ctx, load.Settle); err != nil {
		return r, err
	}
	r.RSSPerRoom = float64(s.server.rss()-idle) / float64(load.Rooms)
	before, err := s.server.sample()
	if err != nil {
		return r, err
	}
	w.open()
	if err := pause(ctx, load.Duration); err != nil {
		return r, err
	}
	w.close()
	after, err := s.server.sample()
	if err != nil {
		return r, err
	}
	r.RSSPerRoom = max(r.RSSPerRoom, float64(s.server.rss()-idle)/float64(load.Rooms))
	if err := pause(ctx, graceTime); err != nil {
		return r, err
	}
	for _, room := range rooms {
		for _, p := range room.who {
			p.hush()
		}
	}
	r.count(rooms)
	r.cost(before, after)
	return r, nil
}

// openAll opens the rooms, spread over the ramp or several at once. What it returns is to be closed, also if it failed.
func (s subject) openAll(ctx context.Context, load Load, w *window) ([]*room, error) {
	rooms := make([]*room, load.Rooms)
	prefix := fmt.Sprintf("load-%x", time.Now().UnixNano())
	for n := range rooms {
		rooms[n] = newRoom(prefix, n, load, w)
	}
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(s.openAtOnce(load))
	started := now()
	for n, r := range rooms {
		if err := pause(ctx, started+load.Ramp*time.Duration(n)/time.Duration(load.Rooms)-now()); err != nil {
			break // Wait tells why
		}
		work.Go(func() error { return s.openRoom(ctx, r, n) })
	}
	return rooms, work.Wait()
}

// openAtOnce is how many rooms may be opening at a time.
func (s subject) openAtOnce(load Load) int {
	if _, visits := s.way.(admitter); visits || load.Ramp > 0 {
		return 1 // each join is timed by itself
	}
	return openAtMost
}

// openRoom opens one room and lets its participants send.
func (s subject) openRoom(ctx context.Context, r *room, n int) error {
	if err := s.way.open(ctx, r); err != nil {
		return fmt.Errorf("%s: room %d: %w", s.name, n+1, err)
	}
	for i, p := range r.who {
		p.start(phase(2*n + i))
	}
	gate, ok := s.way.(admitter)
	if !ok {
		return nil
	}
	if err := pause(ctx, waitedBefore); err != nil {
		return err
	}
	if err := gate.admit(ctx, r); err != nil {
		return fmt.Errorf("%s: admission to room %d: %w", s.name, n+1, err)
	}
	return nil
}

// phase is when the nth participant's first frame is due, within a frame's time.
func phase(n int) time.Duration {
	_, part := splitUnit(float64(n) * goldenStep)
	return time.Duration(part * float64(time.Second/framesPerSecond))
}

func splitUnit(f float64) (whole int, part float64) { return int(f), f - float64(int(f)) }

// closeAll closes rooms, several at once: each takes a few round trips.
func closeAll(rooms []*room) {
	var wg sync.WaitGroup
	turns := make(chan struct{}, closeAtMax)
	for _, r := range rooms {
		turns <- struct{}{}
		wg.Go(func() { // ends with the room
			defer func() { <-turns }()
			r.close()
		})
	}
	wg.Wait()
}

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

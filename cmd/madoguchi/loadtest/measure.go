package loadtest

import (
	"context"
	"fmt"
	"sync"
	"time"
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

// openAll opens the rooms one after the other, spread over the ramp. What it returns is to be closed, also if it failed.
func (s subject) openAll(ctx context.Context, load Load, w *window) (rooms []*room, err error) {
	started := now()
	prefix := fmt.Sprintf("load-%x", time.Now().UnixNano())
	for n := range load.Rooms {
		if err := pause(ctx, started+load.Ramp*time.Duration(n)/time.Duration(load.Rooms)-now()); err != nil {
			return rooms, err
		}
		r := newRoom(prefix, n, load, w)
		rooms = append(rooms, r)
		if err := s.way.open(ctx, r); err != nil {
			return rooms, fmt.Errorf("%s: room %d of %d: %w", s.name, n+1, load.Rooms, err)
		}
		for i, p := range r.who {
			p.start(phase(2*n + i))
		}
		if gate, ok := s.way.(admitter); ok {
			if err := pause(ctx, waitedBefore); err != nil {
				return rooms, err
			}
			if err := gate.admit(ctx, r); err != nil {
				return rooms, fmt.Errorf("%s: admission to room %d of %d: %w", s.name, n+1, load.Rooms, err)
			}
		}
	}
	return rooms, nil
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

package loadtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Churn opens and closes rooms beside steady ones, and wants everything back that they took.
type Churn struct {
	Media
	Opened int // rooms opened and closed
	AtOnce int // of them
}

const (
	warmUp       = 100 // rooms before the server is looked at first: by then it has made what it keeps for good
	tellEvery    = 10 * time.Second
	flowsWithin  = 10 * time.Second // sound and pictures in a new room, both ways
	steadyLosses = .5               // percent of the steady rooms' sound: joining must not cost more
)

// Run churns, prints how it went and returns an error for whatever did not come back.
func (c Churn) Run(ctx context.Context) error {
	w, end := c.way()
	defer end()
	s := subject{"server", w, process(c.PID)}
	var window window
	steady, err := s.openAll(ctx, c.Load, &window)
	defer func() { closeAll(steady) }()
	if err != nil {
		return err
	}
	m := meter{c.Server, w.(*posted).http}
	if err := c.churn(ctx, s, m, min(warmUp, c.Opened)); err != nil {
		return err
	}
	end() // connections kept for more requests are the driver's doing
	before, err := m.atRest(ctx, 2*c.Rooms)
	if err != nil {
		return err
	}
	window.open()
	if err := c.churn(ctx, s, m, c.Opened); err != nil {
		return err
	}
	window.close()
	end()
	after, err := m.atRest(ctx, 2*c.Rooms)
	if err != nil {
		return err
	}
	for _, r := range steady {
		for _, p := range r.who {
			p.hush()
		}
	}
	r := Report{}
	r.count(steady)
	fmt.Fprintf(c.Out, "%d rooms opened and closed beside %d steady ones, whose sound lost %.4f %% and pictures %.4f %%\n",
		c.Opened, c.Rooms, r.Sound.LossPct, r.Picture.LossPct)
	err = back(c.Out, before, after, inDemo)
	if r.Sound.LossPct > steadyLosses {
		err = errors.Join(err, fmt.Errorf("steady rooms lost %.2f %% of their sound", r.Sound.LossPct))
	}
	return err
}

// churn opens and closes rooms, several at once, each as soon as it has carried sound and pictures both ways.
func (c Churn) churn(ctx context.Context, s subject, m meter, rooms int) error {
	var done atomic.Int64
	var telling sync.WaitGroup
	told, stop := context.WithCancel(ctx)
	telling.Go(func() { c.tell(told, m, &done, rooms) }) // ends with the last room
	defer telling.Wait()
	defer stop()
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(c.AtOnce)
	prefix := fmt.Sprintf("churn-%x", time.Now().UnixNano())
	for n := range rooms {
		if ctx.Err() != nil {
			break // Wait tells why
		}
		work.Go(func() error {
			defer done.Add(1)
			return s.visit(ctx, newRoom(prefix, n, c.Load, new(window)), n)
		})
	}
	return work.Wait()
}

// visit opens a room, waits until everything flows, and closes it.
func (s subject) visit(ctx context.Context, r *room, n int) error {
	defer r.close()
	if err := s.openRoom(ctx, r, n); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, flowsWithin, errors.New("sound or pictures did not come"))
	defer cancel()
	for _, p := range r.who {
		for _, in := range p.recv {
			for in.first.Load() == 0 {
				if err := pause(ctx, time.Millisecond); err != nil {
					return fmt.Errorf("%s in %s: %w", p.name, r.name, err)
				}
			}
		}
	}
	return nil
}

// tell prints now and then how far it is.
func (c Churn) tell(ctx context.Context, m meter, done *atomic.Int64, rooms int) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		g, err := m.read(ctx)
		if err != nil {
			continue // if it lasts, the rooms will say so
		}
		fmt.Fprintf(c.Out, "%5d of %d rooms; now %.0f peers, %.0f goroutines, %.0f descriptors, %.1f MB\n",
			done.Load(), rooms, g.Peers, g.Goroutines, g.Descriptors, g.RSS/1e6)
	}
}

// leftOver is what may be left over of each gauge: the runtime's own, never something of each room.
type leftOver struct {
	name   string
	of     func(Gauges, connection) float64
	factor float64 // of what there was, and
	more   float64 // beyond that
}

// A connection to Redis that the server's pool has come to keep is no leak: connection is what each takes.
type connection struct{ goroutines, descriptors, bytes float64 }

// In service one end is the server's own, with a buffer of 32 KiB to read by and one to write by; in a demo both ends are, and
// the other end has a goroutine.
var (
	inService = connection{descriptors: 1, bytes: 64 << 10}
	inDemo    = connection{goroutines: 1, descriptors: 2, bytes: 64 << 10}
)

// few goroutines and descriptors come and go with whoever looks.
const few = 3

var leftOvers = []leftOver{
	{"rooms", func(g Gauges, _ connection) float64 { return g.Rooms }, 1, 0},
	{"peers", func(g Gauges, _ connection) float64 { return g.Peers }, 1, 0},
	{"ledger, entries", func(g Gauges, _ connection) float64 { return g.Owned.sum() }, 1, 0},
	{"goroutines", func(g Gauges, c connection) float64 { return g.Goroutines - c.goroutines*g.Redis.sum() }, 1, few},
	{"descriptors", func(g Gauges, c connection) float64 { return g.Descriptors - c.descriptors*g.Redis.sum() }, 1, few},
	{"live heap, bytes", func(g Gauges, c connection) float64 { return g.LiveHeap - c.bytes*g.Redis.sum() }, 1.02, 256 << 10},
	{"memory, bytes", func(g Gauges, _ connection) float64 { return g.RSS }, 1.10, 4 << 20}, // the runtime gives it back late
}

// back prints both states; its error says what is not back where it began.
func back(to io.Writer, before, after Gauges, each connection) (err error) {
	for _, l := range leftOvers {
		was, is := l.of(before, each), l.of(after, each)
		verdict := "back"
		if most := l.factor*was + l.more; is > most {
			verdict = "NOT BACK"
			err = errors.Join(err, fmt.Errorf("%s: %.0f before, %.0f after, at most %.0f are taken for back", l.name, was, is, most))
		}
		fmt.Fprintf(to, "  %-18s %12.0f before %12.0f after  %s\n", l.name, was, is, verdict)
	}
	return err
}

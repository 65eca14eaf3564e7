package loadtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Steady keeps a load up for a long time and watches whether the server grows.
type Steady struct {
	Media
	Every time.Duration // between looks; default 15 s
}

// Run watches for Load.Duration and prints what it saw; its error says what has grown, or what was lost.
func (s Steady) Run(ctx context.Context) error {
	w, end := s.way()
	defer end()
	var window window
	rooms, err := subject{"server", w, process(s.PID)}.openAll(ctx, s.Load, &window)
	defer func() { closeAll(rooms) }()
	if err != nil {
		return err
	}
	if err := pause(ctx, s.Settle); err != nil {
		return err
	}
	window.open()
	looks, err := s.watch(ctx, meter{s.Server, w.(*posted).http})
	if err != nil {
		return err
	}
	window.close()
	if err := pause(ctx, graceTime); err != nil {
		return err
	}
	for _, r := range rooms {
		for _, p := range r.who {
			p.hush()
		}
	}
	r := Report{Subject: "server", Rooms: s.Rooms, Seconds: s.Duration.Seconds()}
	r.count(rooms)
	fmt.Fprintf(s.Out, "%s of %d rooms: %d packets, %.4f %% of sound and %.4f %% of pictures lost, latency p99 %.2f ms\n",
		s.Duration, s.Rooms, r.Received, r.Sound.LossPct, r.Picture.LossPct, r.Latency.P99)
	err = grown(s.Out, looks, s.Every)
	if r.Sound.LossPct > steadyLosses {
		err = errors.Join(err, fmt.Errorf("%.2f %% of the sound was lost", r.Sound.LossPct))
	}
	return err
}

// watch looks at the server until the time is over.
func (s Steady) watch(ctx context.Context, m meter) (looks []Gauges, err error) {
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	over := time.NewTimer(s.Duration)
	defer over.Stop()
	for {
		g, err := m.read(ctx)
		if err != nil {
			return nil, err
		}
		looks = append(looks, g)
		if n := len(looks) - 1; n%20 == 0 {
			fmt.Fprintf(s.Out, "%8s  %4.0f goroutines, %3.0f descriptors, heap %6.2f MB, memory %6.2f MB\n",
				time.Duration(n)*s.Every, g.Goroutines, g.Descriptors, g.LiveHeap/1e6, g.RSS/1e6)
		}
		select {
		case <-tick.C:
		case <-over.C:
			return looks, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// growth is how much of each gauge may come to be over the last three quarters: what a measurement wavers by. Of a connection
// to Redis that the pool has come to keep churn.go says why it does not count.
var growth = []leftOver{
	{"goroutines", func(g Gauges, c connection) float64 { return g.Goroutines - c.goroutines*g.Redis.sum() }, 0, 2},
	{"descriptors", func(g Gauges, c connection) float64 { return g.Descriptors - c.descriptors*g.Redis.sum() }, 0, 1},
	{"live heap, bytes", func(g Gauges, c connection) float64 { return g.LiveHeap - c.bytes*g.Redis.sum() }, .03, 256 << 10},
	{"memory, bytes", func(g Gauges, _ connection) float64 { return g.RSS }, .03, 2 << 20},
}

// grown fits a line through the last three quarters of what was seen, prints where each gauge began and ended, and returns an
// error for each that grew.
func grown(to io.Writer, looks []Gauges, every time.Duration) (err error) {
	late := looks[len(looks)/4:]
	if len(late) < 3 {
		return fmt.Errorf("%d looks at the server are too few to see a trend; watch longer than %s", len(looks), 6*every)
	}
	for _, g := range growth {
		values := make([]float64, len(late))
		for i := range late {
			values[i] = g.of(late[i], inDemo)
		}
		slope := fit(values)
		came := slope * float64(len(values)-1)
		verdict := "steady"
		if most := g.factor*values[0] + g.more; came > most {
			verdict = "GROWS"
			err = errors.Join(err, fmt.Errorf("%s: grew by %.0f over the last %s, at most %.0f are wavering",
				g.name, came, time.Duration(len(values)-1)*every, most))
		}
		fmt.Fprintf(to, "  %-18s %12.0f first %12.0f last, trend %+.0f  %s\n", g.name, g.of(looks[0], inDemo), g.of(looks[len(looks)-1], inDemo), came, verdict)
	}
	return err
}

// fit is the slope of the straight line nearest to the values, by least squares, for each step.
func fit(values []float64) float64 {
	n := float64(len(values))
	var sumY, sumXY float64
	for i, v := range values {
		sumY += v
		sumXY += float64(i) * v
	}
	meanX := (n - 1) / 2
	return (sumXY - meanX*sumY) / (n * (n*n - 1) / 12)
}

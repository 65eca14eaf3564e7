package loadtest

import (
	"context"
	"errors"
	"fmt"
)

// Saturate raises the number of rooms until the server's processor is full and beyond. Up to there the cost of a packet may
// only fall; beyond, sound is lost last and nothing collapses.
type Saturate struct {
	Media
	Steps []int   // rooms
	Full  float64 // of a processor, in percent: when the server's share is used up
}

// What is taken for full, for wavering of the cost, and for a collapse.
const (
	nearlyFull  = .95
	wavering    = 1.10
	soundMay    = 1.0 // percent of sound that may be lost while pictures are
	collapsedBy = .80 // what still comes through beyond the most that did
	beyond      = 2   // steps after the one that filled it
)

// Run prints one line for each step. Its error says what went against the rule.
func (s Saturate) Run(ctx context.Context) (err error) {
	w, end := s.way()
	defer end()
	fmt.Fprintf(s.Out, "%6s %12s %10s %10s %10s %10s %10s %8s\n",
		"rooms", "s/M packets", "full %", "packets/s", "sound p99", "sound lost", "pict. lost", "driver %")
	var reports []Report
	for full := 0; len(reports) < len(s.Steps) && full <= beyond; {
		load := s.Load
		load.Rooms = s.Steps[len(reports)]
		r, failed := subject{"server", w, process(s.PID)}.measure(ctx, load)
		if failed != nil {
			return errors.Join(err, fmt.Errorf("%d rooms: %w", load.Rooms, failed))
		}
		reports = append(reports, r)
		note := ""
		if r.DriverSaturated {
			note = "  the driver is full"
		}
		fmt.Fprintf(s.Out, "%6d %12.2f %10.1f %10.0f %7.2f ms %8.3f %% %8.3f %% %8.0f%s\n", r.Rooms, r.CPUPerMillion,
			100*r.CPUPct/s.Full, float64(r.Received)/r.Seconds, r.Sound.Latency.P99, r.Sound.LossPct, r.Picture.LossPct, r.DriverPct, note)
		if r.CPUPct >= nearlyFull*s.Full {
			full++
		}
	}
	if s.JSON != "" {
		err = writeJSON(s.JSON, reports)
	}
	return errors.Join(err, judge(reports, s.Full))
}

// judge checks the rule step by step.
func judge(reports []Report, full float64) (err error) {
	var most float64
	for i, r := range reports {
		rate := float64(r.Received) / r.Seconds
		if before := cheapest(reports[:i]); before > 0 && r.CPUPct < nearlyFull*full && r.CPUPerMillion > wavering*before {
			err = errors.Join(err, fmt.Errorf("%d rooms: %.2f s for a million packets, after %.2f with fewer", r.Rooms, r.CPUPerMillion, before))
		}
		if r.Sound.LossPct > soundMay && !r.DriverSaturated {
			err = errors.Join(err, fmt.Errorf("%d rooms: %.2f %% of the sound was lost, and %.2f %% of the pictures", r.Rooms, r.Sound.LossPct, r.Picture.LossPct))
		}
		if rate < collapsedBy*most && !r.DriverSaturated {
			err = errors.Join(err, fmt.Errorf("%d rooms: %.0f packets a second came through, after %.0f with fewer", r.Rooms, rate, most))
		}
		most = max(most, rate)
	}
	return err
}

// cheapest is the least a packet has cost so far; 0 without any.
func cheapest(reports []Report) (least float64) {
	for _, r := range reports {
		if least == 0 || r.CPUPerMillion < least {
			least = r.CPUPerMillion
		}
	}
	return least
}

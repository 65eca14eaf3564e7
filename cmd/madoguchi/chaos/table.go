package chaos

import (
	"fmt"
	"slices"
	"time"
)

// row is one line of the table.
type row struct {
	name     string
	replaced time.Duration // from the loss until another node had taken over and the old one was given back
	whole    time.Duration // until everybody was in step
	silent   time.Duration // longest time without an acknowledgement
	count    count
	verdict  verdict
	other    *other
}

// other is what the area noticed that nobody harmed.
type other struct {
	count   count
	verdict verdict
	took    []time.Duration
	silent  time.Duration
}

// broken reports whether a promise was broken.
func (r row) broken() bool {
	v := r.verdict
	bad := v.lost+v.doubled+v.left+r.count.misshown > 0
	if r.other != nil {
		c, o := r.other.count, r.other.verdict
		bad = bad || o.lost+o.doubled+o.left+o.disputed+c.unknown+c.unavailable > 0
	}
	return bad
}

func (r *row) add(o row) {
	r.count.add(o.count)
	r.verdict.restored += o.verdict.restored
	r.replaced, r.whole, r.silent = max(r.replaced, o.replaced), max(r.whole, o.whole), max(r.silent, o.silent)
	if o.other == nil {
		return
	}
	if r.other == nil {
		r.other = &other{}
	}
	r.other.count.add(o.other.count)
	r.other.took = append(r.other.took, o.other.took...)
	r.other.silent = max(r.other.silent, o.other.silent)
}

func (c *count) add(o count) {
	c.acknowledged += o.acknowledged
	c.unknown += o.unknown
	c.done += o.done
	c.undone += o.undone
	c.unavailable += o.unavailable
	c.refused += o.refused
	c.misshown += o.misshown
}

func (w *world) head() {
	on := "Sentinel, a primary and one replica"
	if w.Cluster {
		on = "a Cluster of three primaries with a replica each, two areas"
	}
	how := "waiting for the replica, with a journal"
	if !w.Durable {
		how = "CONTROL: waiting for nothing, no journal"
	}
	fmt.Fprintf(w.Out, "%s; %s; %d clerks at %d brokers of each area; the line to the replica cut %s before\n", on, how, w.Clerks, w.Brokers, w.Lag)
	fmt.Fprintf(w.Out, "%-9s %6s %6s %6s %7s %5s %8s %8s %8s %8s %8s %5s %7s %8s\n", "round", "taken", "whole", "silent",
		"told", "lost", "restored", "disputed", "unknown", "→done", "→undone", "left", "doubled", "misshown")
}

func (w *world) print(r row) {
	s := func(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }
	c, v := r.count, r.verdict
	fmt.Fprintf(w.Out, "%-9s %6s %6s %6s %7d %5d %8d %8d %8d %8d %8d %5d %7d %8d\n", r.name, s(r.replaced), s(r.whole), s(r.silent),
		c.acknowledged, v.lost, v.restored, v.disputed, c.unknown, c.done, c.undone, v.left, v.doubled, c.misshown)
	if o := r.other; o != nil {
		fmt.Fprintf(w.Out, "%-9s %6s %6s %6s %7d %5d %8d %8d %8d  %d unavailable, p99 %s\n", "  other", "", "", s(o.silent),
			o.count.acknowledged, o.verdict.lost, o.verdict.restored, o.verdict.disputed, o.count.unknown, o.count.unavailable,
			quantile(o.took, .99).Round(100*time.Microsecond))
		v.examples = append(v.examples, o.verdict.examples...)
	}
	for _, example := range append(v.examples, c.examples[:min(len(c.examples), 8)]...) {
		fmt.Fprintf(w.Out, "          %s\n", example)
	}
}

func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return list[min(len(list)-1, int(q*float64(len(list))))]
}

package fleet

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// meters are what a fleet counts as it happens.
type meters struct {
	lost      prometheus.Counter
	cut       prometheus.Counter
	moved     *prometheus.CounterVec
	detection prometheus.Histogram
	move      prometheus.Histogram
}

// Why a room got another place.
const (
	movedLost    = "lost"     // its node was taken for lost, or is gone
	movedCut     = "cut_off"  // its node's media port is cut off
	movedDrained = "draining" // its node goes away
	movedOther   = "other"    // somebody else has placed it elsewhere
)

func newMeters() *meters {
	histogram := func(name, help string, buckets ...float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: "madoguchi_fleet_" + name, Help: help, Buckets: buckets})
	}
	m := &meters{
		lost: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "madoguchi_fleet_nodes_lost_total", Help: "Times this broker has taken a media node for lost.",
		}),
		cut: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "madoguchi_fleet_nodes_cut_off_total", Help: "Times this broker has found a media node's media port cut off.",
		}),
		moved: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "madoguchi_fleet_rooms_moved_total", Help: "Rooms that got another media node, as this broker has seen it, by why.",
		}, []string{"why"}),
		detection: histogram("detection_seconds", "For how long a media node's heart had stood still when it was taken for lost.",
			.25, .5, .75, 1, 1.25, 1.5, 2, 3, 5, 10),
		move: histogram("move_seconds", "From taking a media node for lost or cut off to knowing another place of one of its rooms.",
			.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5),
	}
	for _, why := range []string{movedLost, movedCut, movedDrained, movedOther} {
		m.moved.WithLabelValues(why) // it is there before it happens
	}
	return m
}

func (m *meters) all() []prometheus.Collector {
	return []prometheus.Collector{m.lost, m.cut, m.moved, m.detection, m.move}
}

// nodeLost counts a node that is taken for lost, its heart having stood still for so long.
func (m *meters) nodeLost(still time.Duration) {
	m.lost.Inc()
	m.detection.Observe(still.Seconds())
}

// roomMoved counts a room that leaves a node, with the lock held; nil where that is not in the registry any more.
func (f *Fleet) roomMoved(from *member) {
	why := movedOther
	switch {
	case from == nil:
		why = movedLost
	case from.lost:
		why = movedLost
		f.meters.move.Observe((f.now() - from.lostAt).Seconds())
	case from.cut:
		why = movedCut
		f.meters.move.Observe((f.now() - from.cutAt).Seconds())
	case from.draining:
		why = movedDrained
	}
	f.meters.moved.WithLabelValues(why).Inc()
}

// States of a node as a broker sees them.
var nodeStates = []string{"usable", "joining", "draining", "cut_off", "lost"}

func (m *member) seen() string {
	switch {
	case m.lost:
		return "lost"
	case m.cut:
		return "cut_off"
	case m.draining || m.record.State != StateUp:
		return "draining"
	case !m.whole:
		return "joining"
	default:
		return "usable"
	}
}

// load is what the nodes of an area have to do, as they say in the registry.
type load struct {
	nodes   map[string]int
	rooms   int
	packets float64
	busiest float64
}

func (f *Fleet) load() load {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := load{nodes: map[string]int{}}
	for _, m := range f.nodes {
		l.nodes[m.seen()]++
		if m.lost {
			continue
		}
		l.rooms += m.record.Rooms
		l.packets += m.record.Packets
		l.busiest = max(l.busiest, m.record.CPU)
	}
	return l
}

// collector shows a fleet's figures to Prometheus.
type collector struct {
	fleet                          *Fleet
	nodes, rooms, packets, busiest *prometheus.Desc
}

// Collector returns the figures of the area's media nodes as this broker sees them, described in deploy/METRICS.md. Nodes are not told
// apart: each start of one is another.
func (f *Fleet) Collector() prometheus.Collector {
	one := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("madoguchi_fleet_"+name, help, labels, nil)
	}
	return &collector{
		fleet:   f,
		nodes:   one("nodes", "Media nodes of the area, by state.", "state"),
		rooms:   one("rooms", "Rooms at the media nodes that are not lost."),
		packets: one("packets_per_second", "RTP packets a second at these, in and out."),
		busiest: one("busiest_ratio", "Share of its processors the busiest of these uses."),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.nodes, c.rooms, c.packets, c.busiest} {
		ch <- d
	}
	for _, m := range c.fleet.meters.all() {
		m.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	now := c.fleet.load()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, state := range nodeStates {
		gauge(c.nodes, float64(now.nodes[state]), state)
	}
	gauge(c.rooms, float64(now.rooms))
	gauge(c.packets, now.packets)
	gauge(c.busiest, now.busiest)
	for _, m := range c.fleet.meters.all() {
		m.Collect(ch)
	}
}

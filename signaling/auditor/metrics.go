package auditor

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// Collector gives the metrics of a process's notes.
func (n *Notes) Collector() prometheus.Collector {
	return collectors{
		counter("madoguchi_audit_notes_total", "Notes for the audit trail that reached the area's outbox.", func() float64 { return float64(n.noted.Load()) }),
		counter("madoguchi_audit_notes_spooled_total", "Notes that went to this node's disk because Redis did not answer.", func() float64 { return float64(n.spooled.Load()) }),
		counter("madoguchi_audit_notes_lost_total", "Notes that could be kept nowhere. Anything but 0 is to be looked into.", func() float64 { return float64(n.lost.Load()) }),
	}
}

// Collector gives the metrics of the writing of a trail. The end of the newest closed segment is a label: noted outside by whoever
// collects metrics, it finds a trail that was cut short or set back before it.
func (c *Consumer) Collector() prometheus.Collector {
	gauge := func(name, help string, value func(State) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(c.State()) })
	}
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	return collectors{
		gauge("madoguchi_audit_entries", "Number of the newest entry of the audit trail; it never goes back.", func(s State) float64 { return float64(s.Head.Seq) }),
		gauge("madoguchi_audit_writing", "1 where this process writes the area's audit trail.", func(s State) float64 { return flag(s.Writing) }),
		gauge("madoguchi_audit_fault", "1 where the trail's folder is not what it was, or cannot be written.", func(s State) float64 { return flag(s.Fault != "") }),
		gauge("madoguchi_audit_read_timestamp_seconds", "When the outboxes had last been read into the trail; 0 for never.", func(s State) float64 {
			if s.At.IsZero() {
				return 0
			}
			return float64(s.At.UnixMilli()) / 1000
		}),
		sealedInfo{c, prometheus.NewDesc("madoguchi_audit_sealed_info",
			"Always 1; the labels are the end of the newest segment that is closed and signed, to be given to madoguchi audit verify --head.", []string{"area", "head"}, nil)},
	}
}

func counter(name, help string, value func() float64) prometheus.Collector {
	return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value)
}

// collectors are several as one.
type collectors []prometheus.Collector

func (c collectors) Describe(to chan<- *prometheus.Desc) {
	for _, one := range c {
		one.Describe(to)
	}
}

func (c collectors) Collect(to chan<- prometheus.Metric) {
	for _, one := range c {
		one.Collect(to)
	}
}

// sealedInfo tells a hash, which is no number, as a label; it changes with each closed segment, once a day or so.
type sealedInfo struct {
	c    *Consumer
	desc *prometheus.Desc
}

func (s sealedInfo) Describe(to chan<- *prometheus.Desc) { to <- s.desc }

func (s sealedInfo) Collect(to chan<- prometheus.Metric) {
	if m := s.c.State().Sealed; m.Seq > 0 {
		to <- prometheus.MustNewConstMetric(s.desc, prometheus.GaugeValue, 1, s.c.c.Area, strconv.FormatInt(m.Seq, 10)+":"+m.Hash.String())
	}
}

package sfu

import (
	"time"

	"madoguchi/sfu/quality"

	"github.com/prometheus/client_golang/prometheus"
)

// histograms are the distributions a node measures. All methods do nothing on nil.
type histograms struct {
	roundTrip prometheus.Histogram
	lost      *prometheus.HistogramVec
	jitter    *prometheus.HistogramVec
	join      prometheus.Histogram
	admitted  *prometheus.HistogramVec
}

// Directions as labels: as the node sees them.
const (
	labelUp   = "up"
	labelDown = "down"
)

func newHistograms() *histograms {
	one := func(name, help string, buckets []float64) prometheus.HistogramOpts {
		return prometheus.HistogramOpts{Name: "madoguchi_sfu_" + name, Help: help, Buckets: buckets}
	}
	return &histograms{
		roundTrip: prometheus.NewHistogram(one("round_trip_seconds",
			"Round trip to a participant in a consultation by RTCP, once a second for each.",
			[]float64{.005, .01, .02, .05, .1, .15, .2, .3, .5, 1, 2})),
		lost: prometheus.NewHistogramVec(one("lost_ratio",
			"Share of packets lost before repair in one direction of a line in a consultation, once a second for each.",
			[]float64{0, .005, .01, .02, .05, .1, .15, .2, .3, .5, 1}), []string{"direction"}),
		jitter: prometheus.NewHistogramVec(one("jitter_seconds",
			"Interarrival jitter in one direction of a line in a consultation, once a second for each.",
			[]float64{.001, .002, .005, .01, .02, .05, .1, .2, .5}), []string{"direction"}),
		join: prometheus.NewHistogram(one("join_seconds",
			"Time from an offer to a line that is up.",
			[]float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30})),
		admitted: prometheus.NewHistogramVec(one("first_packet_seconds",
			"Time from when a subscriber may see a track, usually its admission, to the first packet sent to it.",
			[]float64{.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 5}), []string{"kind"}),
	}
}

func (h *histograms) all() []prometheus.Collector {
	return []prometheus.Collector{h.roundTrip, h.lost, h.jitter, h.join, h.admitted}
}

// line takes in one second of one participant's line.
func (h *histograms) line(up, down quality.Sample, roundTrip time.Duration) {
	if h == nil {
		return
	}
	if roundTrip > 0 {
		h.roundTrip.Observe(roundTrip.Seconds())
	}
	for label, s := range map[string]quality.Sample{labelUp: up, labelDown: down} {
		if sent := s.Sound.Expected + s.Pictures.Expected; sent > 0 {
			h.lost.WithLabelValues(label).Observe((s.Sound.Missing + s.Pictures.Missing) / sent)
			h.jitter.WithLabelValues(label).Observe(max(s.Sound.Jitter, s.Pictures.Jitter).Seconds())
		}
	}
}

// joined takes in how long a connection took.
func (h *histograms) joined(took time.Duration) {
	if h != nil {
		h.join.Observe(took.Seconds())
	}
}

// first takes in how long a subscriber waited for a track's first packet, if it was waiting.
func (h *histograms) first(k kind, took time.Duration, waiting bool) {
	if h != nil && waiting {
		h.admitted.WithLabelValues(string(k)).Observe(took.Seconds())
	}
}

// collector shows a node's figures to Prometheus.
type collector struct {
	node  *Node
	plain []plainMetric
	descs descs
}

// plainMetric is one figure without labels.
type plainMetric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*Stats) float64
}

// descs are the metrics with labels.
type descs struct {
	packets, bytes, sizes, drops, owned, messages, messageBytes, messagesDropped *prometheus.Desc
}

// Collector returns the node's figures as Prometheus metrics, described in deploy/METRICS.md. Labels are from short fixed
// lists; no metric tells rooms or participants apart, which are too many and too private.
func (n *Node) Collector() prometheus.Collector {
	c := &collector{node: n}
	gauge := func(name, help string, f func(*Stats) float64) {
		c.plain = append(c.plain, plainMetric{prometheus.NewDesc("madoguchi_sfu_"+name, help, nil, nil), prometheus.GaugeValue, f})
	}
	total := func(name, help string, f func(*Stats) uint64) {
		c.plain = append(c.plain, plainMetric{
			prometheus.NewDesc("madoguchi_sfu_"+name+"_total", help, nil, nil), prometheus.CounterValue,
			func(s *Stats) float64 { return float64(f(s)) },
		})
	}
	gauge("rooms", "Rooms now.", func(s *Stats) float64 { return float64(s.Rooms) })
	gauge("peers", "Peer connections now.", func(s *Stats) float64 { return float64(s.Peers) })
	gauge("peers_connected", "Peer connections whose line is up.", func(s *Stats) float64 { return float64(s.Connected) })
	gauge("tracks_up", "Tracks published.", func(s *Stats) float64 { return float64(s.Up) })
	gauge("tracks_down", "Tracks offered to subscribers.", func(s *Stats) float64 { return float64(s.Down) })
	gauge("tracks_unreadable", "Tracks that somebody is to receive and cannot for want of a codec.", func(s *Stats) float64 {
		return float64(s.Unreadable)
	})
	gauge("weak_lines", "Directions of lines in consultations that are poor or lost now.", func(s *Stats) float64 { return float64(s.Weak) })
	total("rooms", "Rooms made.", func(s *Stats) uint64 { return s.RoomsEver })
	total("peers", "Peer connections made.", func(s *Stats) uint64 { return s.PeersEver })
	total("offers", "Offers answered.", func(s *Stats) uint64 { return s.Offers })
	total("offers_refused", "Offers refused.", func(s *Stats) uint64 { return s.OffersRefused })
	total("packets_missing", "RTP packets of publishers that did not come by themselves.", func(s *Stats) uint64 { return s.Missing })
	total("packets_returned", "RTP packets of publishers that came when asked for again.", func(s *Stats) uint64 { return s.Returned })
	total("packets_redundant", "Sound packets from publishers that repeat earlier ones (RED).", func(s *Stats) uint64 { return s.Redundant })
	total("packets_recovered", "Sound packets made up for from the redundancy of a later one.", func(s *Stats) uint64 { return s.Recovered })
	total("packets_resent", "RTP packets sent again to subscribers.", func(s *Stats) uint64 { return s.Resent })
	total("packets_unsent", "Packets lost here: the kernel or a slow TCP connection had no room.", func(s *Stats) uint64 { return s.Unsent })
	total("nacks_in", "Packets subscribers asked for again.", func(s *Stats) uint64 { return s.NacksIn })
	total("nacks_out", "Packets the node asked publishers for again.", func(s *Stats) uint64 { return s.NacksOut })
	total("keyframe_requests", "Key frames asked of publishers.", func(s *Stats) uint64 { return s.KeyframeRequests })
	c.descs = newDescs()
	return c
}

func newDescs() descs {
	one := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("madoguchi_sfu_"+name, help, labels, nil)
	}
	return descs{
		packets:  one("packets_total", "RTP packets: up from publishers by what the track is for, down to subscribers without resent ones.", "direction", "kind", "purpose"),
		bytes:    one("bytes_total", "Bytes of RTP: up whole packets, down payloads.", "direction", "kind", "purpose"),
		sizes:    one("packet_size_bytes", "Sizes of RTP packets: up whole packets, down payloads.", "direction"),
		drops:    one("dropped_total", "What went no further, by reason.", "reason"),
		owned:    one("owned", "What rooms and peers own now, until its memory is free; zero without a room.", "what"),
		messages: one("messages_total", "Data channel messages passed on, once for each receiver.", "channel"),
		messageBytes: one("message_bytes_total", "Bytes of data channel messages passed on, once for each receiver.",
			"channel"),
		messagesDropped: one("messages_dropped_total", "Data channel messages not passed on, by reason.", "channel", "reason"),
	}
}

func (d descs) all() []*prometheus.Desc {
	return []*prometheus.Desc{d.packets, d.bytes, d.sizes, d.drops, d.owned, d.messages, d.messageBytes, d.messagesDropped}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range c.plain {
		ch <- m.desc
	}
	for _, d := range c.descs.all() {
		ch <- d
	}
	for _, h := range c.node.measured.all() {
		h.Describe(ch)
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	s, t := c.node.statsAndTotals()
	for _, m := range c.plain {
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(&s))
	}
	count := func(d *prometheus.Desc, n uint64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	c.collectTraffic(ch, count, &t)
	for i, n := range t.drops {
		count(c.descs.drops, n, dropNames[i])
	}
	l := c.node.Ledger()
	for what, n := range map[string]int{
		"rooms": l.Rooms, "peers": l.Peers, "rings": l.Rings, "ring_bytes": l.RingBytes, "connections": l.Connections,
		"credentials": l.Credentials, "paths": l.Paths, "tcp": l.TCP, "goroutines": l.Goroutines,
	} {
		ch <- prometheus.MustNewConstMetric(c.descs.owned, prometheus.GaugeValue, float64(n), what)
	}
	w := c.node.endpoint.Drops()
	count(c.descs.drops, w.Strangers, "stranger")
	count(c.descs.drops, w.Unauthentic, "unauthentic")
	count(c.descs.drops, w.Replayed, "replayed")
	count(c.descs.drops, w.Shed, "shed")
	count(c.descs.drops, t.muted, "muted")
	count(c.descs.drops, t.notAgreed, "codec")
	count(c.descs.drops, t.doubles, "double")
	count(c.descs.drops, t.resendsRefused, "resend_budget")
	count(c.descs.drops, t.keyframesRefused, "keyframe_budget")
	for k, m := range t.messages {
		label := channelLabels[k]
		count(c.descs.messages, m.relayed, label)
		count(c.descs.messageBytes, m.bytes, label)
		for i, n := range m.refused {
			count(c.descs.messagesDropped, n, label, refusalNames[i])
		}
	}
	for _, h := range c.node.measured.all() {
		h.Collect(ch)
	}
}

// collectTraffic shows what passed.
func (c *collector) collectTraffic(ch chan<- prometheus.Metric, count func(*prometheus.Desc, uint64, ...string), t *totals) {
	var up, down traffic
	for i, one := range t.in {
		kind := kindOf(purposes[i])
		count(c.descs.packets, one.Packets, labelUp, kind, purposes[i])
		count(c.descs.bytes, one.Bytes, labelUp, kind, purposes[i])
		up.add(one)
	}
	for i, k := range []kind{audio, video} {
		count(c.descs.packets, t.out[i].Packets, labelDown, string(k), "")
		count(c.descs.bytes, t.out[i].Bytes, labelDown, string(k), "")
		down.add(t.out[i])
	}
	for label, one := range map[string]traffic{labelUp: up, labelDown: down} {
		buckets := map[float64]uint64{}
		var below uint64
		for i := range sizeBuckets - 1 {
			below += one.sizes[i]
			buckets[float64(int(64)<<i)] = below
		}
		ch <- prometheus.MustNewConstHistogram(c.descs.sizes, one.Packets, float64(one.Bytes), buckets, label)
	}
}

// kindOf is the kind of media a purpose is of.
func kindOf(purpose string) string {
	switch purpose {
	case "voice", "stethoscope":
		return string(audio)
	case "face", "document", "screen":
		return string(video)
	default:
		return "other"
	}
}

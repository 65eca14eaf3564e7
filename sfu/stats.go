package sfu

import (
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// trackCounters count what one up or down track did.
type trackCounters struct {
	packets, bytes   atomic.Uint64
	dropped, doubles atomic.Uint64
	nacks, resent    atomic.Uint64
	replayed, failed atomic.Uint64
	recovered        atomic.Uint64 // from a later packet that repeats them
	keyframeRequests atomic.Uint64
}

// nodeCounters count what happened on the node since it started.
type nodeCounters struct {
	peers, rooms                   atomic.Uint64 // ever
	offers, refused                atomic.Uint64
	packetsIn, bytesIn             atomic.Uint64
	malformed, flooded, unknown    atomic.Uint64
	messages, messagesDropped      atomic.Uint64
	packetsOut, bytesOut, resent   atomic.Uint64
	nacksOut, nacksIn, keyframeAsk atomic.Uint64
	redundant, recovered           atomic.Uint64
}

// Stats are a node's plain figures at one moment. Counts without a time are totals since the node started.
type Stats struct {
	Rooms     int // now
	Peers     int // now
	Connected int // now
	Up, Down  int // tracks now

	PeersEver, RoomsEver   uint64
	Offers, OffersRefused  uint64
	PacketsIn, BytesIn     uint64 // RTP from publishers
	PacketsOut, BytesOut   uint64 // RTP to subscribers, without resent packets
	Resent                 uint64 // packets sent again to subscribers
	Redundant              uint64 // sound packets from publishers that repeat earlier ones (RED)
	Recovered              uint64 // sound packets made up for from the redundancy of a later one
	NacksIn, NacksOut      uint64 // packets asked for by subscribers, and by the node
	KeyframeRequests       uint64
	Malformed              uint64  // packets dropped because they could not be read
	Flooded                uint64  // packets dropped because a peer sent too many
	Unknown                uint64  // packets of a stream or payload type nobody negotiated
	Messages, MessagesLost uint64  // on data channels: relayed, dropped
	RoundTripSeconds       float64 // mean over subscribers that have reported
	WorstFractionLost      float64 // 0 … 1, worst latest report of a subscriber
}

// Stats returns the node's figures.
func (n *Node) Stats() Stats {
	c := &n.count
	s := Stats{
		PeersEver: c.peers.Load(), RoomsEver: c.rooms.Load(), Offers: c.offers.Load(), OffersRefused: c.refused.Load(),
		PacketsIn: c.packetsIn.Load(), BytesIn: c.bytesIn.Load(), PacketsOut: c.packetsOut.Load(), BytesOut: c.bytesOut.Load(),
		Resent: c.resent.Load(), Redundant: c.redundant.Load(), Recovered: c.recovered.Load(),
		NacksIn: c.nacksIn.Load(), NacksOut: c.nacksOut.Load(), KeyframeRequests: c.keyframeAsk.Load(),
		Malformed: c.malformed.Load(), Flooded: c.flooded.Load(), Unknown: c.unknown.Load(),
		Messages: c.messages.Load(), MessagesLost: c.messagesDropped.Load(),
	}
	var rtt float64
	var reporting int
	for _, r := range n.allRooms() {
		s.Rooms++
		for _, p := range r.allPeers() {
			s.Peers++
			if p.connected.Load() {
				s.Connected++
			}
			s.Up += len(p.ups)
			s.Down += len(p.downs)
			for _, d := range p.downs {
				if t := d.roundTrip(); t > 0 {
					rtt += t.Seconds()
					reporting++
				}
				s.WorstFractionLost = max(s.WorstFractionLost, float64(d.lost.Load())/256)
			}
		}
	}
	if reporting > 0 {
		s.RoundTripSeconds = rtt / float64(reporting)
	}
	return s
}

// collector shows Stats to Prometheus.
type collector struct {
	node    *Node
	metrics []metric
}

type metric struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(*Stats) float64
}

// Collector returns the node's figures as Prometheus metrics. No metric has a label: rooms and participants are too many
// and too private.
func (n *Node) Collector() prometheus.Collector {
	c := &collector{node: n}
	gauge := func(name, help string, f func(*Stats) float64) {
		c.metrics = append(c.metrics, metric{prometheus.NewDesc("madoguchi_sfu_"+name, help, nil, nil), prometheus.GaugeValue, f})
	}
	total := func(name, help string, f func(*Stats) uint64) {
		c.metrics = append(c.metrics, metric{
			prometheus.NewDesc("madoguchi_sfu_"+name+"_total", help, nil, nil), prometheus.CounterValue,
			func(s *Stats) float64 { return float64(f(s)) },
		})
	}
	gauge("rooms", "Rooms now.", func(s *Stats) float64 { return float64(s.Rooms) })
	gauge("peers", "Peer connections now.", func(s *Stats) float64 { return float64(s.Peers) })
	gauge("peers_connected", "Peer connections whose line is up.", func(s *Stats) float64 { return float64(s.Connected) })
	gauge("tracks_up", "Tracks published.", func(s *Stats) float64 { return float64(s.Up) })
	gauge("tracks_down", "Tracks offered to subscribers.", func(s *Stats) float64 { return float64(s.Down) })
	gauge("round_trip_seconds", "Mean round trip to subscribers.", func(s *Stats) float64 { return s.RoundTripSeconds })
	gauge("worst_fraction_lost", "Worst loss a subscriber reported last.", func(s *Stats) float64 { return s.WorstFractionLost })
	total("peers", "Peer connections made.", func(s *Stats) uint64 { return s.PeersEver })
	total("offers", "Offers answered.", func(s *Stats) uint64 { return s.Offers })
	total("offers_refused", "Offers refused.", func(s *Stats) uint64 { return s.OffersRefused })
	total("packets_in", "RTP packets from publishers.", func(s *Stats) uint64 { return s.PacketsIn })
	total("bytes_in", "RTP bytes from publishers.", func(s *Stats) uint64 { return s.BytesIn })
	total("packets_out", "RTP packets to subscribers.", func(s *Stats) uint64 { return s.PacketsOut })
	total("bytes_out", "RTP payload bytes to subscribers.", func(s *Stats) uint64 { return s.BytesOut })
	total("packets_resent", "Packets sent again to subscribers.", func(s *Stats) uint64 { return s.Resent })
	total("packets_redundant", "Sound packets from publishers that repeat earlier ones (RED).", func(s *Stats) uint64 { return s.Redundant })
	total("packets_recovered", "Sound packets made up for from the redundancy of a later one.", func(s *Stats) uint64 { return s.Recovered })
	total("nacks_in", "Packets subscribers asked for again.", func(s *Stats) uint64 { return s.NacksIn })
	total("nacks_out", "Packets the node asked publishers for again.", func(s *Stats) uint64 { return s.NacksOut })
	total("keyframe_requests", "Key frames asked for.", func(s *Stats) uint64 { return s.KeyframeRequests })
	total("packets_malformed", "Packets that could not be read.", func(s *Stats) uint64 { return s.Malformed })
	total("packets_flooded", "Packets dropped because a peer sent too many.", func(s *Stats) uint64 { return s.Flooded })
	total("packets_unknown", "Packets of streams nobody negotiated.", func(s *Stats) uint64 { return s.Unknown })
	total("messages", "Data channel messages relayed.", func(s *Stats) uint64 { return s.Messages })
	total("messages_dropped", "Data channel messages dropped.", func(s *Stats) uint64 { return s.MessagesLost })
	return c
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, m := range c.metrics {
		ch <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	s := c.node.Stats()
	for _, m := range c.metrics {
		ch <- prometheus.MustNewConstMetric(m.desc, m.kind, m.value(&s))
	}
}

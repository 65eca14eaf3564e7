package sfu

import (
	"slices"
	"time"

	"madoguchi/sfu/quality"
)

// Stats are a node's plain figures at one moment. Counts without a time are totals since the node started.
type Stats struct {
	Rooms     int // now
	Peers     int // now
	Connected int // now
	Up, Down  int // tracks now

	Unreadable int // tracks somebody is to receive now and cannot, for want of a codec

	PeersEver, RoomsEver   uint64
	Offers, OffersRefused  uint64
	PacketsIn, BytesIn     uint64 // RTP from publishers, each packet once
	PacketsOut, BytesOut   uint64 // RTP to subscribers, without resent packets; bytes of payload
	Missing                uint64 // packets of publishers that did not come by themselves
	Returned               uint64 // of these, those that came when asked for
	Resent                 uint64 // packets sent again to subscribers
	Redundant              uint64 // sound packets from publishers that repeat earlier ones (RED)
	Recovered              uint64 // sound packets made up for from the redundancy of a later one
	NacksIn, NacksOut      uint64 // packets asked for by subscribers, and by the node
	KeyframeRequests       uint64 // made of publishers
	Malformed              uint64 // packets dropped because they could not be read
	Flooded                uint64 // packets dropped because a peer sent too many
	Unknown                uint64 // packets of a stream or payload type nobody negotiated
	Unsent                 uint64 // packets lost here: the kernel or a slow TCP connection had no room
	Strangers              uint64 // datagrams from addresses nobody has checked from
	Unauthentic, Replayed  uint64 // packets whose seal was wrong, or that had come before
	Shed                   uint64 // packets of pictures given up unopened because more came than could be carried
	Messages, MessagesLost uint64 // on data channels: relayed, dropped

	RoundTripSeconds  float64 // mean over subscribers that have reported
	WorstFractionLost float64 // 0 … 1, worst latest report of a subscriber
	Weak              int     // directions of lines that are poor or lost now
}

// Stats returns the node's figures.
func (n *Node) Stats() Stats {
	s, _ := n.statsAndTotals()
	return s
}

func (n *Node) statsAndTotals() (Stats, totals) {
	t := n.accounts.sum()
	c, w := &n.count, n.endpoint.Drops()
	s := Stats{
		PeersEver: c.peers.Load(), RoomsEver: c.rooms.Load(), Offers: c.offers.Load(), OffersRefused: c.refused.Load(),
		Missing: t.missing, Returned: t.returned, Redundant: t.redundant, Recovered: t.recovered, Resent: t.resent, NacksIn: t.nacksIn, NacksOut: t.nacksOut,
		KeyframeRequests: t.keyframesAsked,
		Malformed:        t.drops[dropMalformed], Flooded: t.drops[dropFlood], Unknown: t.drops[dropUnknown],
		Unsent: n.endpoint.Lost(), Strangers: w.Strangers, Unauthentic: w.Unauthentic, Replayed: w.Replayed, Shed: w.Shed,
	}
	for _, one := range t.in {
		s.PacketsIn += one.Packets
		s.BytesIn += one.Bytes
	}
	for _, one := range t.out {
		s.PacketsOut += one.Packets
		s.BytesOut += one.Bytes
	}
	for _, m := range t.messages {
		s.Messages += m.relayed
		for _, refused := range m.refused {
			s.MessagesLost += refused
		}
	}
	n.addPresent(&s)
	return s, t
}

// addPresent adds what is there now.
func (n *Node) addPresent(s *Stats) {
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
			s.Unreadable += p.unreadableTracks()
			for _, d := range p.downs {
				if t := d.roundTrip(); t > 0 {
					rtt += t.Seconds()
					reporting++
				}
				s.WorstFractionLost = max(s.WorstFractionLost, float64(d.lost.Load())/256)
			}
			for _, l := range p.health.levels() {
				if l == quality.Poor || l == quality.Lost {
					s.Weak++
				}
			}
		}
	}
	if reporting > 0 {
		s.RoundTripSeconds = rtt / float64(reporting)
	}
}

// RoomStats are one room's plain figures at one moment.
type RoomStats struct {
	ID       string
	Admitted []string // participants, sorted
	Peers    []PeerStats
	Scores   []Score // of everybody who has been in a consultation here, by participant
}

// Score sums up how good a participant's line was in the consultations of one room, both directions. Ratings are those of
// package quality.
type Score struct {
	Participant string
	Up, Down    quality.Summary
}

// PeerStats are one connection's plain figures at one moment; counts are totals since it was made.
type PeerStats struct {
	Participant string
	Kind        Kind
	Connected   bool
	RoundTrip   time.Duration // 0: unknown
	Up, Down    Direction     // in the consultation; zero outside one
	Tracks      []TrackStats
	Drops       map[string]uint64 // by reason
	Messages    map[string]MessageStats
}

// Direction is one direction of a peer's line.
type Direction struct {
	Level  quality.Level
	Rating float64 // 0 … 93, of package quality
	Lost   float64 // 0 … 1, before repair, in the last second that said something
	Gone   float64 // 0 … 1, after repair
}

// MessageStats counts the messages a peer sent on one data channel, by its label.
type MessageStats struct {
	Relayed, Bytes uint64 // once for each receiver
	Refused        map[string]uint64
}

// TrackStats are one track's plain figures.
type TrackStats struct {
	Mid     string
	Up      bool   // from the peer
	From    string // whose it is: the peer's own, or the one an m-line of the peer carries
	Purpose string
	Video   bool

	Packets, Bytes   uint64
	LargestPacket    uint64  // bytes
	BitsPerSecond    float64 // over about two seconds
	Expected         uint64  // up: sent, as far as numbers show; down: sent, as far as the subscriber has reported
	Missing          uint64  // of these, did not come by themselves; down: what never came to us is not counted
	Recovered        uint64  // up: came when asked for again; down: sent again
	FractionLost     float64 // 0 … 1; up: since the last report; down: in the subscriber's latest report
	Jitter           time.Duration
	RoundTrip        time.Duration // down
	Nacks            uint64        // packets asked for again; up: by us, down: of us
	KeyframeRequests uint64        // up: made, down: received
	Dropped          uint64        // up: of a payload type nobody agreed to, or muted; down: of a codec not agreed to
}

// Room returns a room's figures; false if there is none of that id.
func (n *Node) Room(id string) (RoomStats, bool) {
	n.mu.Lock()
	r := n.rooms[id]
	n.mu.Unlock()
	if r == nil {
		return RoomStats{}, false
	}
	r.mu.Lock()
	s := RoomStats{ID: id, Scores: r.scoreList()}
	for participant := range r.admitted {
		s.Admitted = append(s.Admitted, participant)
	}
	peers := r.inOrder()
	r.mu.Unlock()
	slices.Sort(s.Admitted)
	for _, p := range peers {
		s.Peers = append(s.Peers, p.stats())
	}
	return s, true
}

func (p *peer) stats() PeerStats {
	s := PeerStats{
		Participant: p.key.participant, Kind: p.key.kind, Connected: p.connected.Load(),
		Drops: map[string]uint64{}, Messages: map[string]MessageStats{},
	}
	s.Up, s.Down, s.RoundTrip = p.health.directions()
	for _, u := range p.ups {
		s.Tracks = append(s.Tracks, u.stats())
	}
	for _, d := range p.downs {
		s.Tracks = append(s.Tracks, d.stats())
	}
	for i, name := range dropNames {
		s.Drops[name] = p.count.drops[i].Load()
	}
	for i, label := range channelLabels {
		m := &p.count.messages[i]
		one := MessageStats{Relayed: m.relayed.Load(), Bytes: m.bytes.Load(), Refused: map[string]uint64{}}
		for j, name := range refusalNames {
			one.Refused[name] = m.refused[j].Load()
		}
		s.Messages[label] = one
	}
	return s
}

func (u *upTrack) stats() TrackStats {
	c := &u.count
	u.mu.Lock()
	defer u.mu.Unlock()
	return TrackStats{
		Mid: u.mid, Up: true, From: u.peer.key.participant, Purpose: u.purpose, Video: u.kind == video,
		Packets: u.passed.Packets, Bytes: u.passed.Bytes, LargestPacket: u.passed.Largest, BitsPerSecond: u.rate.bits,
		Expected: u.reception.expected(), Missing: u.reception.missing(), Recovered: c.returned.Load(),
		FractionLost: u.reception.fraction, Jitter: u.reception.jitterTime(),
		Nacks: c.nacks.Load(), KeyframeRequests: c.keyframeRequests.Load(), Dropped: c.dropped.Load() + u.swallowed,
	}
}

func (d *downTrack) stats() TrackStats {
	c := &d.count
	d.mu.Lock()
	defer d.mu.Unlock()
	s := TrackStats{
		Mid: d.line.mid, Video: d.line.kind == video,
		Packets: d.passed.Packets, Bytes: d.passed.Bytes, LargestPacket: d.passed.Largest, BitsPerSecond: d.rate.bits,
		Expected: d.heard.expected(), Missing: d.heard.missing, Recovered: c.resent.Load(), FractionLost: float64(d.lost.Load()) / 256,
		Jitter: d.heard.jitter, RoundTrip: d.rtt, Nacks: c.nacks.Load(), KeyframeRequests: c.keyframeRequests.Load(),
		Dropped: c.dropped.Load(),
	}
	if d.source != nil {
		s.From, s.Purpose = d.source.peer.key.participant, d.source.purpose
	}
	return s
}

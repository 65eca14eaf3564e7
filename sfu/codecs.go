package sfu

import (
	"cmp"
	"slices"

	"madoguchi/sfu/codec"
)

// Nobody is to end without a picture because of a codec that only some can decode. A publisher sends the first codec of the
// answer, so the answer's order steers it: first what everybody here can take, then VP8, which every browser has to have
// (RFC 7742 section 5), then what the publisher would rather send. Who comes later and can take none of what is sent is told
// of: as an event, in the log and in the metrics.

// CodecObserver is what an Observer may be too.
type CodecObserver interface {
	// Unreadable tells that a participant cannot be shown or played what another sends, and why: the codec sent, of which the
	// participant's connection knows nothing, or "none in common". It is told once, and again after it had passed.
	Unreadable(room, participant, from, codec string)
}

// noneInCommon stands for a codec where two have not a single one in common.
const noneInCommon = "none in common"

// steer orders the codecs a publisher's m-line offers for the answer, with r.offers held.
func (r *room) steer(p *peer, m *mline) {
	if m.dir != sendonly || m.kind != video {
		return
	}
	var here []*peer
	for _, s := range r.allPeers() {
		if s.key.participant != p.key.participant && slices.ContainsFunc(s.downs, func(d *downTrack) bool { return d.line.kind == video }) {
			here = append(here, s)
		}
	}
	without := func(c *payload) int {
		n := 0
		for _, s := range here {
			if !slices.ContainsFunc(s.downs, func(d *downTrack) bool { return d.line.matching(c) != nil }) {
				n++
			}
		}
		return n
	}
	floor := func(c *payload) int {
		if c.format == codec.VP8 {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(m.payloads, func(a, b payload) int {
		return cmp.Or(cmp.Compare(without(&a), without(&b)), cmp.Compare(floor(&a), floor(&b)))
	})
}

// unreadable notes that a subscriber's m-line gets a codec it did not agree to, or no longer does. Called for the first packet
// of a codec, with d.mu held.
func (d *downTrack) unreadable(c *payload) {
	if was := d.blind.Swap(c != nil); c == nil || was {
		return
	}
	d.peer.cannotRead(d.source.peer.key.participant, c.format.String())
}

// cannotRead tells of it.
func (p *peer) cannotRead(from, what string) {
	p.node.log.Warn("codec cannot be received", "room", p.room.id, "participant", p.key.participant, "from", from, "codec", what)
	p.node.notify.unreadable(p.room.id, p.key.participant, from, what)
}

// leftOut notes the publishers whose tracks of a kind a subscriber is to see and has no codec for; with room.mu held. A track
// that only lacks a free m-line is none of them.
func (s *peer) leftOut(k kind, waiting []*upTrack, downs []*downTrack) {
	for up := range s.blindTo {
		if up.kind == k && !slices.Contains(waiting, up) {
			delete(s.blindTo, up)
		}
	}
	for _, up := range waiting {
		if s.blindTo[up] || len(downs) == 0 || slices.ContainsFunc(downs, func(d *downTrack) bool { return d.canCarry(up) }) {
			continue
		}
		if s.blindTo == nil {
			s.blindTo = map[*upTrack]bool{}
		}
		s.blindTo[up] = true
		s.cannotRead(up.peer.key.participant, noneInCommon)
	}
}

// unreadableTracks counts the tracks a peer is to receive and cannot for want of a codec.
func (s *peer) unreadableTracks() int {
	s.room.mu.Lock()
	n := len(s.blindTo)
	s.room.mu.Unlock()
	for _, d := range s.downs {
		if d.blind.Load() {
			n++
		}
	}
	return n
}

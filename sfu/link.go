package sfu

import (
	"cmp"
	"fmt"
	"math/rand/v2"

	"madoguchi/sfu/purpose"
	"madoguchi/sfu/wire"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// The forwarding core (up tracks, down tracks, rooms) knows a connection only by these two sides. Whatever carries the
// packets can be exchanged without touching the core.

// outlet is where the packets of one down track go. WriteRTP does not keep the header or the payload. What is written by way
// of a batch goes out with it; without one (nil) it goes at once.
type outlet interface {
	WriteRTP(*rtp.Header, []byte, *wire.Batch) error
}

// feedbackWriter is where RTCP to a peer goes, by way of a batch as above.
type feedbackWriter interface {
	WriteRTCP([]rtcp.Packet, *wire.Batch) error
}

// link is one peer's connection: what of SDP is the connection's own, above package wire.
type link struct {
	conn    *wire.Conn
	session uint64 // of our answers
	version uint64
	active  bool // our side begins the handshake
	bound   []binding
}

// binding is one down m-line's sending side.
type binding struct {
	mid, stream   string
	out           outlet
	ssrc, rtxSSRC uint32
}

// newLink prepares a connection whose traffic goes to the handler.
func (n *Node) newLink(o *offer, to wire.Handler) (*link, error) {
	conn, _, err := n.endpoint.Connect(wire.Peer{
		Ufrag: o.ufrag, Fingerprint: o.fingerprintSum, Channels: o.channels(), Passive: o.passive,
	}, to)
	if err != nil {
		return nil, fmt.Errorf("make connection: %w", err)
	}
	l := &link{conn: conn, session: rand.Uint64() >> 1, active: o.passive}
	l.bind(o)
	return l, nil
}

// bind gives every m-line the client receives on its SSRCs, in the order of the m-lines. The voices and faces of one index share
// a stream, so that a browser keeps the sound and picture of the participant shown there in step. Everything else has a
// stream of its own: a picture of paper need not wait for a sound that is played later.
func (l *link) bind(o *offer) {
	used := map[uint32]bool{}
	for i := range o.lines {
		used[o.lines[i].ssrc], used[o.lines[i].rtxSSRC] = true, true
	}
	fresh := func() uint32 {
		for {
			if s := rand.Uint32(); s != 0 && !used[s] {
				used[s] = true
				return s
			}
		}
	}
	counts := map[kind]int{}
	for i := range o.lines {
		m := &o.lines[i]
		if m.kind == application || m.dir != recvonly {
			continue
		}
		b := binding{mid: m.mid, stream: "alone" + m.mid, ssrc: fresh(), rtxSSRC: fresh()}
		if m.usual() {
			b.stream = fmt.Sprintf("slot%d", counts[m.kind])
			counts[m.kind]++
		}
		b.out = l.outlet(cmp.Or(m.purpose, purpose.Usual(m.kind == audio)))
		l.bound = append(l.bound, b)
	}
}

// outlet is where packets of tracks of a purpose go.
func (l *link) outlet(p purpose.Purpose) outlet {
	t, _ := purpose.Of(p)
	return l.conn.Outlet(t.Rank)
}

// binding returns the sending side of an m-line, or nil.
func (l *link) binding(mid string) *binding {
	for i := range l.bound {
		if l.bound[i].mid == mid {
			return &l.bound[i]
		}
	}
	return nil
}

// inlet is one incoming SSRC of a peer. It implements wire.Stream.
type inlet struct {
	peer  *peer
	ssrc  uint32
	route route // where RTP of this SSRC goes, once known
}

// RTP implements wire.Stream.
func (in *inlet) RTP(b []byte, via *wire.Batch) { in.peer.receiveRTP(in, b, via) }

// Spare implements wire.Stream.
func (in *inlet) Spare() bool { return in.route.up != nil && in.route.up.kind == video }

// Stream implements wire.Handler.
func (p *peer) Stream(ssrc uint32) wire.Stream {
	if int(p.streams.Add(1)) > p.node.limits.Streams {
		p.node.dropLater(p, "too many streams")
		return nil
	}
	return &inlet{peer: p, ssrc: ssrc}
}

// RTCP implements wire.Handler.
func (p *peer) RTCP(b []byte, via *wire.Batch) { p.receiveRTCP(b, via) }

// State implements wire.Handler.
func (p *peer) State(s wire.State) {
	switch s {
	case wire.Connected:
		p.room.lineUp(p)
	case wire.Disconnected:
		p.room.lineDown(p)
	case wire.Closed:
		p.node.drop(p, "ended by the client, or its handshake failed")
	}
}

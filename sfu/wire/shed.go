package wire

import "time"

// A loop that cannot keep up would let the kernel throw away whatever comes when the socket is full, sound and pictures alike.
// It gives up pictures itself before that, unopened, which costs a tenth of forwarding them: some publishers' whole pictures
// rather than a few packets of everybody's, which would all be asked for again. A publisher whose pictures are given up is told
// by transport-wide feedback, and sends less; when its turn comes back the gap is long enough for a key frame to be asked for.

// What counts is the standing queue: the least that waited during a look, however long the bursts between were.
const (
	shedShares = 32 // into which streams of pictures are divided
	shedLook   = 50 * time.Millisecond
	shedMuch   = 0.10 // of a socket's buffer standing, and not getting less: one share more is given up
	shedAll    = 0.50 // of it full at any moment: all are, until much is standing no more
	shedLittle = 0.02 // standing for so many looks: shares are let back, an eighth at a time
	shedCalm   = 5
)

// shedder decides for one loop which pictures are given up. It belongs to the loop.
type shedder struct {
	shares int // given up
	all    bool

	standing, before float64 // the least seen during this look, and during the one before
	ends             time.Duration
	calm             int // looks with little standing
}

// observe takes how full the socket's buffer is, 0 … 1. A loop that keeps up always finds it nearly empty.
func (s *shedder) observe(full float64, now time.Duration) {
	s.standing = min(s.standing, full)
	if now >= s.ends {
		s.look()
		s.before, s.standing, s.ends = s.standing, full, now+shedLook
	}
	s.all = s.all || full > shedAll
}

// look draws the conclusion from one look.
func (s *shedder) look() {
	s.all = s.all && s.standing > shedMuch
	if s.standing > shedLittle {
		s.calm = 0
	} else {
		s.calm++
	}
	switch {
	case s.standing > shedMuch && s.standing >= s.before:
		s.shares = min(s.shares+1, shedShares)
	case s.calm >= shedCalm:
		s.shares, s.calm = max(0, s.shares-1-s.shares/8), 0
	}
}

// active reports whether any pictures are given up.
func (s *shedder) active() bool { return s.all || s.shares > 0 }

// gives reports whether the pictures of an SSRC are given up now. It is always the same ones that go first.
func (s *shedder) gives(ssrc uint32) bool {
	return s.all || int(ssrc*0x9e3779b1>>27) < s.shares
}

// peeked is how often a packet of a stream that is given up is opened all the same: SRTP counts the wraps of sequence numbers
// by the packets it sees, and would lose count after 32,768 (RFC 3711 section 3.3.1).
const peeked = 1 << 10

package wire

import "time"

// A loop that cannot keep up would let the kernel throw away whatever comes when the socket is full, sound and pictures alike.
// It gives up pictures itself before that, unopened, which costs a tenth of forwarding them: some publishers' whole pictures
// rather than a few packets of everybody's, which would all be asked for again. A publisher whose pictures are given up is told
// by transport-wide feedback, and sends less; when its turn comes back the gap is long enough for a key frame to be asked for.

const (
	shedShares = 32   // into which streams of pictures are divided
	shedMuch   = 0.20 // of a socket's buffer full: one share more is given up
	shedAll    = 0.50 // likewise: all of them, until it is down to
	shedLittle = 0.05 // then, and only then, shares are let back, an eighth at a time
	shedMore   = 30 * time.Millisecond
	shedLess   = 250 * time.Millisecond
)

// shedder decides for one loop which pictures are given up. It belongs to the loop.
type shedder struct {
	shares  int // given up
	all     bool
	changed time.Duration
}

// observe takes how full the socket's buffer is, 0 … 1. A loop that keeps up always finds it nearly empty.
func (s *shedder) observe(full float64, now time.Duration) {
	switch {
	case full > shedAll:
		s.all = true
	case full < shedLittle:
		s.all = false
	}
	switch {
	case full > shedMuch && s.shares < shedShares && now-s.changed >= shedMore:
		s.shares, s.changed = s.shares+1, now
	case full < shedLittle && s.shares > 0 && now-s.changed >= shedLess:
		s.shares, s.changed = s.shares-1-s.shares/8, now
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

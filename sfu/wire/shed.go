package wire

import "time"

// A loop that cannot keep up would let the kernel throw away whatever comes when the socket is full, sound and pictures alike.
// It gives up pictures itself before that: some publishers' whole pictures rather than a few packets of everybody's, which
// would all be asked for again. Long datagrams of theirs do not even reach the socket (sieve_linux.go), so that giving up
// costs next to nothing of what is scarce; the short ones, which may be anything, are left unopened. A publisher whose pictures
// are given up is told by transport-wide feedback, and sends less; when its turn comes back the gap is long enough for a key
// frame to be asked for.

// What counts is the standing queue: the least that waited during a look, however long the bursts between were. The faster it
// grows, the more is given up at once, rather too much than too little, since sound waits in the same queue. What was given up
// too much comes back quickly, up to where it last proved too much; from there share by share, and each time that proves too
// early the next try waits twice as long. (The shape is that of CUBIC, RFC 9438, whose losses are our queue.)
const (
	shedShares = 32 // into which streams of pictures are divided
	shedLook   = 50 * time.Millisecond
	shedMuch   = 0.04                  // of a socket's buffer standing, and not getting less: more is given up
	shedSteps  = 24                    // shares for a buffer that fills up during one look
	shedFull   = 0.50                  // of it taken, and more than a moment ago: an eighth of the shares is given up at once
	shedHaste  = 10 * time.Millisecond // that moment
	shedLittle = 0.02                  // standing: nothing is in excess
	shedCalm   = 4 * shedLook
	shedCalms  = 8 * time.Second // longest time without excess before something is let back
)

// shedder decides for one loop which pictures are given up. It belongs to the loop.
type shedder struct {
	shares int // given up

	standing, before float64       // the least seen during this look, and during the one before
	ends             time.Duration // of the look
	hasty            time.Duration // when the buffer was found too full last
	fullest          float64       // how full it was then

	calm  time.Duration // since when there is no excess
	edge  int           // the last time that many shares, and no more, were given up, it was too few
	wait  time.Duration // how long there must be no excess before one fewer is tried again
	tried bool          // shares have been let back since some were last given up
}

// observe takes how full the socket's buffer is, 0 … 1, and reports whether other pictures are given up than before. A loop
// that keeps up always finds it nearly empty.
func (s *shedder) observe(full float64, now time.Duration) bool {
	before := s.shares
	s.standing = min(s.standing, full)
	if now >= s.ends {
		s.look(now)
		s.before, s.standing, s.ends = s.standing, full, now+shedLook
	}
	if full > shedFull && now-s.hasty >= shedHaste {
		if full > s.fullest || now-s.hasty > shedLook {
			s.giveUp(shedShares/8, now)
		}
		s.hasty, s.fullest = now, full
	}
	return s.shares != before
}

// look draws the conclusion from one look.
func (s *shedder) look(now time.Duration) {
	switch {
	case s.standing > shedMuch && s.standing >= s.before && s.before > shedMuch: // else a hiccup has left it, and it drains
		s.giveUp(1+int(shedSteps*(s.standing-s.before)), now)
	case s.standing > shedLittle:
		s.calm = now
	case s.shares > 0 && now-s.calm >= s.patience():
		s.letBack(now)
	}
}

// giveUp gives up so many shares more.
func (s *shedder) giveUp(more int, now time.Duration) {
	if s.tried {
		if s.shares == s.edge || s.shares == s.edge+1 {
			s.wait = min(2*s.wait, shedCalms)
		}
		s.edge = s.shares
	}
	s.wait = max(s.wait, shedCalm)
	s.shares = min(s.shares+more, shedShares)
	s.calm, s.tried = now, false
}

// patience is how long there must be no excess before something is let back.
func (s *shedder) patience() time.Duration {
	if s.shares > s.edge+1 {
		return shedCalm
	}
	return s.wait
}

// letBack lets shares back: a quarter of those beyond the edge, or one.
func (s *shedder) letBack(now time.Duration) {
	s.shares -= max(1, (s.shares-s.edge)/4)
	s.calm, s.tried = now, true
	if s.shares < s.edge {
		s.edge, s.wait = s.shares, max(s.wait/2, shedCalm) // there is more room than before
	}
	if s.shares == 0 {
		*s = shedder{standing: s.standing, before: s.before}
	}
}

// active reports whether any pictures are given up.
func (s *shedder) active() bool { return s.shares > 0 }

// gives reports whether the pictures of an SSRC are given up now. It is always the same ones that go first.
func (s *shedder) gives(ssrc uint32) bool { return int(ssrc*shedSpread>>shedShift) < s.shares }

// SSRCs are spread over the shares by a multiplication (Knuth, The Art of Computer Programming, 6.4), which the sieve in the
// kernel can do too.
const (
	shedSpread = 0x9e3779b1
	shedShift  = 27 // leaves log2(shedShares) bits of 32
)

// peeked is every how many sequence numbers a packet of a stream that is given up is opened all the same: SRTP counts the wraps
// of sequence numbers by the packets it sees, and would lose count after 32,768 (RFC 3711 section 3.3.1).
const peeked = 1 << 10

// isPeeked reports whether it is one of these.
func isPeeked(sequence uint16) bool { return sequence&(peeked-1) == 0 }

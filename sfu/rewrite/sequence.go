package rewrite

// Unwrapper turns 16-bit sequence numbers into 64-bit ones that do not wrap. The zero value is ready for use.
type Unwrapper struct {
	highest uint64
	started bool
}

// unwrapStart leaves room below the first number for packets that arrive late.
const unwrapStart = 1 << 16

// Unwrap returns the number nearest to the highest seen so far whose low 16 bits are seq.
func (u *Unwrapper) Unwrap(seq uint16) uint64 {
	if !u.started {
		u.started = true
		u.highest = unwrapStart + uint64(seq)
		return u.highest
	}
	full := Near(u.highest, seq)
	if full > u.highest {
		u.highest = full
	}
	return full
}

// Highest returns the highest number so far, and false before the first.
func (u *Unwrapper) Highest() (uint64, bool) { return u.highest, u.started }

// Near returns the number closest to reference whose low 16 bits are seq (half-way counts as newer).
func Near(reference uint64, seq uint16) uint64 {
	forward := seq - uint16(reference)
	if forward <= 1<<15 {
		return reference + uint64(forward)
	}
	back := uint64(1<<16) - uint64(forward)
	if back > reference {
		return reference + uint64(forward)
	}
	return reference - back
}

// Sequence maps the unwrapped sequence numbers of successive sources to one outgoing count.
type Sequence struct {
	source  uint64 // first number of the present source
	base    uint64 // what that number is mapped to
	next    uint64 // one past the highest number given out
	running bool
}

// NewSequence counts outgoing packets from first. Starting in the lower half of the 16-bit range keeps a receiver that
// misses the first packets from guessing the SRTP roll-over counter wrong.
func NewSequence(first uint16) Sequence {
	return Sequence{next: unwrapStart + uint64(first)}
}

// Start begins a source whose first packet has the number source; it follows whatever was given out before.
func (s *Sequence) Start(source uint64) {
	s.source, s.base, s.running = source, s.next, true
}

// Map returns the outgoing number of the present source's packet; false if the packet lies before the start of the source.
// Distinct packets of a source get distinct numbers, and asking twice gives the same one.
func (s *Sequence) Map(source uint64) (uint64, bool) {
	if !s.running || source < s.source {
		return 0, false
	}
	out := s.base + (source - s.source)
	if out >= s.next {
		s.next = out + 1
	}
	return out, true
}

// Source returns which packet of the present source has the outgoing number out; false if out belongs to an earlier
// source or has not been reached yet.
func (s *Sequence) Source(out uint64) (uint64, bool) {
	if !s.running || out < s.base || out >= s.next {
		return 0, false
	}
	return s.source + (out - s.base), true
}

// Highest returns the highest number given out; false if there was none.
func (s *Sequence) Highest() (uint64, bool) {
	return s.next - 1, s.running && s.next > s.base
}

package sfu

// ring keeps the latest packets of an up track as they came, for resending and for a quick start. Its memory grows with
// the largest packet seen in each place and never beyond size × packet limit. It is not safe for concurrent use.
type ring struct {
	size    int
	places  []place // none before the first packet
	highest uint64
	any     bool
	account *ringAccount // may be nil
}

// place is one packet kept.
type place struct {
	ext   uint64 // unwrapped sequence number; valid if used
	used  bool
	bytes []byte
}

// ringGrain is the step in which places grow.
const ringGrain = 128

// newRing keeps up to size packets; size is a power of two. Nothing is set aside before the first: many m-lines are never used.
func newRing(size int) *ring { return &ring{size: size} }

func (r *ring) at(ext uint64) *place { return &r.places[ext&uint64(len(r.places)-1)] }

// store keeps a copy of a packet; false if it is there already or too old to be kept.
func (r *ring) store(ext uint64, b []byte) bool {
	if r.places == nil {
		r.places = make([]place, r.size)
	}
	if r.any && ext+uint64(len(r.places)) <= r.highest {
		return false
	}
	p := r.at(ext)
	if p.used && p.ext == ext {
		return false
	}
	if cap(p.bytes) < len(b) {
		size := (len(b) + ringGrain - 1) / ringGrain * ringGrain
		r.account.add(size - cap(p.bytes))
		p.bytes = make([]byte, 0, size)
	}
	p.bytes = append(p.bytes[:0], b...)
	p.ext, p.used = ext, true
	if !r.any || ext > r.highest {
		r.highest, r.any = ext, true
	}
	return true
}

// get returns a packet kept, valid until the next store; nil if it is not there.
func (r *ring) get(ext uint64) []byte {
	if r.places == nil {
		return nil
	}
	p := r.at(ext)
	if !p.used || p.ext != ext {
		return nil
	}
	return p.bytes
}

package loadtest

import (
	"sync"
	"sync/atomic"
	"time"
)

// medium is sound or picture.
type medium int

const (
	sound medium = iota
	picture
)

// window is the time in which packets count. A packet belongs to it by when it was sent, so that loss has no edges.
type window struct{ from, to atomic.Int64 }

func (w *window) holds(t time.Duration) bool {
	from, to := w.from.Load(), w.to.Load()
	return from != 0 && int64(t) >= from && (to == 0 || int64(t) < to)
}

func (w *window) open()  { w.from.Store(int64(now())) }
func (w *window) close() { w.to.Store(int64(now())) }

// again opens it for another time; between the two nothing counts.
func (w *window) again() {
	w.from.Store(0)
	w.to.Store(0)
	w.open()
}

// receiver counts what one participant gets of the other's track.
type receiver struct {
	window *window
	track  uint32       // what should come
	first  atomic.Int64 // when the first packet came; 0: none yet

	mu      sync.Mutex // two streams may carry one track after each other
	latency histogram
	got     uint64 // distinct packets sent within the window
	frames  uint64 // of them, such as end a frame
	doubles uint64
	foreign uint64 // packets of somebody else's track
	seen    []uint64
	base    uint32
	based   bool
	last    time.Duration // when the latest new packet came
	gap     time.Duration // the longest time within the window without a new packet
}

// packet takes one RTP packet.
func (r *receiver) packet(b []byte) {
	at := now()
	m, ok := findMarker(payloadOf(b))
	if !ok {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.track != r.track {
		r.foreign++
		return
	}
	r.first.CompareAndSwap(0, int64(at))
	if !r.window.holds(m.sent) {
		return
	}
	if !r.isNew(m.number) {
		r.doubles++
		return
	}
	r.got++
	if b[1]&0x80 != 0 {
		r.frames++
	}
	if r.last != 0 {
		r.gap = max(r.gap, at-r.last)
	}
	r.last = at
	r.latency.add(at - m.sent)
}

// restart counts anew for a window that opens now.
func (r *receiver) restart() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.latency, r.got, r.doubles, r.frames = histogram{}, 0, 0, 0
	r.seen, r.based, r.last, r.gap = nil, false, now(), 0
}

// isNew notes a packet's number; false if it has been there already, or is older than the first counted by far.
func (r *receiver) isNew(number uint32) bool {
	const slack = 1024 // packets may come out of order
	if !r.based {
		r.based, r.base = true, max(number, slack)-slack
	}
	if number < r.base {
		return false
	}
	at := number - r.base
	for uint32(len(r.seen)) <= at/64 {
		r.seen = append(r.seen, 0)
	}
	bit := uint64(1) << (at % 64)
	if r.seen[at/64]&bit != 0 {
		return false
	}
	r.seen[at/64] |= bit
	return true
}

var began = time.Now()

// now is the driver's monotonic clock.
func now() time.Duration { return time.Since(began) }

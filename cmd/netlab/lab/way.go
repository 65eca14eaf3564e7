package lab

import (
	"container/heap"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"madoguchi/cmd/netlab/line"
)

// mostWaiting bounds the packets on one way of a line; a line with more on it loses what comes.
const mostWaiting = 65536

// largest is the largest packet a device gives.
const largest = 65536

// Stats are the counts of one way of a line since it was made.
type Stats struct {
	Packets  uint64 `json:"packets"`  // put on the line
	Arrived  uint64 `json:"arrived"`  // handed over at the end
	Lost     uint64 `json:"lost"`     // by chance
	Overflow uint64 `json:"overflow"` // the queue was full
	CutOff   uint64 `json:"cutOff"`   // came while the line was cut
}

// Way is one way of a line. Its settings may be changed while packets are on it.
type Way struct {
	mu       sync.Mutex
	settings line.Settings
	line     line.Line
	random   *rand.Rand
	waiting  flights
	order    uint64
	stats    Stats
	closed   bool
	changed  chan struct{} // something arrives earlier than what was awaited, or the way is closed
}

// newWay is a perfect one. Its chances are the same in every run.
func newWay(seed uint64) *Way {
	return &Way{random: rand.New(rand.NewPCG(seed, seed)), changed: make(chan struct{}, 1)}
}

// Settings are what the way does to packets now.
func (w *Way) Settings() line.Settings {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.settings
}

func (w *Way) set(s line.Settings) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.settings = s
}

// Stats are the way's counts so far.
func (w *Way) Stats() Stats {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stats
}

func (w *Way) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wake()
}

func (w *Way) wake() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// read puts every packet from a device on the line until the device is closed.
func (w *Way) read(from io.Reader, started time.Time) {
	buf := make([]byte, largest)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		w.put(buf[:n], time.Since(started))
	}
}

// put puts a packet on the line.
func (w *Way) put(b []byte, now time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stats.Packets++
	fate, at := w.line.Take(w.settings, now, len(b), w.random.Float64)
	switch {
	case fate == line.Lost:
		w.stats.Lost++
	case fate == line.CutOff:
		w.stats.CutOff++
	case fate == line.Overflow || len(w.waiting) >= mostWaiting:
		w.stats.Overflow++
	default:
		w.order++
		heap.Push(&w.waiting, flight{at, w.order, append([]byte(nil), b...)})
		if w.waiting[0].order == w.order {
			w.wake()
		}
	}
}

// deliver hands packets over when they arrive, until the way is closed.
func (w *Way) deliver(to io.Writer, started time.Time) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		b, wait, over := w.next(time.Since(started))
		switch {
		case over:
			return
		case b != nil:
			// A device whose far side is down refuses the packet: lost like any other.
			_, _ = to.Write(b)
		default:
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-w.changed:
			}
		}
	}
}

// next takes the packet that has arrived, or says how long to wait for one.
func (w *Way) next(now time.Duration) (b []byte, wait time.Duration, over bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.closed:
		return nil, 0, true
	case len(w.waiting) == 0:
		return nil, time.Hour, false
	case w.waiting[0].at > now:
		return nil, w.waiting[0].at - now, false
	}
	w.stats.Arrived++
	return heap.Pop(&w.waiting).(flight).packet, 0, false
}

// flight is a packet on its way.
type flight struct {
	at     time.Duration // when it arrives
	order  uint64        // in which it was put on the line
	packet []byte
}

// flights is a heap.Interface, ordered by arrival.
type flights []flight

func (f flights) Len() int { return len(f) }

func (f flights) Less(i, j int) bool {
	return f[i].at < f[j].at || f[i].at == f[j].at && f[i].order < f[j].order
}

func (f flights) Swap(i, j int) { f[i], f[j] = f[j], f[i] }

// Push implements heap.Interface.
func (f *flights) Push(x any) { *f = append(*f, x.(flight)) }

// Pop implements heap.Interface.
func (f *flights) Pop() any {
	last := len(*f) - 1
	x := (*f)[last]
	(*f)[last] = flight{}
	*f = (*f)[:last]
	return x
}

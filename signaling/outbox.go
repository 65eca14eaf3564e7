package signaling

import (
	"sync"

	"madoguchi/signaling/protocol"
)

// stateful are the messages that carry the whole of something: only the newest matters.
var stateful = map[string]bool{
	protocol.TypeSeat: true, protocol.TypeSession: true, protocol.TypePresence: true,
	protocol.TypeWaiting: true, protocol.TypeTracks: true,
}

// outbox is the bounded queue of one socket. A state message replaces an older one of its type that still waits, and
// takes its own place at the end, so a slow reader costs memory for one of each. All others queue up to max; one more
// than that means the reader is too slow and the socket is to be closed.
type outbox struct {
	max  int
	wake chan struct{} // holds one token while there is something to take

	mu      sync.Mutex
	waiting []outgoing
	last    *closing
}

type outgoing struct {
	kind string
	data []byte
}

// closing is how a socket is to end.
type closing struct {
	code   int
	reason string
}

func newOutbox(max int) *outbox {
	return &outbox{max: max, wake: make(chan struct{}, 1)}
}

// put queues a message; false means that the queue is full.
func (o *outbox) put(kind string, data []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last != nil {
		return true // nothing is said after goodbye
	}
	if stateful[kind] {
		o.drop(kind)
	} else if o.others() >= o.max {
		return false
	}
	o.waiting = append(o.waiting, outgoing{kind, data})
	o.signal()
	return true
}

func (o *outbox) drop(kind string) {
	for i, m := range o.waiting {
		if m.kind == kind {
			o.waiting = append(o.waiting[:i], o.waiting[i+1:]...)
			return
		}
	}
}

// others counts what waits and cannot be replaced.
func (o *outbox) others() int {
	n := 0
	for _, m := range o.waiting {
		if !stateful[m.kind] {
			n++
		}
	}
	return n
}

// finish lets what waits go out and then closes; the first reason holds.
func (o *outbox) finish(c closing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last == nil {
		o.last = &c
		o.signal()
	}
}

// abandon drops what waits and closes.
func (o *outbox) abandon(c closing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = nil
	if o.last == nil {
		o.last = &c
		o.signal()
	}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// take empties the queue.
func (o *outbox) take() ([]outgoing, *closing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	messages := o.waiting
	o.waiting = nil
	return messages, o.last
}

// finished says whether the socket is on its way out.
func (o *outbox) finished() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last != nil
}

package signaling

import (
	"sync"

	"madoguchi/signaling/protocol"
)

// stateful are the messages that carry the whole of something: only the newest matters.
var stateful = map[string]bool{
	protocol.TypeSeat: true, protocol.TypeSession: true, protocol.TypePresence: true,
	protocol.TypeWaiting: true, protocol.TypeLobby: true, protocol.TypeTracks: true, protocol.TypePlace: true, protocol.TypeKeys: true,
}

// outbox is the bounded queue of one socket. A state message replaces an older one of its type that still waits, and
// takes its own place at the end, so a slow reader costs memory for one of each. All others queue up to max; one more
// than that means the reader is too slow and the socket is to be closed.
//
// It has a writer only while there is something to write: of thousands of idle sockets none keeps a goroutine for it.
type outbox struct {
	max   int
	start func() // starts a goroutine that takes until nothing is left; called with mu held

	mu      sync.Mutex
	waiting []outgoing
	ping    bool
	last    *closing
	writing bool // a writer is under way
	shut    bool // nothing is written any more
}

// batch is what one turn of the writer sends: messages, then a ping, then goodbye.
type batch struct {
	messages []outgoing
	ping     bool
	last     *closing
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

func newOutbox(max int, start func()) *outbox { return &outbox{max: max, start: start} }

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

// putHere queues a message and makes its caller the writer, unless one is under way: true means that the caller is to
// write now. A full queue is left as it is.
func (o *outbox) putHere(kind string, data []byte) (write bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last != nil || o.shut || o.others() >= o.max {
		return false
	}
	o.waiting = append(o.waiting, outgoing{kind, data})
	write = !o.writing
	o.writing = true
	return write
}

// pingNow has the writer ask the other side for a sign of life.
func (o *outbox) pingNow() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.last == nil {
		o.ping = true
		o.signal()
	}
}

// signal starts a writer unless one is under way, which will look again.
func (o *outbox) signal() {
	if o.shut || o.writing {
		return
	}
	o.writing = true
	o.start()
}

// take empties the queue for the writer; false means that there is nothing left and the writer ends.
func (o *outbox) take() (b batch, more bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.shut || len(o.waiting) == 0 && !o.ping && o.last == nil {
		o.writing = false
		return b, false
	}
	b = batch{o.waiting, o.ping, o.last}
	o.waiting, o.ping = nil, false
	return b, true
}

// close ends all writing: no writer is started any more, and one under way ends with what it has taken.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.shut = true
}

// finished says whether the socket is on its way out.
func (o *outbox) finished() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.last != nil
}

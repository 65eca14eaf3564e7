package sfu

import (
	"strings"
	"sync"
)

// PeerState is what has become of a participant's connections to a room, taken together.
type PeerState string

// States of a participant.
const (
	PeerJoined       PeerState = "joined"       // an offer has been answered
	PeerConnected    PeerState = "connected"    // media can flow
	PeerDisconnected PeerState = "disconnected" // the line is down; it may come back within the grace time
	PeerGone         PeerState = "gone"         // left, dismissed by CloseRoom, or not back in time
)

// TrackSlot says whose track one receiving m-line of a participant carries.
type TrackSlot struct {
	Mid     string
	From    string // participant
	Purpose string
}

// Observer hears what happens to peers. Calls come one at a time from a goroutine of the node's, in the order of events,
// and may lag behind; of several changes of one thing only the latest may be told. A slow observer delays further news, not
// media. Calling the node from an observer is allowed.
type Observer interface {
	// PeerState tells what has become of a participant.
	PeerState(room, participant string, s PeerState)
	// Tracks tells which of a participant's receiving m-lines carry whose tracks, whole. An m-line not listed carries nothing.
	Tracks(room, participant string, tracks []TrackSlot)
	// Quality tells how good a participant's line is, when either direction's level changes during a consultation.
	Quality(room, participant string, q Quality)
}

// notifier passes events to the observer in a goroutine of its own, so that nobody who holds a lock calls out. An event
// waiting is overtaken by a newer one about the same thing, which bounds the queue.
type notifier struct {
	observer Observer

	mu      sync.Mutex
	queue   []*event
	waiting map[eventKey]*event
	closed  bool
	wake    chan struct{}
	done    chan struct{}
}

type eventKey struct{ what, room, participant string }

type event struct {
	key    eventKey
	state  PeerState
	tracks []TrackSlot
	line   Quality
	codec  string
	call   func()
}

func newNotifier(o Observer) *notifier {
	n := &notifier{observer: o, waiting: map[eventKey]*event{}, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go n.run() // ends when close is called, which waits for it
	return n
}

func (n *notifier) peerState(room, participant string, s PeerState) {
	if n.observer != nil {
		n.put(&event{key: eventKey{"state", room, participant}, state: s})
	}
}

func (n *notifier) tracks(room, participant string, tracks []TrackSlot) {
	if n.observer != nil {
		n.put(&event{key: eventKey{"tracks", room, participant}, tracks: tracks})
	}
}

func (n *notifier) quality(room, participant string, q Quality) {
	if n.observer != nil {
		n.put(&event{key: eventKey{"line", room, participant}, line: q})
	}
}

// unreadable tells only observers that ask for it.
func (n *notifier) unreadable(room, participant, from, codec string) {
	if _, ok := n.observer.(CodecObserver); ok {
		n.put(&event{key: eventKey{"codec " + from, room, participant}, codec: codec})
	}
}

// call runs f in the notifier's goroutine after the events so far.
func (n *notifier) call(f func()) { n.put(&event{call: f}) }

func (n *notifier) put(e *event) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	if e.call == nil {
		if w := n.waiting[e.key]; w != nil {
			w.state, w.tracks, w.line, w.codec = e.state, e.tracks, e.line, e.codec
			return
		}
		n.waiting[e.key] = e
	}
	n.queue = append(n.queue, e)
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func (n *notifier) run() {
	defer close(n.done)
	for {
		n.mu.Lock()
		queue, closed := n.queue, n.closed
		n.queue = nil
		clear(n.waiting)
		n.mu.Unlock()
		for _, e := range queue {
			n.tell(e)
		}
		if len(queue) > 0 {
			continue
		}
		if closed {
			return
		}
		<-n.wake
	}
}

func (n *notifier) tell(e *event) {
	switch {
	case e.call != nil:
		e.call()
	case e.key.what == "state":
		n.observer.PeerState(e.key.room, e.key.participant, e.state)
	case e.key.what == "line":
		n.observer.Quality(e.key.room, e.key.participant, e.line)
	case strings.HasPrefix(e.key.what, "codec "):
		from := strings.TrimPrefix(e.key.what, "codec ")
		if o, ok := n.observer.(CodecObserver); ok {
			o.Unreadable(e.key.room, e.key.participant, from, e.codec)
		}
	default:
		n.observer.Tracks(e.key.room, e.key.participant, e.tracks)
	}
}

// stop tells what is still waiting, takes nothing more and ends the goroutine; finished is closed when it has ended.
func (n *notifier) stop() (finished <-chan struct{}) {
	n.mu.Lock()
	n.closed = true
	n.mu.Unlock()
	select {
	case n.wake <- struct{}{}:
	default:
	}
	return n.done
}

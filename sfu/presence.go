package sfu

import (
	"time"
)

// Every purpose has its m-line from the first offer on, whether there is a device or not. A subscriber is to see only what is
// really sent: a voice and a face are people, there even while they are silent; everything else is there from its first packet
// until none has come for a while.

// absentAfter is how long nothing may come before a document camera or the like counts as switched off. A line that has gone
// altogether is noticed earlier (wire.Disconnected), and then everything keeps its place.
const absentAfter = 6 * time.Second

// occasional reports whether a track is there only while it is sent.
func (u *upTrack) occasional() bool { return !u.line.usual() }

// here reports whether subscribers are to know of the track.
func (u *upTrack) here() bool { return !u.occasional() || u.sending.Load() }

// noticed notes a packet of an occasional track. The first one gives it its place, in a goroutine: the packet's own must not
// wait for the room.
func (u *upTrack) noticed(now time.Duration) {
	u.heardAt.Store(int64(now))
	if u.sending.Load() || !u.sending.CompareAndSwap(false, true) {
		return
	}
	n, id := u.peer.node, u.peer.room.id
	r, err := n.hold(id, false)
	if err != nil || r == nil {
		return // the room is being closed
	}
	n.spawn(func() { // ends when the room has been settled
		defer n.release(r)
		if r == u.peer.room {
			r.resettle()
		}
	})
}

// resettle settles the room after something about its tracks has changed.
func (r *room) resettle() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.settle(r.node.now())
	}
}

// noticeAbsent takes their places from tracks that are not sent any more.
func (r *room) noticeAbsent(now time.Duration) {
	changed := false
	for _, p := range r.allPeers() {
		for _, u := range p.ups {
			if !u.occasional() || !u.sending.Load() || !p.connected.Load() || now-time.Duration(u.heardAt.Load()) < absentAfter {
				continue
			}
			u.sending.Store(false)
			changed = true
		}
	}
	if changed {
		r.resettle()
	}
}

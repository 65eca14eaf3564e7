package sfu

import (
	"fmt"
	"time"
)

// hold returns the room, which then exists until release. If it is not there it is made, or nil returned.
func (n *Node) hold(id string, create bool) (*room, error) {
	if id == "" {
		return nil, fmt.Errorf("%w: a room without a name", ErrOffer)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return nil, ErrClosed
	}
	r := n.rooms[id]
	if r == nil {
		if !create {
			return nil, nil
		}
		if len(n.rooms) >= n.limits.Rooms {
			return nil, fmt.Errorf("%w: %d rooms", ErrFull, len(n.rooms))
		}
		r = newRoom(n, id)
		n.rooms[id] = r
		n.count.rooms.Add(1)
	}
	r.holds++
	n.running.Add(1) // Close waits for calls in progress; it cannot have begun to, or closed would be set
	return r, nil
}

// release ends a hold and forgets the room if nobody is in it and nobody is expected.
func (n *Node) release(r *room) {
	defer n.running.Done()
	empty := r.empty()
	if n.forgotten(r, empty) {
		r.logScores()
	}
}

// forgotten ends one hold and takes the room off the list if it was the last and nobody is there.
func (n *Node) forgotten(r *room, empty bool) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	r.holds--
	if r.holds > 0 || !empty || n.rooms[r.id] != r {
		return false
	}
	delete(n.rooms, r.id)
	return true
}

// find returns a peer.
func (n *Node) find(room string, key peerKey) (*peer, error) {
	n.mu.Lock()
	r := n.rooms[room]
	n.mu.Unlock()
	if r == nil {
		return nil, ErrNoPeer
	}
	if p := r.peer(key); p != nil {
		return p, nil
	}
	return nil, ErrNoPeer
}

func (n *Node) allRooms() []*room {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := make([]*room, 0, len(n.rooms))
	for _, r := range n.rooms {
		list = append(list, r)
	}
	return list
}

// drop ends a peer, once.
func (n *Node) drop(p *peer, why string) {
	r, err := n.hold(p.room.id, false)
	if err != nil || r == nil {
		return // the room is being closed, which ends its peers
	}
	defer n.release(r)
	if r == p.room && r.remove(p, n.now()) {
		n.log.Info("connection ended", "room", r.id, "participant", p.key.participant, "kind", p.key.kind, "why", why)
		n.ended(p)
	}
}

// dropLater ends a peer from within one of its own goroutines, which the end waits for.
func (n *Node) dropLater(p *peer, why string) {
	if !p.doomed.CompareAndSwap(false, true) {
		return
	}
	r, err := n.hold(p.room.id, false) // fails when everything is being closed anyway
	if err != nil || r == nil {
		return
	}
	n.spawn(func() {
		defer n.release(r)
		n.drop(p, why)
	})
}

// ended closes the connection of a peer that is out of its room.
func (n *Node) ended(p *peer) {
	n.accounts.close(p)
	n.closeLink(p)
	if p.join.Ended != nil {
		n.notify.call(p.join.Ended)
	}
}

// closeLink closes a connection in a goroutine that Close waits for. The caller holds the room, or is Close itself.
func (n *Node) closeLink(p *peer) {
	n.spawn(p.link.conn.Close)
}

// spawn runs f in a goroutine that Close waits for; only while something else keeps Close waiting.
func (n *Node) spawn(f func()) { n.running.Go(f) }

// sweep ends peers whose line has been down for too long.
func (n *Node) sweep() {
	tick := time.NewTicker(min(n.cfg.Grace/4, time.Second))
	defer tick.Stop()
	for {
		select {
		case <-n.stop:
			return
		case <-tick.C:
		}
		for _, r := range n.allRooms() {
			for _, p := range r.expired(n.now(), n.cfg.Grace) {
				n.drop(p, "line down for too long")
			}
		}
	}
}

package sfu

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// room is where peers meet. Its lock orders joining, admission, muting and leaving; no packet takes it. What a change means
// for packets is written into each up track's list of subscribers and each down track's source.
//
// Locks nest in this order: room.offers, room.mu, downTrack.mu, upTrack.mu. Node.mu is never held together with any of them.
type room struct {
	node *Node
	id   string

	offers sync.Mutex // one negotiation at a time

	audience atomic.Pointer[[]listener] // who may talk over data channels now, and with whom

	mu       sync.Mutex
	peers    map[peerKey]*peer
	next     int               // order of the next newcomer
	admitted map[string]groups // who is let in, and with whom
	muted    map[string]muting
	states   map[string]PeerState // as told to the observer
	scores   map[string]score     // of participants who have left
	closed   bool

	holds int // calls in progress; guarded by Node.mu
}

func newRoom(n *Node, id string) *room {
	r := &room{
		node: n, id: id, peers: map[peerKey]*peer{}, admitted: map[string]groups{}, muted: map[string]muting{},
		states: map[string]PeerState{}, scores: map[string]score{},
	}
	r.audience.Store(&[]listener{})
	until(r, &n.owned.rooms)
	return r
}

// empty reports whether nothing would be lost with the room.
func (r *room) empty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.peers) == 0 && len(r.admitted) == 0
}

func (r *room) peer(key peerKey) *peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peers[key]
}

func (r *room) allPeers() []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.inOrder()
}

// inOrder lists the peers in the order in which their participants came.
func (r *room) inOrder() []*peer {
	return slices.SortedFunc(maps.Values(r.peers), func(a, b *peer) int { return cmp.Compare(a.order, b.order) })
}

// hasPlace reports whether one more peer, or another in place of the one there, may come in.
func (r *room) hasPlace(key peerKey) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return ErrClosed
	case r.peers[key] == nil && len(r.peers) >= r.node.limits.PeersPerRoom:
		return fmt.Errorf("%w: %d connections in one room", ErrFull, len(r.peers))
	}
	return nil
}

// enter puts a peer whose offer has been answered into the room, in place of its predecessor, which is returned.
func (r *room) enter(p *peer, now time.Duration) (replaced *peer, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, ErrClosed
	}
	replaced = r.peers[p.key]
	p.order = r.next
	if replaced != nil {
		p.order = replaced.order
		r.leave(replaced)
	} else {
		r.next++
	}
	r.peers[p.key] = p
	// The transport may have come up before the peer was here to be told.
	if p.connected.Load() {
		p.wasUp = true
	}
	r.settle(now)
	r.tellState(p.key.participant)
	return replaced, nil
}

// leave takes a peer out, its tracks and all; the caller settles what remains.
func (r *room) leave(p *peer) {
	p.gone = true
	delete(r.peers, p.key)
	r.keepScore(p)
	for _, d := range p.downs {
		d.attached = nil
		d.detach()
	}
}

// remove takes out a peer for good; false if it is not (or no longer) in the room.
func (r *room) remove(p *peer, now time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p.gone || r.peers[p.key] != p {
		return false
	}
	r.leave(p)
	if !r.present(p.key.participant) {
		delete(r.muted, p.key.participant)
	}
	r.settle(now)
	r.tellState(p.key.participant)
	return true
}

// close takes everybody out and lets nobody in any more.
func (r *room) close(now time.Duration) []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	r.admitted, r.muted = map[string]groups{}, map[string]muting{}
	peers := r.inOrder()
	r.settle(now)
	for _, p := range peers {
		r.leave(p)
		r.tellState(p.key.participant)
	}
	r.settle(now)
	return peers
}

// admit sets who is through the gate, and with whom. When it returns nothing of or for anybody else passes.
func (r *room) admit(together [][]string, now time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return ErrClosed
	}
	r.admitted = gate(together)
	r.settle(now)
	return nil
}

func (r *room) mute(participant string, m muting, now time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.present(participant) {
		return ErrNoPeer
	}
	r.muted[participant] = m
	r.settle(now)
	return nil
}

// present reports whether a participant has a connection.
func (r *room) present(participant string) bool {
	for key := range r.peers {
		if key.participant == participant {
			return true
		}
	}
	return false
}

// lineUp and lineDown note that a peer's connection has come or gone.
func (r *room) lineUp(p *peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.connected.Store(true)
	if p.gone {
		return
	}
	if !p.wasUp {
		r.node.measured.joined(r.node.now() - p.made)
	}
	p.wasUp = true
	if r.peers[p.key] != p {
		return // enter will take note
	}
	r.settle(r.node.now())
	r.tellState(p.key.participant)
}

func (r *room) lineDown(p *peer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !p.connected.Swap(false) {
		return
	}
	p.since = r.node.now()
	if r.peers[p.key] == p {
		r.tellState(p.key.participant)
	}
}

// expired lists the peers whose line has been down, or not yet up, for longer than the grace time.
func (r *room) expired(now, grace time.Duration) []*peer {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*peer
	for _, p := range r.peers {
		if !p.connected.Load() && now-p.since > grace {
			list = append(list, p)
		}
	}
	return list
}

// tellState tells the observer what has become of a participant, if that has changed.
func (r *room) tellState(participant string) {
	state := PeerGone
	for key, p := range r.peers {
		switch {
		case key.participant != participant:
		case p.connected.Load():
			state = PeerConnected
		case state == PeerConnected:
		case p.wasUp:
			state = PeerDisconnected
		case state == PeerGone:
			state = PeerJoined
		}
	}
	if r.states[participant] == state {
		return
	}
	r.states[participant] = state
	if state == PeerGone {
		delete(r.states, participant)
	}
	r.node.log.Info("participant "+string(state), "room", r.id, "participant", participant)
	r.node.notify.peerState(r.id, participant, state)
}

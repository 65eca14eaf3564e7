package fleet

import (
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/sfu"
)

// movePace is how many rooms leave a draining node: one in this time, so that the handshakes of all their people do not
// come at once.
const movePace = 25 * time.Millisecond

// moveRooms gives the rooms of lost nodes, of those that are cut off and of draining ones new places until ctx ends: those
// of nodes that are not heard at once.
func (f *Fleet) moveRooms(ctx context.Context) error {
	tick := time.NewTicker(f.cfg.beat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.wake:
		case <-tick.C:
		}
		for _, one := range f.toMove() {
			if _, err := f.move(ctx, one.id, one.from); err != nil {
				if !errors.Is(err, ErrNoNode) && ctx.Err() == nil {
					f.log.Warn("room not moved", "room", one.id, "error", err)
				}
				break // the next look comes soon
			}
			if !one.inPeace {
				continue
			}
			pause := time.NewTimer(movePace)
			select {
			case <-ctx.Done():
				pause.Stop()
				return ctx.Err()
			case <-pause.C:
			}
		}
	}
}

// moving is a room that has to leave its node.
type moving struct {
	id      string
	from    at
	inPeace bool
}

// toMove lists the rooms that have to leave their nodes, those first whose people hear nothing. Where no node could take them there is
// nothing to move.
func (f *Fleet) toMove() (list []moving) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var inPeace []moving
	for id, r := range f.rooms {
		m := f.nodes[r.Node]
		if m != nil && !m.lost && !m.draining && !m.cut {
			continue
		}
		if _, ok := f.choose(id, r.Node); !ok {
			continue
		}
		if m == nil || m.lost || m.cut {
			list = append(list, moving{id, r.at, false})
		} else {
			inPeace = append(inPeace, moving{id, r.at, true})
		}
	}
	return append(list, inPeace...)
}

// take notes where a room is, if that is news.
func (f *Fleet) take(id string, p at) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.taken(id, p)
}

// taken does so with the lock held. Whoever was at the place before is not gone: their clients are about to come.
func (f *Fleet) taken(id string, p at) *room {
	f.floor = max(f.floor, p.Epoch)
	r := f.rooms[id]
	if r == nil {
		r = &room{people: map[string]*view{}}
		f.rooms[id] = r
	}
	if p.Epoch <= r.Epoch {
		return r
	}
	if r.Epoch > 0 {
		f.log.Info("room moved", "room", id, "from", r.Node, "to", p.Node, "epoch", p.Epoch)
		f.roomMoved(f.nodes[r.Node])
	} else {
		f.log.Debug("room placed", "room", id, "at", p.Node, "epoch", p.Epoch)
	}
	r.at = p
	if len(r.people) > 0 {
		r.before, r.since = r.people, f.now()
	}
	r.people = map[string]*view{}
	f.cfg.Moved(id, p.Epoch)
	return r
}

// endBefore gives up those who have not come to the new place of their room in time: the old one is closed by now.
func (f *Fleet) endBefore() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, r := range f.rooms {
		if len(r.before) > 0 && f.now()-r.since > lingerFor {
			f.silence(id, r.before)
			r.before = nil
		}
	}
}

// silence tells that nothing comes from these people at the moment.
func (f *Fleet) silence(room string, people map[string]*view) {
	for participant, v := range people {
		if v.State == sfu.PeerConnected {
			v.State = sfu.PeerDisconnected
			f.cfg.Observer.PeerState(room, participant, sfu.PeerDisconnected)
		}
	}
}

// clear forgets a room that is nowhere, with the lock held.
func (f *Fleet) clear(id string, r *room) {
	for participant := range r.people {
		f.cfg.Observer.PeerState(id, participant, sfu.PeerGone)
	}
	delete(f.rooms, id)
}

// begin: a node starts to tell everything as it is.
func (f *Fleet) begin(node string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.nodes[node]; m != nil {
		m.fresh = map[who]bool{}
	}
}

// settle: it has told everything; whom it has not named is gone.
func (f *Fleet) settle(node string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.nodes[node]
	if m == nil || m.fresh == nil {
		return
	}
	for id, r := range f.rooms {
		if r.Node != node {
			continue
		}
		for participant := range r.people {
			if !m.fresh[who{id, participant}] {
				delete(r.people, participant)
				f.cfg.Observer.PeerState(id, participant, sfu.PeerGone)
			}
		}
	}
	m.fresh, m.whole = nil, true
	wakeUp(f.wake)
	if !f.looked {
		return
	}
	for _, other := range f.nodes {
		if !other.whole {
			return
		}
	}
	f.markSettled()
}

// peer takes in what a node says of one participant. What is said of a room that is elsewhere does not count.
func (f *Fleet) peer(node string, news frame) {
	if news.Epoch == 0 || news.Room == "" {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.nodes[node]; m != nil && m.fresh != nil {
		m.fresh[who{news.Room, news.Participant}] = true
	}
	r := f.taken(news.Room, at{node, news.Epoch})
	if r.Node != node || r.Epoch != news.Epoch {
		return
	}
	f.apply(news.Room, r, news.Participant, news.Peer)
}

// apply tells the observer what is new of a participant.
func (f *Fleet) apply(id string, r *room, participant string, now *view) {
	before := r.people[participant]
	if before == nil {
		before = &view{}
		if old := r.before[participant]; old != nil {
			before = old
		}
	}
	// Until its new connection stands, the old one does.
	if now.State != sfu.PeerJoined {
		delete(r.before, participant)
	}
	r.people[participant] = now
	if now.State == sfu.PeerGone {
		delete(r.people, participant)
	}
	if now.State != before.State {
		f.cfg.Observer.PeerState(id, participant, now.State)
	}
	if !slices.Equal(now.Tracks, before.Tracks) {
		f.cfg.Observer.Tracks(id, participant, now.Tracks)
	}
	if now.Line != before.Line {
		f.cfg.Observer.Quality(id, participant, now.Line)
	}
}

// placed takes an announcement in.
func (f *Fleet) placed(news placeNews) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if news.Epoch > 0 {
		if f.rooms[news.Room] != nil { // others' rooms are looked up when they are needed
			f.taken(news.Room, news.at)
		}
		return
	}
	if r := f.rooms[news.Room]; r != nil {
		f.clear(news.Room, r)
	}
}

// compare looks where the rooms known here are by now: announcements may have been lost.
func (f *Fleet) compare(ctx context.Context) {
	f.mu.Lock()
	ids := make([]string, 0, len(f.rooms))
	for id := range f.rooms {
		ids = append(ids, id)
	}
	f.mu.Unlock()
	reading, cancel := context.WithTimeout(ctx, 2*beatWithin)
	defer cancel()
	places, err := f.store.where(reading, ids...)
	if err != nil {
		return // the registry's reader says so
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		p, there := places[id]
		if there {
			f.taken(id, p)
		} else if r := f.rooms[id]; r != nil && len(r.people) == 0 && len(r.before) == 0 {
			f.clear(id, r) // one with people lives, and its node writes the place anew
		}
	}
}

package sfu

import (
	"context"
	"fmt"
	"time"
)

// youngAge is how old the latest key frame of a track may become while somebody is about to be let in: what is replayed then
// is about a second of pictures at most, which a receiver decodes in a moment.
const youngAge = time.Second

// youngPackets is how many packets a group may have meanwhile, well below what can still be replayed.
const youngPackets = replayPackets * 3 / 4

// Prepare keeps the pictures of the named participants ready to be shown at once: for as long as is given, a key frame is
// asked for whenever the latest group of one of their tracks has become old or long. It is asked for when packets arrive, so
// that nothing has to be stopped: it ends with the time. Preparing anew prolongs; participants who are not there, or have
// sent nothing, are passed over.
func (n *Node) Prepare(_ context.Context, room string, participants []string, within time.Duration) error {
	r, err := n.hold(room, false)
	if err != nil {
		return fmt.Errorf("prepare room %s: %w", room, err)
	}
	if r == nil {
		return nil // nobody is there to be shown
	}
	defer n.release(r)
	now := n.now()
	named := make(map[string]bool, len(participants))
	for _, p := range participants {
		named[p] = true
	}
	for _, p := range r.allPeers() {
		if !named[p.key.participant] {
			continue
		}
		for _, up := range p.ups {
			up.prepare(now, within)
		}
	}
	return nil
}

// prepare keeps the latest group of pictures young from now on, for as long as is given.
func (u *upTrack) prepare(now, within time.Duration) {
	if u.kind != video || u.silent.Load() {
		return
	}
	u.readyUntil.Store(int64(now + within))
	u.mu.Lock()
	aged := u.aged(now)
	u.mu.Unlock()
	if aged {
		u.requestKeyframe(now)
	}
}

// aged reports, with the lock held, whether the track is to be kept ready and its latest group is too old or too long for
// that.
func (u *upTrack) aged(now time.Duration) bool {
	if now >= time.Duration(u.readyUntil.Load()) {
		return false
	}
	return !u.hasKey || now-u.keyframeAt >= youngAge || u.ring.highest-u.keyframe >= youngPackets
}

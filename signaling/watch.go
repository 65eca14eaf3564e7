package signaling

import (
	"context"
	"sync"

	"madoguchi/signaling/protocol"
)

// watch collects what the media node reports of peers. Reports come from the node's own goroutines and must not hold
// them up: only the newest of each peer is kept, and followMedia takes them away.
type watch struct {
	wake chan struct{}

	mu    sync.Mutex
	peers map[who]*report
}

// report is what is new of one peer; nil means nothing.
type report struct {
	connected *bool
	tracks    *[]protocol.Track
}

func newWatch() *watch {
	return &watch{wake: make(chan struct{}, 1), peers: map[who]*report{}}
}

func (w *watch) note(peer who, change func(*report)) {
	w.mu.Lock()
	r := w.peers[peer]
	if r == nil {
		r = &report{}
		w.peers[peer] = r
	}
	change(r)
	w.mu.Unlock()
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

func (w *watch) take() map[who]*report {
	w.mu.Lock()
	defer w.mu.Unlock()
	peers := w.peers
	w.peers = map[who]*report{}
	return peers
}

// PeerState tells the broker how a peer's media stand. It never blocks.
func (b *Broker) PeerState(room, participant string, s PeerState) {
	connected := s == PeerConnected
	b.watch.note(who{room, participant}, func(r *report) {
		if s != PeerJoined {
			r.connected = &connected
		}
	})
}

// PeerTracks tells the broker whose tracks a peer's receiving m-lines carry, whole. It never blocks.
func (b *Broker) PeerTracks(room, participant string, tracks []protocol.Track) {
	b.watch.note(who{room, participant}, func(r *report) { r.tracks = &tracks })
}

// followMedia passes the reports on: to the participants here at once, to the other nodes through Redis.
func (b *Broker) followMedia(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.watch.wake:
			for peer, r := range b.watch.take() {
				b.followPeer(ctx, peer, r)
			}
		}
	}
}

func (b *Broker) followPeer(ctx context.Context, peer who, r *report) {
	now := b.hub.person(peer).media
	if r.connected != nil {
		now.Connected = *r.connected
	}
	if r.tracks != nil {
		now.Tracks = *r.tracks
	}
	if !b.hub.setMedia(peer, now) {
		return // a bench room, or a session that is over: nobody to tell
	}
	if err := b.lines.setMedia(ctx, peer, now); err != nil {
		b.log.Warn("media not stored", "session", peer.session, "participant", peer.participant, "error", err)
	}
}

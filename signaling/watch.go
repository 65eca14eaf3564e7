package signaling

import (
	"context"
	"time"

	"madoguchi/signaling/protocol"
)

// report is what the media node reports of one peer; nil means nothing new.
type report struct {
	connected *bool
	tracks    *[]protocol.Track
	levels    *[2]protocol.Level // up, down
	soundOnly *bool
}

// PeerState tells the broker how a peer's media stand. It never blocks.
func (b *Broker) PeerState(room, participant string, s PeerState) {
	if s == PeerJoined {
		return // the offer has been answered; media do not flow yet
	}
	connected := s == PeerConnected
	b.reports.put(who{room, participant}, func(r *report) {
		r.connected = &connected
		if s == PeerGone {
			r.tracks = &[]protocol.Track{}
			r.levels = &[2]protocol.Level{}
		}
	})
}

// PeerQuality tells the broker how good a participant's line is in a consultation, from it and to it. It never blocks.
func (b *Broker) PeerQuality(room, participant string, up, down protocol.Level) {
	b.reports.put(who{room, participant}, func(r *report) { r.levels = &[2]protocol.Level{up, down} })
}

// PeerTracks tells the broker whose tracks a peer's receiving m-lines carry, whole. It never blocks.
func (b *Broker) PeerTracks(room, participant string, tracks []protocol.Track) {
	b.reports.put(who{room, participant}, func(r *report) { r.tracks = &tracks })
}

// followMedia passes reports on to the participants here at once, and to those who store them.
func (b *Broker) followMedia(ctx context.Context) error {
	lines := carriers{}
	look, stop := b.clock.Every(time.Second)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.reports.wake:
			for peer, r := range b.reports.take() {
				lines.follow(peer, r, b.clock.Now())
				b.followPeer(peer, r)
			}
		case <-look:
			for peer, r := range lines.judge(b.clock.Now()) {
				b.log.Info("pictures", "session", peer.session, "participant", peer.participant, "paused", *r.soundOnly)
				b.followPeer(peer, r)
			}
		}
	}
}

func (b *Broker) followPeer(peer who, r *report) {
	person := b.hub.person(peer)
	now := person.media
	now.From = b.node
	if r.connected != nil {
		now.Connected = *r.connected
	}
	if r.tracks != nil {
		now.Tracks = *r.tracks
	}
	if r.levels != nil {
		now.Up, now.Down = r.levels[0], r.levels[1]
	}
	if r.soundOnly != nil {
		now.SoundOnly = *r.soundOnly
	}
	// Otherwise a bench room, or a session that is over: nobody to tell. Of several nodes every broker hears by itself.
	if !b.hub.setMedia(peer, now) {
		return
	}
	if b.nodes == nil || person.Node == b.node {
		b.noteMedia(peer, person.media, now)
	}
	if b.nodes == nil {
		b.mediaOut.put(peer, func(m *media) { *m = now })
	}
}

// storeMedia tells the other nodes. It has a goroutine of its own, so that a Redis that does not answer holds up
// nothing here.
func (b *Broker) storeMedia(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.mediaOut.wake:
			for peer, m := range b.mediaOut.take() {
				if err := b.lines.setMedia(ctx, peer, *m); err != nil {
					b.log.Warn("media not stored", "session", peer.session, "participant", peer.participant, "error", err)
				}
			}
		}
	}
}

package signaling

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/sfu"
	"madoguchi/sfu/quality"
	"madoguchi/signaling/protocol"
)

// MediaOf lets the broker use a media node in the same process.
func MediaOf(n *sfu.Node) Media { return localNode{n} }

type localNode struct{ node *sfu.Node }

// Offer passes an offer on; what is wrong with the offer itself comes back as ErrOffer.
func (l localNode) Offer(ctx context.Context, j Join) (Answer, error) {
	answer, err := l.node.Offer(ctx, sfu.Join{
		Room: j.Room, Participant: j.Participant, Name: j.Name, Publish: j.Publish, Subscribe: j.Subscribe, Bench: j.Bench,
		Purposes: j.Purposes, SDP: j.SDP,
	})
	return Answer{SDP: answer}, clientsFault(err)
}

func (l localNode) Candidate(ctx context.Context, room, participant, candidate, mid string) error {
	return clientsFault(l.node.Candidate(ctx, room, participant, candidate, mid))
}

// Admit needs no version: there is one broker here, which orders its words itself.
func (l localNode) Admit(ctx context.Context, room string, _ int64, together ...[]string) error {
	return l.node.Admit(ctx, room, together...)
}

func (l localNode) Prepare(ctx context.Context, room string, participants []string, within time.Duration) error {
	return l.node.Prepare(ctx, room, participants, within)
}

// Mute remembers nothing for a peer that is not there yet: the broker repeats it after the offer.
func (l localNode) Mute(ctx context.Context, room, participant string, audio, video bool) error {
	return withoutPeer(l.node.Mute(ctx, room, participant, audio, video))
}

// withoutPeer takes it for no error that somebody is not connected.
func withoutPeer(err error) error {
	if errors.Is(err, sfu.ErrNoPeer) {
		return nil
	}
	return err
}

func (l localNode) Leave(ctx context.Context, room, participant string) error {
	return l.node.Leave(ctx, room, participant)
}

func (l localNode) CloseRoom(ctx context.Context, room string) error {
	return l.node.CloseRoom(ctx, room)
}

// clientsFault tells the client's errors from the node's.
func clientsFault(err error) error {
	for _, theirs := range []error{sfu.ErrOffer, sfu.ErrNoCodec, sfu.ErrNotAllowed, sfu.ErrNoPeer, sfu.ErrFull} {
		if errors.Is(err, theirs) {
			return fmt.Errorf("%w: %w", ErrOffer, err)
		}
	}
	return err
}

// Observer is what a media node tells the broker of its peers.
func (b *Broker) Observer() sfu.Observer { return observer{b} }

type observer struct{ broker *Broker }

func (o observer) PeerState(room, participant string, s sfu.PeerState) {
	o.broker.PeerState(room, participant, PeerState(s))
}

func (o observer) Quality(room, participant string, q sfu.Quality) {
	o.broker.PeerQuality(room, participant, levelOf(q.Up), levelOf(q.Down))
}

// levelOf is the protocol's word for a level; none for what is not known.
func levelOf(l quality.Level) protocol.Level {
	switch l {
	case quality.Good:
		return protocol.LevelGood
	case quality.Fair:
		return protocol.LevelFair
	case quality.Poor:
		return protocol.LevelPoor
	case quality.Lost:
		return protocol.LevelLost
	default:
		return ""
	}
}

func (o observer) Tracks(room, participant string, slots []sfu.TrackSlot) {
	o.broker.PeerTracks(room, participant, tracksOf(slots))
}

// tracksOf says it in the protocol's words.
func tracksOf(slots []sfu.TrackSlot) []protocol.Track {
	tracks := make([]protocol.Track, len(slots))
	for i, s := range slots {
		tracks[i] = protocol.Track{Mid: s.Mid, Participant: s.From, Purpose: protocol.Purpose(s.Purpose)}
	}
	return tracks
}

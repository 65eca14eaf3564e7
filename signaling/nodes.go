package signaling

import (
	"context"
	"time"

	"madoguchi/sfu"
	"madoguchi/signaling/protocol"
)

// Nodes is what the broker asks of several media nodes that look like one; *fleet.Fleet is that. Every broker of the area
// hears of every peer from the nodes themselves, so brokers tell each other nothing of media.
type Nodes interface {
	// OfferAt has an offer answered, and tells where: a number that grows whenever the room moves.
	OfferAt(ctx context.Context, j sfu.Join) (answer string, place int64, err error)
	Candidate(ctx context.Context, room, participant, candidate, mid string) error
	Admit(ctx context.Context, room string, version int64, together ...[]string) error
	Prepare(ctx context.Context, room string, participants []string, within time.Duration) error
	Mute(ctx context.Context, room, participant string, audio, video bool) error
	Leave(ctx context.Context, room, participant string) error
	CloseRoom(ctx context.Context, room string) error

	// Tell tells o at once what is known of a room's peers.
	Tell(room string, o sfu.Observer)
	// Place is where the room is now, 0 if that is not known here.
	Place(room string) int64
}

// UseNodes gives the broker the nodes that carry media, in place of UseMedia. Call it before Run. The broker's Observer is
// to hear of all peers, and RoomMoved of all moves.
func (b *Broker) UseNodes(n Nodes) {
	b.nodes = n
	b.media = sharedNodes{n}
}

// sharedNodes is the Media of several nodes.
type sharedNodes struct{ Nodes }

// Offer passes an offer on; what is wrong with the offer itself comes back as ErrOffer.
func (s sharedNodes) Offer(ctx context.Context, j Join) (Answer, error) {
	sdp, place, err := s.OfferAt(ctx, sfu.Join{
		Room: j.Room, Participant: j.Participant, Name: j.Name, Publish: j.Publish, Subscribe: j.Subscribe, Bench: j.Bench,
		Purposes: j.Purposes, SDP: j.SDP,
	})
	return Answer{sdp, place}, clientsFault(err)
}

func (s sharedNodes) Candidate(ctx context.Context, room, participant, candidate, mid string) error {
	return clientsFault(s.Nodes.Candidate(ctx, room, participant, candidate, mid))
}

// Mute remembers nothing for a peer that is not there yet: the broker repeats it after the offer.
func (s sharedNodes) Mute(ctx context.Context, room, participant string, audio, video bool) error {
	return withoutPeer(s.Nodes.Mute(ctx, room, participant, audio, video))
}

// RoomMoved tells the broker where a room is now. It never blocks.
func (b *Broker) RoomMoved(room string, place int64) {
	b.moves.put(room, func(known *int64) { *known = max(*known, place) })
}

// followMoves tells the participants here where their media are now, until ctx ends.
func (b *Broker) followMoves(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.moves.wake:
			for room, place := range b.moves.take() {
				b.hub.tellPlace(room, *place)
			}
		}
	}
}

// tellPlace tells everybody here who takes part in a session.
func (h *hub) tellPlace(session string, place int64) {
	h.do(func() {
		v := h.sessions[session]
		if v == nil {
			return
		}
		for _, m := range v.members {
			m.socket.send(protocol.Place{Session: session, Place: place})
		}
	})
}

// recallMedia takes in what the nodes have told of a session's peers: it may have been told before the session was known
// here.
func (b *Broker) recallMedia(id string) {
	if b.nodes == nil {
		return
	}
	recalled := recollection{}
	b.nodes.Tell(id, recalled)
	for participant, r := range recalled {
		b.followPeer(who{id, participant}, r)
	}
}

// sayPlace tells a socket that has just come in where the session's media are.
func (b *Broker) sayPlace(s *socket, id string) {
	if b.nodes == nil {
		return
	}
	if place := b.nodes.Place(id); place > 0 {
		s.send(protocol.Place{Session: id, Place: place})
	}
}

// recollection gathers what is known of the peers of one room.
type recollection map[string]*report

func (r recollection) of(participant string) *report {
	if r[participant] == nil {
		r[participant] = &report{}
	}
	return r[participant]
}

// PeerState makes it an sfu.Observer, with Tracks and Quality.
func (r recollection) PeerState(_, participant string, s sfu.PeerState) {
	connected := s == sfu.PeerConnected
	r.of(participant).connected = &connected
}

func (r recollection) Tracks(_, participant string, slots []sfu.TrackSlot) {
	tracks := tracksOf(slots)
	r.of(participant).tracks = &tracks
}

func (r recollection) Quality(_, participant string, q sfu.Quality) {
	r.of(participant).levels = &[2]protocol.Level{levelOf(q.Up), levelOf(q.Down)}
}

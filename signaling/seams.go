package signaling

import (
	"context"
	"errors"
	"time"

	"madoguchi/booking"
	"madoguchi/signaling/protocol"
)

// Media is what the broker asks of the node that carries a session's sound and pictures. The node owns media state;
// every call names the whole of what it sets, so it can be repeated.
type Media interface {
	// Offer creates or replaces the participant's peer and answers it.
	Offer(ctx context.Context, j Join) (Answer, error)
	Candidate(ctx context.Context, room, participant, candidate, mid string) error
	// Admit sets the gate: media flow among the participants of each group and between nobody else. Usually there is one
	// group; two while some have a word in private. The groups are named whole; none, or empty ones, close the gate. The
	// version is that of the document that says so: several brokers may speak to one node, and an older word that comes
	// late changes nothing.
	Admit(ctx context.Context, room string, version int64, together ...[]string) error
	// Prepare keeps fresh pictures of the participants ready to be shown, for so long.
	Prepare(ctx context.Context, room string, participants []string, within time.Duration) error
	Mute(ctx context.Context, room, participant string, audio, video bool) error
	Leave(ctx context.Context, room, participant string) error
	CloseRoom(ctx context.Context, room string) error
}

// Join is one participant's offer.
type Join struct {
	Room, Participant, Name   string
	Publish, Subscribe, Bench bool
	Purposes                  map[string]string // m-line → protocol.Purpose
	SDP                       string
}

// Answer is a media node's answer to an offer, and the place of the room as the protocol tells it; 0 where media never move.
type Answer struct {
	SDP   string
	Place int64
}

// ErrOffer is what a Media's error wraps when the client's offer or candidate was at fault and not the node.
var ErrOffer = errors.New("offer refused")

// PeerState is how a peer's media stand.
type PeerState string

// Peer states.
const (
	PeerJoined       PeerState = "joined"       // an offer was answered
	PeerConnected    PeerState = "connected"    // media can flow
	PeerDisconnected PeerState = "disconnected" // the line is lost for now
	PeerGone         PeerState = "gone"         // the peer has been taken down
)

// Places is what the broker asks of the directory: the facts of seats and the words for them.
type Places interface {
	Seat(id string) (Place, bool)
	OfficeName(office string) string
	BoothName(booth string) string
	PoolName(pool string) string
	// DesksOf lists the desks of a pool.
	DesksOf(pool string) []string
	// InEmergency is where an office is and whom to turn to there: address, its telephone, hospital and the hospital's telephone.
	InEmergency(office string) protocol.Emergency
	// ServiceName is for booth and desk; public is the neutral word for everybody else.
	ServiceName(service string) (name, public string)
	// Professional is who sits at a desk; with an empty desk, what is known of the pool.
	Professional(desk, pool string) protocol.Professional
}

// Place is one seat's facts.
type Place struct {
	ID     string // "booth:shiomachihama-1"
	Role   string // booth, staff, assistant, admin, or the professional's: doctor, pharmacist …
	Name   string
	Area   string
	Office string
	Booth  string
	Desk   string
	Pool   string
}

// Bookings is what the broker asks of booking. Refusals come back as booking's own problem documents.
type Bookings interface {
	Appointment(ctx context.Context, id string) (booking.Appointment, error)
	// FindReception finds today's appointment of a reception number at an office.
	FindReception(ctx context.Context, office, reception string) (booking.Appointment, error)
	// CheckIn marks an appointment as arrived; doing it again changes nothing.
	CheckIn(ctx context.Context, id string) (booking.Appointment, error)
	// Greet gives an appointment as the seat in ctx may see it at check-in; a booth is told the name to be confirmed.
	Greet(ctx context.Context, a booking.Appointment) (booking.Appointment, error)
	LegStarted(ctx context.Context, id string, leg int) error
	LegDone(ctx context.Context, id string, leg int) error
	// Finish ends a visit with outcome "done" or "unserved" and frees what it still holds.
	Finish(ctx context.Context, id, outcome string) error
	// Present says that a professional is at a desk now.
	Present(ctx context.Context, desk string) error
	// Watch tells of changes of appointments until ctx ends, then closes the channel.
	Watch(ctx context.Context) <-chan booking.Change
}

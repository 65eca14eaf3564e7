package session

import (
	"errors"
	"fmt"
	"time"

	"madoguchi/signaling/protocol"
)

// Side is who caused an event.
type Side string

// Sides.
const (
	SideBooth     Side = "booth"
	SideDesk      Side = "desk"
	SideCounter   Side = "counter"
	SideAssistant Side = "assistant" // looks on from its reception: nothing it may do changes a session
	SideGuest     Side = "guest"
	SideEquipment Side = "equipment"
	SideSystem    Side = "system" // the broker itself: grace times, the booking
)

// Actor is one who causes an event, as its token says.
type Actor struct {
	Side Side
	ID   string // participant id: the seat id, or a guest's or an equipment's own
	Desk string // of a desk
	Pool string // of a desk
}

// Type names an event.
type Type string

// Events. CheckedIn, which opens the document, is Open.
const (
	Entered         Type = "entered"          // booth or desk takes part over a socket
	GuestJoined     Type = "guest_joined"     // somebody with a room token stands at the gate
	EquipmentJoined Type = "equipment_joined" // a WHIP or WHEP peer stands at the gate
	Gone            Type = "gone"             // a guest or equipment is there no longer
	Ready           Type = "ready"            // the booth has tested its devices
	Admit           Type = "admit"            // the professional lets Whom in
	Dismiss         Type = "dismiss"          // the professional sends Whom away
	Handover        Type = "handover"         // the professional passes the visit to the next leg
	End             Type = "end"              // the professional ends the visit
	Leave           Type = "leave"            // the actor leaves
	GraceExpired    Type = "grace_expired"    // Whom did not come back in time
	Cancelled       Type = "cancelled"        // the appointment was cancelled
	Rescheduled     Type = "rescheduled"      // the booking has other times, or a later leg is not needed: Legs
)

// Types lists every event, for tests and diagrams.
var Types = []Type{
	Entered, GuestJoined, EquipmentJoined, Gone, Ready, Admit, Dismiss, Handover, End, Leave, GraceExpired, Cancelled,
	Rescheduled,
}

// Event is something that happens to a visit.
type Event struct {
	Type Type
	By   Actor
	Whom string // Admit, Dismiss, GraceExpired
	Legs []Leg  // Rescheduled: all legs as the booking has them now
	At   time.Time
}

// Effect is something the broker does after the changed document has been stored.
type Effect interface{ effect() }

// Gate: sound and pictures flow between exactly these.
type Gate struct{ Admitted []string }

// Expel: this participant's media end, and it is told why.
type Expel struct {
	Participant string
	Reason      protocol.Reason
}

// LegStarted: the booking learns that a professional has met the resident.
type LegStarted struct{ Leg int }

// LegDone: the booking learns that the leg is over.
type LegDone struct{ Leg int }

// CloseRoom: all media end.
type CloseRoom struct{}

// Finish: the booking frees what it still holds for the visit.
type Finish struct {
	Reason protocol.Reason
	Met    bool // a professional has met the resident: not a no-show
}

func (Gate) effect()       {}
func (Expel) effect()      {}
func (LegStarted) effect() {}
func (LegDone) effect()    {}
func (CloseRoom) effect()  {}
func (Finish) effect()     {}

// Reasons for refusing an event; a Refusal wraps one of them.
var (
	ErrForbidden          = errors.New("not allowed")                // this side may never do that
	ErrNotNow             = errors.New("not now")                    // the state does not allow it
	ErrClosed             = errors.New("the session is over")        // nothing happens to a closed session
	ErrUnknownParticipant = errors.New("nobody of that id is there") // Whom is not in the session
)

// Refusal says which event was refused and why.
type Refusal struct {
	Event Type
	Err   error
	Why   string
}

func (r *Refusal) Error() string { return fmt.Sprintf("%s: %v: %s", r.Event, r.Err, r.Why) }

// Unwrap gives the kind of refusal.
func (r *Refusal) Unwrap() error { return r.Err }

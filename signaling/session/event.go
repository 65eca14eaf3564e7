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
	StaffCame       Type = "staff_came"       // somebody of the post office is in the booth
	StaffLeft       Type = "staff_left"       // nobody of the post office is in the booth any more
	StaffAccepted   Type = "staff_accepted"   // the actor accepts that they are there
	Summon          Type = "summon"           // the professional calls the resident who waits
	Requeue         Type = "requeue"          // the professional puts the visit back into its queue, until Until if that is given
	Pause           Type = "pause"            // the actor has sound and pictures turned off: Reason
	Resume          Type = "resume"           // the actor goes on
	Confer          Type = "confer"           // the professional asks Desk in, Private or not
	Transfer        Type = "transfer"         // the professional passes the leg to Desk or Pool, of Role
	Gather          Type = "gather"           // the professional takes the session Other of Booth into this room
	Release         Type = "release"          // the session Other is to go back, or does not come
	Hosted          Type = "hosted"           // this session's booth is in the room of Other, with the actor's desk
	Unhosted        Type = "unhosted"         // it is no longer; Over says that the professional has ended the visit
	Alarm           Type = "emergency"        // the actor needs help at once
	Calm            Type = "calm"             // the emergency is over
	Wiped           Type = "wiped"            // nothing of the visit is left in the booth
)

// Types lists every event, for tests and diagrams.
var Types = []Type{
	Entered, GuestJoined, EquipmentJoined, Gone, Ready, Admit, Dismiss, Handover, End, Leave, GraceExpired, Cancelled,
	Rescheduled, StaffCame, StaffLeft, StaffAccepted, Summon, Requeue, Pause, Resume, Confer, Transfer, Gather, Release,
	Hosted, Unhosted, Alarm, Calm, Wiped,
}

// Event is something that happens to a visit.
type Event struct {
	Type Type
	By   Actor
	Whom string // Admit, Dismiss, GraceExpired
	Legs []Leg  // Rescheduled: all legs as the booking has them now
	At   time.Time

	Desk, Pool, Role string               // Confer, Transfer: whom to, as the directory has it
	Private          bool                 // Confer
	Until            time.Time            // Requeue: not to be called before; zero for now
	Reason           protocol.PauseReason // Pause
	Other, Booth     string               // Gather, Release, Hosted, Unhosted: the other session, and its booth
	Over             bool                 // Unhosted
	Wipes            bool                 // Entered by a booth: its page confirms that it has wiped itself
}

// Reasons for refusing an event; a Refusal wraps one of them.
var (
	ErrForbidden          = errors.New("not allowed")                // this side may never do that
	ErrNotNow             = errors.New("not now")                    // the state does not allow it
	ErrClosed             = errors.New("the session is over")        // nothing happens to a closed session
	ErrUnknownParticipant = errors.New("nobody of that id is there") // Whom is not in the session
	ErrDismissed          = errors.New("sent away")                  // the professional has sent this guest away
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

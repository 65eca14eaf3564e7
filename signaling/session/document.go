package session

import (
	"slices"
	"time"

	"madoguchi/signaling/protocol"
)

// Shape is the newest form of documents, and of all else that the brokers of an area write for each other on account of a session,
// that this program reads and can write. It reads every older one; Shape 1 had no word of its own. Which one is written is agreed
// upon by the brokers of the area: never one that one of them cannot read.
//
//	1  until November 2026: arrived, waiting, consultation, closed
//	2  staff, calls, pauses, words in private, group sessions, emergencies, wiping
//	3  guests who were sent away
const Shape = 3

// LeastShape is the oldest shape that is still written.
const LeastShape = 2

// Doc is a visit in progress. It is a value: Next never changes the one it is given.
type Doc struct {
	Shape        int             `json:"shape,omitempty"` // 0 means 1
	ID           string          `json:"id"`
	Version      int64           `json:"version"` // grows by one with every change
	Appointment  string          `json:"appointment"`
	Office       string          `json:"office"`
	Booth        string          `json:"booth"`
	Number       int             `json:"number"`      // call number of the office's day
	CheckedInBy  Side            `json:"checkedInBy"` // SideCounter or SideBooth
	State        protocol.State  `json:"state"`
	Reason       protocol.Reason `json:"reason,omitempty"` // why it is closed
	Legs         []Leg           `json:"legs"`
	Leg          int             `json:"leg"` // index of the current leg
	Participants []Participant   `json:"participants"`
	OpenedAt     time.Time       `json:"openedAt"`
	WaitingSince *time.Time      `json:"waitingSince,omitempty"`
	StartedAt    *time.Time      `json:"startedAt,omitempty"` // of the consultation that runs now
	ClosedAt     *time.Time      `json:"closedAt,omitempty"`

	// What adds to a state. None of these is ever changed in place.
	Staff     *Staff     `json:"staff,omitempty"`     // in the booth, or has been
	NotBefore *time.Time `json:"notBefore,omitempty"` // while waiting: to be called again no earlier
	Called    *Called    `json:"called,omitempty"`    // while waiting
	Paused    *Paused    `json:"paused,omitempty"`    // in a consultation
	Word      *Word      `json:"word,omitempty"`      // in a consultation: a desk that has been asked in
	Gathered  []Gathered `json:"gathered,omitempty"`  // in a consultation: other sessions in this room
	Host      string     `json:"host,omitempty"`      // in a consultation: the session in whose room this one is
	Emergency *Emergency `json:"emergency,omitempty"`
	Wipes     bool       `json:"wipes,omitempty"` // the booth's page confirms that it has wiped itself
	WipedAt   *time.Time `json:"wipedAt,omitempty"`

	// Dismissed are guests who were sent away, the latest last: none of them comes to the gate again. Since shape 3.
	Dismissed []string `json:"dismissed,omitempty"`
}

// MaxDismissed bounds the guests of a session who are remembered as sent away. Their links are spent long before it is reached.
const MaxDismissed = 64

// Staff is the post office's people in the booth, and who of the two sides has accepted that they are there.
type Staff struct {
	Present  bool      `json:"present"`
	At       time.Time `json:"at"`
	Accepted []string  `json:"accepted,omitempty"`
}

// Called is the desk that has called the resident.
type Called struct {
	Desk string    `json:"desk"`
	At   time.Time `json:"at"`
}

// Paused is who has had sound and pictures turned off, and why.
type Paused struct {
	By     string               `json:"by"`
	Reason protocol.PauseReason `json:"reason"`
	At     time.Time            `json:"at"`
}

// Word is a desk that has been asked into a consultation.
type Word struct {
	Desk    string    `json:"desk"`
	Role    string    `json:"role"`
	By      string    `json:"by"`      // participant
	Private bool      `json:"private"` // the two hear each other, and the resident neither of them
	At      time.Time `json:"at"`
}

// Gathered is another session in this one's room.
type Gathered struct {
	Session string `json:"session"`
	Booth   string `json:"booth"`
}

// Emergency is who pressed the button, and when.
type Emergency struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Leg is one part of the visit.
type Leg struct {
	Service  string    `json:"service"`
	Role     string    `json:"role"`
	Pool     string    `json:"pool"`
	Desk     string    `json:"desk"` // the desk booked, or the one of the pool that admitted
	StartsAt time.Time `json:"startsAt"`
	EndsAt   time.Time `json:"endsAt"`
	Planned  time.Time `json:"planned,omitzero"` // when it was to start before anything ran late; zero where that is not known
	Started  bool      `json:"started"`          // a professional has admitted the booth in this leg
	Done     bool      `json:"done"`
}

// PlannedAt is when a leg was to start.
func (l Leg) PlannedAt() time.Time {
	if l.Planned.IsZero() {
		return l.StartsAt
	}
	return l.Planned
}

// Participant is one who takes part or waits at the gate.
type Participant struct {
	ID       string        `json:"id"`
	Kind     protocol.Kind `json:"kind"`
	Role     string        `json:"role,omitempty"` // of a guest: interpreter, family …
	Admitted bool          `json:"admitted"`
}

// Visit is what an appointment tells about the visit to open.
type Visit struct {
	Session     string
	Appointment string
	Office      string
	Booth       string
	Number      int
	Legs        []Leg
}

// Open makes the document of a visit that has just been checked in: the event CheckedIn.
func Open(v Visit, by Side, at time.Time) Doc {
	return Doc{
		Shape: LeastShape,
		ID:    v.Session, Version: 1, Appointment: v.Appointment, Office: v.Office, Booth: v.Booth, Number: v.Number,
		CheckedInBy: by, State: protocol.StateArrived, Legs: slices.Clone(v.Legs), Participants: []Participant{},
		OpenedAt: at,
	}
}

// Derived is what follows from a document as it stands, whatever led to it: for a document that is put back, of which nobody knows
// how much has been carried out. Each of these may be done again.
func Derived(d Doc) []Effect {
	var effects []Effect
	if d.State != protocol.StateClosed {
		effects = append(effects, Gate{d.Gate()})
	}
	for i, leg := range d.Legs {
		if leg.Started {
			effects = append(effects, LegStarted{i})
		}
		if leg.Started && leg.Done {
			effects = append(effects, LegDone{i})
		}
	}
	if d.State == protocol.StateClosed {
		effects = append(effects, CloseRoom{}, Finish{d.Reason, d.Met()})
	}
	return effects
}

// Follow is there, an older document that holds after all, as the successor of one that does not: everybody has to take it for
// the newer of the two.
func Follow(there, lost Doc) Doc {
	next := there.clone()
	next.Shape, next.Version = max(there.Shape, LeastShape), lost.Version+1
	return next
}

// In is the document as it is written while a shape is in force, without what that has no room for. One that has been written in a
// newer shape stays in that.
func (d Doc) In(shape int) Doc {
	d.Shape = max(d.Shape, shape, LeastShape)
	if d.Shape < 3 {
		d.Dismissed = nil
	}
	return d
}

// BoothSeat and DeskSeat are the participant ids of the two ends: their seat ids.
func BoothSeat(booth string) string { return "booth:" + booth }

// DeskSeat is the seat id of a desk.
func DeskSeat(desk string) string { return "desk:" + desk }

// Current is the leg that waits or runs.
func (d Doc) Current() Leg { return d.Legs[d.Leg] }

// Met says whether any professional has ever admitted the booth in this visit.
func (d Doc) Met() bool {
	return slices.ContainsFunc(d.Legs, func(l Leg) bool { return l.Started })
}

// Participant finds one by id.
func (d Doc) Participant(id string) (Participant, bool) {
	if i := d.index(id); i >= 0 {
		return d.Participants[i], true
	}
	return Participant{}, false
}

func (d Doc) index(id string) int {
	return slices.IndexFunc(d.Participants, func(p Participant) bool { return p.ID == id })
}

// Stage is where the visit stands in full: the rows of the machine's table.
func (d Doc) Stage() protocol.Stage {
	switch d.State {
	case protocol.StateArrived:
		if d.Staff != nil {
			return protocol.StageSeated
		}
		return protocol.StageArrived
	case protocol.StateWaiting:
		return d.waitingStage()
	case protocol.StateConsultation:
		return d.talkingStage()
	default:
		if d.WipedAt == nil && d.Shape >= 2 {
			return protocol.StageClosing
		}
		return protocol.StageClosed
	}
}

func (d Doc) waitingStage() protocol.Stage {
	switch {
	case d.Called != nil:
		return protocol.StageCalled
	case d.NotBefore != nil:
		return protocol.StageLater
	case d.Leg > 0:
		return protocol.StageBetween
	default:
		return protocol.StageWaiting
	}
}

func (d Doc) talkingStage() protocol.Stage {
	switch {
	case d.Host != "":
		return protocol.StageGathered
	case d.Paused != nil, d.StaffHolds():
		return protocol.StagePaused
	case d.InPrivate():
		return protocol.StageConferring
	default:
		return protocol.StageTalking
	}
}

// private are the roles of professionals in whose legs nobody of the post office listens without everybody's consent.
var private = []string{"doctor", "nurse", "pharmacist"}

// StaffHolds says whether a consultation may not be heard because staff is in the booth and not both sides have accepted
// that. In an emergency nobody is asked.
func (d Doc) StaffHolds() bool {
	if d.Staff == nil || !d.Staff.Present || d.Emergency != nil || !slices.Contains(private, d.Current().Role) {
		return false
	}
	return !slices.Contains(d.Staff.Accepted, BoothSeat(d.Booth)) || !slices.Contains(d.Staff.Accepted, DeskSeat(d.Current().Desk))
}

// Joined says whether the desk that was asked in has come.
func (d Doc) Joined() bool {
	return d.Word != nil && d.index(DeskSeat(d.Word.Desk)) >= 0
}

// InPrivate says whether the professionals have a word the resident does not hear.
func (d Doc) InPrivate() bool {
	return d.State == protocol.StateConsultation && d.Joined() && d.Word.Private && d.Emergency == nil
}

// Gate is who hears whom: the groups within which sound and pictures flow, whole; none outside a consultation.
func (d Doc) Gate() [][]string {
	if d.State != protocol.StateConsultation || d.Host != "" || d.Paused != nil || d.StaffHolds() {
		return nil
	}
	if d.InPrivate() {
		return [][]string{{DeskSeat(d.Current().Desk), DeskSeat(d.Word.Desk)}}
	}
	var open []string
	for _, p := range d.Participants {
		if p.Admitted {
			open = append(open, p.ID)
		}
	}
	if open == nil {
		return nil
	}
	return [][]string{open}
}

// HoldsBooth says whether the booth cannot be in another session: it has come into this one, and either goes on with it or
// has not confirmed yet that nothing of it is left.
func (d Doc) HoldsBooth() bool {
	return d.index(BoothSeat(d.Booth)) >= 0 && d.Stage() != protocol.StageClosed
}

// Serves says whether a desk may take the current leg: it is the desk booked, or stands in for it in its pool as long
// as nobody has called the resident or talks with them.
func (d Doc) Serves(desk, pool string) bool {
	leg := d.Current()
	if d.Called != nil {
		return desk != "" && desk == d.Called.Desk
	}
	if desk != "" && desk == leg.Desk {
		return true
	}
	return pool != "" && pool == leg.Pool && d.State != protocol.StateConsultation
}

// Asks says whether a desk has been asked into the consultation.
func (d Doc) Asks(desk string) bool { return d.Word != nil && desk != "" && desk == d.Word.Desk }

// Hosts says whether a booth of another session is in this one's room.
func (d Doc) Hosts(booth string) bool {
	return slices.ContainsFunc(d.Gathered, func(g Gathered) bool { return g.Booth == booth })
}

func (d Doc) clone() Doc {
	d.Legs = slices.Clone(d.Legs)
	d.Participants = slices.Clone(d.Participants)
	d.Gathered = slices.Clone(d.Gathered)
	d.Dismissed = slices.Clone(d.Dismissed)
	return d
}

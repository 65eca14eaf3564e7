package session

import (
	"slices"
	"time"

	"madoguchi/signaling/protocol"
)

// Doc is a visit in progress. It is a value: Next never changes the one it is given.
type Doc struct {
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
		ID: v.Session, Version: 1, Appointment: v.Appointment, Office: v.Office, Booth: v.Booth, Number: v.Number,
		CheckedInBy: by, State: protocol.StateArrived, Legs: slices.Clone(v.Legs), Participants: []Participant{},
		OpenedAt: at,
	}
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

// Gate is the whole set of participants between whom sound and pictures flow: nobody outside a consultation.
func (d Doc) Gate() []string {
	open := []string{}
	if d.State != protocol.StateConsultation {
		return open
	}
	for _, p := range d.Participants {
		if p.Admitted {
			open = append(open, p.ID)
		}
	}
	return open
}

// Serves says whether a desk may take the current leg: it is the desk booked, or stands in for it in its pool as long
// as no consultation runs.
func (d Doc) Serves(desk, pool string) bool {
	leg := d.Current()
	if desk != "" && desk == leg.Desk {
		return true
	}
	return pool != "" && pool == leg.Pool && d.State != protocol.StateConsultation
}

func (d Doc) clone() Doc {
	d.Legs = slices.Clone(d.Legs)
	d.Participants = slices.Clone(d.Participants)
	return d
}

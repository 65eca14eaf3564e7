package protocol

import "time"

// What a client may say in the course of a visit, beyond entering, admitting and ending.
const (
	TypeStaff        = "staff"         // counter or booth: somebody of the post office is in the booth now, or has left it
	TypeAcceptStaff  = "accept_staff"  // booth and desk: the staff may stay during the consultation
	TypeSummon       = "summon"        // professional: call the resident who waits; nobody else of the pool can any more
	TypeRequeue      = "requeue"       // professional: back into the queue, now or in so many minutes
	TypePause        = "pause"         // booth or professional: sound and pictures off for everybody, with a reason
	TypeResume       = "resume"        // whoever paused: go on
	TypeConfer       = "confer"        // professional: ask another desk in, for a word in private or for a talk of all
	TypeTransfer     = "transfer"      // professional: pass the current leg to another desk or pool
	TypeGather       = "gather"        // professional: take another booth's session into this room
	TypeRelease      = "release"       // professional: let a gathered session go back into its queue
	TypeArmEmergency = "arm_emergency" // booth or professional: lift the cover of the emergency button
	TypeEmergency    = "emergency"     // booth or professional: press it, within ten seconds
	TypeCalm         = "calm"          // professional or counter: the emergency is over
	TypeWiped        = "wiped"         // booth: nothing of that session is left here
)

// What the server says besides.
const (
	TypeArmed = "armed" // the emergency button can be pressed until then
	TypeLobby = "lobby" // a lobby's screen: the numbers of its office
)

// Bounds of what is said here.
const (
	MaxRequeueMinutes = 240 // of Requeue
	ArmedSeconds      = 10  // between arm_emergency and emergency
)

// Staff tells that staff of the post office is in the booth, or has left it. A counter says it of a session of its office, a
// booth of its own.
type Staff struct {
	ID      string `json:"id" limit:"64"`
	Session string `json:"session" limit:"64"`
	Present bool   `json:"present"`
}

// Requeue puts the visit back into its queue. It keeps its place: what it has waited counts. With minutes it is called again no
// earlier than then, and meanwhile holds up nobody.
type Requeue struct {
	ID      string `json:"id" limit:"64"`
	Minutes int    `json:"minutes"` // 0 … 240
}

// Pause turns sound and pictures off for everybody in the consultation until whoever said it resumes.
type Pause struct {
	ID     string      `json:"id" limit:"64"`
	Reason PauseReason `json:"reason"`
}

// PauseReason is why a consultation is paused; both sides read it.
type PauseReason string

// Reasons for pausing.
const (
	PausePrivacy PauseReason = "privacy" // the resident gets ready, changes clothes
	PauseLookup  PauseReason = "lookup"  // something has to be looked up
	PauseAway    PauseReason = "away"    // somebody has to step out
	PauseVisitor PauseReason = "visitor" // somebody has come into the room
	PauseOther   PauseReason = "other"
)

// Confer asks another desk into the consultation: the next leg's before handing over, an earlier leg's to recall it
// (疑義照会), or any other. In private, only the professionals hear each other while the resident waits; said again with
// private false, all hear all. It ends by dismiss of that desk, by its leaving, or by handing over.
type Confer struct {
	ID      string `json:"id" limit:"64"`
	Desk    string `json:"desk" limit:"64"`
	Private bool   `json:"private"`
}

// Transfer passes the current leg on to another desk, or to whoever of a pool is free first. A desk asked in by confer takes
// over at once; anybody else finds the visit in its queue.
type Transfer struct {
	ID   string `json:"id" limit:"64"`
	Desk string `json:"desk,omitempty" limit:"64"` // either this
	Pool string `json:"pool,omitempty" limit:"64"` // or this
}

// Gather takes another booth's session, which waits for this desk too, into the room of the session entered: a group session.
type Gather struct {
	ID      string `json:"id" limit:"64"`
	Session string `json:"session" limit:"64"`
}

// Release lets a gathered session go back into its queue.
type Release struct {
	ID      string `json:"id" limit:"64"`
	Session string `json:"session" limit:"64"`
}

// Calm says that an emergency is over: the professional in that session, or the counter of its office.
type Calm struct {
	ID      string `json:"id" limit:"64"`
	Session string `json:"session" limit:"64"`
}

// Wiped confirms that nothing of a session that is over is left in the booth.
type Wiped struct {
	ID      string `json:"id" limit:"64"`
	Session string `json:"session" limit:"64"`
}

// Armed tells that the emergency button can be pressed until then; after that it is as if it had not been armed.
type Armed struct {
	Session string    `json:"session"`
	Until   time.Time `json:"until"`
}

// Stage is where a visit stands, in full: State is the coarse of it, which never had more than four values.
type Stage string

// Stages of a visit, in the order of a usual one. What follows each is its State.
const (
	StageArrived     Stage = "arrived"      // arrived: checked in
	StageSeated      Stage = "seated"       // arrived: staff has been in the booth
	StageWaiting     Stage = "waiting"      // waiting: the devices are tested
	StageLater       Stage = "later"        // waiting: to be called again no earlier than notBefore
	StageBetween     Stage = "between_legs" // waiting: for the next leg
	StageCalled      Stage = "called"       // waiting: a desk has called and is about to admit
	StageTalking     Stage = "consultation" // consultation
	StagePaused      Stage = "paused"       // consultation: sound and pictures are off
	StageConferring  Stage = "conferring"   // consultation: the professionals have a word, the resident waits
	StageInterrupted Stage = "interrupted"  // consultation: booth or desk is lost and may come back
	StageGathered    Stage = "gathered"     // consultation: in the room of another session
	StageClosing     Stage = "closing"      // closed: the booth has not confirmed yet that it is wiped
	StageClosed      Stage = "closed"       // closed, and wiped
)

// Called tells who called.
type Called struct {
	Desk string    `json:"desk"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
}

// Paused tells who paused and why; without By it is the server: staff is in the booth and not everybody has accepted.
type Paused struct {
	By     string      `json:"by,omitempty"` // participant, who alone can resume
	Reason PauseReason `json:"reason"`
	At     time.Time   `json:"at"`
}

// Word tells of a desk that has been asked in.
type Word struct {
	Desk    string    `json:"desk"`
	Name    string    `json:"name"`
	Role    string    `json:"role"`
	By      string    `json:"by"`      // participant who asked
	Private bool      `json:"private"` // once it has joined, the resident does not hear them
	Joined  bool      `json:"joined"`
	At      time.Time `json:"at"`
}

// StaffState tells whether staff is in the booth and who of the two sides has accepted that.
type StaffState struct {
	Present  bool      `json:"present"`
	At       time.Time `json:"at"`
	Accepted []string  `json:"accepted"` // participants
}

// Emergency is what both sides need at once.
type Emergency struct {
	By            string    `json:"by"` // participant
	At            time.Time `json:"at"`
	Address       string    `json:"address"`     // of the booth
	OfficePhone   string    `json:"officePhone"` // of the post office
	Hospital      string    `json:"hospital"`
	HospitalPhone string    `json:"hospitalPhone"`
	DeskName      string    `json:"deskName"` // of the current leg
	DeskPhone     string    `json:"deskPhone"`
}

// Gathered is another session in this room.
type Gathered struct {
	Session   string `json:"session"`
	Booth     string `json:"booth"`
	BoothName string `json:"boothName"`
	Number    int    `json:"number"`
}

// Lobby is what a screen in an office's lobby shows: numbers and booths, and nothing else of anybody.
type Lobby struct {
	Office     string       `json:"office"`
	OfficeName string       `json:"officeName"`
	Numbers    []LobbyEntry `json:"numbers"` // who is called first, then who waits, in their order
}

// LobbyEntry is one number.
type LobbyEntry struct {
	Number    int    `json:"number"`
	BoothName string `json:"boothName"`
	Stage     Stage  `json:"stage"` // waiting, called or consultation
}

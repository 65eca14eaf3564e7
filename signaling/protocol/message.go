package protocol

import "time"

// Subprotocol is the WebSocket subprotocol both ends name in the upgrade.
const Subprotocol = "madoguchi.v1"

// Limits on what is read from a socket, in bytes.
const (
	MaxMessage = 64 << 10  // any message but an offer
	MaxOffer   = 256 << 10 // an offer, and so the most that is ever read
)

// What a client may send. The JSON field "type" of every message carries one of these.
const (
	TypeHello      = "hello"       // first message of every socket
	TypeEnter      = "enter"       // take part in one session over this socket
	TypeOffer      = "offer"       // SDP offer for this participant's only peer connection
	TypeCandidate  = "candidate"   // one ICE candidate of the client
	TypeReady      = "ready"       // booth: the device check is done, the resident waits
	TypePrepare    = "prepare"     // professional: is about to let one named participant in
	TypeAdmit      = "admit"       // professional: let one named participant in
	TypeDismiss    = "dismiss"     // professional: send one guest or piece of equipment away
	TypeMute       = "mute"        // own microphone or camera off or on
	TypeHandover   = "handover"    // professional: pass the session to the next leg
	TypeEnd        = "end"         // professional: the visit is over
	TypeLeave      = "leave"       // this participant leaves the session
	TypeCall       = "call"        // booth: call the postal staff
	TypeAnswerCall = "answer_call" // counter: somebody is on the way
	TypePing       = "ping"        // is the server there?
)

// What the server sends.
const (
	TypeWelcome  = "welcome"  // answer to hello
	TypeOK       = "ok"       // the request with this id was carried out
	TypeError    = "error"    // the request with this id was refused
	TypeSeat     = "seat"     // what concerns this seat: live sessions, calls
	TypeSession  = "session"  // the session entered, whole, at one version
	TypePresence = "presence" // who is connected, muted, and how good their lines are
	TypeWaiting  = "waiting"  // place in the queue and expected wait
	TypeAnswer   = "answer"   // SDP answer
	TypeTracks   = "tracks"   // which m-line now carries whose track
	TypePlace    = "place"    // where the session's media are carried now
	TypeEnded    = "ended"    // the session entered is over for this participant
	TypePong     = "pong"
)

// Hello opens a conversation. Token is a seat token (booth, desk, counter) or a room token (guest);
// with a room token the participant has entered that room at once.
type Hello struct {
	Token  string `json:"token" limit:"4096"`
	App    string `json:"app,omitempty" limit:"32"` // "booth", "desk", "counter"; for logs only
	Reason Away   `json:"reason,omitempty"`         // why this socket was opened again; shown to the other side
	Wipes  bool   `json:"wipes,omitempty"`          // booth: confirms by wiped that it has forgotten a session that is over
	// Conversation names what this page says over one socket after another, by a random id of its own; a page that
	// leaves it out speaks without numbers, and repeats nothing.
	Conversation string `json:"conversation,omitempty" limit:"64"`
	// Line counts the sockets of the conversation, from 1: what a lost one had under way does not take the place of a
	// later one. A page that leaves it out is taken by the time of its arrival.
	Line int64 `json:"line,omitempty"`
}

// Away is why somebody was gone for a moment. Nothing else is accepted, for the other side reads it.
type Away string

// Reasons for having been away.
const (
	AwayReload  Away = "reload"  // the page was loaded again
	AwayNetwork Away = "network" // the line dropped or changed
	AwayServer  Away = "server"  // the server asked to come back
)

// Enter attaches this socket to one session. Token is a room token for exactly that session.
type Enter struct {
	ID    string `json:"id" limit:"64"`
	Token string `json:"token" limit:"4096"`
}

// Offer carries the client's SDP offer. Tracks tells the purpose of each m-line the client sends on, and what those it
// receives on are kept for; one not named takes anything of its kind.
// The client is the only offerer; a new offer is made only for an ICE restart or a new peer connection.
type Offer struct {
	ID     string       `json:"id" limit:"64"`
	SDP    string       `json:"sdp" limit:"262144"`
	Tracks []TrackOffer `json:"tracks,omitempty" limit:"32"`
}

// TrackOffer names what an m-line of an offer carries.
type TrackOffer struct {
	Mid     string  `json:"mid" limit:"32"`
	Purpose Purpose `json:"purpose"`
}

// Purpose is what a track is for; it decides priority and settings.
type Purpose string

// Purposes of tracks.
const (
	PurposeVoice       Purpose = "voice"
	PurposeFace        Purpose = "face"
	PurposeDocument    Purpose = "document"
	PurposeScreen      Purpose = "screen"
	PurposeStethoscope Purpose = "stethoscope"
)

// Candidate is one trickled ICE candidate of the client; an empty Candidate marks the end.
// The server never trickles: its few candidates are in the answer.
type Candidate struct {
	Candidate string `json:"candidate" limit:"4096" empty:"ok"`
	Mid       string `json:"mid,omitempty" limit:"32"`
}

// Request is a client message that needs nothing but its type: ready, handover, end, leave, call.
type Request struct {
	ID string `json:"id" limit:"64"`
}

// Prepare tells that the professional has Participant on the screen and may admit at any moment: for the next ten seconds
// the node keeps a fresh picture of everybody who would be seen. It is said again while that lasts, every five seconds;
// whoever closes the dialog says nothing more. Nothing is shown to anybody by it.
type Prepare struct {
	ID          string `json:"id" limit:"64"`
	Participant string `json:"participant" limit:"128"`
}

// Admit lets Participant in. For the booth's participant this starts the consultation.
type Admit struct {
	ID          string `json:"id" limit:"64"`
	Participant string `json:"participant" limit:"128"`
}

// Dismiss sends a guest or piece of equipment away.
type Dismiss struct {
	ID          string `json:"id" limit:"64"`
	Participant string `json:"participant" limit:"128"`
}

// Mute announces and enforces that own sound or picture is off: the SFU stops forwarding it.
type Mute struct {
	ID    string `json:"id" limit:"64"`
	Audio bool   `json:"audio"` // true: muted
	Video bool   `json:"video"` // true: camera off
}

// AnswerCall acknowledges a booth's call; the ringing stops everywhere.
type AnswerCall struct {
	ID   string `json:"id" limit:"64"`
	Call string `json:"call" limit:"64"`
}

// Ping asks whether the server is there; every message counts as a sign of life, so it is needed only in silence.
type Ping struct{}

// Pong answers Ping.
type Pong struct{}

// Welcome answers Hello.
type Welcome struct {
	Participant string    `json:"participant"` // own id in every session: "booth:shiomachihama-1"
	Role        string    `json:"role"`
	Name        string    `json:"name"`
	Now         time.Time `json:"now"` // server time, so that clients need no right clock
	Media       Media     `json:"media"`
	// Others are the origins of further servers of the service ("https://b.example.jp"), each as good as this one: a client
	// whose line is lost, or not answered, tries the next of them, round about.
	Others      []string `json:"others,omitempty"`
	PingSeconds int      `json:"pingSeconds"` // send ping this often; silence of twice this is a lost line
	// Numbered says that this server numbers and remembers: a request repeated under its id is carried out once.
	Numbered bool `json:"numbered,omitempty"`
}

// Media describes the m-lines a client's offer must contain, once and for all: one sendonly m-line per entry of Up it
// can provide, then AudioDown recvonly audio and VideoDown recvonly video m-lines, then one application m-line. Down says
// what each of the receiving m-lines is kept for, in their order.
type Media struct {
	Up          []Purpose   `json:"up"`
	Down        []Purpose   `json:"down"`
	AudioDown   int         `json:"audioDown"`
	VideoDown   int         `json:"videoDown"`
	ICEServers  []ICEServer `json:"iceServers"`
	DataChannel string      `json:"dataChannel"` // label of the reliable, ordered channel for what people say: "talk"
	// LatestChannel is the label of the unordered channel without retransmissions for what matters only while it is
	// new, pointers and strokes being drawn: "latest".
	LatestChannel string   `json:"latestChannel"`
	Traits        []Traits `json:"traits"` // of every purpose, the one that is kept longest on a slow line first
	// Sealed asks clients to seal what they send for each other, end to end, wherever everybody who is let in can.
	Sealed bool `json:"sealed,omitempty"`
}

// Traits is how tracks of one purpose are to be taken up, sent and played.
type Traits struct {
	Purpose      Purpose `json:"purpose"`
	Priority     string  `json:"priority"`               // as RTCPriorityType: "very-low", "low", "medium", "high"
	MaxBitrate   int     `json:"maxBitrate"`             // bits a second
	MaxFramerate int     `json:"maxFramerate,omitempty"` // pictures a second
	Keep         string  `json:"keep,omitempty"`         // what the encoder keeps longest: "resolution" or "motion"
	Music        bool    `json:"music,omitempty"`        // sound that nobody may process: no echo, noise or gain control
	Redundant    bool    `json:"redundant,omitempty"`    // sound to be sent with redundancy (RED), where both ends can
	PlayoutMs    int     `json:"playoutMs,omitempty"`    // what the receiver is to hold back, in milliseconds
}

// ICEServer is a STUN or TURN server for RTCPeerConnection.
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// OK says that request Re was carried out.
type OK struct {
	Re string `json:"re"`
}

// Error says that request Re was refused and why. An error without Re concerns a message that had no id.
type Error struct {
	Re      string    `json:"re,omitempty"`
	Code    ErrorCode `json:"code"`
	Message string    `json:"message"` // for developers; people read the client's words for the code
}

// Seat is everything live that concerns this seat, whole; it is sent on hello and whenever anything in it changes.
type Seat struct {
	Sessions []SessionSummary `json:"sessions"`
	Calls    []Call           `json:"calls"`          // counter: unanswered and answered calls; booth: its own
	Wipe     []string         `json:"wipe,omitempty"` // booth: sessions that are over and that it is to confirm by wiped, before it can enter another
	DayRev   int64            `json:"dayRev"`         // changes whenever the day's appointments may have changed: fetch them again; a booth's does not
}

// SessionSummary is a session as a list shows it. It names nobody: names come with the appointment over HTTP.
type SessionSummary struct {
	ID           string     `json:"id"`
	Appointment  string     `json:"appointment"`
	State        State      `json:"state"`
	Office       string     `json:"office"`
	OfficeName   string     `json:"officeName"`
	Booth        string     `json:"booth"`
	BoothName    string     `json:"boothName"`
	Number       int        `json:"number"`
	Leg          int        `json:"leg"`
	Desk         string     `json:"desk,omitempty"` // desk of the current leg
	Pool         string     `json:"pool"`
	WaitingSince *time.Time `json:"waitingSince,omitempty"`
	BoothOnline  bool       `json:"boothOnline"`
	Stage        Stage      `json:"stage,omitempty"`
	Place        int        `json:"place,omitempty"`     // in the queue of its desk or pool, from 1; 0 while it waits for nobody
	CalledBy     string     `json:"calledBy,omitempty"`  // desk that has called
	NotBefore    *time.Time `json:"notBefore,omitempty"` // to be called again no earlier
	Asked        bool       `json:"asked,omitempty"`     // desk: another professional asks it in (confer)
	Joined       bool       `json:"joined,omitempty"`    // desk: it was asked in and has come; after a reload it comes back by itself
	Staff        bool       `json:"staff,omitempty"`     // somebody of the post office is in the booth
	Emergency    bool       `json:"emergency,omitempty"`
}

// Call is a booth's call for the postal staff.
type Call struct {
	ID         string     `json:"id"`
	Booth      string     `json:"booth"`
	BoothName  string     `json:"boothName"`
	At         time.Time  `json:"at"`
	AnsweredAt *time.Time `json:"answeredAt,omitempty"`

	HeardAt     *time.Time `json:"heardAt,omitempty"`     // since then it rings at a counter of the office; nobody is signed in there before
	PhoneAt     *time.Time `json:"phoneAt,omitempty"`     // when the office is telephoned unless somebody answers; absent where no telephone can be
	PhonedAt    *time.Time `json:"phonedAt,omitempty"`    // when the office was telephoned
	PhoneFailed bool       `json:"phoneFailed,omitempty"` // it could not be telephoned, and is tried again
	Emergency   bool       `json:"emergency,omitempty"`   // somebody pressed the emergency button
}

// State is where a visit stands.
type State string

// States of a session.
const (
	StateArrived      State = "arrived"      // checked in; the booth tests its devices
	StateWaiting      State = "waiting"      // ready; the professional has not admitted yet
	StateConsultation State = "consultation" // gate open
	StateClosed       State = "closed"
)

// Session is the session entered, as this participant may see it, whole.
type Session struct {
	ID           string        `json:"id"`
	Version      int64         `json:"version"` // grows; a smaller one than already seen is to be ignored
	State        State         `json:"state"`
	Appointment  string        `json:"appointment"`
	Office       string        `json:"office"`
	OfficeName   string        `json:"officeName"`
	Booth        string        `json:"booth"`
	BoothName    string        `json:"boothName"`
	Number       int           `json:"number"`
	CheckedInBy  string        `json:"checkedInBy"` // "counter" or "booth": at the counter the name has been checked already
	Legs         []Leg         `json:"legs"`
	Leg          int           `json:"leg"` // index of the current leg
	Participants []Participant `json:"participants"`
	WaitingSince *time.Time    `json:"waitingSince,omitempty"`
	StartedAt    *time.Time    `json:"startedAt,omitempty"` // of the current consultation
	Stage        Stage         `json:"stage,omitempty"`
	Called       *Called       `json:"called,omitempty"`
	NotBefore    *time.Time    `json:"notBefore,omitempty"` // to be called again no earlier
	Pause        *Paused       `json:"pause,omitempty"`
	Word         *Word         `json:"word,omitempty"`
	Staff        *StaffState   `json:"staff,omitempty"`
	Emergency    *Emergency    `json:"emergency,omitempty"`
	Gathered     []Gathered    `json:"gathered,omitempty"` // other sessions in this room
	Host         string        `json:"host,omitempty"`     // booth: the session in whose room this one is; enter that
}

// Leg is one part of the visit: one professional side.
type Leg struct {
	Service      string       `json:"service"`
	ServiceName  string       `json:"serviceName"` // for the booth and the desk; a counter gets the neutral word
	Role         string       `json:"role"`
	Pool         string       `json:"pool"`
	PoolName     string       `json:"poolName"`
	Desk         string       `json:"desk,omitempty"`
	StartsAt     time.Time    `json:"startsAt"`
	EndsAt       time.Time    `json:"endsAt"`
	PlannedAt    time.Time    `json:"plannedAt"` // when it was to start; earlier than startsAt where something runs late
	Done         bool         `json:"done"`
	Professional Professional `json:"professional"`
}

// Professional is what a resident may always see of the person they talk to (MHLW online care guideline).
type Professional struct {
	Name             string `json:"name"`
	Kana             string `json:"kana"`
	Title            string `json:"title"` // 医師, 薬剤師, 市職員 …
	Organisation     string `json:"organisation"`
	RegistrationYear int    `json:"registrationYear,omitempty"` // 医籍登録年, 薬剤師名簿登録年
	Phone            string `json:"phone"`
}

// Kind says what sort of participant somebody is.
type Kind string

// Kinds of participants.
const (
	KindBooth     Kind = "booth"
	KindDesk      Kind = "desk"
	KindGuest     Kind = "guest"
	KindEquipment Kind = "equipment" // WHIP or WHEP
)

// Participant is one who is in the session or waits at its gate. Nobody is in a room unseen.
type Participant struct {
	ID       string `json:"id"`
	Kind     Kind   `json:"kind"`
	Role     string `json:"role"`
	Name     string `json:"name"` // never the resident's
	Admitted bool   `json:"admitted"`
	Apart    bool   `json:"apart,omitempty"` // admitted, and neither heard nor hearing just now: a pause, or a word in private
}

// Presence tells who is connected and muted right now; whole, and outside the versioned session.
type Presence struct {
	Session string         `json:"session"`
	People  []PresenceItem `json:"people"`
}

// PresenceItem is one participant's presence.
type PresenceItem struct {
	Participant string `json:"participant"`
	Online      bool   `json:"online"`    // its socket is there
	Connected   bool   `json:"connected"` // its media are connected
	AudioMuted  bool   `json:"audioMuted"`
	VideoMuted  bool   `json:"videoMuted"`
	Reason      Away   `json:"reason,omitempty"` // why it came back, or is away
	Up          Level  `json:"up,omitempty"`     // how well its sound and pictures arrive here; only in a consultation
	Down        Level  `json:"down,omitempty"`   // how well others' arrive there, as far as can be seen from here
	// SoundOnly says that its line has been too weak for pictures for long: everybody pauses theirs until it is false.
	SoundOnly bool `json:"soundOnly,omitempty"`
}

// Level says how good one direction of a participant's line is.
type Level string

// Levels of a line. It changes when it has been so for seconds, and goes up later than down.
const (
	LevelGood Level = "good"
	LevelFair Level = "fair" // one notices it
	LevelPoor Level = "poor" // weak: talking takes an effort, so both sides are told
	LevelLost Level = "lost" // nothing comes any more
)

// Waiting tells the booth its place and the expected wait as a range of minutes.
type Waiting struct {
	Session     string `json:"session"`
	Ahead       int    `json:"ahead"` // visits before this one at the same desk or pool
	FromMinutes int    `json:"fromMinutes"`
	ToMinutes   int    `json:"toMinutes"`
	LateMinutes int    `json:"lateMinutes"` // how far behind the planned time this is expected to start; 0 if on time

	NotBefore *time.Time `json:"notBefore,omitempty"` // the professional calls again no earlier
}

// Answer is the SDP answer to offer Re.
type Answer struct {
	Re    string `json:"re"`
	SDP   string `json:"sdp"`
	Place int64  `json:"place,omitempty"` // where the connection leads, as Place tells it; 0 where media never move
}

// Place tells where the session's media are carried now. The number has no meaning but that a greater one is newer: it
// changes when the room moves to another media node, because the node goes away or has been lost. A client whose
// connection was answered with an older place makes a new one beside it, by itself, and lets go of the old one when the
// new one carries media: until then the old one may still be heard.
type Place struct {
	Session string `json:"session"`
	Place   int64  `json:"place"`
}

// Tracks tells whose track each receiving m-line carries, whole. A mid that is not listed carries nothing.
type Tracks struct {
	Session string  `json:"session"`
	Tracks  []Track `json:"tracks"`
}

// Track is one m-line's present occupant.
type Track struct {
	Mid         string  `json:"mid"`
	Participant string  `json:"participant"`
	Purpose     Purpose `json:"purpose"`
}

// Ended tells that the session entered is over for this participant.
type Ended struct {
	Session string `json:"session"`
	Reason  Reason `json:"reason"`
}

// Reason says why a session ended.
type Reason string

// Reasons for an end.
const (
	ReasonDone      Reason = "done"      // the professional ended the visit
	ReasonLeft      Reason = "left"      // the resident left
	ReasonHandover  Reason = "handover"  // over for this desk; the next leg goes on
	ReasonCancelled Reason = "cancelled" // the appointment was cancelled
	ReasonDismissed Reason = "dismissed" // this guest was sent away
	ReasonAbandoned Reason = "abandoned" // nobody came back within the grace time
	ReasonNoShow    Reason = "no_show"   // the resident never came into the booth
	ReasonReleased  Reason = "released"  // this booth's part in a group session is over
)

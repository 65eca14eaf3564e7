package protocol

// What helps whoever looks after the booths. Nothing of it says what a visit is about.
const (
	TypeReport     = "report"      // what this end found out about itself; not acknowledged
	TypeRemote     = "remote"      // the booth is to do something to itself
	TypeRemoteDone = "remote_done" // the booth has
)

// Report tells what the device check found and which way media go, for the timeline of the visit that an administrator may
// read when something went wrong.
type Report struct {
	Voice   Found     `json:"voice,omitempty"`   // the microphone hears something
	Face    Found     `json:"face,omitempty"`    // the camera shows something
	Hearing Found     `json:"hearing,omitempty"` // somebody has said that they hear
	Path    MediaPath `json:"path,omitempty"`    // of the nominated candidate pair
	Local   Candidacy `json:"local,omitempty"`   // type of this end's candidate
	Remote  Candidacy `json:"remote,omitempty"`  // and of the other's
}

// Found is what a check found.
type Found string

// Outcomes of a check.
const (
	FoundOK      Found = "ok"
	FoundNothing Found = "nothing" // the device gives nothing, or somebody said no
	FoundMissing Found = "missing" // there is no device, or it is not allowed
)

// MediaPath is how media travel.
type MediaPath string

// Ways of media.
const (
	PathUDP   MediaPath = "udp"
	PathTCP   MediaPath = "tcp"
	PathRelay MediaPath = "relay"
)

// Candidacy is an ICE candidate's type.
type Candidacy string

// Types of candidates (RFC 8445).
const (
	CandidateHost  Candidacy = "host"
	CandidateSrflx Candidacy = "srflx"
	CandidatePrflx Candidacy = "prflx"
	CandidateRelay Candidacy = "relay"
)

// Remote asks a booth to do something to itself that staff would otherwise walk there for.
type Remote struct {
	Command string     `json:"command"` // to be named in remote_done
	What    RemoteWhat `json:"what"`
}

// RemoteWhat is what a booth can be asked to do.
type RemoteWhat string

// Things a booth does when asked.
const (
	RemoteReload RemoteWhat = "reload" // load the page again; a visit is gone on with
	RemoteVolume RemoteWhat = "volume" // put the volume back to where it was made to be
)

// RemoteDone tells that a booth has done, or is about to do, what it was asked for.
type RemoteDone struct {
	ID      string `json:"id" limit:"64"`
	Command string `json:"command" limit:"64"`
}

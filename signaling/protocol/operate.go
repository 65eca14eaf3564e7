package protocol

// What helps whoever looks after the booths. Nothing of it says what a visit is about.
const (
	TypeReport     = "report"      // what this end found out about itself; not acknowledged
	TypeRemote     = "remote"      // the booth is to do something to itself
	TypeRemoteDone = "remote_done" // the booth has
)

// Report tells what the device check found, which way media go, and what a page sees of its own media, for the timeline of the
// visit that an administrator may read when something went wrong. A page tells what has changed.
type Report struct {
	Voice   Found     `json:"voice,omitempty"`   // the microphone hears something
	Face    Found     `json:"face,omitempty"`    // the camera shows something
	Hearing Found     `json:"hearing,omitempty"` // somebody has said that they hear
	Path    MediaPath `json:"path,omitempty"`    // of the nominated candidate pair
	Local   Candidacy `json:"local,omitempty"`   // type of this end's candidate
	Remote  Candidacy `json:"remote,omitempty"`  // and of the other's

	Microphone Device  `json:"microphone,omitempty"` // its own
	Camera     Device  `json:"camera,omitempty"`     // likewise
	Sound      Arrives `json:"sound,omitempty"`      // of the others, where somebody's microphone is on
	Picture    Arrives `json:"picture,omitempty"`    // likewise, where somebody's camera is on
	Output     Output  `json:"output,omitempty"`     // what plays the others' sound
}

// Device is how a device of a page is.
type Device string

// States of a device.
const (
	DeviceOK      Device = "ok"
	DeviceQuiet   Device = "quiet"   // on, and no sound at all has come from it for a while
	DeviceMuted   Device = "muted"   // the machine or the device itself has muted it
	DeviceEnded   Device = "ended"   // it was there and is gone: unplugged, or its permission was taken away
	DeviceDenied  Device = "denied"  // not allowed
	DeviceBusy    Device = "busy"    // another program has it
	DeviceMissing Device = "missing" // there is none
	DeviceFailed  Device = "failed"
)

// Arrives is what comes of the others.
type Arrives string

// States of what comes.
const (
	ArrivesOK      Arrives = "ok"
	ArrivesNothing Arrives = "nothing" // no packets
	ArrivesStuck   Arrives = "stuck"   // packets, of which nothing can be heard or seen
)

// Output is how what plays sound is set.
type Output string

// States of it.
const (
	OutputOK      Output = "ok"
	OutputMuted   Output = "muted"   // its volume is 0
	OutputBlocked Output = "blocked" // the browser waits for a touch before it plays
)

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

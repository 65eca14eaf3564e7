package acts

import (
	"strings"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
)

// How says how an act gets into the trail.
type How string

// Ways into the trail.
const (
	Each   How = "each"   // every time it is asked for: an entry, with its result
	Hourly How = "hourly" // the first time within an hour, by one caller from one address
	Itself How = "itself" // by whoever carries it out, who knows more of it than can be seen from outside
	Change How = "change" // by what it changes, which one of the outboxes tells
	Never  How = "never"  // not, and Why says the reason
)

// Act is one row: something that can be asked for, or that happens.
type Act struct {
	Door   access.Door
	Name   string // as access.Table has it
	How    How
	Action audit.Action // of its entries; "" for the door's word and the name
	Why    string       // what is in the entry besides, or why there is none
}

// Words of doors in actions.
var words = map[access.Door]string{access.HTTP: "http.", access.Socket: "socket.", access.WHIP: "whip.", access.WHEP: "whep."}

// As is the action of the act's entries.
func (a Act) As() audit.Action {
	if a.Action != "" {
		return a.Action
	}
	return audit.Action(words[a.Door] + strings.ReplaceAll(strings.ToLower(a.Name), "_", "-"))
}

// Reasons that several rows share.
const (
	facts  = "facts of offices and services: nobody is in them"
	people = "whose details are shown is person.read"
	flow   = "how sound and pictures come and go: what is let in is told by visit.*"
	own    = "tells a seat of itself only"
	step   = "a step on the way, of which the next one tells"
)

// Table has a row for every row of access.Table.
var Table = append(append(append([]Act{}, overHTTP...), overSocket...), overMedia...)

var overHTTP = []Act{
	{access.HTTP, "sign-in", Itself, audit.SignIn, "which seat, how, and why it was refused"},
	{access.HTTP, "sign-in-ways", Never, "", facts},
	{access.HTTP, "challenge", Never, "", step},
	{access.HTTP, "renew", Itself, audit.TokenRefused, "where it is refused; renewed, it is the same signing-in"},
	{access.HTTP, "passkey-begin", Never, "", step},
	{access.HTTP, "passkey-register", Itself, audit.Enroll, "and sign-in"},
	{access.HTTP, "passkey-ask", Never, "", step},
	{access.HTTP, "passkey-sign-in", Itself, audit.SignIn, ""},
	{access.HTTP, "oidc-sign-in", Itself, audit.SignIn, "an account that may not sit there too, by its id at the provider"},
	{access.HTTP, "break-glass", Itself, audit.BreakGlass, "with the reason that was typed; refused where it cannot be noted"},
	{access.HTTP, "me", Never, "", own},
	{access.HTTP, "sign-out", Itself, audit.SignOut, ""},
	{access.HTTP, "enrolment", Itself, audit.Enroll, "for which seat"},
	{access.HTTP, "revoke-seat", Itself, audit.Revoke, "which seat"},
	{access.HTTP, "break-glass-letter", Itself, audit.Enroll, "for which seat"},
	{access.HTTP, "break-glass-uses", Hourly, "", "who looks at which letters were opened"},

	{access.HTTP, "offices", Never, "", facts},
	{access.HTTP, "office", Never, "", facts},
	{access.HTTP, "days", Never, "", facts},
	{access.HTTP, "times", Never, "", facts},
	{access.HTTP, "search", Never, "", facts},
	{access.HTTP, "why", Never, "", facts},
	{access.HTTP, "services", Never, "", facts},
	{access.HTTP, "my-appointment", Each, "", "the resident, by both numbers; wrong ones too"},
	{access.HTTP, "my-cancel", Each, "", "likewise"},
	{access.HTTP, "my-accept", Each, "", "likewise"},
	{access.HTTP, "my-decline", Each, "", "likewise"},
	{access.HTTP, "feed", Hourly, audit.Download, "a desk's calendar"},
	{access.HTTP, "redeem-invitation", Itself, audit.GuestJoin, "the guest's id and role"},

	{access.HTTP, "hold", Each, "", ""},
	{access.HTTP, "confirm", Each, "", "who booked"},
	{access.HTTP, "release", Each, "", ""},
	{access.HTTP, "appointments", Never, "", people},
	{access.HTTP, "appointment", Never, "", people},
	{access.HTTP, "appointment-qr", Each, audit.Download, "the slip"},
	{access.HTTP, "cancel", Each, "", "who cancelled"},
	{access.HTTP, "move", Each, "", "who moved it"},
	{access.HTTP, "settle", Each, "", ""},
	{access.HTTP, "free-leg", Each, "", ""},
	{access.HTTP, "noshow", Each, "", ""},
	{access.HTTP, "mark", Each, "", ""},
	{access.HTTP, "cleaned", Each, "", ""},
	{access.HTTP, "walk-in", Each, "", "who booked"},
	{access.HTTP, "series", Each, "", "an entry a visit"},
	{access.HTTP, "confirm-series", Each, "", "likewise"},
	{access.HTTP, "wait", Each, "", ""},
	{access.HTTP, "waitlist", Never, "", people},
	{access.HTTP, "accept-offer", Each, "", ""},
	{access.HTTP, "decline-offer", Each, "", ""},
	{access.HTTP, "leave-waitlist", Each, "", ""},

	{access.HTTP, "delay", Each, "", ""},
	{access.HTTP, "delay-preview", Never, "", "changes nothing and names nobody"},
	{access.HTTP, "lend", Each, "", ""},
	{access.HTTP, "give-back", Each, "", ""},
	{access.HTTP, "feed-open", Each, "", ""},
	{access.HTTP, "feed-revoke", Each, "", ""},
	{access.HTTP, "colleagues", Never, "", "desks and pools"},
	{access.HTTP, "draw-qr", Never, "", "draws what was sent and keeps nothing of it"},
	{access.HTTP, "block", Each, "", ""},
	{access.HTTP, "blocks", Never, "", facts},
	{access.HTTP, "unblock", Each, "", ""},

	{access.HTTP, "check-in", Each, "", "wrong reception numbers too"},
	{access.HTTP, "session-token", Itself, audit.TokenMint, ""},
	{access.HTTP, "invite-guest", Itself, audit.GuestInvite, "the guest's id and role"},
	{access.HTTP, "lobby", Never, "", "numbers that hang in the lobby"},
	{access.HTTP, "remote", Each, "", "which booth"},

	{access.HTTP, "sessions", Hourly, "", "who looks at what is open"},
	{access.HTTP, "timelines", Itself, audit.TimelineRead, "office, day and number"},
	{access.HTTP, "audit-read", Itself, audit.AuditRead, "by what it was filtered"},
	{access.HTTP, "audit-state", Hourly, "", "who looks at how the trail stands"},
	{access.HTTP, "audit-review", Itself, audit.AuditReview, "up to which entry; a remark is sealed"},
	{access.HTTP, "audit-verify", Itself, audit.AuditVerify, "up to which entry, how many faults"},
	{access.HTTP, "audit-export", Itself, audit.AuditExport, "by what it was filtered"},
	{access.HTTP, "offers", Never, "", facts},
	{access.HTTP, "suspend", Each, audit.Admin, ""},
	{access.HTTP, "resume", Each, audit.Admin, ""},
	{access.HTTP, "reload-catalogue", Each, audit.Admin, ""},
	{access.HTTP, "export-table", Each, audit.Download, "offices, desks or rosters"},
	{access.HTTP, "import-tables", Each, audit.Admin, ""},
	{access.HTTP, "catalogue-file", Each, audit.Download, "a file of the catalogue"},
	{access.HTTP, "facility-paper", Each, audit.Download, "a paper of a facility"},
	{access.HTTP, "deliveries", Hourly, "", "who looks at what was sent"},
	{access.HTTP, "deliver-again", Each, audit.Admin, ""},
	{access.HTTP, "move-office", Each, audit.Admin, ""},
	{access.HTTP, "fhir", Each, "", "resource and method; reading hourly"},
}

var overSocket = []Act{
	{access.Socket, "hello", Itself, audit.SocketOpen, "and socket.close with how long; a token that is no good is token.refused"},
	{access.Socket, "ping", Never, "", "a sign of life"},
	{access.Socket, "enter", Change, "", "visit.entered"},
	{access.Socket, "offer", Never, "", flow},
	{access.Socket, "candidate", Never, "", flow},
	{access.Socket, "announce_keys", Never, "", flow},
	{access.Socket, "mute", Never, "", "one's own microphone and camera"},
	{access.Socket, "report", Never, "", "how good the line is"},
	{access.Socket, "leave", Change, "", "visit.leave, visit.gone"},
	{access.Socket, "ready", Change, "", "visit.ready"},
	{access.Socket, "call", Each, "", "a booth calls the staff"},
	{access.Socket, "wiped", Change, "", "visit.wiped"},
	{access.Socket, "remote_done", Never, "", "the booth's answer to http.remote"},
	{access.Socket, "arm_emergency", Each, "", "the cover was lifted"},
	{access.Socket, "emergency", Each, "", "also while Redis is away; visit.emergency follows"},
	{access.Socket, "calm", Each, "", "visit.calm follows"},
	{access.Socket, "answer_call", Each, "", ""},
	{access.Socket, "staff", Change, "", "visit.staff-came, visit.staff-left"},
	{access.Socket, "accept_staff", Change, "", "visit.staff-accepted"},
	{access.Socket, "pause", Change, "", "visit.pause"},
	{access.Socket, "resume", Change, "", "visit.resume"},
	{access.Socket, "prepare", Never, "", "pictures are kept fresh at the gate; admit tells"},
	{access.Socket, "admit", Change, "", "visit.admit: who let whom in"},
	{access.Socket, "dismiss", Change, "", "visit.dismiss: who sent whom away"},
	{access.Socket, "summon", Change, "", "visit.summon"},
	{access.Socket, "confer", Change, "", "visit.confer"},
	{access.Socket, "gather", Change, "", "visit.gather, visit.hosted"},
	{access.Socket, "release", Change, "", "visit.release, visit.unhosted"},
	{access.Socket, "requeue", Change, "", "visit.requeue"},
	{access.Socket, "transfer", Change, "", "visit.transfer"},
	{access.Socket, "handover", Change, "", "visit.handover; how long the leg took"},
	{access.Socket, "end", Change, "", "visit.end; how long the visit took"},
}

var overMedia = []Act{
	{access.WHIP, "POST", Itself, audit.EquipmentIn, "and equipment.leave with how long"},
	{access.WHEP, "POST", Itself, audit.EquipmentIn, "likewise"},
}

// Happening is what gets into the trail without being one request.
type Happening struct {
	Action audit.Action
	Why    string
}

// Happenings are those, besides booking.* (events of an appointment) and visit.* (events of a visit).
var Happenings = []Happening{
	{audit.PersonRead, "a resident's details were shown: to whom, of which visit; once an hour for one seat at one address"},
	{audit.SignInVouch, "the provider has vouched for an account: which one, sealed, and for which seat; sign-in follows"},
	{audit.TokenRefused, "a token that is expired, revoked, forged or for something else, at any door"},
	{audit.KeyRotate, "a signing key was added or taken away, as each process finds it"},
	{audit.ProcessBegin, "a process of the area began: which parts, which version"},
	{audit.ProcessEnd, "it was told to end"},
	{audit.TrailBegin, "the first entry of a trail"},
	{audit.TrailTorn, "a writer died while it wrote"},
	{audit.TrailGap, "events were gone before they could be written"},
	{audit.TrailBack, "an outbox has gone back in a failover"},
	{audit.TrailFault, "the folder did not hold what a signed head says"},
	{audit.AuditErase, "by command: personal fields were destroyed"},
	{audit.AuditPrune, "entries were removed after their time"},
}

var byName = func() map[string]Act {
	found := make(map[string]Act, len(Table))
	for _, a := range Table {
		found[string(a.Door)+" "+a.Name] = a
	}
	return found
}()

// Of gives the row of an act. What has none is noted each time: losing an entry would be worse than one too many.
func Of(door access.Door, name string) Act {
	if a, known := byName[string(door)+" "+name]; known {
		return a
	}
	return Act{Door: door, Name: name, How: Each}
}

// Listed says whether the table has a row for it.
func Listed(door access.Door, name string) bool {
	_, is := byName[string(door)+" "+name]
	return is
}

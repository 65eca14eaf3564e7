package audit

import (
	"context"
	"time"
)

// Action is what was done: small letters, digits, dots and hyphens. Types may be added anywhere; these are the ones several parts
// of the program know. What booking tells is "booking." and its event, what happens to a visit "visit." and the event of its
// machine, what is asked over HTTP "http." and the operation.
type Action string

// Actions.
const (
	SignIn       Action = "sign-in"         // a seat or a person signs in, or is refused
	SignInVouch  Action = "sign-in.account" // the provider has vouched for an account: Personal.Account, Detail "seat"
	SignOut      Action = "sign-out"        // Took: how long the login lasted
	Revoke       Action = "revoke"          // a login, device or link was ended before its time
	Enroll       Action = "enroll"          // a device or a second factor became known
	TokenMint    Action = "token.mint"      // a token for one session was made
	TokenRefused Action = "token.refused"   // somebody came with a token that is not good
	GuestInvite  Action = "guest.invite"    // a link for family, an interpreter … was made
	GuestJoin    Action = "guest.join"      // such a link was used
	SocketOpen   Action = "socket.open"     // somebody is connected
	SocketClose  Action = "socket.close"    // Took: how long
	EquipmentIn  Action = "equipment.join"  // WHIP or WHEP: Detail "kind"
	EquipmentOut Action = "equipment.leave" // Took: how long
	PersonRead   Action = "person.read"     // name, number … of a resident were shown
	Download     Action = "download"        // a file left the house: Detail "what"
	TimelineRead Action = "timeline.read"   // what happened to a visit was looked into
	Admin        Action = "admin"           // a rule, service or setting was changed: Detail "what"
	BreakGlass   Action = "break-glass"     // access in an emergency, past the rules; Personal.Reason says why
	KeyRotate    Action = "key.rotate"      // a key of the area was added or taken away: Detail "what", "kid", "node"
	ProcessBegin Action = "process.begin"   // a process of the area began: Detail "version", "node"
	ProcessEnd   Action = "process.end"     // it was told to end; Took: how long it ran
	AuditRead    Action = "audit.read"      // this trail was looked into: Detail says by what
	AuditExport  Action = "audit.export"
	AuditVerify  Action = "audit.verify"
	AuditReview  Action = "audit.review" // somebody has reviewed the trail: Detail "through", the number of the last entry they looked at
	AuditErase   Action = "audit.erase"  // personal fields were destroyed: Detail "subject", "keys"
	AuditPrune   Action = "audit.prune"  // segments were removed after their time: Detail "through"

	// Of the trail itself.
	TrailBegin Action = "trail.begin" // the first entry
	TrailTorn  Action = "trail.torn"  // a writer died while it wrote: Detail "bytes" that were cut off, of no whole entry
	TrailGap   Action = "trail.gap"   // events were gone before they had been written: Detail "outbox", "after", "before"
	TrailBack  Action = "trail.back"  // an outbox has gone back in a failover: Detail "outbox", "was", "is"
	TrailFault Action = "trail.fault" // the folder did not hold what a signed head says: Detail "what"
)

// Outcome is how it ended.
type Outcome string

// Outcomes.
const (
	Success Outcome = "success"
	Refused Outcome = "refused" // not allowed, wrong code, too often …
	Failed  Outcome = "failed"  // a fault on our side
)

// Entry is one thing that happened. Only Action is required; an empty Outcome means Success. Ids are letters, digits and : _ . -
// up to 80 characters; words of Detail are up to 120 of these and of / , + = { }. Anything else is withheld: the entry is
// written with "withheld" in its place, because losing it would be worse.
type Entry struct {
	At      time.Time     // when it happened, by the clock of the node that saw it; now where zero
	Action  Action        // what
	Outcome Outcome       // with what result
	Who     string        // seat or account, by id; "" where nobody has said who they are, "system" for the program itself
	Role    string        // of Who
	Office  string        // where it concerns one
	Booth   string        // likewise
	Visit   string        // the appointment's id
	Session string        // the session's id
	Service string        // of the visit's leg; it decides how long the entry's personal fields are kept
	Took    time.Duration // how long it lasted, where it had a length
	Detail  map[string]string
	Sync    Sync // of the clock that At is from; Unknown where nobody has asked it

	Personal Personal
}

// Personal is what could lead to a person. It is sealed before it leaves the process, and prints as [sealed].
type Personal struct {
	Address  string // IP address a request came from
	Account  string // at the provider who signs people in
	Resident string // keyed index of the resident
	Reason   string // what somebody typed
}

// String prints nothing of it.
func (Personal) String() string { return "[sealed]" }

// GoString prints nothing of it.
func (Personal) GoString() string { return "[sealed]" }

func (p Personal) empty() bool { return p == Personal{} }

// Noter takes in what happened. Note returns nil once the entry will come into the trail whatever dies: it is in the area's outbox,
// or, while Redis is away, on this node's disk. What must not happen unseen (break-glass) is refused where Note fails; anything
// else goes on, and the failure is counted and logged by the Noter itself.
type Noter interface {
	Note(ctx context.Context, e Entry) error
}

// Discard is a Noter where no trail is kept.
var Discard Noter = discard{}

type discard struct{}

func (discard) Note(context.Context, Entry) error { return nil }

// Origin is who asks, and from where, as far as the way in has found it out. A Noter fills it in where an entry does not say.
type Origin struct {
	Who, Role string
	Office    string
	Booth     string
	Address   string // IP address
}

type originKey struct{}

// WithOrigin puts the origin of a request into its context.
func WithOrigin(ctx context.Context, o Origin) context.Context {
	return context.WithValue(ctx, originKey{}, o)
}

// OriginOf gives the origin of a request; the zero value where none was put in.
func OriginOf(ctx context.Context) Origin {
	o, _ := ctx.Value(originKey{}).(Origin)
	return o
}

// From fills in what e does not say: who, and from where. What e does say of who is never mixed with another's role.
func (e Entry) From(o Origin) Entry {
	if e.Who == "" && o.Who != "" {
		e.Who, e.Role = o.Who, o.Role
		if e.Office == "" {
			e.Office = o.Office
		}
		if e.Booth == "" {
			e.Booth = o.Booth
		}
	}
	if e.Personal.Address == "" {
		e.Personal.Address = o.Address
	}
	return e
}

// Bounds of an entry.
const (
	maxID       = 80
	maxWord     = 120
	maxDetails  = 12
	maxPersonal = 400 // bytes of each personal field
)

// Withheld stands where a field was not what it may be.
const Withheld = "withheld"

// Clean gives the entry as it may be written: what is not an id or a word is withheld, what is too long cut.
func (e Entry) Clean() Entry {
	if !isAction(string(e.Action)) {
		e.Action = "unknown"
	}
	switch e.Outcome {
	case Success, Refused, Failed:
	case "":
		e.Outcome = Success
	default:
		e.Outcome = Failed
	}
	for _, id := range []*string{&e.Who, &e.Role, &e.Office, &e.Booth, &e.Visit, &e.Session, &e.Service} {
		*id = allowed(*id, maxID, isID)
	}
	if len(e.Detail) > 0 {
		detail := make(map[string]string, len(e.Detail))
		for _, name := range sortedNames(e.Detail) {
			value := e.Detail[name]
			if value == "" || len(detail) == maxDetails {
				continue
			}
			if !isName(name) {
				name = "unknown"
			}
			detail[name] = allowed(value, maxWord, isWord)
		}
		e.Detail = detail
	}
	if len(e.Detail) == 0 {
		e.Detail = nil
	}
	for _, text := range []*string{&e.Personal.Address, &e.Personal.Account, &e.Personal.Resident, &e.Personal.Reason} {
		*text = cutText(*text, maxPersonal)
	}
	e.At = e.At.UTC().Truncate(time.Millisecond)
	e.Took = max(0, e.Took.Truncate(time.Millisecond))
	return e
}

// cutText cuts at a letter's border.
func cutText(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && text[most]&0xc0 == 0x80 {
		most--
	}
	return text[:most]
}

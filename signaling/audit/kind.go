package audit

import "strings"

// Kind is what sort of thing an entry tells of, for those who look for something.
type Kind string

// Kinds.
const (
	KindAccess  Kind = "access"  // signing in and out, tokens, devices, keys, break-glass
	KindPeople  Kind = "people"  // a resident's details shown, files taken out, a visit looked into
	KindBooking Kind = "booking" // appointments: what became of them, and who asked for it
	KindVisit   Kind = "visit"   // what happened in a visit, who was let in
	KindLine    Kind = "line"    // who was connected, guests, equipment
	KindAdmin   Kind = "admin"   // rules, services and settings
	KindTrail   Kind = "trail"   // the trail itself: read, verified, reviewed, at fault
	KindSystem  Kind = "system"  // processes
	KindOther   Kind = "other"
)

// Kinds lists every kind.
var Kinds = []Kind{KindAccess, KindPeople, KindBooking, KindVisit, KindLine, KindAdmin, KindTrail, KindSystem, KindOther}

var kindOf = map[Action]Kind{
	SignIn: KindAccess, SignInVouch: KindAccess, SignOut: KindAccess, Revoke: KindAccess, Enroll: KindAccess, TokenMint: KindAccess,
	TokenRefused: KindAccess, BreakGlass: KindAccess, KeyRotate: KindAccess, "http.break-glass-uses": KindAccess, "refused.others": KindAccess,
	PersonRead: KindPeople, Download: KindPeople, TimelineRead: KindPeople, "http.my-appointment": KindPeople, "http.fhir": KindPeople,
	"http.check-in": KindVisit, "http.remote": KindVisit, "http.sessions": KindVisit,
	Admin: KindAdmin, "booking.rules": KindAdmin, "booking.suspended": KindAdmin, "booking.resumed": KindAdmin, "http.deliveries": KindAdmin, "http.audit-state": KindTrail,
}

// kindsByWord are those of whole families.
var kindsByWord = map[string]Kind{
	"booking": KindBooking, "http": KindBooking, "visit": KindVisit, "socket": KindLine, "guest": KindLine, "equipment": KindLine,
	"audit": KindTrail, "trail": KindTrail, "process": KindSystem,
}

// Kind is the sort an action belongs to.
func (a Action) Kind() Kind {
	if k, known := kindOf[a]; known {
		return k
	}
	word, _, _ := strings.Cut(string(a), ".")
	if k, known := kindsByWord[word]; known {
		return k
	}
	return KindOther
}

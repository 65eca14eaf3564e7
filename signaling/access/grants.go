package access

import "slices"

// Grant is one thing a room token lets its participant do.
type Grant string

// Grants.
const (
	Publish   Grant = "publish"   // send sound and pictures
	Subscribe Grant = "subscribe" // receive them
	Admit     Grant = "admit"     // let somebody in and send them away
	Handover  Grant = "handover"  // pass the session to the next leg
	End       Grant = "end"       // end the visit
	Call      Grant = "call"      // call the postal staff
	Bench     Grant = "bench"     // open the gate without a professional, for measuring; never in service
)

var everyGrant = []Grant{Publish, Subscribe, Admit, Handover, End, Call, Bench}

// Grants is what one room token allows.
type Grants []Grant

// Grants of the ends of a session, and of what joins it.
var (
	BoothGrants   = Grants{Publish, Subscribe, Call}
	DeskGrants    = Grants{Publish, Subscribe, Admit, Handover, End}
	VisitorGrants = Grants{Publish, Subscribe}
	// AskedGrants are those of a desk another one has asked in: it may have the visit passed to it without entering again, and
	// until then the session refuses it whatever only the desk of the leg may do.
	AskedGrants = DeskGrants
)

// Has says whether g is among them.
func (gs Grants) Has(g Grant) bool { return slices.Contains(gs, g) }

// known says whether every grant is one of ours.
func (gs Grants) known() bool {
	return !slices.ContainsFunc(gs, func(g Grant) bool { return !slices.Contains(everyGrant, g) })
}

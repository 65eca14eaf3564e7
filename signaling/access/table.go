package access

import "strings"

// Kind is what sort of seat or visitor acts. Roles of professionals (doctor, pharmacist …) decide which services a desk may
// give, which is booking's business; what a desk may do here is the same for all of them.
type Kind string

// Kinds, in the order of the table's columns.
const (
	Anybody   Kind = "anybody"   // no token at all
	Booth     Kind = "booth"     // the device in a booth
	Desk      Kind = "desk"      // a professional
	Assistant Kind = "assistant" // the reception of a pool
	Counter   Kind = "counter"   // the postal staff of an office
	Lobby     Kind = "lobby"     // the screen in an office's lobby
	Admin     Kind = "admin"     // an administrator of the area
	Guest     Kind = "guest"     // somebody invited into one session
	Equipment Kind = "equipment" // WHIP and WHEP peers of one session
)

// Kinds lists every kind.
var Kinds = []Kind{Anybody, Booth, Desk, Assistant, Counter, Lobby, Admin, Guest, Equipment}

// KindOf is the kind of a seat by its id ("desk:morita").
func KindOf(seat string) Kind {
	kind, _, _ := strings.Cut(seat, ":")
	return Kind(kind)
}

// Scope is how far a permission reaches.
type Scope string

// Scopes. What is a seat's own: of a booth, its visits and its booth; of a desk, its day, the visits it takes part in and
// those of its pool that wait for any desk; of an assistant, the days and visits of its pool's desks; of a counter and a lobby,
// their office with its booths; of a guest and of equipment, the one session of their token. Tenants share an area: what
// belongs to a tenant is reached through its offices and pools and in no other way.
const (
	No   Scope = ""
	Own  Scope = "own"
	Area Scope = "area" // everything of the seat's area, and nothing of another
	Free Scope = "free" // says nothing of anybody, or asks for a secret of its own: a code, a reception number
)

// Door is the way something is asked for.
type Door string

// Doors.
const (
	HTTP   Door = "HTTP"
	Socket Door = "WebSocket"
	WHIP   Door = "WHIP"
	WHEP   Door = "WHEP"
)

// Row is one thing that can be done, and who may.
type Row struct {
	Door  Door
	Act   string // operation of the HTTP API, message of the socket, or method
	What  string // in words, where the act does not say it
	Grant Grant  // that the room token must have besides; "" none
	May   map[Kind]Scope
}

// may makes the cells of a row.
func may(scope Scope, kinds ...Kind) map[Kind]Scope {
	cells := make(map[Kind]Scope, len(kinds))
	for _, k := range kinds {
		cells[k] = scope
	}
	return cells
}

// and adds cells of another scope.
func and(cells map[Kind]Scope, scope Scope, kinds ...Kind) map[Kind]Scope {
	for _, k := range kinds {
		cells[k] = scope
	}
	return cells
}

func everybody() map[Kind]Scope {
	return and(may(Free, Anybody), Free, Booth, Desk, Assistant, Counter, Lobby, Admin)
}

func signedIn() map[Kind]Scope { return may(Own, Booth, Desk, Assistant, Counter, Lobby, Admin) }
func booking() map[Kind]Scope  { return may(Own, Desk, Assistant, Counter) }
func admins() map[Kind]Scope   { return may(Area, Admin) }
func tending() map[Kind]Scope  { return and(may(Own, Desk, Assistant), Area, Admin) }
func blocking() map[Kind]Scope { return and(may(Own, Booth, Desk, Assistant, Counter), Area, Admin) }
func answering() map[Kind]Scope {
	return and(booking(), Area, Admin)
}
func inSession() map[Kind]Scope { return may(Own, Booth, Desk, Guest) }

// Table is who may do what: one row for every operation of the HTTP API, every message of a client on the socket, and WHIP and
// WHEP. The broker refuses whatever is not in it (403, forbidden), before anything else is looked at; how far Own reaches is
// judged where the thing itself is known. deploy/ROLES.md is made from it.
var Table = append(append(append([]Row{}, httpRows...), socketRows...), mediaRows...)

var httpRows = []Row{
	{HTTP, "sign-in", "sign a booth or a screen in by its code and key; in a demonstration any seat", "", everybody()},
	{HTTP, "sign-in-ways", "", "", everybody()},
	{HTTP, "challenge", "", "", everybody()},
	{HTTP, "renew", "another token, by a challenge signed with the page's key", "", everybody()},
	{HTTP, "passkey-begin", "register a passkey, by a one-time code", "", everybody()},
	{HTTP, "passkey-register", "", "", everybody()},
	{HTTP, "passkey-ask", "sign in by a passkey", "", everybody()},
	{HTTP, "passkey-sign-in", "", "", everybody()},
	{HTTP, "oidc-sign-in", "a token, after coming back from the provider with its cookie", "", everybody()},
	{HTTP, "break-glass", "open a seat with a sealed letter: noted, counted, shown to administrators", "", everybody()},
	{HTTP, "me", "who the token is", "", signedIn()},
	{HTTP, "sign-out", "end one's own signing-in", "", signedIn()},
	{HTTP, "enrolment", "make the one-time code of a seat", "", admins()},
	{HTTP, "revoke-seat", "sign a seat out, everywhere and at once", "", admins()},
	{HTTP, "break-glass-letter", "", "", admins()},
	{HTTP, "break-glass-uses", "", "", admins()},

	{HTTP, "offices", "", "", everybody()},
	{HTTP, "office", "", "", everybody()},
	{HTTP, "days", "", "", everybody()},
	{HTTP, "times", "", "", everybody()},
	{HTTP, "search", "free starts at the offices nearby", "", everybody()},
	{HTTP, "why", "why a visit cannot start then; a resident is named only by those who book there", "", everybody()},
	{HTTP, "services", "", "", everybody()},
	{HTTP, "my-appointment", "a resident, by reception number and telephone number", "", everybody()},
	{HTTP, "my-cancel", "likewise", "", everybody()},
	{HTTP, "my-accept", "likewise", "", everybody()},
	{HTTP, "my-decline", "likewise", "", everybody()},
	{HTTP, "feed", "a desk's calendar, by the secret in its address", "", everybody()},
	{HTTP, "redeem-invitation", "a guest, by the code of its link", "", everybody()},

	{HTTP, "hold", "", "", booking()},
	{HTTP, "confirm", "", "", booking()},
	{HTTP, "release", "", "", booking()},
	{HTTP, "appointments", "", "", and(and(booking(), Own, Booth), Area, Admin)},
	{HTTP, "appointment", "", "", and(and(booking(), Own, Booth), Area, Admin)},
	{HTTP, "appointment-qr", "print the slip", "", may(Own, Counter)},
	{HTTP, "cancel", "", "", booking()},
	{HTTP, "move", "", "", booking()},
	{HTTP, "settle", "", "", booking()},
	{HTTP, "free-leg", "", "", booking()},
	{HTTP, "noshow", "", "", booking()},
	{HTTP, "mark", "", "", may(Own, Desk, Assistant)},
	{HTTP, "cleaned", "", "", may(Own, Counter)},
	{HTTP, "walk-in", "", "", may(Own, Counter)},
	{HTTP, "series", "", "", booking()},
	{HTTP, "confirm-series", "", "", booking()},
	{HTTP, "wait", "", "", booking()},
	{HTTP, "waitlist", "", "", and(answering(), Own, Booth, Lobby)},
	{HTTP, "accept-offer", "", "", answering()},
	{HTTP, "decline-offer", "", "", answering()},
	{HTTP, "leave-waitlist", "", "", answering()},

	{HTTP, "delay", "", "", tending()},
	{HTTP, "delay-preview", "", "", tending()},
	{HTTP, "lend", "", "", tending()},
	{HTTP, "give-back", "", "", tending()},
	{HTTP, "feed-open", "", "", tending()},
	{HTTP, "feed-revoke", "", "", tending()},
	{HTTP, "colleagues", "desks one may pass a visit to; the pools of the area", "", may(Own, Desk)},
	{HTTP, "draw-qr", "draws a text and keeps nothing of it", "", signedIn()},
	{HTTP, "block", "", "", blocking()},
	{HTTP, "blocks", "", "", and(blocking(), Own, Lobby)},
	{HTTP, "unblock", "", "", blocking()},

	{HTTP, "check-in", "", "", may(Own, Booth, Counter)},
	{HTTP, "session-token", "mint a room token", "", may(Own, Booth, Desk)},
	{HTTP, "invite-guest", "", "", may(Own, Desk)},
	{HTTP, "lobby", "the numbers of a lobby", "", and(may(Own, Booth, Counter, Lobby), Area, Admin)},
	{HTTP, "remote", "have a booth load its page again, or put its volume back", "", and(may(Own, Desk, Counter), Area, Admin)},

	{HTTP, "sessions", "", "", admins()},
	{HTTP, "timelines", "", "", admins()},
	{HTTP, "audit-read", "those who are audit-readers", "", admins()},
	{HTTP, "audit-state", "likewise", "", admins()},
	{HTTP, "audit-review", "likewise", "", admins()},
	{HTTP, "audit-verify", "likewise", "", admins()},
	{HTTP, "audit-export", "likewise", "", admins()},
	{HTTP, "offers", "", "", admins()},
	{HTTP, "suspend", "", "", admins()},
	{HTTP, "resume", "", "", admins()},
	{HTTP, "reload-catalogue", "", "", admins()},
	{HTTP, "export-table", "", "", admins()},
	{HTTP, "import-tables", "", "", admins()},
	{HTTP, "catalogue-file", "", "", admins()},
	{HTTP, "facility-paper", "", "", admins()},
	{HTTP, "deliveries", "", "", admins()},
	{HTTP, "deliver-again", "", "", admins()},
	{HTTP, "move-office", "", "", admins()},
	{HTTP, "fhir", "/fhir/R4/…: read and search, and book as the others do", "", and(signedIn(), Area, Admin)},
}

var socketRows = []Row{
	{Socket, "hello", "open the socket: seats by their token, guests by a room token", "", and(signedIn(), Own, Guest)},
	{Socket, "ping", "", "", and(signedIn(), Own, Guest)},
	{Socket, "enter", "enter a session by a room token", "", may(Own, Booth, Desk)},
	{Socket, "offer", "send and receive, as the token grants", "", inSession()},
	{Socket, "candidate", "", "", inSession()},
	{Socket, "announce_keys", "tell the others of one's keys", "", inSession()},
	{Socket, "mute", "", "", inSession()},
	{Socket, "report", "", "", and(inSession(), Own, Counter)},
	{Socket, "leave", "", "", inSession()},
	{Socket, "ready", "", "", may(Own, Booth)},
	{Socket, "call", "call the postal staff", "", may(Own, Booth)},
	{Socket, "wiped", "", "", may(Own, Booth)},
	{Socket, "remote_done", "", "", may(Own, Booth)},
	{Socket, "arm_emergency", "", "", may(Own, Booth, Desk)},
	{Socket, "emergency", "", "", may(Own, Booth, Desk)},
	{Socket, "calm", "end an emergency", "", may(Own, Desk, Counter)},
	{Socket, "answer_call", "", "", may(Own, Counter)},
	{Socket, "staff", "staff is in the booth, or has left it", "", may(Own, Booth, Counter)},
	{Socket, "accept_staff", "", "", may(Own, Booth, Desk)},
	{Socket, "pause", "", "", may(Own, Booth, Desk)},
	{Socket, "resume", "", "", may(Own, Booth, Desk)},
	{Socket, "prepare", "", Admit, may(Own, Desk)},
	{Socket, "admit", "", Admit, may(Own, Desk)},
	{Socket, "dismiss", "", Admit, may(Own, Desk)},
	{Socket, "summon", "", Admit, may(Own, Desk)},
	{Socket, "confer", "", Admit, may(Own, Desk)},
	{Socket, "gather", "", Admit, may(Own, Desk)},
	{Socket, "release", "", Admit, may(Own, Desk)},
	{Socket, "requeue", "", Handover, may(Own, Desk)},
	{Socket, "transfer", "", Handover, may(Own, Desk)},
	{Socket, "handover", "", Handover, may(Own, Desk)},
	{Socket, "end", "", End, may(Own, Desk)},
}

var mediaRows = []Row{
	{WHIP, "POST", "send into the session of the room token, once a desk has let it in", Publish, may(Own, Equipment)},
	{WHEP, "POST", "receive from it, likewise", Subscribe, may(Own, Equipment)},
}

// byAct finds rows.
var byAct = func() map[string]Row {
	found := make(map[string]Row, len(Table))
	for _, r := range Table {
		found[string(r.Door)+" "+r.Act] = r
	}
	return found
}()

// May says how far a kind may do something; No for what the table does not have.
func May(kind Kind, door Door, act string) Scope { return byAct[string(door)+" "+act].May[kind] }

// Listed says whether the table has a row for it.
func Listed(door Door, act string) bool {
	_, is := byAct[string(door)+" "+act]
	return is
}

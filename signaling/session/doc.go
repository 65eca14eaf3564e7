// Package session is the state machine of a visit, as plain functions of values.
//
// A visit in progress is one versioned document. It is opened when the resident checks in, waits once the booth's devices are
// tested, is called and let in, may pause, be talked over in private, be passed on, and ends closed, for one of the reasons of the
// protocol. Next computes what an event does to the document and which effects follow: the gate of the media room, sending
// somebody away, telling the booking that a leg began or ended. It does none of them: the broker stores document and effects in
// one step, comparing versions, and then carries the effects out, at least once.
//
// # What is a state, and what is a field
//
// State has four values and decides what can flow at all: arrived, waiting, consultation, closed. Old pages and lists go by it, so
// it gets no others. What adds to a state is a field: the desk that has called, who paused, a desk asked in for a word, the session
// in whose room this one is, whether the booth is wiped. Stage is state and fields together, and the rows of the machine's table:
// an event is answered by stage. Seated and the wait between two legs are stages too, for people to read, though they answer
// as their neighbours do.
//
// Some words of the field are neither. Booked and no-show before arrival are the booking's: there is no document yet. No-show
// after check-in, cancelled and abandoned are reasons of closed. An emergency can come on top of anything, so it is a field and
// changes no row; it ends pauses and words in private. That staff is in the booth is a field as well: it may come and go at any
// stage, and holds back the sound of medical legs until both ends have accepted it. Interrupted is not here at all: who is
// connected is a lease kept by the broker, so a lost line changes nothing in the document until its time of grace has run out.
//
// Closed is two stages: closing until the booth confirms that nothing of the visit is left in it, and closed. Until then the
// document holds the booth (HoldsBooth), and the store gives it to no other session. So a booth is never in two.
//
// # The gate
//
// The gate says who hears whom, as groups, and is always named whole, never as a difference, so that an effect carried out twice or
// late can be put right by carrying out the newest. A group session is several documents: that of the session in whose room the
// others are lists their booths as participants and has the whole gate; the others follow it, each deciding for itself.
//
// Documents carry their shape. Older ones are read; one that is newer than this program is left alone. While an older program runs
// beside this one, documents are written in its shape (In): what that has no room for is left out, so a new field must be one that a
// visit can do without for as long as an upgrade takes.
//
// The document holds ids, roles and times and names nobody.
package session

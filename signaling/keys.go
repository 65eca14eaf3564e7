package signaling

import "time"

// keyspace names every key of an area. All carry the area's hash tag, so that one script may touch several of them.
type keyspace struct{ area string }

// document of a session, JSON.
func (k keyspace) session(id string) string { return "{" + k.area + "}:ses:" + id }

// open is the set of ids of sessions that are not closed.
func (k keyspace) open() string { return "{" + k.area + "}:ses-open" }

// byAppointment holds the id of the session that was opened last for an appointment.
func (k keyspace) byAppointment(a string) string { return "{" + k.area + "}:ses-apt:" + a }

// outbox is a bounded stream with one entry per version of a document.
func (k keyspace) outbox() string { return "{" + k.area + "}:ses-out" }

// live is a hash of who is connected to a session: "s:<participant>" from the node of its socket, "m:<participant>"
// from the node of its media.
func (k keyspace) live(id string) string { return "{" + k.area + "}:ses-live:" + id }

// due is a sorted set of "<session> <participant>" by when its lease or its time of grace ends, in ms.
func (k keyspace) due() string { return "{" + k.area + "}:ses-due" }

// calls is a hash of the calls for staff that are not old, JSON.
func (k keyspace) calls() string { return "{" + k.area + "}:calls" }

// conversation is a hash of what a page has been told and not acknowledged, and of its requests under way.
func (k keyspace) conversation(participant, id string) string {
	return "{" + k.area + "}:conv:" + participant + ":" + id
}

// timeline is a bounded stream of what happened to a session, and timelinesOf a hash of an office's day: how each of its
// sessions is found.
func (k keyspace) timeline(id string) string { return "{" + k.area + "}:ses-line:" + id }

func (k keyspace) timelinesOf(office, day string) string {
	return "{" + k.area + "}:ses-lines:" + office + ":" + day
}

// phoning says for a moment which node telephones an office because of a call.
func (k keyspace) phoning(call string) string { return "{" + k.area + "}:call-phone:" + call }

// tries counts wrong reception numbers of a seat.
func (k keyspace) tries(seat string) string { return "{" + k.area + "}:tries:" + seat }

// booths is a hash of the session that holds each booth in use: one it has entered and that is not wiped yet.
func (k keyspace) booths() string { return "{" + k.area + "}:ses-booths" }

// The shape of sessions in force is in ses-shape, and which shapes brokers read is in ses-readers (redisstore.Agreement).

// owed is a hash of effects that have been stored with their document and not been carried out yet, JSON by
// "<session>:<version>"; owedDue is a sorted set of the same by when, in ms, whoever finds them may carry them out.
func (k keyspace) owed() string    { return "{" + k.area + "}:ses-owed" }
func (k keyspace) owedDue() string { return "{" + k.area + "}:ses-owed-due" }

// keyTold says which node has told that a signing key was added or removed.
func (k keyspace) keyTold(what, kid string) string { return "{" + k.area + "}:key-" + what + ":" + kid }

// letter holds the hash of the code in a seat's sealed letter, and letterUses when such letters were opened.
func (k keyspace) letter(seat string) string { return "{" + k.area + "}:letter:" + seat }
func (k keyspace) letterUses() string        { return "{" + k.area + "}:letter-uses" }

// invitation holds what a guest's one-use code is good for, JSON, by a digest of the code.
func (k keyspace) invitation(digest string) string { return "{" + k.area + "}:ses-guest:" + digest }

// changes is the channel every node of the area listens to.
func (k keyspace) changes() string { return "{" + k.area + "}:ses-changes" }

// How long things are kept after they matter no more.
const (
	closedFor  = time.Hour      // a closed document, so that whoever comes back late learns the end
	liveFor    = 24 * time.Hour // presence without any change
	outboxMost = 10_000         // entries
)

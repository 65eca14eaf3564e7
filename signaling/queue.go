package signaling

import (
	"cmp"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// The order of a queue. Everybody has a turn: the appointed time, or for whoever comes late the time of coming. All turns age alike,
// so whoever came before is not overtaken by those who come after, but for the head starts below, which are bounded; hence
// nobody starves, however many come. Arriving early gains nothing.
const (
	// lateGrace is how late somebody may come and still have the appointed turn.
	lateGrace = 10 * time.Minute
	// urgentStart is the head start of an emergency.
	urgentStart = 12 * time.Hour
)

// turn is when it is somebody's turn, if nothing runs late. A newcomer's is never more than a head start before now.
func turn(d session.Doc) time.Time {
	at := d.Current().PlannedAt()
	if since := d.WaitingSince; since != nil && since.After(at.Add(lateGrace)) {
		at = *since
	}
	if d.Emergency != nil {
		at = at.Add(-urgentStart)
	}
	return at
}

// ripe says whether a visit can be seen now: one that is to be called later holds up nobody until then.
func ripe(d session.Doc, now time.Time) bool { return d.NotBefore == nil || !now.Before(*d.NotBefore) }

// compareTurns orders two visits that wait: those who can be seen first, then by their turns, then by how long they wait.
func compareTurns(a, b session.Doc, now time.Time) int {
	if x, y := ripe(a, now), ripe(b, now); x != y {
		if x {
			return -1
		}
		return 1
	}
	if c := turn(a).Compare(turn(b)); c != 0 {
		return c
	}
	if a.WaitingSince != nil && b.WaitingSince != nil && !a.WaitingSince.Equal(*b.WaitingSince) {
		return a.WaitingSince.Compare(*b.WaitingSince)
	}
	return cmp.Compare(a.ID, b.ID)
}

// before says whether a is seen before b: it is being seen or called, or it waits and is before b in the order.
func before(a, b session.Doc, now time.Time) bool {
	switch {
	case a.State == protocol.StateConsultation:
		return true
	case a.State != protocol.StateWaiting:
		return false
	case (a.Called != nil) != (b.Called != nil):
		return a.Called != nil
	default:
		return compareTurns(a, b, now) < 0
	}
}

// place is the place of a visit that waits among those that wait for the same desk or pool, from 1.
func place(mine session.Doc, all []session.Doc, now time.Time) int {
	at := 1
	for _, other := range all {
		if other.ID != mine.ID && other.State == protocol.StateWaiting && sharesQueue(mine, other) && before(other, mine, now) {
			at++
		}
	}
	return at
}

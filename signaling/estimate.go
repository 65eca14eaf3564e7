package signaling

import (
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// A consultation is expected to take between half and one and a half times its planned length; one that has run over
// is expected to end within overrun. Waits are told in steps people can use.
const (
	shortest = 0.5
	longest  = 1.5
	overrun  = 5 * time.Minute
	step     = 5 // minutes
)

// estimate is the place and the expected wait of a visit that waits, among all open ones. A leg booked with a desk
// waits for that desk; one without waits for its pool, which has so many desks.
func estimate(mine session.Doc, all []session.Doc, desks int, now time.Time) protocol.Waiting {
	var low, high time.Duration
	ahead := 0
	for _, other := range all {
		if other.ID == mine.ID || !sharesQueue(mine, other) || !before(other, mine, now) {
			continue
		}
		l, h := remaining(other, now)
		low, high = low+l, high+h
		ahead++
	}
	leg := mine.Current()
	if leg.Desk == "" && desks > 1 {
		low, high = low/time.Duration(desks), high/time.Duration(desks)
		ahead /= desks
	}
	// Who is early waits until the appointed time, unless the desk happens to be free before.
	if early := leg.StartsAt.Sub(now); early > high {
		high = early
	}
	expected := now.Add((low + high) / 2)
	if expected.Before(leg.StartsAt) && leg.StartsAt.After(leg.PlannedAt()) {
		expected = leg.StartsAt // a delay that was announced counts, though the desk may be free sooner
	}
	if mine.NotBefore != nil {
		if later := mine.NotBefore.Sub(now); later > 0 {
			low, high = max(low, later), max(high, later)
		}
	}
	return protocol.Waiting{
		Session: mine.ID, Ahead: ahead, NotBefore: mine.NotBefore,
		FromMinutes: minutes(low) / step * step,
		ToMinutes:   max((minutes(high)+step-1)/step*step, step),
		LateMinutes: max(minutes(expected.Sub(leg.PlannedAt())), 0),
	}
}

// sharesQueue says whether two visits wait for the same desk, or for the same pool where no desk is named.
func sharesQueue(a, b session.Doc) bool {
	if a.ID == "" || b.ID == "" {
		return false
	}
	x, y := a.Current(), b.Current()
	if x.Desk != "" && y.Desk != "" {
		return x.Desk == y.Desk
	}
	return x.Pool == y.Pool
}

// remaining is the least and the most a visit ahead still takes.
func remaining(d session.Doc, now time.Time) (low, high time.Duration) {
	leg := d.Current()
	planned := leg.EndsAt.Sub(leg.StartsAt)
	low = time.Duration(float64(planned) * shortest)
	high = time.Duration(float64(planned) * longest)
	if d.StartedAt != nil {
		run := now.Sub(*d.StartedAt)
		low = max(low-run, 0)
		high = max(high-run, overrun)
	}
	return low, high
}

func minutes(d time.Duration) int { return int(d / time.Minute) }

package signaling

import (
	"testing"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

var ten = time.Date(2026, 11, 25, 10, 0, 0, 0, time.FixedZone("JST", 9*60*60))

// at is a visit for a desk, twenty minutes from an appointed time.
func at(id, desk string, start time.Time, state protocol.State) session.Doc {
	return session.Doc{
		ID: id, State: state,
		Legs: []session.Leg{{Pool: "clinic", Desk: desk, StartsAt: start, EndsAt: start.Add(20 * time.Minute)}},
	}
}

func inWaiting(id, desk string, start time.Time) session.Doc {
	d := at(id, desk, start, protocol.StateWaiting)
	d.WaitingSince = &start
	return d
}

func inConsultation(id, desk string, started time.Time) session.Doc {
	d := at(id, desk, started, protocol.StateConsultation)
	d.StartedAt = &started
	return d
}

func TestTheExpectedWait(t *testing.T) {
	minute := func(n int) time.Time { return ten.Add(time.Duration(n) * time.Minute) }
	mine := inWaiting("mine", "d1", ten)
	rows := []struct {
		situation string
		mine      session.Doc
		others    []session.Doc
		now       time.Time
		want      protocol.Waiting
	}{
		{"nobody ahead, on time", mine, nil, ten, protocol.Waiting{Ahead: 0, FromMinutes: 0, ToMinutes: 5}},
		{"nobody ahead, ten minutes early", mine, nil, minute(-10), protocol.Waiting{Ahead: 0, FromMinutes: 0, ToMinutes: 10}},
		{"nobody ahead, but seven minutes late", mine, nil, minute(7), protocol.Waiting{Ahead: 0, FromMinutes: 0, ToMinutes: 5, LateMinutes: 7}},
		{"an announced delay counts from the planned time", func() session.Doc {
			d := inWaiting("mine", "d1", minute(15))
			d.Legs[0].Planned = ten
			return d
		}(), nil, ten, protocol.Waiting{FromMinutes: 0, ToMinutes: 15, LateMinutes: 15}},
		{"one just begun", mine, []session.Doc{inConsultation("x", "d1", ten)}, ten, protocol.Waiting{Ahead: 1, FromMinutes: 10, ToMinutes: 30, LateMinutes: 20}},
		{"one about to end", mine, []session.Doc{inConsultation("x", "d1", minute(-18))}, ten, protocol.Waiting{Ahead: 1, FromMinutes: 0, ToMinutes: 15, LateMinutes: 6}},
		{"one that has run far over", mine, []session.Doc{inConsultation("x", "d1", minute(-60))}, ten, protocol.Waiting{Ahead: 1, FromMinutes: 0, ToMinutes: 5, LateMinutes: 2}},
		{"one appointed earlier waits too", mine, []session.Doc{inWaiting("x", "d1", minute(-20))}, ten, protocol.Waiting{Ahead: 1, FromMinutes: 10, ToMinutes: 30, LateMinutes: 20}},
		{"one appointed later came earlier and gains nothing", mine, []session.Doc{inWaiting("x", "d1", minute(20))}, ten, protocol.Waiting{ToMinutes: 5}},
		{"one still testing its devices does not count", mine, []session.Doc{at("x", "d1", minute(-20), protocol.StateArrived)}, ten, protocol.Waiting{ToMinutes: 5}},
		{"another desk's queue does not count", mine, []session.Doc{inConsultation("x", "d2", ten)}, ten, protocol.Waiting{ToMinutes: 5}},
		{"of the same time, who waits longer", mine, []session.Doc{func() session.Doc {
			d := inWaiting("x", "d1", ten)
			since := minute(-1)
			d.WaitingSince = &since
			return d
		}()}, ten, protocol.Waiting{Ahead: 1, FromMinutes: 10, ToMinutes: 30, LateMinutes: 20}},
		{"two desks share a pool's queue", inWaiting("mine", "", ten), []session.Doc{inConsultation("x", "", ten), inWaiting("y", "", minute(-20))}, ten, protocol.Waiting{Ahead: 1, FromMinutes: 10, ToMinutes: 30, LateMinutes: 20}},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			r.want.Session = r.mine.ID
			if got := estimate(r.mine, append(r.others, r.mine), 2, r.now); got != r.want {
				t.Errorf("got  %+v\nwant %+v", got, r.want)
			}
		})
	}
}

func TestABoothHearsThatTheQueueMoves(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	b := n.book("okuse-1", "medical@morita")
	id := n.checkIn(b)
	next := n.sit("booth:okuse-1")
	next.enter(n, id)
	next.ok(next.request(protocol.TypeReady))
	hearUntil(next, "one is ahead", func(m protocol.Waiting) bool { return m.Ahead == 1 })
	c.desk.ok(c.desk.request(protocol.TypeEnd))
	hearUntil(next, "nobody is ahead", func(m protocol.Waiting) bool { return m.Ahead == 0 })
}

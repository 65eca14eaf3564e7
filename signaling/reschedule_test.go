package signaling

import (
	"context"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/signaling/protocol"
)

func TestWhoWaitsInABoothReadsAtOnceThatTheDoctorIsLate(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita", "guidance@shiokaze")
	booth, clinic := n.sit(booth1), n.sit("assistant:morita")
	id := n.checkIn(a)
	hearUntil(clinic, "the reception sees that somebody has come", func(s protocol.Seat) bool { return len(s.Sessions) == 1 })
	booth.enter(n, id)
	booth.ok(booth.request(protocol.TypeReady))

	doctor := booking.Caller{Seat: morita, Role: "doctor", Area: area, Desk: "morita"}
	if _, err := n.bookings.DelayDesk(context.Background(), doctor, "morita", "late", 15); err != nil {
		t.Fatal(err)
	}
	s := hearUntil(booth, "the session has the new times", func(s protocol.Session) bool { return s.Legs[0].StartsAt.After(a.Legs[0].Start) })
	for i, l := range s.Legs {
		if late := l.StartsAt.Sub(a.Legs[i].Start); late != 15*time.Minute {
			t.Errorf("leg %d is %v late", i, late)
		}
	}
	hearUntil(booth, "the wait is told anew", func(w protocol.Waiting) bool { return w.Session == id })
}

func TestAFreedPharmacistIsNotHandedOverTo(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita", "guidance@shiokaze")
	booth, desk, id := n.sit(booth1), n.sit(morita), n.checkIn(a)
	booth.enter(n, id)
	booth.ok(booth.request(protocol.TypeReady))
	desk.enter(n, id)
	desk.ok(desk.admit(booth1))
	doctor := booking.Caller{Seat: morita, Role: "doctor", Area: area, Desk: "morita"}
	if _, err := n.bookings.FreeLeg(context.Background(), doctor, a.ID, 1); err != nil {
		t.Fatal(err)
	}
	hearUntil(booth, "the second leg is over before it began", func(s protocol.Session) bool { return s.Legs[1].Done })
	desk.ok(desk.request(protocol.TypeEnd))
	if e := booth.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonDone {
		t.Errorf("ended %+v", e)
	}
}

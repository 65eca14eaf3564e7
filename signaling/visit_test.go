package signaling

import (
	"context"
	"slices"
	"testing"

	"madoguchi/booking"
	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/protocol"
)

const (
	booth1   = "booth:shiomachihama-1"
	morita   = "desk:morita"
	pharmacy = "desk:shiokaze-1"
)

func TestABoothAndADeskMeetAndPart(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	meetAndPart(t, w, n, n)
}

func TestABoothAtOneNodeAndADeskAtAnotherMeetAndPart(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		w := worldOn(t, s)
		meetAndPart(t, w, w.start(nil), w.start(nil))
	})
}

func meetAndPart(t *testing.T, w *world, here, there *node) {
	a := w.book("shiomachihama-1", "medical@morita")
	booth, desk := here.sit(booth1), there.sit(morita)

	id := here.checkIn(a)
	hearUntil(desk, "the desk's list shows the visit", func(s protocol.Seat) bool { return len(s.Sessions) == 1 })

	if s := booth.enter(here, id); s.State != protocol.StateArrived || s.BoothName != "ブース1" {
		t.Fatalf("entered %+v", s)
	}
	if got := booth.reply(booth.ask(protocol.TypeOffer, offer)); got.(protocol.Answer).SDP != "answer for "+booth1 {
		t.Fatalf("got %+v", got)
	}
	booth.ok(booth.request(protocol.TypeReady))
	booth.hear(protocol.TypeWaiting)

	if s := desk.enter(there, id); s.State != protocol.StateWaiting || len(s.Participants) != 2 {
		t.Fatalf("entered %+v", s)
	}
	if gate := w.media.gate(id); len(gate) != 0 {
		t.Fatalf("gate open before admission: %v", gate)
	}
	desk.ok(desk.admit(booth1))
	booth.state(protocol.StateConsultation)
	if gate := w.media.gate(id); !slices.Equal(gate, []string{booth1, morita}) {
		t.Fatalf("gate %v", gate)
	}

	desk.ok(desk.request(protocol.TypeEnd))
	if e := booth.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonDone {
		t.Fatalf("ended %+v", e)
	}
	if !w.media.closed(id) {
		t.Fatal("media go on")
	}
	if a := must(w.bookings.Appointment(context.Background(), a.ID))(t); a.State != booking.StateDone {
		t.Fatalf("appointment is %s", a.State)
	}
	hearUntil(booth, "the booth is idle", func(s protocol.Seat) bool { return len(s.Sessions) == 0 })
}

func offer(id string) any {
	return protocol.Offer{ID: id, SDP: "v=0", Tracks: []protocol.TrackOffer{{Mid: "0", Purpose: protocol.PurposeVoice}}}
}

package signaling

import (
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

func TestWithoutASessionEveryRequestSaysSo(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, desk := n.sit(booth1), n.sit("desk:morita")
	for kind, p := range map[string]*peer{
		protocol.TypeReady: booth, protocol.TypeLeave: booth, protocol.TypeHandover: desk, protocol.TypeEnd: desk,
	} {
		if code := p.refused(p.request(kind)); code != protocol.ErrNotEntered {
			t.Errorf("%s: %s", kind, code)
		}
	}
	for kind, body := range map[string]func(string) any{
		protocol.TypeOffer:   offer,
		protocol.TypePrepare: func(id string) any { return protocol.Prepare{ID: id, Participant: booth1} },
		protocol.TypeAdmit:   func(id string) any { return protocol.Admit{ID: id, Participant: booth1} },
		protocol.TypeDismiss: func(id string) any { return protocol.Dismiss{ID: id, Participant: booth1} },
		protocol.TypeMute:    func(id string) any { return protocol.Mute{ID: id, Audio: true} },
	} {
		if code := desk.refused(desk.ask(kind, body)); code != protocol.ErrNotEntered {
			t.Errorf("%s: %s", kind, code)
		}
	}
}

func TestABoothDecidesNothingForTheProfessional(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	for _, kind := range []string{protocol.TypeHandover, protocol.TypeEnd} {
		if code := c.booth.refused(c.booth.request(kind)); code != protocol.ErrForbidden {
			t.Errorf("%s: %s", kind, code)
		}
	}
	if code := c.booth.refused(c.booth.admit(morita)); code != protocol.ErrForbidden {
		t.Errorf("admit: %s", code)
	}
	if code := c.desk.refused(c.desk.request(protocol.TypeReady)); code != protocol.ErrForbidden {
		t.Errorf("ready, by the desk: %s", code)
	}
	if code := c.desk.refused(c.desk.request(protocol.TypeHandover)); code != protocol.ErrNotNow {
		t.Errorf("handover of the last leg: %s", code)
	}
	if code := c.desk.refused(c.desk.admit("nobody")); code != protocol.ErrUnknownParticipant {
		t.Errorf("admit nobody: %s", code)
	}
	c.undisturbed(n)
}

func TestAForgedGrantIsStillStoppedByTheMachine(t *testing.T) {
	n := newWorld(t).start(nil)
	id := n.checkIn(n.book("shiomachihama-1", "medical@morita"))
	booth := n.sit(booth1)
	token := must2(n.broker.issuer.Room(access.Room{Participant: booth1, Room: id, Grants: access.DeskGrants}, time.Minute))
	booth.ok(booth.ask(protocol.TypeEnter, func(id string) any { return protocol.Enter{ID: id, Token: token} }))
	booth.ok(booth.request(protocol.TypeReady))
	if code := booth.refused(booth.admit(booth1)); code != protocol.ErrForbidden {
		t.Fatalf("got %s", code)
	}
}

func TestMutingIsEnforcedShownAndKeptOverAReload(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	c.booth.ok(c.booth.ask(protocol.TypeMute, func(id string) any { return protocol.Mute{ID: id, Audio: true} }))
	if got := n.media.mutes(c.session, booth1); got != [2]bool{true, false} {
		t.Fatalf("the node was told %v", got)
	}
	presenceItem(c.desk, booth1, func(i protocol.PresenceItem) bool { return i.AudioMuted && !i.VideoMuted })

	again := n.dial()
	again.token = c.booth.token
	again.say(protocol.TypeHello, protocol.Hello{Token: again.token, Reason: protocol.AwayReload})
	again.enter(n, c.session)
	if err := n.media.Mute(t.Context(), c.session, booth1, false, false); err != nil { // a new peer starts unmuted
		t.Fatal(err)
	}
	again.reply(again.ask(protocol.TypeOffer, offer))
	n.until("the new peer is muted as the old one was", func() bool { return n.media.mutes(c.session, booth1) == [2]bool{true, false} })
}

func TestWhoComesBackGetsEverythingWhole(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	n.broker.PeerTracks(c.session, booth1, []protocol.Track{{Mid: "4", Participant: morita, Purpose: protocol.PurposeFace}})
	hearUntil(c.booth, "tracks are told", func(m protocol.Tracks) bool { return len(m.Tracks) == 1 })

	again := n.dial()
	again.token = c.booth.token
	again.say(protocol.TypeHello, protocol.Hello{Token: again.token})
	s := again.enter(n, c.session)
	if s.State != protocol.StateConsultation || s.Legs[0].Professional.RegistrationYear != 2004 || s.Legs[0].ServiceName != "診療" {
		t.Errorf("got %+v", s)
	}
	if m := again.hear(protocol.TypeTracks).(protocol.Tracks); len(m.Tracks) != 1 || m.Tracks[0].Mid != "4" {
		t.Errorf("got %+v", m)
	}
	again.hear(protocol.TypePresence)
	if code := c.booth.closed(); code != protocol.CloseReplaced {
		t.Errorf("the older page was closed with %d", code)
	}
	if d, _ := n.broker.hub.doc(c.session); d.Version != s.Version {
		t.Error("coming back changed the document")
	}
}

func TestAGuestStandsAtTheGateUntilTheDeskDecides(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	token := must2(n.broker.issuer.Room(access.Room{Participant: "guest-1", Room: c.session, Name: "通訳 一郎", Grants: access.VisitorGrants}, time.Hour))
	guest := n.dial()
	guest.say(protocol.TypeHello, protocol.Hello{Token: token})
	if w := guest.hear(protocol.TypeWelcome).(protocol.Welcome); w.Participant != "guest-1" || w.Role != "guest" {
		t.Fatalf("got %+v", w)
	}
	s := guest.hear(protocol.TypeSession).(protocol.Session)
	if s.Legs[0].ServiceName == "診療" {
		t.Error("a guest before the gate is told what the visit is about")
	}
	isNamed := func(m protocol.Session) bool {
		return slices.ContainsFunc(m.Participants, func(p protocol.Participant) bool {
			return p.ID == "guest-1" && p.Name == "通訳 一郎" && p.Kind == protocol.KindGuest && !p.Admitted
		})
	}
	hearUntil(c.desk, "the guest is named to the desk", isNamed)
	hearUntil(c.booth, "and to the booth", isNamed)
	if code := guest.refused(guest.admit("guest-1")); code != protocol.ErrForbidden {
		t.Errorf("the guest admits itself: %s", code)
	}
	if gate := n.media.gate(c.session); slices.Contains(gate, "guest-1") {
		t.Fatalf("gate %v", gate)
	}
	c.desk.ok(c.desk.admit("guest-1"))
	if gate := n.media.gate(c.session); !slices.Contains(gate, "guest-1") {
		t.Fatalf("gate %v", gate)
	}
	c.desk.ok(c.desk.ask(protocol.TypeDismiss, func(id string) any { return protocol.Dismiss{ID: id, Participant: "guest-1"} }))
	if e := guest.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonDismissed {
		t.Fatalf("got %+v", e)
	}
	if code := guest.refused(guest.ask(protocol.TypeOffer, offer)); code != protocol.ErrNotEntered {
		t.Errorf("an offer after being sent away: %s", code)
	}
	c.undisturbed(n)
}

func TestNoNameOfAGuestOrResidentIsInADocument(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	token := must2(n.broker.issuer.Room(access.Room{Participant: "guest-1", Room: c.session, Name: "ツウヤク イチロウ", Grants: access.VisitorGrants}, time.Hour))
	guest := n.dial()
	guest.say(protocol.TypeHello, protocol.Hello{Token: token})
	guest.hear(protocol.TypeSession)
	raw, err := n.mini.Get(keyspace{area}.session(c.session))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"シオマチ", "ハナコ", "0900000", "ツウヤク", "森田"} {
		if strings.Contains(raw, name) {
			t.Errorf("%q is in %s", name, raw)
		}
	}
	stream, err := n.mini.Stream(keyspace{area}.outbox())
	if err != nil || len(stream) == 0 {
		t.Fatal(err)
	}
}

func TestADeskGoesFromOneVisitToAnother(t *testing.T) {
	n := newWorld(t).start(nil)
	first := n.checkIn(n.book("shiomachihama-1", "medical@morita"))
	second := n.checkIn(n.book("okuse-1", "medical@morita"))
	desk := n.sit(morita)
	desk.enter(n, first)
	desk.enter(n, second) // nobody was admitted: looking elsewhere leaves the first
	n.until("it has left the first", func() bool {
		d, _ := n.broker.hub.doc(first)
		return len(d.Participants) == 0
	})
	booth := n.sit("booth:okuse-1")
	booth.enter(n, second)
	booth.ok(booth.request(protocol.TypeReady))
	desk.ok(desk.admit("booth:okuse-1"))
	token := n.roomToken(desk.token, first)
	if code := desk.refused(desk.ask(protocol.TypeEnter, func(id string) any { return protocol.Enter{ID: id, Token: token} })); code != protocol.ErrNotNow {
		t.Fatalf("walked out of a consultation: %s", code)
	}
}

func TestHandoverPassesTheVisitOnAndTheBookingHearsOfEachLeg(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	a := w.book("shiomachihama-1", "medical@morita", "guidance@shiokaze")
	booth, doctor := here.sit(booth1), there.sit(morita)
	id := here.checkIn(a)
	pharmacist := here.sit("desk:" + a.Legs[1].Desk)
	booth.enter(here, id)
	booth.ok(booth.request(protocol.TypeReady))
	doctor.enter(there, id)
	doctor.ok(doctor.admit(booth1))
	doctor.ok(doctor.request(protocol.TypeHandover))
	if e := doctor.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonHandover {
		t.Fatalf("got %+v", e)
	}
	hearUntil(booth, "the resident waits for the next leg", func(m protocol.Session) bool { return m.Leg == 1 })
	here.until("between the legs the gate is closed", func() bool { return len(w.media.gate(id)) == 0 })
	pharmacist.enter(here, id)
	pharmacist.ok(pharmacist.admit(booth1))
	s := booth.state(protocol.StateConsultation)
	if s.Leg != 1 || !s.Legs[0].Done {
		t.Errorf("got %+v", s)
	}
	pharmacist.ok(pharmacist.request(protocol.TypeEnd))
	booth.hear(protocol.TypeEnded)
	done := must(w.bookings.Appointment(t.Context(), a.ID))(t)
	if done.State != booking.StateDone || !done.Legs[0].Done || !done.Legs[1].Done {
		t.Errorf("booking has %+v", done)
	}
}

func TestAVisitThatNobodyMetIsUnservedAndNoNoShow(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita")
	id := n.checkIn(a)
	booth := n.sit(booth1)
	booth.enter(n, id)
	booth.ok(booth.request(protocol.TypeLeave))
	booth.hear(protocol.TypeEnded)
	if got := must(n.bookings.Appointment(t.Context(), a.ID))(t); got.State != booking.StateUnserved {
		t.Errorf("the appointment is %s", got.State)
	}
}

func TestAGateThatWasSetLateDoesNotStay(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	a := w.book("shiomachihama-1", "medical@morita")
	booth, desk := here.sit(booth1), here.sit(morita)
	id := here.checkIn(a)
	booth.enter(here, id)
	booth.ok(booth.request(protocol.TypeReady))
	desk.enter(here, id)

	// The node that admits is held up just before it opens the gate; meanwhile the desk has left at another node.
	held, goOn := make(chan struct{}), make(chan struct{})
	first := true
	w.media.mu.Lock()
	w.media.admit = func() error {
		w.media.mu.Lock()
		mine := first
		first = false
		w.media.mu.Unlock()
		if mine {
			close(held)
			<-goOn
		}
		return nil
	}
	w.media.mu.Unlock()
	admitted := desk.admit(booth1)
	<-held
	there.until("the other node knows of the admission", func() bool {
		d, _ := there.broker.hub.doc(id)
		return d.State == protocol.StateConsultation
	})
	again := there.sit(morita)
	again.enter(there, id)
	again.ok(again.request(protocol.TypeLeave))
	close(goOn)
	_ = admitted
	here.until("the gate is closed and stays so", func() bool { return len(w.media.gate(id)) == 0 })
}

func TestABoothIsInOneVisitAtATime(t *testing.T) {
	n := newWorld(t).start(nil)
	first := n.checkIn(n.book("shiomachihama-1", "medical@morita"))
	second := n.checkIn(n.book("shiomachihama-1", "medical@morita"))
	booth := n.sit(booth1)
	booth.enter(n, second)
	list := hearUntil(booth, "both are listed", func(m protocol.Seat) bool { return len(m.Sessions) == 2 && m.Sessions[0].BoothOnline })
	if list.Sessions[0].ID != second {
		t.Errorf("a booth that reloads would be sent to %+v", list.Sessions[0])
	}
	again := n.dial() // a new page that picks the other visit
	again.token = booth.token
	again.say(protocol.TypeHello, protocol.Hello{Token: again.token})
	token := n.roomToken(again.token, first)
	if code := again.refused(again.ask(protocol.TypeEnter, func(id string) any { return protocol.Enter{ID: id, Token: token} })); code != protocol.ErrNotNow {
		t.Fatalf("in two visits at once: %s", code)
	}
	again.enter(n, second)
	again.ok(again.request(protocol.TypeLeave))
	again.enter(n, first)
}

func TestOurOwnWordsDoNotComeBackToOverrideUs(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	w := who{c.session, booth1}
	mine := n.broker.hub.person(w).line
	stale := mine
	stale.Audio = true
	n.broker.hearLine(t.Context(), w, stale) // an echo of a mute that has been taken back since
	if n.broker.hub.person(w).Audio {
		t.Error("muted by an echo")
	}
	lost := mine
	lost.Node, lost.Online = "n_other", false
	n.broker.hearLine(t.Context(), w, lost)
	if !n.broker.hub.person(w).Online {
		t.Error("declared lost by another node although its socket is here")
	}
	stored, err := n.broker.lines.ofSession(t.Context(), c.session)
	if err != nil || !stored[booth1].Online {
		t.Errorf("and not put right: %+v, %v", stored, err)
	}
}

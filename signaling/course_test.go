package signaling

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

const (
	pharmacist = "desk:shiokaze-1"
)

// waitingVisit is a visit of a doctor and then a pharmacist, with both ends entered and the booth's devices tested.
func (n *node) waitingVisit() (booth, doctor *peer, id string) {
	n.t.Helper()
	a := n.book("shiomachihama-1", "medical@morita", "guidance@shiokaze")
	booth, doctor, id = n.sitWiping(booth1), n.sit(morita), n.checkIn(a)
	booth.enter(n, id)
	booth.ok(booth.request(protocol.TypeReady))
	doctor.enter(n, id)
	return booth, doctor, id
}

// sitWiping seats a booth whose page confirms that it has wiped itself.
func (n *node) sitWiping(seat string) *peer {
	n.t.Helper()
	p := n.dial()
	p.token = n.signIn(seat)
	p.say(protocol.TypeHello, protocol.Hello{Token: p.token, App: "booth", Wipes: true})
	p.hear(protocol.TypeWelcome)
	return p
}

// stage waits until a session stands so.
func (p *peer) stage(s protocol.Stage) protocol.Session {
	p.t.Helper()
	return hearUntil(p, "the session is "+string(s), func(m protocol.Session) bool { return m.Stage == s })
}

func (p *peer) confer(desk string, private bool) string {
	p.t.Helper()
	return p.ask(protocol.TypeConfer, func(id string) any { return protocol.Confer{ID: id, Desk: desk, Private: private} })
}

func (p *peer) pause(why protocol.PauseReason) string {
	p.t.Helper()
	return p.ask(protocol.TypePause, func(id string) any { return protocol.Pause{ID: id, Reason: why} })
}

func (p *peer) wiped(session string) string {
	p.t.Helper()
	return p.ask(protocol.TypeWiped, func(id string) any { return protocol.Wiped{ID: id, Session: session} })
}

func (p *peer) staff(session string, present bool) string {
	p.t.Helper()
	return p.ask(protocol.TypeStaff, func(id string) any { return protocol.Staff{ID: id, Session: session, Present: present} })
}

// gateIs waits until the media node has been told so.
func (n *node) gateIs(id string, together ...string) {
	n.t.Helper()
	n.until("the gate is as it should be", func() bool { return slices.Equal(n.media.gate(id), together) })
}

func TestNothingOfADoctorsIsHeardWhileStaffIsInTheBoothAndNotBothHaveAccepted(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	clerk, elsewhere := n.sit(counter), n.sit("counter:okuse")
	if code := elsewhere.refused(elsewhere.staff(id, true)); code != protocol.ErrUnknownSession {
		t.Errorf("another office's counter: %s", code)
	}
	clerk.ok(clerk.staff(id, true))
	hearUntil(clerk, "the counter's list says so", func(s protocol.Seat) bool { return len(s.Sessions) == 1 && s.Sessions[0].Staff })
	doctor.ok(doctor.admit(booth1))
	if s := booth.stage(protocol.StagePaused); s.Pause == nil || s.Pause.By != "" || s.Staff == nil || !s.Staff.Present {
		t.Errorf("%+v %+v", s.Pause, s.Staff)
	}
	n.gateIs(id)
	booth.ok(booth.request(protocol.TypeAcceptStaff))
	n.gateIs(id)
	doctor.ok(doctor.request(protocol.TypeAcceptStaff))
	n.gateIs(id, booth1, morita)
	booth.stage(protocol.StageTalking)
	clerk.ok(clerk.staff(id, false))
	clerk.ok(clerk.staff(id, true)) // they come in again: consent is asked anew
	n.gateIs(id)
	clerk.ok(clerk.staff(id, false))
	n.gateIs(id, booth1, morita)
}

func TestWhoIsCalledBelongsToTheDeskThatCalled(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.request(protocol.TypeSummon))
	if s := booth.stage(protocol.StageCalled); s.Called == nil || s.Called.Desk != "morita" || s.Called.Name == "" {
		t.Errorf("%+v", s.Called)
	}
	hearUntil(doctor, "the list says who called", func(s protocol.Seat) bool {
		return len(s.Sessions) == 1 && s.Sessions[0].CalledBy == "morita" && s.Sessions[0].Stage == protocol.StageCalled
	})
	doctor.ok(doctor.ask(protocol.TypeRequeue, func(re string) any { return protocol.Requeue{ID: re, Minutes: 20} }))
	if s := booth.stage(protocol.StageLater); s.NotBefore == nil || s.Called != nil {
		t.Errorf("%+v", s)
	}
	hearUntil(booth, "the wait says when", func(w protocol.Waiting) bool { return w.NotBefore != nil && w.FromMinutes >= 15 })
	if code := doctor.refused(doctor.ask(protocol.TypeRequeue, func(re string) any { return protocol.Requeue{ID: re, Minutes: 241} })); code != protocol.ErrMalformed {
		t.Errorf("too late: %s", code)
	}
	doctor.ok(doctor.admit(booth1)) // the professional may still call earlier
	booth.stage(protocol.StageTalking)
	n.gateIs(id, booth1, morita)
}

func TestOnlyWhoPausedResumes(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	booth.ok(booth.pause(protocol.PausePrivacy))
	if s := doctor.stage(protocol.StagePaused); s.Pause.By != booth1 || s.Pause.Reason != protocol.PausePrivacy || !s.Participants[0].Apart {
		t.Errorf("%+v", s)
	}
	n.gateIs(id)
	if code := doctor.refused(doctor.request(protocol.TypeResume)); code != protocol.ErrForbidden {
		t.Errorf("the doctor resumes what the resident paused: %s", code)
	}
	booth.ok(booth.request(protocol.TypeResume))
	n.gateIs(id, booth1, morita)
}

func TestAWordInPrivateThenHandedOverThenTheDoctorRecalled(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	pharma := n.sit(pharmacist)
	if code := doctor.refused(doctor.confer("nobody", true)); code != protocol.ErrUnknownParticipant {
		t.Errorf("asked nobody: %s", code)
	}
	doctor.ok(doctor.confer("shiokaze-1", true))
	hearUntil(pharma, "the pharmacist is asked", func(s protocol.Seat) bool { return len(s.Sessions) == 1 && s.Sessions[0].Asked })
	n.gateIs(id, booth1, morita)
	pharma.enter(n, id)
	hearUntil(pharma, "the pharmacist has come", func(s protocol.Seat) bool { return len(s.Sessions) == 1 && s.Sessions[0].Joined })
	n.gateIs(id, morita, pharmacist)
	if s := booth.stage(protocol.StageConferring); !s.Participants[0].Apart || s.Word == nil || !s.Word.Joined {
		t.Errorf("%+v", s)
	}
	if code := pharma.refused(pharma.request(protocol.TypeEnd)); code != protocol.ErrForbidden {
		t.Errorf("whoever was asked in ends the visit: %s", code)
	}
	doctor.ok(doctor.confer("shiokaze-1", false))
	n.gateIs(id, booth1, morita, pharmacist)
	doctor.ok(doctor.request(protocol.TypeHandover))
	if e := doctor.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonHandover {
		t.Errorf("%+v", e)
	}
	if s := booth.stage(protocol.StageCalled); s.Called.Desk != "shiokaze-1" || s.Leg != 1 {
		t.Errorf("%+v", s)
	}
	n.gateIs(id)
	pharma.enter(n, id) // with the rights of the leg's desk now
	pharma.ok(pharma.admit(booth1))
	n.gateIs(id, booth1, pharmacist)

	pharma.ok(pharma.confer("morita", true))
	hearUntil(doctor, "the doctor is recalled", func(s protocol.Seat) bool { return len(s.Sessions) == 1 && s.Sessions[0].Asked })
	doctor.enter(n, id)
	n.gateIs(id, pharmacist, morita)
	pharma.ok(pharma.ask(protocol.TypeDismiss, func(re string) any { return protocol.Dismiss{ID: re, Participant: morita} }))
	n.gateIs(id, booth1, pharmacist)
	if s := booth.stage(protocol.StageTalking); s.Leg != 1 || s.Word != nil {
		t.Errorf("the place is lost: %+v", s)
	}
}

func TestALegIsPassedToWhoeverOfAPoolIsFree(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	transfer := func(to protocol.Transfer) string {
		return doctor.ask(protocol.TypeTransfer, func(re string) any { to.ID = re; return to })
	}
	for _, wrong := range []protocol.Transfer{{}, {Desk: "a", Pool: "b"}} {
		if code := doctor.refused(transfer(wrong)); code != protocol.ErrMalformed {
			t.Errorf("%+v: %s", wrong, code)
		}
	}
	if code := doctor.refused(transfer(protocol.Transfer{Pool: "nowhere"})); code != protocol.ErrUnknownParticipant {
		t.Error(code)
	}
	pharma := n.sit(pharmacist)
	doctor.ok(transfer(protocol.Transfer{Pool: "shiokaze"}))
	passed := func(s protocol.Session) bool { return s.Stage == protocol.StageWaiting && s.Legs[0].Pool == "shiokaze" }
	if s := hearUntil(booth, "the leg is the pool's", passed); s.Legs[0].Role != "pharmacist" || s.Legs[0].Desk != "" {
		t.Errorf("%+v", s.Legs[0])
	}
	hearUntil(pharma, "every desk of the pool sees it", func(s protocol.Seat) bool { return len(s.Sessions) == 1 })
	pharma.enter(n, id)
	pharma.ok(pharma.admit(booth1))
	n.gateIs(id, booth1, pharmacist)
}

func TestNoOtherSessionBeginsInABoothThatHasNotWipedItself(t *testing.T) {
	w := newWorld(t)
	n, other := w.start(nil), w.start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	next := n.checkIn(n.book("shiomachihama-1", "medical@morita"))
	doctor.ok(doctor.request(protocol.TypeEnd))
	booth.hear(protocol.TypeEnded)
	hearUntil(booth, "the booth is told to wipe", func(s protocol.Seat) bool { return slices.Equal(s.Wipe, []string{id}) })
	again := other.sitWiping(booth1) // the tablet was loaded again, at another node
	hearUntil(again, "it is told there too", func(s protocol.Seat) bool { return slices.Equal(s.Wipe, []string{id}) })
	enter := func() string {
		return again.ask(protocol.TypeEnter, func(re string) any { return protocol.Enter{ID: re, Token: other.roomToken(again.token, next)} })
	}
	if code := again.refused(enter()); code != protocol.ErrNotNow {
		t.Errorf("entered before it was wiped: %s", code)
	}
	if code := doctor.refused(doctor.wiped(id)); code != protocol.ErrForbidden {
		t.Errorf("the doctor wipes: %s", code)
	}
	again.ok(again.wiped(id))
	again.ok(again.wiped(id))
	hearUntil(again, "there is nothing left to wipe", func(s protocol.Seat) bool { return len(s.Wipe) == 0 })
	again.ok(enter())
	d, err := n.broker.store.load(context.Background(), id)
	if err != nil || d.Stage() != protocol.StageClosed {
		t.Errorf("%s %v", d.Stage(), err)
	}
}

func TestAnEmergencyTakesTwoStepsAndShowsBothWhatTheyNeed(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	clerk := n.sit(counter)
	booth.ok(booth.pause(protocol.PausePrivacy))
	if code := booth.refused(booth.request(protocol.TypeEmergency)); code != protocol.ErrNotNow {
		t.Errorf("one step: %s", code)
	}
	booth.ok(booth.request(protocol.TypeArmEmergency))
	n.clock.advance(armedFor)
	if code := booth.refused(booth.request(protocol.TypeEmergency)); code != protocol.ErrNotNow {
		t.Errorf("too late: %s", code)
	}
	booth.ok(booth.request(protocol.TypeArmEmergency))
	booth.hear(protocol.TypeArmed)
	booth.ok(booth.request(protocol.TypeEmergency))
	for _, p := range []*peer{booth, doctor} {
		s := hearUntil(p, "the panel is there", func(s protocol.Session) bool { return s.Emergency != nil })
		e := s.Emergency
		if e.By != booth1 || e.Address == "" || e.Hospital == "" || e.HospitalPhone == "" || e.OfficePhone == "" || e.DeskPhone == "" {
			t.Errorf("%+v", e)
		}
	}
	n.gateIs(id, booth1, morita) // the pause is over
	hearUntil(clerk, "the counter rings", func(s protocol.Seat) bool { return len(s.Calls) == 1 && s.Calls[0].Emergency })
	clerk.ok(clerk.ask(protocol.TypeCalm, func(re string) any { return protocol.Calm{ID: re, Session: id} }))
	hearUntil(booth, "it is over", func(s protocol.Session) bool { return s.Emergency == nil })
}

func TestTheEmergencyButtonWorksWithoutRedis(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, _ := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	clerk := n.sit(counter)
	n.mini.Close()
	booth.ok(booth.request(protocol.TypeArmEmergency))
	booth.ok(booth.request(protocol.TypeEmergency))
	hearUntil(doctor, "the doctor sees it", func(s protocol.Session) bool { return s.Emergency != nil })
	hearUntil(clerk, "the counter rings", func(s protocol.Seat) bool { return len(s.Calls) == 1 && s.Calls[0].Emergency })
	if err := n.mini.Restart(); err != nil {
		t.Fatal(err)
	}
	n.until("it is stored when Redis is back", func() bool {
		n.clock.advance(time.Second)
		d, err := n.broker.store.load(context.Background(), doctorSession(n))
		return err == nil && d.Emergency != nil
	})
}

func doctorSession(n *node) string { return n.broker.hub.open()[0].ID }

func TestALobbyShowsNumbersAndNothingElse(t *testing.T) {
	n := newWorld(t).start(nil)
	screen := n.dial()
	screen.token = n.signIn("lobby:shiomachihama")
	screen.say(protocol.TypeHello, protocol.Hello{Token: screen.token})
	screen.hear(protocol.TypeWelcome)
	booth, doctor, _ := n.waitingVisit()
	first := hearUntil(screen, "somebody waits", func(l protocol.Lobby) bool { return len(l.Numbers) == 1 && l.Numbers[0].Stage == protocol.StageWaiting })
	if first.Numbers[0].Number == 0 || first.Numbers[0].BoothName == "" || first.OfficeName == "" {
		t.Errorf("%+v", first)
	}
	doctor.ok(doctor.request(protocol.TypeSummon))
	hearUntil(screen, "somebody is called", func(l protocol.Lobby) bool { return l.Numbers[0].Stage == protocol.StageCalled })
	var out protocol.Lobby
	if status, _ := n.call(http.MethodGet, "/v1/offices/shiomachihama/lobby", screen.token, nil, &out); status != http.StatusOK || len(out.Numbers) != 1 {
		t.Errorf("%d %+v", status, out)
	}
	var refused answer
	if status, _ := n.call(http.MethodGet, "/v1/offices/okuse/lobby", screen.token, nil, &refused); status != http.StatusForbidden {
		t.Errorf("another office's numbers: %d", status)
	}
	if code := screen.refused(screen.request(protocol.TypeSummon)); code != protocol.ErrForbidden {
		t.Errorf("a screen does something: %s", code)
	}
	booth.ok(booth.request(protocol.TypeLeave))
	hearUntil(screen, "nobody is left", func(l protocol.Lobby) bool { return len(l.Numbers) == 0 })
}

func TestALinkIsGoodOnceAndOpensNothingButTheWayToTheGate(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	invite := func(token string) (int, answer) {
		var out answer
		status, _ := n.call(http.MethodPost, "/v1/sessions/"+id+"/invitations", token, answer{"role": "interpreter", "name": "通訳 マリア"}, &out)
		return status, out
	}
	redeem := func(code any) (int, answer) {
		var out answer
		status, _ := n.call(http.MethodPost, "/v1/invitations/redeem", "", answer{"code": code}, &out)
		return status, out
	}
	if status, _ := invite(booth.token); status != http.StatusForbidden {
		t.Errorf("the booth invites: %d", status)
	}
	if status, _ := invite(n.signIn(pharmacist)); status != http.StatusForbidden {
		t.Errorf("the next leg's desk invites: %d", status)
	}
	status, link := invite(doctor.token)
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, link)
	}
	guestID := link["participant"].(string)
	stored, err := n.redis.Get(t.Context(), keyspace{area}.invitation(digest(link["code"].(string)))).Result()
	if err != nil || strings.Contains(stored, "マリア") {
		t.Errorf("the guest's name lies open in the store: %q, %v", stored, err)
	}
	status, ticket := redeem(link["code"])
	if status != http.StatusOK || ticket["participant"] != guestID {
		t.Fatalf("%d %v", status, ticket)
	}
	if status, _ := redeem(link["code"]); status != http.StatusGone {
		t.Errorf("good twice: %d", status)
	}
	guest := n.dial()
	guest.say(protocol.TypeHello, protocol.Hello{Token: ticket["token"].(string)})
	guest.hear(protocol.TypeWelcome)
	named := func(s protocol.Session) (protocol.Participant, bool) {
		i := slices.IndexFunc(s.Participants, func(p protocol.Participant) bool { return p.ID == guestID })
		if i < 0 {
			return protocol.Participant{}, false
		}
		return s.Participants[i], true
	}
	s := hearUntil(booth, "the guest is shown", func(s protocol.Session) bool { p, ok := named(s); return ok && p.Name != guestID })
	if p, _ := named(s); p.Admitted || p.Role != "interpreter" || p.Name != "通訳 マリア" {
		t.Errorf("%+v", p)
	}
	for who, line := range n.redis.HGetAll(t.Context(), keyspace{area}.live(id)).Val() {
		if strings.Contains(line, "マリア") {
			t.Errorf("the guest's name lies open in the presence of %s", who)
		}
	}
	n.gateIs(id, booth1, morita)
	doctor.ok(doctor.admit(guestID))
	n.gateIs(id, booth1, morita, guestID)
	status, back := redeem(ticket["return"]) // after a reload
	if status != http.StatusOK || back["participant"] != guestID || back["return"] == ticket["return"] {
		t.Errorf("%d %v", status, back)
	}
	doctor.ok(doctor.request(protocol.TypeEnd))
	if status, _ := redeem(back["return"]); status != http.StatusGone {
		t.Errorf("good after the end: %d", status)
	}
}

func TestSeveralBoothsInOneRoomComeAndGoTogether(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	second := n.sitWiping("booth:shiomachihama-2")
	other := n.checkIn(n.book("shiomachihama-2", "medical@morita"))
	gather := func() string {
		return doctor.ask(protocol.TypeGather, func(re string) any { return protocol.Gather{ID: re, Session: other} })
	}
	if code := doctor.refused(gather()); code != protocol.ErrNotNow {
		t.Errorf("gathered who does not wait: %s", code)
	}
	second.enter(n, other)
	second.ok(second.request(protocol.TypeReady))
	doctor.ok(gather())
	s := second.stage(protocol.StageGathered)
	if s.Host != id {
		t.Fatalf("host %q", s.Host)
	}
	second.enter(n, id)
	n.gateIs(id, booth1, morita, "booth:shiomachihama-2")
	shown := hearUntil(booth, "the other booth is shown", func(s protocol.Session) bool { return len(s.Gathered) == 1 })
	if len(shown.Participants) != 3 || shown.Gathered[0].BoothName == "" {
		t.Errorf("%+v", shown)
	}
	doctor.ok(doctor.ask(protocol.TypeRelease, func(re string) any { return protocol.Release{ID: re, Session: other} }))
	n.gateIs(id, booth1, morita)
	if e := second.hear(protocol.TypeEnded).(protocol.Ended); e.Session != id || e.Reason != protocol.ReasonReleased {
		t.Errorf("%+v", e)
	}
	n.until("it waits again", func() bool { d, _ := n.broker.hub.doc(other); return d.State == protocol.StateWaiting })
	doctor.ok(gather())
	doctor.ok(doctor.request(protocol.TypeEnd))
	n.until("the visit of the other is over too", func() bool {
		d, _ := n.broker.hub.doc(other)
		return d.State == protocol.StateClosed && d.Reason == protocol.ReasonDone
	})
}

// Two brokers, two desks of one pool, one redis-server: whoever admits first has the visit.
func TestOfTwoDesksAtTwoNodesOneAdmits(t *testing.T) {
	w := worldOn(t, redistest.Real(t))
	w.clock.advance(0)
	one, two := w.start(nil), w.start(nil)
	a := one.book("shiomachihama-1", "guidance@shiokaze")
	booth, id := one.sit(booth1), one.checkIn(a)
	booth.enter(one, id)
	booth.ok(booth.request(protocol.TypeReady))
	desks := []*peer{one.sit("desk:shiokaze-1"), two.sit("desk:shiokaze-2")}
	desks[0].enter(one, id)
	desks[1].enter(two, id)
	asks := []string{desks[0].admit(booth1), desks[1].admit(booth1)}
	won := 0
	for i, d := range desks {
		if _, ok := d.reply(asks[i]).(protocol.OK); ok {
			won++
		}
	}
	if won != 1 {
		t.Fatalf("%d desks have the visit", won)
	}
	d, err := one.broker.store.load(context.Background(), id)
	if err != nil || d.State != protocol.StateConsultation {
		t.Fatalf("%s %v", d.State, err)
	}
	one.until("the gate is the winner's alone", func() bool {
		return slices.Equal(one.media.gate(id), []string{booth1, session.DeskSeat(d.Current().Desk)})
	})
}

func TestBoothsOfSeveralOfficesInOneRoomAreNamedWithTheirOffices(t *testing.T) {
	n := newWorld(t).start(nil)
	booth, doctor, _ := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	second := n.sitWiping("booth:misakiguchi-1")
	other := n.checkIn(n.book("misakiguchi-1", "medical@morita"))
	second.enter(n, other)
	second.ok(second.request(protocol.TypeReady))
	doctor.ok(doctor.ask(protocol.TypeGather, func(re string) any { return protocol.Gather{ID: re, Session: other} }))
	shown := hearUntil(booth, "the other booth is shown", func(s protocol.Session) bool { return len(s.Participants) == 3 })
	for _, p := range shown.Participants {
		office := map[string]string{booth1: shown.OfficeName, "booth:misakiguchi-1": "岬口郵便局"}[p.ID]
		if p.Kind == protocol.KindBooth && (office == "" || !strings.HasPrefix(p.Name, office+" ")) {
			t.Errorf("%s is called %q", p.ID, p.Name)
		}
	}
}

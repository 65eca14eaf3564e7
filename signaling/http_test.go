package signaling

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// problemOf makes a request that is to be refused, and returns the status and the slug of the problem.
func (n *node) problemOf(method, path, token string, in any) (int, string, http.Header) {
	n.t.Helper()
	var out answer
	status, header := n.call(method, path, token, in, &out)
	if header.Get("Content-Type") != "application/problem+json" {
		n.t.Fatalf("%s %s: %d %v is no problem document", method, path, status, out)
	}
	slug, _ := out["type"].(string)
	return status, strings.TrimPrefix(slug, "/problems/"), header
}

func TestSigningInSaysWhoASeatIs(t *testing.T) {
	n := newWorld(t).start(nil)
	rows := map[string]answer{
		booth1:           {"role": "booth", "name": "ブース1", "office": "shiomachihama", "officeName": "汐待浜郵便局", "booth": "shiomachihama-1", "boothName": "ブース1"},
		morita:           {"role": "doctor", "name": "森田 千尋", "desk": "morita", "pool": "morita"},
		counter:          {"role": "staff", "name": "汐待浜郵便局", "office": "shiomachihama"},
		"admin:kawamura": {"role": "admin", "name": "kawamura"},
	}
	for seat, want := range rows {
		var got, me answer
		if status, header := n.call(http.MethodPost, "/v1/sign-in", "", answer{"seat": seat}, &got); status != http.StatusOK || header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %d", seat, status)
		}
		want["seat"], want["area"] = seat, area
		for field, value := range want {
			if got[field] != value {
				t.Errorf("%s: %s is %v, want %v", seat, field, got[field], value)
			}
		}
		expires, err := time.Parse(time.RFC3339, got["expiresAt"].(string))
		if err != nil || !strings.HasSuffix(got["expiresAt"].(string), "+09:00") || expires.Sub(n.clock.Now()) < 11*time.Hour {
			t.Errorf("%s: expires %v", seat, got["expiresAt"])
		}
		n.call(http.MethodGet, "/v1/me", got["token"].(string), nil, &me)
		if me["seat"] != seat || me["token"] != nil {
			t.Errorf("%s: me is %v", seat, me)
		}
	}
	for _, nobody := range []string{"booth:nowhere", "desk:", "counter", "admin:", "admin:DROP TABLE", "king:shiomachi"} {
		if status, slug, _ := n.problemOf(http.MethodPost, "/v1/sign-in", "", answer{"seat": nobody}); status != http.StatusNotFound || slug != "unknown-seat" {
			t.Errorf("%q: %d %s", nobody, status, slug)
		}
	}
}

func TestOutsideADemonstrationASeatNeedsACode(t *testing.T) {
	n := newWorld(t).start(func(c *Config) { c.OpenSignIn = false })
	key := n.newDevice().public()
	for _, code := range []string{"", "22222-22222"} {
		if status, slug, _ := n.problemOf(http.MethodPost, "/v1/sign-in", "", answer{"seat": booth1, "code": code, "key": key}); status != http.StatusUnauthorized || slug != "wrong-code" {
			t.Errorf("code %q: %d %s", code, status, slug)
		}
	}
	code := must(access.NewCodes(n.redis, area).Mint(t.Context(), booth1))(t)
	var out answer
	if status, _ := n.call(http.MethodPost, "/v1/sign-in", "", answer{"seat": booth1, "code": code, "key": key}, &out); status != http.StatusOK {
		t.Fatalf("%d %v", status, out)
	}
	must(access.NewCodes(n.redis, area).Mint(t.Context(), booth1))(t)
	for range access.CodeTries {
		n.problemOf(http.MethodPost, "/v1/sign-in", "", answer{"seat": booth1, "code": "wrong", "key": key})
	}
	status, slug, header := n.problemOf(http.MethodPost, "/v1/sign-in", "", answer{"seat": booth1, "code": "wrong", "key": key})
	if status != http.StatusTooManyRequests || slug != "too-many-tries" || header.Get("Retry-After") == "" {
		t.Errorf("%d %s", status, slug)
	}
}

func TestAWrongTokenIsNotTakenForNone(t *testing.T) {
	n := newWorld(t).start(nil)
	expired := must2(n.broker.issuer.Seat(access.Seat{ID: booth1, Role: "booth", Area: area}, -time.Hour))
	elsewhere := must2(n.broker.issuer.Seat(access.Seat{ID: booth1, Role: "booth", Area: "elsewhere"}, time.Hour))
	room := must2(n.broker.issuer.Room(access.Room{Participant: booth1, Room: "s_1", Grants: access.BoothGrants}, time.Hour))
	for token, want := range map[string]string{"": "not-signed-in", "x": "bad-token", expired: "expired-token", elsewhere: "bad-token", room: "bad-token"} {
		if status, slug, _ := n.problemOf(http.MethodGet, "/v1/me", token, nil); status != http.StatusUnauthorized || slug != want {
			t.Errorf("%d %s, want %s", status, slug, want)
		}
	}
}

func TestCheckingInTwiceFindsTheSameSession(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita")
	staff, booth := n.signIn(counter), n.signIn(booth1)
	asks := []struct {
		token string
		body  answer
	}{{staff, answer{"appointment": a.ID}}, {booth, answer{"reception": a.Reception}}, {staff, answer{"reception": a.Reception}}}
	var mu sync.Mutex
	sessions := map[any]int{}
	var all sync.WaitGroup
	for i := range 12 { // at once from both sides
		all.Go(func() {
			var out answer
			status, _ := n.call(http.MethodPost, "/v1/check-ins", asks[i%3].token, asks[i%3].body, &out)
			mu.Lock()
			defer mu.Unlock()
			if status == http.StatusTooManyRequests {
				return // twelve at once look like guessing for a moment
			}
			sessions[out["session"]]++
		})
	}
	all.Wait()
	if len(sessions) != 1 {
		t.Fatalf("sessions %v", sessions)
	}
	if a := must(n.bookings.Appointment(t.Context(), a.ID))(t); a.State != booking.StateArrived {
		t.Errorf("the appointment is %s", a.State)
	}
}

func TestTheCheckInShowsWhatTheSeatMaySee(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita")
	var atCounter, inBooth struct {
		Appointment struct {
			Resident map[string]string
			Legs     []struct{ ServiceName string }
		}
	}
	n.call(http.MethodPost, "/v1/check-ins", n.signIn(counter), answer{"appointment": a.ID}, &atCounter)
	n.call(http.MethodPost, "/v1/check-ins", n.signIn(booth1), answer{"reception": a.Reception}, &inBooth)
	if atCounter.Appointment.Resident["kana"] == "" || atCounter.Appointment.Legs[0].ServiceName == "診療" {
		t.Errorf("the counter sees %+v", atCounter)
	}
	if seen := inBooth.Appointment.Resident; seen["kana"] == "" || seen["phone"] != "" {
		t.Errorf("to be confirmed by the resident: the name and nothing else, the booth got %d fields", len(seen))
	}
	if inBooth.Appointment.Legs[0].ServiceName != "診療" {
		t.Errorf("the booth sees %+v", inBooth)
	}
}

func TestWhatCannotBeCheckedInSaysWhy(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita")
	rows := []struct {
		situation string
		seat      string
		body      answer
		status    int
		slug      string
	}{
		{"another office's appointment", "counter:okuse", answer{"appointment": a.ID}, http.StatusNotFound, "unknown-appointment"},
		{"another office's number", "counter:okuse", answer{"reception": a.Reception}, http.StatusNotFound, "unknown-appointment"},
		{"another booth of the office", "booth:shiomachihama-2", answer{"reception": a.Reception}, http.StatusConflict, "other-booth"},
		{"a booth that names an appointment", booth1, answer{"appointment": a.ID}, http.StatusUnprocessableEntity, "invalid"},
		{"a desk", morita, answer{"appointment": a.ID}, http.StatusForbidden, "not-yours"},
		{"nothing named", counter, answer{}, http.StatusUnprocessableEntity, "invalid"},
		{"both named", counter, answer{"appointment": a.ID, "reception": a.Reception}, http.StatusUnprocessableEntity, "invalid"},
		{"an appointment nobody made", counter, answer{"appointment": "a_22222222222222222222"}, http.StatusNotFound, "unknown-appointment"},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			if status, slug, _ := n.problemOf(http.MethodPost, "/v1/check-ins", n.signIn(r.seat), r.body); status != r.status || slug != r.slug {
				t.Fatalf("%d %s", status, slug)
			}
		})
	}
	if status, slug, _ := n.problemOf(http.MethodPost, "/v1/check-ins", "", answer{}); status != http.StatusUnauthorized || slug != "not-signed-in" {
		t.Errorf("without a seat: %d %s", status, slug)
	}
}

func TestAfterFiveWrongNumbersABoothWaits(t *testing.T) {
	n := newWorld(t).start(nil)
	a := n.book("shiomachihama-1", "medical@morita")
	booth := n.signIn(booth1)
	wrong := "000000"
	if a.Reception == wrong {
		wrong = "000001"
	}
	for range missesAtMost {
		if status, slug, _ := n.problemOf(http.MethodPost, "/v1/check-ins", booth, answer{"reception": wrong}); status != http.StatusNotFound {
			t.Fatalf("%d %s", status, slug)
		}
	}
	status, slug, header := n.problemOf(http.MethodPost, "/v1/check-ins", booth, answer{"reception": a.Reception})
	if status != http.StatusTooManyRequests || slug != "too-many-tries" || header.Get("Retry-After") == "" {
		t.Fatalf("%d %s %s", status, slug, header.Get("Retry-After"))
	}
	n.mini.FastForward(missesFor)
	var out answer
	if status, _ := n.call(http.MethodPost, "/v1/check-ins", booth, answer{"reception": a.Reception}, &out); status != http.StatusCreated {
		t.Fatalf("after ten minutes: %d %v", status, out)
	}
}

func TestSessionTokensAreForThoseWhoTakePart(t *testing.T) {
	n := newWorld(t).start(nil)
	id := n.checkIn(n.book("shiomachihama-1", "guidance@shiokaze"))
	d, _ := n.broker.hub.doc(id)
	desk, standIn := d.Current().Desk, "shiokaze-1"
	if desk == standIn {
		standIn = "shiokaze-2"
	}
	rows := map[string]int{
		booth1: http.StatusOK, "desk:" + desk: http.StatusOK, "desk:" + standIn: http.StatusOK,
		morita: http.StatusForbidden, "booth:shiomachihama-2": http.StatusForbidden, counter: http.StatusForbidden, "admin:a": http.StatusForbidden,
		"assistant:shiokaze": http.StatusForbidden, "assistant:morita": http.StatusForbidden,
	}
	for seat, want := range rows {
		var out answer
		if status, _ := n.call(http.MethodPost, "/v1/sessions/"+id+"/token", n.signIn(seat), nil, &out); status != want {
			t.Errorf("%s: %d, want %d", seat, status, want)
		}
		if want == http.StatusOK && out["participant"] != seat {
			t.Errorf("%s got a token for %v", seat, out["participant"])
		}
	}
	if status, slug, _ := n.problemOf(http.MethodPost, "/v1/sessions/s_unknown/token", n.signIn(booth1), nil); status != http.StatusNotFound || slug != "unknown-session" {
		t.Errorf("%d %s", status, slug)
	}
}

func TestAnAssistantSeesWhoWaitsAndTakesNoPart(t *testing.T) {
	n := newWorld(t).start(nil)
	id := n.checkIn(n.book("shiomachihama-1", "guidance@shiokaze"))
	for seat, lists := range map[string]bool{"assistant:shiokaze": true, "assistant:morita": false} {
		p := n.dial()
		p.say(protocol.TypeHello, protocol.Hello{Token: n.signIn(seat), App: "assistant"})
		p.hear(protocol.TypeWelcome)
		heard := p.hear(protocol.TypeSeat).(protocol.Seat)
		if (len(heard.Sessions) == 1 && heard.Sessions[0].ID == id) != lists || len(heard.Calls) != 0 {
			t.Errorf("%s is told %+v", seat, heard)
		}
		token := n.signIn(seat)
		if status, slug, _ := n.problemOf(http.MethodPost, "/v1/check-ins", token, answer{"appointment": "a_x"}); status != http.StatusForbidden || slug != "not-yours" {
			t.Errorf("%s checks in: %d %s", seat, status, slug)
		}
		if status, _, _ := n.problemOf(http.MethodGet, "/v1/sessions", token, nil); status != http.StatusForbidden {
			t.Errorf("%s lists all sessions: %d", seat, status)
		}
		for _, kind := range []string{protocol.TypeReady, protocol.TypeHandover, protocol.TypeEnd, protocol.TypeCall} {
			p.refused(p.request(kind))
		}
	}
}

func TestOfTwoDesksOfAPoolTheFirstToAdmitHasTheVisit(t *testing.T) {
	n := newWorld(t).start(nil)
	id := n.checkIn(n.book("shiomachihama-1", "guidance@shiokaze"))
	booth, one, other := n.sit(booth1), n.sit("desk:shiokaze-1"), n.sit("desk:shiokaze-2")
	booth.enter(n, id)
	booth.ok(booth.request(protocol.TypeReady))
	one.enter(n, id)
	other.enter(n, id)
	first, second := one.admit(booth1), other.admit(booth1)
	_, oneHas := one.reply(first).(protocol.OK)
	_, otherHas := other.reply(second).(protocol.OK)
	if oneHas == otherHas {
		t.Fatalf("admitted by the one: %v, by the other: %v", oneHas, otherHas)
	}
	loser, winner := other, "desk:shiokaze-1"
	if otherHas {
		loser, winner = one, "desk:shiokaze-2"
	}
	if e := loser.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonHandover {
		t.Errorf("got %+v", e)
	}
	if code := loser.refused(loser.request(protocol.TypeEnd)); code != protocol.ErrNotEntered {
		t.Errorf("the other desk ends it: %s", code)
	}
	n.until("the gate is open for one of them", func() bool {
		gate := n.media.gate(id)
		return len(gate) == 2 && gate[1] == winner
	})
}

func TestAdministratorsSeeSessionsWithoutNames(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	var out struct {
		Counts   map[string]int
		Sessions []answer
	}
	n.call(http.MethodGet, "/v1/sessions", n.signIn("admin:a"), nil, &out)
	if out.Counts["consultation"] != 1 || len(out.Sessions) != 1 || out.Sessions[0]["id"] != c.session {
		t.Fatalf("got %+v", out)
	}
	if status, slug, _ := n.problemOf(http.MethodGet, "/v1/sessions", n.signIn(counter), nil); status != http.StatusForbidden || slug != "not-yours" {
		t.Errorf("a counter: %d %s", status, slug)
	}
}

func TestARevisionOfTheDayReachesEverySeat(t *testing.T) {
	n := newWorld(t).start(nil)
	staff := n.sit(counter)
	first := hearUntilOrNow(staff)
	n.book("shiomachihama-1", "medical@morita")
	hearUntil(staff, "the day has changed", func(m protocol.Seat) bool { return m.DayRev != first })
}

// hearUntilOrNow is the revision heard last, as far as it has been read.
func hearUntilOrNow(p *peer) int64 {
	for i := len(p.heard) - 1; i >= 0; i-- {
		if s, ok := p.heard[i].Body.(protocol.Seat); ok {
			return s.DayRev
		}
	}
	return 0
}

func TestWithoutRedisCheckingInSaysSo(t *testing.T) {
	n := newWorld(t).start(nil)
	staff := n.signIn(counter)
	a := n.book("shiomachihama-1", "medical@morita")
	n.mini.Close()
	status, _, header := n.problemOf(http.MethodPost, "/v1/check-ins", staff, answer{"appointment": a.ID})
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Fatalf("%d", status)
	}
	if err := n.mini.Restart(); err != nil {
		t.Fatal(err)
	}
}

package signaling

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// What a cell with "own" in it reaches, and what it does not: the seat whose it is may, and one of the same kind whose it is not
// may not. What the owners do is done last, since it changes things.
func TestWhatIsOwnIsNobodyElses(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	visit, other := w.book("shiomachihama-1", "medical@morita"), w.book("shiomachihama-2", "guidance@shiokaze")
	id := n.checkIn(visit)
	_ = n.checkIn(other)
	tomorrow := w.today().Add(24 * time.Hour).Format(time.RFC3339)
	appointment := "/v1/appointments/" + visit.ID
	strangers := []string{"desk:shiokaze-1", "assistant:shiokaze", "counter:okuse", "counter:misakiguchi", "booth:shiomachihama-2", "booth:okuse-1", "lobby:okuse"}
	rows := []struct {
		situation, method, path, body string
		owner                         string // "" where nothing is done, since it would end the visit
		besides                       []string
	}{
		{"look at a visit", http.MethodGet, appointment, "", counter, nil},
		{"look at a visit as its desk", http.MethodGet, appointment, "", morita, nil},
		{"look at a visit as its reception", http.MethodGet, appointment, "", "assistant:morita", nil},
		{"look at a visit in its booth", http.MethodGet, appointment, "", booth1, nil},
		{"look at a visit as an administrator", http.MethodGet, appointment, "", "admin:ueda", nil},
		{"print its slip", http.MethodGet, appointment + "/qr", "", counter, nil},
		{"mark it", http.MethodPost, appointment + "/marks", `{"mark":"documents","on":true}`, "", nil},
		{"cancel it", http.MethodPost, appointment + "/cancel", `{}`, "", nil},
		{"move it", http.MethodPost, appointment + "/move", `{"start":"` + tomorrow + `","version":1}`, "", nil},
		{"say that nobody came", http.MethodPost, appointment + "/noshow", `{}`, "", nil},
		{"say that its booth is clean", http.MethodPost, appointment + "/cleaned", `{}`, "", nil},
		{"give a leg back", http.MethodPost, appointment + "/legs/1/free", `{}`, "", nil},
		{"check it in", http.MethodPost, "/v1/check-ins", `{"appointment":"` + visit.ID + `"}`, counter, []string{"booth:shiomachihama-2", "booth:okuse-1"}}, // which name no appointment
		{"enter it", http.MethodPost, "/v1/sessions/" + id + "/token", `{}`, morita, nil},
		{"enter it in its booth", http.MethodPost, "/v1/sessions/" + id + "/token", `{}`, booth1, nil},
		{"invite a guest to it", http.MethodPost, "/v1/sessions/" + id + "/invitations", `{"role":"family","name":"x"}`, "", nil},
		{"see a lobby", http.MethodGet, "/v1/offices/shiomachihama/lobby", "", "lobby:shiomachihama", []string{"booth:shiomachihama-2"}},
		{"load a booth again", http.MethodPost, "/v1/booths/shiomachihama-1/remote", `{"what":"reload"}`, "", nil},
		{"say that a desk is late", http.MethodPost, "/v1/desks/morita/delay", `{"minutes":10}`, "", nil},
		{"ask what that would do", http.MethodGet, "/v1/desks/morita/delay?minutes=10", "", morita, nil},
		{"open a desk's calendar", http.MethodPost, "/v1/desks/morita/feed", `{}`, morita, nil},
		{"close a desk's calendar", http.MethodDelete, "/v1/desks/morita/feed", "", "", nil},
		{"see which letters were opened", http.MethodGet, "/v1/break-glass", "", "admin:ueda", nil},
	}
	cells := 0
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			for _, seat := range strangers {
				if contains(r.besides, seat) {
					continue
				}
				status, text := n.idempotent(r.method, r.path, n.signIn(seat), r.body)
				if status != http.StatusForbidden && status != http.StatusNotFound {
					t.Errorf("%s: %d %s", seat, status, text)
				}
				cells++
			}
			if status, text := n.idempotent(r.method, r.path, n.elsewhere(morita), r.body); status != http.StatusUnauthorized {
				t.Errorf("a desk of another area: %d %s", status, text)
			}
			if r.owner == "" {
				return
			}
			if status, text := n.idempotent(r.method, r.path, n.signIn(r.owner), r.body); status >= 300 {
				t.Errorf("%s, whose it is: %d %s", r.owner, status, text)
			}
			cells++
		})
	}
	t.Logf("%d cells", cells)
	if still, err := w.bookings.Appointment(t.Context(), visit.ID); err != nil || still.State != "arrived" {
		t.Errorf("after all of that the visit is %s, %v", still.State, err)
	}
}

func contains(list []string, one string) bool {
	for _, each := range list {
		if each == one {
			return true
		}
	}
	return false
}

// idempotent asks with a key of its own, which some operations want.
func (n *node) idempotent(method, path, token, body string) (int, string) {
	n.t.Helper()
	return n.askWith(method, path, body, map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json", "Idempotency-Key": newID("k_")})
}

// elsewhere is a token of the same seat, of another area.
func (n *node) elsewhere(seat string) string {
	return must2(n.broker.issuer.Seat(access.Seat{ID: seat, Role: "doctor", Area: "elsewhere", Desk: "morita", Pool: "morita"}, time.Minute))
}

func TestEveryCellOfGuestsAndAdministratorsOnTheSocket(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	id := n.checkIn(w.book("shiomachihama-1", "medical@morita"))
	doctor := n.sit(morita)
	doctor.enter(n, id)
	guest := func() *peer {
		var link, ticket answer
		if status, _ := n.call(http.MethodPost, "/v1/sessions/"+id+"/invitations", doctor.token, answer{"role": "family", "name": "ハナコ"}, &link); status != http.StatusCreated {
			t.Fatalf("invite: %d %v", status, link)
		}
		if status, _ := n.call(http.MethodPost, "/v1/invitations/redeem", "", answer{"code": link["code"]}, &ticket); status != http.StatusOK {
			t.Fatalf("redeem: %d %v", status, ticket)
		}
		p := n.dial()
		p.say(protocol.TypeHello, protocol.Hello{Token: ticket["token"].(string), App: "guest"})
		p.hear(protocol.TypeWelcome)
		return p
	}
	admin := func() *peer {
		p := n.dial()
		p.say(protocol.TypeHello, protocol.Hello{Token: n.signIn("admin:ueda"), App: "admin"})
		p.hear(protocol.TypeWelcome)
		return p
	}
	cells := 0
	for kind, comes := range map[access.Kind]func() *peer{access.Guest: guest, access.Admin: admin} {
		p := comes()
		for _, row := range access.Table {
			if row.Door != access.Socket || unanswered[row.Act] || row.Act == protocol.TypeLeave {
				continue
			}
			p.raw(everyField(row.Act, "cell-"+row.Act, id))
			refused := false
			if m, is := p.reply("cell-" + row.Act).(protocol.Error); is {
				refused = m.Code == protocol.ErrForbidden && strings.Contains(m.Message, "does not do this")
			}
			if may := row.May[kind] != access.No; may == refused {
				t.Errorf("%s as %s: the table says %q, refused by role: %v", row.Act, kind, row.May[kind], refused)
			}
			cells++
		}
	}
	t.Logf("%d cells", cells)
}

func TestARoomTokenIsForItsSessionWhileThatLasts(t *testing.T) {
	w := newWorld(t)
	w.real = true
	n := w.start(nil)
	mine := n.checkIn(w.book("shiomachihama-1", "medical@morita"))
	theirs := n.checkIn(w.book("shiomachihama-2", "guidance@shiokaze"))
	far := n.checkIn(w.book("okuse-1", "guidance@shiokaze"))
	grants := access.Grants{access.Publish, access.Subscribe}
	made := func(r access.Room, lasts time.Duration) string {
		return must2(n.broker.issuer.Room(r, lasts))
	}
	good := made(access.Room{Participant: "rig", Room: mine, Grants: grants}, time.Minute)
	post := func(door, room, token string) int {
		status, _ := n.ask(http.MethodPost, door+room, token, "application/sdp", "v=0\r\n")
		return status
	}
	for _, door := range []string{"/whip/", "/whep/"} {
		for _, r := range []struct {
			situation, room, token string
			want                   []int
		}{
			{"a good one", mine, good, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}}, // its offer is none
			{"the same again: good until it ends", mine, good, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}},
			{"at another session of the office", theirs, good, []int{http.StatusForbidden}},
			{"at a session of another office", far, good, []int{http.StatusForbidden}},
			{"at a room that is none", "s_nowhere", good, []int{http.StatusForbidden}},
			{"of a session that is none", "s_nowhere", made(access.Room{Participant: "rig", Room: "s_nowhere", Grants: grants}, time.Minute), []int{http.StatusNotFound, http.StatusBadRequest, http.StatusUnprocessableEntity}},
			{"expired", mine, made(access.Room{Participant: "rig", Room: mine, Grants: grants}, -time.Minute), []int{http.StatusUnauthorized}},
			{"a seat's", mine, n.signIn(morita), []int{http.StatusUnauthorized}},
			{"none", mine, "", []int{http.StatusUnauthorized}},
			{"that has been shown a certificate", mine, made(access.Room{Participant: "rig", Room: mine, Grants: grants, Cert: "another"}, time.Minute), []int{http.StatusUnauthorized}},
		} {
			got := post(door, r.room, r.token)
			if !strings.Contains(fmt.Sprint(r.want), fmt.Sprint(got)) {
				t.Errorf("%s with a token %s: %d, want %v", door, r.situation, got, r.want)
			}
		}
	}
	signIn := must2(n.broker.issuer.Seat(access.Seat{ID: booth1, Role: "booth", Area: area, Office: "shiomachihama", Booth: "shiomachihama-1", SignIn: "si_STOLEN"}, time.Minute))
	minted := n.roomToken(signIn, mine)
	if err := n.broker.revoke(t.Context(), access.Revocation{Seat: booth1, SignIn: "si_STOLEN", At: w.clock.Now()}); err != nil {
		t.Fatal(err)
	}
	for _, door := range []string{"/whip/", "/whep/"} {
		if got := post(door, mine, minted); got != http.StatusUnauthorized {
			t.Errorf("%s with a token of a signing-in that was revoked: %d", door, got)
		}
	}
}

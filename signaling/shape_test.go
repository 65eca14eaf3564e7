package signaling

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// older is a program of the shape before: it reads no newer one, and knows nothing of what came with it.
func older(c *Config) { c.reads = 2 }

// invited makes a link for a guest, exchanges it and stands at the gate.
func (n *node) invited(doctor *peer, id string) (guest *peer, participant, back string) {
	n.t.Helper()
	var link, ticket answer
	if status, _ := n.call(http.MethodPost, "/v1/sessions/"+id+"/invitations", doctor.token, answer{"role": "family", "name": "磯部 健"}, &link); status != http.StatusCreated {
		n.t.Fatalf("%d %v", status, link)
	}
	if status, _ := n.call(http.MethodPost, "/v1/invitations/redeem", "", answer{"code": link["code"]}, &ticket); status != http.StatusOK {
		n.t.Fatalf("%d %v", status, ticket)
	}
	guest = n.dial()
	guest.token = ticket["token"].(string)
	guest.say(protocol.TypeHello, protocol.Hello{Token: guest.token})
	guest.hear(protocol.TypeWelcome)
	return guest, ticket["participant"].(string), ticket["return"].(string)
}

func (p *peer) dismiss(participant string) string {
	p.t.Helper()
	return p.ask(protocol.TypeDismiss, func(id string) any { return protocol.Dismiss{ID: id, Participant: participant} })
}

func TestAGuestWhoWasSentAwayComesAgainOnlyByAnotherInvitation(t *testing.T) {
	w := newWorld(t)
	n, other := w.start(nil), w.start(nil)
	_, doctor, id := n.waitingVisit()
	doctor.ok(doctor.admit(booth1))
	guest, participant, back := n.invited(doctor, id)
	doctor.ok(doctor.dismiss(participant)) // refused at the gate
	if e := guest.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonDismissed {
		t.Errorf("%+v", e)
	}
	for what, where := range map[string]*node{"the same node": n, "another": other} {
		again := where.dial()
		again.say(protocol.TypeHello, protocol.Hello{Token: guest.token, Reason: protocol.AwayReload})
		if e := again.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonDismissed || e.Session != id {
			t.Errorf("%s: %+v", what, e)
		}
		if code := again.closed(); code != protocol.CloseBadToken {
			t.Errorf("%s: closed with %d, so its page comes back", what, code)
		}
	}
	var gone answer
	if status, _ := other.call(http.MethodPost, "/v1/invitations/redeem", "", answer{"code": back}, &gone); status != http.StatusGone || gone["type"] != "/problems/dismissed" {
		t.Errorf("%d %v", status, gone)
	}
	invited, another, _ := n.invited(doctor, id) // the same person, by a new link
	doctor.ok(doctor.admit(another))
	n.gateIs(id, booth1, morita, another)
	doctor.ok(doctor.dismiss(another)) // sent away from the talk
	if e := invited.hear(protocol.TypeEnded).(protocol.Ended); e.Reason != protocol.ReasonDismissed {
		t.Errorf("%+v", e)
	}
	n.gateIs(id, booth1, morita)
}

// written lists the documents of an area that have ever been stored.
func (w *world) written() (list []session.Doc, raws []string) {
	w.t.Helper()
	entries, err := w.redis.XRange(context.Background(), keyspace{area}.outbox(), "-", "+").Result()
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range entries {
		raw := e.Values["doc"].(string)
		var d session.Doc
		if err := json.Unmarshal([]byte(raw), &d); err != nil {
			w.t.Fatal(err)
		}
		list, raws = append(list, d), append(raws, raw)
	}
	return list, raws
}

func TestWhileAnOlderBrokerRunsNobodyWritesWhatItCannotRead(t *testing.T) {
	w := newWorld(t)
	w.passes(0)
	old, later := w.start(older), w.start(nil)
	booth := old.sitWiping(booth1)
	id := later.checkIn(w.book("shiomachihama-1", "medical@morita"))
	booth.enter(old, id)
	booth.ok(booth.request(protocol.TypeReady))
	doctor := later.sit(morita)
	doctor.enter(later, id)
	doctor.ok(doctor.admit(booth1))
	booth.state(protocol.StateConsultation)
	_, participant, _ := later.invited(doctor, id)
	doctor.ok(doctor.dismiss(participant)) // which a document of theirs has no room for
	booth.ok(booth.pause(protocol.PausePrivacy))
	booth.ok(booth.request(protocol.TypeResume))
	doctor.ok(doctor.request(protocol.TypeEnd))
	booth.hear(protocol.TypeEnded)
	booth.ok(booth.wiped(id))
	docs, raws := w.written()
	if len(docs) < 8 {
		t.Fatalf("%d versions", len(docs))
	}
	for i, d := range docs {
		if d.Shape != 2 || strings.Contains(raws[i], "dismissed") && d.Dismissed != nil {
			t.Errorf("version %d is written in shape %d: %s", d.Version, d.Shape, raws[i])
		}
	}

	old.stop() // the last of its kind; it says no goodbye
	later.until("the newer shape is in force", func() bool { w.passes(time.Minute); return later.broker.store.writes.Load() == session.Shape })
	next := later.checkIn(w.book("shiomachihama-2", "medical@morita"))
	if d, err := later.broker.store.load(t.Context(), next); err != nil || d.Shape != session.Shape {
		t.Errorf("%+v, %v", d, err)
	}

	back := w.start(older) // too late
	before := w.redis.Get(t.Context(), keyspace{area}.session(next)).Val()
	var refused answer
	status, header := back.call(http.MethodPost, "/v1/sessions/"+next+"/token", back.signIn("booth:shiomachihama-2"), nil, &refused)
	if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("%d %v", status, refused)
	}
	if now := w.redis.Get(t.Context(), keyspace{area}.session(next)).Val(); now != before {
		t.Errorf("changed to %s", now)
	}
	if later.broker.store.writes.Load() != session.Shape {
		t.Error("the shape in force has gone back")
	}
}

func TestAnAreaThatBeginsBeginsWithTheNewestShapeAndOneThatHasHadVisitsDoesNot(t *testing.T) {
	w := newWorld(t)
	n := w.start(nil)
	if got := n.broker.store.writes.Load(); got != session.Shape {
		t.Errorf("a new area writes shape %d", got)
	}
	n.stop()
	keys := keyspace{area}
	agreed := n.broker.store.keys
	w.redis.Del(t.Context(), "{"+agreed.area+"}:ses-shape", "{"+agreed.area+"}:ses-readers")
	w.redis.XAdd(t.Context(), &redis.XAddArgs{Stream: keys.outbox(), Values: []any{"event", "ready"}}) // of a program that agrees on nothing
	n = w.start(nil)
	if got := n.broker.store.writes.Load(); got != session.LeastShape {
		t.Errorf("shape %d is written where older programs may run", got)
	}
}

// A newer program of the same shape may say more than this one knows: on the bus, of who is connected, and of what is owed.
func TestWordsOfANewerProgramDisturbNobody(t *testing.T) {
	n := newWorld(t).start(nil)
	_, doctor, id := n.waitingVisit()
	keys := keyspace{area}
	ctx := t.Context()
	for _, said := range []string{
		`{"tomorrow":{"session":"` + id + `"}}`,
		`{"session":"` + id + `","participant":"` + morita + `","weather":{"rain":true}}`,
		`{"call":null,"tomorrow":1}`,
	} {
		if err := n.redis.Publish(ctx, keys.changes(), said).Err(); err != nil {
			t.Fatal(err)
		}
	}
	n.redis.HSet(ctx, keys.live(id), "weather:"+morita, `[1]`, "x", "y")
	owed, due := id+":1", float64(n.clock.Now().Add(-time.Minute).UnixMilli())
	n.redis.HSet(ctx, keys.owed(), owed, `[{"tomorrow":{"x":1}},{"gate":{"Together":null}}]`)
	n.redis.ZAdd(ctx, keys.owedDue(), redis.Z{Score: due, Member: owed})
	n.passes(reloadEvery)
	n.until("what is owed has been looked at", func() bool {
		n.passes(time.Second)
		return n.redis.ZScore(ctx, keys.owedDue(), owed).Val() > due
	})
	if people, err := n.broker.lines.ofSession(ctx, id); err != nil || len(people) != 2 {
		t.Errorf("%v, %v", people, err)
	}
	doctor.ok(doctor.admit(booth1))
	n.gateIs(id, booth1, morita)
	if !n.redis.HExists(ctx, keys.owed(), owed).Val() {
		t.Error("what only a newer program can carry out was struck off")
	}
}

func TestADocumentIsWrittenInTheShapeInForceAndNeverGoesBack(t *testing.T) {
	d := session.Doc{Shape: 2, Dismissed: []string{"g1"}}
	for _, row := range []struct {
		of, force, want int
		kept            bool
	}{
		{0, 2, 2, false}, {2, 2, 2, false}, {2, 3, 3, true}, {3, 2, 3, true}, {3, 3, 3, true}, {1, 1, 2, false},
	} {
		d.Shape = row.of
		if got := d.In(row.force); got.Shape != row.want || (got.Dismissed != nil) != row.kept {
			t.Errorf("of shape %d, with %s in force: %+v", row.of, strconv.Itoa(row.force), got)
		}
	}
}

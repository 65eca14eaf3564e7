package signaling

import (
	"net/http"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/protocol"
)

// hung is a world whose Redis takes connections and answers nobody from the moment hang is called: a frozen machine,
// where one that has died would at least refuse.
func hung(t *testing.T) (w *world, hang func()) {
	t.Helper()
	s := redistest.Real(t)
	w = worldOn(t, s)
	w.redis = redis.NewClient(&redis.Options{ // retries and times as in service
		Addr: s.Addr, DialTimeout: 2 * time.Second, ReadTimeout: 2 * time.Second, ContextTimeoutEnabled: true,
	})
	t.Cleanup(func() { _ = w.redis.Close() })
	return w, func() {
		t.Helper()
		if err := s.Client.Do(t.Context(), "CLIENT", "PAUSE", 600_000, "ALL").Err(); err != nil {
			t.Fatal(err)
		}
	}
}

// within fails if something took longer than a person who needs help should wait.
func within(t *testing.T, what string, most time.Duration, do func()) {
	t.Helper()
	begin := time.Now()
	do()
	if took := time.Since(begin); took > most {
		t.Errorf("%s took %v, want at most %v", what, took, most)
	}
}

func TestNobodyWaitsForARedisThatHangsToCallStaffOrLeave(t *testing.T) {
	w, hang := hung(t)
	n := w.start(nil)
	c := n.consultation()
	staff, fresh := n.sit(counter), n.dial()
	fresh.token = n.signIn("booth:shiomachihama-2")
	hang()

	mute := func(id string) any { return protocol.Mute{ID: id, Audio: true} }
	within(t, "calling staff right after muting", 2*time.Second, func() {
		muted := c.booth.ask(protocol.TypeMute, mute)
		called := c.booth.request(protocol.TypeCall)
		c.booth.ok(muted)
		c.booth.ok(called)
		rings(staff)
	})
	within(t, "calling staff from a page just loaded", 2*time.Second, func() {
		fresh.say(protocol.TypeHello, protocol.Hello{Token: fresh.token})
		fresh.ok(fresh.request(protocol.TypeCall))
	})
	within(t, "leaving right after muting", 2*presenceWithin+storeWithin+time.Second, func() {
		muted := c.booth.ask(protocol.TypeMute, mute)
		left := c.booth.request(protocol.TypeLeave)
		c.booth.ok(muted)
		c.booth.ok(left)
	})
	if !w.media.closed(c.session) {
		t.Error("media go on")
	}
}

func TestWhoAsksARedisThatHangsIsAnsweredSoon(t *testing.T) {
	w, hang := hung(t)
	n := w.start(nil)
	a := n.book("shiomachihama-1", "medical@morita")
	staff := n.signIn(counter)
	hang()
	within(t, "checking in by reception number", askWithin+time.Second, func() {
		status, _, header := n.problemOf(http.MethodPost, "/v1/check-ins", staff, answer{"reception": a.Reception})
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
			t.Errorf("got %d", status)
		}
	})
}

package redisstore

import (
	"context"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

// rung lists the alarms in the outbox, once each.
func rung(t *testing.T, s *Store) string {
	t.Helper()
	if _, err := s.Expire(context.Background(), 100); err != nil {
		t.Fatal(err)
	}
	events, err := s.Events(context.Background(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, e := range events {
		if e.Version == 0 {
			list = append(list, strings.TrimSpace(e.Type+" "+e.Detail["before"]+e.Detail["leg"]))
		}
	}
	return strings.Join(list, ", ")
}

func TestAnAppointmentRingsForOneThingAfterAnotherAndNotOnceItHasEnded(t *testing.T) {
	r := redistest.Mini(t)
	s := New(r.Client, "area", Options{})
	ctx := context.Background()
	now, err := s.Now(ctx)
	if err != nil {
		t.Fatal(err)
	}
	start := now.Add(30 * time.Hour).Truncate(time.Minute)
	stays := mustBook(t, s, request(start, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
	gone := mustBook(t, s, request(start, []string{"b2"}, []string{"d2"}, []string{"p2"}, "r2"))
	later := mustBook(t, s, request(start.Add(20*time.Minute), []string{"b3"}, []string{"d3"}, []string{"p3"}, "r3"))
	soon := mustBook(t, s, request(now.Add(20*time.Hour), []string{"b4"}, []string{"d4"}, []string{"p4"}, "r4"))
	if _, err := s.Cancel(ctx, soon.ID); err != nil { // its first reminder was past already
		t.Fatal(err)
	}
	r.Expire(t, 7*time.Hour)
	if got := rung(t, s); got != "remind 1440, remind 1440, remind 1440" {
		t.Fatalf("a day before: %s", got)
	}
	if _, err := s.Cancel(ctx, gone.ID); err != nil {
		t.Fatal(err)
	}
	m := moved(later, request(start.Add(5*24*time.Hour), []string{"b3"}, []string{"d3"}, []string{"p3"}, "r3"))
	m.Date = "2026-12-09"
	if _, err := s.Move(ctx, m); err != nil {
		t.Fatal(err)
	}
	r.Expire(t, 22*time.Hour)
	if got := rung(t, s); got != "remind 1440, remind 1440, remind 1440, remind 120" {
		t.Fatalf("an hour before: %s", got)
	}
	r.Expire(t, 2*time.Hour)
	if got := rung(t, s); got != "remind 1440, remind 1440, remind 1440, remind 120, absent" {
		t.Fatalf("after the time of grace: %s", got)
	}
	if _, err := s.CheckIn(ctx, stays.ID); err != nil {
		t.Fatal(err)
	}
	if left := r.Client.ZRange(ctx, s.alarms(), 0, -1).Val(); len(left) != 1 || !strings.HasPrefix(left[0], later.ID) {
		t.Errorf("still set: %q", left)
	}
	if _, err := s.LegStarted(ctx, stays.ID, 0); err != nil {
		t.Fatal(err)
	}
	r.Expire(t, time.Hour)
	if got := rung(t, s); !strings.HasSuffix(got, "absent, overrun 0") {
		t.Errorf("an hour into the leg: %s", got)
	}
}

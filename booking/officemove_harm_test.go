package booking_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// What is asked again after an office has moved is answered as if it had not: with the hold that was made then, whatever
// has become of it. It never becomes a second one.
func TestAHoldAskedForAgainAfterAnOfficeMoveIsTheSame(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k, files := border(t, s)
		ctx := context.Background()
		ten := calendar.DateOf(time.Now()).Add(2).At(10 * 60)
		ask := func(n int) booking.HoldRequest {
			return booking.HoldRequest{Key: fmt.Sprint("same-", n), Office: "west", Start: ten.Add(time.Duration(n) * time.Hour), Legs: []booking.LegRequest{{Service: "talk", Pool: "west"}}}
		}
		var first [3]booking.Hold
		for n := range first {
			var err error
			if first[n], err = k.Hold(ctx, west, ask(n)); err != nil {
				t.Fatal(err)
			}
		}
		booked, err := k.Confirm(ctx, west, first[0].ID, booking.ConfirmRequest{Resident: person("ミナミ フサエ", "0999-00-1456")})
		if err != nil {
			t.Fatal(err)
		}
		if err := k.Release(ctx, west, first[1].ID); err != nil {
			t.Fatal(err)
		}
		same := func(when string, n int) {
			t.Helper()
			again, err := k.Hold(ctx, west, ask(n))
			if err != nil || again.ID != first[n].ID || again.Booth != first[n].Booth || !again.ExpiresAt.Equal(first[n].ExpiresAt) {
				t.Errorf("%s, asked again for %+v it is %+v, %v", when, first[n], again, err)
			}
		}

		files.write(borders("east"))
		if m, err := k.MoveOffice(ctx, admin, "west", "east"); err != nil || m.Done || !slices.Equal(m.Left, []string{first[2].ID}) {
			t.Fatalf("a hold is waited for: %+v, %v", m, err)
		}
		for n := range first {
			same("on its way", n)
		}
		if _, err := k.Confirm(ctx, west, first[2].ID, booking.ConfirmRequest{Resident: person("オノ タケシ", "0999-00-2456")}); err != nil {
			t.Fatal(err)
		}
		if m, err := k.MoveOffice(ctx, admin, "west", "east"); err != nil || !m.Done {
			t.Fatalf("%+v, %v", m, err)
		}
		for n := range first {
			same("moved", n)
		}
		other := ask(0)
		other.Start = ten.Add(5 * time.Hour)
		refusedAs(t, second(k.Hold(ctx, west, other)), booking.SlugIdempotency)
		if is, err := k.Confirm(ctx, west, first[0].ID, booking.ConfirmRequest{Resident: person("ミナミ フサエ", "0999-00-1456")}); err != nil || is.Reception != booked.Reception {
			t.Errorf("confirmed again it is %+v, %v", is, err)
		}
		if _, err := k.Confirm(ctx, west, first[1].ID, booking.ConfirmRequest{Resident: person("イワキ ハナ", "0999-00-3456")}); err == nil {
			t.Error("a hold that was given back is confirmed")
		}
		consistent(t, s)

		// The same key by another area's hold is another wish: nothing of before answers it.
		fresh, err := k.Hold(ctx, west, booking.HoldRequest{Key: "new", Office: "west", Start: ten.Add(7 * time.Hour), Legs: []booking.LegRequest{{Service: "talk", Pool: "east"}}})
		if err != nil || fresh.ID == first[0].ID {
			t.Errorf("a new wish: %+v, %v", fresh, err)
		}
	})
}

// Letters that cannot go out when an office moves go out afterwards, each once, to the right person.
func TestNoticesPendingWhileAnOfficeMovesAreNeitherLostNorDoubled(t *testing.T) {
	s := redistest.Real(t)
	k, files := border(t, s)
	k.runs(t)
	inbox, to := mailServer(t)
	away := *to // where nobody listens
	away.Server = "127.0.0.1:1"
	ctx, stop := context.WithCancel(context.Background())
	notices := booking.Notices{Mail: &away, Every: 10 * time.Millisecond, Host: "yoyaku.example.jp", Lease: time.Second, Backoff: courier.Backoff{First: 50 * time.Millisecond}}
	down := booking.NewNotifier(k.Service, notices)
	ended := make(chan error, 1)
	go func() { ended <- down.Run(ctx) }() // ended and waited for below
	k.listening(t, 2)                      // of the two areas

	ten := calendar.DateOf(time.Now()).Add(2).At(10 * 60)
	goes := k.talk(t, "west", ten, withExtras(t, person("ミナミ フサエ", "0999-00-1456")))
	gone := k.talk(t, "west", ten.Add(time.Hour), withExtras(t, person("オノ タケシ", "0999-00-2456")))
	if _, err := k.Cancel(ctx, gone.ID); err != nil {
		t.Fatal(err)
	}
	files.write(borders("east"))
	if m, err := k.MoveOffice(ctx, admin, "west", "east"); err != nil || !m.Done || m.Moved != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	if _, err := k.Cancel(ctx, goes.ID); err != nil { // in its new area
		t.Fatal(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	up, again := context.WithCancel(context.Background())
	notices.Mail = to
	n := booking.NewNotifier(k.Service, notices)
	go func() { ended <- n.Run(up) }() // ended and waited for by the cleanup
	t.Cleanup(func() {
		again()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	// The invitations have lost their point; both cancellations are told.
	for range 2 {
		if l := inbox.next(t); !strings.Contains(l.subject, "取り消し") || !strings.Contains(l.calendar, "CANCEL") || l.to != "fusae@example.jp" {
			t.Errorf("a letter %+v", l)
		}
	}
	until(t, "every queue is empty", func() bool {
		for _, area := range []string{"east", "west"} {
			if waiting, err := courier.NewQueue(s.Client, area, booking.WayMail).Waiting(context.Background()); err != nil || waiting > 0 {
				return false
			}
		}
		return true
	})
	select {
	case p := <-inbox:
		t.Errorf("one letter too many: %s", p.text)
	default:
	}
}

// A primary that dies in the middle of a move: whoever goes on asking ends with the office whole in its new area, every
// appointment in one place with its numbers.
func TestAnOfficeMoveOutlivesAPrimaryThatDiesInTheMiddle(t *testing.T) {
	for _, after := range []string{redisstore.EventSuspended, redisstore.EventRules, "leaving", "left"} {
		t.Run("once something is "+after, func(t *testing.T) {
			t.Parallel() // each has servers of its own, and mostly waits for them
			service, s := redistest.WatchedAlone(t)
			files := &onDisk{MapFS: fstest.MapFS{}}
			files.write(borders("west"))
			k := broker2(t, s, files, func(c *booking.Config) {
				c.Store = redisstore.Options{Durability: redisstore.Durability{Replicas: 1}, Timeout: time.Second}
				c.Journal = journalIn(t, t.TempDir())
			})
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			ten := calendar.DateOf(time.Now()).Add(2).At(9 * 60)
			var all []booking.Appointment
			for n := range 12 {
				all = append(all, k.talk(t, "west", ten.Add(time.Duration(n)*30*time.Minute), person("ミナミ フサエ", fmt.Sprintf("0999-00-%04d", n))))
			}
			old := redisstore.New(s.Client, "west", redisstore.Options{})
			primary, err := service.Primary(ctx)
			if err != nil {
				t.Fatal(err)
			}
			harmed := make(chan error, 1)
			go func() { // ends when the primary has been killed and its successor has a replica again
				for !hasEvent(old, after) && ctx.Err() == nil {
					<-time.After(time.Millisecond)
				}
				primary.Kill()
				harmed <- errors.Join(service.AwaitReplaced(ctx, primary), primary.Restart(ctx), service.AwaitWhole(ctx))
			}()
			files.write(borders("east"))
			asked, refused := 0, 0
			for done := false; !done; {
				asked++
				m, err := k.MoveOffice(ctx, admin, "west", "east")
				if err != nil {
					refused++
					if !errors.Is(err, booking.ErrUnavailable) || ctx.Err() != nil {
						t.Fatalf("asked %d times: %+v, %v", asked, m, err)
					}
				}
				done = err == nil && m.Done
			}
			if err := <-harmed; err != nil {
				t.Fatal(err)
			}
			if m, err := k.MoveOffice(ctx, admin, "west", "east"); err != nil || !m.Done {
				t.Fatalf("after all %+v, %v", m, err)
			}
			t.Logf("asked %d times, refused %d times", asked, refused)
			for _, a := range all {
				is, err := k.Appointment(ctx, a.ID)
				if err != nil || is.State != "booked" || is.Reception != a.Reception || is.Number != a.Number {
					t.Errorf("%+v became %+v, %v", a, is, err)
				}
				if there, err := old.Has(ctx, a.ID); there || err != nil {
					t.Errorf("%s is in the old area too: %v", a.ID, err)
				}
			}
			consistent(t, s)
			if err := k.talkAt("west", "west", ten); err == nil {
				t.Error("a time was had twice")
			}
			if err := k.talkAt("west", "east", ten.Add(7*time.Hour)); err != nil {
				t.Errorf("the office is not open: %v", err)
			}
		})
	}
}

// hasEvent reports whether an area's outbox has an event of that kind, as far as Redis answers.
func hasEvent(s *redisstore.Store, kind string) bool {
	after := "0"
	for {
		events, err := s.Events(context.Background(), after, 1000)
		if err != nil || len(events) == 0 {
			return false
		}
		for _, e := range events {
			if e.Type == kind {
				return true
			}
		}
		after = events[len(events)-1].Cursor
	}
}

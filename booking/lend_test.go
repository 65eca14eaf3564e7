package booking_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/danielgtaylor/huma/v2/humatest"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// lending is two areas of which one lends its counsellor to the other.
func lending(t *testing.T, s *redistest.Server) *desk {
	t.Helper()
	text := string(twoAreas["all.yaml"].Data)
	text = strings.Replace(text, "area: east, services: [talk], desks", "area: east, lends: [west], services: [talk], desks", 1)
	const own = "offers: [{service: talk, pool: west, "
	text = strings.Replace(text, own, "offers: [{service: talk, pool: east, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}, "+
		strings.TrimPrefix(own, "offers: ["), 1)
	dir, err := booking.Load(fstest.MapFS{"all.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{Server: s, now: time.Now()}
	k.Service, err = booking.New(booking.Config{
		Directory: dir, Redis: s.Client, Secret: []byte("a secret of at least thirty-two bytes"), Now: func() time.Time { return k.now }, Sweep: 20 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *desk) holdTalk(office string, start time.Time) error {
	_, err := k.Hold(context.Background(), booking.Caller{Seat: "counter:" + office}, booking.HoldRequest{
		Key: newKey(), Office: office, Start: start, Legs: []booking.LegRequest{{Service: "talk", Pool: "east"}},
	})
	return err
}

// notHad fails the test unless the time was refused as taken or as one at which nobody is there.
func notHad(t *testing.T, err error) {
	t.Helper()
	var p *booking.Problem
	if !errors.As(err, &p) || p.Slug() != booking.SlugSlotTaken && p.Slug() != booking.SlugClosedTime {
		t.Fatalf("got %v, want a refusal", err)
	}
}

func TestADeskIsLentAndNeverInTwoAreasAtOnce(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := lending(t, s)
		ctx := context.Background()
		admin := booking.Caller{Seat: "admin:ueda"}
		ten := time.Now().Add(48 * time.Hour).Truncate(time.Hour)
		notHad(t, k.holdTalk("west", ten)) // nothing is lent yet
		l := booking.LendRequest{Key: newKey(), Desk: "east", Area: "west", Start: ten, End: ten.Add(2 * time.Hour)}
		lend, err := k.Lend(ctx, admin, l)
		if err != nil || !lend.Open {
			t.Fatalf("%+v, %v", lend, err)
		}
		if again, err := k.Lend(ctx, admin, l); err != nil || again.ID != lend.ID {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		notHad(t, k.holdTalk("east", ten))
		notHad(t, k.holdTalk("west", ten.Add(-time.Hour)))
		notHad(t, k.holdTalk("west", ten.Add(2*time.Hour))) // lies beyond the window
		for _, err := range []error{k.holdTalk("west", ten), k.holdTalk("east", ten.Add(2*time.Hour))} {
			if err != nil {
				t.Fatal(err)
			}
		}
		refusedAs(t, k.GiveBack(ctx, admin, lend.ID), booking.SlugInTheWay)
	})
}

func TestADeskSeesWhereItIsLentToAndWhatIsBookedThere(t *testing.T) {
	k := lending(t, redistest.Mini(t))
	_, api := humatest.New(t)
	k.Register(api)
	w := &web{k, api, t}
	ten := time.Now().Add(48 * time.Hour).Truncate(time.Hour)
	l := booking.LendRequest{Key: newKey(), Desk: "east", Area: "west", Start: ten, End: ten.Add(2 * time.Hour)}
	if _, err := k.Lend(context.Background(), booking.Caller{Seat: "desk:east"}, l); err != nil {
		t.Fatal(err)
	}
	blocks := want[struct{ Blocks []booking.Block }](t, w.ask("desk:east", "GET", "/v1/blocks?area=east", ""), 200)
	if len(blocks.Blocks) != 1 || blocks.Blocks[0].Area != "west" || blocks.Blocks[0].AreaName == "" {
		t.Fatalf("%+v", blocks)
	}
	held, err := k.Hold(context.Background(), booking.Caller{Seat: "counter:west"}, booking.HoldRequest{
		Key: newKey(), Office: "west", Start: ten, Legs: []booking.LegRequest{{Service: "talk", Pool: "east"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Confirm(context.Background(), booking.Caller{Seat: "counter:west"}, held.ID, booking.ConfirmRequest{Resident: minami}); err != nil {
		t.Fatal(err)
	}
	path := "/v1/appointments?from=" + ten.In(calendar.Tokyo).Format("2006-01-02")
	list := want[struct{ Appointments []booking.Appointment }](t, w.ask("desk:east", "GET", path, ""), 200)
	if len(list.Appointments) != 1 || list.Appointments[0].Office != "west" || list.Appointments[0].Resident == nil {
		t.Errorf("%+v", list)
	}
}

func TestALendThatDiesHalfwayIsTakenBack(t *testing.T) {
	s := redistest.Mini(t)
	k := lending(t, s)
	ctx := context.Background()
	ten := time.Now().Add(48 * time.Hour).Truncate(time.Hour)
	home, guest := redisstore.New(s.Client, "east", redisstore.Options{}), redisstore.New(s.Client, "west", redisstore.Options{})
	// Whoever lends dies after the first half.
	b, err := home.Lend(ctx, redisstore.LendRequest{
		ID: "x_dead", Fingerprint: "f", By: "admin:ueda", Desk: "east", Guest: "west", Start: ten, End: ten.Add(time.Hour), OpenUntil: time.Now().Add(time.Minute),
	})
	if err != nil {
		t.Fatal(err)
	}
	notHad(t, k.holdTalk("east", ten))
	notHad(t, k.holdTalk("west", ten))
	s.Expire(t, 2*time.Minute)
	k.runs(t)
	k.hearsIn(t, "east", redisstore.EventUnblocked)
	if err := k.holdTalk("east", ten); err != nil {
		t.Errorf("at home again: %v", err)
	}
	if err := guest.Open(ctx, b); err == nil {
		t.Error("the window was opened although the desk is at home again")
	}
	notHad(t, k.holdTalk("west", ten))

	// And one that was opened is given back: the block is lifted once nobody can open the window any more.
	lend, err := k.Lend(ctx, booking.Caller{Seat: "desk:east"}, booking.LendRequest{
		Key: newKey(), Desk: "east", Area: "west", Start: ten.Add(3 * time.Hour), End: ten.Add(4 * time.Hour),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := k.GiveBack(ctx, booking.Caller{Seat: "desk:east"}, lend.ID); err != nil {
		t.Fatal(err)
	}
	notHad(t, k.holdTalk("west", ten.Add(3*time.Hour)))
}

// A lent desk is one professional: whatever is asked of its day sees what is booked of it elsewhere.
func TestALentDesksDayIsSeenWhereverItIsBooked(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := lending(t, s)
		ctx := context.Background()
		ten := calendar.DateOf(time.Now()).Add(2).At(10 * 60)
		seat := booking.Caller{Seat: "desk:east", Area: "east"}
		if _, err := k.Lend(ctx, seat, booking.LendRequest{Key: newKey(), Desk: "east", Area: "west", Start: ten.Add(30 * time.Minute), End: ten.Add(3 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		home, away := k.bookTalk(t, "east", ten), k.bookTalk(t, "west", ten.Add(30*time.Minute))
		k.bookTalk(t, "west", ten.Add(time.Hour))
		_, api := humatest.New(t)
		k.Register(api)
		asked := (&web{k, api, t}).ask(seat.Seat, "GET", "/v1/appointments?from="+calendar.DateOf(ten).String(), "")
		day := want[struct{ Appointments []booking.Appointment }](t, asked, 200)
		if len(day.Appointments) != 3 || day.Appointments[0].ID != home.ID || day.Appointments[1].ID != away.ID {
			t.Errorf("the desk sees %+v", day.Appointments)
		}

		// Running late at home pushes back what is booked in the other area, and the last of it only as far as needed.
		k.now = ten.Add(-5 * time.Minute)
		request := newKey()
		late, err := k.DelayDesk(ctx, seat, "east", request, 10)
		if err != nil || len(late.Conflicts) != 1 || late.Conflicts[0].Appointment.ID != home.ID {
			t.Fatalf("the first visit would run into the time lent: %+v, %v", late, err)
		}
		if got := startsOf(late.Moved); got != "10:40 11:10 " {
			t.Errorf("moved to %s", got)
		}
		again, err := k.DelayDesk(ctx, seat, "east", request, 10)
		if err != nil || startsOf(again.Moved) != startsOf(late.Moved) {
			t.Errorf("asked again: %+v, %v", again, err)
		}

		// The professional was there, so who does not come in the other area is a no-show.
		k.now = ten.Add(40 * time.Minute)
		if err := k.Present(ctx, "east"); err != nil {
			t.Fatal(err)
		}
		for _, area := range []string{"east", "west"} {
			if n := s.Client.Exists(ctx, "{"+area+"}:seen:east").Val(); n != 1 {
				t.Errorf("area %s does not know that the desk is there", area)
			}
		}
	})
}

// bookTalk confirms an anonymous talk.
func (k *desk) bookTalk(t *testing.T, office string, start time.Time) booking.Appointment {
	t.Helper()
	ctx := context.Background()
	seat := booking.Caller{Seat: "counter:" + office}
	h, err := k.Hold(ctx, seat, booking.HoldRequest{Key: newKey(), Office: office, Start: start, Legs: []booking.LegRequest{{Service: "talk", Pool: "east"}}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := k.Confirm(ctx, seat, h.ID, booking.ConfirmRequest{Resident: person("ミナミ フサエ", "0999-00-1456")})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

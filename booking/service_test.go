package booking_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

func TestAVisitWithTwoLegsIsBookedAndFollowed(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		held := k.mustHold(t, wish())
		if len(held.Legs) != 2 || held.Legs[0].Desk != "morita" || held.End.Sub(held.Start) != 30*time.Minute {
			t.Fatalf("held %+v", held)
		}
		a, err := k.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{Resident: minami})
		if err != nil {
			t.Fatal(err)
		}
		if a.Number != 1 || len(a.Reception) != 6 || a.State != booking.StateBooked || a.Resident != nil {
			t.Fatalf("booked %+v", a)
		}
		k.now = a.Start.Add(-10 * time.Minute)
		found, err := k.FindReception(ctx, a.Office, a.Reception)
		if err != nil || found.ID != a.ID {
			t.Fatalf("found %v, %v", found.ID, err)
		}
		for range 2 { // repeating it changes nothing
			if a, err = k.CheckIn(ctx, a.ID); err != nil || a.State != booking.StateArrived {
				t.Fatalf("checked in %v, %v", a.State, err)
			}
		}
		for leg := range a.Legs {
			if err := errors.Join(k.LegStarted(ctx, a.ID, leg), k.LegDone(ctx, a.ID, leg)); err != nil {
				t.Fatal(err)
			}
		}
		if err := k.Finish(ctx, a.ID, booking.StateDone); err != nil {
			t.Fatal(err)
		}
		a, err = k.Appointment(ctx, a.ID)
		if err != nil || a.State != booking.StateDone || !a.Legs[1].Done {
			t.Fatalf("finished %+v, %v", a, err)
		}
	})
}

func TestOfAThousandClerksWhoWantTheSameTimeOneGetsIt(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{store: redisstore.Options{Timeout: time.Minute}})
		h := wish()
		h.Booth = "shiomachihama-1"
		won, refused := rivals(1000, func(n int) error {
			mine := h
			mine.Key = fmt.Sprint("rival-", n)
			_, err := k.Hold(context.Background(), counter, mine)
			return err
		})
		if won != 1 {
			t.Fatalf("%d got it", won)
		}
		for _, err := range refused {
			refusedAs(t, err, booking.SlugSlotTaken)
		}
	})
}

func TestOfManyClerksAsManyAreServedAsThereAreDesks(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		// カード: two officers are on duty on Tuesday afternoons, and each office has two booths.
		k := newDesk(t, s, setting{store: redisstore.Options{Timeout: time.Minute}})
		h := wish()
		h.Legs = []booking.LegRequest{card}
		h.Start = clinicMorning().Add(-24*time.Hour + 5*time.Hour)
		won, refused := rivals(60, func(n int) error {
			c, mine := counter, h
			mine.Key = fmt.Sprint("rival-", n)
			mine.Office = []string{"shiomachihama", "misakiguchi", "okuse"}[n%3]
			c.Seat = "counter:" + mine.Office
			_, err := k.Hold(context.Background(), c, mine)
			return err
		})
		if won != 2 {
			t.Fatalf("%d were served by 2 officers", won)
		}
		for _, err := range refused {
			refusedAs(t, err, booking.SlugSlotTaken)
		}
	})
}

// rivals lets n callers loose at once.
func rivals(n int, ask func(n int) error) (won int, refused []error) {
	var all sync.WaitGroup
	results := make([]error, n)
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = ask(i)
		})
	}
	close(start)
	all.Wait()
	for _, err := range results {
		if err == nil {
			won++
		} else {
			refused = append(refused, err)
		}
	}
	return won, refused
}

func TestAHoldNotConfirmedInTimeIsFreeAgain(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{store: redisstore.Options{HoldTTL: 300 * time.Millisecond}})
		ctx := context.Background()
		late := k.mustHold(t, wish())
		_, err := k.Hold(ctx, counter, wish())
		refusedAs(t, err, booking.SlugSlotTaken)

		s.Expire(t, 400*time.Millisecond)
		_, err = k.Confirm(ctx, counter, late.ID, booking.ConfirmRequest{Resident: minami})
		refusedAs(t, err, booking.SlugHoldExpired)
		k.mustBook(t, wish(), isobe)
	})
}

func TestDeadHoldsAreClearedAway(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{store: redisstore.Options{HoldTTL: 200 * time.Millisecond}})
		h := wish()
		h.Resident = minami
		k.mustHold(t, h)
		ctx, stop := context.WithCancel(context.Background())
		ran := make(chan error, 1)
		go func() { ran <- k.Run(ctx) }()
		changes := k.Watch(ctx)

		s.Expire(t, 300*time.Millisecond)
		for len(s.Client.ZRange(ctx, "{shiomachi}:led:desk:morita", 0, -1).Val()) > 0 {
			<-changes // the sweep changes the revision
		}
		stop()
		if err := <-ran; err != nil {
			t.Error(err)
		}
		if left := append(s.Keys(t, "*:who:*"), s.Keys(t, "*:vault:*")...); len(left) > 0 {
			t.Errorf("of the resident %q is left", left)
		}
		for range changes { // closes once its watchers have ended
		}
	})
}

func TestEveryChangeIsWatched(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx, stop := context.WithCancel(context.Background())
		changes := k.Watch(ctx)
		last := <-changes
		next := func(what string) {
			t.Helper()
			change := <-changes
			if change.Rev <= last.Rev {
				t.Errorf("%s: revision %d after %d", what, change.Rev, last.Rev)
			}
			last = change
		}
		held := k.mustHold(t, wish())
		next("held")
		a, err := k.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{Resident: minami})
		if err != nil {
			t.Fatal(err)
		}
		next("booked")
		if _, err := k.Cancel(ctx, a.ID); err != nil {
			t.Fatal(err)
		}
		next("cancelled")
		stop()
		for range changes {
		}
	})
}

func TestTheSameWishTwiceIsOneHold(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		h := wish()
		h.Resident = minami
		first := k.mustHold(t, h)
		for range 3 {
			if again := k.mustHold(t, h); again.ID != first.ID || again.Booth != first.Booth || !again.ExpiresAt.Equal(first.ExpiresAt) {
				t.Fatalf("first %+v, again %+v", first, again)
			}
		}
		other := h
		other.Resident = isobe
		_, err := k.Hold(ctx, counter, other)
		refusedAs(t, err, booking.SlugIdempotency)
		elsewhere := counter
		elsewhere.Seat = "desk:morita" // the same key at another seat is another wish
		_, err = k.Hold(ctx, elsewhere, h)
		refusedAs(t, err, booking.SlugSlotTaken)

		won, _ := rivals(50, func(int) error { // a client that loses its patience
			again, err := k.Hold(ctx, counter, h)
			if err == nil && again.ID != first.ID {
				return errors.New("another hold")
			}
			return err
		})
		if won != 50 {
			t.Errorf("%d of 50 repetitions were answered", won)
		}
	})
}

func TestAResidentCannotSitInTwoBooths(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		first := wish()
		first.Legs = []booking.LegRequest{medical}
		k.mustBook(t, first, minami)
		second := wish() // another booth, other people
		second.Legs = []booking.LegRequest{card}
		held := k.mustHold(t, second)
		_, err := k.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{Resident: person("みなみ　ふさえ", "0999001456")})
		refusedAs(t, err, booking.SlugResidentBusy)
		if _, err := k.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{Resident: isobe}); err != nil {
			t.Fatalf("for somebody else: %v", err)
		}
		third := wish()
		third.Legs = []booking.LegRequest{gyosei}
		third.Resident = minami
		third.Office = "misakiguchi" // known with the hold, and at another office
		_, err = k.Hold(ctx, booking.Caller{Seat: "counter:misakiguchi"}, third)
		refusedAs(t, err, booking.SlugResidentBusy)
	})
}

func TestCancellingFreesAndForgets(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		a := k.mustBook(t, wish(), minami)
		if len(s.Keys(t, "*:who:*")) != 1 || len(s.Keys(t, "*:vault:*")) != 1 {
			t.Fatalf("keys %q", s.Keys(t, "*"))
		}
		if _, err := k.Cancel(context.Background(), a.ID); err != nil {
			t.Fatal(err)
		}
		if left := append(s.Keys(t, "*:who:*"), s.Keys(t, "*:vault:*")...); len(left) > 0 {
			t.Errorf("of the resident %q is left", left)
		}
		h := wish()
		h.Resident = minami
		held := k.mustHold(t, h)
		if err := k.Release(context.Background(), counter, held.ID); err != nil {
			t.Fatal(err)
		}
		if left := append(s.Keys(t, "*:who:*"), s.Keys(t, "*:vault:*")...); len(left) > 0 {
			t.Errorf("after giving a hold back %q is left", left)
		}
		k.mustBook(t, wish(), minami)
	})
}

func TestNothingInRedisNamesAnybody(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		h := wish()
		h.Resident = minami
		a := k.mustBook(t, h, booking.Person{}) // the hold knew the resident
		h = wish()
		h.Start = h.Start.Add(time.Hour)
		k.mustBook(t, h, isobe)
		dump := s.Dump(t)
		for _, secret := range []string{"ミナミ", "フサエ", "イソベ", "0999-00-14", "099900145"} {
			if strings.Contains(dump, secret) {
				t.Errorf("Redis holds %q", secret)
			}
		}
		views, err := k.View(booking.WithCaller(ctx, counter), a)
		if err != nil || views[0].Resident == nil || views[0].Resident.Kana != "ミナミ フサエ" || views[0].Resident.Phone != "0999-00-1456" {
			t.Errorf("the counter sees %v, %v", views, err)
		}
		// A week after the visit the name is gone, the appointment is not.
		s.Client.Del(ctx, s.Keys(t, "*:vault:*")...)
		views, err = k.View(booking.WithCaller(ctx, counter), a)
		if err != nil || views[0].Resident != nil || views[0].Number != 1 {
			t.Errorf("without its key the counter sees %v, %v", views, err)
		}
	})
}

func TestPersonalRecordsExpireAWeekAfterTheVisit(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{now: time.Now()})
		h := wish()
		h.Resident = minami
		a := k.mustBook(t, h, booking.Person{})
		for _, key := range append(s.Keys(t, "*:who:*"), s.Keys(t, "*:vault:*")...) {
			left := s.Client.PTTL(context.Background(), key).Val()
			if want := time.Until(a.End.Add(7 * 24 * time.Hour)); (left - want).Abs() > time.Minute {
				t.Errorf("%s is kept for %v, want %v", key, left, want)
			}
		}
	})
}

func TestAnonymousMattersLeaveNeitherRecordNorLedger(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		h := wish()
		h.Legs = []booking.LegRequest{gyosei}
		held := k.mustHold(t, h)
		a, err := k.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{Anonymous: true})
		if err != nil || !a.Anonymous || a.Reception == "" {
			t.Fatalf("%+v, %v", a, err)
		}
		if left := append(append(s.Keys(t, "*:who:*"), s.Keys(t, "*:vault:*")...), s.Keys(t, "*led:resident*")...); len(left) > 0 {
			t.Errorf("of nobody %q is kept", left)
		}
		h = wish()
		held = k.mustHold(t, h)
		_, err = k.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{Anonymous: true})
		refusedAs(t, err, booking.SlugNotAnonymous)
		_, err = k.Confirm(ctx, counter, held.ID, booking.ConfirmRequest{})
		refusedAs(t, err, booking.SlugResidentRequired)
	})
}

func TestAPoolSharesItsWork(t *testing.T) {
	s := redistest.Mini(t)
	k := newDesk(t, s, setting{})
	var desks []string
	for n := range 2 {
		h := wish()
		h.Legs = []booking.LegRequest{then}
		h.Start = h.Start.Add(time.Duration(n) * time.Hour)
		desks = append(desks, k.mustHold(t, h).Legs[0].Desk)
	}
	slices.Sort(desks)
	if !slices.Equal(desks, []string{"shiokaze-1", "shiokaze-2"}) {
		t.Errorf("both visits went to %v", desks)
	}
}

func TestAnAppointmentIsFoundInWhateverAreaItIs(t *testing.T) {
	s := redistest.Mini(t)
	dir, err := booking.Load(twoAreas)
	if err != nil {
		t.Fatal(err)
	}
	k, err := booking.New(booking.Config{
		Directory: dir, Redis: s.Client, Secret: []byte("a secret of at least thirty-two bytes"), Now: func() time.Time { return clinicMorning() },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for _, place := range []string{"east", "west"} {
		c := booking.Caller{Seat: "counter:" + place, Area: place}
		held, err := k.Hold(ctx, c, booking.HoldRequest{
			Key: "same", Office: place, Start: clinicMorning().Add(time.Hour), Legs: []booking.LegRequest{{Service: "talk", Pool: place}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(held.ID, place) {
			t.Errorf("the id %s tells the area", held.ID)
		}
		a, err := k.Confirm(ctx, c, held.ID, booking.ConfirmRequest{Resident: minami})
		if err != nil {
			t.Fatal(err)
		}
		for _, asks := range []context.Context{ctx, booking.WithCaller(ctx, c), booking.WithCaller(ctx, booking.Caller{Seat: "admin:a", Area: "elsewhere"})} {
			if found, err := k.Appointment(asks, a.ID); err != nil || found.Office != place {
				t.Errorf("found %+v, %v", found, err)
			}
		}
	}
	_, err = k.Appointment(ctx, "a_aaaaaaaaaaaaaaaaaaaaaaaaaa")
	refusedAs(t, err, booking.SlugUnknown)
}

func TestCheckInIsForToday(t *testing.T) {
	s := redistest.Mini(t)
	k := newDesk(t, s, setting{})
	ctx := context.Background()
	a := k.mustBook(t, wish(), minami) // tomorrow's
	_, err := k.CheckIn(ctx, a.ID)
	refusedAs(t, err, booking.SlugNotToday)
	if !errors.Is(err, booking.ErrNotToday) {
		t.Errorf("%v is not ErrNotToday", err)
	}
	if _, err := k.FindReception(ctx, a.Office, a.Reception); !errors.Is(err, booking.ErrNotFound) {
		t.Errorf("found today: %v", err)
	}
	k.now = a.Start
	if _, err := k.CheckIn(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	_, err = k.Cancel(ctx, a.ID)
	refusedAs(t, err, booking.SlugWrongState)
	if err := k.LegStarted(ctx, a.ID, 2); !errors.Is(err, booking.ErrNotFound) {
		t.Errorf("a third leg: %v", err)
	}
}

package booking_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// waits puts a resident on the list for 医院 on the clinic's morning.
func (k *desk) waits(t *testing.T, n int, urgent bool) booking.Waiting {
	t.Helper()
	w, err := k.Wait(context.Background(), counter, booking.WaitRequest{
		Key: newKey(), Office: "shiomachihama", Legs: []booking.LegRequest{medical}, From: clinicMorning(), To: clinicMorning().Add(4 * time.Hour),
		Resident: person("ミナミ フサエ", fmt.Sprintf("0999-01-%04d", n)), Urgent: urgent,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// full books the clinic's whole morning and gives the appointments.
func (k *desk) full(t *testing.T) []booking.Appointment {
	t.Helper()
	var list []booking.Appointment
	for minutes := 0; minutes < 180; minutes += 20 {
		list = append(list, k.at(t, minutes, medical))
	}
	return list
}

// offered waits until somebody on the list has an offer and gives who.
func (k *desk) offered(t *testing.T) booking.Waiting {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
	changes := k.Watch(ctx)
	defer func() {
		stop()
		for range changes {
		}
	}()
	for range changes {
		list, err := k.WaitingAt(ctx, counter, "shiomachihama")
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range list {
			if w.State == redisstore.WaitOffered && w.Offer != nil {
				return w
			}
		}
	}
	t.Fatal("nobody was offered anything")
	return booking.Waiting{}
}

func TestWhatBecomesFreeIsOfferedToTheNextOnTheList(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		day := k.full(t)
		first, second := k.waits(t, 1, false), k.waits(t, 2, false)
		k.runs(t)
		if _, err := k.Cancel(ctx, day[3].ID); err != nil {
			t.Fatal(err)
		}
		w := k.offered(t)
		if w.ID != first.ID || !w.Offer.Start.Equal(day[3].Start) || w.Resident == nil || w.Resident.Phone != "0999-01-0001" {
			t.Fatalf("offered %+v of %+v", w.Offer, w)
		}
		h := wish()
		h.Start, h.Legs = day[3].Start, []booking.LegRequest{medical}
		_, err := k.Hold(ctx, counter, h)
		refusedAs(t, err, booking.SlugSlotTaken) // it is held in the first one's name

		if _, err := k.Decline(ctx, counter, first.ID); err != nil {
			t.Fatal(err)
		}
		if w = k.offered(t); w.ID != second.ID || !w.Offer.Start.Equal(day[3].Start) {
			t.Fatalf("after declining it goes to %s at %v", w.ID, w.Offer.Start)
		}
		for range 2 {
			a, err := k.Accept(ctx, counter, second.ID)
			if err != nil || a.State != booking.StateBooked || !a.Start.Equal(day[3].Start) {
				t.Fatalf("accepted %+v, %v", a, err)
			}
		}
		list, err := k.WaitingAt(ctx, counter, "shiomachihama")
		if err != nil || len(list) != 1 || list[0].ID != first.ID || list[0].Place != 1 {
			t.Errorf("still waiting: %+v, %v", list, err)
		}
		if err := errors.Join(k.LeaveList(ctx, counter, first.ID), k.LeaveList(ctx, counter, first.ID)); err != nil {
			t.Fatal(err)
		}
		if left := s.Keys(t, "*:who:w_*"); len(left) > 0 {
			t.Errorf("of those who waited %q is left", left)
		}
	})
}

func TestAnOfferNobodyAnswersPassesOnByItself(t *testing.T) {
	k := newDesk(t, redistest.Mini(t), setting{})
	day := k.full(t)
	first, second := k.waits(t, 1, false), k.waits(t, 2, false)
	k.runs(t)
	if _, err := k.Cancel(context.Background(), day[3].ID); err != nil {
		t.Fatal(err)
	}
	if w := k.offered(t); w.ID != first.ID {
		t.Fatalf("offered to %s", w.ID)
	}
	k.Expire(t, 13*time.Minute)
	k.hears(t, redisstore.EventPassedOn)
	for {
		if w := k.offered(t); w.ID == second.ID {
			return
		}
	}
}

func TestSomebodyUrgentComesFirstAndYetNobodyWaitsForEver(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		k.full(t)
		old := k.waits(t, 1, false)
		urgent := k.waits(t, 2, true)
		list, err := k.WaitingAt(context.Background(), counter, "shiomachihama")
		if err != nil || list[0].ID != urgent.ID || list[1].ID != old.ID {
			t.Fatalf("%+v, %v", list, err)
		}
		if s.Mini == nil {
			return // a week cannot be waited for
		}
		s.Expire(t, 8*24*time.Hour)
		late := k.waits(t, 3, true)
		list, err = k.WaitingAt(context.Background(), counter, "shiomachihama")
		if err != nil || list[1].ID != old.ID || list[2].ID != late.ID {
			t.Errorf("after a week: %+v, %v", list, err)
		}
	})
}

func TestSomebodyWhoWalksInGetsTheNextTimeOrATicket(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		k.now = clinicMorning().Add(-time.Minute)
		w := booking.WalkInRequest{Key: newKey(), Office: "shiomachihama", Legs: []booking.LegRequest{medical}, Resident: minami}
		for range 2 {
			got, err := k.WalkIn(ctx, counter, w)
			if err != nil || got.Number != 1 || got.Appointment == nil || got.Appointment.State != booking.StateArrived || !got.Appointment.Start.Equal(clinicMorning()) {
				t.Fatalf("%+v, %v", got, err)
			}
		}
		for minutes := 20; minutes < 180; minutes += 20 {
			k.at(t, minutes, medical)
		}
		w.Key, w.Resident = newKey(), isobe
		for range 2 {
			got, err := k.WalkIn(ctx, counter, w)
			if err != nil || got.Number != 10 || got.Waiting == nil || got.Waiting.Number != 10 {
				t.Fatalf("with a full day: %+v, %v", got, err)
			}
		}
	})
}

func TestARowOfVisitsIsHeldOneByOneAndConfirmedAsChosen(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		taken := wish()
		taken.Start = clinicMorning().AddDate(0, 0, 7).Add(time.Hour)
		k.mustBook(t, taken, isobe)
		ask := booking.SeriesRequest{
			Key: newKey(), Office: "shiomachihama", Legs: []booking.LegRequest{medical}, Start: clinicMorning().Add(time.Hour), Weeks: 1, Count: 3, Resident: minami,
		}
		row, err := k.Series(ctx, counter, ask)
		if err != nil || len(row.Times) != 3 {
			t.Fatalf("%+v, %v", row, err)
		}
		again, err := k.Series(ctx, counter, ask)
		if err != nil || again.ID != row.ID || again.Times[0].Hold.ID != row.Times[0].Hold.ID {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		if row.Times[1].Hold != nil || len(row.Times[1].Reasons) == 0 || len(row.Times[1].Alternatives) == 0 {
			t.Errorf("the second is taken: %+v", row.Times[1])
		}
		if row.Times[2].Hold == nil { // a holiday, which is said
			if len(row.Times[2].Reasons) == 0 {
				t.Errorf("the third is refused without a reason: %+v", row.Times[2])
			}
			return
		}
		list, err := k.ConfirmSeries(ctx, counter, row.ID, []string{row.Times[0].Hold.ID}, []string{row.Times[2].Hold.ID})
		if err != nil || len(list) != 1 || list[0].State != booking.StateBooked || list[0].Series != row.ID {
			t.Fatalf("%+v, %v", list, err)
		}
		h := wish()
		h.Start, h.Legs = row.Times[2].Start, []booking.LegRequest{medical}
		k.mustHold(t, h) // given back
	})
}

func TestABlockRefusesOrGoesAroundWhatIsBooked(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		a := k.at(t, 60, medical)
		b := booking.BlockRequest{Key: newKey(), Booth: a.Booth, Kind: booking.BlockSick, Start: clinicMorning(), End: clinicMorning().Add(8 * time.Hour)}
		_, err := k.Block(ctx, counter, b)
		refusedAs(t, err, booking.SlugInTheWay)
		b.Key, b.Around = newKey(), true
		block, err := k.Block(ctx, counter, b)
		if err != nil || len(block.Rehoused) != 1 || block.Rehoused[0].Booth == a.Booth || !block.Rehoused[0].Start.Equal(a.Start) {
			t.Fatalf("%+v, %v", block, err)
		}
		h := wish()
		h.Booth, h.Start = a.Booth, clinicMorning().Add(30*time.Minute)
		_, err = k.Hold(ctx, counter, h)
		refusedAs(t, err, booking.SlugSlotTaken)

		// With the other booth taken too there is nowhere to go: the visit keeps its time until it is moved.
		other := block.Rehoused[0]
		b.Key, b.Booth = newKey(), other.Booth
		second, err := k.Block(ctx, counter, b)
		if err != nil || len(second.InTheWay) != 1 || len(second.Rehoused) != 0 {
			t.Fatalf("%+v, %v", second, err)
		}
		k.runs(t)
		if _, err := k.Cancel(ctx, other.ID); err != nil {
			t.Fatal(err)
		}
		key := "{shiomachi}:led:booth:" + other.Booth
		for changes := k.Watch(t.Context()); ; <-changes {
			if n := s.Client.ZCard(ctx, key).Val(); n == 1 { // one entry from nine to five
				break
			}
		}
		for _, id := range []string{block.ID, second.ID} {
			if _, err := k.Unblock(ctx, counter, id); err != nil {
				t.Fatal(err)
			}
		}
		k.mustHold(t, h)
	})
}

package booking_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

var morita = booking.Caller{Seat: "desk:morita", Role: "doctor", Area: "shiomachi", Desk: "morita"}

// at books 医院 then 薬局 at minutes after nine of the clinic's morning, for a resident of its own.
func (k *desk) at(t *testing.T, minutes int, legs ...booking.LegRequest) booking.Appointment {
	t.Helper()
	h := wish()
	h.Start = clinicMorning().Add(time.Duration(minutes) * time.Minute)
	if len(legs) > 0 {
		h.Legs = legs
	}
	return k.mustBook(t, h, person("ミナミ フサエ", fmt.Sprintf("0999-00-%04d", minutes)))
}

func (k *desk) mustDelay(t *testing.T, minutes int) booking.Delay {
	t.Helper()
	d, err := k.DelayDesk(context.Background(), morita, "morita", newKey(), minutes)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func startsOf(list []booking.Appointment) string {
	text := ""
	for _, a := range list {
		text += a.Start.Format("15:04 ")
	}
	return text
}

func TestADoctorWhoRunsLatePushesTheDayBackAsFarAsNeeded(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		first := k.at(t, 0) // 9:00 doctor, 9:20 pharmacist
		k.at(t, 20)         // straight after
		k.at(t, 50)         // after a gap of ten minutes
		k.at(t, 120)        // after a long gap
		k.now = first.Start.Add(-5 * time.Minute)
		d := k.mustDelay(t, 15)
		if got := startsOf(d.Moved); got != "09:15 09:35 09:55 " || len(d.Conflicts) != 0 {
			t.Fatalf("moved %s, conflicts %+v", got, d.Conflicts)
		}
		a := d.Moved[0]
		if !a.Legs[1].Start.Equal(first.Legs[1].Start.Add(15*time.Minute)) || !a.Legs[0].Planned.Equal(first.Start) || a.Sequence != 1 {
			t.Errorf("the first visit is now %+v", a)
		}
	})
}

func TestALegThatOverrunsTakesWhatFollows(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		first, second := k.at(t, 0), k.at(t, 20)
		k.now = first.Start
		_, err := k.CheckIn(ctx, first.ID)
		if err := errors.Join(err, k.LegStarted(ctx, first.ID, 0)); err != nil {
			t.Fatal(err)
		}
		k.now = first.Start.Add(18 * time.Minute)
		d := k.mustDelay(t, 10)
		if len(d.Moved) != 2 || len(d.Conflicts) != 0 {
			t.Fatalf("%+v", d)
		}
		first, second = d.Moved[0], d.Moved[1]
		if got := first.Legs[0].End.Format("15:04"); got != "09:30" || first.Start.Format("15:04") != "09:00" {
			t.Errorf("the running leg ends at %s", got)
		}
		if first.Legs[1].Start.Format("15:04") != "09:30" || second.Start.Format("15:04") != "09:30" {
			t.Errorf("its pharmacist starts %v, the next visit %v", first.Legs[1].Start, second.Start)
		}
	})
}

func TestWhatCannotBePushedBackIsListedWithAlternatives(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		last := k.at(t, 160, medical) // 11:40 to 12:00, when the clinic closes
		k.now = last.Start.Add(-time.Minute)
		d := k.mustDelay(t, 10)
		if len(d.Moved) != 0 || len(d.Conflicts) != 1 || len(d.Conflicts[0].Reasons) == 0 {
			t.Fatalf("%+v", d)
		}
		again, err := k.Appointment(context.Background(), last.ID)
		if err != nil || !again.Start.Equal(last.Start) || again.Version != last.Version {
			t.Errorf("it is now %+v, %v", again, err)
		}
	})
}

func TestADelayAskedForTwiceIsOne(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		a := k.at(t, 0)
		k.now = a.Start.Add(-time.Minute)
		for range 2 {
			d, err := k.DelayDesk(context.Background(), morita, "morita", "the same", 15)
			if err != nil || len(d.Moved) != 1 || d.Moved[0].Start.Format("15:04") != "09:15" {
				t.Fatalf("%+v, %v", d, err)
			}
		}
		_, err := k.DelayDesk(context.Background(), morita, "morita", "the same", 20)
		refusedAs(t, err, booking.SlugIdempotency)
		_, err = k.DelayDesk(context.Background(), counter, "morita", newKey(), 20)
		refusedAs(t, err, booking.SlugNotYours)
	})
}

func TestAVisitIsMovedToAnotherTimeAndDay(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		a, other := k.at(t, 60), k.at(t, 90)
		to := booking.MoveRequest{Key: newKey(), Version: a.Version, Start: a.Start.Add(20 * time.Minute)}
		_, err := k.Move(ctx, counter, a.ID, to)
		refusedAs(t, err, booking.SlugSlotTaken) // its end meets the other visit's doctor
		to.Start = a.Start.Add(-10 * time.Minute)
		for range 2 {
			b, err := k.Move(ctx, counter, a.ID, to)
			if err != nil || !b.Start.Equal(to.Start) || b.Version != a.Version+1 || b.Reception != a.Reception {
				t.Fatalf("moved %+v, %v", b, err)
			}
		}
		to.Key = newKey()
		_, err = k.Move(ctx, counter, a.ID, to)
		refusedAs(t, err, booking.SlugChanged)
		to = booking.MoveRequest{Key: newKey(), Version: other.Version, Start: other.Start.Add(7 * 24 * time.Hour)}
		b, err := k.Move(ctx, counter, other.ID, to)
		if err != nil || b.Number != 1 {
			t.Fatalf("a week later: %+v, %v", b, err)
		}
		views, err := k.View(booking.WithCaller(ctx, counter), b)
		if err != nil || views[0].Resident == nil {
			t.Errorf("the resident is forgotten: %v", err)
		}
	})
}

func TestALaterLegThatIsNotNeededIsFreedInOneCall(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		a := k.at(t, 60)
		for range 2 {
			b, err := k.FreeLeg(ctx, counter, a.ID, 1)
			if err != nil || !b.Legs[1].Freed || !b.End.Equal(a.Legs[0].End) {
				t.Fatalf("freed %+v, %v", b, err)
			}
		}
		h := wish() // booth and pharmacist are free again straight after the doctor and the cleaning
		h.Booth, h.Start, h.Legs = a.Booth, a.Legs[1].Start.Add(10*time.Minute), []booking.LegRequest{then}
		k.mustHold(t, h)
		_, err := k.FreeLeg(ctx, counter, a.ID, 0)
		refusedAs(t, err, booking.SlugLegs)
		later := booking.MoveRequest{Key: newKey(), Version: a.Version + 1, Start: a.Start.Add(-30 * time.Minute)}
		b, err := k.Move(ctx, counter, a.ID, later) // without the leg that is not needed
		if err != nil || !b.Start.Equal(later.Start) || len(b.Legs) != 1 {
			t.Errorf("moved %+v, %v", b, err)
		}
	})
}

func TestANoShowIsJudgedByThePresenceOfTheProfessional(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{options: []booking.Option{booking.AlwaysOpen()}, now: time.Now(), store: redisstore.Options{NoShowAfter: time.Millisecond}})
		ctx := context.Background()
		h := wish()
		h.Start = time.Now().Add(10 * time.Minute).Truncate(5 * time.Minute)
		a := k.mustBook(t, h, minami)
		err := k.Finish(ctx, a.ID, booking.StateNoShow)
		refusedAs(t, err, booking.SlugTooEarly)
		if s.Mini == nil {
			return // the start cannot be waited for
		}
		s.Expire(t, 11*time.Minute)
		err = k.Finish(ctx, a.ID, booking.StateNoShow)
		refusedAs(t, err, booking.SlugUnattended)
		if err := errors.Join(k.Present(ctx, "morita"), k.Finish(ctx, a.ID, booking.StateNoShow)); err != nil {
			t.Fatal(err)
		}
		if a, err = k.Appointment(ctx, a.ID); err != nil || a.State != booking.StateNoShow {
			t.Errorf("it is %s, %v", a.State, err)
		}
	})
}

// runs lets the service tend its areas until the test ends.
func (k *desk) runs(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- k.Run(ctx) }() // ends with the test, which waits for it
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// hears waits for an event of a type and gives it.
func (k *desk) hears(t *testing.T, kind string) redisstore.Event {
	t.Helper()
	return k.hearsIn(t, "shiomachi", kind)
}

func (k *desk) hearsIn(t *testing.T, area, kind string) redisstore.Event {
	t.Helper()
	store := redisstore.New(k.Client, area, redisstore.Options{})
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	changes := k.Watch(ctx)
	defer func() {
		stop()
		for range changes {
		}
	}()
	for range changes {
		events, err := store.Events(ctx, "", 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Type == kind {
				return e
			}
		}
	}
	t.Fatalf("no event %s within ten seconds", kind)
	return redisstore.Event{}
}

func TestALegThatGoesOnOverItsTimePushesBackByItself(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		first, second := k.at(t, 0), k.at(t, 20)
		k.now = first.Start
		_, err := k.CheckIn(ctx, first.ID)
		if err := errors.Join(err, k.LegStarted(ctx, first.ID, 0)); err != nil {
			t.Fatal(err)
		}
		k.now = first.Start.Add(21 * time.Minute)
		// The alarm would ring by Redis's clock, which is days before the visit: ring it now.
		s.Client.ZAdd(ctx, "{shiomachi}:alarms", redis.Z{Score: 1, Member: fmt.Sprintf("%s shiomachihama %d 1:o0", first.ID, first.Start.UnixMilli())})
		k.runs(t)
		e := k.hears(t, redisstore.EventDelayed)
		second, err = k.Appointment(ctx, second.ID)
		if err != nil || e.ID != second.ID || second.Start.Format("15:04") != "09:26" {
			t.Errorf("%+v; the second visit starts %v, %v", e, second.Start, err)
		}
	})
}

func TestTheOfficeIsWarnedBeforeNoonOnce(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		a := k.at(t, 150) // 11:30 to 12:00
		k.now = a.Start.Add(15 * time.Minute)
		_, err := k.DelayDesk(context.Background(), morita, "morita", newKey(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.CheckIn(context.Background(), a.ID); err != nil {
			t.Fatal(err)
		}
		if err := k.LegStarted(context.Background(), a.ID, 0); err != nil {
			t.Fatal(err)
		}
		k.now = a.Start.Add(21 * time.Minute)
		k.runs(t)
		e := k.hears(t, redisstore.EventNoonSoon)
		if e.ID != "shiomachihama" || e.Detail["at"] != fmt.Sprint(a.End.UnixMilli()) {
			t.Errorf("%+v", e)
		}
	})
}

func TestAPoolSharesItsWorkOverDaysByTheMinute(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		given := map[string]int{}
		for n := range 12 { // far enough apart that either could take any
			a := k.at(t, 30*(n%6)+n/6*24*60*7, then)
			given[a.Legs[0].Desk]++
		}
		if len(given) != 2 || given["shiokaze-1"] != 6 || given["shiokaze-2"] != 6 {
			t.Errorf("twelve visits were shared as %v", given)
		}
	})
}

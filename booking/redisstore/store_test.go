package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

// ten is the start most tests ask for; the store knows no calendar, so any time will do.
var ten = time.Date(2026, 12, 2, 10, 0, 0, 0, time.UTC)

var ids atomic.Int64

func newID() string { return fmt.Sprintf("a_%d", ids.Add(1)) }

// request asks for a booth, 20 minutes of a doctor and then 10 of a pharmacist, the booth with 5 minutes of cleaning.
func request(start time.Time, booths, doctors, pharmacists []string, resident string) HoldRequest {
	doctor, pharmacist := 20*time.Minute, 10*time.Minute
	end := start.Add(doctor + pharmacist)
	return HoldRequest{
		ID: newID(), Fingerprint: "f", Rules: 1, Office: "hama", By: "counter:hama", Start: start, End: end, Resident: resident,
		Booth: Claim{Candidates: booths, Start: start, End: end.Add(5 * time.Minute)},
		Legs: []LegClaim{
			{Service: "medical", Pool: "morita", Claim: Claim{Candidates: doctors, Start: start, End: start.Add(doctor)}},
			{Service: "guidance", Pool: "shiokaze", Claim: Claim{Candidates: pharmacists, Start: start.Add(doctor), End: end}},
		},
	}
}

func confirmation(resident string) Confirmation {
	return Confirmation{Resident: resident, Anonymous: resident == "", Date: "2026-12-02", Receptions: []string{fmt.Sprint(100000 + ids.Add(1))}}
}

func mustHold(t testing.TB, s *Store, h HoldRequest) Held {
	t.Helper()
	held, err := s.Hold(context.Background(), h)
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// takenBy fails the test unless err says that exactly these claims were in the way.
func takenBy(t testing.TB, err error, claims ...int) {
	t.Helper()
	var taken *TakenError
	if !errors.As(err, &taken) || !slices.Equal(taken.Claims, claims) {
		t.Fatalf("got %v, want claims %v taken", err, claims)
	}
}

func TestOfAThousandRivalsForOneSlotExactlyOneWins(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{Timeout: 30 * time.Second})
		won, errs := race(1000, func(n int) error {
			_, err := s.Hold(context.Background(), request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, fmt.Sprint("r", n)))
			return err
		})
		if won != 1 {
			t.Fatalf("%d won", won)
		}
		for _, err := range errs {
			takenBy(t, err, 0, 1, 2)
		}
		checkInvariants(t, s)
	})
}

func TestOfManyRivalsForKAlternativesExactlyKWin(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		for _, k := range []int{1, 3, 16} {
			s := New(r.Client, fmt.Sprint("area", k), Options{Timeout: 30 * time.Second})
			var booths, doctors, pharmacists []string
			for n := range k {
				booths, doctors, pharmacists = append(booths, fmt.Sprint("b", n)), append(doctors, fmt.Sprint("d", n)), append(pharmacists, fmt.Sprint("p", n))
			}
			won, _ := race(100, func(n int) error {
				_, err := s.Hold(context.Background(), request(ten, booths, doctors, pharmacists, fmt.Sprint("r", n)))
				return err
			})
			if won != k {
				t.Errorf("%d of %d alternatives won", won, k)
			}
			checkInvariants(t, s)
		}
	})
}

// race runs n rivals at once and counts who got through.
func race(n int, rival func(n int) error) (won int, refused []error) {
	var all sync.WaitGroup
	results := make([]error, n)
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			results[i] = rival(i)
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

func TestAnExpiredHoldFreesItsTimes(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{HoldTTL: 200 * time.Millisecond})
		first := request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1")
		mustHold(t, s, first)
		second := request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1")
		_, err := s.Hold(context.Background(), second)
		takenBy(t, err, 0, 1, 2, 3)

		r.Expire(t, 250*time.Millisecond)
		mustHold(t, s, second) // nobody has swept: a dead hold blocks nobody by itself
		_, err = s.Confirm(context.Background(), first.ID, confirmation("r1"))
		if !errors.Is(err, ErrExpired) {
			t.Fatalf("confirming a dead hold: %v", err)
		}
		gone, err := s.Expire(context.Background(), 10)
		if err != nil || len(gone) != 1 || gone[0].ID != first.ID {
			t.Fatalf("swept %v, %v", gone, err)
		}
		checkInvariants(t, s)
	})
}

func TestTwoLegsAreHeldTogetherOrNotAtAll(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		mustHold(t, s, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		// Another booth and doctor, but the same pharmacist at the same time.
		_, err := s.Hold(context.Background(), request(ten, []string{"b2"}, []string{"d2"}, []string{"p1"}, "r2"))
		takenBy(t, err, 2)
		busy, err := s.Busy(context.Background(), []Ledger{{KindBooth, "b2"}, {KindDesk, "d2"}, {KindResident, "r2"}}, ten, ten.Add(time.Hour))
		if err != nil || len(busy[0])+len(busy[1])+len(busy[2]) != 0 {
			t.Fatalf("the refused hold left %v, %v", busy, err)
		}
		// The doctor is free again at 10:20, while booth and pharmacist of the first visit are not.
		mustHold(t, s, request(ten.Add(20*time.Minute), []string{"b2"}, []string{"d1"}, []string{"p2"}, "r2"))
		checkInvariants(t, s)
	})
}

func TestAResidentIsNotInTwoPlaces(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		one, other := request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, ""), request(ten, []string{"b2"}, []string{"d2"}, []string{"p2"}, "")
		mustHold(t, s, one)
		mustHold(t, s, other)
		if _, err := s.Confirm(ctx, one.ID, confirmation("r1")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Confirm(ctx, other.ID, confirmation("r1")); !errors.Is(err, ErrResidentBusy) {
			t.Fatalf("the same resident at the same time: %v", err)
		}
		if _, err := s.Confirm(ctx, other.ID, confirmation("r2")); err != nil {
			t.Fatalf("after a refusal the hold still lives: %v", err)
		}
		checkInvariants(t, s)
	})
}

func TestARepetitionGetsTheFirstAnswerAndAnotherBodyIsRefused(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		h := request(ten, []string{"b1", "b2"}, []string{"d1"}, []string{"p1"}, "r1")
		first := mustHold(t, s, h)
		h.Booth.Candidates = []string{"b2", "b1"} // a retry may have judged anew; it still meets its own hold
		second := mustHold(t, s, h)
		if !second.Replayed || second.Booth != first.Booth || !second.Deadline.Equal(first.Deadline) {
			t.Fatalf("first %+v, second %+v", first, second)
		}
		third, known, _, err := s.Repeat(ctx, h.ID, h.Fingerprint, "hama")
		if err != nil || !known || third.Booth != first.Booth || !third.Deadline.Equal(first.Deadline) {
			t.Fatalf("repeat %+v %v %v", third, known, err)
		}
		h.Fingerprint = "g"
		if _, err := s.Hold(ctx, h); !errors.Is(err, ErrMismatch) {
			t.Fatalf("another body under the same key: %v", err)
		}
		h.Fingerprint = "f"

		c := confirmation("r1")
		a, err := s.Confirm(ctx, h.ID, c)
		if err != nil {
			t.Fatal(err)
		}
		c.Receptions = []string{"999999"}
		b, err := s.Confirm(ctx, h.ID, c)
		if err != nil || b.Number != a.Number || b.Reception != a.Reception || b.Version != a.Version {
			t.Fatalf("confirmed %+v, again %+v, %v", a, b, err)
		}
		if _, err := s.Confirm(ctx, h.ID, confirmation("r2")); !errors.Is(err, ErrMismatch) {
			t.Fatalf("confirming it for somebody else: %v", err)
		}
		checkInvariants(t, s)
	})
}

func TestCancellingFrees(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		h := request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1")
		mustHold(t, s, h)
		if _, err := s.Confirm(ctx, h.ID, confirmation("r1")); err != nil {
			t.Fatal(err)
		}
		for range 2 { // repeating it changes nothing
			if a, err := s.Cancel(ctx, h.ID); err != nil || a.State != StateCancelled {
				t.Fatalf("cancel: %+v, %v", a, err)
			}
		}
		mustHold(t, s, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		var state *StateError
		if _, err := s.CheckIn(ctx, h.ID); !errors.As(err, &state) || state.State != StateCancelled {
			t.Fatalf("checking a cancelled appointment in: %v", err)
		}
		checkInvariants(t, s)
	})
}

func TestReleasingFreesAndDoesNotCancel(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		h := request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "")
		mustHold(t, s, h)
		if err := errors.Join(s.Release(ctx, h.ID), s.Release(ctx, h.ID)); err != nil {
			t.Fatal(err)
		}
		h = request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "")
		mustHold(t, s, h)
		if _, err := s.Confirm(ctx, h.ID, confirmation("")); err != nil {
			t.Fatal(err)
		}
		var state *StateError
		if err := s.Release(ctx, h.ID); !errors.As(err, &state) {
			t.Fatalf("releasing an appointment: %v", err)
		}
		if err := s.Release(ctx, "a_unknown"); !errors.Is(err, ErrNotFound) {
			t.Fatalf("releasing what never was: %v", err)
		}
		checkInvariants(t, s)
	})
}

func TestNumbersCountUpAndReceptionsAreUnique(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		for n := range 5 {
			h := request(ten.Add(time.Duration(n)*time.Hour), []string{"b1"}, []string{"d1"}, []string{"p1"}, "")
			mustHold(t, s, h)
			c := confirmation("")
			c.Receptions = []string{"111111", "222222", "333333", "444444"}
			a, err := s.Confirm(ctx, h.ID, c)
			if n == 4 {
				if !errors.Is(err, ErrNoReception) {
					t.Fatalf("all reception numbers are given out: %v", err)
				}
				break
			}
			if err != nil || a.Number != n+1 || a.Reception != c.Receptions[n] {
				t.Fatalf("confirm %d: %+v, %v", n, a, err)
			}
			if id, err := s.Reception(ctx, "hama", "2026-12-02", a.Reception); err != nil || id != h.ID {
				t.Fatalf("reception %s leads to %s, %v", a.Reception, id, err)
			}
		}
	})
}

func TestOldRulesAreRefused(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		h := request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "")
		if err := s.PublishRules(ctx, 2); err != nil {
			t.Fatal(err)
		}
		var stale *StaleError
		if _, err := s.Hold(ctx, h); !errors.As(err, &stale) || stale.Rules != 2 {
			t.Fatalf("a hold judged by version 1: %v", err)
		}
		h.Rules = 2
		mustHold(t, s, h)
	})
}

func TestEveryTransitionIsInTheOutboxOnceAndInOrder(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		now := time.Now()
		h := request(now, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1")
		mustHold(t, s, h)
		mustHold(t, s, h)
		_, err1 := s.Confirm(ctx, h.ID, confirmation("r1"))
		_, err2 := s.CheckIn(ctx, h.ID)
		_, err3 := s.LegStarted(ctx, h.ID, 0)
		_, err4 := s.LegDone(ctx, h.ID, 0)
		_, err5 := s.Finish(ctx, h.ID, StateDone)
		if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
			t.Fatal(err)
		}
		events, err := s.Events(ctx, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for n, e := range events {
			if e.Version != int64(n+1) || e.ID != h.ID || e.Office != "hama" {
				t.Errorf("event %d is %+v", n, e)
			}
			got = append(got, e.Type)
		}
		want := []string{"held", "booked", "arrived", "leg-started", "leg-done", "done"}
		if !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
		checkInvariants(t, s)
	})
}

func TestFinishingEarlyFreesTheRestAndKeepsTheCleaning(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		start := time.Now().Add(-2 * time.Minute).Truncate(time.Millisecond)
		h := request(start, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1")
		mustHold(t, s, h)
		_, err1 := s.Confirm(ctx, h.ID, confirmation("r1"))
		_, err2 := s.CheckIn(ctx, h.ID)
		_, err3 := s.Finish(ctx, h.ID, StateDone)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		busy, err := s.Busy(ctx, []Ledger{{KindBooth, "b1"}, {KindDesk, "d1"}, {KindDesk, "p1"}, {KindResident, "r1"}}, start, start.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		if len(busy[0]) != 1 || busy[0][0].End.Sub(now) > 5*time.Minute || busy[0][0].End.Sub(now) < 4*time.Minute {
			t.Errorf("booth is taken %v; five minutes of cleaning from now on are right", busy[0])
		}
		if len(busy[1]) != 1 || busy[1][0].End.After(now) || len(busy[2]) != 0 {
			t.Errorf("doctor %v, pharmacist %v", busy[1], busy[2])
		}
		if len(busy[3]) != 1 || busy[3][0].End.After(now) {
			t.Errorf("resident %v", busy[3])
		}
		checkInvariants(t, s)
	})
}

func TestADeadRedisIsSaidSoInTime(t *testing.T) {
	r := redistest.Mini(t)
	s := New(r.Client, "area", Options{Timeout: 300 * time.Millisecond})
	r.Mini.Close()
	began := time.Now()
	_, err := s.Hold(context.Background(), request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, ""))
	if !errors.Is(err, ErrUnavailable) || time.Since(began) > 3*time.Second {
		t.Fatalf("after %v: %v", time.Since(began), err)
	}
}

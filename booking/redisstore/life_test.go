package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/booking/redisstore/redistest"
)

// Whatever happens to a handful of visits in whatever order, time passing in between, the invariants hold after each
// step, every version is in the outbox once, and in order.
func TestWhateverHappensTheInvariantsHold(t *testing.T) {
	r := redistest.Mini(t)
	ctx := context.Background()
	world := 0
	rapid.Check(t, func(rt *rapid.T) {
		world++
		s := New(r.Client, fmt.Sprint("area", world), Options{HoldTTL: 5 * time.Minute})
		now, err := s.Now(ctx)
		if err != nil {
			rt.Fatal(err)
		}
		start := now.Truncate(10 * time.Minute)
		var known []string
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			switch what := rapid.SampledFrom([]string{"hold", "hold", "confirm", "confirm", "move", "delay", "block", "time", "sweep", "later"}).Draw(rt, "what"); {
			case what == "hold":
				at := start.Add(time.Duration(rapid.IntRange(-2, 6).Draw(rt, "start")) * 10 * time.Minute)
				h := request(at, []string{"b1", "b2"}, []string{"d1", "d2"}, []string{"p1"}, "")
				if rapid.Bool().Draw(rt, "named") {
					h.Resident = "r1"
				}
				if _, err := s.Hold(ctx, h); err == nil {
					known = append(known, h.ID)
				} else if !errors.As(err, new(*TakenError)) {
					rt.Fatal(err)
				}
			case what == "time":
				r.Expire(t, time.Duration(rapid.IntRange(1, 8).Draw(rt, "minutes"))*time.Minute)
			case what == "sweep":
				if _, err := s.Expire(ctx, 10); err != nil {
					rt.Fatal(err)
				}
			case what == "block":
				known = expected(rt, known, blocking(rt, s, start))
			case len(known) == 0:
			case what == "move":
				known = expected(rt, known, moving(rt, s, rapid.SampledFrom(known).Draw(rt, "which"), start))
			case what == "delay":
				known = expected(rt, known, delaying(rt, s, known))
			case what == "confirm":
				_, err = s.Confirm(ctx, known[len(known)-1], confirmation(rapid.SampledFrom([]string{"", "r1", "r2"}).Draw(rt, "who")))
				known = expected(rt, known, err)
			default:
				known = expected(rt, known, later(s, rapid.SampledFrom(known).Draw(rt, "which"), rapid.IntRange(0, 10).Draw(rt, "step")))
			}
			checkInvariants(t, s)
			if t.Failed() {
				rt.Fatal("see above")
			}
		}
		checkOutbox(rt, s)
	})
}

// moving asks for another start; a move that is refused must leave the record and its version as they were.
func moving(t *rapid.T, s *Store, id string, start time.Time) error {
	ctx := context.Background()
	r, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	at := start.Add(time.Duration(rapid.IntRange(-2, 6).Draw(t, "to")) * 10 * time.Minute)
	m := moved(r, request(at, []string{"b1", "b2"}, []string{"d1", "d2"}, []string{"p1"}, r.Resident))
	if r.Legs[0].Started.IsZero() && r.Legs[0].Done.IsZero() && r.Legs[1].Done.IsZero() {
		_, err = s.Move(ctx, m)
	}
	if after, _ := s.Get(ctx, id); err != nil && after.Version != r.Version {
		t.Fatalf("a refused move left version %d of %d: %v", after.Version, r.Version, err)
	}
	return err
}

// delaying pushes all that is booked back by a slot, the latest first.
func delaying(t *rapid.T, s *Store, known []string) error {
	ctx := context.Background()
	var list []Relocation
	for _, id := range known {
		r, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		if r.State != StateBooked || !r.Legs[1].Done.IsZero() {
			continue
		}
		h := request(r.Start.Add(10*time.Minute), []string{r.Booth}, []string{r.Legs[0].Desk}, []string{r.Legs[1].Desk}, r.Resident)
		to := moved(r, h).Relocation
		to.Keep = r.Legs
		list = append(list, to)
	}
	slices.SortFunc(list, func(a, b Relocation) int { return b.Start.Compare(a.Start) })
	if len(list) == 0 {
		return nil
	}
	_, err := s.Delay(ctx, Request{Key: newID(), Fingerprint: "f"}, list)
	return err
}

// blocking blocks a booth around what is booked, or takes what has become free of the block before.
func blocking(t *rapid.T, s *Store, start time.Time) error {
	ctx := context.Background()
	blocks, err := s.Blocks(ctx)
	if err != nil {
		return err
	}
	switch n := rapid.IntRange(0, 2).Draw(t, "block"); {
	case n == 0 || len(blocks) == 0:
		_, _, err = s.Block(ctx, BlockRequest{
			ID: "x_" + newID(), Fingerprint: "f", Office: "hama", Kind: "sick", By: "booth:b1", Ledgers: []Ledger{{KindBooth, "b1"}},
			Start: start.Add(-time.Hour), End: start.Add(30 * time.Hour), Around: true,
		})
	case n == 1:
		_, err = s.Refill(ctx, blocks[0])
	default:
		_, err = s.Unblock(ctx, blocks[0].ID)
	}
	return err
}

func later(s *Store, id string, step int) error {
	ctx := context.Background()
	var err error
	switch step {
	case 0:
		_, err = s.Cancel(ctx, id)
	case 1:
		_, err = s.CheckIn(ctx, id)
	case 2, 3:
		_, err = s.LegStarted(ctx, id, step-2)
	case 4, 5:
		_, err = s.LegDone(ctx, id, step-4)
	case 6:
		_, err = s.Finish(ctx, id, StateDone)
	case 7:
		_, err = s.Finish(ctx, id, StateNoShow)
	case 8:
		_, err = s.Finish(ctx, id, StateUnserved)
	case 9:
		_, err = s.LegFree(ctx, id, 1)
	case 10:
		_, err = s.BoothFree(ctx, id)
	}
	return err
}

// expected fails the test for errors that are no refusals.
func expected(t *rapid.T, known []string, err error) []string {
	for _, refusal := range []error{ErrExpired, ErrResidentBusy, ErrMismatch, ErrNotFound, ErrEarly, ErrUnattended, nil} {
		if errors.Is(err, refusal) {
			return known
		}
	}
	if !errors.As(err, new(*StateError)) && !errors.As(err, new(*TakenError)) {
		t.Fatal(err)
	}
	return known
}

func checkOutbox(t *rapid.T, s *Store) {
	events, err := s.Events(context.Background(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	versions, rev := map[string]int64{}, int64(0)
	for n, e := range events {
		if e.Rev() <= rev {
			t.Fatalf("event %d is %+v after revision %d", n, e, rev)
		}
		rev = e.Rev()
		if e.Version == 0 {
			continue // tells of the appointment and does not change it
		}
		versions[e.ID]++
		if e.Version != versions[e.ID] {
			t.Fatalf("event %d is %+v after %d of that appointment", n, e, versions[e.ID]-1)
		}
	}
}

package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"pgregory.net/rapid"

	"madoguchi/booking/redisstore/redistest"
)

func civil(t time.Time) string { return t.UTC().Format("2006-01-02") }

// snapshot is everything a server holds, as a replica has it that stopped hearing of more.
type snapshot map[string]string

func snap(t testing.TB, c redis.UniversalClient) snapshot {
	t.Helper()
	ctx := context.Background()
	s := snapshot{}
	keys, err := c.Keys(ctx, "*").Result()
	for _, key := range keys {
		var value string
		if value, err = c.Dump(ctx, key).Result(); err != nil {
			break
		}
		s[key] = value
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// failOver leaves the server with what it had then: everything since is lost.
func failOver(t testing.TB, c redis.UniversalClient, s snapshot) {
	t.Helper()
	ctx := context.Background()
	err := c.FlushAll(ctx).Err()
	for key, value := range s {
		if err == nil {
			err = c.Restore(ctx, key, 0, value).Err()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

func reconciled(t testing.TB, s *Store, j *notes) Reconciled {
	t.Helper()
	done, err := s.Reconcile(context.Background(), j.all(), civil)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func record(t testing.TB, s *Store, id string) Record {
	t.Helper()
	r, err := s.Get(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestALostAppointmentIsRestoredWithEverything(t *testing.T) {
	r := redistest.Real(t)
	j := &notes{}
	s := New(r.Client, "area", Options{Journal: j})
	before := snap(t, r.Client)
	h := visitFor("1")
	h.Who = sealedRecord
	booked := mustBook(t, s, h)
	failOver(t, r.Client, before)

	if done := reconciled(t, s, j); !slices.Equal(done.Restored, []string{h.ID}) {
		t.Fatalf("%+v", done)
	}
	got := record(t, s, h.ID)
	if got.State != StateBooked || got.Reception != booked.Reception || got.Number != booked.Number || got.Version != booked.Version+1 {
		t.Errorf("restored %+v", got)
	}
	who, err := s.Who(context.Background(), []string{h.ID})
	if err != nil || string(who[0]) != string(sealedRecord) {
		t.Errorf("personal record %q, %v", who, err)
	}
	if id, err := s.Reception(context.Background(), "hama", "2026-12-02", booked.Reception); err != nil || id != h.ID {
		t.Errorf("reception number leads to %q, %v", id, err)
	}
	for _, list := range [][]string{{"office", "hama"}, {"desk", "d1"}, {"desk", "p1"}} {
		if day, err := s.days(context.Background(), list[0], list[1], []string{"2026-12-02"}); err != nil || len(day) != 1 {
			t.Errorf("the day of %v has %d, %v", list, len(day), err)
		}
	}
	_, err = s.Hold(context.Background(), visitFor("1"))
	takenBy(t, err, 0, 1, 2, 3)
	if done := reconciled(t, s, j); done.Survived != 1 || len(done.Restored) != 0 {
		t.Errorf("again: %+v", done)
	}
	if next := mustBook(t, s, visitFor("2")); next.Number != booked.Number+1 {
		t.Errorf("the next call number is %d", next.Number)
	}
	checkInvariants(t, s)
	checkEvents(t, s, h.ID, "restored")
}

func TestWhereSomebodyElseHasTheTimeStaffDecide(t *testing.T) {
	ctx := context.Background()
	prepare := func(t *testing.T, r *redistest.Server) (*Store, Record, Record) {
		j := &notes{}
		s := New(r.Client, "area", Options{Journal: j})
		before := snap(t, r.Client)
		lost := mustBook(t, s, visitFor("1"))
		failOver(t, r.Client, before)
		other := mustBook(t, s, visitFor("1"))
		if done := reconciled(t, s, j); !slices.Equal(done.Disputed, []string{lost.ID}) {
			t.Fatalf("%+v", done)
		}
		if again := reconciled(t, s, j); again.Survived != 2 {
			t.Errorf("again: %+v", again)
		}
		got := record(t, s, lost.ID)
		if got.State != StateDisputed || got.Dispute != DisputeTaken || got.Wanted == nil || !got.Wanted.Start.Equal(lost.Start) || got.Reception != lost.Reception {
			t.Errorf("disputed %+v", got)
		}
		checkInvariants(t, s)
		return s, got, other
	}
	t.Run("keep is refused while it is taken and carried out once it is free", func(t *testing.T) {
		s, lost, other := prepare(t, redistest.Real(t))
		var way *InTheWayError
		if _, err := s.Keep(ctx, lost.ID, lost.Version, civil); !errors.As(err, &way) || !slices.Contains(way.IDs, "booth:b1") {
			t.Errorf("kept although taken: %v", err)
		}
		if _, err := s.Keep(ctx, lost.ID, lost.Version-1, civil); !errors.Is(err, ErrVersion) {
			t.Errorf("kept by an old version: %v", err)
		}
		if _, err := s.Cancel(ctx, other.ID); err != nil {
			t.Fatal(err)
		}
		for range 2 { // repeating it changes nothing
			kept, err := s.Keep(ctx, lost.ID, lost.Version, civil)
			if err != nil || kept.State != StateBooked || kept.Wanted != nil || kept.Version != lost.Version+1 || kept.BoothTime().Start != lost.Start {
				t.Errorf("kept %+v, %v", kept, err)
			}
		}
		checkInvariants(t, s)
		checkEvents(t, s, lost.ID, "disputed", "kept")
	})
	t.Run("drop gives it up", func(t *testing.T) {
		s, lost, _ := prepare(t, redistest.Real(t))
		if c, err := s.Cancel(ctx, lost.ID); err != nil || c.State != StateCancelled || c.Wanted != nil {
			t.Errorf("cancelled %+v, %v", c, err)
		}
		checkInvariants(t, s)
		checkEvents(t, s, lost.ID, "disputed", "cancelled")
	})
	t.Run("rebook gives it another time", func(t *testing.T) {
		s, lost, _ := prepare(t, redistest.Real(t))
		m, err := s.Move(ctx, moved(lost, at(ten.Add(time.Hour), "1")))
		if err != nil || m.State != StateBooked || m.Wanted != nil || m.Reception != lost.Reception {
			t.Errorf("moved %+v, %v", m, err)
		}
		if minutes, err := s.Assigned(ctx, []string{"morita"}, ten); err != nil || minutes["d1"] != 40 {
			t.Errorf("assigned %v, %v", minutes, err)
		}
		checkInvariants(t, s)
		checkEvents(t, s, lost.ID, "disputed", "moved")
	})
}

func TestAMoveOrACancellationThatWasLostIsDoneAgain(t *testing.T) {
	r := redistest.Real(t)
	j := &notes{}
	s := New(r.Client, "area", Options{Journal: j})
	ctx := context.Background()
	a, b, c := mustBook(t, s, visitFor("1")), mustBook(t, s, visitFor("2")), mustBook(t, s, visitFor("3"))
	before := snap(t, r.Client)
	if _, err := s.Move(ctx, moved(a, at(ten.Add(time.Hour), "1"))); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Cancel(ctx, b.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Move(ctx, moved(c, at(ten.Add(2*time.Hour), "3"))); err != nil {
		t.Fatal(err)
	}
	d := mustBook(t, s, visitFor("2")) // in the place of the one cancelled
	failOver(t, r.Client, before)
	taken := mustBook(t, s, at(ten.Add(2*time.Hour), "3")) // where c was moved to

	done := reconciled(t, s, j)
	if !slices.Equal(done.Restored, []string{a.ID, b.ID, d.ID}) || !slices.Equal(done.Disputed, []string{c.ID}) {
		t.Fatalf("%+v", done)
	}
	if got := record(t, s, a.ID); !got.Start.Equal(ten.Add(time.Hour)) || got.State != StateBooked {
		t.Errorf("moved again: %+v", got)
	}
	if got := record(t, s, b.ID); got.State != StateCancelled {
		t.Errorf("cancelled again: %+v", got)
	}
	if got := record(t, s, c.ID); got.State != StateDisputed || !got.Start.Equal(ten) || got.BoothTime().Start != ten.Local() || !got.Wanted.Start.Equal(ten.Add(2*time.Hour)) {
		t.Errorf("disputed: %+v", got)
	}
	if got := record(t, s, taken.ID); got.State != StateBooked {
		t.Errorf("whoever has the time: %+v", got)
	}
	// c may stay where it is.
	if kept, err := s.Keep(ctx, c.ID, record(t, s, c.ID).Version, civil); err != nil || kept.State != StateBooked || !kept.Start.Equal(ten) {
		t.Errorf("kept %+v, %v", kept, err)
	}
	checkInvariants(t, s)
}

func TestAVisitThatHasGoneOnIsNotTakenBack(t *testing.T) {
	r := redistest.Real(t)
	j := &notes{}
	s := New(r.Client, "area", Options{Journal: j})
	ctx := context.Background()
	a := mustBook(t, s, visitFor("1"))
	before := snap(t, r.Client)
	if _, err := s.Cancel(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	failOver(t, r.Client, before)
	if _, err := s.CheckIn(ctx, a.ID); err != nil { // the resident has come in spite of it
		t.Fatal(err)
	}
	if done := reconciled(t, s, j); done.Superseded != 1 {
		t.Errorf("%+v", done)
	}
	if got := record(t, s, a.ID); got.State != StateArrived {
		t.Errorf("got %+v", got)
	}
	checkInvariants(t, s)
}

func TestWhatWasChangedOtherwiseSinceIsDisputed(t *testing.T) {
	r := redistest.Real(t)
	j := &notes{}
	s := New(r.Client, "area", Options{Journal: j})
	ctx := context.Background()
	a := mustBook(t, s, visitFor("1"))
	before := snap(t, r.Client)
	if _, err := s.Move(ctx, moved(a, at(ten.Add(time.Hour), "1"))); err != nil {
		t.Fatal(err)
	}
	told := j.all()
	failOver(t, r.Client, before)
	if _, err := s.Move(ctx, moved(a, at(ten.Add(3*time.Hour), "1"))); err != nil {
		t.Fatal(err)
	}
	done, err := s.Reconcile(ctx, told, civil)
	if err != nil || !slices.Equal(done.Disputed, []string{a.ID}) {
		t.Fatalf("%+v, %v", done, err)
	}
	if got := record(t, s, a.ID); got.Dispute != DisputeChanged || !got.Start.Equal(ten.Add(3*time.Hour)) || !got.Wanted.Start.Equal(ten.Add(time.Hour)) {
		t.Errorf("disputed %+v", got)
	}
	checkInvariants(t, s)
}

func TestTwoBrokersMayReconcileAtOnce(t *testing.T) {
	r := redistest.Real(t)
	one, two := &notes{}, &notes{}
	s1, s2 := New(r.Client, "area", Options{Journal: one}), New(r.Client, "area", Options{Journal: two})
	ctx := context.Background()
	before := snap(t, r.Client)
	var all []Record
	for n := range 12 { // booked here, moved there, and the other way round
		from, to := s1, s2
		if n%2 == 0 {
			from, to = s2, s1
		}
		a := mustBook(t, from, visitFor(fmt.Sprint(n)))
		b, err := to.Move(ctx, moved(a, at(ten.Add(time.Hour), fmt.Sprint(n))))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	failOver(t, r.Client, before)
	done := make(chan error, 2)
	for s, j := range map[*Store]*notes{s1: one, s2: two} {
		go func() {
			for range 3 {
				if _, err := s.Reconcile(ctx, j.all(), civil); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	for _, want := range all {
		if got := record(t, s1, want.ID); got.State != StateBooked || !got.Start.Equal(want.Start) {
			t.Errorf("restored %s %s at %s, want %s", got.ID, got.State, got.Start, want.Start)
		}
	}
	checkInvariants(t, s1)
}

// promise is what somebody was told last of an appointment.
type promise struct {
	state string
	start time.Time
}

// TestWhatWasAcknowledgedIsThereOrRestoredOrDisputed is invariant 11: a store that loses whatever was done after some
// moment, is used further and then reconciled, keeps each promise or says that it is disputed. Without the journal it
// does not, which shows that the test can tell.
func TestWhatWasAcknowledgedIsThereOrRestoredOrDisputed(t *testing.T) {
	r := redistest.Real(t)
	rapid.Check(t, func(rt *rapid.T) {
		broken, lost := failedOver(t, r, rt, true)
		for _, b := range broken {
			rt.Error(b)
		}
		_ = lost
	})
	caught := false
	for seed := 0; seed < 60 && !caught; seed++ {
		rapidExample(seed, func(rt *rapid.T) {
			broken, _ := failedOver(t, r, rt, false)
			caught = caught || len(broken) > 0
		})
	}
	if !caught {
		t.Error("a store without a journal seems to lose nothing: the test cannot tell")
	}
}

// rapidExample draws one example from a seed.
func rapidExample(seed int, f func(*rapid.T)) {
	rapid.Custom(func(rt *rapid.T) bool { f(rt); return true }).Example(seed)
}

// failedOver lets two brokers book, move and cancel at random, fails over at a random place, goes on, and reconciles. It
// gives the promises that were broken, and how many steps had been lost.
func failedOver(t *testing.T, r *redistest.Server, rt *rapid.T, reconcile bool) (broken []string, lost int) {
	ctx := context.Background()
	if err := r.Client.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	journals := []*notes{{}, {}}
	stores := []*Store{New(r.Client, "area", Options{Journal: journals[0]}), New(r.Client, "area", Options{Journal: journals[1]})}
	promises := map[string]promise{}
	step := func(n int) {
		s := stores[rapid.IntRange(0, 1).Draw(rt, "broker")]
		names := slices.Sorted(maps.Keys(promises))
		what := rapid.SampledFrom([]string{"book", "book", "move", "cancel"}).Draw(rt, "step")
		slot, place := rapid.IntRange(0, 3).Draw(rt, "slot"), rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "place")
		start := ten.Add(time.Duration(slot) * 40 * time.Minute)
		var told Record
		var err error
		if what == "book" || len(names) == 0 {
			h := request(start, []string{"b" + place}, []string{"d" + place}, []string{"p" + place}, fmt.Sprint("r", n))
			if _, err = s.Hold(ctx, h); err == nil {
				told, err = s.Confirm(ctx, h.ID, confirmation(h.Resident))
			}
		} else {
			var now Record
			if now, err = s.Get(ctx, rapid.SampledFrom(names).Draw(rt, "appointment")); err == nil && what == "move" {
				told, err = s.Move(ctx, moved(now, request(start, []string{"b" + place}, []string{"d" + place}, []string{"p" + place}, now.Resident)))
			} else if err == nil {
				told, err = s.Cancel(ctx, now.ID)
			}
		}
		if err == nil {
			promises[told.ID] = promise{told.State, told.Start}
		}
	}
	before := rapid.IntRange(0, 6).Draw(rt, "before")
	for n := range before {
		step(n)
	}
	had := snap(t, r.Client)
	since := rapid.IntRange(1, 8).Draw(rt, "lost")
	for n := range since {
		step(100 + n)
	}
	failOver(t, r.Client, had)
	for n := range rapid.IntRange(0, 3).Draw(rt, "after") {
		step(200 + n)
	}
	if reconcile {
		for range 2 {
			for i, s := range stores {
				if _, err := s.Reconcile(ctx, journals[i].all(), civil); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	checkInvariants(t, stores[0])
	checkVersions(t, stores[0])
	for id, p := range promises {
		got, err := stores[0].Get(ctx, id)
		kept := err == nil && (got.State == StateDisputed || got.State == p.state && (p.state == StateCancelled || got.Start.Equal(p.start)))
		if !kept {
			broken = append(broken, fmt.Sprintf("%s was promised as %+v and is %s at %s (%v)", id, p, got.State, got.Start, err))
		}
	}
	return broken, since
}

// checkVersions checks that no version has two events in what is left of the outbox, and that they come in order.
func checkVersions(t testing.TB, s *Store) {
	t.Helper()
	all, err := s.Events(context.Background(), "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	newest := map[string]int64{}
	for _, e := range all {
		if e.Version == 0 || !strings.HasPrefix(e.ID, "a_") {
			continue
		}
		if e.Version <= newest[e.ID] {
			t.Errorf("%s: %s is version %d after %d", e.ID, e.Type, e.Version, newest[e.ID])
		}
		newest[e.ID] = e.Version
	}
}

package redisstore

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

// notes is a journal in memory, as a broker keeps one on disk.
type notes struct {
	mu            sync.Mutex
	done, unknown []Entry
	broken        error
}

func (n *notes) Done(_ context.Context, _ string, steps []Entry) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.broken == nil {
		n.done = append(n.done, steps...)
	}
	return n.broken
}

func (n *notes) Unknown(_ context.Context, _ string, steps []Entry) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unknown = append(n.unknown, steps...)
	return nil
}

func (n *notes) all() []Entry {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.done)
}

// replicated is a store that waits for one replica.
func replicated(r *redistest.Server, j Journal) *Store {
	return New(r.Client, "area", Options{Durability: Durability{Replicas: 1, Within: 300 * time.Millisecond}, Journal: j})
}

// visitFor asks for one visit of a resident, with a booth and desks of its own.
func visitFor(name string) HoldRequest { return at(ten, name) }

func at(start time.Time, name string) HoldRequest {
	return request(start, []string{"b" + name}, []string{"d" + name}, []string{"p" + name}, name)
}

func unknownStep(t *testing.T, err error) Entry {
	t.Helper()
	var unknown *UnknownError
	if !errors.As(err, &unknown) || !errors.Is(err, ErrUnknown) || !errors.Is(err, ErrUnavailable) {
		t.Fatalf("got %v, want an unknown outcome", err)
	}
	return unknown.Entry
}

func settlesAs(t *testing.T, s *Store, step Entry, want Fate) {
	t.Helper()
	fates, err := s.Settle(context.Background(), step)
	if err != nil || len(fates) != 1 || fates[0] != want {
		t.Errorf("settled as %v, %v, want %s", fates, err, want)
	}
}

func TestWithTheReplicaStoppedAConfirmationIsUnknownAndSettlesOnceItIsBack(t *testing.T) {
	r := redistest.Paired(t)
	j := &notes{}
	s := replicated(r.Server, j)
	ctx := context.Background()
	h := visitFor("1")
	mustHold(t, s, h)

	r.Freeze(t)
	began := time.Now()
	_, err := s.Confirm(ctx, h.ID, confirmation("1"))
	step := unknownStep(t, err)
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %s to say so", took)
	}
	if step.Image == "" || len(j.all()) != 0 || len(j.unknown) != 1 {
		t.Errorf("noted %d done and %v unknown", len(j.all()), j.unknown)
	}
	_, err = s.Confirm(ctx, h.ID, confirmation("1")) // a repetition writes nothing and must wait all the same
	unknownStep(t, err)
	settlesAs(t, s, step, FateUnknown)
	if b, err := s.Get(ctx, h.ID); err != nil || b.State != StateBooked || b.Unknown.Op != OpConfirm || b.Version != 2 {
		t.Errorf("got %+v, %v", b, err)
	}

	r.Thaw(t)
	for fates := []Fate{FateUnknown}; fates[0] != FateLasting; {
		if fates, err = s.Settle(ctx, step); err != nil || fates[0] == FateGone || fates[0] == FateNotDone {
			t.Fatal(fates, err)
		}
	}
	b, err := s.Confirm(ctx, h.ID, confirmation("1"))
	if err != nil || b.State != StateBooked || b.Unknown.Op != "" {
		t.Errorf("got %+v, %v", b, err)
	}
	if len(j.all()) == 0 {
		t.Error("acknowledged without a line in the journal")
	}
	if text := r.Follower.Get(ctx, s.record(h.ID)).Val(); !strings.Contains(text, "state=booked") {
		t.Errorf("the replica has %q", text)
	}
	checkInvariants(t, s)
	checkEvents(t, s, h.ID, "held", "booked", "unknown", "settled")
}

// checkEvents checks the types of an appointment's events, and that each version has one, in order.
func checkEvents(t *testing.T, s *Store, id string, types ...string) {
	t.Helper()
	all, err := s.Events(context.Background(), "", 10_000)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	version := int64(0)
	for _, e := range all {
		if e.ID != id {
			continue
		}
		got = append(got, e.Type)
		if e.Version != 0 && e.Version <= version {
			t.Errorf("%s: version %d after %d", e.Type, e.Version, version)
		}
		version = max(version, e.Version)
	}
	if !slices.Equal(got, types) {
		t.Errorf("events %v, want %v", got, types)
	}
}

func TestAServerThatIsCutOffDoesNotCallAStepUndone(t *testing.T) {
	r := redistest.Paired(t)
	s := replicated(r.Server, &notes{})
	h := visitFor("1")
	mustHold(t, s, h)
	elsewhere := Entry{Op: OpConfirm, ID: h.ID, Token: tokenConfirm} // carried out by a server that has taken over
	unheard := Entry{Op: OpConfirm, ID: "a_never", Token: tokenConfirm}

	r.Freeze(t)
	settlesAs(t, s, elsewhere, FateUnknown)
	settlesAs(t, s, unheard, FateUnknown)
	r.Thaw(t)
	for _, step := range []Entry{elsewhere, unheard} {
		want := map[Entry]Fate{elsewhere: FateNotDone, unheard: FateGone}[step]
		for fates := []Fate{FateUnknown}; fates[0] != want; {
			var err error
			if fates, err = s.Settle(context.Background(), step); err != nil || fates[0] == FateLasting {
				t.Fatal(fates, err)
			}
		}
	}
}

func TestEverythingSomebodyIsToldOfWaitsForTheReplica(t *testing.T) {
	r := redistest.Paired(t)
	j := &notes{}
	s := replicated(r.Server, j)
	ctx := context.Background()
	first, second, third := mustBook(t, s, visitFor("1")), mustBook(t, s, visitFor("2")), mustBook(t, s, visitFor("3"))
	move := moved(first, at(ten.Add(time.Hour), "1"))
	delay := []Relocation{moved(second, at(ten.Add(10*time.Minute), "2")).Relocation}

	r.Freeze(t)
	_, err := s.Move(ctx, move)
	unknownStep(t, err)
	_, err = s.Moved(ctx, move.Request)
	unknownStep(t, err)
	_, err = s.Delay(ctx, Request{"d", "f"}, delay)
	unknownStep(t, err)
	_, err = s.Cancel(ctx, third.ID)
	unknownStep(t, err)
	_, _, err = s.Delayed(ctx, Request{"d", "f"})
	unknownStep(t, err)

	r.Thaw(t)
	for {
		if known, err := s.Moved(ctx, move.Request); err == nil && known {
			break
		} else if !errors.Is(err, ErrUnknown) {
			t.Fatal(known, err)
		}
	}
	if list, known, err := s.Delayed(ctx, Request{"d", "f"}); err != nil || !known || len(list) != 1 {
		t.Errorf("got %v, %v, %v", list, known, err)
	}
	if _, err := s.Cancel(ctx, third.ID); err != nil {
		t.Error(err)
	}
	var ops []string
	for _, e := range j.all() {
		ops = append(ops, e.Op)
	}
	if want := []string{"confirm", "confirm", "confirm", "move", "delay", "cancel"}; !slices.Equal(ops, want) {
		t.Errorf("journal has %v, want %v", ops, want)
	}
	checkInvariants(t, s)
}

func TestWithoutItsJournalNothingIsAcknowledged(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		j := &notes{broken: errors.New("disk full")}
		s := New(r.Client, "area", Options{Journal: j})
		h := visitFor("1")
		mustHold(t, s, h)
		_, err := s.Confirm(context.Background(), h.ID, confirmation("1"))
		step := unknownStep(t, err)
		j.broken = nil
		settlesAs(t, s, step, FateLasting)
	})
}

func TestAStepOfWhichNoAnswerCameIsNotCarriedOutLate(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		h := visitFor("1")
		mustHold(t, s, h)
		late, err := s.Get(ctx, h.ID) // what the keys of the lost confirmation were made from
		if err != nil {
			t.Fatal(err)
		}
		settlesAs(t, s, Entry{Op: OpConfirm, ID: h.ID, Token: tokenConfirm}, FateNotDone)
		if now, err := s.Get(ctx, h.ID); err != nil || now.Version == late.Version || now.State != StateHeld {
			t.Errorf("got %+v, %v", now, err)
		}
		if _, err := s.Confirm(ctx, h.ID, confirmation("1")); err != nil {
			t.Error(err) // asked again it goes through
		}
		settlesAs(t, s, Entry{Op: OpConfirm, ID: "a_never", Token: tokenConfirm}, FateGone)
		checkEvents(t, s, h.ID, "held", "not-done", "booked")
	})
}

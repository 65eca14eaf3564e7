package booking_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// borders are two areas whose pools lend to each other. Office west is served by both; area is where it lies.
func borders(area string) string {
	text := string(twoAreas["all.yaml"].Data)
	for _, pool := range []string{"east", "west"} {
		other := map[string]string{"east": "west", "west": "east"}[pool]
		text = strings.Replace(text, "area: "+pool+", services: [talk], desks", "area: "+pool+", lends: ["+other+"], services: [talk], desks", 1)
	}
	const own = "offers: [{service: talk, pool: west, "
	text = strings.Replace(text, own, "offers: [{service: talk, pool: east, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}, "+
		strings.TrimPrefix(own, "offers: ["), 1)
	return strings.Replace(text, "name: 西局, area: west", "name: 西局, area: "+area, 1)
}

// onDisk are catalogue files that change while a broker runs.
type onDisk struct {
	fstest.MapFS
	mu sync.Mutex
}

func (f *onDisk) write(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.MapFS["all.yaml"] = &fstest.MapFile{Data: []byte(text)}
}

// border is a broker over files that can be rewritten.
func border(t *testing.T, s *redistest.Server) (*desk, *onDisk) {
	t.Helper()
	files := &onDisk{MapFS: fstest.MapFS{}}
	files.write(borders("west"))
	return broker2(t, s, files), files
}

func broker2(t *testing.T, s *redistest.Server, files *onDisk, with ...func(*booking.Config)) *desk {
	t.Helper()
	dir, err := booking.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{Server: s, now: time.Now()}
	c := booking.Config{
		Directory: dir, Redis: s.Client, Secret: []byte("a secret of at least thirty-two bytes"), Now: func() time.Time { return k.now }, Sweep: 20 * time.Millisecond,
	}
	for _, change := range with {
		change(&c)
	}
	if k.Service, err = booking.New(c); err != nil {
		t.Fatal(err)
	}
	if err := k.Reload(context.Background(), "test"); err != nil {
		t.Fatal(err)
	}
	return k
}

var (
	admin = booking.Caller{Seat: "admin:ueda"}
	west  = booking.Caller{Seat: "counter:west", Area: "west", Office: "west"}
)

func (k *desk) talk(t *testing.T, pool string, start time.Time, who booking.Person) booking.Appointment {
	t.Helper()
	ctx := context.Background()
	h, err := k.Hold(ctx, west, booking.HoldRequest{Key: newKey(), Office: "west", Start: start, Legs: []booking.LegRequest{{Service: "talk", Pool: pool}}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := k.Confirm(ctx, west, h.ID, booking.ConfirmRequest{Resident: who})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnOfficeMovesWithItsAppointments(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k, files := border(t, s)
		ctx := context.Background()
		ten := calendar.DateOf(time.Now()).Add(2).At(10 * 60)
		if _, err := k.Lend(ctx, admin, booking.LendRequest{Key: newKey(), Desk: "east", Area: "west", Start: ten, End: ten.Add(3 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		own := k.talk(t, "west", ten, person("ミナミ フサエ", "0999-00-1456"))                  // by a desk of the area it leaves
		lent := k.talk(t, "east", ten.Add(time.Hour), person("オノ タケシ", "0999-00-2456"))   // by one of the area it goes to
		gone := k.talk(t, "west", ten.Add(4*time.Hour), person("イワキ ハナ", "0999-00-3456")) // cancelled before
		if _, err := k.Cancel(ctx, gone.ID); err != nil {
			t.Fatal(err)
		}

		refusedAs(t, second(k.MoveOffice(ctx, admin, "west", "east")), booking.SlugOfficeMove) // the files do not say so
		files.write(borders("east"))
		if err := k.Reload(ctx, "test"); err == nil || !strings.Contains(err.Error(), "move them first") {
			t.Fatalf("reading such files again: %v", err)
		}
		m, err := k.MoveOffice(ctx, admin, "west", "east")
		if err != nil || !m.Done || m.Moved != 2 {
			t.Fatalf("%+v, %v", m, err)
		}
		if again, err := k.MoveOffice(ctx, admin, "west", "east"); err != nil || !again.Done || again.Moved != 0 {
			t.Errorf("asked again: %+v, %v", again, err)
		}

		// Everything finds them: by id, by reception number, with name and number as before.
		seat := booking.Caller{Seat: "counter:west", Area: "east", Office: "west"}
		for _, was := range []booking.Appointment{own, lent} {
			is, err := k.Appointment(ctx, was.ID)
			if err != nil || is.Number != was.Number || is.Reception != was.Reception || is.State != "booked" || is.Legs[0].Desk != was.Legs[0].Desk {
				t.Errorf("%+v became %+v, %v", was, is, err)
			}
			views, err := k.View(booking.WithCaller(ctx, seat), is)
			if err != nil || views[0].Resident == nil {
				t.Errorf("the counter is not told who comes: %+v, %v", views, err)
			}
		}
		k.now = ten.Add(-time.Hour)
		if found, err := k.FindReception(ctx, "west", own.Reception); err != nil || found.ID != own.ID {
			t.Errorf("by its reception number: %+v, %v", found, err)
		}
		k.now = time.Now()
		for what, err := range map[string]error{
			"the first time again":  k.talkAt("west", "west", ten),
			"the second time again": k.talkAt("west", "east", ten.Add(time.Hour)),
			"the desk at home":      k.talkAt("east", "east", ten.Add(time.Hour)),
		} {
			if err == nil {
				t.Errorf("%s was had twice", what)
			}
		}
		if err := k.talkAt("west", "east", ten.Add(5*time.Hour)); err != nil {
			t.Errorf("a time that is free in the new area: %v", err)
		}

		// They live on as any other: cancelled, the time is free again, and only there.
		if _, err := k.Cancel(ctx, lent.ID); err != nil {
			t.Fatal(err)
		}
		if err := k.talkAt("west", "east", ten.Add(time.Hour)); err != nil {
			t.Errorf("the time of a cancelled visit, in the new area: %v", err)
		}
		consistent(t, s)

		// And back again, desks and all.
		files.write(borders("west"))
		if m, err := k.MoveOffice(ctx, admin, "west", "west"); err != nil || !m.Done || m.Moved != 1 {
			t.Fatalf("back: %+v, %v", m, err)
		}
		if is, err := k.Appointment(ctx, own.ID); err != nil || is.Reception != own.Reception || is.Legs[0].Desk != "west" {
			t.Errorf("back again it is %+v, %v", is, err)
		}
		if err := k.talkAt("west", "west", ten); err == nil {
			t.Error("its time was had twice")
		}
		if _, err := k.Cancel(ctx, own.ID); err != nil {
			t.Fatal(err)
		}
		if err := k.talkAt("west", "west", ten); err != nil {
			t.Errorf("the time of a cancelled visit, at home again: %v", err)
		}
		consistent(t, s)
	})
}

// consistent fails the test where live entries of any ledger overlap.
func consistent(t *testing.T, s *redistest.Server) {
	t.Helper()
	ctx := context.Background()
	for _, area := range []string{"east", "west"} {
		store := redisstore.New(s.Client, area, redisstore.Options{})
		for _, l := range []redisstore.Ledger{{Kind: "booth", ID: "west-1"}, {Kind: "booth", ID: "east-1"}, {Kind: "desk", ID: "west"}, {Kind: "desk", ID: "east"}} {
			list, err := store.Taken(ctx, l, time.Now().Add(-48*time.Hour), time.Now().Add(100*24*time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			for n := range list[:max(0, len(list)-1)] {
				if list[n].End.After(list[n+1].Start) {
					t.Errorf("area %s, %s %s: %+v overlaps %+v", area, l.Kind, l.ID, list[n], list[n+1])
				}
			}
		}
	}
}

// talkAt holds a talk and gives it back at once, or gives why it could not be held.
func (k *desk) talkAt(office, pool string, start time.Time) error {
	ctx, seat := context.Background(), booking.Caller{Seat: "counter:" + office}
	h, err := k.Hold(ctx, seat, booking.HoldRequest{
		Key: newKey(), Office: office, Start: start, Legs: []booking.LegRequest{{Service: "talk", Pool: pool}},
	})
	if err != nil {
		return err
	}
	return k.Release(ctx, seat, h.ID)
}

func second[T any](_ T, err error) error { return err }

func TestAnOfficeStaysWhereNotEverythingCanGoAlong(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		keeping := func(area string) string {
			return strings.Replace(borders(area), "area: west, lends: [east]", "area: west", 1)
		}
		files := &onDisk{MapFS: fstest.MapFS{}}
		files.write(keeping("west"))
		k := broker2(t, s, files)
		ctx := context.Background()
		ten := calendar.DateOf(time.Now()).Add(2).At(10 * 60)
		a := k.talk(t, "west", ten, person("ミナミ フサエ", "0999-00-1456"))
		block, err := k.Block(ctx, west, booking.BlockRequest{Key: newKey(), Booth: "west-1", Kind: booking.BlockClosure, Start: ten.Add(48 * time.Hour), End: ten.Add(49 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		waits, err := k.Wait(ctx, west, booking.WaitRequest{
			Key: newKey(), Office: "west", Legs: []booking.LegRequest{{Service: "talk", Pool: "west"}}, From: ten, To: ten.Add(time.Hour), Resident: person("オノ タケシ", "0999-00-2456"),
		})
		if err != nil {
			t.Fatal(err)
		}
		files.write(keeping("east")) // it still offers what its old area gives, which does not lend
		if err := second(k.MoveOffice(ctx, admin, "west", "east")); err == nil {
			t.Fatal("moved with an offer nobody gives there")
		}
		files.write(onlyEast(keeping("east")))
		err = second(k.MoveOffice(ctx, admin, "west", "east"))
		refusedAs(t, err, booking.SlugInTheWay)
		var p *booking.Problem
		errors.As(err, &p)
		for n, at := range []string{"blocks/" + block.ID, "waitlist/" + waits.ID, "appointments/" + a.ID} {
			if len(p.Errors) != 3 || p.Errors[n].Location != at {
				t.Errorf("in the way is %+v, want %s", p.Errors, at)
			}
		}
		if err := k.talkAt("west", "west", ten.Add(5*time.Hour)); err != nil {
			t.Errorf("the office is not open again: %v", err)
		}
	})
}

// onlyEast leaves the offers by the pool of area west out at office west.
func onlyEast(text string) string {
	lines := strings.Split(text, "\n")
	for n, line := range lines {
		if strings.Contains(line, "id: west, name: 西局") {
			from := strings.Index(line, ", basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}, ")
			if from < 0 {
				panic("no second offer in " + line)
			}
			lines[n] = line[:from] + ", basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}]}"
		}
	}
	return strings.Join(lines, "\n")
}

// Whoever moves an office may die after any step; another goes on, and rivals never get the same time twice.
func TestAnOfficeMoveGoesOnWhereItWasInterrupted(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k, files := border(t, s)
		ctx := context.Background()
		ten := calendar.DateOf(time.Now()).Add(2).At(10 * 60)
		var all []booking.Appointment
		for n := range 6 {
			all = append(all, k.talk(t, "west", ten.Add(time.Duration(n)*30*time.Minute), person("ミナミ フサエ", "0999-00-145"+string(rune('0'+n)))))
		}
		hold, err := k.Hold(ctx, west, booking.HoldRequest{Key: newKey(), Office: "west", Start: ten.Add(6 * time.Hour), Legs: []booking.LegRequest{{Service: "talk", Pool: "west"}}})
		if err != nil {
			t.Fatal(err)
		}
		files.write(borders("east"))
		m, err := k.MoveOffice(ctx, admin, "west", "east")
		if err != nil || m.Done || len(m.Left) != 1 || m.Left[0] != hold.ID {
			t.Fatalf("a hold is waited for: %+v, %v", m, err)
		}
		if err := k.talkAt("west", "west", ten.Add(8*time.Hour)); err == nil {
			t.Error("the office takes bookings while it moves")
		}
		late, err := k.Confirm(ctx, west, hold.ID, booking.ConfirmRequest{Resident: person("オノ タケシ", "0999-00-2456")})
		if err != nil {
			t.Fatal(err)
		}
		// Somebody dies in the middle of the last one: it is frozen and nowhere else yet.
		old := redisstore.New(s.Client, "west", redisstore.Options{})
		if _, err := old.Freeze(ctx, late.ID, "east"); err != nil {
			t.Fatal(err)
		}
		refusedAs(t, second(k.Cancel(ctx, late.ID)), booking.SlugUnavailable)
		if is, err := k.Appointment(ctx, late.ID); err != nil || is.State != "booked" {
			t.Errorf("frozen it is %+v, %v", is, err)
		}
		other := broker2(t, s, &onDisk{MapFS: files.MapFS})
		other.runs(t)
		other.hearsIn(t, "east", redisstore.EventResumed)
		for _, a := range append(all, late) {
			if is, err := other.Appointment(ctx, a.ID); err != nil || is.Reception != a.Reception {
				t.Errorf("%s: %+v, %v", a.ID, is, err)
			}
			if there, err := old.Has(ctx, a.ID); there || err != nil {
				t.Errorf("%s is still in the old area: %v", a.ID, err)
			}
		}
		consistent(t, s)
		var p *booking.Problem
		if err := other.talkAt("west", "west", ten); !errors.As(err, &p) {
			t.Errorf("a time that is taken: %v", err)
		}
	})
}

// While clerks book, confirm and cancel as fast as they can on two brokers, the office moves: whatever was confirmed is
// found afterwards with its numbers, and nothing is in two places.
func TestAnOfficeMovesWhileClerksBook(t *testing.T) {
	s := redistest.Real(t)
	k, files := border(t, s)
	other := broker2(t, s, files)
	k.runs(t)
	other.runs(t)
	ctx := context.Background()
	first := calendar.DateOf(time.Now()).Add(1).At(0)
	var (
		clerks sync.WaitGroup
		mu     sync.Mutex
		booked = map[string]string{}
	)
	moved, busy := make(chan struct{}), make(chan struct{})
	for clerk := range 8 {
		broker := []*desk{k, other}[clerk%2]
		clerks.Go(func() {
			after := 0
			for n := 0; after < 5 && n < 2000; n++ {
				select {
				case <-moved:
					after++
				default:
				}
				start := first.Add(time.Duration((n*8+clerk)%900) * 30 * time.Minute)
				h, err := broker.Hold(ctx, west, booking.HoldRequest{Key: newKey(), Office: "west", Start: start, Legs: []booking.LegRequest{{Service: "talk", Pool: "west"}}})
				if err != nil {
					continue // shut, taken or stale
				}
				a, err := broker.Confirm(ctx, west, h.ID, booking.ConfirmRequest{Resident: person("ミナミ フサエ", fmt.Sprintf("0999-%02d-%04d", clerk, n))})
				if err != nil {
					t.Errorf("confirm: %v", err)
					return
				}
				if n%5 == 0 {
					if _, err := broker.Cancel(ctx, a.ID); err == nil {
						continue
					}
				}
				mu.Lock()
				if booked[a.ID] = a.Reception; len(booked) == 60 {
					close(busy)
				}
				mu.Unlock()
			}
		})
	}
	<-busy
	files.write(borders("east"))
	for m := (booking.OfficeMove{}); !m.Done; { // holds in between are waited for
		var err error
		if m, err = k.MoveOffice(ctx, admin, "west", "east"); err != nil {
			t.Fatal(err)
		}
	}
	close(moved)
	clerks.Wait()
	t.Logf("%d appointments were confirmed around the move", len(booked))
	old := redisstore.New(s.Client, "west", redisstore.Options{})
	for id, reception := range booked {
		a, err := k.Appointment(ctx, id)
		if err != nil || a.State == "booked" && a.Reception != reception {
			t.Errorf("%s: %+v, %v", id, a, err)
		}
		if there, err := old.Has(ctx, id); err != nil || there && a.State == "booked" {
			t.Errorf("%s stayed behind: %v", id, err)
		}
	}
	consistent(t, s)
}

package redisstore

import (
	"context"
	"errors"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

// mustBook holds and confirms.
func mustBook(t testing.TB, s *Store, h HoldRequest) Record {
	t.Helper()
	mustHold(t, s, h)
	r, err := s.Confirm(context.Background(), h.ID, confirmation(h.Resident))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// moved asks for what h asks for, for an appointment there is.
func moved(r Record, h HoldRequest) MoveRequest {
	return MoveRequest{
		Request: Request{Key: newID(), Fingerprint: "f"}, Rules: 1,
		Relocation: Relocation{
			ID: r.ID, Version: r.Version, Office: r.Office, Start: h.Start, End: h.End, Booth: h.Booth, Legs: h.Legs, Resident: r.Resident,
			Date: "2026-12-02", OldDate: "2026-12-02", Receptions: []string{"700001", "700002"},
		},
	}
}

func TestAMoveTakesTheNewTimeAndGivesTheOldOneBack(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		a := mustBook(t, s, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		later := ten.Add(10 * time.Minute) // overlaps its own present time, which is no hindrance
		m := moved(a, request(later, []string{"b1"}, []string{"d1", "d2"}, []string{"p1"}, "r1"))
		b, err := s.Move(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		if !b.Start.Equal(later) || b.Sequence != 1 || b.Version != a.Version+1 || b.Number != a.Number || b.Legs[0].Desk != "d1" {
			t.Errorf("moved %+v", b)
		}
		again, err := s.Move(ctx, m)
		if err != nil || again.Version != b.Version {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		m.Fingerprint = "g"
		if _, err := s.Move(ctx, m); !errors.Is(err, ErrMismatch) {
			t.Errorf("another move under the same key: %v", err)
		}
		if _, err := s.Move(ctx, moved(a, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))); !errors.Is(err, ErrVersion) {
			t.Errorf("a move judged by an old version: %v", err)
		}
		mustHold(t, s, request(ten.Add(-20*time.Minute), []string{"b2"}, []string{"d1"}, []string{"p1"}, "r2"))
		checkInvariants(t, s)
	})
}

func TestAMoveToAnotherDayGetsThatDaysNumbers(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		first := mustBook(t, s, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		a := mustBook(t, s, request(ten, []string{"b2"}, []string{"d2"}, []string{"p2"}, "r2"))
		m := moved(a, request(ten.Add(24*time.Hour), []string{"b1"}, []string{"d1"}, []string{"p1"}, "r2"))
		m.Date = "2026-12-03"
		b, err := s.Move(ctx, m)
		if err != nil || b.Number != 1 || b.Reception != a.Reception {
			t.Fatalf("moved %+v, %v", b, err)
		}
		if id, err := s.Reception(ctx, "hama", "2026-12-03", b.Reception); err != nil || id != a.ID {
			t.Errorf("the number leads to %q, %v", id, err)
		}
		if _, err := s.Reception(ctx, "hama", "2026-12-02", a.Reception); !errors.Is(err, ErrNotFound) {
			t.Errorf("the number still counts on the old day: %v", err)
		}
		day, err := s.OfficeDay(ctx, "hama", []string{"2026-12-02"})
		if err != nil || len(day) != 1 || day[0].ID != first.ID {
			t.Errorf("the old day has %v, %v", day, err)
		}
		for desk, want := range map[string]int{"d1": 1, "d2": 0, "p1": 1, "p2": 0} {
			if list, err := s.DeskDay(ctx, desk, []string{"2026-12-03"}); err != nil || len(list) != want {
				t.Errorf("%s has %v, %v", desk, list, err)
			}
		}
		minutes, err := s.Assigned(ctx, []string{"morita", "shiokaze"}, ten)
		if err != nil || minutes["d1"] != 40 || minutes["d2"] != 0 || minutes["p1"] != 20 {
			t.Errorf("minutes %v, %v", minutes, err)
		}
		checkInvariants(t, s)
	})
}

func TestAMoveThatFindsNoRoomLeavesEverythingAsItWas(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		a := mustBook(t, s, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		mustBook(t, s, request(ten.Add(time.Hour), []string{"b2"}, []string{"d2"}, []string{"p1"}, "r2"))
		before := r.Dump(t)
		m := moved(a, request(ten.Add(time.Hour), []string{"b1", "b2"}, []string{"d2", "d1"}, []string{"p1"}, "r1"))
		_, err := s.Move(ctx, m)
		takenBy(t, err, 2)
		if after := r.Dump(t); after != before {
			t.Errorf("before\n%s\nafter\n%s", before, after)
		}
		checkInvariants(t, s)
	})
}

func TestADelayPushesLaterVisitsBackAndListsWhatItCannot(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{})
		ctx := context.Background()
		var visits []Record
		for n, booth := range []string{"b1", "b2", "b1"} {
			start := ten.Add(time.Duration(n) * 20 * time.Minute)
			h := request(start, []string{booth}, []string{"d1"}, []string{"p1"}, booth+start.String()[11:16])
			if n == 2 {
				h.Start, h.Booth.Start = start, start
			}
			visits = append(visits, mustBook(t, s, h))
		}
		// Somebody else is with the pharmacist when the last visit would be.
		other := request(ten.Add(75*time.Minute), []string{"b3"}, []string{"d3"}, []string{"p1"}, "r9")
		other.Legs = other.Legs[1:]
		other.Legs[0].Start, other.Legs[0].End = ten.Add(70*time.Minute), ten.Add(80*time.Minute)
		other.Start, other.End, other.Booth.Start = ten.Add(70*time.Minute), ten.Add(80*time.Minute), ten.Add(70*time.Minute)
		other.Booth.End = ten.Add(85 * time.Minute)
		mustBook(t, s, other)
		var list []Relocation
		for n := len(visits) - 1; n >= 0; n-- {
			v := visits[n]
			h := request(v.Start.Add(15*time.Minute), []string{v.Booth}, []string{"d1"}, []string{"p1"}, v.Resident)
			list = append(list, moved(v, h).Relocation)
			list[len(list)-1].Keep = v.Legs
		}
		ask := Request{Key: "k", Fingerprint: "f"}
		got, err := s.Delay(ctx, ask, list)
		if err != nil {
			t.Fatal(err)
		}
		// The last one's pharmacist is taken, so it stays, and with it the one before, whose doctor it has; the first can go
		// no more than that one lets it.
		if got[0].InTheWay == nil || got[1].InTheWay == nil || got[2].InTheWay == nil {
			t.Errorf("pushed back %+v", got)
		}
		list = list[1:]
		if _, err := s.Cancel(ctx, visits[2].ID); err != nil {
			t.Fatal(err)
		}
		ask.Key = "l"
		if got, err = s.Delay(ctx, ask, list); err != nil || got[0].InTheWay != nil || got[1].InTheWay != nil {
			t.Fatalf("with the last one gone: %+v, %v", got, err)
		}
		again, known, err := s.Delayed(ctx, ask)
		if err != nil || !known || len(again) != 2 || again[0].ID != visits[1].ID {
			t.Errorf("asked again: %+v %v %v", again, known, err)
		}
		v, err := s.Get(ctx, visits[1].ID)
		if err != nil || !v.Start.Equal(visits[1].Start.Add(15*time.Minute)) || !v.Legs[1].Planned.Equal(visits[1].Legs[1].Start) {
			t.Errorf("pushed back %+v, %v", v, err)
		}
		if _, err := s.Delay(ctx, Request{Key: "m", Fingerprint: "f"}, list); !errors.Is(err, ErrVersion) {
			t.Errorf("visits known by old versions: %v", err)
		}
		checkInvariants(t, s)
	})
}

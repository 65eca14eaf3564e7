package session

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"madoguchi/signaling/protocol"
)

// Random events in any order, by anybody: what must hold, holds after each.
func TestWhateverHappensTheGateHoldsOnlyWhomTheProfessionalAdmitted(t *testing.T) {
	actors := []Actor{booth, booth2, doctor, standIn, pharma, stranger, counter, guest, camera, system}
	ids := []string{"booth:b1", "desk:d1", "desk:d2", "desk:p1", "g1", "cam1", "nobody", ""}
	rapid.Check(t, func(rt *rapid.T) {
		d := visit()
		admitted := map[string]bool{} // since the consultation began
		for range rapid.IntRange(1, 60).Draw(rt, "events") {
			e := Event{
				Type: rapid.SampledFrom(Types).Draw(rt, "type"),
				By:   rapid.SampledFrom(actors).Draw(rt, "by"),
				Whom: rapid.SampledFrom(ids).Draw(rt, "whom"),
				At:   ten,
			}
			next, effects, err := Next(d, e)
			if err == nil && e.Type == Admit {
				if e.By.Side != SideDesk {
					rt.Fatalf("%s admitted", e.By.ID)
				}
				admitted[e.Whom], admitted[e.By.ID] = true, true
			}
			checkStep(rt, d, next, effects, err)
			d = next
			if d.State != protocol.StateConsultation {
				clear(admitted)
			}
			for _, id := range slices.Concat(d.Gate()...) {
				if !admitted[id] {
					rt.Fatalf("%s is let in and nobody admitted it", id)
				}
			}
		}
	})
}

func checkStep(rt *rapid.T, before, now Doc, effects []Effect, err error) {
	switch {
	case err != nil && now.Version != before.Version:
		rt.Fatal("refused, and changed")
	case now.Version > before.Version+1:
		rt.Fatal("two versions at once")
	case before.State == protocol.StateClosed && now.State != protocol.StateClosed:
		rt.Fatal("open again after its end")
	case now.Leg < before.Leg:
		rt.Fatal("back to an earlier leg")
	case now.State == protocol.StateConsultation && !now.Current().Started:
		rt.Fatal("a consultation that never started")
	}
	gates := 0
	for i, e := range effects {
		if _, ok := e.(Gate); ok {
			if gates++; i != 0 {
				rt.Fatal("something comes before the gate")
			}
		}
	}
	if moved := !slices.EqualFunc(before.Gate(), now.Gate(), slices.Equal); moved != (gates == 1) {
		rt.Fatalf("the gate moved: %v, and was set %d times", moved, gates)
	}
	desks := 0
	for _, p := range now.Participants {
		if p.Kind == protocol.KindDesk && p.Admitted {
			desks++
		}
	}
	if now.State == protocol.StateConsultation && desks != 1 {
		rt.Fatalf("%d desks in one consultation", desks)
	}
}

func FuzzNext(f *testing.F) {
	f.Add([]byte{0, 0, 0, 4, 0, 0, 0, 2, 0, 5, 2, 0})
	actors := []Actor{booth, doctor, standIn, pharma, guest, camera, system}
	ids := []string{"booth:b1", "desk:d1", "g1", "cam1"}
	f.Fuzz(func(t *testing.T, script []byte) {
		d := visit()
		for ; len(script) >= 3; script = script[3:] {
			e := Event{
				Type: Types[int(script[0])%len(Types)], By: actors[int(script[1])%len(actors)],
				Whom: ids[int(script[2])%len(ids)], At: ten,
			}
			next, _, err := Next(d, e)
			if err == nil && next.Version < d.Version {
				t.Fatal("version went back")
			}
			d = next
		}
	})
}

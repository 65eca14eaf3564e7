package signaling

import (
	"os"
	"strconv"
	"testing"
	"time"
)

// modelRuns is how many lives are lived: a few in every test, MADOGUCHI_MODEL of them in make soak.
func modelRuns(t *testing.T) int {
	t.Helper()
	text := os.Getenv("MADOGUCHI_MODEL")
	if text == "" {
		return 1500
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("MADOGUCHI_MODEL: %q: want a number of runs", text)
	}
	return n
}

const modelSteps = 120

// Never two consultations in one booth, never somebody in a room whom no professional admitted, every session wiped in the end,
// and the trail complete and in order: with messages lost, doubled and late, brokers that die, clocks that jump, and a Redis that
// forgets.
func TestWhateverBreaksEveryVisitComesToItsEndAndNobodyIsWhereTheyMustNotBe(t *testing.T) {
	runs, began := modelRuns(t), time.Now()
	failovers, versions := 0, int64(0)
	for seed := range runs {
		m := newModel(uint64(seed), none)
		if err := m.live(modelSteps); err != nil {
			t.Fatalf("life %d: %v", seed, err)
		}
		if m.failed {
			failovers++
		}
		for _, s := range m.redis.docs {
			versions += s.doc.Version
		}
	}
	t.Logf("%d lives of %d steps, %d with a failover, %d versions stored: %v", runs, modelSteps, failovers, versions, time.Since(began).Round(time.Millisecond))
}

func TestTheModelFindsWhatIsPlanted(t *testing.T) {
	for _, b := range bugs {
		t.Run(string(b), func(t *testing.T) {
			for seed := range 5000 {
				if err := newModel(uint64(seed), b).live(modelSteps); err != nil {
					t.Logf("life %d: %v", seed, err)
					return
				}
			}
			t.Error("not found in 5000 lives")
		})
	}
}

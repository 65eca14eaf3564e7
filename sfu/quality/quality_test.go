package quality

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Rows of the E-model computed by hand from G.107 with Ro − Is = 93.2, Bpl = 25.1, Ie = 0.
func TestSoundFollowsTheEModel(t *testing.T) {
	rows := []struct {
		situation string
		gone      float64 // of 1000
		rtt       time.Duration
		jitter    time.Duration
		rating    float64
		mos       float64
	}{
		{"a perfect line next door", 0, 0, 0, 92.6, 4.4},
		{"a country apart", 0, 40 * time.Millisecond, 2 * time.Millisecond, 92.0, 4.4},
		{"a loss of one in a hundred", 10, 40 * time.Millisecond, 2 * time.Millisecond, 88.4, 4.3},
		{"a loss of one in twenty", 50, 40 * time.Millisecond, 2 * time.Millisecond, 76.2, 3.9},
		{"a loss of one in seven", 150, 40 * time.Millisecond, 2 * time.Millisecond, 56.5, 2.9},
		{"a satellite", 0, 600 * time.Millisecond, 5 * time.Millisecond, 67.5, 3.5},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			got := Sound(Flow{Expected: 1000, Missing: r.gone, Gone: r.gone, Jitter: r.jitter}, r.rtt)
			if math.Abs(got-r.rating) > 0.15 || math.Abs(MOS(got)-r.mos) > 0.06 {
				t.Fatalf("rating %.2f, score %.2f, want %.1f and %.1f", got, MOS(got), r.rating, r.mos)
			}
		})
	}
}

func TestMOSIsThatOfAnnexB(t *testing.T) {
	for r, mos := range map[float64]float64{-3: 1, 0: 1, 50: 2.58, 60: 3.10, 70: 3.60, 80: 4.03, 90: 4.34, 100: 4.5, 120: 4.5} {
		if math.Abs(MOS(r)-mos) > 0.01 {
			t.Errorf("%v: %.3f, want %.2f", r, MOS(r), mos)
		}
	}
}

func TestRatingsNeverLeaveTheScaleAndNeverRiseWithLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Float64Range(0, 5000).Draw(t, "expected")
		flow := func(label string) Flow {
			missing := rapid.Float64Range(0, n).Draw(t, label+" missing")
			return Flow{
				Expected: n, Missing: missing, Gone: rapid.Float64Range(0, missing).Draw(t, label+" gone"),
				Jitter: time.Duration(rapid.Int64Range(0, int64(2*time.Second)).Draw(t, label+" jitter")),
				Breaks: rapid.Float64Range(0, 30).Draw(t, label+" breaks"), BitsPerS: rapid.Float64Range(0, 1e7).Draw(t, label+" rate"), LeastBits: 6e4,
			}
		}
		s := Sample{Sound: flow("sound"), Pictures: flow("pictures"), RoundTrip: time.Duration(rapid.Int64Range(0, int64(5*time.Second)).Draw(t, "rtt"))}
		r := Rating(s)
		if r < 0 || r > basicRating || math.IsNaN(r) || MOS(r) < 1 || MOS(r) > 4.5 {
			t.Fatalf("%v of %+v", r, s)
		}
		worse := s
		worse.Sound.Missing, worse.Sound.Gone = n, n
		if Rating(worse) > r {
			t.Fatalf("all sound lost: %v after %v", Rating(worse), r)
		}
	})
}

// line makes samples of a second: 50 packets of sound and 100 of pictures, lost at random; pictures are repaired.
func line(random *rand.Rand, loss float64) Sample {
	lose := func(n int) (lost float64) {
		for range n {
			if random.Float64() < loss {
				lost++
			}
		}
		return lost
	}
	s := Sample{Sound: Flow{Expected: 50}, Pictures: Flow{Expected: 100, BitsPerS: 8e5, LeastBits: 6e4}, RoundTrip: 30 * time.Millisecond}
	s.Sound.Missing = lose(50)
	s.Sound.Gone = s.Sound.Missing
	s.Pictures.Missing = lose(100)
	return s
}

func TestAWeakLineIsToldWithinSecondsAndSoIsItsRecovery(t *testing.T) {
	for _, loss := range []float64{0.15, 0.25, 0.5} {
		for seed := range uint64(50) {
			random := rand.New(rand.NewPCG(seed, 7))
			var m Meter
			until := func(wanted func(Level) bool, loss float64) int {
				for second := 1; ; second++ {
					l, _ := m.Add(line(random, loss), time.Second)
					if wanted(l) {
						return second
					}
					if second == 30 {
						t.Fatalf("loss %v, seed %d: still %v after %d s", loss, seed, l, second)
					}
				}
			}
			until(func(l Level) bool { return l == Good }, 0)
			if s := until(func(l Level) bool { return l <= Poor }, loss); s > 7 {
				t.Errorf("loss %v, seed %d: told after %d s", loss, seed, s)
			}
			if s := until(func(l Level) bool { return l == Good }, 0); s > 10 {
				t.Errorf("loss %v, seed %d: recovery told after %d s", loss, seed, s)
			}
		}
	}
}

func TestNothingFlaps(t *testing.T) {
	for _, row := range []struct {
		loss float64
		most int // changes in ten minutes
	}{{0, 0}, {0.01, 0}, {0.02, 2}, {0.15, 0}, {0.30, 0}} {
		t.Run(fmt.Sprintf("at a loss of %v", row.loss), func(t *testing.T) {
			for seed := range uint64(20) {
				random := rand.New(rand.NewPCG(seed, 3))
				var m Meter
				for range 20 {
					m.Add(line(random, row.loss), time.Second)
				}
				changes := 0
				for range 600 {
					if _, changed := m.Add(line(random, row.loss), time.Second); changed {
						changes++
					}
				}
				if changes > row.most {
					t.Errorf("seed %d: %d changes in ten minutes", seed, changes)
				}
			}
		})
	}
}

func TestSilenceIsLostAtOnceAndOverAtOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	var m Meter
	m.Add(line(random, 0), time.Second)
	if l, changed := m.Add(Sample{Silent: true}, time.Second); l != Lost || !changed {
		t.Fatal(l, changed)
	}
	if l, changed := m.Add(Sample{Silent: true}, time.Second); l != Lost || changed {
		t.Fatal("told twice", l)
	}
	if l, changed := m.Add(line(random, 0), time.Second); l != Good || !changed {
		t.Fatal(l, changed)
	}
}

func TestFewPacketsSayNothingUntilTheyAreEnough(t *testing.T) {
	var m Meter
	few := Sample{Sound: Flow{Expected: 4, Missing: 4, Gone: 4}}
	for i := 1; i < 10; i++ { // what begins badly may only be beginning: one rating is not believed
		if l, _ := m.Add(few, time.Second); l != Unknown {
			t.Fatalf("after %d packets: %v", 4*i, l)
		}
	}
	if l, changed := m.Add(few, time.Second); l != Poor || !changed {
		t.Fatal(l, changed)
	}
	if m.Summary().Seen != 10*time.Second {
		t.Fatal(m.Summary().Seen)
	}
}

func TestASummaryRemembersMeanWorstAndWeakness(t *testing.T) {
	var m Meter
	good := Sample{Sound: Flow{Expected: 50}}
	m.Add(good, 30*time.Second)
	best := m.Rating()
	m.Add(Sample{Silent: true}, 10*time.Second)
	s := m.Summary()
	if s.Worst != 0 || s.Weak != 10*time.Second || s.Seen != 40*time.Second || math.Abs(s.Mean()-best*0.75) > 0.01 {
		t.Fatalf("%+v, mean %v", s, s.Mean())
	}
	both := s.With(Summary{}).With(s)
	if both.Seen != 80*time.Second || both.Mean() != s.Mean() || (Summary{}).Mean() != 0 {
		t.Fatalf("%+v", both)
	}
}

package line

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// never and always are chances at their ends.
func never() float64  { return 0.999999 }
func always() float64 { return 0 }

func TestAPacketMeetsItsFate(t *testing.T) {
	for _, row := range []struct {
		name   string
		s      Settings
		chance Chance
		fate   Fate
		at     time.Duration
	}{
		{"a perfect line takes no time", Settings{}, never, Arrives, time.Second},
		{"delay is added", Settings{Delay: 20 * time.Millisecond}, never, Arrives, time.Second + 20*time.Millisecond},
		{"a narrow line takes its time for every bit", Settings{Rate: 1e6}, never, Arrives, time.Second + 10*time.Millisecond},
		{"loss by chance", Settings{Loss: 0.1}, always, Lost, 0},
		{"no loss by chance", Settings{Loss: 0.1}, never, Arrives, time.Second},
		{"everything is lost", Settings{Loss: 1}, never, Lost, 0},
		{"a cut line", Settings{Cut: true}, never, CutOff, 0},
	} {
		var l Line
		if fate, at := l.Take(row.s, time.Second, 1250, row.chance); fate != row.fate || at != row.at {
			t.Errorf("%s: %v at %v", row.name, fate, at)
		}
	}
}

func TestANarrowLineQueuesAndThenOverflows(t *testing.T) {
	var l Line
	s := Settings{Rate: 1e6, Queue: 50 * time.Millisecond}
	passed := 0
	for {
		fate, at := l.Take(s, 0, 1250, never)
		if fate == Overflow {
			break
		}
		passed++
		if want := time.Duration(passed) * 10 * time.Millisecond; at != want {
			t.Fatalf("packet %d arrives at %v, want %v", passed, at, want)
		}
	}
	if passed != 6 { // five stand, one passes
		t.Fatalf("%d packets before the queue was full", passed)
	}
	if fate, at := l.Take(s, 20*time.Millisecond, 1250, never); fate != Arrives || at != 70*time.Millisecond {
		t.Fatalf("when there is room again: %v at %v", fate, at)
	}
}

func TestJitterKeepsTheOrderUnlessItMayNot(t *testing.T) {
	for _, overtake := range []bool{false, true} {
		var l Line
		random := rand.New(rand.NewPCG(1, 2))
		s := Settings{Delay: 20 * time.Millisecond, Jitter: 30 * time.Millisecond, Overtake: overtake}
		swapped, last := 0, time.Duration(0)
		for i := range 500 {
			now := time.Duration(i) * time.Millisecond
			_, at := l.Take(s, now, 100, random.Float64)
			if at < now+s.Delay || overtake && at > now+s.Delay+s.Jitter {
				t.Fatalf("packet %d of %v arrives at %v", i, now, at)
			}
			if at < last {
				swapped++
			}
			last = at
		}
		if overtake != (swapped > 0) {
			t.Errorf("overtake %v: %d packets out of order", overtake, swapped)
		}
	}
}

func TestWordsChangeOnlyWhatTheyName(t *testing.T) {
	s, err := Parse(Settings{Loss: 0.5}, "delay=20ms jitter=5ms rate=1.5mbit queue=100ms overtake=yes cut=no")
	want := Settings{
		Loss: 0.5, Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Rate: 1.5e6, Queue: 100 * time.Millisecond, Overtake: true,
	}
	if err != nil || s != want {
		t.Fatalf("%+v, %v", s, err)
	}
	if s, err = Parse(s, "clear loss=2%"); err != nil || math.Abs(s.Loss-0.02) > 1e-9 || s.Delay != 0 {
		t.Fatalf("%+v, %v", s, err)
	}
}

func TestWhatCannotBeMeantIsRefusedAndChangesNothing(t *testing.T) {
	before := Settings{Delay: time.Millisecond}
	for text, names := range map[string]string{
		"delay=soon": "delay", "delay=-1ms": "delay", "jitter=1h": "jitter", "loss=2": "loss", "loss=-1%": "loss", "loss=NaN": "loss",
		"rate=fast": "rate", "rate=5": "rate", "rate=-1mbit": "rate", "rate=NaN": "rate", "cut=maybe": "cut", "overtake=": "overtake",
		"delay=1ms speed=2": "speed", "queue=": "queue",
	} {
		s, err := Parse(before, text)
		if err == nil || !strings.Contains(err.Error(), names) || !strings.Contains(err.Error(), "want") || s != before {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
}

func TestSettingsAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(mostDelay)).Draw(t, "time"))
		})
		s := Settings{
			Delay: times.Draw(t, "delay"), Jitter: times.Draw(t, "jitter"), Queue: times.Draw(t, "queue"),
			Loss: rapid.Float64Range(0, 1).Draw(t, "loss"), Rate: rapid.Float64Range(leastRate, mostRate).Draw(t, "rate"),
			Overtake: rapid.Bool().Draw(t, "overtake"), Cut: rapid.Bool().Draw(t, "cut"),
		}
		again, err := Parse(Settings{Delay: 1}, s.String())
		if err != nil || again != s {
			t.Fatalf("%q was read as %+v, %v", s, again, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "clear", "delay=20ms loss=2% rate=1mbit", "cut=yes", "rate=1e400", "loss=Inf%", "=", "delay"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse(Settings{}, text)
		if err != nil {
			return
		}
		if s.Delay < 0 || s.Delay > mostDelay || !(s.Loss >= 0 && s.Loss <= 1) || !(s.Rate == 0 || s.Rate >= leastRate && s.Rate <= mostRate) {
			t.Fatalf("%q gave %+v", text, s)
		}
	})
}

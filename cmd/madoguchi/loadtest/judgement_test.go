package loadtest

import (
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

func TestTheTrendOfAStraightLineIsItsSlope(t *testing.T) {
	for _, slope := range []float64{0, 3, -7} {
		var values []float64
		for i := range 100 {
			values = append(values, 1000+slope*float64(i)+5*math.Sin(float64(i)))
		}
		if got := fit(values); math.Abs(got-slope) > .02 {
			t.Errorf("slope %v is taken for %v", slope, got)
		}
	}
}

func TestWhatGrowsIsNamedAndWhatWaversIsNot(t *testing.T) {
	looks := func(change func(g *Gauges, i int)) (list []Gauges) {
		for i := range 240 {
			g := Gauges{Goroutines: 100, Descriptors: 30, LiveHeap: 20e6 + 1e5*math.Sin(float64(i)), RSS: 60e6}
			change(&g, i)
			list = append(list, g)
		}
		return list
	}
	for _, row := range []struct {
		what   string
		change func(g *Gauges, i int)
		says   string // empty: nothing
	}{
		{"a steady server", func(*Gauges, int) {}, ""},
		{"one that grew while it warmed up", func(g *Gauges, i int) { g.RSS += 1e5 * float64(min(i, 50)) }, ""},
		{"a goroutine every two minutes", func(g *Gauges, i int) { g.Goroutines += float64(i / 8) }, "goroutines"},
		{"20 kB a look", func(g *Gauges, i int) { g.LiveHeap += 2e4 * float64(i) }, "live heap"},
		{"a descriptor every ten minutes", func(g *Gauges, i int) { g.Descriptors += float64(i / 40) }, "descriptors"},
	} {
		err := grown(io.Discard, looks(row.change), 15*time.Second)
		if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s: %v", row.what, err)
		}
	}
	if err := grown(io.Discard, looks(func(*Gauges, int) {})[:2], time.Second); err == nil {
		t.Error("two looks were taken for a trend")
	}
}

func TestWhatDoesNotComeBackIsNamed(t *testing.T) {
	before := Gauges{Goroutines: 100, Descriptors: 30, LiveHeap: 15e6, RSS: 60e6, Rooms: 3, Peers: 6, Owned: Owned{Peers: 6, Rooms: 3}}
	if err := back(io.Discard, before, before, inDemo); err != nil {
		t.Error(err)
	}
	kept := before
	kept.Redis, kept.Goroutines, kept.Descriptors, kept.LiveHeap = Pool{Used: 1, Idle: 9}, before.Goroutines+10, before.Descriptors+20, before.LiveHeap+10*64<<10
	if err := back(io.Discard, before, kept, inDemo); err != nil {
		t.Errorf("ten more connections to Redis: %v", err)
	}
	if err := back(io.Discard, before, kept, inService); err == nil || !strings.Contains(err.Error(), "goroutines") || !strings.Contains(err.Error(), "descriptors") {
		t.Errorf("in service the other ends are not the server's own, and still: %v", err)
	}
	for _, row := range []struct {
		change func(g *Gauges)
		says   string
	}{
		{func(g *Gauges) { g.Owned.Peers++ }, "ledger"},
		{func(g *Gauges) { g.Rooms++ }, "rooms"},
		{func(g *Gauges) { g.Goroutines += few + 1 }, "goroutines"},
		{func(g *Gauges) { g.Descriptors += few + 1 }, "descriptors"},
		{func(g *Gauges) { g.LiveHeap += 1e6 }, "live heap"},
		{func(g *Gauges) { g.RSS *= 2 }, "memory"},
	} {
		after := before
		row.change(&after)
		if err := back(io.Discard, before, after, inDemo); err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v", row.says, err)
		}
	}
}

func TestSaturationIsJudgedByCostSoundAndWhatComesThrough(t *testing.T) {
	step := func(rooms int, rate, cost, cpu, sound float64) Report {
		return Report{Rooms: rooms, Seconds: 1, Received: uint64(rate), CPUPerMillion: cost, CPUPct: cpu, Sound: Medium{LossPct: sound}}
	}
	for _, row := range []struct {
		what  string
		steps []Report
		says  string // empty: nothing
	}{
		{"cost falls, and full is full", []Report{step(1, 400, 20, 5, 0), step(10, 4000, 12, 50, 0), step(40, 8000, 11, 99, 0), step(80, 7900, 12, 99, 0)}, ""},
		{"cost rises before it is full", []Report{step(1, 400, 20, 5, 0), step(10, 4000, 12, 50, 0), step(20, 8000, 14, 80, 0)}, "20 rooms: 14.00 s"},
		{"sound is lost", []Report{step(40, 8000, 11, 99, 0), step(80, 8000, 11, 99, 4)}, "of the sound was lost"},
		{"it collapses", []Report{step(40, 8000, 11, 99, 0), step(80, 4000, 20, 99, 0)}, "came through"},
	} {
		err := judge(row.steps, 100)
		if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s: %v", row.what, err)
		}
	}
}

func TestKeysThatStayForGoodAreNamedAndThoseThatExpireAreNot(t *testing.T) {
	before := census{"out": {1, 1, 1000, -1}, "led:booth:": {2, 0, 300, time.Hour}}
	with := func(name string, f family) census {
		c := census{name: f}
		for n, f := range before {
			if n != name {
				c[n] = f
			}
		}
		return c
	}
	for _, row := range []struct {
		what  string
		after census
		says  string // empty: nothing
	}{
		{"nothing has come", before, ""},
		{"documents that expire", with("ses:", family{100, 0, 90_000, time.Hour}), ""},
		{"the first call for staff of all", with("calls", family{1, 1, 80, -1}), ""},
		{"an outbox up to its bound", with("out", family{1, 1, 9e6, -1}), ""},
		{"a document without an expiry", with("ses:", family{100, 1, 90_000, time.Hour}), "keys ses:…: 1 without an expiry"},
		{"a list that nobody bounds", with("calls", family{1, 1, 80_000, -1}), "bytes before"},
	} {
		err := row.after.back(io.Discard, before)
		if row.says == "" && err != nil || row.says != "" && (err == nil || !strings.Contains(err.Error(), row.says)) {
			t.Errorf("%s: %v", row.what, err)
		}
	}
}

func TestKeysAreToldApartUpToTheirFirstId(t *testing.T) {
	k := keys{}
	for key, want := range map[string]string{
		"{land}:ses:s_1": "ses:", "{land}:ses-out": "ses-out", "{land}:led:booth:b1": "led:booth:",
		"{land}:conv:desk:c0:x": "conv:desk:", "{land}:rr:p1:202611": "rr:", "elsewhere": "elsewhere",
	} {
		if got := k.familyOf(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

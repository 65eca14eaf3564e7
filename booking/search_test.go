package booking_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/fstest"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore/redistest"
)

// twoAreas is a catalogue with one office and one counsellor in each of two areas.
var twoAreas = fstest.MapFS{"all.yaml": {Data: []byte(`
areas: [{id: east, name: 東}, {id: west, name: 西}]
services: [{id: talk, name: 相談, publicName: 相談, role: counselor, minutes: 30}]
pools:
  - {id: east, name: 東, area: east, services: [talk], desks: [{id: east, name: 岩城, role: counselor, title: 相談員, roster: [{days: Mon-Sun, from: "00:00", to: "24:00"}]}]}
  - {id: west, name: 西, area: west, services: [talk], desks: [{id: west, name: 北浦, role: counselor, title: 相談員, roster: [{days: Mon-Sun, from: "00:00", to: "24:00"}]}]}
offices:
  - {id: east, name: 東局, area: east, booths: [{id: east-1, name: ブース1}], hours: [{days: Mon-Sun, open: "00:00", close: "24:00"}], offers: [{service: talk, pool: east, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}]}
  - {id: west, name: 西局, area: west, booths: [{id: west-1, name: ブース1}], hours: [{days: Mon-Sun, open: "00:00", close: "24:00"}], offers: [{service: talk, pool: west, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}]}
`)}}

// Whatever search offers on a snapshot HOLD accepts on that snapshot, and what it refuses HOLD refuses: half-filled
// days, every start of the day, each tried on a hold that is given back at once.
func TestWhateverSearchOffersIsAcceptedAndNothingElse(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		random := rand.New(rand.NewPCG(1, 2))
		visits := [][]booking.LegRequest{{medical}, {then}, {medical, then}, {card}, {gyosei}, {medical, then, card}, {gyosei, card}}
		day := calendar.DateOf(clinicMorning())
		for n := range 12 { // fill the day with whatever fits
			h := wish()
			h.Key, h.Legs = fmt.Sprint("fill-", n), visits[random.IntN(len(visits))]
			h.Start = day.At(9*60 + 10*random.IntN(48))
			if _, err := k.Hold(ctx, counter, h); err != nil && !errors.As(err, new(*booking.Problem)) {
				t.Fatal(err)
			}
		}
		offered, tried := 0, 0
		for _, legs := range visits {
			times, err := k.Times(ctx, "shiomachihama", legs, day)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range times {
				h := wish()
				h.Legs, h.Start = legs, a.Start
				held, err := k.Hold(ctx, counter, h)
				tried++
				if a.Free() != (err == nil) {
					t.Fatalf("%v at %v: offered %v %v, hold says %v", legs, a.Start, a.Free(), a.Reasons, err)
				}
				if err != nil {
					continue
				}
				offered++
				if err := k.Release(ctx, counter, held.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if offered < 10 || tried-offered < 10 {
			t.Errorf("%d of %d starts were offered: the day should be half full", offered, tried)
		}
	})
}

func TestTheDemoCanKeepTheOfficesHoursOnAnyDay(t *testing.T) {
	newYear := calendar.Date{Year: 2027, Month: time.January, Day: 1}
	k := newDesk(t, redistest.Mini(t), setting{now: newYear.At(8 * 60), options: []booking.Option{booking.OpenDaily()}})
	for minute, open := range map[int]bool{10 * 60: true, 12*60 + 10: false, 16 * 60: true, 17*60 + 10: false} {
		h := wish()
		h.Legs, h.Start = []booking.LegRequest{medical}, newYear.At(minute)
		if _, err := k.Hold(context.Background(), counter, h); (err == nil) != open {
			t.Errorf("at %02d:%02d on New Year's Day: %v", minute/60, minute%60, err)
		}
	}
}

func TestTheDemoIsAlwaysOpen(t *testing.T) {
	s := redistest.Mini(t)
	for _, now := range []time.Time{
		calendar.Date{Year: 2027, Month: time.January, Day: 1}.At(3*60 + 2), calendar.Date{Year: 2026, Month: time.December, Day: 5}.At(12*60 + 31),
		calendar.Date{Year: 2026, Month: time.December, Day: 6}.At(23*60 + 58),
	} {
		k := newDesk(t, s, setting{now: now, options: []booking.Option{booking.AlwaysOpen()}})
		for _, legs := range [][]booking.LegRequest{{medical, then}, {card}, {gyosei}} {
			h := wish()
			h.Legs, h.Start = legs, now.Truncate(5*time.Minute).Add(5*time.Minute)
			held := k.mustHold(t, h)
			if err := k.Release(context.Background(), counter, held.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	plain, err := booking.Load(twoAreas)
	if err != nil {
		t.Fatal(err)
	}
	if k := newDesk(t, s, setting{}); k.Directory().Fingerprint() == plain.Fingerprint() || k.Directory().Fingerprint() != newDesk(t, s, setting{}).Directory().Fingerprint() {
		t.Error("the fingerprint does not follow the catalogue")
	}
}

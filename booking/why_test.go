package booking_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore/redistest"
)

func codes(w booking.Why) string {
	var list []string
	for _, r := range w.Reasons {
		list = append(list, r.Code)
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

func TestWhyNotNamesEveryReasonAndTheNearestAlternatives(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		k := newDesk(t, s, setting{})
		ctx := context.Background()
		first, second := wish(), wish() // both booths at 10:00, one of them with the doctor
		first.Booth, second.Booth, second.Legs = "shiomachihama-1", "shiomachihama-2", []booking.LegRequest{card}
		k.mustBook(t, first, minami)
		k.mustBook(t, second, isobe)
		why, err := k.Why(ctx, booking.WhyRequest{Office: "shiomachihama", Start: clinicMorning().Add(time.Hour), Legs: []booking.LegRequest{medical, then}})
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(why); why.Free || got != "booths-busy desks-busy" {
			t.Errorf("reasons %q", got)
		}
		ten := clinicMorning().Add(time.Hour)
		if why.Before == nil || why.After == nil || !why.Before.Start.Before(ten) || !why.After.Start.After(ten) {
			t.Errorf("before %+v, after %+v", why.Before, why.After)
		}
		if len(why.Offices) != 2 || why.Offices[0].Starts[0].Start.Sub(ten).Abs() > time.Hour {
			t.Errorf("offices %+v", why.Offices)
		}
		who, err := k.Why(ctx, booking.WhyRequest{Office: "okuse", Start: ten, Legs: []booking.LegRequest{gyosei}, Resident: minami})
		if err != nil || codes(who) != "resident-busy" {
			t.Errorf("for somebody who is elsewhere then: %q, %v", codes(who), err)
		}
		for _, r := range append(why.Reasons, who.Reasons...) {
			if text := r.Text + r.Easy + r.En; strings.Contains(text, "ミナミ") || strings.Contains(text, "1456") || strings.Contains(text, "森田") {
				t.Errorf("a reason names somebody: %s", text)
			}
		}
		one := card
		one.Desk = "shimin-1"
		at := clinicMorning().Add(24 * time.Hour).Add(4 * time.Hour) // a Thursday at 13:00, when both desks are served
		h := wish()
		h.Start, h.Legs = at, []booking.LegRequest{one}
		k.mustBook(t, h, isobe)
		desk, err := k.Why(ctx, booking.WhyRequest{Office: "shiomachihama", Start: at, Legs: []booking.LegRequest{one}})
		if err != nil || codes(desk) != "desks-busy" || len(desk.Desks) != 1 || desk.Desks[0].Desk != "shimin-2" {
			t.Errorf("another desk of the pool is free: %q %+v, %v", codes(desk), desk.Desks, err)
		}
	})
}

// prefecture is n offices in a row, ten kilometres apart, that share four pools.
func prefecture(n int) fstest.MapFS {
	var b strings.Builder
	b.WriteString("areas: [{id: a, name: 県}]\nservices:\n")
	b.WriteString("  - {id: medical, name: 診療, publicName: 医院, role: doctor, minutes: 20, cleaning: 5, after: 5, needs: [camera], followedBy: [guidance]}\n")
	b.WriteString("  - {id: guidance, name: 服薬指導, publicName: 薬局, role: pharmacist, minutes: 10, needs: [camera]}\n")
	b.WriteString("pools:\n")
	for _, p := range []struct{ id, service, role string }{{"m1", "medical", "doctor"}, {"m2", "medical", "doctor"}, {"p1", "guidance", "pharmacist"}, {"p2", "guidance", "pharmacist"}} {
		fmt.Fprintf(&b, "  - id: %s\n    name: %s\n    area: a\n    services: [%s]\n    desks:\n", p.id, p.id, p.service)
		for d := range 3 {
			fmt.Fprintf(&b, "      - {id: %s-%d, name: 席, role: %s, title: 席, roster: [{days: Mon-Fri, from: \"09:00\", to: \"12:00\"}, {days: Mon-Fri, from: \"13:00\", to: \"17:00\"}]}\n", p.id, d, p.role)
		}
	}
	b.WriteString("offices:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - id: o%d\n    name: 局%d\n    area: a\n    location: {lat: %.4f, lon: 139.0}\n    booths: [{id: o%d-1, name: ブース1, equipment: [camera], cleaning: 5}, {id: o%d-2, name: ブース2, equipment: [camera], cleaning: 5}]\n", i, i, 34+float64(i)*0.09, i, i)
		b.WriteString("    hours: [{days: Mon-Fri, open: \"09:00\", close: \"17:00\", noonFrom: \"12:00\", noonTo: \"13:00\"}]\n    offers:\n")
		for _, o := range []string{"service: medical, pool: m1", "service: medical, pool: m2", "service: guidance, pool: p1"} {
			fmt.Fprintf(&b, "      - {%s, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}\n", o)
		}
	}
	return fstest.MapFS{"all.yaml": {Data: []byte(b.String())}}
}

func TestOfficesAreFoundNearestFirst(t *testing.T) {
	k := broker(t, redistest.Mini(t), prefecture(5))
	legs := []booking.LegRequest{{Service: "medical"}, {Service: "guidance"}}
	found, _, err := k.Find(context.Background(), "o2", legs, calendar.DateOf(clinicMorning()), 7)
	if err != nil || len(found) != 5 {
		t.Fatalf("%d offices, %v", len(found), err)
	}
	order := ""
	for _, f := range found {
		order += f.Office.ID + " "
		if f.Free == 0 || f.Legs[0].Pool == "" {
			t.Errorf("office %s: %d free by %+v", f.Office.ID, f.Free, f.Legs)
		}
	}
	if !strings.HasPrefix(order, "o2 ") || found[1].Distance < 9 || found[1].Distance > 11 || found[4].Distance < 19 || found[4].Distance > 21 {
		t.Errorf("order %s: %.1f km to the second, %.1f km to the last", order, found[1].Distance, found[4].Distance)
	}
}

// A week over 50 offices, with a month of bookings in the ledgers.
func BenchmarkSearchAWeekOver50Offices(b *testing.B) {
	s := redistest.Real(b)
	dir, err := booking.Load(prefecture(50))
	if err != nil {
		b.Fatal(err)
	}
	now := clinicMorning()
	service, err := booking.New(booking.Config{Directory: dir, Redis: s.Client, Secret: make([]byte, 32), Now: func() time.Time { return now }})
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	fill(b, s, now)
	legs := []booking.LegRequest{{Service: "medical"}, {Service: "guidance"}}
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		found, _, err := service.Find(ctx, "o20", legs, calendar.DateOf(now), 7)
		if err != nil || len(found) != 50 {
			b.Fatal(len(found), err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/search-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/search-p99")
}

// fill puts confirmed visits into the ledgers of every booth and desk: 20 minutes in each hour of a month.
func fill(b *testing.B, s *redistest.Server, from time.Time) {
	b.Helper()
	ctx := context.Background()
	var ledgers []string
	for o := range 50 {
		ledgers = append(ledgers, fmt.Sprintf("booth:o%d-1", o), fmt.Sprintf("booth:o%d-2", o))
	}
	for _, p := range []string{"m1", "m2", "p1", "p2"} {
		for d := range 3 {
			ledgers = append(ledgers, fmt.Sprintf("desk:%s-%d", p, d))
		}
	}
	pipe := s.Client.Pipeline()
	for n, l := range ledgers {
		for hour := range 30 * 24 {
			start := from.Add(time.Duration(hour)*time.Hour + time.Duration(n%4)*10*time.Minute)
			pipe.ZAdd(ctx, "{a}:led:"+l, redisZ(start, start.Add(20*time.Minute), n, hour))
		}
	}
	if _, err := pipe.Exec(ctx); err != nil {
		b.Fatal(err)
	}
}

func redisZ(start, end time.Time, ledger, n int) redis.Z {
	return redis.Z{Score: float64(start.UnixMilli()), Member: fmt.Sprintf("%d|0|a_%d_%d", end.UnixMilli(), ledger, n)}
}

package redisstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
)

// The cost of a hold as a share of what the same server does with a script that does nothing. Run with
// go test -bench Redis -cpu 64 ./booking/redisstore to have 64 clients.

func BenchmarkRedisBareScript(b *testing.B) {
	r := redistest.Real(b)
	bare := redis.NewScript("return 1")
	ctx := context.Background()
	if err := bare.Load(ctx, r.Client).Err(); err != nil {
		b.Fatal(err)
	}
	measured(b, func(int64) error { return bare.EvalSha(ctx, r.Client, []string{"{area}:x"}).Err() })
}

// free gives requests that never meet, with everything on: every one on a time and a set of ledgers of its own, a sealed
// record, an id and a fingerprint as long as the real ones.
func free(n int64) HoldRequest {
	start := ten.Add(time.Duration(n/200) * time.Hour)
	place := fmt.Sprint(n % 200)
	h := request(start, []string{"b" + place}, []string{"d" + place}, []string{"p" + place}, "resident-index-"+place)
	h.Legs, h.End = h.Legs[:1], h.Legs[0].End
	h.ID, h.Fingerprint, h.Who = fmt.Sprintf("a_%026d", ids.Add(1)), "fingerprint-of-26-letters-", sealedRecord
	return h
}

// sealedRecord is as long as one with a name, a number and an address for mail.
var sealedRecord = bytes.Repeat([]byte{0xa5}, 120)

// measured runs one request after another on each of b's clients and tells how long they took.
func measured(b *testing.B, one func(n int64) error) {
	var (
		n     atomic.Int64
		mutex sync.Mutex
		all   []time.Duration
	)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration
		for pb.Next() {
			began := time.Now()
			if err := one(n.Add(1)); err != nil {
				b.Error(err)
				return
			}
			mine = append(mine, time.Since(began))
		}
		mutex.Lock()
		defer mutex.Unlock()
		all = append(all, mine...)
	})
	b.StopTimer()
	slices.Sort(all)
	if len(all) > 0 {
		b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "per-second")
}

// benched is a store with its rules published, so that HOLD compares them.
func benched(b *testing.B) *Store {
	s := New(redistest.Real(b).Client, "area", Options{})
	if err := s.PublishRules(context.Background(), 1); err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkRedisHold(b *testing.B) {
	s := benched(b)
	measured(b, func(n int64) error {
		_, err := s.Hold(context.Background(), free(n))
		return err
	})
}

func BenchmarkRedisHoldRefused(b *testing.B) {
	s := benched(b)
	mustHold(b, s, free(0))
	measured(b, func(int64) error {
		if _, err := s.Hold(context.Background(), free(0)); !errors.As(err, new(*TakenError)) {
			return fmt.Errorf("a taken time: %w", err)
		}
		return nil
	})
}

func BenchmarkRedisHoldConfirmCancel(b *testing.B) {
	s := benched(b)
	ctx := context.Background()
	measured(b, func(n int64) error {
		h := free(n)
		_, err := s.Hold(ctx, h)
		if err == nil {
			_, err = s.Confirm(ctx, h.ID, confirmation(h.Resident))
		}
		if err == nil {
			_, err = s.Cancel(ctx, h.ID)
		}
		return err
	})
}

// booths is how many booths the day view shows.
const booths = 200

// BenchmarkRedisDayView reads the day of 200 booths with ten visits each from their ledgers.
func BenchmarkRedisDayView(b *testing.B) {
	s := benched(b)
	ctx := context.Background()
	day := ten.Truncate(24 * time.Hour)
	ledgers := make([]Ledger, booths)
	for n := range booths {
		ledgers[n] = Ledger{KindBooth, fmt.Sprint("b", n)}
		for k := range 10 {
			h := free(int64(n))
			at := day.Add(time.Duration(k) * time.Hour)
			h.Booth.Start, h.Booth.End, h.Start, h.End = at, at.Add(35*time.Minute), at, at.Add(30*time.Minute)
			h.Legs[0].Start, h.Legs[0].End = at, at.Add(20*time.Minute)
			mustHold(b, s, h)
		}
	}
	measured(b, func(int64) error {
		busy, err := s.Busy(ctx, ledgers, day, day.Add(24*time.Hour))
		if err == nil && len(busy[booths-1]) != 10 {
			err = fmt.Errorf("the last booth has %d visits", len(busy[booths-1]))
		}
		return err
	})
}

// TestAnAppointmentTakesLittleMemory measures what Redis keeps for each of many confirmed appointments, everything
// counted: ledgers, record, sealed record, lists of the day, numbers, alarms, events.
func TestAnAppointmentTakesLittleMemory(t *testing.T) {
	const many, most = 4000, 2048
	r := redistest.Real(t)
	s := New(r.Client, "area", Options{})
	ctx := context.Background()
	before := usedMemory(t, r)
	for n := range int64(many) {
		h := free(n)
		mustHold(t, s, h)
		c := confirmation(h.Resident)
		c.Date = h.Start.Format("2006-01-02")
		if _, err := s.Confirm(ctx, h.ID, c); err != nil {
			t.Fatal(err)
		}
	}
	each := (usedMemory(t, r) - before) / many
	t.Logf("%d bytes for each of %d confirmed appointments", each, many)
	if each >= most {
		t.Errorf("an appointment takes %d bytes; %d are allowed", each, most)
	}
}

func usedMemory(t *testing.T, r *redistest.Server) int64 {
	t.Helper()
	info, err := r.Client.Info(context.Background(), "memory").Result()
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "used_memory:")
	line, _, _ := strings.Cut(rest, "\r")
	n, err := strconv.ParseInt(line, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// An area's offices all shut at about the same time: their days are read together, not one after the other.
func BenchmarkDaysOf50OfficesOf30Visits(b *testing.B) {
	s := New(redistest.Real(b).Client, "area", Options{})
	ctx := context.Background()
	var offices []string
	for o := range 50 {
		office := fmt.Sprint("o", o)
		offices = append(offices, office)
		for n := range 30 {
			name := fmt.Sprintf("%d-%d", o, n)
			h := at(ten.Add(time.Duration(n)*10*time.Minute), name)
			h.Office = office
			if _, err := s.Hold(ctx, h); err != nil {
				b.Fatal(err)
			}
			if _, err := s.Confirm(ctx, h.ID, confirmation(name)); err != nil {
				b.Fatal(err)
			}
		}
	}
	date := civilDate(ten)
	b.Run("together", func(b *testing.B) {
		for b.Loop() {
			days, err := s.OfficeDays(ctx, offices, date)
			if err != nil || len(days) != 50 || len(days[49]) != 30 {
				b.Fatal(len(days), err)
			}
		}
	})
	b.Run("one after the other", func(b *testing.B) {
		for b.Loop() {
			for _, office := range offices {
				if day, err := s.OfficeDay(ctx, office, []string{date}); err != nil || len(day) != 30 {
					b.Fatal(len(day), err)
				}
			}
		}
	})
}

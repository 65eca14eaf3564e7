package redisstore

import (
	"context"
	"fmt"
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
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := bare.EvalSha(ctx, r.Client, []string{"{area}:x"}).Err(); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// free gives requests that never meet: every one on a minute and a set of ledgers of its own.
func free(n int64) HoldRequest {
	start := ten.Add(time.Duration(n/200) * time.Hour)
	place := fmt.Sprint(n % 200)
	return request(start, []string{"b" + place}, []string{"d" + place}, []string{"p" + place}, "r"+place)
}

func BenchmarkRedisHold(b *testing.B) {
	s := New(redistest.Real(b).Client, "area", Options{})
	var n atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Hold(context.Background(), free(n.Add(1))); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkRedisHoldRefused(b *testing.B) {
	s := New(redistest.Real(b).Client, "area", Options{})
	mustHold(b, s, free(0))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Hold(context.Background(), free(0)); err == nil {
				b.Error("a taken time was given out")
				return
			}
		}
	})
}

func BenchmarkRedisHoldConfirmCancel(b *testing.B) {
	s := New(redistest.Real(b).Client, "area", Options{})
	ctx := context.Background()
	var n atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h := free(n.Add(1))
			_, err := s.Hold(ctx, h)
			if err == nil {
				_, err = s.Confirm(ctx, h.ID, confirmation(h.Resident))
			}
			if err == nil {
				_, err = s.Cancel(ctx, h.ID)
			}
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}

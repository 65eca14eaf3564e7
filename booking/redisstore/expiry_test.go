package redisstore

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

func TestWhatVisitsLeaveBehindExpiresByItself(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		ctx := context.Background()
		s := New(r.Client, "area", Options{})
		mustBook(t, s, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		gone := mustBook(t, s, request(ten.Add(2*time.Hour), []string{"b1"}, []string{"d1"}, []string{"p1"}, "r2"))
		if _, err := s.Cancel(ctx, gone.ID); err != nil {
			t.Fatal(err)
		}
		names, err := r.Client.Keys(ctx, "*").Result()
		if err != nil {
			t.Fatal(err)
		}
		ofTheArea := []string{"out", "alarms", "due", "seq", "flushed"} // one each, whatever is booked
		for _, name := range names {
			ttl, err := r.Client.TTL(ctx, name).Result()
			short := strings.TrimPrefix(name, s.prefix)
			if err != nil || ttl < 0 && !slices.Contains(ofTheArea, short) {
				t.Errorf("%s stays for ever: %v, %v", name, ttl, err)
			}
		}
		if ttl := r.Client.TTL(ctx, s.assigned("morita", ten)).Val(); ttl < 92*24*time.Hour {
			t.Errorf("the minutes of a month that can still be booked are kept for %v", ttl)
		}
	})
}

package redisstore

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore/redistest"
)

// onDisk is a journal as a broker's, without sealing.
type onDisk struct{ *journal.Journal }

func (o onDisk) Done(ctx context.Context, _ string, steps []Entry) error {
	text, err := json.Marshal(steps)
	if err != nil {
		return err
	}
	return o.Append(ctx, text)
}

func (o onDisk) Unknown(ctx context.Context, area string, steps []Entry) error {
	return o.Done(ctx, area, steps)
}

// BenchmarkRedisConfirm tells what it costs that a confirmation lasts: all four share one primary with one replica.
func BenchmarkRedisConfirm(b *testing.B) {
	pair := redistest.Paired(b)
	one := Durability{Replicas: 1, Within: time.Second}
	for _, row := range []struct {
		name    string
		durable Durability
		noted   bool
	}{{"bare", Durability{}, false}, {"journal", Durability{}, true}, {"wait", one, false}, {"journal+wait", one, true}} {
		b.Run(row.name, func(b *testing.B) {
			if err := pair.Client.FlushAll(context.Background()).Err(); err != nil {
				b.Fatal(err)
			}
			o := Options{Durability: row.durable, HoldTTL: time.Hour}
			if row.noted {
				j, _, _, err := journal.Open(b.TempDir(), journal.Options{})
				if err != nil {
					b.Fatal(err)
				}
				b.Cleanup(func() { _ = j.Close() })
				o.Journal = onDisk{j}
			}
			s := New(pair.Client, "area", o)
			held := make([]HoldRequest, b.N)
			for n := range held {
				held[n] = free(int64(n))
				mustHold(b, s, held[n])
			}
			measured(b, func(n int64) error {
				h := held[n-1]
				_, err := s.Confirm(context.Background(), h.ID, confirmation(h.Resident))
				return err
			})
		})
	}
}

package redisstore

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// clock is the answer of the area's server to what time it is.
type clock struct{ *redis.Cmd }

// clockOf asks the server that keeps the area. TIME itself has no key, so a Cluster would answer it from any of its
// nodes, while only this one judges whether a hold is alive. It is sent whole, since a pipeline cannot recover from a
// server that does not know it.
func (s *Store) clockOf(ctx context.Context, c redis.Cmdable) clock {
	return clock{c.Eval(ctx, `return redis.call('TIME')`, []string{s.rules()})}
}

// time gives the answer once it is there.
func (c clock) time() (time.Time, error) {
	parts, err := c.Int64Slice()
	if err != nil {
		return time.Time{}, err
	}
	if len(parts) != 2 {
		return time.Time{}, fmt.Errorf("the server's time has %d parts, want seconds and microseconds", len(parts))
	}
	return time.Unix(parts[0], parts[1]*1000), nil
}

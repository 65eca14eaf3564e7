package signaling

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// Wrong reception numbers of one seat: after so many it has to wait until the first of them is so old. Six digits, a
// few dozen of them taken on a day: guessing one would take weeks.
const (
	missesAtMost = 5
	missesFor    = 10 * time.Minute
)

// tries counts a seat's attempts at reception numbers.
type tries struct {
	redis redis.UniversalClient
	keys  keyspace
}

// begin counts one attempt, before it is made so that many at once gain nothing; it returns how long to wait, 0 if the
// attempt may be made.
func (t tries) begin(ctx context.Context, seat string) (time.Duration, error) {
	key := t.keys.tries(seat)
	var count *redis.IntCmd
	var left *redis.DurationCmd
	_, err := t.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, key, 0, missesFor)
		count = p.Incr(ctx, key)
		left = p.PTTL(ctx, key)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("count tries of %s: %w", seat, err)
	}
	if count.Val() > missesAtMost {
		return max(left.Val(), time.Second), nil
	}
	return 0, nil
}

// succeed forgets the misses.
func (t tries) succeed(ctx context.Context, seat string) error {
	if err := t.redis.Del(ctx, t.keys.tries(seat)).Err(); err != nil {
		return fmt.Errorf("forget tries of %s: %w", seat, err)
	}
	return nil
}

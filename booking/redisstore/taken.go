package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Taken is one live entry of a ledger.
type Taken struct {
	Interval
	Held bool // by a hold that is alive, not yet by an appointment
	ID   string
}

// Taken reads the live entries of a ledger that begin within [from, to), by start.
func (s *Store) Taken(ctx context.Context, l Ledger, from, to time.Time) ([]Taken, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	var clock clock
	var entries *redis.ZSliceCmd
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		clock = s.clockOf(ctx, p)
		entries = p.ZRangeByScoreWithScores(ctx, s.ledger(l.Kind+":"+l.ID), &redis.ZRangeBy{
			Min: strconv.FormatInt(millis(from), 10), Max: "(" + strconv.FormatInt(millis(to), 10),
		})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read ledger %s %s: %w", l.Kind, l.ID, unavailable(err))
	}
	now, err := clock.time()
	if err != nil {
		return nil, fmt.Errorf("read ledger %s %s: %w", l.Kind, l.ID, err)
	}
	var list []Taken
	for _, z := range entries.Val() {
		member, _ := z.Member.(string)
		parts := strings.SplitN(member, "|", 3)
		if len(parts) != 3 {
			return nil, fmt.Errorf("ledger %s %s: entry %q", l.Kind, l.ID, member)
		}
		deadline := fromMillis(parts[1])
		if held := !deadline.IsZero(); !held || deadline.After(now) {
			i := Interval{Start: time.UnixMilli(int64(z.Score)), End: fromMillis(parts[0]), Block: strings.HasPrefix(parts[2], blockPrefix)}
			list = append(list, Taken{i, held, parts[2]})
		}
	}
	return list, nil
}

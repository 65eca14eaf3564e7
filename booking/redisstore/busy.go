package redisstore

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Interval is a stretch of time something is taken, its end excluded.
type Interval struct {
	Start, End time.Time
	Block      bool // a block and no visit
}

// Kinds of ledgers.
const (
	KindBooth    = "booth"
	KindDesk     = "desk"
	KindResident = "resident"
)

// Ledger names one.
type Ledger struct{ Kind, ID string }

// blockPrefix begins the ids of blocks.
const blockPrefix = "x_"

// longest bounds how long any entry of a ledger is, so that one that began before a window is still seen.
const longest = 24 * time.Hour

// Busy reads when each ledger is taken within [from, to), sorted by start, dead holds left out, and the entries of those
// excepted too. All are read in one round trip, though not at one instant: the ledgers decide at the time of the hold.
func (s *Store) Busy(ctx context.Context, ledgers []Ledger, from, to time.Time, except ...string) ([][]Interval, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	lists, windows := make([]*redis.ZSliceCmd, len(ledgers)), map[int]*redis.ZSliceCmd{}
	var clock clock
	window := &redis.ZRangeBy{
		Min: strconv.FormatInt(millis(from.Add(-longest)), 10), Max: "(" + strconv.FormatInt(millis(to), 10),
	}
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		clock = s.clockOf(ctx, p)
		for i, l := range ledgers {
			if l.Kind == KindLent {
				windows[i] = p.ZRangeWithScores(ctx, s.windows(l.ID), 0, -1)
				l.Kind = KindDesk
			}
			lists[i] = p.ZRangeByScoreWithScores(ctx, s.ledger(l.Kind+":"+l.ID), window)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %d ledgers of area %s: %w", len(ledgers), s.area, unavailable(err))
	}
	now, err := clock.time()
	if err != nil {
		return nil, fmt.Errorf("read %d ledgers of area %s: %w", len(ledgers), s.area, err)
	}
	busy := make([][]Interval, len(ledgers))
	for i, list := range lists {
		if busy[i], err = intervals(list.Val(), now, except); err != nil {
			return nil, fmt.Errorf("ledger %s %s: %w", ledgers[i].Kind, ledgers[i].ID, err)
		}
		if w := windows[i]; w != nil {
			busy[i] = append(busy[i], outside(w.Val(), from.Add(-longest), to)...)
			sort.Slice(busy[i], func(a, b int) bool { return busy[i][a].Start.Before(busy[i][b].Start) })
		}
	}
	return busy, nil
}

// intervals reads entries that Redis gives by start.
func intervals(entries []redis.Z, now time.Time, except []string) ([]Interval, error) {
	list := make([]Interval, 0, len(entries))
	for _, z := range entries {
		member, ok := z.Member.(string)
		end, rest, cut := strings.Cut(member, "|")
		deadline, id, again := strings.Cut(rest, "|")
		if !ok || !cut || !again {
			return nil, fmt.Errorf("entry %q", member)
		}
		if dead := fromMillis(deadline); !dead.IsZero() && !dead.After(now) || slices.Contains(except, id) {
			continue
		}
		list = append(list, Interval{time.UnixMilli(int64(z.Score)), fromMillis(end), strings.HasPrefix(id, blockPrefix)})
	}
	return list, nil
}

// Assigned gives how many minutes each desk of the pools has been assigned in the month of a time, so that a pool can
// share its work.
func (s *Store) Assigned(ctx context.Context, pools []string, at time.Time) (map[string]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	lists := make([]*redis.ZSliceCmd, len(pools))
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, pool := range pools {
			lists[i] = p.ZRangeWithScores(ctx, s.assigned(pool, at), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read minutes assigned by %d pools: %w", len(pools), unavailable(err))
	}
	minutes := map[string]float64{}
	for _, list := range lists {
		for _, z := range list.Val() {
			if desk, ok := z.Member.(string); ok {
				minutes[desk] += z.Score
			}
		}
	}
	return minutes, nil
}

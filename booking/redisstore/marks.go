package redisstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// keepMarks is how long what has been prepared is known after the visit.
const keepMarks = 24 * time.Hour

// Mark notes, or takes back, one thing that has been prepared for an appointment. Doing it again changes nothing.
func (s *Store) Mark(ctx context.Context, r Record, mark string, on bool) error {
	_, err := s.run(ctx, s.steps.mark, []string{s.marks(r.ID), s.outbox()},
		r.ID, r.Office, mark, flag(on), millis(r.End.Add(keepMarks)))
	if err != nil {
		return fmt.Errorf("mark %s: %w", r.ID, err)
	}
	return nil
}

// Marks reads what has been prepared for each appointment, sorted.
func (s *Store) Marks(ctx context.Context, ids []string) ([][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	sets := make([]*redis.StringSliceCmd, len(ids))
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			sets[i] = p.SMembers(ctx, s.marks(id))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is prepared for %d: %w", len(ids), unavailable(err))
	}
	list := make([][]string, len(ids))
	for i, set := range sets {
		list[i] = set.Val()
		slices.Sort(list[i])
	}
	return list, nil
}

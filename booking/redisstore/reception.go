package redisstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// Receptions finds the appointments at an office that have a reception number on any of the dates: seldom more than one,
// since numbers are drawn of 900,000 for each day.
func (s *Store) Receptions(ctx context.Context, office string, dates []string, number string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	found := make([]*redis.StringCmd, len(dates))
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, date := range dates {
			found[i] = p.HGet(ctx, s.receptions(office, date), number)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("find reception number at office %s: %w", office, unavailable(err))
	}
	var ids []string
	for _, one := range found {
		if id := one.Val(); id != "" {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

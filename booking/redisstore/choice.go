package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// keepChoices is how long the list of those who have to be offered another time lives after its last entry: longer than
// the day it is about.
const keepChoices = 48 * time.Hour

// Choose lists appointments that could not be pushed back with the others, until they change.
func (s *Store) Choose(ctx context.Context, records []Record) error {
	if len(records) == 0 {
		return nil
	}
	args := []any{keepChoices.Milliseconds()}
	for _, r := range records {
		args = append(args, r.ID, r.Version, r.Office)
	}
	if _, err := s.run(ctx, s.steps.choose, []string{s.outbox(), s.choices()}, args...); err != nil {
		return fmt.Errorf("list %d for another time: %w", len(records), err)
	}
	return nil
}

// ToChoose tells which of some appointments are listed for another time, as they are now.
func (s *Store) ToChoose(ctx context.Context, records []Record) (map[string]bool, error) {
	if len(records) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	versions, err := s.rdb.HMGet(ctx, s.choices(), ids...).Result()
	if err != nil {
		return nil, fmt.Errorf("read who needs another time: %w", unavailable(err))
	}
	listed := map[string]bool{}
	for i, version := range versions {
		listed[ids[i]] = version == strconv.FormatInt(records[i].Version, 10)
	}
	return listed, nil
}

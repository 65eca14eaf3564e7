package signaling

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/protocol"
)

// call is a booth's call for the postal staff, with the office whose counters it rings at.
type call struct {
	protocol.Call
	Office string `json:"office"`
	Node   string `json:"node,omitempty"` // where the booth called: it sees to the telephone first
}

// Times of calls.
const (
	answeredFor = 2 * time.Minute // an answered call is shown, so that the booth reads that somebody comes
	ringsFor    = time.Hour       // a call nobody answers is given up
)

// over says whether a call is to be shown no longer.
func (c call) over(now time.Time) bool {
	if c.AnsweredAt != nil {
		return now.Sub(*c.AnsweredAt) > answeredFor
	}
	return now.Sub(c.At) > ringsFor
}

// callStore keeps calls in Redis, for counters at other nodes and for a node that starts again.
type callStore struct {
	redis redis.UniversalClient
	keys  keyspace
}

// put stores and announces a call as it is now.
func (s callStore) put(ctx context.Context, c call) error {
	raw, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encode call %s: %w", c.ID, err)
	}
	message, err := json.Marshal(change{Call: &c})
	if err != nil {
		return fmt.Errorf("encode call %s: %w", c.ID, err)
	}
	_, err = s.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, s.keys.calls(), c.ID, raw)
		p.PExpire(ctx, s.keys.calls(), 2*ringsFor)
		p.Publish(ctx, s.keys.changes(), message)
		return nil
	})
	if err != nil {
		return fmt.Errorf("store call %s: %w", c.ID, err)
	}
	return nil
}

// drop forgets calls that are over.
func (s callStore) drop(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := s.redis.HDel(ctx, s.keys.calls(), ids...).Err(); err != nil {
		return fmt.Errorf("drop %d calls: %w", len(ids), err)
	}
	return nil
}

// all reads every call.
func (s callStore) all(ctx context.Context) ([]call, error) {
	raws, err := s.redis.HVals(ctx, s.keys.calls()).Result()
	if err != nil {
		return nil, fmt.Errorf("list calls: %w", err)
	}
	list := make([]call, len(raws))
	for i, raw := range raws {
		if err := json.Unmarshal([]byte(raw), &list[i]); err != nil {
			return nil, fmt.Errorf("decode call: %w", err)
		}
	}
	return list, nil
}

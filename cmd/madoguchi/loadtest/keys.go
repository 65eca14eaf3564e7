package loadtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/protocol"
)

// keys looks at the Redis of a measurement from outside.
type keys struct{ redis redis.UniversalClient }

func (k keys) of(name string) string { return "{" + CountryArea + "}:" + name }

// document is what is stored of a session.
func (k keys) document(ctx context.Context, id string) (d struct {
	State  protocol.State
	Reason protocol.Reason
}, err error) {
	raw, err := k.redis.Get(ctx, k.of("ses:"+id)).Bytes()
	if err != nil {
		return d, fmt.Errorf("document of %s: %w", id, err)
	}
	return d, json.Unmarshal(raw, &d)
}

// expire has a participant's time of grace be over now.
func (k keys) expire(ctx context.Context, id, participant string) error {
	return k.redis.ZAdd(ctx, k.of("ses-due"), redis.Z{Score: float64(time.Now().UnixMilli()), Member: id + " " + participant}).Err()
}

// family is all keys that are named alike but for an id.
type family struct {
	keys, forever int           // forever: without an expiry
	bytes         int64         // of them all
	longest       time.Duration // until the last expiry
}

// census is what is in Redis, by family.
type census map[string]family

// kept says of families that may be there when nobody visits why, and how many keys of them have no expiry: one each unless said.
// A family that is not listed may only have keys that expire by themselves.
var kept = map[string]string{
	"alarms": "times to remind of, empty without visits ahead", "due": "deadlines of holds, empty without holds",
	"flushed": "a mark", "followed": "a mark", "shape": "shape of records", "readers": "which shapes brokers read",
	"ses-shape": "shape of sessions", "ses-readers": "which shapes of sessions brokers read",
	"rules": "rules in force", "rulebook": "rules in force", "prints": "rules that were in force",
	"out": "outbox of booking, bounded: about 100,000 entries", "ses-out": "outbox of sessions, bounded: about 10,000 entries",
	"calls": "calls for staff", "audit-out": "notes until they are in the audit trail, bounded: 500,000 entries",
}

// bounded are families that grow up to a bound and then no more. What they have is told, and not judged.
var bounded = []string{"out", "ses-out", "audit-out"}

// familyOf is a key's name up to its first id: "ses:", "led:booth:".
func (k keys) familyOf(key string) string {
	name, ours := strings.CutPrefix(key, k.of(""))
	if !ours {
		name = key
	}
	parts := strings.SplitAfter(name, ":")
	for _, two := range []string{"led:", "day:", "conv:"} {
		if parts[0] == two && len(parts) > 1 {
			return parts[0] + parts[1]
		}
	}
	return parts[0]
}

// count takes a census.
func (k keys) count(ctx context.Context) (census, error) {
	c := census{}
	walk := k.redis.Scan(ctx, 0, "*", 1000).Iterator()
	var batch []string
	for walk.Next(ctx) {
		if batch = append(batch, walk.Val()); len(batch) == 1000 {
			if err := k.add(ctx, c, batch); err != nil {
				return nil, err
			}
			batch = batch[:0]
		}
	}
	if err := errors.Join(walk.Err(), k.add(ctx, c, batch)); err != nil {
		return nil, fmt.Errorf("count the keys in Redis: %w", err)
	}
	return c, nil
}

func (k keys) add(ctx context.Context, c census, names []string) error {
	if len(names) == 0 {
		return nil
	}
	left, sizes := make([]*redis.DurationCmd, len(names)), make([]*redis.IntCmd, len(names))
	_, err := k.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, name := range names {
			left[i], sizes[i] = p.PTTL(ctx, name), p.MemoryUsage(ctx, name, 0)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) { // one may have expired meanwhile
		return err
	}
	for i, name := range names {
		ttl := left[i].Val()
		if ttl == noKey {
			continue
		}
		f := c[k.familyOf(name)]
		f.keys++
		f.bytes += sizes[i].Val()
		if ttl == noExpiry {
			f.forever++
		}
		f.longest = max(f.longest, ttl)
		c[k.familyOf(name)] = f
	}
	return nil
}

// What go-redis makes of the two answers of PTTL that are no times.
const (
	noExpiry = -1
	noKey    = -2
)

// sum is how many keys stay for good, what they take, and the same of those that expire.
func (c census) sum() (forever, passing family) {
	for name, f := range c {
		to := &passing
		if f.forever > 0 {
			to = &forever
			if slices.Contains(bounded, name) {
				f.bytes = 0
			}
		}
		to.keys += f.keys
		to.bytes += f.bytes
	}
	return forever, passing
}

// bytesOfHashes is by how much keys that stay may come to be larger: tables of a hash do not shrink at once.
const bytesOfHashes = 16 << 10

// allowed is how many keys of a family may be there for good.
func allowed(name string) int {
	if kept[name] != "" {
		return 1
	}
	return 0
}

// back prints what has come and what of it remains for how long; its error names what remains for good.
func (c census) back(to io.Writer, before census) (err error) {
	var names []string
	for name := range c {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		was, is := before[name], c[name]
		if is.keys == was.keys && is.bytes == was.bytes {
			continue
		}
		verdict := "back"
		switch {
		case is.forever > max(was.forever, allowed(name)):
			verdict = "NOT BACK"
			err = errors.Join(err, fmt.Errorf("keys %s…: %d without an expiry, there were %d", name, is.forever, was.forever))
		case is.forever == 0:
			verdict = "expire within " + is.longest.Round(time.Minute).String()
		case kept[name] != "":
			verdict = "by design: " + kept[name]
		}
		fmt.Fprintf(to, "    %-18s %7d keys %9.1f kB before %7d keys %9.1f kB after  %s\n",
			name, was.keys, float64(was.bytes)/1e3, is.keys, float64(is.bytes)/1e3, verdict)
	}
	was, _ := before.sum()
	is, passing := c.sum()
	verdict := "back"
	if is.bytes > was.bytes+bytesOfHashes {
		verdict = "NOT BACK"
		err = errors.Join(err, fmt.Errorf("keys without an expiry: %d bytes before, %d after", was.bytes, is.bytes))
	}
	fmt.Fprintf(to, "  %-18s %12d before %12d after  %s (and %d that expire, %.1f MB)\n",
		"keys that stay", was.keys, is.keys, verdict, passing.keys, float64(passing.bytes)/1e6)
	return err
}

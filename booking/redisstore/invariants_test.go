package redisstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
)

// entry is one entry of a ledger, read back from Redis.
type entry struct {
	ledger     string
	start, end int64
	deadline   int64
	id         string
}

// checkInvariants reads everything the area holds and checks what must always be true of it:
// live entries of a ledger do not overlap, and every live record owns exactly the entries its claims name.
func checkInvariants(t testing.TB, s *Store) {
	t.Helper()
	ctx := context.Background()
	now, err := s.Now(ctx)
	if err != nil {
		t.Fatal(err)
	}
	live := map[string][]string{} // appointment → entries found
	for _, e := range s.allEntries(t, now) {
		live[e.id] = append(live[e.id], fmt.Sprintf("%s %d %d", e.ledger, e.start, e.end))
	}
	for _, key := range s.keysLike(t, "bk:*") {
		id := strings.TrimPrefix(key, s.prefix+"bk:")
		f, err := s.shapes.read(s.rdb.Get(ctx, key).Val())
		if err != nil {
			t.Fatal(err)
		}
		deadline := fromMillis(f["deadline"])
		dead := !deadline.IsZero() && !deadline.After(now)
		var want []string
		if !dead {
			for _, c := range splitList(f["claims"]) {
				_, entry, _ := strings.Cut(c, " ")
				want = append(want, entry)
			}
		}
		got := live[id]
		delete(live, id)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s (%s) claims %q but owns %q", id, f["state"], want, got)
		}
	}
	for id, entries := range live {
		t.Errorf("%q belong to %s, of which there is no record", entries, id)
	}
}

// allEntries reads what is alive in all ledgers at a moment, and fails the test where two such entries of one overlap. It is the
// moment at which records are judged too: of a hold that expires between two moments one half would be missing.
func (s *Store) allEntries(t testing.TB, now time.Time) []entry {
	t.Helper()
	ctx := context.Background()
	var all []entry
	for _, key := range s.keysLike(t, "led:*") {
		members := s.rdb.ZRangeWithScores(ctx, key, 0, -1).Val()
		until := int64(0)
		for _, z := range members {
			e := parseEntry(t, strings.TrimPrefix(key, s.prefix+"led:"), z)
			if e.deadline != 0 && e.deadline <= now.UnixMilli() {
				continue
			}
			if e.start < until {
				t.Errorf("ledger %s: %v overlaps the entry before it", key, z)
			}
			until = max(until, e.end)
			all = append(all, e)
		}
	}
	return all
}

func parseEntry(t testing.TB, ledger string, z redis.Z) entry {
	t.Helper()
	e := entry{ledger: ledger, start: int64(z.Score)}
	if _, err := fmt.Sscanf(strings.ReplaceAll(z.Member.(string), "|", " "), "%d %d %s", &e.end, &e.deadline, &e.id); err != nil {
		t.Fatalf("ledger %s: entry %v: %v", ledger, z.Member, err)
	}
	return e
}

func (s *Store) keysLike(t testing.TB, pattern string) []string {
	t.Helper()
	keys, err := redistest.Keys(context.Background(), s.rdb, s.prefix+pattern)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

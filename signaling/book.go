package signaling

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed claim.lua
var claimSource string

//go:embed keep.lua
var keepSource string

// What conversations keep in Redis, and how long for.
const (
	keptFor       = 5 * time.Minute        // as long as a booth may be away
	keptMost      = 128                    // messages of one conversation that are not acknowledged
	givenUpAfter  = 3 * time.Second        // a claim whose node is taken for lost; its document can be stored no more
	askAgainEvery = 50 * time.Millisecond  // while another node carries a request out
	bookWithin    = 500 * time.Millisecond // for one question to Redis, and one batch, where nothing else is said
	writesAtMost  = 3                      // tries of a batch
	sickFor       = 2 * time.Second        // after Redis did not answer one, nobody waits for it
	jobsMost      = 4096                   // messages that wait to be kept
	jobsAtOnce    = 64
)

// book keeps the conversations of all nodes in Redis. Claims are asked for at once, because nothing may be carried out
// twice; what was said is written by one goroutine, so that nobody waits for it. While Redis does not answer, requests are
// carried out without being remembered: calling staff and leaving must work then too.
type book struct {
	redis    redis.UniversalClient
	log      *slog.Logger
	claiming *redis.Script
	within   time.Duration // for one question to Redis, and one batch
	jobs     chan job
	sick     atomic.Int64 // unix ms until which Redis is not asked
}

// job is one thing to be written: a message to keep, or fields to let go.
type job struct {
	key, field, expected, value string
	drop                        []string
}

func newBook(r redis.UniversalClient, within time.Duration, log *slog.Logger) *book {
	return &book{redis: r, log: log, within: cmp.Or(within, bookWithin), claiming: redis.NewScript(claimSource), jobs: make(chan job, jobsMost)}
}

// claim takes a request upon this node: "" means it is ours, see claim.lua for the rest.
func (b *book) claim(ctx context.Context, c claim, now time.Time) string {
	if time.Now().UnixMilli() < b.sick.Load() {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, b.within)
	defer cancel()
	verdict, err := b.claiming.Run(ctx, b.redis, []string{c.key},
		c.field, c.token, now.UnixMilli(), givenUpAfter.Milliseconds(), keptFor.Milliseconds(), keptMost).Text()
	if err != nil {
		b.sick.Store(time.Now().Add(sickFor).UnixMilli())
		b.log.Warn("request not claimed: carried out without being remembered", "error", err)
		return ""
	}
	return verdict
}

// read lists what a conversation keeps, by number.
func (b *book) read(ctx context.Context, key string) ([]kept, error) {
	ctx, cancel := context.WithTimeout(ctx, b.within)
	defer cancel()
	fields, err := b.redis.HGetAll(ctx, key).Result()
	if err != nil {
		return nil, fmt.Errorf("read conversation: %w", err)
	}
	var list []kept
	for field, value := range fields {
		if k, ok := parseKept(field, value); ok {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(x, y kept) int { return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.field, y.field)) })
	return list, nil
}

// keep has a message written where expected is still there.
func (b *book) keep(key, field, expected, value string) {
	b.put(job{key: key, field: field, expected: expected, value: value})
}

// drop has fields let go.
func (b *book) drop(key string, fields ...string) { b.put(job{key: key, drop: fields}) }

// put never waits: what does not fit is not kept, and whoever asks again is answered by the state.
func (b *book) put(j job) {
	select {
	case b.jobs <- j:
	default:
		b.sick.Store(time.Now().Add(sickFor).UnixMilli())
	}
}

// run writes until ctx ends, and then what still waits.
func (b *book) run(ctx context.Context) error {
	for {
		select {
		case j := <-b.jobs:
			b.write(ctx, b.more(j))
		case <-ctx.Done():
			for len(b.jobs) > 0 {
				b.write(context.WithoutCancel(ctx), b.more(<-b.jobs))
			}
			return ctx.Err()
		}
	}
}

// more takes what else waits, up to a batch.
func (b *book) more(first job) []job {
	batch := []job{first}
	for len(batch) < jobsAtOnce {
		select {
		case j := <-b.jobs:
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// write is tried again when Redis stumbles: each job says what must be there before it, so doing it twice does no harm.
func (b *book) write(ctx context.Context, batch []job) {
	var err error
	for range writesAtMost {
		if err = b.writeOnce(ctx, batch); err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		b.log.Warn("conversations not kept", "messages", len(batch), "error", err)
	}
}

func (b *book) writeOnce(ctx context.Context, batch []job) error {
	ctx, cancel := context.WithTimeout(ctx, b.within)
	defer cancel()
	_, err := b.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, j := range batch {
			if j.drop != nil {
				p.HDel(ctx, j.key, j.drop...)
				continue
			}
			p.Eval(ctx, keepSource, []string{j.key}, j.field, j.expected, j.value, keptFor.Milliseconds())
		}
		return nil
	})
	return err
}

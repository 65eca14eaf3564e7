package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore"
)

// Bounds of redis-wait: below, a healthy replica is too slow; above, a clerk waits longer than for any other answer.
const (
	minRedisWait = 10 * time.Millisecond
	maxRedisWait = time.Second
)

// maxReplicas bounds redis-replicas; nobody runs more, and each one that fails makes outcomes unknown.
const maxReplicas = 5

// Bounds of journal-keep.
const (
	minJournalKeep = time.Minute
	maxJournalKeep = 24 * time.Hour
)

func (c *Config) checkDurability() error {
	if c.RedisReplicas < 0 || c.RedisReplicas > maxReplicas {
		return wrong("redis-replicas", "%d is out of bounds; give 0 to %d", c.RedisReplicas, maxReplicas)
	}
	if c.RedisWait < minRedisWait || c.RedisWait > maxRedisWait {
		return wrong("redis-wait", "%s is out of bounds; give %s to %s", c.RedisWait, minRedisWait, maxRedisWait)
	}
	if c.JournalKeep < minJournalKeep || c.JournalKeep > maxJournalKeep {
		return wrong("journal-keep", "%s is out of bounds; give %s to %s", c.JournalKeep, minJournalKeep, maxJournalKeep)
	}
	return nil
}

// durability is what the store waits for.
func (c *Config) durability() redisstore.Durability {
	return redisstore.Durability{Replicas: c.RedisReplicas, Within: c.RedisWait, Disk: c.RedisWaitDisk}
}

// openJournal opens a node's journal and says in the log what was found in it.
func openJournal(folder string, keep time.Duration, log *slog.Logger) (*journal.Journal, error) {
	j, lines, report, err := journal.Open(folder, journal.Options{Keep: keep, Dropped: func(n int, err error) {
		log.Warn("the journal is at its bounds: lines went before their time", "segments", n, "err", err)
	}})
	if err != nil {
		return nil, wrong("journal", "%v", err)
	}
	for _, broken := range report.Broken {
		log.Error("the journal is damaged: what stood there cannot be restored", "err", broken)
	}
	log.Info("journal", "lines", len(lines), "segments", report.Segments, "torn", report.Torn, "broken", len(report.Broken))
	return j, nil
}

// openStores opens Redis and the journal, says what they lack, and gives what closes them, the last first.
func (s *serveCommand) openStores(ctx context.Context, p *plan) (closers []func() error, err error) {
	if p.store, p.kind, err = openRedis(ctx, s.Redis, p.log); err != nil {
		return nil, err
	}
	closers = append(closers, p.store.Close)
	if s.Journal == "" {
		p.log.Warn("no journal: what redis loses in a failover cannot be restored; set journal")
	} else if p.journal, err = openJournal(s.Journal, s.JournalKeep, p.log); err != nil {
		return nil, errors.Join(err, p.store.Close())
	} else {
		closers = append(closers, p.journal.Close)
	}
	p.durable = s.durability()
	if text := lacking(ctx, p.store, p.kind, p.durable); text != fine {
		p.log.Warn("redis does not keep what people are told", "lacking", text)
	}
	return closers, nil
}

// demoJournals bounds how many demos may share a Redis and a machine.
const demoJournals = 8

// openDemoJournal opens a journal in the demo's own folder; demos that run at once have one each.
func openDemoJournal(log *slog.Logger) (*journal.Journal, error) {
	folder, err := demoFolder()
	if err != nil {
		return nil, err
	}
	for n := range demoJournals {
		var j *journal.Journal
		if j, err = openJournal(filepath.Join(folder, fmt.Sprint("journal-", n+1)), 0, log); err == nil {
			return j, nil
		}
	}
	return nil, err
}

// lacking says what Redis lacks to keep what people are told, or that nothing is.
func lacking(ctx context.Context, store redis.UniversalClient, kind redisKind, d redisstore.Durability) string {
	if kind == redisInside {
		return "forgets everything on exit"
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	var mu sync.Mutex
	var found []string
	look := func(ctx context.Context, c *redis.Client) error {
		text := lackingAt(ctx, c, d)
		mu.Lock()
		defer mu.Unlock()
		if text != "" {
			found = append(found, text)
		}
		return nil
	}
	var err error
	switch c := store.(type) {
	case *redis.ClusterClient:
		err = c.ForEachMaster(ctx, look)
	case *redis.Client:
		err = look(ctx, c)
	default:
		err = errors.ErrUnsupported
	}
	switch {
	case err != nil:
		return "cannot be asked"
	case len(found) > 0:
		return found[0]
	default:
		return fine
	}
}

// lackingAt asks one primary; "" where it lacks nothing.
func lackingAt(ctx context.Context, c *redis.Client, d redisstore.Durability) string {
	p := c.Pipeline()
	aof, fsync, replication := p.ConfigGet(ctx, "appendonly"), p.ConfigGet(ctx, "appendfsync"), p.Info(ctx, "replication")
	waits := p.Do(ctx, "command", "info", "waitaof")
	if _, err := p.Exec(ctx); err != nil {
		return "appendonly and appendfsync cannot be read"
	}
	replicas := 0
	for line := range strings.Lines(replication.Val()) {
		if n, ok := strings.CutPrefix(line, "connected_slaves:"); ok {
			replicas, _ = strconv.Atoi(strings.TrimSpace(n))
		}
	}
	switch {
	case aof.Val()["appendonly"] != "yes":
		return "appendonly is off: a restart loses what was told since the last snapshot"
	case d.Disk && !knows(waits):
		return "it has no WAITAOF: redis-wait-disk needs Redis 7.2, and until then every outcome is unknown"
	case d.Replicas == 0 && !d.Disk && fsync.Val()["appendfsync"] != "always":
		return fmt.Sprintf("appendfsync is %s: without replicas only always keeps what was told", fsync.Val()["appendfsync"])
	case replicas < d.Replicas:
		return fmt.Sprintf("%d replicas of %d: outcomes are unknown until the others are back", replicas, d.Replicas)
	default:
		return ""
	}
}

// knows reports whether the server has the command it was asked for by COMMAND INFO.
func knows(answer *redis.Cmd) bool {
	list, err := answer.Slice()
	return err == nil && len(list) == 1 && list[0] != nil
}

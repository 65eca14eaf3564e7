package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Waiting for Redis: a booking that takes longer than this has failed for the person at the counter. They are set
// here because the library's own values changed between releases; a URL parameter such as read_timeout wins.
const (
	redisDialTimeout = 2 * time.Second
	redisReadTimeout = 2 * time.Second
)

// redisOptions reads a URL in go-redis's own spelling into options for one server, Sentinel (master_name) or
// Cluster (further addr).
func redisOptions(from RedisURL) (*redis.UniversalOptions, error) {
	parsed, err := url.Parse(string(from))
	if err != nil || parsed.Host == "" || (parsed.Scheme != "redis" && parsed.Scheme != "rediss") {
		return nil, wrong("redis", "%q is not a redis URL; write for example redis://127.0.0.1:6379/0", from)
	}
	options, err := redisOptionsFor(string(from), parsed.Query())
	if err != nil {
		return nil, wrong("redis", "%q: %v", from, err)
	}
	if options.DialTimeout == 0 {
		options.DialTimeout = redisDialTimeout
	}
	if options.ReadTimeout == 0 {
		options.ReadTimeout = redisReadTimeout
	}
	options.ContextTimeoutEnabled = true // a request gives up in its own time, not in the connection's
	return options, nil
}

func redisOptionsFor(from string, query url.Values) (*redis.UniversalOptions, error) {
	switch {
	case query.Has("master_name"):
		o, err := redis.ParseFailoverURL(from)
		if err != nil {
			return nil, err
		}
		return &redis.UniversalOptions{
			MasterName: o.MasterName, Addrs: o.SentinelAddrs,
			SentinelUsername: o.SentinelUsername, SentinelPassword: o.SentinelPassword,
			Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLSConfig,
			DialTimeout: o.DialTimeout, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
			PoolSize: o.PoolSize, MaxRetries: o.MaxRetries,
		}, nil
	case query.Has("addr"):
		o, err := redis.ParseClusterURL(from)
		if err != nil {
			return nil, err
		}
		return &redis.UniversalOptions{
			Addrs: o.Addrs, IsClusterMode: true,
			Username: o.Username, Password: o.Password, TLSConfig: o.TLSConfig,
			DialTimeout: o.DialTimeout, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
			PoolSize: o.PoolSize, MaxRetries: o.MaxRetries,
		}, nil
	default:
		o, err := redis.ParseURL(from)
		if err != nil {
			return nil, err
		}
		return &redis.UniversalOptions{
			Addrs: []string{o.Addr}, Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLSConfig,
			DialTimeout: o.DialTimeout, ReadTimeout: o.ReadTimeout, WriteTimeout: o.WriteTimeout,
			PoolSize: o.PoolSize, MaxRetries: o.MaxRetries,
		}, nil
	}
}

// redisKind says what a URL leads to. /readyz tells it.
type redisKind string

// The kinds of Redis.
const (
	redisServer   redisKind = "server"
	redisSentinel redisKind = "sentinel"
	redisCluster  redisKind = "cluster"
	redisInside   redisKind = "inside" // the demo's own
)

func kindOf(o *redis.UniversalOptions) redisKind {
	switch {
	case o.MasterName != "":
		return redisSentinel
	case o.IsClusterMode:
		return redisCluster
	default:
		return redisServer
	}
}

// openRedis connects and proves it with a PING; the caller closes the client.
func openRedis(ctx context.Context, from RedisURL, log *slog.Logger) (redis.UniversalClient, redisKind, error) {
	redis.SetLogger(redisLog{log}) // the client has one logger for the process
	options, err := redisOptions(from)
	if err != nil {
		return nil, "", err
	}
	client := redis.NewUniversalClient(options)
	ctx, cancel := context.WithTimeout(ctx, 2*redisDialTimeout)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		client.Close()
		return nil, "", fmt.Errorf("redis: %s cannot be reached (%w); start it or correct the redis setting", from, err)
	}
	kind := kindOf(options)
	log.Info("redis found", "kind", string(kind), "at", strings.Join(options.Addrs, " "))
	return client, kind, nil
}

// redisLog passes what the Redis client says of its connections to our log. It is debug only: the part that cannot
// work because of it says so itself, once.
type redisLog struct{ log *slog.Logger }

// Printf is what go-redis calls.
func (l redisLog) Printf(ctx context.Context, format string, args ...any) {
	l.log.DebugContext(ctx, fmt.Sprintf(format, args...), "part", "redis")
}

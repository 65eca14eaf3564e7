package redistest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/servers"
)

// Missing is the reason tests skip where there is no redis-server.
var Missing = servers.ErrMissing.Error()

// Server is a Redis for one test.
type Server struct {
	Client  redis.UniversalClient
	Addr    string                  // of the server, or of one among several
	Options *redis.UniversalOptions // for further clients
	URL     string                  // the same, as our configuration calls it
	Mini    *miniredis.Miniredis    // nil where it is a real one

	ahead time.Duration // how far Mini's clock has been moved
}

// Each runs suite against miniredis, a redis-server, one that Sentinels watch, and a Cluster. The latter two are started
// once for all suites of a package and emptied between them; TestMain stops them, see Suite.
func Each(t *testing.T, suite func(t *testing.T, s *Server)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { suite(t, Mini(t)) })
	t.Run("redis-server", func(t *testing.T) { suite(t, Real(t)) })
	t.Run("sentinel", func(t *testing.T) { suite(t, Watched(t)) })
	t.Run("cluster", func(t *testing.T) { suite(t, Clustered(t)) })
}

// Mini starts miniredis. Its clock is the machine's until Advance moves it.
func Mini(t testing.TB) *Server {
	t.Helper()
	m := miniredis.RunT(t)
	s := &Server{Addr: m.Addr(), Options: &redis.UniversalOptions{Addrs: []string{m.Addr()}}, URL: "redis://" + m.Addr() + "/0", Mini: m}
	s.Client = client(t, s.Options)
	return s
}

// Real starts a redis-server in a directory of its own that keeps nothing, and stops it at the end of the test.
func Real(t testing.TB) *Server {
	t.Helper()
	n, err := servers.Start(context.Background())
	fatal(t, err)
	t.Cleanup(func() { fatal(t, n.Stop()) })
	s := &Server{Addr: n.Addr(), Options: &redis.UniversalOptions{Addrs: []string{n.Addr()}}, URL: "redis://" + n.Addr() + "/0"}
	s.Client = client(t, s.Options)
	return s
}

// fatal ends the test on an error, or skips it where there is no redis-server.
func fatal(t testing.TB, err error) {
	t.Helper()
	if errors.Is(err, servers.ErrMissing) {
		t.Skip(Missing)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func client(t testing.TB, o *redis.UniversalOptions) redis.UniversalClient {
	one := *o
	one.PoolSize = 64
	c := redis.NewUniversalClient(&one)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// Expire lets d pass on the server's clock: miniredis is moved, for a real server the test waits until its own clock
// says so. Keep d short for the latter.
func (s *Server) Expire(t testing.TB, d time.Duration) {
	t.Helper()
	if s.Mini != nil {
		s.ahead += d
		s.Mini.SetTime(time.Now().Add(s.ahead))
		s.Mini.FastForward(d)
		return
	}
	from := s.now(t)
	for s.now(t).Sub(from) <= d {
		time.Sleep(d / 20)
	}
}

func (s *Server) now(t testing.TB) time.Time {
	t.Helper()
	now, err := s.Client.Time(context.Background()).Result()
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// Keys lists all keys, sorted, for looking at what is left.
func (s *Server) Keys(t testing.TB, pattern string) []string {
	t.Helper()
	keys, err := Keys(context.Background(), s.Client, pattern)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// Keys lists the keys of every primary, sorted.
func Keys(ctx context.Context, c redis.UniversalClient, pattern string) ([]string, error) {
	var all []string
	err := everywhere(ctx, c, func(ctx context.Context, c redis.Cmdable) error {
		keys, err := c.Keys(ctx, pattern).Result()
		all = append(all, keys...)
		return err
	})
	slices.Sort(all)
	return all, err
}

// everywhere does something at every primary, one after the other.
func everywhere(ctx context.Context, c redis.UniversalClient, do func(ctx context.Context, c redis.Cmdable) error) error {
	cluster, many := c.(*redis.ClusterClient)
	if !many {
		return do(ctx, c)
	}
	var one sync.Mutex // ForEachMaster asks all at once
	return cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		one.Lock()
		defer one.Unlock()
		return do(ctx, c)
	})
}

// ForgetScripts has every primary forget its scripts, as one does that was restarted or has been promoted.
func (s *Server) ForgetScripts(t testing.TB) {
	t.Helper()
	err := everywhere(context.Background(), s.Client, func(ctx context.Context, c redis.Cmdable) error { return c.ScriptFlush(ctx).Err() })
	if err != nil {
		t.Fatal(err)
	}
}

// Dump reads every value of every kind as text, for looking for what must not be there.
func (s *Server) Dump(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	for _, key := range s.Keys(t, "*") {
		kind := s.Client.Type(ctx, key).Val()
		b.WriteString(key + " " + kind + "\n")
		switch kind {
		case "string":
			b.WriteString(s.Client.Get(ctx, key).Val())
		case "hash":
			fmt.Fprint(&b, s.Client.HGetAll(ctx, key).Val())
		case "zset":
			fmt.Fprint(&b, s.Client.ZRangeWithScores(ctx, key, 0, -1).Val())
		case "stream":
			fmt.Fprint(&b, s.Client.XRange(ctx, key, "-", "+").Val())
		}
		b.WriteByte('\n')
	}
	return b.String()
}

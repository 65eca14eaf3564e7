package redistest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/servers"
)

// What takes seconds to come up is started by the first test that wants it and stays until the package's tests are over.
// A busy machine must not make the servers think each other dead: they fail over when told to.
var (
	watched = shared[*servers.Sentinel]{start: func(ctx context.Context) (*servers.Sentinel, error) {
		return servers.StartSentinel(ctx, servers.SentinelOptions{DownAfter: patience})
	}}
	clustered = shared[*servers.Cluster]{start: func(ctx context.Context) (*servers.Cluster, error) {
		return servers.StartCluster(ctx, servers.ClusterOptions{Replicas: 1, NodeTimeout: patience})
	}}
)

const patience = 5 * time.Second

// shared is a service that all tests of a package use, one after the other.
type shared[S interface{ Stop() error }] struct {
	start func(context.Context) (S, error)

	mu      sync.Mutex
	service S
	running bool
}

func (s *shared[S]) get() (S, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var err error
	if !s.running {
		if s.service, err = s.start(context.Background()); err == nil {
			s.running = true
		}
	}
	return s.service, err
}

func (s *shared[S]) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		return nil
	}
	s.running = false
	return s.service.Stop()
}

// Suite runs a package's tests and then stops what they shared. Packages whose tests use Each, Watched or Clustered give
// it to goleak.VerifyTestMain in TestMain, or call Run themselves.
type Suite struct{ M *testing.M }

// Run gives the exit code of the tests.
func (s Suite) Run() int {
	redis.SetLogger(silent{}) // what its clients say of connections that come and go is not for whoever reads a test's output
	code := s.M.Run()
	if err := errors.Join(watched.stop(), clustered.stop()); err != nil {
		fmt.Fprintln(os.Stderr, "stop shared redis-servers:", err)
		return 1
	}
	return code
}

type silent struct{}

// Printf is what go-redis calls.
func (silent) Printf(context.Context, string, ...any) {}

// Watched gives the shared service of a primary with one replica and three Sentinels, emptied.
func Watched(t testing.TB) *Server {
	t.Helper()
	s := WatchedService(t)
	return emptied(t, &Server{Addr: s.Sentinels[0].Addr(), Options: s.Options(), URL: s.URL()})
}

// WatchedService is what lies behind Watched, for tests that have it fail over. They leave it whole.
func WatchedService(t testing.TB) *servers.Sentinel {
	t.Helper()
	s, err := watched.get()
	fatal(t, err)
	return s
}

// WatchedAlone is a service of the test's own, which it may do harm to.
func WatchedAlone(t testing.TB) (*servers.Sentinel, *Server) {
	t.Helper()
	s, err := servers.StartSentinel(t.Context(), servers.SentinelOptions{})
	fatal(t, err)
	t.Cleanup(func() { fatal(t, s.Stop()) })
	return s, emptied(t, &Server{Addr: s.Sentinels[0].Addr(), Options: s.Options(), URL: s.URL()})
}

// Clustered gives the shared Cluster of three primaries with a replica each, emptied.
func Clustered(t testing.TB) *Server {
	t.Helper()
	c := ClusteredService(t)
	return emptied(t, &Server{Addr: c.Nodes[0].Addr(), Options: c.Options(), URL: c.URL()})
}

// ClusteredService is what lies behind Clustered, for tests that have it fail over. They leave it whole.
func ClusteredService(t testing.TB) *servers.Cluster {
	t.Helper()
	c, err := clustered.get()
	fatal(t, err)
	return c
}

// emptied connects and forgets what the test before left, scripts included.
func emptied(t testing.TB, s *Server) *Server {
	t.Helper()
	s.Client = client(t, s.Options)
	err := everywhere(t.Context(), s.Client, func(ctx context.Context, c redis.Cmdable) error {
		return errors.Join(c.FlushAll(ctx).Err(), c.ScriptFlush(ctx).Err())
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

package redistest

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Missing is the reason tests skip where there is no redis-server.
const Missing = "redis-server is not installed: apt-get install redis-server"

// Server is a Redis for one test.
type Server struct {
	Client redis.UniversalClient
	Addr   string
	Mini   *miniredis.Miniredis // nil where it is a real one

	ahead time.Duration // how far Mini's clock has been moved
}

// Each runs suite once against miniredis and once against redis-server.
func Each(t *testing.T, suite func(t *testing.T, s *Server)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { suite(t, Mini(t)) })
	t.Run("redis-server", func(t *testing.T) { suite(t, Real(t)) })
}

// Mini starts miniredis. Its clock is the machine's until Advance moves it.
func Mini(t testing.TB) *Server {
	t.Helper()
	m := miniredis.RunT(t)
	return &Server{Client: client(t, m.Addr()), Addr: m.Addr(), Mini: m}
}

// Real starts a redis-server in a directory of its own that keeps nothing, and stops it at the end of the test.
func Real(t testing.TB) *Server {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip(Missing)
	}
	// The port is found by binding and letting go, so another program may take it in between; then there is another try.
	for range 5 {
		if s := start(t, path, freePort(t)); s != nil {
			return s
		}
	}
	t.Fatal("redis-server did not come up on five ports")
	return nil
}

func start(t testing.TB, path, port string) *Server {
	t.Helper()
	dir := t.TempDir()
	out, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() { // ends with the process, which the cleanup ends and waits for
		_ = cmd.Wait()
		close(gone)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-gone
		_ = out.Close()
	})
	addr := net.JoinHostPort("127.0.0.1", port)
	c := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1, PoolSize: 64})
	defer func() { _ = c.Close() }()
	for {
		err := c.Ping(context.Background()).Err()
		if err == nil {
			return &Server{Client: client(t, addr), Addr: addr}
		}
		select {
		case <-gone:
			return nil
		case <-time.After(10 * time.Millisecond): // until it listens
		}
	}
}

func client(t testing.TB, addr string) redis.UniversalClient {
	c := redis.NewClient(&redis.Options{Addr: addr, PoolSize: 64})
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
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
	keys, err := s.Client.Keys(context.Background(), pattern).Result()
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
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

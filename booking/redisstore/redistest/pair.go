package redistest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/servers"
)

// Pair is a primary with one replica, watched by nobody: the test decides what comes to harm.
type Pair struct {
	*Server // the primary

	Primary, Replica *servers.Node
	Follower         *redis.Client // of the replica alone
}

// Paired starts one and returns once the replica has everything.
func Paired(t testing.TB) *Pair {
	t.Helper()
	p := &Pair{Primary: node(t)}
	p.Replica = node(t, "--replicaof", p.Primary.Host+" "+p.Primary.Port)
	p.Server = &Server{
		Addr: p.Primary.Addr(), Options: &redis.UniversalOptions{Addrs: []string{p.Primary.Addr()}}, URL: "redis://" + p.Primary.Addr() + "/0",
	}
	p.Client = client(t, p.Options)
	p.Follower = p.Replica.Client()
	t.Cleanup(func() { _ = p.Follower.Close() })
	await(t, p.Client, "state=online")
	return p
}

func node(t testing.TB, args ...string) *servers.Node {
	t.Helper()
	n, err := servers.Start(context.Background(), args...)
	fatal(t, err)
	t.Cleanup(func() { fatal(t, n.Stop()) })
	return n
}

// Freeze stops the replica in the middle of whatever it does.
func (p *Pair) Freeze(t testing.TB) { t.Helper(); fatal(t, p.Replica.Freeze()) }

// Thaw lets the replica go on.
func (p *Pair) Thaw(t testing.TB) { t.Helper(); fatal(t, p.Replica.Thaw()) }

// await waits until a server says something about its replication.
func await(t testing.TB, c redis.UniversalClient, what string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		info, err := c.Info(context.Background(), "replication").Result()
		if err == nil && strings.Contains(info, what) {
			return
		}
		select {
		case <-limit:
			t.Fatalf("the server does not say %q: %s %v", what, info, err)
		case <-time.After(20 * time.Millisecond): // it says so when it is ready
		}
	}
}

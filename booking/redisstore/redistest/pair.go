package redistest

import (
	"context"
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
	p.inStep(t)
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

// inStep waits until the replica has said that it has what was just written: only then it counts.
func (p *Pair) inStep(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c := p.Primary.Client()
	defer func() { _ = c.Close() }()
	for {
		pipe := c.Pipeline()
		pipe.Set(ctx, "in-step", 1, time.Minute)
		have := redis.NewIntCmd(ctx, "wait", 1, 1000)
		_ = pipe.Process(ctx, have) // only queues it
		if _, err := pipe.Exec(ctx); err != nil {
			t.Fatal(err)
		}
		if have.Val() == 1 {
			return
		}
	}
}

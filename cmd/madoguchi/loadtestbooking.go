package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/cmd/madoguchi/loadtest"
)

// loadtestBooking measures the booking store.
type loadtestBooking struct {
	Redis    string        `name:"redis" placeholder:"URL" help:"A Redis; an area of its own is used and deleted. Left out, a redis-server is started for this measurement."`
	Clients  int           `name:"clients" default:"64" help:"Connections that ask at once."`
	Duration time.Duration `name:"duration" default:"3s" placeholder:"DURATION" help:"How long each step is measured."`
}

// Run measures and prints.
func (c *loadtestBooking) Run(ctx context.Context, to console) error {
	if c.Clients < 1 || c.Clients > 1024 {
		return wrong("clients", "%d is no number of connections; give 1 to 1024", c.Clients)
	}
	if c.Duration <= 0 {
		return wrong("duration", "%s is no duration to measure; write for example 3s", c.Duration)
	}
	options := &redis.Options{}
	if c.Redis == "" {
		addr, stop, err := startRedis(ctx)
		if err != nil {
			return err
		}
		defer stop()
		options.Addr = addr
	} else {
		var err error
		if options, err = redis.ParseURL(c.Redis); err != nil {
			return wrong("redis", "is no URL of a Redis; write for example redis://127.0.0.1:6379/0")
		}
	}
	options.PoolSize = c.Clients
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	// With nothing but requests in memory this process would collect garbage twenty times a second, on the processors
	// Redis is measured on.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	return loadtest.Booking{
		Redis: client, Area: "loadtest-" + strings.ToLower(rand.Text()[:8]), Clients: c.Clients, Duration: c.Duration, Out: to.out,
	}.Run(ctx)
}

// startRedis starts a redis-server that keeps nothing and gives its address; stop ends it and waits.
func startRedis(ctx context.Context) (addr string, stop func(), err error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return "", nil, errors.New("there is no redis-server to start: install one, or name one that runs with --redis")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("find a port: %w", err)
	}
	addr = l.Addr().String()
	if err := l.Close(); err != nil {
		return "", nil, fmt.Errorf("find a port: %w", err)
	}
	dir, err := os.MkdirTemp("", "madoguchi-loadtest-")
	if err != nil {
		return "", nil, err
	}
	_, port, _ := strings.Cut(addr, ":")
	cmd := exec.Command(path, "--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no")
	if err := cmd.Start(); err != nil {
		return "", nil, errors.Join(fmt.Errorf("start redis-server: %w", err), os.RemoveAll(dir))
	}
	stop = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	client := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer func() { _ = client.Close() }()
	until, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for retry := time.NewTicker(20 * time.Millisecond); ; {
		if err = client.Ping(until).Err(); err == nil {
			retry.Stop()
			return addr, stop, nil
		}
		select {
		case <-until.Done():
			stop()
			return "", nil, fmt.Errorf("redis-server does not answer at %s: %w", addr, err)
		case <-retry.C:
		}
	}
}

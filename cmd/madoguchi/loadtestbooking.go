package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/servers"
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
	url := RedisURL(c.Redis)
	if url == "" {
		own, err := servers.Start(ctx)
		if err != nil {
			return fmt.Errorf("start one, or name one that runs with --redis: %w", err)
		}
		defer func() { _ = own.Stop() }()
		url = RedisURL("redis://" + own.Addr())
	}
	options, err := redisOptions(url)
	if err != nil {
		return err
	}
	options.PoolSize = c.Clients
	client := redis.NewUniversalClient(options)
	defer func() { _ = client.Close() }()
	// With nothing but requests in memory this process would collect garbage twenty times a second, on the processors
	// Redis is measured on.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	return loadtest.Booking{
		Redis: client, Area: "loadtest-" + strings.ToLower(rand.Text()[:8]), Clients: c.Clients, Duration: c.Duration, Out: to.out,
	}.Run(ctx)
}

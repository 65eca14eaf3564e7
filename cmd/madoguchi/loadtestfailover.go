package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/redisstore"
	"madoguchi/cmd/madoguchi/chaos"
)

// loadtestFailover takes Redis primaries away.
type loadtestFailover struct {
	On      string        `name:"on" enum:"sentinel,cluster,both" default:"both" help:"What loses its primary: sentinel (one replica, three Sentinels), cluster (three primaries with a replica each, two areas) or both."`
	Ways    []string      `name:"ways" default:"kill,drop,split,stop" help:"How it is lost: kill (SIGKILL), drop (its packets are silently dropped), split (likewise, but brokers still reach it), stop (SIGSTOP, later SIGCONT)."`
	Times   int           `name:"times" default:"10" help:"How often in each way."`
	Clerks  int           `name:"clerks" default:"32" help:"Who book at once in each area."`
	Brokers int           `name:"brokers" default:"2" help:"Brokers of each area."`
	Load    time.Duration `name:"load" default:"1s" placeholder:"DURATION" help:"How long they book before and after."`
	Lag     time.Duration `name:"lag" default:"300ms" placeholder:"DURATION" help:"How long the line to the replica is cut before the primary is lost: without that a loopback hides what replication loses."`
	Verbose bool          `name:"verbose" help:"Print what the brokers log."`
	Control bool          `name:"control" help:"Wait for nothing and keep no journal, to see that losses are seen."`
}

// Run does the rounds in a network of their own and fails where a promise is broken.
func (c *loadtestFailover) Run(ctx context.Context, to console) error {
	if c.Times < 1 || c.Clerks < 1 || c.Clerks > 1000 || c.Brokers < 1 || c.Load <= 0 || c.Lag < 0 {
		return wrong("times", "give at least one time, one to 1000 clerks, one broker, a load of more than 0 and a lag of at least 0")
	}
	var ways []chaos.Way
	for _, name := range c.Ways {
		if !slices.Contains(chaos.Ways, chaos.Way(name)) {
			return wrong("ways", "%q is none of %v", name, chaos.Ways)
		}
		ways = append(ways, chaos.Way(name))
	}
	if ran, err := chaos.Enter(os.Args[1:]); ran || err != nil {
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			return errors.New("the run within its own network has failed; see above")
		}
		return err
	}
	log := slog.New(slog.DiscardHandler)
	if c.Verbose {
		log = slog.New(slog.NewTextHandler(to.log, nil))
	}
	redis.SetLogger(redisLog{log})
	for _, on := range []string{"sentinel", "cluster"} {
		if c.On != "both" && c.On != on {
			continue
		}
		run := chaos.Run{
			Cluster: on == "cluster", Ways: ways, Times: c.Times, Clerks: c.Clerks, Brokers: c.Brokers, Durable: !c.Control, Load: c.Load, Lag: c.Lag,
			Out: to.out, Open: openChaosBroker(log),
			Connect: func(url string) (redis.UniversalClient, error) {
				options, err := redisOptions(RedisURL(url))
				if err != nil {
					return nil, err
				}
				return redis.NewUniversalClient(options), nil
			},
		}
		if err := run.Run(ctx); err != nil {
			return fmt.Errorf("loadtest: failover of %s: %w", on, err)
		}
	}
	return nil
}

// openChaosBroker opens brokers as serve does.
func openChaosBroker(log *slog.Logger) func(chaos.Broker) (*booking.Service, func() error, error) {
	return func(b chaos.Broker) (*booking.Service, func() error, error) {
		config := booking.Config{Directory: b.Directory, Redis: b.Redis, Secret: b.Secret, Log: log}
		stop := func() error { return nil }
		if b.Durable {
			notes, err := openJournal(filepath.Join(b.Folder, "journal"), minJournalKeep, log)
			if err != nil {
				return nil, nil, err
			}
			config.Store = redisstore.Options{Durability: redisstore.Durability{Replicas: 1}}
			config.Journal, stop = notes, notes.Close
		}
		service, err := booking.New(config)
		if err != nil {
			return nil, nil, errors.Join(err, stop())
		}
		return service, stop, nil
	}
}

package main

import (
	"context"
	"crypto/tls"
	"time"

	"madoguchi/cmd/madoguchi/loadtest"
)

// loadtestVisits opens and closes whole visits.
type loadtestVisits struct {
	Visits int           `name:"visits" default:"10000" help:"Visits, of all sorts: with media, guests, cuts, handovers, no-shows, cancellations."`
	AtOnce int           `name:"at-once" default:"8" help:"Of them, at a time; each at a booth and desks of its own."`
	Redis  RedisURL      `name:"redis" placeholder:"URL" help:"An empty Redis to use, of which everything is looked at. Left out, one is started."`
	Settle time.Duration `name:"settle" default:"8m" placeholder:"DURATION" help:"How long the node may take to forget what is over."`
	Log    bool          `name:"log" help:"Print what the node complains of."`
}

// Run measures in a folder of its own.
func (c *loadtestVisits) Run(ctx context.Context, to console) error {
	if c.Visits < 1 || c.AtOnce < 1 || c.AtOnce > 100 || c.Settle < 0 {
		return wrong("visits", "give at least one visit, 1 to 100 at once, and no negative time to settle")
	}
	return inCountryFolder("madoguchi-visits-", func(folder string, trust *tls.Config, tokens seatTokens) error {
		return loadtest.Visits{
			Opened: c.Visits, AtOnce: c.AtOnce, Redis: string(c.Redis), Settle: c.Settle,
			Folder: folder, Trust: trust, Tokens: tokens, Out: to.out, Log: to.ifWanted(c.Log),
		}.Run(ctx)
	})
}

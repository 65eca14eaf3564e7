package main

import (
	"context"
	"crypto/tls"
	"time"

	"madoguchi/cmd/madoguchi/loadtest"
	"madoguchi/signaling/access"
)

// loadtestAbuse attacks a node of its own.
type loadtestAbuse struct {
	Seconds int      `name:"seconds" default:"60" placeholder:"N" help:"How long the calm and each attack last, 1 to 3600."`
	Only    []string `name:"only" placeholder:"KIND" help:"Only these attacks, or groups of them by what they begin with: http, http2, ws, whip, stun, rtp, rtcp, dtls, spoofed, media-tcp, guess."`
	Figures bool     `name:"figures" help:"Print whether the limits are kept, and do not fail for them: where the machine has other things to do."`
	Log     bool     `name:"log" help:"Print what the node complains of."`
}

// Run attacks in a folder of its own.
func (c *loadtestAbuse) Run(ctx context.Context, to console) error {
	if c.Seconds < 1 || c.Seconds > 3600 {
		return wrong("seconds", "%d is out of bounds; give 1 to 3600", c.Seconds)
	}
	return inCountryFolder("madoguchi-abuse-", func(folder string, trust *tls.Config, tokens seatTokens) error {
		_, issuer, err := crowdFolder(folder)
		if err != nil {
			return err
		}
		return loadtest.Abuse{
			Each: time.Duration(c.Seconds) * time.Second, Only: c.Only, Folder: folder, Trust: trust, Tokens: tokens,
			Rooms: func(participant, room string, ttl time.Duration) (string, error) {
				token, _, err := issuer.Room(access.Room{
					Participant: participant, Room: room, Name: participant, Grants: access.Grants{access.Publish, access.Subscribe},
				}, ttl)
				return token, err
			},
			Out: to.out, Log: to.ifWanted(c.Log), Figures: c.Figures,
		}.Run(ctx)
	})
}

// loadtestAttack is the attackers in a process of their own.
type loadtestAttack struct {
	Target   string        `name:"target" required:"" help:"File that says what is attacked."`
	Kind     string        `name:"kind" required:"" help:"Of the attack."`
	Duration time.Duration `name:"duration" required:"" help:"How long."`
}

// Run attacks and prints what came of it.
func (c *loadtestAttack) Run(ctx context.Context, to console) error {
	return loadtest.Attack(ctx, c.Target, c.Kind, c.Duration, to.out)
}

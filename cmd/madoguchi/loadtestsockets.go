package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"madoguchi/cmd/madoguchi/loadtest"
	"madoguchi/signaling/access"
)

// loadtestSockets measures idle booths.
type loadtestSockets struct {
	Sockets int           `name:"sockets" default:"24000" help:"Booths, each with a socket of its own. A node and the driver each need as many open files (nofile); 0: 24000, or as many as a process may have open here."`
	Idle    time.Duration `name:"idle" default:"30s" placeholder:"DURATION" help:"How long the processor is watched while nothing happens; pings come every 20 s."`
	Figures bool          `name:"figures" help:"Print whether the limits are kept, and do not fail for them: where the machine has other things to do."`
	Log     bool          `name:"log" help:"Print what the nodes complain of."`
}

// Run measures in a folder of its own.
func (c *loadtestSockets) Run(ctx context.Context, to console) (err error) {
	if c.Sockets == 0 {
		if c.Sockets, err = loadtest.SocketsHere(); err != nil {
			return err
		}
		fmt.Fprintf(to.out, "%d sockets\n", c.Sockets)
	}
	if c.Sockets < 1 || c.Sockets > 100_000 || c.Idle <= 0 {
		return wrong("sockets", "give 1 to 100000 sockets, and a time to watch of more than 0")
	}
	return inCountryFolder("madoguchi-sockets-", func(folder string, trust *tls.Config, tokens seatTokens) error {
		return loadtest.Sockets{
			Booths: c.Sockets, Idle: c.Idle, Folder: folder, Trust: trust, Out: to.out, Log: to.ifWanted(c.Log), Figures: c.Figures,
			Tokens: tokens,
		}.Run(ctx)
	})
}

// seatTokens mints tokens of seats for a driver.
type seatTokens = func(seat, role, office, booth, desk, pool string) (string, error)

// inCountryFolder measures in a folder made for it and removed afterwards.
func inCountryFolder(name string, measure func(folder string, trust *tls.Config, tokens seatTokens) error) (err error) {
	folder, err := os.MkdirTemp("", name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	trust, tokens, err := newCountryFolder(folder)
	if err != nil {
		return err
	}
	return measure(folder, trust, tokens)
}

// ifWanted is where the nodes of a measurement complain.
func (c console) ifWanted(wanted bool) io.Writer {
	if wanted {
		return c.log
	}
	return io.Discard
}

// newCountryFolder makes a certificate and keys for the nodes of a measurement, and gives what a driver needs: whom to trust, and
// tokens of seats.
func newCountryFolder(folder string) (trust *tls.Config, tokens seatTokens, err error) {
	cert, key, err := newLANCertificate(nil, time.Now())
	if err == nil {
		err = errors.Join(os.WriteFile(filepath.Join(folder, "cert.pem"), cert, 0o644), os.WriteFile(filepath.Join(folder, "key.pem"), key, 0o600))
	}
	if err != nil {
		return nil, nil, fmt.Errorf("loadtest: make a certificate: %w", err)
	}
	trust, issuer, err := crowdFolder(folder)
	return trust, func(seat, role, office, booth, desk, pool string) (string, error) {
		token, _, err := issuer.Seat(access.Seat{
			ID: seat, Role: role, Area: loadtest.CountryArea, Office: office, Booth: booth, Desk: desk, Pool: pool,
		}, access.SeatTTL)
		return token, err
	}, err
}

// crowdFolder reads what a driver needs to speak with nodes of a measurement: whom to trust, and the key of tokens.
func crowdFolder(folder string) (*tls.Config, *access.Issuer, error) {
	cert, err := os.ReadFile(filepath.Join(folder, "cert.pem"))
	if err != nil {
		return nil, nil, fmt.Errorf("loadtest: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(cert)
	keys, err := access.LoadOrCreate(filepath.Join(folder, "keys"))
	if err != nil {
		return nil, nil, fmt.Errorf("loadtest: %w", err)
	}
	return &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, access.NewIssuer(keys, time.Now), nil
}

// loadtestCrowd is the booths in a process of their own.
type loadtestCrowd struct {
	Server string `name:"server" required:"" help:"https://host:port"`
	Folder string `name:"folder" required:"" help:"Of the measurement."`
	Booths int    `name:"booths" required:"" help:"How many."`
}

// Run keeps them there until it is stopped.
func (c *loadtestCrowd) Run(ctx context.Context, to console) error {
	trust, issuer, err := crowdFolder(c.Folder)
	if err != nil {
		return err
	}
	return loadtest.Crowd{
		Server: c.Server, Trust: trust, Booths: c.Booths, Out: to.out,
		Tokens: func(n int) (string, error) {
			seat, office, booth := loadtest.CountrySeat(n)
			token, _, err := issuer.Seat(access.Seat{ID: seat, Role: "booth", Area: loadtest.CountryArea, Office: office, Booth: booth}, access.SeatTTL)
			return token, err
		},
	}.Run(ctx)
}

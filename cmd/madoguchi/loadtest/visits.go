package loadtest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"madoguchi/booking/redisstore/servers"
)

// Visits has whole visits take place, one after the other at several places at once, on a node of its own and a real Redis, and wants
// everything back that they took: goroutines, memory, descriptors, and the keys in Redis but those that expire by themselves.
type Visits struct {
	Opened int           // visits
	AtOnce int           // of them
	Redis  string        // URL; empty: one is started
	Settle time.Duration // how long the node may take to forget what is over
	Folder string        // with cert.pem, key.pem and keys
	Trust  *tls.Config
	Tokens func(seat, role, office, booth, desk, pool string) (string, error)
	Out    io.Writer
	Log    io.Writer // what the node complains of

	keys keys
}

// visitLoad is what flows in a visit with media: small, for how visits begin and end is what is measured.
var visitLoad = Load{Rooms: 1, VideoBits: 300_000, AudioBits: 40_000, PacketBytes: 1104}

// unhurried lets one driver do what in the country a thousand people do from addresses of their own: the node's limits of pace
// are not what is measured.
var unhurried = []string{"--requests-per-address", "100000", "--requests-per-seat", "100000"}

const (
	visitsWarmUp = 40               // visits before the node is looked at first, so many times the mix
	visitsLook   = 10 * time.Second // between looks at a node that is to forget
)

// Run measures, prints, and fails for whatever is not back.
func (v Visits) Run(ctx context.Context) (err error) {
	if err := writeTown(filepath.Join(v.Folder, "directory"), v.AtOnce); err != nil {
		return err
	}
	at := v.Redis
	if at == "" {
		store, err := servers.Start(ctx)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Stop()) }()
		at = "redis://" + store.Addr()
	}
	options, err := redis.ParseURL(at)
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	client := redis.NewClient(options)
	defer client.Close()
	v.keys = keys{client}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	node, err := country{program: program, folder: v.Folder, redis: at, logTo: v.Log, options: unhurried}.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.stop()) }()
	return v.measure(ctx, node)
}

// measure goes through it: a few visits, a look, all of them, a look.
func (v Visits) measure(ctx context.Context, node *countryNode) error {
	transport := &http.Transport{TLSClientConfig: v.Trust.Clone(), MaxIdleConnsPerHost: v.AtOnce}
	client := &http.Client{Transport: transport, Timeout: joinWithin}
	defer transport.CloseIdleConnections()
	m := meter{node.url(), client}
	if err := mediaReady(ctx, client, node.url()); err != nil {
		return err
	}
	if err := v.hold(ctx, node, client, min(visitsWarmUp, v.Opened), 0); err != nil {
		return err
	}
	transport.CloseIdleConnections()
	before, err := m.atRest(ctx, 0)
	if err != nil {
		return err
	}
	keysBefore, err := v.keys.count(ctx)
	if err != nil {
		return err
	}
	from := now()
	if err := v.hold(ctx, node, client, v.Opened, visitsWarmUp); err != nil {
		return err
	}
	fmt.Fprintf(v.Out, "%d visits opened and closed in %.1f s, %d at once\n", v.Opened, (now() - from).Seconds(), v.AtOnce)
	return v.judge(ctx, m, transport, before, keysBefore)
}

// mediaReady waits until the node's broker has found its media node.
func mediaReady(ctx context.Context, client *http.Client, server string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, joinWithin, errors.New("the broker has found no media node"))
	defer cancel()
	way := &consultations{server: server, http: client}
	for {
		var state struct{ MediaNodes int }
		if err := way.call(ctx, http.MethodGet, "/readyz", "", nil, &state); err == nil && state.MediaNodes > 0 {
			return nil
		}
		if err := pause(ctx, restEvery); err != nil {
			return err
		}
	}
}

// judge looks until everything is back or time is up, and prints the last look.
func (v Visits) judge(ctx context.Context, m meter, transport *http.Transport, before Gauges, keysBefore census) error {
	until := now() + v.Settle
	for from := now(); ; {
		transport.CloseIdleConnections()
		after, err := m.atRest(ctx, 0)
		if err != nil {
			return err
		}
		keysAfter, err := v.keys.count(ctx)
		if err != nil {
			return err
		}
		err = errors.Join(back(io.Discard, before, after, inService), keysAfter.back(io.Discard, keysBefore))
		if err == nil || now() >= until {
			fmt.Fprintf(v.Out, "looked at %.0f s after the last visit\n", (now() - from).Seconds())
			return errors.Join(back(v.Out, before, after, inService), keysAfter.back(v.Out, keysBefore))
		}
		if err := pause(ctx, visitsLook); err != nil {
			return err
		}
	}
}

// hold has visits take place, each place one after the other.
func (v Visits) hold(ctx context.Context, node *countryNode, client *http.Client, visits, first int) error {
	var next, done atomic.Int64
	var tally [courses]atomic.Int64
	var telling sync.WaitGroup
	told, stop := context.WithCancel(ctx)
	telling.Go(func() { v.tell(told, &done, visits) }) // ends with the last visit
	defer telling.Wait()
	defer stop()
	work, ctx := errgroup.WithContext(ctx)
	for i := range v.AtOnce {
		at := townPlace(i)
		way := &consultations{server: node.url(), http: client, trust: v.Trust, tokens: v.seatAt(at)}
		work.Go(func() error {
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= visits {
					return nil
				}
				l := &life{Visits: &v, consultations: way, at: at, n: first + n, course: mix[n%len(mix)]}
				if err := l.live(ctx); err != nil {
					return err
				}
				tally[l.course].Add(1)
				done.Add(1)
			}
			return context.Cause(ctx)
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	if first > 0 {
		for course, name := range courseNames {
			fmt.Fprintf(v.Out, "  %6d %s\n", tally[course].Load(), name)
		}
	}
	return nil
}

// seatAt mints the tokens of a place's seats.
func (v Visits) seatAt(p place) func(seat string) (string, error) {
	return func(seat string) (string, error) {
		switch seat {
		case "booth:" + p.booth:
			return v.Tokens(seat, "booth", p.office, p.booth, "", "")
		case "desk:" + p.first:
			return v.Tokens(seat, "counselor", "", "", p.first, p.first)
		case "desk:" + p.second:
			return v.Tokens(seat, "officer", "", "", p.second, p.second)
		default:
			return v.Tokens(seat, "staff", p.office, "", "", "")
		}
	}
}

// tell prints now and then how far it is.
func (v Visits) tell(ctx context.Context, done *atomic.Int64, visits int) {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fmt.Fprintf(v.Out, "%5d of %d visits\n", done.Load(), visits)
		}
	}
}

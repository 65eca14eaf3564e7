package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/servers"
)

// Broker is one broker of an area, as serve makes it.
type Broker struct {
	Redis     redis.UniversalClient
	Directory *booking.Directory
	Folder    string // for its journal
	Secret    []byte // the same for all brokers of an area
	Durable   bool   // false for the control: nothing is waited for, and nothing noted
}

// Run is a number of rounds on one Redis service.
type Run struct {
	Cluster bool // else Sentinel
	Ways    []Way
	Times   int // each way
	Clerks  int // of each area
	Brokers int // of each area
	Durable bool
	Load    time.Duration // before a primary is lost, and after everything is whole again
	Lag     time.Duration // how long its line to the replica is cut before

	Connect func(url string) (redis.UniversalClient, error)               // as serve connects
	Open    func(Broker) (_ *booking.Service, stop func() error, _ error) // as serve opens a broker
	Out     io.Writer
}

// settleWithin bounds how long clerks ask until everything is settled.
const settleWithin = time.Minute

// lookAgain is how often something that seems unknown is looked up.
const lookAgain = 100 * time.Millisecond

// Run does the rounds and prints a line of each. It gives ErrBroken where something that was acknowledged is lost or
// doubled, or a step stays unknown; a control only prints.
func (r Run) Run(ctx context.Context) (err error) {
	service, areas, err := r.service(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, service.Stop()) }()
	w := &world{Run: r, service: service}
	defer func() { err = errors.Join(err, w.close()) }()
	for _, area := range areas {
		if err := w.openArea(ctx, area); err != nil {
			return err
		}
	}
	w.head()
	var total row
	for n := range r.Times {
		for _, way := range r.Ways {
			one, err := w.round(ctx, way)
			if err != nil {
				return fmt.Errorf("round %d, %s: %w", n+1, way, err)
			}
			one.name = fmt.Sprintf("%d %s", n+1, way)
			w.print(one)
			total.add(one)
		}
	}
	if err := w.final(ctx, &total); err != nil {
		return err
	}
	total.name = "all"
	w.print(total)
	if r.Durable && total.broken() {
		return ErrBroken
	}
	return nil
}

// ErrBroken says that a promise was broken; what was printed says which.
var ErrBroken = errors.New("something that was acknowledged is lost or doubled, or a step is still unknown")

// service starts the servers and names the areas; the first is harmed.
func (r Run) service(ctx context.Context) (redisService, []string, error) {
	args := []string{"--appendonly", "yes", "--appendfsync", "everysec"}
	if !r.Cluster {
		s, err := servers.StartSentinel(ctx, servers.SentinelOptions{Spread: true, Args: args})
		return sentinelService{s}, []string{"harmed"}, err
	}
	c, err := servers.StartCluster(ctx, servers.ClusterOptions{Replicas: 1, Spread: true, Args: args})
	if err != nil {
		return nil, nil, err
	}
	areas, err := c.Apart(ctx, "harmed", "other")
	if err != nil {
		return nil, nil, errors.Join(err, c.Stop())
	}
	return clusterService{c}, areas, nil
}

// world is everything that runs.
type world struct {
	Run
	service redisService
	offices []*office
	closers []func() error // the last first
}

// openArea opens the brokers of an area.
func (w *world) openArea(ctx context.Context, area string) error {
	town, err := newTown(area)
	if err != nil {
		return err
	}
	o := &office{town: town}
	w.offices = append(w.offices, o)
	secret := []byte("the secret of brokers that come to harm")
	for range w.Brokers {
		client, err := w.Connect(w.service.URL())
		if err != nil {
			return err
		}
		w.closers = append(w.closers, client.Close)
		if o.store == nil {
			o.store = redisstore.New(client, area, redisstore.Options{})
		}
		folder, err := os.MkdirTemp("", "madoguchi-chaos-")
		if err != nil {
			return err
		}
		w.closers = append(w.closers, func() error { return os.RemoveAll(folder) })
		broker, stop, err := w.Open(Broker{Redis: client, Directory: town.directory, Folder: folder, Secret: secret, Durable: w.Durable})
		if err != nil {
			return err
		}
		w.closers = append(w.closers, stop)
		running, cancel := context.WithCancel(context.WithoutCancel(ctx))
		ended := make(chan error, 1)
		go func() { ended <- broker.Run(running) }()
		w.closers = append(w.closers, func() error { cancel(); return <-ended })
		o.brokers = append(o.brokers, broker)
	}
	return nil
}

func (w *world) close() error {
	var errs []error
	for _, f := range slices.Backward(w.closers) {
		errs = append(errs, f())
	}
	return errors.Join(errs...)
}

// round loses a primary once.
func (w *world) round(ctx context.Context, way Way) (row, error) {
	var cursors []string
	for _, o := range w.offices {
		_, _, last, err := o.events(ctx, "")
		if err != nil {
			return row{}, err
		}
		cursors = append(cursors, last)
	}
	out := row{}
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := make(chan struct{})
	var clerks sync.WaitGroup
	for _, o := range w.offices {
		for n := range w.Clerks {
			c := &clerk{office: o, broker: o.brokers[n%len(o.brokers)], random: rand.New(rand.NewPCG(rand.Uint64(), uint64(n))), stop: stop}
			clerks.Go(func() {
				if err := c.work(working); err != nil {
					cancel(err)
				}
			})
		}
	}
	err := w.damage(working, way, &out)
	close(stop)
	limit := time.AfterFunc(settleWithin, func() { cancel(nil) })
	clerks.Wait()
	limit.Stop()
	if cause := context.Cause(working); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(err, cause)
	}
	if err != nil {
		return out, err
	}
	return out, w.count(ctx, &out, cursors)
}

// damage is what happens during a round's load.
func (w *world) damage(ctx context.Context, way Way, out *row) error {
	if err := pass(ctx, w.Load); err != nil {
		return err
	}
	var gone time.Time
	_, err := harm(ctx, way, w.service, w.offices[0].town.area, w.Lag, func() { gone = time.Now() })
	out.replaced = time.Since(gone)
	if err == nil {
		err = w.service.AwaitWhole(ctx)
	}
	out.whole = time.Since(gone)
	if err == nil {
		err = pass(ctx, w.Load)
	}
	return err
}

// count adds up what clerks know and judges it.
func (w *world) count(ctx context.Context, out *row, cursors []string) error {
	for i, o := range w.offices {
		c, visits, took, silent := o.take()
		o.all = append(o.all, visits...)
		restored, _, _, err := o.events(ctx, cursors[i])
		if err != nil {
			return err
		}
		v, err := o.judge(ctx, visits)
		if err != nil {
			return err
		}
		v.restored = restored
		if i == 0 {
			out.count, out.verdict, out.silent = c, v, silent
			continue
		}
		out.other = &other{count: c, verdict: v, took: took, silent: silent}
	}
	return nil
}

// final looks every visit of all rounds up once more: what one round kept, a later one may have lost.
func (w *world) final(ctx context.Context, total *row) error {
	for i, o := range w.offices {
		v, err := o.judge(ctx, o.all)
		if err != nil {
			return err
		}
		v.restored = total.verdict.restored
		if i == 0 {
			total.verdict = v
		} else {
			total.other.verdict = v
		}
	}
	return nil
}

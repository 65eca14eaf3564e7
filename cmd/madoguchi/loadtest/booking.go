package loadtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore"
)

// Booking measures the booking store on a Redis: what a step costs as a share of a script that does nothing, on the same
// server in the same run. Everything is on that is on in earnest: rule version, outbox, fingerprint, sealed record.
type Booking struct {
	Redis    redis.UniversalClient
	Area     string // of its own, so that nothing real is touched; its keys are deleted at the end
	Clients  int
	Duration time.Duration // of each measurement
	Out      io.Writer
}

// Of the requests made up.
const (
	bookingPlaces = 200 // booths, desks and residents, and as many booths in the day view
	bookingVisits = 10  // a day at each booth of the day view
	bookingSealed = 120 // bytes of a sealed record with a name, a number and an address
)

// bookingRate is what one measurement gave.
type bookingRate struct {
	name      string
	perSecond float64
	p50, p99  time.Duration
}

// Run measures one thing after another and prints a table.
func (b Booking) Run(ctx context.Context) error {
	run := bookingRun{Booking: b, store: redisstore.New(b.Redis, b.Area, redisstore.Options{HoldTTL: time.Hour})}
	run.day = time.Now().Add(30 * 24 * time.Hour).Truncate(24 * time.Hour)
	err := run.all(ctx)
	return errors.Join(err, run.sweep(context.WithoutCancel(ctx)))
}

type bookingRun struct {
	Booking
	store *redisstore.Store
	day   time.Time
	made  atomic.Int64
}

func (r *bookingRun) all(ctx context.Context) error {
	if err := r.store.PublishRules(ctx, 1); err != nil {
		return err
	}
	bare := redis.NewScript("return 1")
	if err := bare.Load(ctx, r.Redis).Err(); err != nil {
		return fmt.Errorf("load a script: %w", err)
	}
	taken := r.request(r.made.Add(1))
	if _, err := r.store.Hold(ctx, taken); err != nil {
		return err
	}
	ledgers, err := r.fillDay(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%-28s %10s %8s %9s %9s\n", "step", "per second", "share", "p50", "p99")
	var yardstick float64
	for _, m := range []struct {
		name    string
		clients int
		one     func() error
	}{
		{"script that does nothing", r.Clients, func() error { return bare.EvalSha(ctx, r.Redis, []string{"{" + r.Area + "}:x"}).Err() }},
		{"hold booth, desk, resident", r.Clients, func() error { return r.hold(ctx) }},
		{"hold refused", r.Clients, func() error { return r.refused(ctx, taken) }},
		{"hold, confirm and cancel", r.Clients, func() error { return r.cycle(ctx) }},
		{fmt.Sprintf("one day view of %d booths", bookingPlaces), 1, func() error { return r.view(ctx, ledgers) }},
	} {
		rate, err := r.measure(ctx, m.name, m.clients, m.one)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if yardstick == 0 {
			yardstick = rate.perSecond
		}
		fmt.Fprintf(r.Out, "%-28s %10.0f %7.1f%% %9s %9s\n", rate.name, rate.perSecond, 100*rate.perSecond/yardstick,
			rate.p50.Round(10*time.Microsecond), rate.p99.Round(10*time.Microsecond))
	}
	return nil
}

// measure lets clients do the same for a while.
func (r *bookingRun) measure(ctx context.Context, name string, clients int, one func() error) (bookingRate, error) {
	var (
		all   sync.WaitGroup
		mutex sync.Mutex
		took  []time.Duration
		first error
	)
	began := time.Now()
	for range clients {
		all.Go(func() {
			var mine []time.Duration
			var err error
			for err == nil && time.Since(began) < r.Duration && ctx.Err() == nil {
				at := time.Now()
				if err = one(); err == nil {
					mine = append(mine, time.Since(at))
				}
			}
			mutex.Lock()
			defer mutex.Unlock()
			took = append(took, mine...)
			first = errors.Join(first, err)
		})
	}
	all.Wait()
	if first != nil || len(took) == 0 {
		return bookingRate{}, errors.Join(first, ctx.Err())
	}
	slices.Sort(took)
	return bookingRate{
		name: name, perSecond: float64(len(took)) / time.Since(began).Seconds(), p50: took[len(took)/2], p99: took[len(took)*99/100],
	}, nil
}

// request asks for a booth, a desk and a resident nobody else asks for at that time.
func (r *bookingRun) request(n int64) redisstore.HoldRequest {
	place := fmt.Sprint(n % bookingPlaces)
	start := r.day.Add(24*time.Hour + time.Duration(n/bookingPlaces)*30*time.Minute)
	end := start.Add(20 * time.Minute)
	return redisstore.HoldRequest{
		ID: fmt.Sprintf("a_%026d", n), Fingerprint: "fingerprint-of-26-letters-", Rules: 1, Office: "office" + place, By: "counter:office" + place,
		Start: start, End: end, Resident: "index-of-a-resident-" + place, Who: bytes.Repeat([]byte{0xa5}, bookingSealed),
		Booth: redisstore.Claim{Candidates: []string{"booth" + place}, Start: start, End: end.Add(5 * time.Minute)},
		Legs: []redisstore.LegClaim{{
			Service: "medical", Pool: "pool", Claim: redisstore.Claim{Candidates: []string{"desk" + place}, Start: start, End: end},
		}},
	}
}

func (r *bookingRun) hold(ctx context.Context) error {
	_, err := r.store.Hold(ctx, r.request(r.made.Add(1)))
	return err
}

// refused asks for a time that is taken.
func (r *bookingRun) refused(ctx context.Context, taken redisstore.HoldRequest) error {
	taken.ID = fmt.Sprintf("a_%026d", r.made.Add(1))
	if _, err := r.store.Hold(ctx, taken); !errors.As(err, new(*redisstore.TakenError)) {
		return fmt.Errorf("a taken time was not refused as taken: %w", err)
	}
	return nil
}

func (r *bookingRun) cycle(ctx context.Context) error {
	n := r.made.Add(1)
	h := r.request(n)
	if _, err := r.store.Hold(ctx, h); err != nil {
		return err
	}
	_, err := r.store.Confirm(ctx, h.ID, redisstore.Confirmation{
		Resident: h.Resident, Date: h.Start.Format("2006-01-02"), Receptions: []string{fmt.Sprint(100_000 + n)},
	})
	if err != nil {
		return err
	}
	_, err = r.store.Cancel(ctx, h.ID)
	return err
}

// fillDay books a day at every booth of the day view.
func (r *bookingRun) fillDay(ctx context.Context) ([]redisstore.Ledger, error) {
	ledgers := make([]redisstore.Ledger, bookingPlaces)
	for n := range ledgers {
		ledgers[n] = redisstore.Ledger{Kind: redisstore.KindBooth, ID: fmt.Sprint("booth", n)}
		for k := range bookingVisits {
			h := r.request(int64(n))
			h.ID = fmt.Sprintf("a_day_%d_%d", n, k)
			at := r.day.Add(time.Duration(k) * time.Hour)
			h.Start, h.End = at, at.Add(20*time.Minute)
			h.Booth.Start, h.Booth.End, h.Legs[0].Start, h.Legs[0].End = at, at.Add(25*time.Minute), at, h.End
			if _, err := r.store.Hold(ctx, h); err != nil {
				return nil, err
			}
		}
	}
	return ledgers, nil
}

func (r *bookingRun) view(ctx context.Context, ledgers []redisstore.Ledger) error {
	busy, err := r.store.Busy(ctx, ledgers, r.day, r.day.Add(24*time.Hour))
	if err == nil && len(busy[0]) != bookingVisits {
		err = fmt.Errorf("the first booth has %d visits, not %d", len(busy[0]), bookingVisits)
	}
	return err
}

// sweep deletes what was made up.
func (r *bookingRun) sweep(ctx context.Context) error {
	one := redis.Cmdable(r.Redis)
	if cluster, many := r.Redis.(*redis.ClusterClient); many { // SCAN has no key: it is asked where the area is
		node, err := cluster.MasterForKey(ctx, "{"+r.Area+"}:x")
		if err != nil {
			return fmt.Errorf("find area %s: %w", r.Area, err)
		}
		one = node
	}
	var cursor uint64
	for {
		keys, next, err := one.Scan(ctx, cursor, "{"+r.Area+"}:*", 1000).Result()
		if err == nil && len(keys) > 0 {
			err = one.Unlink(ctx, keys...).Err()
		}
		if err != nil {
			return fmt.Errorf("delete what the measurement left in area %s: %w", r.Area, err)
		}
		if cursor = next; cursor == 0 {
			return nil
		}
	}
}

package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/redisstore"
)

// askAgain is how long a clerk waits before asking again.
const askAgain = 50 * time.Millisecond

// visit is what a clerk was told of one appointment.
type visit struct {
	id      string
	slot    slot   // where it was last told to be
	told    string // "" where nothing was acknowledged
	version int64
	open    string // the step that is not settled; "" where all are
}

// What a clerk may have been told last.
const (
	toldBooked    = "booked"
	toldCancelled = "cancelled"
)

// count is what clerks counted.
type count struct {
	acknowledged int // steps called done, each once
	unknown      int // steps of which at first nobody knew
	done         int // of these, found to be done
	undone       int // of these, found not to be
	unavailable  int // answers that Redis does not answer and nothing was done
	refused      int // steps that were refused for good
	examples     []string
	misshown     int // looks at which an appointment seemed certain though its step was unknown for a second before, and right after
}

// office is the clerks of one area and what they know.
type office struct {
	town    *town
	brokers []*booking.Service
	store   *redisstore.Store // for looking behind them
	all     []*visit          // of rounds that are over

	mu     sync.Mutex
	count  count
	visits []*visit
	took   []time.Duration // of acknowledged steps
	last   time.Time       // the last acknowledgement
	silent time.Duration   // the longest time without one
}

// clerk is one of them.
type clerk struct {
	*office
	broker *booking.Service
	random *rand.Rand
	stop   <-chan struct{} // no new visits
}

// work books until stop is closed and settles what is open then, until ctx ends.
func (c *clerk) work(ctx context.Context) error {
	for {
		select {
		case <-c.stop:
			return nil
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(10+c.random.IntN(40)) * time.Millisecond): // the pace of a busy counter
		}
		if err := c.serve(ctx); err != nil {
			return err
		}
	}
}

// serve takes one visit as far as it goes: booked, sometimes moved or cancelled.
func (c *clerk) serve(ctx context.Context) error {
	at, ok := c.town.slot()
	if !ok {
		return errors.New("all times of the area are booked: ask for fewer rounds")
	}
	who, err := booking.NewPerson("テスト タロウ", fmt.Sprintf("0999-%02d-%04d", c.random.IntN(100), c.random.IntN(10_000)))
	if err != nil {
		return err
	}
	caller, key := at.caller(c.town.area), fmt.Sprintf("%d-%d", at.start.Unix(), at.office)
	id, err := c.hold(ctx, caller, booking.HoldRequest{Key: key, Office: caller.Office, Start: at.start, Legs: at.legs(), Resident: who})
	if id == "" || err != nil {
		return err
	}
	v := c.open(id, at)
	var a booking.Appointment
	done, err := c.step(ctx, v, "confirm", func() (err error) {
		a, err = c.broker.Confirm(ctx, caller, id, booking.ConfirmRequest{Resident: who})
		return err
	})
	if !done || err != nil {
		return err
	}
	c.tell(v, toldBooked, at, a.Version)
	switch c.random.IntN(8) {
	case 0, 1:
		to := at.later()
		done, err = c.step(ctx, v, "move", func() (err error) {
			a, err = c.broker.Move(ctx, caller, id, booking.MoveRequest{Key: key + "-m", Version: v.version, Start: to.start})
			return err
		})
		if done {
			c.tell(v, toldBooked, to, a.Version)
		}
	case 2:
		done, err = c.step(ctx, v, "cancel", func() (err error) {
			a, err = c.broker.Cancel(ctx, id)
			return err
		})
		if done {
			c.tell(v, toldCancelled, at, a.Version)
		}
	}
	return err
}

// hold asks until it is held or refused. A hold is nothing yet, so nobody insists on one after closing time.
func (c *clerk) hold(ctx context.Context, caller booking.Caller, h booking.HoldRequest) (string, error) {
	for {
		held, err := c.broker.Hold(ctx, caller, h)
		if !errors.Is(err, booking.ErrUnavailable) {
			if err != nil {
				c.note(func(n *count) { n.refused++ })
			}
			return held.ID, unexpected("hold", err)
		}
		c.note(func(n *count) { n.unavailable++ })
		select {
		case <-c.stop:
			return "", nil
		case <-ctx.Done():
			return "", nil
		case <-time.After(askAgain):
		}
	}
}

// step asks for something until it is certain, and reports whether it is done. What is not settled when ctx ends stays
// open.
func (c *clerk) step(ctx context.Context, v *visit, what string, ask func() error) (done bool, err error) {
	begin, since := time.Now(), time.Time{} // the latter: that it is unknown
	for seen := ""; ; {
		err := ask()
		switch {
		case err == nil:
			c.acknowledge(v, begin, !since.IsZero())
			return true, nil
		case errors.Is(err, booking.ErrUnknown) && since.IsZero():
			since = time.Now()
			c.note(func(n *count) { n.unknown++; v.open = what })
		case errors.Is(err, booking.ErrUnknown):
			if seen != "" {
				c.note(func(n *count) { n.misshown++; n.examples = append(n.examples, seen) })
			}
			if seen = ""; time.Since(since) > time.Second {
				seen = c.look(ctx, v, since)
			}
		case errors.Is(err, booking.ErrUnavailable):
			seen = ""
			c.note(func(n *count) { n.unavailable++ })
		default:
			c.note(func(n *count) {
				n.refused++
				if v.open != "" {
					n.undone++
				}
				v.open = ""
			})
			return false, unexpected(what, err)
		}
		if seen != "" {
			continue // it may just have been settled: asked at once, it is certain or it was shown wrongly
		}
		select {
		case <-ctx.Done():
			return false, nil
		case <-time.After(askAgain):
		}
	}
}

// look sees whether an appointment whose last step is unknown says so, where it can be read at all, and gives what it says
// otherwise.
func (c *clerk) look(ctx context.Context, v *visit, since time.Time) string {
	a, err := c.broker.Appointment(ctx, v.id)
	if err != nil || a.State == booking.StateUnknown || a.State == booking.StateDisputed {
		return ""
	}
	return fmt.Sprintf("%s of %s is unknown for %s and it is %s at %s, version %d; was told %q at %s",
		v.open, v.id, time.Since(since).Round(time.Millisecond), a.State, a.Start.Format(time.TimeOnly), a.Version, v.told, v.slot.start.Format(time.TimeOnly))
}

// unexpected passes on what is no answer to a clerk. A problem is one, unless it is a fault of the service.
func unexpected(what string, err error) error {
	var p *booking.Problem
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &p):
		return fmt.Errorf("%s: %w", what, err)
	case p.Status >= 500:
		return fmt.Errorf("%s: %w: %w", what, err, p.Unwrap()) // a problem itself does not tell its cause
	default:
		return nil
	}
}

func (o *office) note(change func(*count)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	change(&o.count)
}

// open notes a visit that begins.
func (o *office) open(id string, at slot) *visit {
	o.mu.Lock()
	defer o.mu.Unlock()
	v := &visit{id: id, slot: at}
	o.visits = append(o.visits, v)
	return v
}

// acknowledge notes that a step was called done.
func (o *office) acknowledge(v *visit, begin time.Time, wasUnknown bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	v.open = ""
	o.count.acknowledged++
	if wasUnknown {
		o.count.done++
	}
	o.took = append(o.took, time.Since(begin))
	now := time.Now()
	if !o.last.IsZero() {
		o.silent = max(o.silent, now.Sub(o.last))
	}
	o.last = now
}

// tell notes what a clerk was told.
func (o *office) tell(v *visit, told string, at slot, version int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	v.told, v.slot, v.version = told, at, version
}

// take gives what was counted since the last time, and begins anew.
func (o *office) take() (count, []*visit, []time.Duration, time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	c, visits, took, silent := o.count, o.visits, o.took, o.silent
	o.count, o.visits, o.took, o.silent, o.last = count{}, nil, nil, 0, time.Time{}
	return c, visits, took, silent
}

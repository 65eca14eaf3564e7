package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"madoguchi/booking"
	"madoguchi/signaling"
	"madoguchi/signaling/auditor"
	"madoguchi/signaling/fleet"
)

// runner works until its context is done, finishes what it has begun and returns.
type runner interface {
	Run(ctx context.Context) error
}

// mediaServer is the SFU as the lifecycle sees it.
type mediaServer interface {
	mediaNode
	Close(ctx context.Context) error
}

// house is everything that runs, opened and listening. It goes away in two steps: first new work is refused and
// every socket is told to come back elsewhere, then what is left may finish, and at last the parts are closed from
// the outside in. All of it takes no longer than drain.
type house struct {
	log      *slog.Logger
	drain    time.Duration
	draining *atomic.Bool
	listener net.Listener
	server   *http.Server
	registry *prometheus.Registry
	// The parts that this process is; the others are nil.
	broker   runner            // sockets and sessions
	bookings runner            // expiry of holds and the like
	notices  runner            // webhooks, mail and the like
	auditor  *auditor.Consumer // writes the area's audit trail
	notes    *auditor.Notes    // what is noted for the audit trail on its way to Redis
	host     *fleet.Host
	fleet    *fleet.Fleet
	media    mediaServer
	whip     http.Handler
	isReady  func(context.Context) bool
	closers  []func() error // stores, after everybody who uses them

	// What handlers are made of, also where it does not run here.
	service   *booking.Service
	notifier  *booking.Notifier
	signaling *signaling.Broker
}

// run serves until ctx is done or a part fails, and calls ready once new work is welcome. It returns nil after a stop
// that was asked for and went well.
func (h *house) run(ctx context.Context, ready func() error) error {
	failed := make(chan error, 8)
	var host, nodes, broker, bookings, notices, notes, trail *running
	if h.auditor != nil {
		trail = start(h.auditor.Run, "audit trail", failed)
	}
	if h.notes != nil {
		notes = start(h.notes.Run, "audit notes", failed)
	}
	if h.host != nil {
		host = start(h.host.Run, "media node", failed)
	}
	if h.fleet != nil {
		nodes = start(h.fleet.Run, "media nodes", failed)
		select { // whoever comes back to us is told at once how its media stand
		case <-h.fleet.Settled():
		case <-ctx.Done():
		}
	}
	if h.broker != nil {
		broker = start(h.broker.Run, "signaling", failed)
	}
	if h.bookings != nil {
		bookings = start(h.bookings.Run, "booking", failed)
	}
	if h.notices != nil {
		notices = start(h.notices.Run, "notices", failed)
	}
	var web sync.WaitGroup
	web.Go(func() {
		if err := h.server.Serve(h.listener); !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("http: %w", err)
		}
	})

	var waiting sync.WaitGroup
	waited, stopWaiting := context.WithCancel(ctx)
	waiting.Go(func() {
		if h.awaitReady(waited) {
			if err := ready(); err != nil {
				failed <- fmt.Errorf("say that it is ready: %w", err)
			}
		}
	})

	var cause error
	select {
	case <-ctx.Done():
		h.log.Info("stopping", "drain", h.drain)
	case cause = <-failed:
		h.log.Error("a part has failed, stopping", "error", cause)
	}

	h.draining.Store(true)
	stopWaiting()
	waiting.Wait()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), h.drain)
	defer cancel()
	h.drainMedia(limit)
	err := errors.Join(
		broker.stop(limit),
		h.stopWeb(limit),
		notices.stop(limit),
		bookings.stop(limit),
		notes.stop(limit), // after everybody who notes
		trail.stop(limit), // and after them, so that this is in it too
		nodes.stop(limit),
		host.stop(limit),
		h.closeNode(limit),
	)
	web.Wait()
	err = errors.Join(cause, err, h.close())
	h.log.Info("stopped", "clean", err == nil)
	return err
}

// drainMedia has the rooms of our media node go to others, before anybody's socket does: first the media, then the words.
// Rooms that are still here when the time is up are lost to their clients for a moment.
func (h *house) drainMedia(limit context.Context) {
	if h.host == nil {
		return
	}
	within, cancel := context.WithTimeout(limit, max(time.Second, h.drain-minDrain))
	defer cancel()
	if err := h.host.Drain(within); err != nil {
		h.log.Warn("media", "error", err)
	}
}

func (h *house) closeNode(ctx context.Context) error {
	if h.media == nil {
		return nil
	}
	return h.media.Close(ctx)
}

// readyEvery is how often a house that starts looks whether it is ready.
const readyEvery = 5 * time.Millisecond

// awaitReady returns true once every part is ready, false if ctx is done before.
func (h *house) awaitReady(ctx context.Context) bool {
	ticker := time.NewTicker(readyEvery)
	defer ticker.Stop()
	for !h.isReady(ctx) {
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
	return true
}

// stopWeb waits for requests under way; those that take too long are cut off.
func (h *house) stopWeb(limit context.Context) error {
	if err := h.server.Shutdown(limit); err != nil {
		return errors.Join(fmt.Errorf("http: requests did not finish in time: %w", err), h.server.Close())
	}
	return nil
}

// closeMedia is for a house that was not opened to the end.
func (h *house) closeMedia() error {
	ctx, cancel := context.WithTimeout(context.Background(), h.drain)
	defer cancel()
	return h.closeNode(ctx)
}

// close closes the stores, the one opened last first.
func (h *house) close() error {
	var errs []error
	for i := len(h.closers) - 1; i >= 0; i-- {
		errs = append(errs, h.closers[i]())
	}
	return errors.Join(errs...)
}

// running is a part's goroutine, owned by whoever started it.
type running struct {
	name   string
	cancel context.CancelFunc
	done   chan error
}

// start runs a part; should it end before it is stopped, failed hears of it.
func start(run func(context.Context) error, name string, failed chan<- error) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{name: name, cancel: cancel, done: make(chan error, 1)}
	go func() {
		err := run(ctx)
		if ctx.Err() == nil {
			failed <- fmt.Errorf("%s ended by itself: %w", name, orUnexplained(err))
		}
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		r.done <- err
	}()
	return r
}

var errUnexplained = errors.New("no reason given")

func orUnexplained(err error) error {
	if err == nil {
		return errUnexplained
	}
	return err
}

// stop asks the part to end and waits for it, but not longer than limit. A part that is not here has ended.
func (r *running) stop(limit context.Context) error {
	if r == nil {
		return nil
	}
	r.cancel()
	select {
	case err := <-r.done:
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		return nil
	case <-limit.Done():
		return fmt.Errorf("%s: did not finish in time", r.name)
	}
}

package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

type runnerFunc func(context.Context) error

func (f runnerFunc) Run(ctx context.Context) error { return f(ctx) }

func untilDone(ctx context.Context) error { <-ctx.Done(); return nil }

type closedMedia struct{ closed *atomic.Bool }

func (closedMedia) Addr() (udp, tcp netip.AddrPort) { return }
func (m closedMedia) Close(context.Context) error   { m.closed.Store(true); return nil }
func handlerOf(f http.HandlerFunc) (h http.Handler) { return f }
func noted() error                                  { return nil }
func never(http.ResponseWriter, *http.Request)      {}
func (p *parts) record(name string) func() error {
	return func() error { p.order = append(p.order, name); return nil }
}

// parts is a house of the smallest parts that can run.
type parts struct {
	house *house
	media *atomic.Bool
	order []string
}

func newParts(t *testing.T, handler http.Handler) *parts {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &parts{media: &atomic.Bool{}}
	p.house = &house{
		log: quiet, drain: 2 * time.Second, draining: &atomic.Bool{},
		listener: listener, server: newWebServer(handler, quiet),
		broker: runnerFunc(untilDone), bookings: runnerFunc(untilDone), notices: runnerFunc(untilDone), media: closedMedia{p.media},
		isReady: func(context.Context) bool { return true },
		closers: []func() error{p.record("opened first"), p.record("opened last")},
	}
	return p
}

func TestAStopLetsARequestFinishAndClosesEverythingOutsideIn(t *testing.T) {
	defer goleak.VerifyNone(t)
	inside, finish := make(chan struct{}), make(chan struct{})
	p := newParts(t, handlerOf(func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-finish
		w.WriteHeader(http.StatusNoContent)
	}))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.house.run(ctx, noted) }()

	answered := make(chan int, 1)
	go func() {
		response, _ := get(t, "http://"+p.house.listener.Addr().String())
		answered <- response.StatusCode
	}()
	<-inside
	stop()
	for !p.house.draining.Load() {
		select {
		case err := <-ended:
			t.Fatalf("ended before it drained: %v", err)
		default:
		}
	}
	close(finish)
	if status := <-answered; status != http.StatusNoContent {
		t.Errorf("the request under way was answered with %d", status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !p.media.Load() || strings.Join(p.order, ", ") != "opened last, opened first" {
		t.Errorf("media closed: %v, stores closed: %v", p.media.Load(), p.order)
	}
}

func TestAHouseThatNeverGetsReadyStopsAllTheSameAndNeverSaysSo(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newParts(t, handlerOf(never))
	asked := make(chan struct{}, 1)
	p.house.isReady = func(context.Context) bool {
		select {
		case asked <- struct{}{}:
		default:
		}
		return false
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- p.house.run(ctx, func() error { t.Error("said that it is ready"); return nil })
	}()
	<-asked
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAPartThatFailsEndsTheHouseWithItsReason(t *testing.T) {
	defer goleak.VerifyNone(t)
	broken := errors.New("the store has gone for good")
	p := newParts(t, handlerOf(never))
	p.house.broker = runnerFunc(func(context.Context) error { return broken })
	if err := p.house.run(t.Context(), noted); !errors.Is(err, broken) || !strings.Contains(err.Error(), "signaling ended by itself") {
		t.Errorf("ended with %v", err)
	}
	if !p.media.Load() {
		t.Error("the media were left open")
	}
}

func TestAStopThatHangsEndsAtItsBoundAndSaysWhatHung(t *testing.T) {
	release := make(chan struct{})
	p := newParts(t, handlerOf(never))
	p.house.drain = 50 * time.Millisecond
	p.house.bookings = runnerFunc(func(context.Context) error { <-release; return nil })
	defer close(release)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := p.house.run(ctx, noted); err == nil || !strings.Contains(err.Error(), "booking: did not finish in time") {
		t.Errorf("ended with %v", err)
	}
}

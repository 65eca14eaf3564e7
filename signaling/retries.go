package signaling

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// retries carries out what nobody is to wait for, and what could not be done because Redis or the booking did not
// answer: in order, at once and then once each beat until it succeeds or is refused. The list is bounded; what does not fit is logged
// and lost, and what is in it is lost with the process. Nothing people see depends on it.
type retries struct {
	log  *slog.Logger
	wake chan struct{} // holds one token after something new was put on the list

	mu   sync.Mutex
	list []retry
}

type retry struct {
	what string // for the log: operation and ids
	do   func(context.Context) error
}

const (
	retriesMost  = 1024
	retriesEvery = time.Second
)

func newRetries(log *slog.Logger) *retries { return &retries{log: log, wake: make(chan struct{}, 1)} }

// add puts something on the list.
func (r *retries) add(what string, do func(context.Context) error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) >= retriesMost {
		r.log.Error("too much to do later: given up", "what", what)
		return
	}
	r.list = append(r.list, retry{what, do})
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

func (r *retries) run(ctx context.Context, c clock) error {
	beat, stop := c.Every(retriesEvery)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat:
			r.tryAll(ctx)
		case <-r.wake:
			r.tryAll(ctx)
		}
	}
}

// tryAll goes through the list until something finds Redis or the booking still away. What is refused for good is given
// up: trying it again would only hold up what comes after it.
func (r *retries) tryAll(ctx context.Context) {
	for {
		first, ok := r.first()
		if !ok {
			return
		}
		ctx, cancel := context.WithTimeout(ctx, effectWithin)
		err := first.do(ctx)
		cancel()
		switch {
		case err == nil:
			r.log.Debug("done", "what", first.what)
		case unavailable(err):
			r.log.Warn("still to be done", "what", first.what, "error", err)
			return
		default:
			r.log.Error("refused, given up", "what", first.what, "error", err)
		}
		r.shift()
	}
}

// waiting is how much is on the list.
func (r *retries) waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.list)
}

func (r *retries) first() (retry, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == 0 {
		return retry{}, false
	}
	return r.list[0], true
}

func (r *retries) shift() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = r.list[1:]
}

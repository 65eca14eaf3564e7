package main

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// turns bounds how many do something expensive at the same moment: the rest wait, which costs nothing. Whoever carries sound in this
// process gets a processor only after all who were ready to use it before; with thousands of requests ready at once that is later than
// people do not notice.
type turns struct {
	free    chan struct{}
	refused prometheus.Counter
}

// At once, for each processor: a request or a handshake takes a fraction of a millisecond of it. Requests also wait for Redis
// while they have their turn, so there are more of them.
const (
	requestsAtWork   = 256
	handshakesAtWork = 8
	turnWithin       = 5 * time.Second // then whoever waits is told to come back
)

// busy is what may go on at once in the whole process, with what is refused among the figures.
type busy struct {
	requests, handshakes *turns
	connections          prometheus.Counter // refused
}

func newBusy(registry prometheus.Registerer) *busy {
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "madoguchi_http_overload_total", Help: "Refused because too much went on at once, by what: connection (too many from one address, or in all), handshake or request (no turn within 5 s).",
	}, []string{"what"})
	registry.MustRegister(refused)
	return &busy{
		requests: newTurns(requestsAtWork, refused.WithLabelValues("request")), handshakes: newTurns(handshakesAtWork, refused.WithLabelValues("handshake")),
		connections: refused.WithLabelValues("connection"),
	}
}

func newTurns(each int, refused prometheus.Counter) *turns {
	return &turns{free: make(chan struct{}, each*runtime.GOMAXPROCS(0)), refused: refused}
}

// take waits for a turn; false if ctx ends or it takes too long. It then lets everybody else go first who is ready: one who gives a turn
// back makes the next ready at the head of the processor's own queue, and a chain of them would keep it from all others, who then get
// it once in 10 ms, one of them at a time.
func (t *turns) take(ctx context.Context) bool {
	taken := t.wait(ctx)
	runtime.Gosched()
	return taken
}

func (t *turns) wait(ctx context.Context) bool {
	select {
	case t.free <- struct{}{}:
		return true
	default:
	}
	late := time.NewTimer(turnWithin)
	defer late.Stop()
	select {
	case t.free <- struct{}{}:
		return true
	case <-ctx.Done():
	case <-late.C:
		t.refused.Inc()
	}
	return false
}

func (t *turns) give() { <-t.free }

// limit gives every request a turn. Nobody keeps it while the client is what is waited for: neither for the body nor for the answer
// to be taken, nor once a socket has been made of the request.
func (t *turns) limit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if forOperators(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if !t.take(r.Context()) {
			w.Header().Set("Retry-After", "2")
			writeProblem(w, http.StatusServiceUnavailable, "Too much is going on; come back in a moment.")
			return
		}
		defer t.give()
		if r.Context().Err() != nil {
			return // its client has taken it back while it waited
		}
		r.Body = turnBody{r.Body, t}
		next.ServeHTTP(turnWriter{w, t}, r)
	})
}

// aside gives the turn to others while f waits for a client.
func (t *turns) aside(f func()) {
	t.give()
	defer func() { t.free <- struct{}{} }()
	f()
}

// turnBody reads a body without keeping the turn.
type turnBody struct {
	io.ReadCloser
	turns *turns
}

func (b turnBody) Read(p []byte) (n int, err error) {
	b.turns.aside(func() { n, err = b.ReadCloser.Read(p) })
	return n, err
}

// turnWriter writes an answer without keeping the turn.
type turnWriter struct {
	http.ResponseWriter
	turns *turns
}

func (w turnWriter) Write(p []byte) (n int, err error) {
	w.turns.aside(func() { n, err = w.ResponseWriter.Write(p) })
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w turnWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack is for whoever asks the writer itself for the connection.
func (w turnWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Flush is for handlers that stream.
func (w turnWriter) Flush() {
	// A writer that cannot flush sends at the end, which is all that can be done.
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"
)

// Limits of the HTTP server. Sockets leave them behind when they are upgraded and have limits of their own.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
	maxBodyBytes      = 256 << 10 // the largest body is an SDP with every candidate, some tens of kilobytes
)

// visit is what the outer layers want to know of a request after the inner ones have handled it.
type visit struct {
	id    string
	route string // pattern of the mux, "" when none matched
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	if v == nil {
		return &visit{}
	}
	return v
}

var goodRequestID = regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`)

// withVisit gives every request an id, the client's own if it sent a decent one, and returns it in X-Request-Id.
func withVisit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{id: r.Header.Get("X-Request-Id")}
		if !goodRequestID.MatchString(v.id) {
			v.id = rand.Text()[:16]
		}
		w.Header().Set("X-Request-Id", v.id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// observe measures and logs requests. The log has the path without its query: queries carry names of residents'
// choices, and links with codes.
func observe(log *slog.Logger, m *webMetrics, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		out := &answer{ResponseWriter: w}
		m.open.Inc()
		defer func() {
			m.open.Dec()
			v := visitOf(r.Context())
			took := time.Since(begin)
			m.observe(v.route, r.Method, out, took)
			log.DebugContext(r.Context(), "http", "request", v.id, "method", r.Method, "path", r.URL.Path,
				"status", out.status, "bytes", out.bytes, "ms", took.Milliseconds())
		}()
		next.ServeHTTP(out, r)
	})
}

// recoverPanics turns a panic of one request into a 500 for that request; the house goes on.
func recoverPanics(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if err, ok := what.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(what)
			}
			log.ErrorContext(r.Context(), "panic while serving", "request", visitOf(r.Context()).id,
				"method", r.Method, "path", r.URL.Path, "panic", what, "stack", string(debug.Stack()))
			if out, ok := w.(*answer); ok && !out.begun() {
				writeProblem(w, http.StatusInternalServerError, "A fault on our side; the log has it under this request's id.")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// secure sets what holds for every answer; pages loosen it where they must.
func secure(https bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		header.Set("Cache-Control", "no-store")
		if https {
			header.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// limitBodies cuts a body off where no honest one ends.
func limitBodies(next http.Handler) http.Handler {
	return http.MaxBytesHandler(next, maxBodyBytes)
}

// refuseNewWork answers 503 to what would begin something new once draining is true; what is under way may finish.
func refuseNewWork(draining func() bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if draining() && beginsWork(r) {
			w.Header().Set("Retry-After", "2")
			w.Header().Set("Connection", "close")
			writeProblem(w, http.StatusServiceUnavailable, "This server is going away; come back in a moment.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func beginsWork(r *http.Request) bool {
	if r.URL.Path == "/v1/connect" {
		return true
	}
	if r.Method != http.MethodPost {
		return false
	}
	for _, prefix := range []string{"/v1/sign-in", "/v1/holds", "/v1/check-ins", "/whip/", "/whep/", "/bench/"} {
		// A confirm lies below /v1/holds/ and finishes a hold that was made before.
		if r.URL.Path == prefix || (strings.HasSuffix(prefix, "/") && strings.HasPrefix(r.URL.Path, prefix)) {
			return true
		}
	}
	return false
}

// noteRoute remembers which pattern of the mux answered, and gives the mux's own plain refusals (404, 405) the form
// of every other error.
func noteRoute(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern == "" {
			w = &plainRefusal{ResponseWriter: w}
		}
		mux.ServeHTTP(w, r)
		visitOf(r.Context()).route = r.Pattern
	})
}

// plainRefusal replaces the text of the mux's 404 and 405 by a problem document and keeps its headers (Allow).
type plainRefusal struct {
	http.ResponseWriter
	refused bool
}

func (p *plainRefusal) WriteHeader(status int) {
	if status != http.StatusNotFound && status != http.StatusMethodNotAllowed {
		p.ResponseWriter.WriteHeader(status)
		return
	}
	p.refused = true
	detail := "There is nothing at this path."
	if status == http.StatusMethodNotAllowed {
		detail = "This path does not answer to this method."
	}
	writeProblem(p.ResponseWriter, status, detail)
}

func (p *plainRefusal) Write(b []byte) (int, error) {
	if p.refused {
		return len(b), nil
	}
	return p.ResponseWriter.Write(b)
}

// answer counts what is written and knows whether the connection was taken over by a socket.
type answer struct {
	http.ResponseWriter
	status   int
	bytes    int64
	hijacked bool
}

func (a *answer) begun() bool { return a.status != 0 || a.hijacked }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Flush is for handlers that stream.
func (a *answer) Flush() {
	// A writer that cannot flush sends at the end, which is all that can be done.
	_ = http.NewResponseController(a.ResponseWriter).Flush()
}

// Hijack is for sockets: gorilla/websocket asks for it on the outermost writer.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(a.ResponseWriter).Hijack()
	if err == nil {
		a.hijacked = true
		a.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

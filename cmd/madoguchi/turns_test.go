package main

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// fewTurns is so many turns that a test can take them all.
func fewTurns(n int) *turns {
	t := newTurns(1, prometheus.NewCounter(prometheus.CounterOpts{Name: "x"}))
	t.free = make(chan struct{}, n)
	return t
}

func TestRequestsBeyondTheTurnsWaitAndThenGoOn(t *testing.T) {
	turns := fewTurns(1)
	inside, goOn, answered := make(chan struct{}), make(chan struct{}), make(chan int)
	handler := turns.limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside <- struct{}{}; <-goOn }))
	ask := func() {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/v1/offices", nil))
		answered <- w.Code
	}
	go ask() // both end with their answers
	<-inside
	go ask()
	select {
	case <-inside:
		t.Error("two at once")
	case goOn <- struct{}{}:
	}
	if got := <-answered; got != http.StatusOK {
		t.Errorf("the first: %d", got)
	}
	<-inside
	goOn <- struct{}{}
	if got := <-answered; got != http.StatusOK {
		t.Errorf("the second: %d", got)
	}
}

func TestWhoIsWaitedForKeepsNoTurn(t *testing.T) {
	turns := fewTurns(1)
	body, write := io.Pipe()
	slow, done := make(chan struct{}), make(chan struct{})
	handler := turns.limit(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != http.NoBody && r.URL.Path == "/slow" {
			close(slow)
			_, _ = io.ReadAll(r.Body)
		}
	}))
	go func() { // ends with the body
		defer close(done)
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/slow", body))
	}()
	<-slow
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/quick", nil))
	if w.Code != http.StatusOK {
		t.Errorf("while a body is slow: %d", w.Code)
	}
	write.Close()
	<-done
	if len(turns.free) != 0 {
		t.Error("a turn was not given back")
	}
}

func TestWhoeverTakesTheRequestBackTakesNoTurn(t *testing.T) {
	turns := fewTurns(1)
	turns.free <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	called := false
	handler := turns.limit(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx))
	if called || w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("called %v, %d", called, w.Code)
	}
	w = httptest.NewRecorder()
	if handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil)); !called {
		t.Error("whoever runs it has to wait too")
	}
}

// connect opens a connection to a listener and returns both ends.
func connect(t *testing.T, l net.Listener) (near net.Conn) {
	t.Helper()
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close() })
	return near
}

func TestOneAddressHasOnlySoManyConnections(t *testing.T) {
	refused := newBusy(prometheus.NewRegistry()).connections
	raw, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := newConnections(raw, 2, refused)
	defer l.Close()
	accepted := make(chan net.Conn)
	go func() { // ends with the listener
		defer close(accepted)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- conn
		}
	}()
	connect(t, l)
	first := <-accepted
	connect(t, l)
	second := <-accepted
	third := connect(t, l)
	if _, err := third.Read(make([]byte, 1)); err == nil {
		t.Error("a third is let in")
	}
	if first.Close() != nil || first.Close() == nil || second == nil {
		t.Error("closing twice is not told")
	}
	connect(t, l)
	fourth := <-accepted
	if l.all != 2 || l.from[homeOf(fourth.RemoteAddr())] != 2 {
		t.Errorf("%d in all, %v", l.all, l.from)
	}
	fourth.Close()
	second.Close()
	if l.all != 0 || len(l.from) != 0 {
		t.Errorf("%d are left, %v", l.all, l.from)
	}
}

func TestAHandshakeTakesATurnUntilItIsTheClientsToAnswer(t *testing.T) {
	pem, key, err := newLANCertificate(nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	own, err := tls.X509KeyPair(pem, key)
	if err != nil {
		t.Fatal(err)
	}
	turns := fewTurns(1)
	secure := oneByOne(&tls.Config{Certificates: []tls.Certificate{own}, MinVersion: tls.VersionTLS13}, turns)
	for range 3 { // were a turn kept, the second would find none
		near, far := net.Pipe()
		ended := make(chan error, 1)
		go func() { ended <- tls.Server(far, secure).HandshakeContext(t.Context()) }() // ends with the pipe
		hello := make(chan struct{})
		go func() { // likewise
			defer close(hello)
			_ = tls.Client(near, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(t.Context())
		}()
		if err := <-ended; err != nil && !strings.Contains(err.Error(), "closed") {
			t.Fatal(err)
		}
		near.Close()
		far.Close()
		<-hello
	}
	turns.free <- struct{}{} // all have been given back
}

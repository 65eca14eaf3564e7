package loadtest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/protocol"
)

// Crowd is idle booths, each on a socket of its own, in a process of their own. They behave as clients/session does:
// they ping, they find out that nobody answers, and they come back with growing, spread waits.
type Crowd struct {
	Server string // https://host:port
	Trust  *tls.Config
	Booths int
	Tokens func(booth int) (string, error)
	Out    io.Writer // gets a CrowdState as JSON, one line each, several times a second
}

// CrowdState is how the crowd stands.
type CrowdState struct {
	Open    int64   `json:"open"`    // sockets that have been welcomed and stand
	Tries   int64   `json:"tries"`   // to open one
	Failed  int64   `json:"failed"`  // of them
	Lost    int64   `json:"lost"`    // sockets that stood and ended
	Back    Latency `json:"back"`    // from an end to being welcomed again, in milliseconds
	Opening Latency `json:"opening"` // of one try that succeeded: dial to welcome
	Problem string  `json:"problem,omitempty"`
}

// As clients/session: retry.ts and socket.ts.
const (
	firstWait      = 250 * time.Millisecond
	longestWait    = 10 * time.Second
	welcomeWithin  = 8 * time.Second
	crowdTells     = 200 * time.Millisecond
	firstAtOnce    = 64   // opening for the first time
	perAddress     = 1000 // sockets from one address
	crowdGC        = 400  // seldom: the collector would take processors from the server
	crowdReadBytes = 512
)

// backOff is the wait before a try; attempt counts from 1 since the line last stood, jitter is at least 0 and below 1.
func backOff(attempt int, jitter float64) time.Duration {
	full := longestWait
	if attempt < 7 { // 250 ms doubled six times is more than the longest
		full = min(full, firstWait<<(max(attempt, 1)-1))
	}
	return full/2 + time.Duration(float64(full/2)*jitter)
}

// crowd is a Crowd at work.
type crowd struct {
	Crowd
	dialers []*websocket.Dialer
	turns   chan struct{} // bounds the first openings; later ones come as they come

	open, tries, failed, lost atomic.Int64

	mu      sync.Mutex
	back    histogram
	opening histogram
	problem string
}

// Run keeps the crowd there until ctx ends.
func (c Crowd) Run(ctx context.Context) error {
	debug.SetGCPercent(crowdGC)
	w := &crowd{Crowd: c, turns: make(chan struct{}, firstAtOnce)}
	pool := &sync.Pool{}
	for i := 0; i*perAddress < c.Booths; i++ {
		from := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, byte(1+i/200), byte(1+i%200))}}
		w.dialers = append(w.dialers, &websocket.Dialer{
			Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: welcomeWithin, TLSClientConfig: c.Trust,
			ReadBufferSize: crowdReadBytes, WriteBufferSize: crowdReadBytes, WriteBufferPool: pool, NetDialContext: from.DialContext,
		})
	}
	var booths sync.WaitGroup
	for n := range c.Booths {
		booths.Go(func() { w.live(ctx, n) }) // ends with ctx
	}
	err := w.tell(ctx)
	booths.Wait()
	return err
}

// tell writes how it stands until ctx ends.
func (w *crowd) tell(ctx context.Context) error {
	tick := time.NewTicker(crowdTells)
	defer tick.Stop()
	to := json.NewEncoder(w.Out)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		w.mu.Lock()
		now := CrowdState{
			Open: w.open.Load(), Tries: w.tries.Load(), Failed: w.failed.Load(), Lost: w.lost.Load(),
			Back: w.back.latency(), Opening: w.opening.latency(), Problem: w.problem,
		}
		w.mu.Unlock()
		if err := to.Encode(now); err != nil {
			return fmt.Errorf("tell how the crowd stands: %w", err)
		}
	}
}

// live keeps one booth there.
func (w *crowd) live(ctx context.Context, n int) {
	token, err := w.Tokens(n)
	if err != nil {
		w.note(err)
		return
	}
	var gone time.Duration // when the socket that stood last ended
	for attempt := 1; ctx.Err() == nil; attempt++ {
		first := gone == 0
		if first {
			w.turns <- struct{}{}
		}
		s, err := w.dial(ctx, n, token)
		if first {
			<-w.turns
		}
		if err == nil {
			if !first {
				w.mu.Lock()
				w.back.add(now() - gone)
				w.mu.Unlock()
			}
			w.open.Add(1)
			s.stay(ctx)
			w.open.Add(-1)
			w.lost.Add(1)
			gone, attempt = now(), 1
		} else if ctx.Err() == nil {
			w.failed.Add(1)
			w.note(err)
		}
		_ = pause(ctx, backOff(attempt, rand.Float64()))
	}
}

func (w *crowd) note(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problem = err.Error()
}

// booth is one socket of the crowd.
type booth struct {
	conn  *websocket.Conn
	every time.Duration // between pings
	heard atomic.Bool   // since the last ping

	mu    sync.Mutex
	timer *time.Timer // of the next ping
	ended bool
}

// dial opens a socket, says hello and waits to be welcomed.
func (w *crowd) dial(ctx context.Context, n int, token string) (*booth, error) {
	w.tries.Add(1)
	from := now()
	ctx, cancel := context.WithTimeout(ctx, welcomeWithin)
	defer cancel()
	conn, response, err := w.dialers[n/perAddress].DialContext(ctx, "wss"+w.Server[len("https"):]+"/v1/connect", nil)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	var welcome struct {
		Type, Code, Message string
		PingSeconds         int
	}
	_ = conn.SetReadDeadline(time.Now().Add(welcomeWithin - (now() - from)))
	err = conn.WriteJSON(map[string]string{"type": protocol.TypeHello, "token": token, "app": "booth"})
	if err == nil {
		err = conn.ReadJSON(&welcome)
	}
	if err == nil && welcome.Type != protocol.TypeWelcome {
		err = fmt.Errorf("hello: %s: %s", welcome.Code, welcome.Message)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	_ = conn.SetReadDeadline(time.Time{})
	w.mu.Lock()
	w.opening.add(now() - from)
	w.mu.Unlock()
	return &booth{conn: conn, every: time.Duration(max(welcome.PingSeconds, 1)) * time.Second}, nil
}

// stay pings and reads until the line ends, or an answer stays out.
func (b *booth) stay(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() { _ = b.conn.Close() })
	defer stop()
	b.heard.Store(true)
	b.pingLater()
	for {
		_, r, err := b.conn.NextReader()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			break
		}
		b.heard.Store(true)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	b.timer.Stop()
	_ = b.conn.Close()
}

func (b *booth) pingLater() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.timer = time.AfterFunc(b.every, b.ping)
	}
}

// ping closes the line if the last one was not answered.
func (b *booth) ping() {
	if !b.heard.Swap(false) || b.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"ping"}`)) != nil {
		_ = b.conn.Close()
		return
	}
	b.pingLater()
}

package main

import (
	"errors"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"madoguchi/booking"
)

// Pace says how many requests somebody may make. Sockets have limits of their own, and so have guesses at codes,
// numbers and tickets; this is against floods.
type Pace struct {
	PerAddress  float64 `name:"requests-per-address" env:"MADOGUCHI_REQUESTS_PER_ADDRESS" default:"200" placeholder:"N" help:"Requests a second from one address (IPv6: one /64) in the long run, 1 to 100000; ten seconds' worth may come at once. A municipality's thousand booths may share an address, and all come back when their line does."`
	Connections int     `name:"connections-per-address" env:"MADOGUCHI_CONNECTIONS_PER_ADDRESS" default:"4000" placeholder:"N" help:"Connections that one address (IPv6: one /64) may have open at a time, 10 to 1000000; further ones are closed. A booth has one socket and opens a few more while its page loads. Behind a proxy the proxy has to see to that."`
	PerSeat     float64 `name:"requests-per-seat" env:"MADOGUCHI_REQUESTS_PER_SEAT" default:"20" placeholder:"N" help:"Requests a second of one seat in the long run, 1 to 100000; ten seconds' worth may come at once."`
}

// atOnce is how many seconds' worth of requests may come in a burst.
const atOnce = 10

func (p Pace) check() error {
	field := func(name string, n float64) error {
		if !(n >= 1 && n <= 100_000) {
			return wrong(name, "%v is out of bounds; give 1 to 100000", n)
		}
		return nil
	}
	var connections error
	if p.Connections < 10 || p.Connections > 1_000_000 {
		connections = wrong("connections-per-address", "%d is out of bounds; give 10 to 1000000", p.Connections)
	}
	return errors.Join(field("requests-per-address", p.PerAddress), connections, field("requests-per-seat", p.PerSeat))
}

// throttle counts requests by who makes them. It forgets whoever has not come for a generation, in which a bucket is
// full again anyway, so what it holds is bounded by time and by count.
type throttle struct {
	perSecond float64
	refused   prometheus.Counter
	now       func() time.Time

	mu    sync.Mutex
	young map[string]*rate.Limiter
	old   map[string]*rate.Limiter
	since time.Time
}

// A generation ends after this time, or with this many in it: a flood from ever new addresses costs at most two.
const (
	generation     = 2 * atOnce * time.Second
	generationMost = 50_000
)

func newThrottle(perSecond float64, refused prometheus.Counter) *throttle {
	return &throttle{perSecond: perSecond, refused: refused, now: time.Now, young: map[string]*rate.Limiter{}}
}

// wait is how long until somebody may make a request; zero lets this one through.
func (t *throttle) wait(who string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if now.Sub(t.since) > generation || len(t.young) >= generationMost {
		t.old, t.young, t.since = t.young, map[string]*rate.Limiter{}, now
	}
	bucket := t.young[who]
	if bucket == nil {
		if bucket = t.old[who]; bucket == nil {
			bucket = rate.NewLimiter(rate.Limit(t.perSecond), int(t.perSecond*atOnce))
		}
		t.young[who] = bucket
	}
	if bucket.AllowN(now, 1) {
		return 0
	}
	return time.Duration(float64(time.Second) / t.perSecond)
}

// limit refuses with 429 whoever is too fast; by names who asks, "" for nobody known.
func (t *throttle) limit(by func(*http.Request) string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who := by(r)
		if who == "" || forOperators(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if wait := t.wait(who); wait > 0 {
			t.refused.Inc()
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
			writeProblem(w, http.StatusTooManyRequests, "Too many requests; come back in a moment.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// forOperators are the paths that those who run it must reach in a flood too.
func forOperators(path string) bool {
	return path == "/healthz" || path == "/readyz" || path == "/metrics"
}

// networkOf names the network a request comes from: whoever has one IPv6 address has all of its /64.
func networkOf(proxied bool) func(*http.Request) string {
	return func(r *http.Request) string {
		addr := addressOf(r, proxied).Unmap()
		if addr.Is6() {
			if network, err := addr.WithZone("").Prefix(64); err == nil {
				return network.String()
			}
		}
		if addr == (netip.Addr{}) {
			return ""
		}
		return addr.String()
	}
}

// callerSeat names the seat whose token a request carries.
func callerSeat(r *http.Request) string {
	caller, _ := booking.CallerFrom(r.Context())
	return strings.TrimSpace(caller.Seat)
}

// newThrottles makes both, with what they refuse among the figures.
func newThrottles(p Pace, registry prometheus.Registerer) (addresses, seats *throttle) {
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "madoguchi_http_throttled_total", Help: "Requests refused because whoever made them was too fast, by what was counted: address or seat.",
	}, []string{"by"})
	registry.MustRegister(refused)
	return newThrottle(p.PerAddress, refused.WithLabelValues("address")), newThrottle(p.PerSeat, refused.WithLabelValues("seat"))
}

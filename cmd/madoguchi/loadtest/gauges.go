package loadtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Gauges are what a server says of itself at /metrics.
type Gauges struct {
	Goroutines  float64 `json:"goroutines"`
	Descriptors float64 `json:"descriptors"`
	RSS         float64 `json:"rss"`      // bytes
	LiveHeap    float64 `json:"liveHeap"` // bytes that the latest garbage collection found in use
	Collections float64 `json:"collections"`
	Rooms       float64 `json:"rooms"`
	Peers       float64 `json:"peers"`
	Owned       Owned   `json:"owned"`
	Redis       Pool    `json:"redis"`
}

// Owned is the media node's ledger: what rooms and peers hold until its memory is free.
type Owned struct {
	Rooms       float64 `json:"rooms"`
	Peers       float64 `json:"peers"`
	Rings       float64 `json:"rings"`
	Connections float64 `json:"connections"`
	Credentials float64 `json:"credentials"`
	Paths       float64 `json:"paths"`
	TCP         float64 `json:"tcp"`
	Goroutines  float64 `json:"goroutines"`
}

// Pool is how many connections to Redis the server keeps.
type Pool struct {
	Used float64 `json:"used"`
	Idle float64 `json:"idle"`
}

func (p Pool) sum() float64 { return p.Used + p.Idle }

func (o Owned) sum() float64 {
	return o.Rooms + o.Peers + o.Rings + o.Connections + o.Credentials + o.Paths + o.TCP + o.Goroutines
}

// names are how the gauges are called at /metrics.
func (g *Gauges) names() map[string]*float64 {
	owned := func(what string) string { return `madoguchi_sfu_owned{what="` + what + `"}` }
	return map[string]*float64{
		owned("rooms"): &g.Owned.Rooms, owned("peers"): &g.Owned.Peers, owned("rings"): &g.Owned.Rings,
		owned("connections"): &g.Owned.Connections, owned("credentials"): &g.Owned.Credentials,
		owned("paths"): &g.Owned.Paths, owned("tcp"): &g.Owned.TCP, owned("goroutines"): &g.Owned.Goroutines,
		"go_goroutines": &g.Goroutines, "process_open_fds": &g.Descriptors, "process_resident_memory_bytes": &g.RSS,
		"go_gc_heap_live_bytes": &g.LiveHeap, "go_gc_duration_seconds_count": &g.Collections,
		`madoguchi_redis_connections{state="used"}`: &g.Redis.Used, `madoguchi_redis_connections{state="idle"}`: &g.Redis.Idle,
		"madoguchi_sfu_rooms": &g.Rooms, "madoguchi_sfu_peers": &g.Peers,
	}
}

// meter reads a server's gauges.
type meter struct {
	url  string
	http *http.Client
}

// read asks once.
func (m meter) read(ctx context.Context) (g Gauges, err error) {
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url+"/metrics", nil)
	if err != nil {
		return g, err
	}
	response, err := m.http.Do(request)
	if err != nil {
		return g, fmt.Errorf("read the server's figures: %w", err)
	}
	defer response.Body.Close()
	left := g.names()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), " ")
		to := left[name]
		if to == nil {
			continue
		}
		if *to, err = strconv.ParseFloat(value, 64); err != nil {
			return g, fmt.Errorf("read the server's figures: %s is %q", name, value)
		}
		delete(left, name)
	}
	for name := range left {
		return g, fmt.Errorf("read the server's figures: no %s at %s/metrics", name, m.url)
	}
	return g, lines.Err()
}

const (
	restCollections = 2 // after these, what was left to pools is gone too
	restWithin      = 5 * time.Minute
	restEvery       = 50 * time.Millisecond // asking makes garbage too, which brings the next collection nearer
)

// atRest waits for garbage collections, so that the live heap is what is really in use, and until the server has no more
// than so many peers.
func (m meter) atRest(ctx context.Context, peers int) (Gauges, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, restWithin, errors.New("the server came to no rest"))
	defer cancel()
	collected := -1.
	for {
		g, err := m.read(ctx)
		if err != nil {
			return g, err
		}
		switch {
		case int(g.Peers) > peers:
			collected = -1
		case collected < 0:
			collected = g.Collections
		case g.Collections >= collected+restCollections:
			return g, nil
		}
		if err := pause(ctx, restEvery); err != nil {
			return g, fmt.Errorf("%w: %d peers, want %d", err, int(g.Peers), peers)
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore"
)

// readyTimeout bounds the question to Redis: a balancer that asks every second must not pile questions up.
const readyTimeout = time.Second

// readiness is the answer of /readyz. Every part says "ok" or what is wrong; Ready is true when all are ok and the
// house is not on its way out.
type readiness struct {
	Ready      bool     `json:"ready"`
	Roles      []string `json:"roles"`                // what this process is: booking, signaling, sfu
	Node       string   `json:"node,omitempty"`       // id of its media node, where it has one
	MediaNodes *int     `json:"mediaNodes,omitempty"` // that its broker can use now

	Redis     string `json:"redis"`
	RedisKind string `json:"redisKind"` // server, sentinel, cluster, or inside for the demo's own
	Durable   string `json:"durable"`   // ok, or what Redis lacks to keep what people are told; it serves nevertheless
	MediaUDP  string `json:"mediaUdp"`
	MediaTCP  string `json:"mediaTcp"`
	SFU       string `json:"sfu"`
	Signaling string `json:"signaling"`
	Draining  bool   `json:"draining"`
}

// mediaNode is what readiness asks of the SFU.
type mediaNode interface {
	Addr() (udp, tcp netip.AddrPort)
}

// What a part says that is well, and one that this process is not.
const (
	fine   = "ok"
	absent = "not here"
)

// checker asks the parts how they are.
type checker struct {
	store    redis.UniversalClient
	kind     redisKind
	area     string
	roles    roles
	house    *house
	draining func() bool
	durable  redisstore.Durability
}

// healthz says that the process answers at all; it does so while draining too.
func healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": fine, "version": version})
}

// readyz says whether new work should be sent here.
func (c *checker) readyz(w http.ResponseWriter, r *http.Request) {
	state := c.state(r.Context())
	status := http.StatusOK
	if !state.Ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, state)
}

func (c *checker) isReady(ctx context.Context) bool { return c.state(ctx).Ready }

func (c *checker) state(ctx context.Context) readiness {
	state := readiness{
		Roles: c.roles, Redis: redisState(ctx, c.store, c.area), RedisKind: string(c.kind), Durable: lacking(ctx, c.store, c.kind, c.durable),
		MediaUDP: absent, MediaTCP: absent, SFU: absent, Signaling: absent, Draining: c.draining(),
	}
	c.addMedia(&state)
	if c.roles.is(roleSignaling) {
		state.Signaling = fine
		if !c.house.signaling.Running() {
			state.Signaling = "not running"
		}
	}
	good := func(part string) bool { return part == fine || part == absent }
	state.Ready = state.Redis == fine && good(state.SFU) && good(state.Signaling) && !state.Draining
	return state
}

// addMedia says how the media node is that this process has, and how many its broker can use.
func (c *checker) addMedia(state *readiness) {
	if c.house.media != nil {
		udp, tcp := c.house.media.Addr()
		state.MediaUDP, state.MediaTCP, state.SFU = portState(udp), portState(tcp), fine
		if !udp.IsValid() || !tcp.IsValid() {
			state.SFU = "closed"
		}
	}
	if c.house.host != nil {
		state.Node = c.house.host.ID()
	}
	if c.house.fleet != nil {
		usable := c.house.fleet.Usable()
		state.MediaNodes = &usable
	}
}

// redisState keeps the cause to itself: it may name hosts, and /readyz is seen by more people than the log. It asks for a
// key of the area, since in a Cluster that is answered by the one node that matters here, and a PING by any.
func redisState(ctx context.Context, store redis.UniversalClient, area string) string {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := store.Exists(ctx, "{"+area+"}:rules").Err(); err != nil {
		return "cannot be reached"
	}
	return fine
}

func portState(at netip.AddrPort) string {
	if !at.IsValid() {
		return "closed"
	}
	return at.String()
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// An error here means that the client has gone; there is nobody left to tell.
	_ = json.NewEncoder(w).Encode(v)
}

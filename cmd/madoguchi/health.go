package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"time"

	"github.com/redis/go-redis/v9"
)

// readyTimeout bounds the question to Redis: a balancer that asks every second must not pile questions up.
const readyTimeout = time.Second

// readiness is the answer of /readyz. Every part says "ok" or what is wrong; Ready is true when all are ok and the
// house is not on its way out.
type readiness struct {
	Ready    bool   `json:"ready"`
	Redis    string `json:"redis"`
	MediaUDP string `json:"mediaUdp"`
	MediaTCP string `json:"mediaTcp"`
	SFU      string `json:"sfu"`
	Draining bool   `json:"draining"`
}

// mediaNode is what readiness asks of the SFU.
type mediaNode interface {
	Addr() (udp, tcp netip.AddrPort)
}

const fine = "ok"

// healthz says that the process answers at all; it does so while draining too.
func healthz(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": fine, "version": version})
}

// readyz says whether new work should be sent here.
func readyz(store redis.UniversalClient, node mediaNode, draining func() bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		state := readiness{Redis: redisState(r.Context(), store), Draining: draining()}
		udp, tcp := node.Addr()
		state.MediaUDP, state.MediaTCP, state.SFU = portState(udp), portState(tcp), fine
		if !udp.IsValid() || !tcp.IsValid() {
			state.SFU = "closed"
		}
		state.Ready = state.Redis == fine && state.SFU == fine && !state.Draining
		status := http.StatusOK
		if !state.Ready {
			status = http.StatusServiceUnavailable
		}
		writeJSON(w, status, state)
	}
}

// redisState keeps the cause to itself: it may name hosts, and /readyz is seen by more people than the log.
func redisState(ctx context.Context, store redis.UniversalClient) string {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	if err := store.Ping(ctx).Err(); err != nil {
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

package booking

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"madoguchi/booking/calendar"
	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore"
)

// newGaps counts how often events were gone before a receiver had been given them.
func newGaps() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "madoguchi_notices_gaps_total",
		Help: "Times events left the outbox before a receiver had been given them: what happened in between it was never told. The log and /v1/deliveries say when.",
	}, []string{"area", "channel"})
}

// Collector gives the notifier's metrics.
func (n *Notifier) Collector() prometheus.Collector { return n.gaps }

// missed notes, once for all nodes, that a receiver was not given what happened between two places in the outbox: it was
// away, or nobody carried notices out, for longer than the outbox keeps events.
func (n *Notifier) missed(ctx context.Context, store *redisstore.Store, ch channel, q *courier.Queue, cursor string, next redisstore.Event) error {
	gap := courier.Gap{After: placeTime(cursor), Before: next.At.In(calendar.Tokyo)}
	n.gaps.WithLabelValues(store.Area(), ch.id).Inc()
	n.log.Error("events were gone before a receiver was told: have it read everything anew", "channel", ch.id, "area", store.Area(), "after", gap.After, "before", gap.Before)
	return q.Miss(ctx, gap)
}

// placeTime is when a place in the outbox was written.
func placeTime(cursor string) time.Time {
	ms, _, _ := strings.Cut(cursor, "-")
	n, _ := strconv.ParseInt(ms, 10, 64) // a place is made by Redis
	return time.UnixMilli(n).In(calendar.Tokyo)
}

package main

import (
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/redis/go-redis/v9"
)

// webMetrics counts what the HTTP listener does.
type webMetrics struct {
	open     prometheus.Gauge
	duration *prometheus.HistogramVec
}

// newRegistry makes the registry behind /metrics with what every process has; the parts add their own collectors.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		// What the latest collection found in use tells growth from garbage.
		collectors.NewGoCollector(collectors.WithGoCollectorRuntimeMetrics(
			collectors.GoRuntimeMetricsRule{Matcher: regexp.MustCompile("^/gc/heap/live:bytes$")})),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "madoguchi_build_info", Help: "Always 1; the label tells the version.",
		ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	registry.MustRegister(build)
	return registry
}

// redisMetrics tells how many connections to Redis there are: what a pool keeps is neither load nor leak.
func redisMetrics(store redis.UniversalClient) []prometheus.Collector {
	kept := func(state string, count func(total, idle uint32) uint32) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "madoguchi_redis_connections", Help: "Connections to Redis that the pool has, in use or idle, without those of subscriptions.",
			ConstLabels: prometheus.Labels{"state": state},
		}, func() float64 {
			all := store.PoolStats()
			sum := count(all.TotalConns, all.IdleConns)
			if p := all.PipelineStats; p != nil { // pipelines have a pool of their own
				sum += count(p.TotalConns, p.IdleConns)
			}
			return float64(sum)
		})
	}
	return []prometheus.Collector{
		kept("used", func(total, idle uint32) uint32 { return total - min(idle, total) }),
		kept("idle", func(_, idle uint32) uint32 { return idle }),
	}
}

func newWebMetrics(registry prometheus.Registerer) *webMetrics {
	m := &webMetrics{
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "madoguchi_http_open_requests", Help: "Requests being served; sockets are not counted once they stand.",
		}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "madoguchi_http_request_duration_seconds",
			Help:    "Time to answer a request, by route, method and status. Sockets are not counted: they last as long as a visit.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
		}, []string{"route", "method", "status"}),
	}
	registry.MustRegister(m.open, m.duration)
	return m
}

// observe records one request. Routes are patterns and methods are from a short list, so that nobody can make new
// time series by asking for odd things.
func (m *webMetrics) observe(route, method string, out *answer, took time.Duration) {
	if out.hijacked {
		return
	}
	if route == "" {
		route = "none"
	}
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		method = "other"
	}
	m.duration.WithLabelValues(route, method, strconv.Itoa(out.status)).Observe(took.Seconds())
}

func metricsHandler(registry *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})
}

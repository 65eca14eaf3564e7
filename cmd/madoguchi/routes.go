package main

import (
	"net/http"
	"sync/atomic"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/prometheus/client_golang/prometheus"

	"madoguchi/booking"
	"madoguchi/clients"
	"madoguchi/signaling"
)

// served is what the paths are answered by.
type served struct {
	plan     plan
	draining *atomic.Bool
	registry *prometheus.Registry
	checker  *checker
	bookings *booking.Service
	notices  *booking.Notifier
	broker   *signaling.Broker
	whip     http.Handler
}

// routes says which path is answered by whom: all of them, read from top to bottom.
func routes(s served) (http.Handler, error) {
	mux := http.NewServeMux()

	// The way in, for people.
	mux.HandleFunc("GET /{$}", landingPage(s.plan.links, s.plan.demo, s.plan.forgets))
	apps, err := appPages()
	if err != nil {
		return nil, err
	}
	for _, prefix := range []string{"/booth/", "/desk/", "/counter/", "/assistant/", "/my/", "/admin/", "/docs/", "/assets/"} {
		mux.Handle("GET "+prefix, apps)
	}

	mux.Handle("GET /offices/{office}", s.bookings.OfficePage())

	// The HTTP API, which describes itself at /openapi.json.
	api := humago.New(mux, apiConfig())
	s.bookings.Register(api)
	s.notices.Register(api)
	s.broker.Register(api)

	// For systems of clinics, which speak FHIR.
	mux.Handle("/fhir/R4/", s.bookings.FHIR(s.plan.publicURL, version))

	// Sockets, and media from equipment.
	mux.Handle("GET /v1/connect", s.broker.Handler())
	mux.Handle("/whip/", s.whip)
	mux.Handle("/whep/", s.whip)
	if s.plan.demo { // where tokens for measuring are honoured
		mux.Handle("/bench/", s.whip)
	}

	// For those who run it.
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", s.checker.readyz)
	mux.Handle("GET /metrics", metricsHandler(s.registry))

	return inLayers(mux, layerOptions{
		log:          s.plan.log,
		metrics:      newWebMetrics(s.registry),
		draining:     s.draining.Load,
		https:        s.plan.https,
		proxied:      s.plan.proxied,
		authenticate: s.broker.Authenticate,
	}), nil
}

// appPages serves the browser applications, or says that they were not built.
func appPages() (http.Handler, error) {
	built, ok := clients.FS()
	if !ok {
		return http.HandlerFunc(notBuilt), nil
	}
	return loadPages(built)
}

// apiConfig describes the API. Its documentation page is one of ours, and answers carry no $schema links: what a
// client gets is what the operation says and nothing else.
func apiConfig() huma.Config {
	config := huma.DefaultConfig("Madoguchi", version)
	config.Info.Description = "Booking, check-in and sessions of consultation booths. Times are RFC 3339 with offset; " +
		"errors are RFC 9457 problem documents. What happens during a session goes over /v1/connect (PROTOCOL.md)."
	config.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	config.DocsPath = ""
	config.CreateHooks = nil
	config.Transformers = append(config.Transformers, withoutValues)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"seat": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "Seat token from POST /v1/sign-in."},
	}
	config.Security = []map[string][]string{{"seat": {}}}
	return config
}

// withoutValues takes what was sent out of a refusal: the place and the reason are enough to find the mistake, while a
// value may be a resident's name, and problem documents end up in logs of clients and proxies.
func withoutValues(_ huma.Context, _ string, v any) (any, error) {
	if refused, ok := v.(*huma.ErrorModel); ok {
		for _, detail := range refused.Errors {
			detail.Value = nil
		}
	}
	return v, nil
}

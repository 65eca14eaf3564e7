package main

import (
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"madoguchi/clients"
	"madoguchi/cmd/madoguchi/demologin"
	"madoguchi/signaling/protocol"
)

// served is what the paths are answered by.
type served struct {
	plan    plan
	house   *house
	checker *checker
	busy    *busy
}

// routes says which path is answered by whom: all of them, read from top to bottom.
func routes(s served) (http.Handler, error) {
	mux := http.NewServeMux()
	layers := layerOptions{
		log:      s.plan.log,
		metrics:  newWebMetrics(s.house.registry),
		draining: s.house.draining.Load,
		https:    s.plan.https,
		proxied:  s.plan.proxied,
		others:   append(slices.Clone(s.plan.others), s.plan.origins...),
		atWork:   s.busy.requests,
	}
	layers.byAddress, layers.bySeat = newThrottles(s.plan.pace, s.house.registry)
	if !s.plan.roles.onlyMedia() {
		if err := forPeople(mux, s); err != nil {
			return nil, err
		}
		layers.authenticate = s.house.signaling.Authenticate
	}
	forSessions(mux, s)

	// For those who run it.
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", s.checker.readyz)
	mux.Handle("GET /metrics", metricsHandler(s.house.registry))
	return inLayers(mux, layers), nil
}

// forPeople routes pages, the HTTP API and FHIR.
func forPeople(mux *http.ServeMux, s served) error {
	// The way in, for people.
	mux.HandleFunc("GET /{$}", landingPage(s.plan.links, s.plan.demo, s.plan.forgets))
	apps, err := appPages(s.plan.others)
	if err != nil {
		return err
	}
	for _, prefix := range []string{"/booth/", "/desk/", "/counter/", "/assistant/", "/my/", "/guest/", "/lobby/", "/admin/", "/docs/", "/assets/"} {
		mux.Handle("GET "+prefix, apps)
	}

	if walk := s.house.signaling.OIDC(); walk != nil {
		mux.Handle("GET /v1/oidc/", walk)
	}
	if s.plan.demoLogin != nil {
		mux.Handle("GET "+demologin.Prefix, s.plan.demoLogin)
	}
	// The public halves of the keys that sign tokens.
	mux.Handle("GET /.well-known/jwks.json", s.plan.keys.JWKS())

	// The HTTP API, which describes itself at /openapi.json.
	api := humago.New(mux, apiConfig())
	api.UseMiddleware(s.house.notes.Watch(), s.house.signaling.Guard())
	if s.plan.roles.is(roleBooking) {
		mux.Handle("GET /offices/{office}", s.house.service.OfficePage())
		s.house.service.Register(api)
		s.house.notifier.Register(api)
		// For systems of clinics, which speak FHIR.
		mux.Handle("/fhir/R4/", s.house.notes.WatchFHIR(s.house.service.FHIR(s.plan.publicURL, version)))
	}
	if s.plan.roles.is(roleSignaling) {
		s.house.signaling.Register(api)
		if err := s.house.readTrail(api, s.plan); err != nil {
			return err
		}
		// What is said over /v1/connect describes itself too.
		mux.HandleFunc("GET /asyncapi.json", asyncAPI)
	}
	return nil
}

// forSessions routes sockets, and media from equipment.
func forSessions(mux *http.ServeMux, s served) {
	if !s.plan.roles.is(roleSignaling) {
		mux.Handle("/whip/", elsewhere(s.plan.publicURL))
		mux.Handle("/whep/", elsewhere(s.plan.publicURL))
		return
	}
	mux.Handle("GET /v1/connect", s.house.signaling.Handler())
	mux.Handle("/whip/", s.house.whip)
	mux.Handle("/whep/", s.house.whip)
	if s.plan.demo { // where tokens for measuring are honoured
		mux.Handle("/bench/", s.house.whip)
	}
}

// asyncAPI serves the description of the socket's protocol.
func asyncAPI(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(protocol.AsyncAPI)
}

// appPages serves the browser applications, or says that they were not built.
func appPages(others []string) (http.Handler, error) {
	built, ok := clients.FS()
	if !ok {
		return http.HandlerFunc(notBuilt), nil
	}
	return loadPages(built, others...)
}

// apiConfig describes the API. Its documentation page is one of ours, and answers carry no $schema links: what a
// client gets is what the operation says and nothing else.
func apiConfig() huma.Config {
	config := huma.DefaultConfig("Madoguchi", version)
	config.Info.Description = "Booking, check-in and sessions of consultation booths. Times are RFC 3339 with offset; " +
		"errors are RFC 9457 problem documents. What happens during a session goes over /v1/connect (PROTOCOL.md, /asyncapi.json)."
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

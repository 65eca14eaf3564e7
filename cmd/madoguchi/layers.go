package main

import (
	"log/slog"
	"net/http"
)

// layerOptions is what the layers around the mux need.
type layerOptions struct {
	log          *slog.Logger
	metrics      *webMetrics
	draining     func() bool
	proxied      bool      // a proxy says in X-Forwarded-For where requests came from
	byAddress    *throttle // may be nil, as the next
	bySeat       *throttle
	atWork       *turns
	others       []string                        // origins whose pages may use the API here
	https        bool                            // a browser can rely on TLS, here or at the proxy
	authenticate func(http.Handler) http.Handler // puts the caller into the context; may be nil
}

// inLayers puts around the mux what every request goes through, the outermost first.
func inLayers(mux *http.ServeMux, o layerOptions) http.Handler {
	handler := withCaller(noteRoute(mux))
	if o.bySeat != nil {
		handler = o.bySeat.limit(callerSeat, handler)
	}
	if o.authenticate != nil {
		handler = o.authenticate(handler)
	}
	handler = withAddress(o.proxied, handler)
	if o.atWork != nil {
		handler = o.atWork.limit(handler)
	}
	if o.byAddress != nil {
		handler = o.byAddress.limit(networkOf(o.proxied), handler)
	}
	handler = refuseNewWork(o.draining, handler)
	handler = limitBodies(handler)
	handler = fromOthers(o.others, handler)
	handler = secure(o.https, handler)
	handler = recoverPanics(o.log, handler)
	handler = observe(o.log, o.metrics, handler)
	return withVisit(handler)
}

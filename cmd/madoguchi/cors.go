package main

import (
	"net/http"
	"slices"
	"strings"
)

// crossed are the addresses that pages of the other servers of the service may ask: the HTTP API.
const crossed = "/v1/"

// How long a browser may remember that it may ask.
const preflightKept = "600"

// fromOthers lets the pages of the other servers of the service use the API here: a page whose own server has died goes on
// with another one (welcome.others). No cookie says who asks, a token does, so nothing is given to a page that it could
// not get from anywhere; pages of all other origins are left to the browser, which keeps the answers from them.
func fromOthers(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		if origin == "" || !strings.HasPrefix(r.URL.Path, crossed) || !slices.Contains(origins, origin) {
			next.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Add("Vary", "Origin")
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Expose-Headers", "Retry-After, X-Request-Id, Location, ETag")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		header.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
		header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key")
		header.Set("Access-Control-Max-Age", preflightKept)
		w.WriteHeader(http.StatusNoContent)
	})
}

package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPagesOfTheOtherServersMayUseTheAPIAndNobodyElses(t *testing.T) {
	const other = "https://b.madoguchi.example.jp"
	handler := fromOthers([]string{other}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for _, row := range []struct {
		situation, method, path, origin string
		asks                            bool // is a preflight
		status                          int
		allowed                         string
	}{
		{"a page of another server asks", http.MethodPost, "/v1/sign-in", other, false, http.StatusTeapot, other},
		{"it asks whether it may", http.MethodOptions, "/v1/sign-in", other, true, http.StatusNoContent, other},
		{"a page of our own", http.MethodPost, "/v1/sign-in", "", false, http.StatusTeapot, ""},
		{"a foreign page asks", http.MethodPost, "/v1/sign-in", "https://evil.example", false, http.StatusTeapot, ""},
		{"a foreign page asks whether it may", http.MethodOptions, "/v1/sign-in", "https://evil.example", true, http.StatusTeapot, ""},
		{"a name that only begins like ours", http.MethodPost, "/v1/sign-in", other + ".evil.example", false, http.StatusTeapot, ""},
		{"something that is not the API", http.MethodGet, "/metrics", other, false, http.StatusTeapot, ""},
	} {
		t.Run(row.situation, func(t *testing.T) {
			r := httptest.NewRequest(row.method, row.path, nil)
			if row.origin != "" {
				r.Header.Set("Origin", row.origin)
			}
			if row.asks {
				r.Header.Set("Access-Control-Request-Method", http.MethodPost)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if got := w.Header().Get("Access-Control-Allow-Origin"); w.Code != row.status || got != row.allowed {
				t.Errorf("status %d, allowed %q", w.Code, got)
			}
			if w.Header().Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are let through")
			}
		})
	}
}

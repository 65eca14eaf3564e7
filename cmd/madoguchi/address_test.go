package main

import (
	"net/http/httptest"
	"testing"
)

func TestWhereARequestCameFrom(t *testing.T) {
	for _, row := range []struct {
		name    string
		remote  string
		headers []string
		proxied bool
		want    string
	}{
		{"a direct one", "203.0.113.7:1234", nil, false, "203.0.113.7"},
		{"a direct one that claims otherwise", "203.0.113.7:1234", []string{"10.0.0.1"}, false, "203.0.113.7"},
		{"behind a proxy", "10.0.0.1:1234", []string{"203.0.113.7"}, true, "203.0.113.7"},
		{"behind a proxy, with entries of the client's", "10.0.0.1:1234", []string{"1.1.1.1, 2.2.2.2", "3.3.3.3, 203.0.113.7"}, true, "203.0.113.7"},
		{"behind a proxy that says nothing", "10.0.0.1:1234", nil, true, "10.0.0.1"},
		{"behind a proxy that says nonsense", "10.0.0.1:1234", []string{"unknown"}, true, "10.0.0.1"},
		{"over IPv6", "[2001:db8::7]:1234", nil, false, "2001:db8::7"},
		{"from nowhere", "@", nil, false, "invalid IP"},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/v1/my/appointment", nil)
			r.RemoteAddr = row.remote
			for _, h := range row.headers {
				r.Header.Add("X-Forwarded-For", h)
			}
			if got := addressOf(r, row.proxied).String(); got != row.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

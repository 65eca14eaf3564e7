package booking_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"madoguchi/booking"
	"madoguchi/booking/redisstore/redistest"
)

// taking are the operations that read a body, with an id where the path has one.
var taking = []struct{ method, path string }{
	{"POST", "/v1/holds"},
	{"POST", "/v1/holds/a_aaaaaaaaaaaaaaaaaaaaaaaaaa/confirm"},
	{"POST", "/v1/appointments/a_aaaaaaaaaaaaaaaaaaaaaaaaaa/move"},
	{"POST", "/v1/desks/morita/delay"},
	{"POST", "/v1/waitlist"},
	{"POST", "/v1/walk-ins"},
	{"POST", "/v1/series"},
	{"POST", "/v1/series/s_aaaaaaaaaaaaaaaaaaaaaaaaaa/confirm"},
	{"POST", "/v1/blocks"},
	{"POST", "/v1/lends"},
	{"POST", "/v1/offices/shiomachihama/why"},
	{"POST", "/v1/offices/shiomachihama/move"},
	{"POST", "/v1/my/appointment"},
	{"POST", "/v1/suspensions"},
	{"POST", "/v1/catalogue/tables"},
}

// FuzzBodies sends anything to every operation that reads a body, from every kind of seat: it is carried out or refused
// with a problem document, and never a fault of ours.
func FuzzBodies(f *testing.F) {
	k := newDesk(f, redistest.Mini(f), setting{})
	mux := http.NewServeMux()
	k.Register(humago.New(mux, huma.DefaultConfig("bodies", "1")))
	seats := []string{"counter:shiomachihama", "desk:morita", "assistant:morita", "booth:shiomachihama-1", "admin:ueda", ""}
	for n, body := range []string{
		holdBody(nil), minamiBody, `{"version":1,"start":"2026-11-25T10:00:00+09:00"}`, `{"minutes":15}`,
		`{"office":"shiomachihama","legs":[{"service":"medical","pool":"morita"}],"from":"2026-11-25T00:00:00+09:00","to":"2026-11-26T00:00:00+09:00"}`,
		`{"office":"shiomachihama","legs":[{"service":"medical","pool":"morita","first":true}],"anonymous":true}`,
		`{"office":"shiomachihama","legs":[],"start":"2026-11-25T10:00:00+09:00","weeks":1,"count":2,"resident":{"kana":"ア","phone":"0"}}`,
		`{"holds":["a"],"release":[]}`, `{"office":"shiomachihama","kind":"closure","start":"2026-11-25T10:00:00+09:00","end":"2026-11-25T11:00:00+09:00"}`,
		`{"desk":"morita","area":"x","start":"0001-01-01T00:00:00Z","end":"9999-12-31T23:59:59Z"}`, `{"area":"elsewhere"}`,
		`{"office":"shiomachihama","reception":"123456","last4":"1456"}`, `{"service":"medical","reason":"x"}`, `{"rules":1,"tables":[{"name":"desks.csv","csv":"aWQscG9vbApxLG1vcml0YQo="}]}`, `[]`, `{"a":` + strings.Repeat("[", 50),
	} {
		f.Add(uint8(n%len(taking)), uint8(n), body)
	}
	f.Fuzz(func(t *testing.T, operation, seat uint8, body string) {
		to := taking[int(operation)%len(taking)]
		ctx := context.Background()
		if who := seats[int(seat)%len(seats)]; who != "" {
			ctx = booking.WithCaller(ctx, booking.Caller{Seat: who})
		}
		request := httptest.NewRequestWithContext(ctx, to.method, to.path, strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", newKey())
		r := httptest.NewRecorder()
		mux.ServeHTTP(r, request)
		if r.Code < 400 {
			return
		}
		var p booking.Problem
		if err := json.Unmarshal(r.Body.Bytes(), &p); err != nil || p.Status != r.Code || r.Header().Get("Content-Type") != "application/problem+json" {
			t.Fatalf("%s %s answers %d, %s: %s", to.method, to.path, r.Code, r.Header().Get("Content-Type"), r.Body)
		}
		if r.Code >= http.StatusInternalServerError {
			t.Fatalf("%s %s with %q: %s", to.method, to.path, body, r.Body)
		}
	})
}

package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"madoguchi/booking"
)

// answered says what a request from an address, of a seat, is answered.
func answered(handler http.Handler, path, from, seat string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = from
	if seat != "" {
		r = r.WithContext(booking.WithCaller(r.Context(), booking.Caller{Seat: seat}))
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func TestAFloodFromOneAddressIsRefusedAndNobodyElse(t *testing.T) {
	addresses, _ := newThrottles(Pace{PerAddress: 2, PerSeat: 1}, prometheus.NewRegistry())
	now := time.Now()
	addresses.now = func() time.Time { return now }
	handler := addresses.limit(networkOf(false), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))

	for i := range 2 * atOnce {
		if got := answered(handler, "/v1/day", "198.51.100.7:1000", ""); got.Code != http.StatusOK {
			t.Fatalf("request %d of the burst: %d", i, got.Code)
		}
	}
	got := answered(handler, "/v1/day", "198.51.100.7:2000", "")
	if got.Code != http.StatusTooManyRequests || got.Header().Get("Retry-After") != "1" || !strings.Contains(got.Body.String(), "Too many requests") {
		t.Fatalf("one too many: %d %v %s", got.Code, got.Header(), got.Body)
	}
	for _, other := range []string{"198.51.100.8:1000", "[2001:db8::1]:1000"} {
		if got := answered(handler, "/v1/day", other, ""); got.Code != http.StatusOK {
			t.Errorf("from %s: %d", other, got.Code)
		}
	}
	if got := answered(handler, "/readyz", "198.51.100.7:1000", ""); got.Code != http.StatusOK {
		t.Errorf("whoever runs it: %d", got.Code)
	}
	now = now.Add(time.Second)
	for i, want := range []int{200, 200, 429} {
		if got := answered(handler, "/v1/day", "198.51.100.7:1000", ""); got.Code != want {
			t.Errorf("request %d after a second: %d, want %d", i, got.Code, want)
		}
	}
}

func TestAWholeNetworkOfIPv6IsOne(t *testing.T) {
	addresses, _ := newThrottles(Pace{PerAddress: 1, PerSeat: 1}, prometheus.NewRegistry())
	handler := addresses.limit(networkOf(false), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	refused := 0
	for i := range 3 * atOnce {
		if answered(handler, "/", fmt.Sprintf("[2001:db8:1:2::%x]:1000", i+1), "").Code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < atOnce {
		t.Errorf("%d of %d refused", refused, 3*atOnce)
	}
}

func TestASeatIsCountedWhereverItComesFrom(t *testing.T) {
	_, seats := newThrottles(Pace{PerAddress: 1, PerSeat: 1}, prometheus.NewRegistry())
	now := time.Now()
	seats.now = func() time.Time { return now }
	handler := seats.limit(callerSeat, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for i := range atOnce {
		if got := answered(handler, "/v1/day", fmt.Sprintf("198.51.100.%d:1", i), "desk:morita"); got.Code != http.StatusOK {
			t.Fatalf("request %d: %d", i, got.Code)
		}
	}
	if got := answered(handler, "/v1/day", "198.51.100.99:1", "desk:morita"); got.Code != http.StatusTooManyRequests {
		t.Errorf("one too many: %d", got.Code)
	}
	for _, other := range []string{"desk:sato", ""} {
		if got := answered(handler, "/v1/day", "198.51.100.99:1", other); got.Code != http.StatusOK {
			t.Errorf("seat %q: %d", other, got.Code)
		}
	}
}

func TestEverNewAddressesAreForgottenAgain(t *testing.T) {
	addresses, _ := newThrottles(Pace{PerAddress: 1, PerSeat: 1}, prometheus.NewRegistry())
	for i := range 5 * generationMost {
		addresses.wait(fmt.Sprint(i))
	}
	if kept := len(addresses.young) + len(addresses.old); kept > 2*generationMost {
		t.Errorf("%d are kept", kept)
	}
	now := time.Now().Add(2*generation + time.Second)
	addresses.now = func() time.Time { return now }
	addresses.wait("somebody")
	now = now.Add(generation + time.Second)
	addresses.wait("somebody")
	if kept := len(addresses.young) + len(addresses.old); kept > 2 {
		t.Errorf("%d are kept after two generations", kept)
	}
}

func TestAPaceOutOfBoundsIsNamed(t *testing.T) {
	err := Pace{PerAddress: 0.5, Connections: 3, PerSeat: 200_000}.check()
	for _, want := range []string{"requests-per-address: 0.5 is out of bounds", "requests-per-seat: 200000 is out of bounds", "connections-per-address: 3 is out of bounds"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

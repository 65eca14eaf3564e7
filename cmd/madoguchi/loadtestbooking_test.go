package main

import (
	"bytes"
	"strings"
	"testing"

	"madoguchi/booking/redisstore/redistest"
)

func TestLoadtestBookingPrintsSharesAndLeavesNothing(t *testing.T) {
	server := redistest.Real(t)
	var out, log bytes.Buffer
	code := run(t.Context(), []string{"loadtest", "booking", "--redis", "redis://" + server.Addr, "--clients", "4", "--duration", "100ms"}, console{&out, &log})
	if code != 0 {
		t.Fatalf("exit %d: %s", code, &log)
	}
	for _, want := range []string{"script that does nothing", "100.0%", "hold booth, desk, resident", "day view of 200 booths", "p99"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing:\n%s", want, &out)
		}
	}
	if left := server.Keys(t, "*"); len(left) > 0 {
		t.Errorf("left behind: %d keys, %s among them", len(left), left[0])
	}
	if code := run(t.Context(), []string{"loadtest", "booking", "--redis", "nonsense"}, console{&out, &log}); code != exitUsage {
		t.Errorf("nonsense for a URL: exit %d", code)
	}
}

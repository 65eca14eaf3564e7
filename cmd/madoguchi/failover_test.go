package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"madoguchi/booking/redisstore/servers"
)

// several is a Redis of several servers.
type several interface {
	URL() string
	Stop() error
}

func TestAServiceRunsOnSentinelAndOnACluster(t *testing.T) {
	for _, row := range []struct {
		kind  redisKind
		start func(context.Context) (_ several, failover func(context.Context) error, _ error)
	}{
		{redisSentinel, func(ctx context.Context) (several, func(context.Context) error, error) {
			s, err := servers.StartSentinel(ctx, servers.SentinelOptions{})
			return s, s.Failover, err
		}},
		{redisCluster, func(ctx context.Context) (several, func(context.Context) error, error) {
			c, err := servers.StartCluster(ctx, servers.ClusterOptions{Replicas: 1})
			return c, func(ctx context.Context) error { return c.Failover(ctx, "{shiomachi}:rules") }, err
		}},
	} {
		t.Run(string(row.kind), func(t *testing.T) {
			redis, failover, err := row.start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := redis.Stop(); err != nil {
					t.Error(err)
				}
			})
			file, _ := serveConfig(t, RedisURL(redis.URL()))
			service := launch(t, nil, "serve", "--config", file)
			at := listening(t, service)
			var state readiness
			if _, body := get(t, at+"/readyz"); json.Unmarshal([]byte(body), &state) != nil || !state.Ready || state.RedisKind != string(row.kind) {
				t.Errorf("readyz: %s", body)
			}
			signsIn(t, file, at)
			if err := failover(t.Context()); err != nil {
				t.Fatal(err)
			}
			ready := func() bool {
				response, _ := get(t, at+"/readyz")
				return response.StatusCode == http.StatusOK
			}
			for limit := time.After(startLimit); !ready(); {
				select {
				case <-limit:
					t.Fatal("not ready after a failover")
				case <-time.After(20 * time.Millisecond): // as a balancer asks
				}
			}
			signsIn(t, file, at)
			if exit, _ := service.terminate(); exit != 0 {
				t.Errorf("ended with code %d", exit)
			}
		})
	}
}

// signsIn enrolls a seat and signs it in: one process writes the code, another takes it back.
func signsIn(t *testing.T, file, at string) {
	t.Helper()
	code, log, exit := output(t, nil, "enroll", "--config", file, "--seat", "booth:shiomachihama-1")
	if exit != 0 {
		t.Fatalf("enroll: exit %d: %s", exit, log)
	}
	body := fmt.Sprintf(`{"seat":"booth:shiomachihama-1","code":%q,"key":`+deviceKey+`}`, strings.TrimSpace(code))
	response, err := http.Post(at+"/v1/sign-in", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("sign in: status %d", response.StatusCode)
	}
}

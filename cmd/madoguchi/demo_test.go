package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/servers"
	"madoguchi/signaling/protocol"
)

// anyPort starts a demo on free ports.
var anyPort = []string{"demo", "--listen", "127.0.0.1:0", "--media", "127.0.0.1:0"}

// base is the address of a running demo, taken from one of its links.
func base(t *testing.T, lines []string) string {
	t.Helper()
	u, err := url.Parse(linkTo(t, lines, "docs"))
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host
}

func TestTheDemoPrintsALinkALineThenReadyAndEndsWithCodeZero(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	lines := demo.untilReady()
	counts := map[string]int{}
	for _, line := range lines {
		kind, rest, _ := strings.Cut(line, " ")
		if strings.Contains(rest, "http://127.0.0.1:") {
			counts[kind]++
		}
	}
	for kind, want := range map[string]int{"booth": 6, "desk": 6, "counter": 3, "admin": 1, "docs": 1} {
		if counts[kind] != want {
			t.Errorf("%d links of kind %s, want %d", counts[kind], kind, want)
		}
	}
	if told := strings.Join(lines, "\n"); !strings.Contains(told, "forgets it on exit") || strings.Contains(told, ":0/") {
		t.Errorf("printed:\n%s", told)
	}
	code, took := demo.terminate()
	if code != 0 || took > demoDrain+time.Second {
		t.Errorf("ended with code %d after %s", code, took)
	}
}

func TestWhatTheDemoServes(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	at := base(t, demo.untilReady())
	for _, row := range []struct {
		path        string
		status      int
		contentType string
		contains    string
	}{
		{"/", 200, "text/html; charset=utf-8", "/booth/?seat=shiomachihama-1"},
		{"/healthz", 200, "application/json", `"status":"ok"`},
		{"/readyz", 200, "application/json", `"ready":true`},
		{"/metrics", 200, "text/plain", "go_goroutines"},
		{"/metrics", 200, "text/plain", "madoguchi_build_info"},
		{"/openapi.json", 200, "application/", `"openapi":"3.1.0"`},
		{"/asyncapi.json", 200, "application/json", `"asyncapi": "3.0.0"`},
		{"/v1/offices", 200, "application/json", "shiomachihama"},
		{"/v1/offices/nowhere", 404, "application/problem+json", `"status":404`},
		{"/fhir/R4/metadata", 200, "application/fhir+json", `"resourceType":"CapabilityStatement"`},
		{"/fhir/R4/Appointment", 401, "application/fhir+json", `"resourceType":"OperationOutcome"`},
		{"/nothing", 404, "application/problem+json", `"status":404`},
	} {
		t.Run(row.path, func(t *testing.T) {
			response, body := get(t, at+row.path)
			if response.StatusCode != row.status || !strings.HasPrefix(response.Header.Get("Content-Type"), row.contentType) {
				t.Errorf("status %d, type %q", response.StatusCode, response.Header.Get("Content-Type"))
			}
			if !strings.Contains(body, row.contains) {
				t.Errorf("%q is not in %.600s", row.contains, body)
			}
		})
	}
}

func TestReadyzNamesEveryPart(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	_, body := get(t, base(t, demo.untilReady())+"/readyz")
	var state readiness
	if err := json.Unmarshal([]byte(body), &state); err != nil {
		t.Fatal(err)
	}
	if !state.Ready || state.Redis != fine || state.RedisKind != string(redisInside) || state.SFU != fine || state.Draining {
		t.Errorf("%+v", state)
	}
	if state.MediaUDP != state.MediaTCP || strings.HasSuffix(state.MediaUDP, ":0") {
		t.Errorf("media ports %q and %q", state.MediaUDP, state.MediaTCP)
	}
	conn, err := net.Dial("tcp", state.MediaTCP)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
}

func TestSIGTERMTellsSocketsToComeBackElsewhere(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	at := base(t, demo.untilReady())
	conn := hello(t, at, signIn(t, at, "booth:shiomachihama-1"))
	defer conn.Close()

	if err := demo.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var closed *websocket.CloseError
	for closed == nil {
		_, _, err := conn.ReadMessage()
		if ce, ok := err.(*websocket.CloseError); ok {
			closed = ce
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if closed.Code != protocol.CloseRestart {
		t.Errorf("closed with %d %s, want %d", closed.Code, closed.Text, protocol.CloseRestart)
	}
	if code := demo.wait(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
}

// signIn takes a seat of the demo, which asks for no code.
func signIn(t *testing.T, at, seat string) (token string) {
	t.Helper()
	defer http.DefaultClient.CloseIdleConnections()
	return signInWith(t, http.DefaultClient, at, seat)
}

func signInWith(t *testing.T, client *http.Client, at, seat string) (token string) {
	t.Helper()
	response, err := client.Post(at+"/v1/sign-in", "application/json", strings.NewReader(fmt.Sprintf(`{"seat":%q}`, seat)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var signedIn struct{ Token string }
	if err := json.NewDecoder(response.Body).Decode(&signedIn); err != nil || signedIn.Token == "" {
		t.Fatalf("sign in %s: status %d, %v", seat, response.StatusCode, err)
	}
	return signedIn.Token
}

// hello opens a socket and returns it after welcome.
func hello(t *testing.T, at, token string) *websocket.Conn {
	t.Helper()
	dialer := websocket.Dialer{
		Subprotocols:    []string{protocol.Subprotocol},
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // the demo's own certificate
	}
	conn, response, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(at, "http")+"/v1/connect", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := conn.SetReadDeadline(time.Now().Add(startLimit)); err != nil {
		t.Fatal(err)
	}
	if err := conn.WriteJSON(map[string]string{"type": protocol.TypeHello, "token": token}); err != nil {
		t.Fatal(err)
	}
	var welcome struct{ Type string }
	if err := conn.ReadJSON(&welcome); err != nil || welcome.Type != protocol.TypeWelcome {
		t.Fatalf("answer to hello: %+v, %v", welcome, err)
	}
	return conn
}

func TestASocketKeepsTheDemoNoLongerThanItsBound(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	at := base(t, demo.untilReady())
	// A client that neither reads nor answers must not hold up the end.
	conn := hello(t, at, signIn(t, at, "desk:morita"))
	defer conn.Close()
	if code, took := demo.terminate(); code != 0 || took > demoDrain+time.Second {
		t.Errorf("ended with code %d after %s", code, took)
	}
}

func TestATokenOfTheDemoIsAcceptedByWHIPOfARunningDemo(t *testing.T) {
	env := []string{home(t)}
	demo := launch(t, env, anyPort...)
	at := base(t, demo.untilReady())
	token, _, code := output(t, env, "token", "--room", "rig", "--participant", "obs", "--publish", "--bench")
	token = strings.TrimSpace(token)
	if code != 0 || strings.Count(token, ".") != 2 {
		t.Fatalf("token %q, code %d", token, code)
	}
	for _, row := range []struct {
		situation, bearer, offer string
		status                   int
	}{
		{"with the token", token, whipOffer(t), http.StatusCreated},
		{"without a token", "", whipOffer(t), http.StatusUnauthorized},
		{"with a token that was changed", token[:len(token)-4] + "AAAA", whipOffer(t), http.StatusUnauthorized},
	} {
		t.Run(row.situation, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at+"/whip/rig", strings.NewReader(row.offer))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/sdp")
			if row.bearer != "" {
				request.Header.Set("Authorization", "Bearer "+row.bearer)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer http.DefaultClient.CloseIdleConnections()
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != row.status {
				t.Errorf("status %d: %s", response.StatusCode, body)
			}
			if row.status == http.StatusCreated && (response.Header.Get("Location") == "" || !strings.HasPrefix(string(body), "v=0")) {
				t.Errorf("Location %q, answer %.40q", response.Header.Get("Location"), body)
			}
		})
	}
}

func TestTheDemoInTheLocalNetworkServesHTTPS(t *testing.T) {
	demo := launch(t, []string{home(t)}, append(anyPort, "--lan")...)
	lines := demo.untilReady()
	link := linkTo(t, lines, "booth")
	if !strings.HasPrefix(link, "https://") {
		t.Fatalf("link %s", link)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Get(base(t, lines) + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d", response.StatusCode)
	}
	u, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.TLS.PeerCertificates[0].VerifyHostname(u.Hostname()); err != nil {
		t.Error(err)
	}
	conn := hello(t, base(t, lines), signInWith(t, &http.Client{Transport: transport}, base(t, lines), "booth:shiomachihama-1"))
	defer conn.Close()
	if code, _ := demo.terminate(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
}

// realRedis starts a redis-server on a free port.
func realRedis(t *testing.T) RedisURL {
	t.Helper()
	at, _ := realRedisToEnd(t)
	return at
}

// realRedisToEnd starts a redis-server that end kills.
func realRedisToEnd(t *testing.T) (at RedisURL, end func()) {
	t.Helper()
	n, err := servers.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return RedisURL("redis://" + n.Addr() + "/0"), end
}

// freePort asks the system for a port that is free now.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestTheDemoUsesARealRedisWhenGivenOne(t *testing.T) {
	at := realRedis(t)
	demo := launch(t, []string{home(t)}, append(anyPort, "--redis", string(at))...)
	lines := demo.untilReady()
	if told := strings.Join(lines, "\n"); strings.Contains(told, "forgets") {
		t.Errorf("printed:\n%s", told)
	}
	conn := hello(t, base(t, lines), signIn(t, base(t, lines), "counter:shiomachihama"))
	defer conn.Close()
	client, _, err := openRedis(t.Context(), at, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	// The rules in force are published beside the start, so the first keys may come a moment after ready.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for keys := int64(0); keys == 0; {
		if keys, err = client.DBSize(ctx).Result(); err != nil {
			t.Fatalf("nothing was written to it: %v", err)
		}
	}
	if code, _ := demo.terminate(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
}

func TestReadyzTellsThatRedisHasGoneAndTheHouseStaysUp(t *testing.T) {
	at, end := realRedisToEnd(t)
	demo := launch(t, []string{home(t)}, append(anyPort, "--redis", string(at))...)
	address := base(t, demo.untilReady())
	end()
	response, body := get(t, address+"/readyz")
	if response.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, `"redis":"cannot be reached"`) || !strings.Contains(body, `"ready":false`) {
		t.Errorf("status %d: %s", response.StatusCode, body)
	}
	if response, _ := get(t, address+"/healthz"); response.StatusCode != http.StatusOK {
		t.Errorf("healthz: status %d", response.StatusCode)
	}
	if code, took := demo.terminate(); code != 0 || took > demoDrain+time.Second {
		t.Errorf("ended with code %d after %s", code, took)
	}
}

func TestTheClockOfTheDemosOwnRedisRuns(t *testing.T) {
	for _, ahead := range []time.Duration{0, 13 * time.Hour} {
		t.Run(ahead.String(), func(t *testing.T) { clockRuns(t, demoClock{ahead}) })
	}
}

func clockRuns(t *testing.T, clock demoClock) {
	stop, at, err := openOwnRedis(clock)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	client, _, err := openRedis(t.Context(), at, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), startLimit)
	defer cancel()
	before, err := client.Time(ctx).Result()
	if err != nil {
		t.Fatal(err)
	}
	if late := clock.now().Sub(before); late.Abs() > time.Second {
		t.Errorf("it says %s, which is %s behind", before, late)
	}
	if err := client.Set(ctx, "lease", "held", 30*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	for {
		err := client.Get(ctx, "lease").Err()
		if err == redis.Nil {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	after, err := client.Time(ctx).Result()
	if err != nil {
		t.Fatal(err)
	}
	if passed := after.Sub(before); passed < 30*time.Millisecond || passed > startLimit {
		t.Errorf("a lease of 30 ms ended after %s by its own clock", passed)
	}
}

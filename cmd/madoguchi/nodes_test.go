package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/access"
)

// region is an area served by two brokers and two media nodes, each a process with an address of its own on the loopback
// interface, and a real redis-server. What one of them sends or is sent can be dropped without a word.
type region struct {
	t       *testing.T
	store   *redis.Client
	at      string // of Redis
	keys    string
	folder  string
	issuer  *access.Issuer
	http    *http.Client
	servers []*server
	session string
	booth   *person
	desk    *person
}

// server is one process of the region.
type server struct {
	*process
	in     *region
	role   string
	ip     string
	listen string // kept when it starts again
	redis  string // a relay of its own, so that this way too can be cut
	env    []string
}

func (s *server) url() string { return "http://" + s.listen }

const oneDesk = `areas: [{id: land, name: 試験圏}]
services: [{id: talk, name: 相談, publicName: 相談, role: counselor, minutes: 20}]
pools:
  - {id: p0, name: 相談, area: land, holidays: open, yearEnd: {from: none, to: none}, services: [talk], desks: [{id: d0, name: 机, role: counselor, title: 相談員, roster: [{days: Mon-Sun, from: "00:00", to: "24:00"}]}]}
offices:
  - {id: o0, name: 局, area: land, every: 5, fine: 5, holidays: open, yearEnd: {from: none, to: none}, booths: [{id: b0, name: ブース}], hours: [{days: Mon-Sun, open: "00:00", close: "24:00"}], offers: [{service: talk, pool: p0, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}]}
`

// newRegion starts it; the media nodes have env besides.
func newRegion(t *testing.T, env ...string) *region {
	t.Helper()
	at, _ := strings.CutPrefix(strings.TrimSuffix(string(realRedis(t)), "/0"), "redis://")
	r := &region{t: t, at: at, keys: filepath.Join(t.TempDir(), "keys"), folder: t.TempDir(), store: redis.NewClient(&redis.Options{Addr: at})}
	t.Cleanup(func() { _ = r.store.Close() })
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	r.http = &http.Client{Transport: transport, Timeout: 10 * time.Second}
	if err := os.WriteFile(filepath.Join(r.folder, "area.yaml"), []byte(oneDesk), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, _, err := openKeys(r.keys)
	if err != nil {
		t.Fatal(err)
	}
	r.issuer = access.NewIssuer(keys, time.Now)
	for i, role := range []string{"sfu", "sfu", "booking,signaling", "booking,signaling"} {
		ip := fmt.Sprintf("127.0.%d.%d", 10+os.Getpid()%200, 2+i)
		s := &server{in: r, role: role, ip: ip, redis: relay(t, ip, at)}
		s.listen = freePortAt(t, ip)
		if role == roleSFU {
			s.env = env
		}
		r.servers = append(r.servers, s)
	}
	var starting sync.WaitGroup
	for _, s := range r.servers {
		s.start()
		starting.Go(func() { s.awaitReady() })
	}
	starting.Wait()
	return r
}

func (r *region) nodes() []*server   { return r.servers[:2] }
func (r *region) brokers() []*server { return r.servers[2:] }

func freePortAt(t *testing.T, ip string) string {
	t.Helper()
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start starts the process, for the first time or again.
func (s *server) start() {
	s.in.t.Helper()
	args := []string{
		"serve", "--role", s.role, "--listen", s.listen, "--media", s.ip + ":0", "--node-listen", s.ip + ":0",
		"--public-url", "https://madoguchi.example.jp", "--behind-proxy", "--redis", "redis://" + s.redis + "/0", "--keys", s.in.keys,
	}
	if s.role == roleSFU { // knows of no offices and no booths
		args = append(args, "--area", "land")
	} else {
		args = append(args, "--directory", s.in.folder)
	}
	s.process = launch(s.in.t, s.env, args...)
}

func (s *server) awaitReady() {
	limit := time.After(startLimit)
	for {
		select {
		case line, more := <-s.lines:
			if !more {
				s.in.t.Error("a server ended before it was ready")
				return
			}
			if line == "ready" {
				return
			}
		case <-limit:
			s.in.t.Error("a server was not ready in time")
			return
		}
	}
}

// mediaNodes waits until every broker that runs can use so many nodes.
func (r *region) mediaNodes(want int, brokers ...*server) {
	r.t.Helper()
	for _, b := range brokers {
		becomes(r.t, fmt.Sprintf("%d media nodes", want), func() bool {
			var state readiness
			response, err := r.http.Get(b.url() + "/readyz")
			if err != nil {
				return false
			}
			defer response.Body.Close()
			return json.NewDecoder(response.Body).Decode(&state) == nil && state.MediaNodes != nil && *state.MediaNodes == want
		})
	}
}

// relay passes TCP connections on from a port of an address.
func relay(t *testing.T, ip, to string) string {
	t.Helper()
	l, err := net.Listen("tcp", ip+":0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	pass := func(a, b net.Conn) {
		_, _ = io.Copy(a, b) // ends with either side
		_ = a.Close()
		_ = b.Close()
		mu.Lock()
		defer mu.Unlock()
		delete(open, a)
		delete(open, b)
	}
	running.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", to)
			if err != nil {
				_ = from.Close()
				continue
			}
			mu.Lock()
			open[from], open[there] = true, true
			mu.Unlock()
			running.Go(func() { pass(from, there) })
			running.Go(func() { pass(there, from) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		running.Wait()
	})
	return l.Addr().String()
}

// silence drops everything that comes from or goes to a server, without a word, until back is called.
func (s *server) silence() (back func()) {
	s.in.t.Helper()
	return s.in.drop("ip daddr "+s.ip+" drop", "ip saddr "+s.ip+" drop")
}

// cutPort drops what comes to the media port of a node, what leaves it, or both.
func (s *server) cutPort(to, from bool) (back func()) {
	s.in.t.Helper()
	var rules []string
	port := s.in.mediaPort(s)
	for _, protocol := range []string{"udp", "tcp"} {
		if to {
			rules = append(rules, fmt.Sprintf("ip daddr %s %s dport %d drop", s.ip, protocol, port))
		}
		if from {
			rules = append(rules, fmt.Sprintf("ip saddr %s %s sport %d drop", s.ip, protocol, port))
		}
	}
	return s.in.drop(rules...)
}

// mediaPort is a media node's, by the registry; what runs there now is asked who it is, for those who died there are listed too.
func (r *region) mediaPort(s *server) uint16 {
	r.t.Helper()
	var state readiness
	response, err := r.http.Get(s.url() + "/readyz")
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	var record struct {
		Probe struct{ Addresses []netip.AddrPort }
	}
	if err = json.NewDecoder(response.Body).Decode(&state); err == nil {
		var raw string
		if raw, err = r.store.HGet(context.Background(), "{land}:sfu-nodes", state.Node).Result(); err == nil {
			err = json.Unmarshal([]byte(raw), &record)
		}
	}
	if err != nil || len(record.Probe.Addresses) == 0 {
		r.t.Fatalf("the media port at %s: %v", s.ip, err)
	}
	return record.Probe.Addresses[0].Port()
}

// drop has packets dropped that rules of nft name, until back is called.
func (r *region) drop(rules ...string) (back func()) {
	r.t.Helper()
	table := "madoguchi_test_" + strconv.Itoa(os.Getpid())
	nft := exec.Command("nft", "-f", "-")
	nft.Stdin = strings.NewReader(fmt.Sprintf("table inet %s {\nchain out {\ntype filter hook output priority 0\n%s\n}\n}\n", table, strings.Join(rules, "\n")))
	if out, err := nft.CombinedOutput(); err != nil {
		r.t.Fatalf("nft: %v: %s (dropping packets needs root and nftables)", err, out)
	}
	back = sync.OnceFunc(func() {
		if out, err := exec.Command("nft", "delete", "table", "inet", table).CombinedOutput(); err != nil {
			r.t.Errorf("nft: %v: %s", err, out)
		}
	})
	r.t.Cleanup(back)
	return back
}

func (s *server) signal(what syscall.Signal) {
	s.in.t.Helper()
	if err := s.cmd.Process.Signal(what); err != nil {
		s.in.t.Fatal(err)
	}
}

// nodeOf is the media node that carries a room, by the registry, and the other one.
func (r *region) nodeOf(room string) (carries, other *server) {
	r.t.Helper()
	var place struct{ Node string }
	raw, err := r.store.Get(context.Background(), "{land}:sfu-room:"+room).Result()
	if err == nil {
		err = json.Unmarshal([]byte(raw), &place)
	}
	if err != nil {
		r.t.Fatalf("where the room is: %v", err)
	}
	for i, s := range r.nodes() {
		var state readiness
		response, err := r.http.Get(s.url() + "/readyz")
		if err != nil {
			continue
		}
		err = json.NewDecoder(response.Body).Decode(&state)
		_ = response.Body.Close()
		if err == nil && state.Node == place.Node {
			return s, r.nodes()[1-i]
		}
	}
	r.t.Fatalf("no node is %s", place.Node)
	return nil, nil
}

// peersAt is how many people are connected at a media node, by its own word.
func (r *region) peersAt(s *server) int {
	response, err := r.http.Get(s.url() + "/metrics")
	if err != nil {
		return -1
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return -1
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		if value, ok := strings.CutPrefix(line, "madoguchi_sfu_peers "); ok {
			n, err := strconv.Atoi(value)
			if err == nil {
				return n
			}
		}
	}
	return -1
}

// meet brings a booth and a desk into a consultation, each at a broker of its own.
func (r *region) meet() {
	r.t.Helper()
	origins := []string{r.brokers()[0].url(), r.brokers()[1].url()}
	r.session = r.checkIn(origins[0])
	r.booth = r.sit("booth:b0", access.Seat{ID: "booth:b0", Role: "booth", Area: "land", Office: "o0", Booth: "b0"}, access.BoothGrants, origins)
	slices.Reverse(origins)
	r.desk = r.sit("desk:d0", access.Seat{ID: "desk:d0", Role: "counselor", Area: "land", Desk: "d0", Pool: "p0"}, access.DeskGrants, origins)
	becomes(r.t, "both are connected", func() bool { return r.booth.connected() && r.desk.connected() })
	r.booth.request("ready", nil)
	r.desk.request("admit", map[string]any{"participant": "booth:b0"})
	r.flows()
}

// flows waits until sound and pictures come at both ends.
func (r *region) flows() {
	r.t.Helper()
	for _, p := range []*person{r.booth, r.desk} {
		sound, pictures := p.counts()
		becomes(r.t, "sound and pictures come at "+p.seat, func() bool {
			s, v := p.counts()
			return s > sound+10 && v > pictures+10
		})
	}
}

// checkIn books a visit that begins soon, and checks it in.
func (r *region) checkIn(at string) string {
	r.t.Helper()
	counter, _, err := r.issuer.Seat(access.Seat{ID: "counter:o0", Role: "staff", Area: "land", Office: "o0"}, time.Hour)
	if err != nil {
		r.t.Fatal(err)
	}
	resident := map[string]string{"kana": "シケン テスト", "phone": "0999-01-0001"}
	for _, day := range []time.Time{time.Now(), time.Now().Add(24 * time.Hour)} {
		var on struct {
			Times []struct {
				Start time.Time
				Free  bool
			}
		}
		tokyo := time.FixedZone("JST", 9*60*60)
		r.call(at, http.MethodGet, "/v1/offices/o0/times?leg=talk@p0/d0&date="+day.In(tokyo).Format(time.DateOnly), "", nil, &on)
		for _, one := range on.Times {
			if !one.Free {
				continue
			}
			var hold struct{ ID string }
			r.call(at, http.MethodPost, "/v1/holds", counter, map[string]any{
				"office": "o0", "start": one.Start, "booth": "b0", "legs": []map[string]string{{"service": "talk", "pool": "p0", "desk": "d0"}}, "resident": resident,
			}, &hold)
			r.call(at, http.MethodPost, "/v1/holds/"+hold.ID+"/confirm", counter, map[string]any{"resident": resident}, nil)
			var in struct{ Session string }
			r.call(at, http.MethodPost, "/v1/check-ins", counter, map[string]string{"appointment": hold.ID}, &in)
			return in.Session
		}
	}
	r.t.Fatal("no time is free")
	return ""
}

func (r *region) call(at, method, path, token string, body, into any) {
	r.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	request, err := http.NewRequest(method, at+path, strings.NewReader(string(raw)))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", strconv.FormatInt(time.Now().UnixNano(), 36))
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := r.http.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		r.t.Fatalf("%s %s: %d %s %v", method, path, response.StatusCode, text, err)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			r.t.Fatal(err)
		}
	}
}

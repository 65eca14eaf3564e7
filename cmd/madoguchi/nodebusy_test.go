package main

import (
	"context"
	"encoding/json"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// The load under which a media node must not be taken for dead: so many processes want the machine's two processors, and
// strangers' packets alone are more than the one processor that the node may use can read.
const (
	busyProcesses = 13
	busyStrangers = 2
	busyFor       = 6 * time.Second
)

func TestABusyMediaNodeIsNotTakenForDead(t *testing.T) {
	_, full := nodeTries(t)
	length := busyFor
	if full {
		length = 20 * time.Second // a connection that brings nothing for longer is given up by its own end
	}
	r := newRegion(t, "GOMAXPROCS=1")
	r.mediaNodes(2, r.brokers()...)
	r.meet()
	node, _ := r.nodeOf(r.session)
	r.booth.mark()
	r.desk.mark()
	stop := r.burden(r.booth.media(t))
	longest := r.longestBeat(length)
	stop()
	t.Logf("measured: a media node with one processor, %d processes and %d senders of noise beside it for %s: its heart stood still for %d ms at most, limit 1000",
		busyProcesses, busyStrangers, length, longest.Milliseconds())
	for _, b := range r.brokers() {
		if strings.Contains(b.logged(), "media node is lost") {
			t.Error("a broker took a busy node for dead")
		}
	}
	for _, p := range []*person{r.booth, r.desk} {
		if m := p.measure(); !m.toldAt.IsZero() {
			t.Errorf("%s was sent elsewhere", p.seat)
		}
	}
	if now, _ := r.nodeOf(r.session); now != node {
		t.Error("the room is elsewhere")
	}
	r.flows()
}

// candidateOf finds where the media node takes packets in its answer.
var candidateOf = regexp.MustCompile(`(?i)candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host`)

// media is where somebody's media go.
func (p *person) media(t *testing.T) string {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	found := candidateOf.FindStringSubmatch(p.line.PC.RemoteDescription().SDP)
	if found == nil {
		t.Fatal("no candidate in the answer")
	}
	return net.JoinHostPort(found[1], found[2])
}

// burden keeps the machine and one media port busy until it is lifted.
func (r *region) burden(media string) (lift func()) {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for range busyProcesses {
		idle := exec.CommandContext(ctx, "sh", "-c", "while :; do :; done")
		if err := idle.Start(); err != nil {
			r.t.Fatal(err)
		}
		all.Go(func() { _ = idle.Wait() }) // is killed
	}
	for range busyStrangers {
		conn, err := net.Dial("udp", media)
		if err != nil {
			r.t.Fatal(err)
		}
		all.Go(func() {
			defer conn.Close()
			for noise := make([]byte, 200); ctx.Err() == nil; {
				_, _ = conn.Write(noise) // what does not fit is lost, as it is meant to be
			}
		})
	}
	lift = sync.OnceFunc(func() { cancel(); all.Wait() })
	r.t.Cleanup(lift)
	return lift
}

// longestBeat follows the hearts of the media nodes in Redis for a while, and tells how long one has stood still at most.
func (r *region) longestBeat(length time.Duration) (longest time.Duration) {
	r.t.Helper()
	counts, since := map[string]uint64{}, map[string]time.Time{}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for from := time.Now(); time.Since(from) < length; <-look.C {
		raws, err := r.store.HGetAll(context.Background(), "{land}:sfu-nodes").Result()
		if err != nil {
			r.t.Fatal(err)
		}
		now := time.Now()
		for node, raw := range raws {
			var record struct{ Beat uint64 }
			if err := json.Unmarshal([]byte(raw), &record); err != nil {
				r.t.Fatal(err)
			}
			if record.Beat != counts[node] {
				counts[node], since[node] = record.Beat, now
			}
			longest = max(longest, now.Sub(since[node]))
		}
	}
	return longest
}

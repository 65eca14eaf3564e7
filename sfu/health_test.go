package sfu

import (
	"bytes"
	"context"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"madoguchi/sfu/quality"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

// weakLine loses packets of a client in both directions, at random, while it is bad.
type weakLine struct {
	interceptor.NoOp
	loss atomic.Uint32 // of 1000

	mu     sync.Mutex
	random *rand.Rand
}

func newWeakLine() *weakLine { return &weakLine{random: rand.New(rand.NewPCG(1, 2))} }

// NewInterceptor implements interceptor.Factory.
func (l *weakLine) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *weakLine) loses() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.random.Uint32N(1000) < l.loss.Load()
}

// BindRemoteStream implements interceptor.Interceptor.
func (l *weakLine) BindRemoteStream(_ *interceptor.StreamInfo, r interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, attr, err := r.Read(b, a)
			if err != nil || !l.loses() {
				return n, attr, err
			}
		}
	})
}

// BindLocalStream implements interceptor.Interceptor.
func (l *weakLine) BindLocalStream(_ *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, p []byte, a interceptor.Attributes) (int, error) {
		if l.loses() {
			return len(p), nil
		}
		return w.Write(h, p, a)
	})
}

// logged is what a node logs, to be searched.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *logged) lines(what string) (list []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.SplitSeq(l.b.String(), "\n") {
		if strings.Contains(line, what) {
			list = append(list, line)
		}
	}
	return list
}

func TestAWeakLineIsToldOfOneSideOnlyAndSoIsItsRecovery(t *testing.T) {
	w, line, log := newWitness(), newWeakLine(), &logged{}
	n := startNode(t, func(c *Config) { c.Observer, c.Log = w, slog.New(slog.NewTextHandler(log, nil)) })
	shape := bothWays
	shape.below = line
	booth, desk := newClient(t, "booth", shape), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	defer booth.stream()()
	defer desk.stream()()
	now := func(participant string) (q Quality) {
		if told := w.line(participant); len(told) > 0 {
			q = told[len(told)-1]
		}
		return q
	}
	good := Quality{quality.Good, quality.Good}
	desk.await("both lines to be called good", func() bool { return now("booth") == good && now("desk") == good })
	line.loss.Store(250)
	from := time.Now()
	desk.await("the booth's line to be called weak", func() bool { q := now("booth"); return q.Up == quality.Poor && q.Down == quality.Poor })
	t.Logf("told after %v", time.Since(from).Round(time.Millisecond))
	if s := n.Stats(); s.Weak != 2 || now("desk") != good {
		t.Errorf("%d weak directions, desk %v", s.Weak, now("desk"))
	}
	r, _ := n.Room("r")
	if up := r.Peers[0].Up; up.Lost < 0.1 || up.Lost > 0.4 || up.Level != quality.Poor {
		t.Errorf("of the booth's line: %+v", up)
	}
	line.loss.Store(0)
	desk.await("the booth's line to be called good again", func() bool { return now("booth") == good })
	for _, q := range w.line("desk") {
		if q.Up == quality.Poor || q.Down == quality.Poor || q.Up == quality.Lost {
			t.Errorf("of the desk's line, which was not weak: %v", w.line("desk"))
		}
	}
	if err := n.CloseRoom(context.Background(), "r"); err != nil {
		t.Fatal(err)
	}
	lines := log.lines("line over")
	if len(lines) != 2 || !strings.Contains(lines[0], "participant=booth") || strings.Contains(lines[0], "up_weak_seconds=0") ||
		!strings.Contains(lines[1], "up_weak_seconds=0") {
		t.Fatalf("at the end: %q", lines)
	}
}

func TestWhoGoesSilentIsCalledLost(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	stop := booth.stream()
	defer desk.stream()()
	told := func(want Quality) func() bool {
		return func() bool { l := w.line("booth"); return len(l) > 0 && l[len(l)-1] == want }
	}
	desk.await("the booth's line to be called good", told(Quality{quality.Good, quality.Good}))
	stop()
	p, err := n.find("r", peerKey{"booth", Main})
	if err != nil {
		t.Fatal(err)
	}
	p.connected.Store(false) // as the endpoint says when nothing has come for long enough
	desk.await("the booth's line to be called lost", told(Quality{quality.Lost, quality.Lost}))
}

func TestOutsideAConsultationNoLineIsJudged(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	defer booth.stream()()
	var p *peer
	for _, p = range (*n.allRooms()[0]).allPeers() {
		break
	}
	booth.await("two looks at the room", func() bool {
		p.ups[0].mu.Lock()
		defer p.ups[0].mu.Unlock()
		return p.ups[0].rate.bits > 0
	})
	if got := w.line("booth"); got != nil {
		t.Fatalf("judged while waiting: %v", got)
	}
	if r, ok := n.Room("r"); !ok || len(r.Scores) != 0 || len(r.Peers) != 2 || r.Peers[0].Tracks[0].Packets == 0 {
		t.Fatalf("%+v", r)
	}
	if _, ok := n.Room("another"); ok {
		t.Fatal("figures of a room that is not there")
	}
}

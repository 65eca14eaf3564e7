package loadtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"madoguchi/booking/redisstore/servers"
)

// What 24,000 idle booths may take of one node of two processors, and what nobody in a consultation may notice of it.
const (
	socketsFull   = 24_000
	memoryMost    = 1e9 // bytes resident
	idleMost      = 10. // percent of one processor
	backWithin    = time.Minute
	soundLostMost = .1                     // percent
	soundGapMost  = 200 * time.Millisecond // between two packets that should be 20 ms apart
	openingWithin = 3 * time.Minute
	settleTime    = 5 * time.Second // until what the openings left to do is done
	socketsSpare  = 400             // descriptors of a node besides its sockets
)

// Sockets measures idle booths on one node: what they cost, and how soon all are back after the node was killed, while a
// consultation goes on at another node of the same area.
type Sockets struct {
	Booths  int
	Idle    time.Duration // how long the processor is watched
	Folder  string        // has cert.pem, key.pem and keys; a catalogue is written into it
	Trust   *tls.Config
	Tokens  func(seat, role, office, booth, desk, pool string) (string, error)
	Out     io.Writer
	Log     io.Writer
	Figures bool // print whether limits were kept, and do not fail for them
}

// measured is what Sockets found.
type measured struct {
	empty, idle, after int64   // resident bytes: without sockets, with all of them, and when all are back
	peak               int64   // the most of the node that was killed and of its successor
	base, share        float64 // of one processor, in percent: without sockets, and with all of them
	gauges             Gauges
	opened, back       time.Duration
	crowd              CrowdState
	sound              Report
	gap                time.Duration
}

// Run measures, prints, and fails where a limit is not kept.
func (s Sockets) Run(ctx context.Context) (err error) {
	if err := s.check(); err != nil {
		return err
	}
	if err := writeCountry(filepath.Join(s.Folder, "directory"), s.Booths+1); err != nil {
		return err
	}
	store, err := servers.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Stop()) }()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	area := country{program: program, folder: s.Folder, redis: "redis://" + store.Addr(), logTo: s.Log}
	beside, err := area.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, beside.stop()) }()
	node, err := area.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, node.stop()) }()
	talk, w, err := s.consultation(ctx, beside)
	if talk != nil {
		defer talk.close()
	}
	if err != nil {
		return err
	}
	m, err := s.measure(ctx, node)
	if err != nil {
		return err
	}
	w.close()
	if err := pause(ctx, graceTime); err != nil {
		return err
	}
	for _, p := range talk.who {
		p.hush()
		in := p.recv[sound]
		in.mu.Lock()
		m.gap = max(m.gap, in.gap)
		in.mu.Unlock()
	}
	m.sound.count([]*room{talk})
	return s.judge(m)
}

// SocketsHere is how many booths can be measured on this machine, all of them at most.
func SocketsHere() (int, error) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, fmt.Errorf("read nofile: %w", err)
	}
	if limit.Max >= socketsFull+socketsSpare {
		return socketsFull, nil
	}
	return int(limit.Max) - socketsSpare, nil // less than one is refused
}

// check wants as many descriptors as there are sockets, for one node and for one driver.
func (s Sockets) check() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read nofile: %w", err)
	}
	if need := uint64(s.Booths + socketsSpare); limit.Max < need {
		return fmt.Errorf("sockets: a process may have %d files open here, %d booths need %d: raise nofile (ulimit -Hn %d) or ask for at most %d",
			limit.Max, s.Booths, need, need, limit.Max-socketsSpare)
	}
	return nil
}

func (s Sockets) http() (*http.Client, *http.Transport) {
	t := &http.Transport{TLSClientConfig: s.Trust.Clone()}
	return &http.Client{Transport: t}, t
}

// consultation opens one at a node and lets its sound and pictures count from now on.
func (s Sockets) consultation(ctx context.Context, at *countryNode) (*room, *window, error) {
	client, transport := s.http()
	defer transport.CloseIdleConnections()
	last := s.Booths
	visit := Visit{Office: countryOffice(last), Booth: countryBooth(last), Service: countryService, Pool: countryPool, Desk: countryDesk}
	way := &consultations{
		server: at.url(), http: client, visits: []Visit{visit}, trust: s.Trust,
		tokens: func(seat string) (string, error) {
			kind, _, _ := strings.Cut(seat, ":")
			switch kind {
			case "booth":
				return s.Tokens(seat, kind, visit.Office, visit.Booth, "", "")
			case "desk":
				return s.Tokens(seat, "counselor", "", "", visit.Desk, visit.Pool)
			default:
				return s.Tokens(seat, "staff", visit.Office, "", "", "")
			}
		},
	}
	var w window
	talk := newRoom("beside", 0, Load{Rooms: 1, VideoBits: 600_000, AudioBits: 40_000, PacketBytes: 1104}, &w)
	if err := (subject{name: "consultation", way: way}).openRoom(ctx, talk, 0); err != nil {
		return talk, nil, err
	}
	if err := pause(ctx, time.Second); err != nil {
		return talk, nil, err
	}
	w.open()
	return talk, &w, nil
}

// measure goes through it: all come, all stay, the node dies, all are back.
func (s Sockets) measure(ctx context.Context, node *countryNode) (m measured, err error) {
	m.empty = node.pid().rss()
	if m.base, err = node.pid().shareOver(ctx, s.Idle/3); err != nil {
		return m, err
	}
	crowd, err := s.gather(ctx, node)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, crowd.stop()) }()
	from := now()
	if m.crowd, err = crowd.until(ctx, openingWithin, func(c CrowdState) bool { return c.Open == int64(s.Booths) }); err != nil {
		return m, fmt.Errorf("all come: %w", err)
	}
	m.opened = now() - from
	fmt.Fprintf(s.Out, "%d booths stand after %.1f s; opening one took %s\n", s.Booths, m.opened.Seconds(), latency(m.crowd.Opening))
	if err := pause(ctx, settleTime); err != nil {
		return m, err
	}
	if m.share, err = node.pid().shareOver(ctx, s.Idle); err != nil {
		return m, err
	}
	client, transport := s.http()
	m.gauges, err = (meter{node.url(), client}).read(ctx)
	transport.CloseIdleConnections()
	if err != nil {
		return m, err
	}
	m.idle = node.pid().rss()
	m.peak = node.pid().peak()
	fmt.Fprintf(s.Out, "idle for %.0f s: %.1f %% of a processor (%.1f %% before any came), %.0f MB resident (%.0f MB before any came), %.0f goroutines, %.0f MB live heap\n",
		s.Idle.Seconds(), m.share, m.base, float64(m.idle)/1e6, float64(m.empty)/1e6, m.gauges.Goroutines, m.gauges.LiveHeap/1e6)
	return m, s.killed(ctx, node, crowd, &m)
}

// killed kills the node, starts it again and waits until everybody is back.
func (s Sockets) killed(ctx context.Context, node *countryNode, crowd *gathered, m *measured) error {
	if err := node.kill(); err != nil {
		return err
	}
	from := now()
	if err := node.start(ctx); err != nil {
		return err
	}
	ready := now() - from
	lost := m.crowd.Lost + int64(s.Booths)
	var err error
	m.crowd, err = crowd.until(ctx, openingWithin, func(c CrowdState) bool { return c.Lost >= lost && c.Open == int64(s.Booths) })
	if err != nil {
		return fmt.Errorf("all come back: %w", err)
	}
	m.back = now() - from
	m.after, m.peak = node.pid().rss(), max(m.peak, node.pid().peak())
	fmt.Fprintf(s.Out, "killed and started again: ready after %.1f s, all back after %.1f s (each %s; %d tries, %d failed), %.0f MB resident\n",
		ready.Seconds(), m.back.Seconds(), latency(m.crowd.Back), m.crowd.Tries, m.crowd.Failed, float64(m.after)/1e6)
	return nil
}

// shareOver is how much of one processor a process uses over some time, in percent.
func (p process) shareOver(ctx context.Context, d time.Duration) (float64, error) {
	before, err := p.sample()
	if err != nil {
		return 0, err
	}
	if err := pause(ctx, d); err != nil {
		return 0, err
	}
	after, err := p.sample()
	return 100 * (after.server - before.server) / (after.at - before.at).Seconds(), err
}

func latency(l Latency) string {
	return fmt.Sprintf("p50 %.0f, p99 %.0f, at most %.0f ms", l.P50, l.P99, l.Max)
}

// judge prints what counts and says which limits were not kept. With fewer booths memory and processor are projected to all.
func (s Sockets) judge(m measured) (err error) {
	factor := float64(socketsFull) / float64(s.Booths)
	memory := max(float64(m.idle), float64(m.after))
	all := float64(m.empty) + (memory-float64(m.empty))*factor
	limit := func(what string, is, most float64, unit string) {
		verdict := "kept"
		if is > most {
			verdict = "NOT KEPT"
			err = errors.Join(err, fmt.Errorf("%s: %.1f %s, at most %.1f", what, is, unit, most))
		}
		fmt.Fprintf(s.Out, "  %-34s %10.1f %-4s of at most %8.1f  %s\n", what, is, unit, most, verdict)
	}
	fmt.Fprintf(s.Out, "%d sockets, %.1f KB each (peak of the process %.0f MB)\n", s.Booths, (memory-float64(m.empty))/float64(s.Booths)/1e3, float64(m.peak)/1e6)
	if s.Booths != socketsFull {
		fmt.Fprintf(s.Out, "projected from %d to %d sockets:\n", s.Booths, socketsFull)
	}
	limit("memory", all/1e6, memoryMost/1e6, "MB")
	limit("processor while idle", m.base+max(m.share-m.base, 0)*factor, idleMost, "%")
	limit("all back after (not projected)", m.back.Seconds(), backWithin.Seconds(), "s")
	fmt.Fprintf(s.Out, "a consultation at another node meanwhile, %d packets of sound and %d of pictures sent:\n", m.sound.Sound.Sent, m.sound.Picture.Sent)
	limit("sound lost", m.sound.Sound.LossPct, soundLostMost, "%")
	limit("longest gap in sound", float64(m.gap)/float64(time.Millisecond), float64(soundGapMost)/float64(time.Millisecond), "ms")
	if s.Figures {
		return nil
	}
	return err
}

// gathered is a crowd in a process of its own.
type gathered struct {
	child  *exec.Cmd
	output sync.WaitGroup

	mu    sync.Mutex
	state CrowdState
	news  chan struct{} // holds one token after the state has changed
}

// gather starts the crowd.
func (s Sockets) gather(ctx context.Context, node *countryNode) (*gathered, error) {
	g := &gathered{news: make(chan struct{}, 1)}
	g.child = exec.CommandContext(ctx, node.program, "loadtest", "crowd", "--server", node.url(), "--folder", s.Folder, "--booths", strconv.Itoa(s.Booths))
	g.child.Stderr = s.Log
	out, err := g.child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := g.child.Start(); err != nil {
		return nil, fmt.Errorf("start the crowd: %w", err)
	}
	g.output.Go(func() { // ends with the child's output
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var now CrowdState
			if json.Unmarshal(lines.Bytes(), &now) != nil {
				continue
			}
			g.mu.Lock()
			g.state = now
			g.mu.Unlock()
			select {
			case g.news <- struct{}{}:
			default:
			}
		}
	})
	return g, nil
}

// until waits for a state of the crowd.
func (g *gathered) until(ctx context.Context, within time.Duration, ok func(CrowdState) bool) (CrowdState, error) {
	late := time.NewTimer(within)
	defer late.Stop()
	for {
		g.mu.Lock()
		now := g.state
		g.mu.Unlock()
		if ok(now) {
			return now, nil
		}
		select {
		case <-g.news:
		case <-late.C:
			return now, fmt.Errorf("not within %s: %d stand, %d tries, %d failed: %s", within, now.Open, now.Tries, now.Failed, now.Problem)
		case <-ctx.Done():
			return now, context.Cause(ctx)
		}
	}
}

func (g *gathered) stop() error {
	_ = g.child.Process.Signal(syscall.SIGTERM) // it may have ended
	late := time.AfterFunc(2*ownStops, func() { _ = g.child.Process.Kill() })
	defer late.Stop()
	g.output.Wait()
	return g.child.Wait()
}

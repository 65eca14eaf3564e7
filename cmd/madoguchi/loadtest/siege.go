package loadtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"madoguchi/cmd/madoguchi/loadtest/attack"
	"madoguchi/signaling/protocol"
)

// What the two may notice, and what an attack may take.
const (
	abuseGapMost     = 200 * time.Millisecond // between two packets of sound that should be 20 ms apart
	abuseLostMost    = 1.                     // percent of the sound
	abuseControlMost = 2 * time.Second        // for an answer over a socket that stands: muting, calling staff, leaving
	abuseMemoryMost  = 192 << 20              // bytes that an attack may add to what is resident
	abuseBackWithin  = time.Minute            // goroutines and descriptors
	abuseAttackEnds  = 20 * time.Second       // after its time
)

// endured is what was noticed during an attack, or the calm.
type endured struct {
	name     string
	gap      time.Duration // longest, of either one's sound
	sound    float64       // percent lost
	pictures float64
	frames   float64       // a second, of both
	control  Latency       // answers over the sockets, milliseconds
	api      Latency       // answers over HTTP
	broken   uint64        // of both, questions that were never answered
	cpu      float64       // of one processor, percent
	machine  float64       // everybody's, of one processor
	late     time.Duration // by how much the one who watches was held up at most
	rss      [2]int64
	most     Gauges // goroutines and descriptors at most
	back     time.Duration
	tally    attack.Tally
}

// measure lets something happen and looks what the two notice meanwhile.
func (s *siege) measure(ctx context.Context, name string, happens func(context.Context) (attack.Tally, error)) (e endured, err error) {
	e.name = name
	e.rss[0] = s.node.pid().rss()
	before, err := s.node.pid().sample()
	if err != nil {
		return e, err
	}
	var sent [2]uint64
	for _, p := range s.talk.who {
		for m := range sent {
			sent[m] -= p.send.sent[m].Load()
			p.recv[m].restart()
		}
	}
	s.probe.restart()
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { s.watch(watching, &e) }) // ends with the attack
	s.window.again()
	e.tally, err = happens(ctx)
	s.window.close()
	stop()
	watch.Wait()
	if err != nil {
		return e, err
	}
	after, err := s.node.pid().sample()
	if err != nil {
		return e, err
	}
	seconds := (after.at - before.at).Seconds()
	e.cpu = 100 * (after.server - before.server) / seconds
	e.machine = 100 * (after.machine.busy - before.machine.busy) / seconds
	if err := pause(ctx, graceTime); err != nil {
		return e, err
	}
	s.probe.figures(&e)
	for _, p := range s.talk.who {
		for m := range sent {
			sent[m] += p.send.sent[m].Load()
		}
	}
	s.noticed(&e, sent, seconds)
	return e, nil
}

// noticed adds up what arrived.
func (s *siege) noticed(e *endured, sent [2]uint64, seconds float64) {
	var got [2]uint64
	to := time.Duration(s.window.to.Load())
	for _, p := range s.talk.who {
		for m, in := range p.recv {
			in.mu.Lock()
			got[m] += in.got
			if medium(m) == sound {
				e.gap = max(e.gap, in.gap, to-in.last)
			} else {
				e.frames += float64(in.frames) / seconds
			}
			in.mu.Unlock()
		}
	}
	e.sound, e.pictures = lost(sent[sound], got[sound]), lost(sent[picture], got[picture])
}

// watch looks at the node's memory often, and asks it now and then what else it has.
func (s *siege) watch(ctx context.Context, e *endured) {
	for n := 0; ; n++ {
		e.rss[1] = max(e.rss[1], s.node.pid().rss())
		if n%10 == 0 {
			if g, err := s.meter().read(ctx); err == nil {
				e.most.Goroutines, e.most.Descriptors = max(e.most.Goroutines, g.Goroutines), max(e.most.Descriptors, g.Descriptors)
				e.most.LiveHeap = max(e.most.LiveHeap, g.LiveHeap)
			}
		}
		if pause(ctx, 100*time.Millisecond) != nil {
			return
		}
	}
}

// attack starts an attacker with the lowest priority, in a process of its own, and waits for what it tells.
func (s *siege) attack(ctx context.Context, k attack.Kind) (attack.Tally, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Each+abuseAttackEnds)
	defer cancel()
	child := exec.CommandContext(ctx, s.node.program, "loadtest", "attack", "--target", s.targetFile(), "--kind", k.Name, "--duration", s.Each.String())
	var out bytes.Buffer
	child.Stdout, child.Stderr = &out, s.Log
	if err := child.Run(); err != nil {
		return nil, fmt.Errorf("the attacker: %w", err)
	}
	var tally attack.Tally
	return tally, json.Unmarshal(out.Bytes(), &tally)
}

// Attack is the attacker's own process: it attacks for some time and writes what came of it.
func Attack(ctx context.Context, file, kind string, d time.Duration, to io.Writer) error {
	if err := lowestPriority(); err != nil {
		return err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var target attack.Target
	if err := json.Unmarshal(b, &target); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	kinds, err := attack.Select([]string{kind})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	tally, err := kinds[0].Run(ctx, target)
	if err != nil {
		return err
	}
	return json.NewEncoder(to).Encode(tally)
}

// settle waits until what an attack took is given back, and says how long that was.
func (s *siege) settle(ctx context.Context, before Gauges) (time.Duration, error) {
	from := now()
	for {
		s.http.CloseIdleConnections()
		g, err := s.meter().read(ctx)
		if err != nil {
			return 0, err
		}
		if given(before, g) == nil || now()-from > abuseBackWithin {
			return now() - from, nil
		}
		if err := pause(ctx, 10*restEvery); err != nil {
			return 0, err
		}
	}
}

// given is an error for what is not given back at once after an attack. What waits for a collection is looked at in the end.
func given(before, after Gauges) (err error) {
	for _, l := range leftOvers {
		if strings.Contains(l.name, "bytes") {
			continue
		}
		if was, is := l.of(before, inService), l.of(after, inService); is > l.factor*was+l.more+few {
			err = errors.Join(err, fmt.Errorf("%s: %.0f before, %.0f after", l.name, was, is))
		}
	}
	return err
}

// heapOfLimits is what may stay in the heap: who came too fast, for a while, and what buffers have grown to.
const heapOfLimits = 8 << 20

// left prints and judges what is left in the end.
func (s *siege) left(before, after Gauges) error {
	err := given(before, after)
	verdict := "back"
	if after.LiveHeap > before.LiveHeap+heapOfLimits {
		verdict = "NOT BACK"
		err = errors.Join(err, fmt.Errorf("live heap: %.0f before, %.0f after", before.LiveHeap, after.LiveHeap))
	}
	for _, l := range leftOvers {
		fmt.Fprintf(s.Out, "  %-18s %12.0f before %12.0f after\n", l.name, l.of(before, inService), l.of(after, inService))
	}
	fmt.Fprintf(s.Out, "  %s\n", verdict)
	return err
}

// heading explains the columns.
func (e endured) heading(to io.Writer) {
	fmt.Fprintf(to, "%-18s %7s %5s %7s %7s %7s %17s %15s %6s %7s %17s %8s %8s %6s  %s\n", "", "gap", "late", "sound", "picture", "frames", "control ms", "api ms",
		"server", "machine", "MB before, most", "gorout.", "descr.", "back", "what the attackers did and got")
	fmt.Fprintf(to, "%-18s %7s %5s %7s %7s %7s %17s %15s %6s %7s %17s %8s %8s %6s\n", "", "ms", "ms", "lost %", "lost %", "a s", "p50   p99   most", "p50   most", "% cpu", "% cpu", "resident", "most", "most", "s")
}

// print writes a line.
func (e endured) print(to io.Writer, each time.Duration) {
	var did []string
	for _, what := range slices.Sorted(maps.Keys(e.tally)) {
		did = append(did, fmt.Sprintf("%s: %d", what, e.tally[what]))
	}
	for _, g := range attack.Guesses {
		if g.Name == e.name {
			judged, days := e.guesses(g, each)
			did = append(did, fmt.Sprintf("%d guesses looked at, one found within %.2g years", judged, days/365))
		}
	}
	fmt.Fprintf(to, "%-18s %7.0f %5.0f %7.2f %7.2f %7.1f %5.0f %5.0f %5.0f %7.0f %7.0f %6.0f %7.0f %8.1f %8.1f %8.0f %8.0f %6.1f  %s\n",
		e.name, ms(e.gap), ms(e.late), e.sound, e.pictures, e.frames, e.control.P50, e.control.P99, e.control.Max, e.api.P50, e.api.Max,
		e.cpu, e.machine, float64(e.rss[0])/1e6, float64(e.rss[1])/1e6, e.most.Goroutines, e.most.Descriptors, e.back.Seconds(), strings.Join(did, ", "))
}

// judge names the limits that were not kept.
func (e endured) judge(each time.Duration) (err error) {
	limit := func(what string, is, most float64, unit string) {
		if is > most {
			err = errors.Join(err, fmt.Errorf("%s: %s: %.1f %s, at most %.1f", e.name, what, is, unit, most))
		}
	}
	limit("longest gap of sound", ms(e.gap), ms(abuseGapMost), "ms")
	limit("sound lost", e.sound, abuseLostMost, "%")
	limit("an answer over a socket", e.control.Max, ms(abuseControlMost), "ms")
	limit("questions never answered", float64(e.broken), 0, "")
	limit("memory added", float64(e.rss[1]-e.rss[0])/1e6, abuseMemoryMost/1e6, "MB")
	limit("back", e.back.Seconds(), abuseBackWithin.Seconds(), "s")
	for _, g := range attack.Guesses {
		if g.Name == e.name {
			err = errors.Join(err, e.guessed(g, each))
		}
	}
	return err
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// guessed is an error where a guess succeeds too soon.
func (e endured) guessed(g attack.Guess, each time.Duration) error {
	if judged, days := e.guesses(g, each); days < g.Least {
		return fmt.Errorf("%s: %d guesses were looked at: one is found within %.1f days, at least %.0f are wanted", g.Name, judged, days, g.Least)
	}
	return nil
}

// guesses is how many were looked at, and how many days it takes at that rate until one is found.
func (e endured) guesses(g attack.Guess, each time.Duration) (judged uint64, days float64) {
	for _, status := range g.Judged {
		judged += e.tally[status]
	}
	return judged, g.Days(judged, each)
}

// probe asks for something over both sockets and over HTTP all the time, and notes how long answers take.
type probe struct {
	talk   *room
	http   *http.Client
	server string
	token  string // of a seat
	stop   context.CancelFunc
	asking sync.WaitGroup

	mu           sync.Mutex
	control, api histogram
	broken       uint64
	late         time.Duration
}

const (
	probeEvery  = 250 * time.Millisecond
	probeWithin = 10 * time.Second
)

func newProbe(talk *room, c *http.Client, server, token string) *probe {
	ctx, cancel := context.WithCancel(context.Background())
	p := &probe{talk: talk, http: c, server: server, token: token, stop: cancel}
	for _, who := range talk.who {
		p.asking.Go(func() { // these end with end
			p.ask(ctx, &p.control, func(ctx context.Context) error {
				_, err := who.socket.ask(ctx, protocol.TypeMute, map[string]any{"audio": false, "video": false})
				return err
			})
		})
	}
	p.asking.Go(func() { p.tick(ctx) })
	way := &consultations{server: server, http: c}
	p.asking.Go(func() {
		p.ask(ctx, &p.api, func(ctx context.Context) error {
			_, err := way.callOnce(ctx, "", http.MethodGet, "/v1/me", token, nil, nil)
			return err
		})
	})
	return p
}

// ask asks until ctx ends.
func (p *probe) ask(ctx context.Context, to *histogram, question func(context.Context) error) {
	for pause(ctx, probeEvery) == nil {
		from := now()
		within, cancel := context.WithTimeout(ctx, probeWithin)
		err := question(within)
		cancel()
		if ctx.Err() != nil {
			return
		}
		p.mu.Lock()
		to.add(now() - from)
		if err != nil {
			p.broken++
		}
		p.mu.Unlock()
	}
}

func (p *probe) restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.control, p.api, p.broken, p.late = histogram{}, histogram{}, 0, 0
}

func (p *probe) figures(e *endured) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e.control, e.api, e.broken, e.late = p.control.latency(), p.api.latency(), p.broken, p.late
}

// tick finds out how late whoever watches is itself: gaps of that length are its own.
func (p *probe) tick(ctx context.Context) {
	for from := now(); pause(ctx, soundEvery) == nil; from = now() {
		p.mu.Lock()
		p.late = max(p.late, now()-from-soundEvery)
		p.mu.Unlock()
	}
}

func (p *probe) end() {
	p.stop()
	p.asking.Wait()
}

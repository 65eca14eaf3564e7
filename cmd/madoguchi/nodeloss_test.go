package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// What people may notice, and when a loss has to be noticed.
const (
	detectWithin = 5 * time.Second
	resumeWithin = 2 * time.Second
	soundWithin  = 200 * time.Millisecond
	frozenWithin = 2 * time.Second // pictures, whatever happens to a media node
)

// harm is a way in which a server goes away.
type harm struct {
	name string
	do   func(*server) (undo func()) // undo brings what did not end back
	ends bool                        // the process has ended afterwards, or is about to
}

// ofPort says whether the node itself is well: then it takes longer to be sure, and pictures stand still for longer.
func (h harm) ofPort() bool {
	return h.name == cutOff.name || h.name == deafOff.name || h.name == dumbOff.name
}

var (
	killed = harm{"killed by -9", func(s *server) func() { s.signal(syscall.SIGKILL); return func() {} }, true}
	frozen = harm{"frozen by SIGSTOP", func(s *server) func() {
		s.signal(syscall.SIGSTOP)
		return func() { s.signal(syscall.SIGCONT) }
	}, false}
	muted = harm{"its packets dropped", func(s *server) func() { return s.silence() }, false}
	// The node itself is well, and goes on talking with Redis and the brokers.
	cutOff  = harm{"whose media port is cut off", func(s *server) func() { return s.cutPort(true, true) }, false}
	deafOff = harm{"whose media port nothing reaches", func(s *server) func() { return s.cutPort(true, false) }, false}
	dumbOff = harm{"whose media port nothing leaves", func(s *server) func() { return s.cutPort(false, true) }, false}
	asked   = harm{"ended by SIGTERM", func(s *server) func() { s.signal(syscall.SIGTERM); return func() {} }, true}
)

// nodeTries is how often every loss is tried: MADOGUCHI_SOAK_NODES, and in the usual tests a selection once.
func nodeTries(t *testing.T) (tries int, full bool) {
	t.Helper()
	text := os.Getenv("MADOGUCHI_SOAK_NODES")
	if text == "" {
		return 1, false
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("MADOGUCHI_SOAK_NODES=%q: give the number of tries", text)
	}
	return n, true
}

// figures are the times of one kind of loss.
type figures struct {
	list   map[string][]time.Duration
	missed int // limits that were not kept
}

// within holds a time against its limit.
func (f *figures) within(t *testing.T, what string, is, most time.Duration) {
	t.Helper()
	if is > most {
		f.missed++
		t.Errorf("%s: %s, at most %s", what, is.Round(time.Millisecond), most)
	}
}

func (f *figures) add(what string, d time.Duration) {
	if f.list == nil {
		f.list = map[string][]time.Duration{}
	}
	f.list[what] = append(f.list[what], d)
}

func (f *figures) String() string {
	var text strings.Builder
	for _, what := range []string{"noticed", "again after that", "sound away", "pictures away"} {
		if times := slices.Sorted(slices.Values(f.list[what])); len(times) > 0 {
			fmt.Fprintf(&text, "; %s: median %d ms, worst %d ms", what, times[len(times)/2].Milliseconds(), times[len(times)-1].Milliseconds())
		}
	}
	verdict := "; limits kept"
	if f.missed > 0 {
		verdict = fmt.Sprintf("; limits NOT KEPT %d times", f.missed)
	}
	return strings.TrimPrefix(text.String()+verdict, "; ")
}

func TestAConsultationOutlivesItsServers(t *testing.T) {
	tries, full := nodeTries(t)
	r := newRegion(t)
	r.mediaNodes(2, r.brokers()...)
	r.meet()
	nodeHarms, brokerHarms := []harm{asked, frozen, cutOff}, []harm{killed, frozen, asked}
	if full {
		nodeHarms, brokerHarms = []harm{asked, killed, frozen, muted, cutOff, deafOff, dumbOff}, []harm{killed, frozen, muted, asked}
	}
	for _, h := range nodeHarms {
		var f figures
		for range tries {
			r.loseNode(h, &f)
		}
		t.Logf("measured: media node %s, %d tries: %s", h.name, tries, &f)
	}
	for _, h := range brokerHarms {
		var f figures
		for range tries {
			r.loseBroker(h, &f)
		}
		t.Logf("measured: signaling node %s, %d tries: %s", h.name, tries, &f)
	}
}

// loseNode takes the media node of the session away, and measures what the two people notice.
func (r *region) loseNode(h harm, f *figures) {
	r.t.Helper()
	node, _ := r.nodeOf(r.session)
	r.booth.mark()
	r.desk.mark()
	at := time.Now()
	undo := h.do(node)
	for _, p := range []*person{r.booth, r.desk} {
		becomes(r.t, p.seat+" has sound and pictures over a new connection", func() bool {
			m := p.measure()
			return !m.toldAt.IsZero() && !m.newSound.IsZero() && !m.newPictures.IsZero()
		})
	}
	for _, p := range []*person{r.booth, r.desk} {
		becomes(r.t, p.seat+" has let go of the old connection", p.settled)
		m := p.measure()
		noticed, again := m.toldAt.Sub(at), m.newPictures.Sub(m.toldAt)
		f.add("noticed", noticed)
		f.add("again after that", again)
		f.add("sound away", m.sound)
		f.add("pictures away", m.pictures)
		what := p.seat + ": a media node " + h.name + ": "
		f.within(r.t, what+"noticed", noticed, detectWithin)
		f.within(r.t, what+"pictures after that", again, resumeWithin)
		if !h.ofPort() {
			f.within(r.t, what+"no pictures", m.pictures, frozenWithin)
		}
		if h.name == asked.name {
			f.within(r.t, what+"no sound", m.sound, soundWithin)
		}
	}
	undo()
	r.recover(node, h)
	r.mediaNodes(2, r.brokers()...)
	becomes(r.t, "the node that comes back has let go of the room", func() bool { return r.peersAt(node) == 0 })
	r.flows()
}

// loseBroker takes the signaling node of the booth away, and measures what both people notice.
func (r *region) loseBroker(h harm, f *figures) {
	r.t.Helper()
	r.booth.mu.Lock()
	with := r.booth.conn.RemoteAddr().String()
	r.booth.mu.Unlock()
	i := slices.IndexFunc(r.brokers(), func(s *server) bool { return s.listen == with })
	if i < 0 {
		r.t.Fatalf("nobody listens on %s", with)
	}
	broker := r.brokers()[i]
	r.booth.mark()
	r.desk.mark()
	at := time.Now()
	undo := h.do(broker)
	becomes(r.t, "the booth is back in its session", func() bool { return !r.booth.measure().stoodAt.IsZero() })
	if h.name == asked.name {
		if code := broker.wait(); code != 0 {
			r.t.Errorf("a broker that was asked to end ended with code %d", code)
		}
	}
	r.flows()
	m := r.booth.measure()
	f.add("noticed", m.lostAt.Sub(at))
	f.add("again after that", m.stoodAt.Sub(m.lostAt))
	what := "a signaling node " + h.name + ": "
	f.within(r.t, what+"noticed", m.lostAt.Sub(at), detectWithin)
	f.within(r.t, what+"the socket back after that", m.stoodAt.Sub(m.lostAt), resumeWithin)
	for _, p := range []*person{r.booth, r.desk} {
		m := p.measure()
		f.add("sound away", m.sound)
		f.add("pictures away", m.pictures)
		f.within(r.t, p.seat+": "+what+"no sound", m.sound, soundWithin)
		f.within(r.t, p.seat+": "+what+"no pictures", m.pictures, soundWithin)
		if !m.toldAt.IsZero() {
			r.t.Errorf("%s: a signaling node %s: media were moved", p.seat, h.name)
		}
	}
	undo()
	r.recover(broker, h)
	r.mediaNodes(2, broker)
}

// recover has a server back that has ended, or that had to be woken.
func (r *region) recover(s *server, h harm) {
	r.t.Helper()
	if h.ends {
		s.untilGone()
		s.start()
		s.awaitReady()
	}
	becomes(r.t, "the server is ready again", func() bool {
		response, err := r.http.Get(s.url() + "/readyz")
		if err != nil {
			return false
		}
		defer response.Body.Close()
		return response.StatusCode == 200
	})
}

// untilGone waits for the end of the process, whatever its code.
func (s *server) untilGone() {
	s.in.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(startLimit):
		s.in.t.Fatal("does not end")
	}
}

package wire

import (
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/stun/v4"
)

// What somebody can do who sees a peer's packets, or can send from its address, but has none of its keys.

func TestACheckRecordedAndSentFromElsewhereMovesNothing(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, _ := call(t, e)
	recorded := aCheck(t, stun.BindingRequest, stun.NewUsername(f.ours.Ufrag+":"+f.ufrag), ice.PriorityAttr(100), ice.UseCandidate(),
		ice.AttrControlling(1), stun.NewShortTermIntegrity(f.ours.Password), stun.Fingerprint)
	f.write(recorded.Raw)
	if r := <-f.replies; r.TransactionID != recorded.TransactionID {
		t.Fatal("the check itself was not answered")
	}
	thief := newFar(t, e)
	thief.write(recorded.Raw)
	thief.t, thief.ours, thief.ufrag = t, f.ours, f.ufrag
	f.nominate() // lets the node catch up
	select {
	case <-thief.replies:
		t.Error("the copy was answered")
	default:
	}
	send(t, c, 1, "still for the peer")
	if p := f.opened(); string(p.Payload) != "still for the peer" {
		t.Fatalf("got %q", p.Payload)
	}
	f.write(recorded.Raw) // a repetition from where it came first is answered as ever
	for deadline := time.After(patience); ; {
		select {
		case r := <-f.replies:
			if r.TransactionID == recorded.TransactionID {
				return
			}
		case <-deadline:
			t.Fatal("a repeated check was not answered")
		}
	}
}

func TestForgedRecordsDoNotEndASession(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	for name, record := range map[string][]byte{
		"a closing alert in the open": {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 2, 1, 0},
		"a fatal alert in the open":   {21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 98, 0, 2, 2, 40},
		"an alert sealed with nothing": {21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 97, 0, 26, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
			17, 18, 19, 20, 21, 22, 23, 24, 25, 26},
		"a handshake of nonsense":       {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 96, 0, 4, 1, 2, 3, 4},
		"a hello of nonsense":           {22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 95, 0, 14, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 9, 9},
		"data in the open":              {23, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 94, 0, 2, 1, 0},
		"a change of cipher in between": {20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 93, 0, 1, 1},
		"half a record":                 {22, 0xfe, 0xfd, 0, 0},
	} {
		f.write(record)
		f.nominate() // lets the node catch up
		f.write(f.sealed(1, name))
		l.heard(t, name)
		send(t, c, 1+uint16(f.seq), name)
		if p := f.opened(); string(p.Payload) != name {
			t.Fatalf("after %s: got %q", name, p.Payload)
		}
	}
	select {
	case s := <-l.states:
		t.Errorf("state %d", s)
	default:
	}
}

func TestForgedStreamsAreNotRemembered(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	f.write(f.sealed(1, "first"))
	l.heard(t, "first")
	b := &Batch{}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	const forged = 50_000
	for i := range uint32(forged) {
		p := make([]byte, 60)
		p[0], p[1] = 0x80, 96
		if i%2 == 1 {
			p[0], p[1] = 0x81, 201
		}
		for _, at := range []int{4, 8} {
			p[at], p[at+1], p[at+2], p[at+3] = byte(i>>24), byte(i>>16), byte(i>>8), byte(i)
		}
		e.datagram(origin{group: e.udp[0], from: c.selected.Load().addr, known: c.selected.Load()}, p, b)
	}
	if after := heap(); after > before+1<<20 {
		t.Errorf("%d forged packets of as many streams left %d KiB", forged, (after-before)>>10)
	}
	if l.streams != 1 {
		t.Errorf("%d streams", l.streams)
	}
}

func TestSequenceNumbersWrapUnderTheSameKeys(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	f.seq = 65_500
	for i := range 100 {
		what := fmt.Sprint("up ", i)
		f.write(f.sealed(1, what))
		l.heard(t, what)
		send(t, c, 65_500+uint16(i), "down")
		if p := f.opened(); p.SequenceNumber != 65_500+uint16(i) {
			t.Fatalf("packet %d came as %d", 65_500+uint16(i), p.SequenceNumber)
		}
	}
}

func TestReportsSentAgainAreDropped(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	heard := make(chan struct{}, 16)
	c.to = &counting{listener: l, reports: heard}
	b := &Batch{}
	for range 3 {
		sealed := f.sealedReport(9)
		for range 3 {
			e.datagram(origin{group: e.udp[0], known: c.selected.Load()}, append([]byte(nil), sealed...), b)
		}
	}
	if len(heard) != 3 {
		t.Errorf("3 reports, each sent three times, came %d times", len(heard))
	}
}

// counting counts reports.
type counting struct {
	*listener
	reports chan struct{}
}

// RTCP implements Handler.
func (c *counting) RTCP([]byte, *Batch) { c.reports <- struct{}{} }

// orderly is a stream that notes what came, and that no two calls overlap.
type orderly struct {
	*listener
	t    *testing.T
	busy sync.Mutex
	came map[uint16]int
}

// Stream implements Handler.
func (o *orderly) Stream(uint32) Stream { return o }

// RTP implements Stream.
func (o *orderly) RTP(b []byte, _ *Batch) {
	if !o.busy.TryLock() {
		o.t.Error("two packets of one connection are handled at once")
		return
	}
	defer o.busy.Unlock()
	var h rtp.Header
	if _, err := h.Unmarshal(b); err != nil {
		o.t.Error(err)
	}
	o.came[h.SequenceNumber]++
}

func TestAPeersPacketsMayComeThroughAnyLoop(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	o := &orderly{listener: l, t: t, came: map[uint16]int{}}
	c.to = o
	const packets, loops = 400, 4
	var sealed [][]byte
	for range packets {
		sealed = append(sealed, f.sealed(5, "x"))
	}
	known := c.selected.Load()
	var wg sync.WaitGroup
	for loop := range loops {
		wg.Go(func() {
			b := &Batch{}
			for i := range packets {
				b.now = e.now()
				if i%loops == loop {
					e.datagram(origin{group: e.udp[0], from: known.addr, known: known}, sealed[i], b)
				}
				if i%16 == loop {
					if err := c.Outlet(0).WriteRTP(&rtp.Header{Version: 2, SSRC: uint32(100 + loop), SequenceNumber: uint16(i)}, []byte("y"), b); err != nil {
						t.Error(err)
					}
					m := aCheck(t, stun.BindingRequest, stun.NewUsername(f.ours.Ufrag+":"+f.ufrag), ice.PriorityAttr(100),
						stun.NewShortTermIntegrity(f.ours.Password), stun.Fingerprint)
					e.datagram(origin{group: e.udp[0], from: known.addr, known: known}, m.Raw, b)
				}
			}
			b.Flush()
		})
	}
	wg.Wait()
	lost := packets
	for seq, n := range o.came {
		lost--
		if n != 1 {
			t.Errorf("packet %d came %d times", seq, n)
		}
	}
	if lost > 0 { // all are within the replay window of one another
		t.Errorf("%d packets are lost", lost)
	}
}

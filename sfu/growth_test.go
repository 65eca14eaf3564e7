package sfu

import (
	"runtime"
	"testing"
)

// TestTheCapturedPacketsTimeAndAgainLeaveNothing feeds all captures, as RTP and as RTCP, to one peer for many rounds: what a
// round leaves behind is seen from the second on.
func TestTheCapturedPacketsTimeAndAgainLeaveNothing(t *testing.T) {
	core := newBench()
	core.node.limits.PacketsPerSec, core.node.limits.BytesPerSec = 1e9, 1e12 // none is to be dropped unread
	u, back := core.publisher(vp8Line(96, 97))
	d, w := core.subscriber(vp8Line(96, 97))
	p := u.peer
	p.budget = newBudget(p.node.limits)
	p.ups, p.downs = []*upTrack{u}, []*downTrack{d}
	p.declared = map[uint32]route{1234: {up: u}, 1235: {u, true}}
	p.ready.Store(true)
	d.attach(u, core.now)
	seeds := everySeed(t)
	round := func() {
		for i, b := range seeds {
			in := &inlet{peer: p, ssrc: uint32(i)}
			p.receiveRTP(in, append([]byte(nil), b...), nil)
			p.receiveRTCP(append([]byte(nil), b...), nil)
		}
		w.packets, w.back, back.back = nil, nil, nil
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for range 50 {
		round()
	}
	routines, before := runtime.NumGoroutine(), heap()
	for range 500 {
		round()
	}
	if after := heap(); after > before+256<<10 {
		t.Errorf("%d packets left %d KiB", 500*len(seeds), (after-before)>>10)
	}
	if n := runtime.NumGoroutine(); n > routines {
		t.Errorf("%d goroutines more", n-routines)
	}
}

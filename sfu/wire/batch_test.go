package wire

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func TestPacketsOfEqualSizeToOneDestinationBecomeOneSend(t *testing.T) {
	g := &udpGroup{}
	a, b := &path{group: g}, &path{group: g}
	type p = outgoing
	for _, row := range []struct {
		name string
		out  []outgoing
		want string // runs as destinations' packets by index
	}{
		{"nothing", nil, "[]"},
		{"one packet", []p{{a, 100}}, "[[0]]"},
		{"a frame whose last packet is shorter", []p{{a, 1100}, {a, 1100}, {a, 1100}, {a, 500}}, "[[0 1 2 3]]"},
		{"nothing follows a shorter packet", []p{{a, 1100}, {a, 500}, {a, 500}}, "[[0 1] [2]]"},
		{"a longer packet begins anew", []p{{a, 100}, {a, 1100}, {a, 1100}}, "[[0] [1 2]]"},
		{"two destinations in turn", []p{{a, 9}, {b, 9}, {a, 9}, {b, 9}}, "[[0 2] [1 3]]"},
		{"the order to one destination holds", []p{{a, 100}, {b, 1}, {a, 200}, {a, 100}}, "[[0] [1] [2 3]]"},
	} {
		order, runs := planRuns(row.out, g, true, nil, nil)
		got := [][]int32{}
		for _, r := range runs {
			got = append(got, order[r.from:r.to])
		}
		if fmt.Sprint(got) != row.want {
			t.Errorf("%s: %v, want %s", row.name, got, row.want)
		}
	}
}

func TestRunsHoldEveryPacketOnceAndInOrderAndTheKernelCanCutThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, far := &udpGroup{}, &udpGroup{}
		paths := []*path{{group: g}, {group: g}, {group: g}, {group: far}}
		var out []outgoing
		mine := 0
		for range rapid.IntRange(0, batchSlots).Draw(t, "packets") {
			o := outgoing{rapid.SampledFrom(paths).Draw(t, "to"), rapid.SampledFrom([]int{60, 120, 1100, 1200, slotSize}).Draw(t, "size")}
			out = append(out, o)
			if o.to.group == g {
				mine++
			}
		}
		grouped := rapid.Bool().Draw(t, "grouped")
		order, runs := planRuns(out, g, grouped, nil, nil)
		if sorted := slices.Compact(slices.Sorted(slices.Values(order))); len(sorted) != mine || len(order) != mine {
			t.Fatalf("%d packets planned as %v", mine, order)
		}
		last := map[*path]int32{}
		for _, r := range runs {
			bytes := 0
			for i, o := range order[r.from:r.to] {
				at := out[o]
				bytes += at.size
				switch before, any := last[at.to]; {
				case at.to != out[order[r.from]].to || at.to.group != g:
					t.Fatal("a run goes to two destinations")
				case any && before > o:
					t.Fatalf("packet %d overtakes %d", before, o)
				case r.from+i+1 < r.to && at.size != r.size || at.size > r.size:
					t.Fatalf("a packet of %d bytes in a run of %d", at.size, r.size)
				}
				last[at.to] = o
			}
			if n := r.to - r.from; n > runPackets || bytes > runBytes || !grouped && n > 1 {
				t.Fatalf("a run of %d packets and %d bytes", n, bytes)
			}
		}
	})
}

func TestFramesAreFoundHoweverTheyArrive(t *testing.T) {
	stream := []byte{0, 3, 'a', 'b', 'c', 0, 1, 'd', 1, 0}
	stream = append(append(stream, bytes.Repeat([]byte{7}, 256)...), 0, 0)
	for _, row := range []struct {
		name string
		r    *bufio.Reader
	}{
		{"all at once", bufio.NewReaderSize(bytes.NewReader(stream), 2*tcpReadSize)},
		{"byte by byte", bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(stream)), 2*tcpReadSize)},
		{"half by half", bufio.NewReaderSize(iotest.HalfReader(bytes.NewReader(stream)), 2*tcpReadSize)},
	} {
		for _, want := range []int{3, 1, 256} {
			p, err := nextFrame(row.r)
			if err != nil || len(p) != want {
				t.Fatalf("%s: %d bytes, %v; want %d", row.name, len(p), err, want)
			}
			if _, err := row.r.Discard(frameHead + len(p)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := nextFrame(row.r); err == nil {
			t.Errorf("%s: an empty frame was taken", row.name)
		}
	}
	if _, err := nextFrame(bufio.NewReaderSize(bytes.NewReader([]byte{0xff, 0xff, 1}), 2*tcpReadSize)); err != errFrame {
		t.Errorf("a frame longer than a packet: %v", err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte{0, 1, 'x', 0, 2, 'y', 'z'})
	f.Add([]byte{8, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bufio.NewReaderSize(iotest.HalfReader(bytes.NewReader(b)), 2*tcpReadSize)
		for at := 0; ; {
			_ = buffered(r)
			p, err := nextFrame(r)
			if err != nil {
				return
			}
			at += frameHead
			if !bytes.Equal(p, b[at:at+len(p)]) {
				t.Fatal("a frame holds other bytes than were sent")
			}
			at += len(p)
			if _, err := r.Discard(frameHead + len(p)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestASlowConnectionLosesPicturesFirstThenSoundAndStaysBounded(t *testing.T) {
	c := &tcpConn{ep: &Endpoint{}, wake: make(chan struct{}, 1)}
	lost := func(k class, n int) uint64 {
		before := c.ep.lost.Load()
		for range n {
			c.send(make([]byte, 1000), k)
		}
		return c.ep.lost.Load() - before
	}
	if n := lost(media+Ranks-1, 1000); n == 0 {
		t.Fatal("pictures without end were queued")
	}
	for rank := Ranks - 2; rank >= 0; rank-- {
		if n := lost(media+class(rank), 50); n != 0 {
			t.Fatalf("%d packets of rank %d were lost with those behind it", n, rank)
		}
		if n := lost(media+class(rank), 100); n == 0 {
			t.Fatalf("rank %d leaves no room for those before it", rank)
		}
	}
	if n := lost(control, 50); n != 0 {
		t.Fatalf("%d packets of control were lost with media", n)
	}
}

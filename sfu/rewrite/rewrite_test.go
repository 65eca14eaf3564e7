package rewrite

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestUnwrappingFollowsTheCountOverTheWrap(t *testing.T) {
	for _, row := range []struct {
		name string
		seqs []uint16
		want []int64 // relative to the first
	}{
		{"in order over the wrap", []uint16{65534, 65535, 0, 1}, []int64{0, 1, 2, 3}},
		{"late packet from before the wrap", []uint16{65535, 1, 0, 65534}, []int64{0, 2, 1, -1}},
		{"half the range ahead is newer", []uint16{0, 32768}, []int64{0, 32768}},
		{"more than half the range ahead is older", []uint16{40000, 10000}, []int64{0, -30000}},
		{"two wraps", []uint16{0, 30000, 60000, 20000, 50000, 10000}, []int64{0, 30000, 60000, 85536, 115536, 141072}},
	} {
		var u Unwrapper
		first := u.Unwrap(row.seqs[0])
		for i, seq := range row.seqs[1:] {
			if got := int64(u.Unwrap(seq)) - int64(first); got != row.want[i+1] {
				t.Errorf("%s: %d is %+d from the first, want %+d", row.name, seq, got, row.want[i+1])
			}
		}
	}
}

func TestUnwrappingAnythingNeverGoesBelowZeroNorLosesTheLowBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var u Unwrapper
		var highest uint64
		for i, seq := range rapid.SliceOf(rapid.Uint16()).Draw(t, "seqs") {
			full := u.Unwrap(seq)
			if uint16(full) != seq {
				t.Fatalf("%d unwrapped to %d", seq, full)
			}
			if i > 0 && full > highest+1<<15 {
				t.Fatalf("%d jumped from %d to %d", seq, highest, full)
			}
			highest = max(highest, full)
		}
	})
}

func TestSourcesInTurnLookLikeOneStream(t *testing.T) {
	s := NewSequence(65533 - 1<<15)
	var last uint64
	for turn, start := range []uint64{1 << 20, 70000, 65536, 1 << 40} {
		s.Start(start)
		for i := range uint64(5) {
			out, ok := s.Map(start + i)
			if !ok || (turn > 0 || i > 0) && out != last+1 {
				t.Fatalf("source %d packet %d: %d after %d", turn, i, out, last)
			}
			last = out
			if back, ok := s.Source(out); !ok || back != start+i {
				t.Fatalf("%d leads back to %d", out, back)
			}
		}
		if _, ok := s.Map(start - 1); ok {
			t.Fatal("a packet from before the start was given a number")
		}
	}
}

// Under AES-GCM this is the property everything rests on.
func TestNoNumberIsEverGivenToTwoPackets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type packet struct {
			epoch int
			ext   uint64
		}
		s := NewSequence(rapid.Uint16().Draw(t, "first"))
		given := map[uint64]packet{}
		epoch, at := 0, uint64(1<<16)
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				epoch++
				at = rapid.Uint64Range(1<<16, 1<<30).Draw(t, "start")
				s.Start(at)
			default:
				ext := at + rapid.Uint64Range(0, 40).Draw(t, "ahead")
				if rapid.Bool().Draw(t, "late") {
					ext = at - rapid.Uint64Range(0, 40).Draw(t, "behind")
				}
				out, ok := s.Map(ext)
				if !ok {
					continue
				}
				p := packet{epoch, ext}
				if old, used := given[out]; used && old != p {
					t.Fatalf("%d was given to %+v and then to %+v", out, old, p)
				}
				given[out] = p
				at = max(at, ext)
			}
		}
	})
}

func TestTimestampsContinueWithTheClockOverAChangeOfSource(t *testing.T) {
	var ts Timestamp
	ts.Start(4_000_000_000, 0, 90000)
	if got := ts.Map(4_000_000_000); got != 4_000_000_000 {
		t.Fatalf("the first source was shifted to %d", got)
	}
	ts.Sent(4_000_000_000, 0)
	ts.Start(17, 2*time.Second, 90000)
	if got, want := ts.Map(17), uint32(4_000_180_000%(1<<32)); got != want {
		t.Fatalf("after two seconds: %d, want %d", got, want)
	}
	ts.Sent(ts.Map(17), 2*time.Second)
	before := ts.Map(17)
	ts.Start(99, 2*time.Second, 90000)
	if got := ts.Map(99); got != before+1 {
		t.Fatalf("a source in the same moment starts at %d, want one tick after %d", got, before)
	}
}

func TestAnOlderPacketDoesNotTurnTheOutgoingClockBack(t *testing.T) {
	var ts Timestamp
	ts.Start(1000, 0, 90000)
	ts.Sent(1000, time.Second)
	ts.Sent(400, 2*time.Second)
	if last, _ := ts.Last(); last != 1000 {
		t.Fatalf("newest is %d", last)
	}
}

func TestPictureCountsContinueInEveryWidth(t *testing.T) {
	for _, bits := range []int{7, 8, 15, 16} {
		var c Counter
		m := uint16(1<<bits - 1)
		c.Start(m-1, bits)
		var last uint16
		for i := range uint16(4) { // over the wrap
			last = c.Map((m-1+i)&m, bits)
		}
		c.Map(m, bits) // a late packet
		c.Start(77, bits)
		if got, want := c.Map(77, bits), (last+1)&m; got != want {
			t.Errorf("%d bits: next source starts at %d, want %d", bits, got, want)
		}
		if got := (77 + c.Offset()) & m; got != (last+1)&m {
			t.Errorf("%d bits: the offset leads to %d", bits, got)
		}
	}
}

func BenchmarkMap(b *testing.B) {
	s := NewSequence(7)
	s.Start(1 << 16)
	var u Unwrapper
	var ts Timestamp
	ts.Start(0, 0, 90000)
	b.ReportAllocs()
	for i := range b.N {
		ext := u.Unwrap(uint16(i))
		out, _ := s.Map(ext)
		ts.Sent(ts.Map(uint32(i)), time.Duration(out))
	}
}

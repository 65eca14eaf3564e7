package sfu

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"testing"
	"time"

	"madoguchi/sfu/wire"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// sink takes packets as cheaply as possible.
type sink struct{}

func (sink) WriteRTP(*rtp.Header, []byte, *wire.Batch) error { return nil }
func (sink) WriteRTCP([]rtcp.Packet, *wire.Batch) error      { return nil }

// stage is a publisher with subscribers, whose packets end in a sink.
type stage struct {
	core *bench
	up   *upTrack
	down []*downTrack
	raw  []byte
	p    packet
	seq  int
}

func newStage(subscribers int) *stage {
	s := &stage{core: newBench(), raw: vp8Packet(96, 0, 0, true, 1, string(make([]byte, 1100)))}
	s.up, _ = s.core.publisher(vp8Line(96, 97))
	s.up.peer.back = sink{}
	for range subscribers {
		d, _ := s.core.subscriber(vp8Line(96, 97))
		d.out, d.peer.back = sink{}, sink{}
		d.attach(s.up, s.core.now)
		s.down = append(s.down, d)
	}
	return s
}

// next brings one packet to the publisher's track.
func (s *stage) next() {
	s.seq++
	s.raw[2], s.raw[3] = byte(s.seq>>8), byte(s.seq)
	if err := s.p.parse(s.raw); err != nil {
		panic(err) // it was marshalled by us
	}
	s.up.receive(&s.p, s.raw, false, s.core.now)
}

// BenchmarkPacket is what a packet costs between being opened and being sealed. The yardstick is opening and sealing itself.
func BenchmarkPacket(b *testing.B) {
	var yardstick float64
	run := func(name string, f func(b *testing.B)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			f(b)
			each := float64(b.Elapsed()) / float64(b.N)
			if name == "yardstick" {
				yardstick = each
			} else if yardstick > 0 {
				b.ReportMetric(each/yardstick, "×yardstick")
			}
		})
	}
	run("yardstick", func(b *testing.B) {
		block, err := aes.NewCipher(make([]byte, 16))
		if err != nil {
			b.Fatal(err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			b.Fatal(err)
		}
		nonce, head := make([]byte, 12), make([]byte, 12)
		sealed := aead.Seal(nil, nonce, make([]byte, 1100), head)
		plain, out := make([]byte, 0, 1200), make([]byte, 0, 1200)
		for b.Loop() {
			p, err := aead.Open(plain, nonce, sealed, head)
			if err != nil {
				b.Fatal(err)
			}
			aead.Seal(out, nonce, p, head)
		}
	})
	run("read", func(b *testing.B) {
		s := newStage(0)
		for b.Loop() {
			if err := s.p.parse(s.raw); err != nil {
				b.Fatal(err)
			}
		}
	})
	run("keep", func(b *testing.B) {
		r := newRing(256)
		raw := make([]byte, 1124)
		ext := uint64(0)
		for b.Loop() {
			ext++
			r.store(ext, raw)
		}
	})
	for _, n := range []int{1, 3, 10} {
		run(fmt.Sprintf("to %d subscribers", n), func(b *testing.B) {
			s := newStage(n)
			for b.Loop() {
				s.next()
			}
		})
	}
	run("sent again", func(b *testing.B) {
		s := newStage(1)
		for range 200 {
			s.next()
		}
		d := s.down[0]
		highest, _ := d.seq.Highest()
		now := s.core.now
		ask := []rtcp.NackPair{{PacketID: uint16(highest)}}
		for b.Loop() {
			now += time.Second
			d.place(highest).resent = 0
			d.resend(ask, now, nil)
		}
	})
}

func TestForwardingAllocatesNothing(t *testing.T) {
	s := newStage(3)
	for range 1000 { // the ring has its memory, the tracks have theirs
		s.next()
	}
	if n := testing.AllocsPerRun(1000, s.next); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
	d := s.down[0]
	highest, _ := d.seq.Highest()
	now := s.core.now
	ask := []rtcp.NackPair{{PacketID: uint16(highest)}}
	again := func() {
		now += time.Second
		d.place(highest).resent = 0
		d.resend(ask, now, nil)
	}
	again()
	if n := testing.AllocsPerRun(100, again); n != 0 {
		t.Errorf("%v allocations a packet sent again", n)
	}
	if d.count.resent.Load() < 100 {
		t.Fatal("nothing was sent again")
	}
}

package sfu

import (
	"fmt"
	"testing"

	"madoguchi/sfu/wire"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// sink takes packets as cheaply as possible.
type sink struct{}

func (sink) WriteRTP(*rtp.Header, []byte, *wire.Batch) error { return nil }
func (sink) WriteRTCP([]rtcp.Packet) error                   { return nil }

func BenchmarkForward(b *testing.B) {
	for _, n := range []int{1, 3, 10} {
		b.Run(fmt.Sprintf("to %d subscribers", n), func(b *testing.B) {
			core := newBench()
			u, _ := core.publisher(vp8Line(96, 97))
			u.peer.back = sink{}
			for range n {
				d, _ := core.subscriber(vp8Line(96, 97))
				d.out, d.peer.back = sink{}, sink{}
				d.attach(u, core.now)
			}
			raw := vp8Packet(96, 0, 0, true, 1, string(make([]byte, 1100)))
			var p packet
			b.ReportAllocs()
			for i := range b.N {
				raw[2], raw[3] = byte(i>>8), byte(i)
				if err := p.parse(raw); err != nil {
					b.Fatal(err)
				}
				u.receive(&p, raw, false, core.now)
			}
		})
	}
}

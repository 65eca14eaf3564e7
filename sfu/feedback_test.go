package sfu

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

func TestTransportNumbersThatLeapNeitherGrowNorMultiply(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	p := u.peer
	p.transportExt = 5
	p.recorder = twcc.NewRecorder(p.feedbackSSRC)
	var sent, fed int
	for i := range 20_000 {
		number := uint16(i * 31_999)
		out := rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: uint16(i), SSRC: 1234}}
		if err := out.SetExtension(5, binary.BigEndian.AppendUint16(nil, number)); err != nil {
			t.Fatal(err)
		}
		raw, err := out.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		var read packet
		if err := read.parse(raw); err != nil {
			t.Fatal(err)
		}
		now := time.Duration(i) * time.Millisecond
		p.record(&read, now)
		p.giveFeedback(now, nil)
		sent += len(raw)
	}
	for _, f := range back.back {
		if _, ok := f.(*rtcp.TransportLayerCC); ok {
			fed += f.MarshalSize()
		}
	}
	if fed == 0 || fed > 2*sent {
		t.Fatalf("%d bytes of feedback for %d bytes received", fed, sent)
	}
}

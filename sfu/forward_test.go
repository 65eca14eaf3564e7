package sfu

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"madoguchi/sfu/codec"
	"madoguchi/sfu/wire"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

// memory is the far side of the core: it keeps what would have been sealed and sent.
type memory struct {
	mu      sync.Mutex
	packets []rtp.Packet
	back    []rtcp.Packet
}

func (w *memory) WriteRTP(h *rtp.Header, payload []byte, _ *wire.Batch) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := rtp.Packet{Header: h.Clone(), Payload: append([]byte(nil), payload...)}
	w.packets = append(w.packets, p)
	return nil
}

func (w *memory) WriteRTCP(pkts []rtcp.Packet, _ *wire.Batch) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.back = append(w.back, pkts...)
	return nil
}

// plis is how many key frames have been asked for over this wire.
func (w *memory) plis() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.back {
		if _, ok := p.(*rtcp.PictureLossIndication); ok {
			n++
		}
	}
	return n
}

// bench is the core without any connection: publishers and subscribers whose wires are in memory, and whose clock is the
// test's.
type bench struct {
	node *Node
	now  time.Duration
}

func newBench() *bench {
	n := &Node{
		limits: Limits{}.withDefaults(), started: time.Unix(1_700_000_000, 0), log: slog.New(slog.DiscardHandler), notify: &notifier{},
	}
	return &bench{node: n, now: time.Second}
}

func vp8Line(pt, rtx uint8) mline {
	return mline{kind: video, exts: map[string]uint8{}, payloads: []payload{
		{pt: pt, rtx: rtx, format: codec.VP8, clock: 90000, nack: true, pli: true},
	}}
}

func opusLine(pt uint8) mline {
	return mline{kind: audio, exts: map[string]uint8{}, payloads: []payload{{pt: pt, format: codec.Opus, clock: 48000}}}
}

func (b *bench) publisher(line mline) (*upTrack, *memory) {
	w := &memory{}
	p := &peer{node: b.node, room: newRoom(b.node, "r"), back: w, feedbackSSRC: 9}
	u := newUpTrack(p, line, "face")
	u.ssrc.Store(1234)
	return u, w
}

func (b *bench) subscriber(line mline) (*downTrack, *memory) {
	w := &memory{}
	p := &peer{node: b.node, room: newRoom(b.node, "r"), back: w}
	d := newDownTrack(p, line, &binding{out: w, ssrc: 77, rtxSSRC: 78})
	if line.payloads[0].rtx != 0 {
		d.rtx = 78
	}
	return d, w
}

// vp8Packet is a frame of one packet.
func vp8Packet(pt uint8, seq uint16, ts uint32, key bool, pid uint16, text string) []byte {
	frame := byte(1)
	if key {
		frame = 0
	}
	p := rtp.Packet{
		Header:  rtp.Header{Version: 2, Marker: true, PayloadType: pt, SequenceNumber: seq, Timestamp: ts, SSRC: 1234},
		Payload: append([]byte{0x90, 0x80, 0x80 | byte(pid>>8&0x7f), byte(pid), frame}, text...),
	}
	raw, err := p.Marshal()
	if err != nil {
		panic(err) // a packet built here always marshals
	}
	return raw
}

// feed gives a packet to an up track as the transport would.
func (b *bench) feed(u *upTrack, raw []byte) {
	var p packet
	if err := p.parse(raw); err != nil {
		panic(err)
	}
	u.receive(&p, raw, false, b.now)
}

func TestASubscriberStartsAtAKeyframeAndIsThenContiguous(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	d, w := b.subscriber(vp8Line(96, 0))
	d.attach(u, b.now)
	if back.plis() != 1 {
		t.Fatalf("%d key frames asked for at the start", back.plis())
	}
	for i := range uint16(5) {
		b.feed(u, vp8Packet(96, 65533+i, uint32(i)*3000, i == 2, i, fmt.Sprint(i)))
	}
	if len(w.packets) != 3 {
		t.Fatalf("%d packets, want those from the key frame on", len(w.packets))
	}
	for i, p := range w.packets {
		if p.SSRC != 77 || p.SequenceNumber != w.packets[0].SequenceNumber+uint16(i) {
			t.Errorf("packet %d is %d of %d", i, p.SequenceNumber, p.SSRC)
		}
	}
}

func TestPayloadTypesAreTheSubscribersOwn(t *testing.T) {
	b := newBench()
	u, _ := b.publisher(vp8Line(96, 0))
	d, w := b.subscriber(vp8Line(120, 0))
	other, silent := b.subscriber(mline{kind: video, payloads: []payload{{pt: 96, format: codec.H264, variant: "x", clock: 90000}}})
	d.attach(u, b.now)
	other.attach(u, b.now)
	b.feed(u, vp8Packet(96, 1, 0, true, 1, "x"))
	if len(w.packets) != 1 || w.packets[0].PayloadType != 120 {
		t.Fatalf("%v", w.packets)
	}
	if len(silent.packets) != 0 {
		t.Fatal("a subscriber was given a codec it did not negotiate")
	}
}

func TestSourcesThatFollowEachOtherAreJoined(t *testing.T) {
	b := newBench()
	first, _ := b.publisher(vp8Line(96, 0))
	second, _ := b.publisher(vp8Line(96, 0))
	d, w := b.subscriber(vp8Line(96, 0))
	d.attach(first, b.now)
	b.feed(first, vp8Packet(96, 100, 90000, true, 0x7fff, "first"))
	d.detach()
	b.feed(first, vp8Packet(96, 101, 93000, false, 0, "must not pass"))
	b.now += time.Second
	d.attach(second, b.now)
	b.feed(second, vp8Packet(96, 7, 17, true, 500, "second"))
	if len(w.packets) != 2 {
		t.Fatalf("%d packets", len(w.packets))
	}
	one, two := w.packets[0], w.packets[1]
	if two.SequenceNumber != one.SequenceNumber+1 || two.Timestamp-one.Timestamp != 90000 {
		t.Errorf("%d/%d is followed by %d/%d", one.SequenceNumber, one.Timestamp, two.SequenceNumber, two.Timestamp)
	}
	if v, _ := codec.ParseVP8(two.Payload); v.PictureID != 0 {
		t.Errorf("picture 0x7fff is followed by %#x", v.PictureID)
	}
}

func TestTheLatestPicturesAreReplayedAtOnceAndLeadIntoTheLiveOnes(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	for i := range uint16(30) {
		b.feed(u, vp8Packet(96, 65520+i, uint32(i)*3000, i == 3, i, fmt.Sprint(i)))
		b.now += 33 * time.Millisecond
	}
	d, w := b.subscriber(vp8Line(96, 0))
	d.attach(u, b.now)
	if len(w.packets) != 27 || back.plis() != 0 {
		t.Fatalf("%d packets replayed, %d key frames asked for", len(w.packets), back.plis())
	}
	for i := uint16(30); i < 34; i++ {
		b.feed(u, vp8Packet(96, 65520+i, uint32(i)*3000, false, i, fmt.Sprint(i)))
	}
	if len(w.packets) != 31 {
		t.Fatalf("%d packets after the live ones", len(w.packets))
	}
	for i := 1; i < len(w.packets); i++ {
		before, p := w.packets[i-1], w.packets[i]
		step := p.Timestamp - before.Timestamp
		want := uint32(90)
		if i >= 27 {
			want = 3000
		}
		if p.SequenceNumber != before.SequenceNumber+1 || step != want {
			t.Errorf("packet %d: %+d numbers, %+d ticks", i, p.SequenceNumber-before.SequenceNumber, step)
		}
	}
}

func TestAnOldOrBrokenGroupIsNotReplayed(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(b *bench, u *upTrack)
	}{
		{"older than two seconds", func(b *bench, u *upTrack) {
			b.feed(u, vp8Packet(96, 1, 0, true, 1, "k"))
			b.now += replayAge + time.Millisecond
		}},
		{"with a packet missing", func(b *bench, u *upTrack) {
			b.feed(u, vp8Packet(96, 1, 0, true, 1, "k"))
			b.feed(u, vp8Packet(96, 3, 6000, false, 3, "x"))
		}},
		{"more than two hundred packets", func(b *bench, u *upTrack) {
			for i := range uint16(replayPackets + 1) {
				b.feed(u, vp8Packet(96, 1+i, uint32(i), i == 0, i, "x"))
			}
		}},
		{"of before it was muted", func(b *bench, u *upTrack) {
			b.feed(u, vp8Packet(96, 1, 0, true, 1, "k"))
			u.setSilent(true)
			b.feed(u, vp8Packet(96, 2, 3000, true, 2, "k"))
			u.setSilent(false)
		}},
	} {
		b := newBench()
		u, back := b.publisher(vp8Line(96, 0))
		row.do(b, u)
		d, w := b.subscriber(vp8Line(96, 0))
		d.attach(u, b.now)
		if len(w.packets) != 0 || back.plis() != 1 {
			t.Errorf("a group %s: %d packets replayed, %d key frames asked for", row.name, len(w.packets), back.plis())
		}
	}
}

func nack(seqs ...uint16) []rtcp.NackPair { return rtcp.NackPairsFromSequenceNumbers(seqs) }

func TestALostPacketIsSentAgainByRTXOrBitForBit(t *testing.T) {
	for _, rtx := range []uint8{0, 97} {
		b := newBench()
		u, _ := b.publisher(vp8Line(96, 0))
		d, w := b.subscriber(vp8Line(100, rtx))
		d.attach(u, b.now)
		for i := range uint16(4) {
			b.feed(u, vp8Packet(96, 10+i, uint32(i)*3000, i == 0, i, fmt.Sprint(i)))
		}
		lost := w.packets[2]
		b.now += 50 * time.Millisecond
		d.resend(nack(lost.SequenceNumber), b.now, nil)
		if len(w.packets) != 5 {
			t.Fatalf("rtx %d: %d packets", rtx, len(w.packets))
		}
		again := w.packets[4]
		if rtx == 0 {
			if again.String() != lost.String() || string(again.Payload) != string(lost.Payload) {
				t.Errorf("sent again differently: %v for %v", again, lost)
			}
		} else if again.SSRC != 78 || again.PayloadType != rtx || again.Timestamp != lost.Timestamp ||
			uint16(again.Payload[0])<<8|uint16(again.Payload[1]) != lost.SequenceNumber ||
			string(again.Payload[2:]) != string(lost.Payload) {
			t.Errorf("wrong retransmission: %v for %v", again, lost)
		}
		d.resend(nack(lost.SequenceNumber), b.now, nil)
		if len(w.packets) != 5 {
			t.Error("sent again twice in one moment")
		}
	}
}

func TestAPacketThatArrivesLateReachesWhoeverAsksForIt(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	d, w := b.subscriber(vp8Line(96, 0))
	d.attach(u, b.now)
	b.feed(u, vp8Packet(96, 10, 0, true, 1, "a"))
	b.feed(u, vp8Packet(96, 12, 6000, false, 3, "c"))
	asked := false
	for _, p := range back.back {
		if n, ok := p.(*rtcp.TransportLayerNack); ok {
			asked = asked || n.Nacks[0].PacketID == 11
		}
	}
	if !asked {
		t.Fatal("the publisher was not asked for the missing packet")
	}
	missing := w.packets[0].SequenceNumber + 1
	d.resend(nack(missing), b.now, nil)
	if len(w.packets) != 2 {
		t.Fatal("a packet nobody has was sent")
	}
	b.feed(u, vp8Packet(96, 11, 3000, false, 2, "b"))
	if got := w.packets[len(w.packets)-1]; got.SequenceNumber != missing || !holds([]rtp.Packet{got}, "b") {
		t.Fatalf("the late packet went out as %v", got)
	}
}

func TestKeyframeRequestsAreThrottledButNoneIsLost(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	d, _ := b.subscriber(vp8Line(96, 0))
	d.attach(u, b.now)
	b.feed(u, vp8Packet(96, 1, 0, true, 1, "k"))
	for range 50 {
		u.requestKeyframe(b.now)
		b.now += time.Millisecond
	}
	if got := back.plis(); got != 1 {
		t.Fatalf("%d requests within 50 ms", got)
	}
	b.now += keyframeInterval
	b.feed(u, vp8Packet(96, 2, 3000, false, 2, "x"))
	if got := back.plis(); got != 2 {
		t.Fatalf("%d requests after the interval: the later wish was lost", got)
	}
	b.feed(u, vp8Packet(96, 3, 6000, true, 3, "k"))
	b.now += keyframeInterval
	b.feed(u, vp8Packet(96, 4, 9000, false, 4, "x"))
	if got := back.plis(); got != 2 {
		t.Fatalf("%d requests although the key frame has come", got)
	}
}

func TestALongOutageAsksForAKeyframeInsteadOfEveryPacket(t *testing.T) {
	b := newBench()
	u, back := b.publisher(vp8Line(96, 0))
	b.feed(u, vp8Packet(96, 1, 0, true, 1, "k"))
	b.feed(u, vp8Packet(96, 2000, 3000, false, 2, "x"))
	for _, p := range back.back {
		if _, ok := p.(*rtcp.TransportLayerNack); ok {
			t.Fatal("a packet of a long outage was asked for")
		}
	}
	if back.plis() != 1 {
		t.Fatalf("%d key frames asked for", back.plis())
	}
}

func TestNegotiatedHeaderExtensionsPassUnderTheSubscribersIDs(t *testing.T) {
	b := newBench()
	up, down := opusLine(111), opusLine(96)
	up.exts = map[string]uint8{extAudioLevel: 1, extMid: 4, extTransport: 3}
	down.exts = map[string]uint8{extAudioLevel: 9, extMid: 4}
	u, _ := b.publisher(up)
	d, w := b.subscriber(down)
	d.attach(u, b.now)
	p := rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 111, SequenceNumber: 1, SSRC: 1234}, Payload: []byte{1}}
	for id, v := range map[uint8][]byte{1: {0x7f}, 4: {'0'}, 3: {0, 1}} {
		if err := p.SetExtension(id, v); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	b.feed(u, raw)
	got := w.packets[0]
	if ids := got.GetExtensionIDs(); len(ids) != 1 || ids[0] != 9 || got.GetExtension(9)[0] != 0x7f {
		t.Fatalf("extensions %v", ids)
	}
}

func TestDependencyDescriptorsKeepCountingOverAChangeOfSource(t *testing.T) {
	b := newBench()
	line := func() mline {
		return mline{kind: video, mixed: true, exts: map[string]uint8{extDependency: 5}, payloads: []payload{
			{pt: 45, format: codec.AV1, variant: "profile 0", clock: 90000, nack: true, pli: true},
		}}
	}
	frame := func(n uint16, key bool) []byte {
		dd := []byte{0xc0, byte(n >> 8), byte(n)}
		if key {
			dd = append(dd, make([]byte, 40)...)
			dd[0], dd[3] = 0xc0, 0x80
		}
		p := rtp.Packet{
			Header:  rtp.Header{Version: 2, PayloadType: 45, SequenceNumber: n, Timestamp: uint32(n) * 3000, SSRC: 1234},
			Payload: []byte("sealed end to end"),
		}
		p.Extension, p.ExtensionProfile = true, rtp.ExtensionProfileTwoByte
		if err := p.SetExtension(5, dd); err != nil {
			t.Fatal(err)
		}
		raw, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	one, _ := b.publisher(line())
	two, _ := b.publisher(line())
	d, w := b.subscriber(line())
	d.attach(one, b.now)
	b.feed(one, frame(1000, false))
	b.feed(one, frame(1001, true))
	b.feed(one, frame(1002, false))
	d.detach()
	d.attach(two, b.now)
	b.feed(two, frame(5, true))
	b.feed(two, frame(6, false))
	want := []uint16{1001, 1002, 1003, 1004}
	if len(w.packets) != len(want) {
		t.Fatalf("%d packets", len(w.packets))
	}
	for i, p := range w.packets {
		if dep, ok := codec.ParseDependency(p.GetExtension(5)); !ok || dep.Frame != want[i] {
			t.Errorf("frame %d of %v, want %d", dep.Frame, ok, want[i])
		}
	}
}

// Under AES-GCM two different packets with one number break the cipher, whatever happens on the way.
func TestNoSequenceNumberEverCarriesTwoDifferentPackets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench()
		rtx := uint8(0)
		if rapid.Bool().Draw(t, "rtx") {
			rtx = 97
		}
		d, w := b.subscriber(vp8Line(96, rtx))
		var ups []*upTrack
		next := map[*upTrack]uint16{}
		for range 2 {
			u, _ := b.publisher(vp8Line(96, 0))
			ups = append(ups, u)
			next[u] = rapid.Uint16().Draw(t, "start")
		}
		current := ups[0]
		d.attach(current, b.now)
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			b.now += time.Duration(rapid.IntRange(0, 60).Draw(t, "ms")) * time.Millisecond
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0:
				d.detach()
				current = ups[rapid.IntRange(0, 1).Draw(t, "source")]
				d.attach(current, b.now)
			case 1, 2:
				if n := len(w.packets); n > 0 {
					p := w.packets[rapid.IntRange(0, n-1).Draw(t, "which")]
					d.resend(nack(p.SequenceNumber, p.SequenceNumber+1), b.now, nil)
				}
			default:
				u := ups[rapid.IntRange(0, 1).Draw(t, "from")]
				seq := next[u] + uint16(rapid.IntRange(-5, 5).Draw(t, "offset"))
				if seq-next[u] < 1<<15 {
					next[u] = seq + 1
				}
				b.feed(u, vp8Packet(96, seq, uint32(seq)*3000, seq%8 == 0, seq, fmt.Sprint(seq)))
			}
		}
		seen := map[[2]uint32]string{}
		for _, p := range w.packets {
			raw, err := p.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			key := [2]uint32{p.SSRC, uint32(p.SequenceNumber)}
			if old, ok := seen[key]; ok && old != string(raw) {
				t.Fatalf("number %d of %d carries two packets", p.SequenceNumber, p.SSRC)
			}
			seen[key] = string(raw)
		}
	})
}

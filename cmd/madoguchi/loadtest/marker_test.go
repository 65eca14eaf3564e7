package loadtest

import (
	"testing"
	"time"

	"github.com/pion/rtp"
)

func TestAMarkerIsFoundBehindWhateverTheCodecPutsBeforeIt(t *testing.T) {
	for _, before := range []int{0, 1, vp8Descriptor, vp8Descriptor + vp8Header, searched} {
		payload := make([]byte, before+500)
		fill(payload)
		want := marker{track: 7, number: 1 << 20, sent: 90 * time.Minute}
		want.put(payload[before:])
		if got, ok := findMarker(payload); !ok || got != want {
			t.Errorf("behind %d bytes: %+v, %v", before, got, ok)
		}
	}
	plain := make([]byte, 1200)
	fill(plain)
	for _, payload := range [][]byte{plain, nil, magic, plain[:10]} {
		if m, ok := findMarker(payload); ok {
			t.Errorf("found %+v in %d bytes without one", m, len(payload))
		}
	}
}

func TestThePayloadIsFoundBehindExtensionsAndBeforePadding(t *testing.T) {
	p := rtp.Packet{Header: rtp.Header{Version: 2, CSRC: []uint32{1, 2}}, Payload: []byte("payload")}
	if err := p.SetExtension(3, []byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	raw, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got := payloadOf(raw); string(got) != "payload" {
		t.Errorf("%q", got)
	}
	raw[0] |= 0x20
	if got := payloadOf(append(raw, 0, 0, 3)); string(got) != "payload" {
		t.Errorf("with padding %q", got)
	}
	for n := range raw {
		payloadOf(raw[:n]) // whatever is cut off, nothing is read beyond
	}
}

func TestAHistogramsQuantilesAreOffByThreePercentAtMost(t *testing.T) {
	var h, other histogram
	for i := range 100_000 {
		to := &h
		if i%2 == 0 {
			to = &other
		}
		to.add(time.Duration(i+1) * time.Microsecond)
	}
	h.merge(&other)
	for q, want := range map[float64]time.Duration{.5: 50 * time.Millisecond, .99: 99 * time.Millisecond} {
		if got := h.quantile(q); got < want*96/100 || got > want*101/100 {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	if h.n != 100_000 || h.largest != 100*time.Millisecond {
		t.Errorf("%d, largest %v", h.n, h.largest)
	}
	for _, d := range []time.Duration{0, 31, 32, 63, 64, 1000, time.Hour} {
		if low := atLeast(bucketOf(d)); low > d || low < d*31/32-1 {
			t.Errorf("%d falls into the bucket of %d", d, low)
		}
	}
}

func TestAReceiverCountsEachPacketOfItsTrackOnce(t *testing.T) {
	var w window
	w.open()
	r := &receiver{window: &w, track: 5}
	packet := func(track, number uint32) []byte {
		p := rtp.Packet{Header: rtp.Header{Version: 2}, Payload: make([]byte, 100)}
		marker{track, number, now()}.put(p.Payload)
		raw, err := p.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, number := range []uint32{100, 102, 101, 101, 100, 5000} {
		r.packet(packet(5, number))
	}
	r.packet(packet(6, 1))
	w.close()
	r.packet(packet(5, 5001))
	if r.got != 4 || r.doubles != 2 || r.foreign != 1 || r.latency.n != 4 {
		t.Errorf("%d counted, %d doubles, %d foreign", r.got, r.doubles, r.foreign)
	}
}

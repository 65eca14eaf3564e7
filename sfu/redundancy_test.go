package sfu

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"madoguchi/sfu/codec"

	"github.com/pion/rtp"
	"pgregory.net/rapid"
)

// redLine is a browser's m-line of sound: RED first, then the Opus inside.
func redLine(red, opus uint8) mline {
	l := opusLine(opus)
	l.payloads[0].nack = true
	l.payloads = append([]payload{{pt: red, inner: opus, format: codec.RED, clock: 48000}}, l.payloads...)
	return l
}

// soundOf is what the packet with a number sounds like in these tests.
func soundOf(seq uint16) string { return fmt.Sprintf("sound %d", seq) }

// redPacket is a packet that repeats the one before it.
func redPacket(red, opus uint8, seq uint16) []byte {
	p := rtp.Packet{
		Header: rtp.Header{
			Version: 2, Marker: seq%5 == 0, PayloadType: red, SequenceNumber: seq, Timestamp: uint32(seq) * 960, SSRC: 1234,
		},
		Payload: codec.AppendRED(nil, []codec.REDBlock{
			{PayloadType: opus, Offset: 960, Data: []byte(soundOf(seq - 1))}, {PayloadType: opus, Data: []byte(soundOf(seq))},
		}),
	}
	raw, err := p.Marshal()
	if err != nil {
		panic(err) // a packet built here always marshals
	}
	return raw
}

func TestRedundantSoundReachesWhoeverNegotiatedItAsItCame(t *testing.T) {
	b := newBench()
	u, _ := b.publisher(redLine(63, 111))
	d, w := b.subscriber(redLine(63, 111))
	d.attach(u, b.now)
	raw := redPacket(63, 111, 10)
	b.feed(u, raw)
	if len(w.packets) != 1 || w.packets[0].PayloadType != 63 || string(w.packets[0].Payload) != string(raw[12:]) {
		t.Fatalf("%v", w.packets)
	}
}

func TestBlocksOfRedundantSoundBearTheSubscribersPayloadType(t *testing.T) {
	b := newBench()
	u, _ := b.publisher(redLine(63, 111))
	d, w := b.subscriber(redLine(121, 96))
	other, theirs := b.subscriber(redLine(63, 111))
	d.attach(u, b.now)
	other.attach(u, b.now)
	b.feed(u, redPacket(63, 111, 10))
	blocks, ok := codec.ParseRED(w.packets[0].Payload, nil)
	if !ok || w.packets[0].PayloadType != 121 || len(blocks) != 2 || blocks[0].PayloadType != 96 || blocks[1].PayloadType != 96 {
		t.Errorf("payload type %d with blocks %v", w.packets[0].PayloadType, blocks)
	}
	if blocks, ok := codec.ParseRED(theirs.packets[0].Payload, nil); !ok || blocks[0].PayloadType != 111 {
		t.Errorf("the other subscriber got blocks %v", blocks)
	}
}

func TestWhoeverKnowsNoRedundancyGetsPlainOpusAndWhatWasLostBeforeIt(t *testing.T) {
	b := newBench()
	u, back := b.publisher(redLine(63, 111))
	d, w := b.subscriber(opusLine(96))
	d.attach(u, b.now)
	for _, seq := range []uint16{10, 11, 13, 14, 12, 17} { // 12 comes late, 15 and 16 never
		b.feed(u, redPacket(63, 111, seq))
	}
	var got []string
	for _, p := range w.packets {
		if p.PayloadType != 96 {
			t.Errorf("payload type %d", p.PayloadType)
		}
		got = append(got, string(p.Payload))
		if want := w.packets[0].Timestamp + uint32(p.SequenceNumber-w.packets[0].SequenceNumber)*960; p.Timestamp != want {
			t.Errorf("%s has timestamp %d, want %d", p.Payload, p.Timestamp, want)
		}
	}
	want := []string{soundOf(10), soundOf(11), soundOf(12), soundOf(13), soundOf(14), soundOf(16), soundOf(17)}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := d.count.recovered.Load(); n != 2 {
		t.Errorf("%d packets counted as made up for", n)
	}
	if len(back.back) == 0 {
		t.Error("the publisher was not asked for what is missing, although it agreed to for the Opus inside")
	}
	lost := w.packets[2] // taken from the packet behind it
	b.now += 50 * time.Millisecond
	d.resend(nack(lost.SequenceNumber), b.now, nil)
	again := w.packets[len(w.packets)-1]
	if again.String() != lost.String() || string(again.Payload) != string(lost.Payload) {
		t.Errorf("sent again differently: %v for %v", again, lost)
	}
}

func TestRedundantSoundThatCannotBeReadIsDroppedForThoseWhoNeedItTakenApart(t *testing.T) {
	b := newBench()
	u, _ := b.publisher(redLine(63, 111))
	plain, w := b.subscriber(opusLine(111))
	whole, ww := b.subscriber(redLine(63, 111))
	plain.attach(u, b.now)
	whole.attach(u, b.now)
	sealed := redPacket(63, 111, 10)
	sealed[14], sealed[15] = 0xff, 0xff // as if the payload were encrypted
	b.feed(u, sealed)
	b.feed(u, redPacket(63, 111, 11))
	if len(ww.packets) != 2 {
		t.Errorf("%d packets for whoever takes it as it is", len(ww.packets))
	}
	if len(w.packets) != 1 || string(w.packets[0].Payload) != soundOf(11) {
		t.Errorf("%v for whoever does not", w.packets)
	}
}

func TestASecondsSoundIsKeptForThoseWhoAskForItAgain(t *testing.T) {
	b := newBench()
	u, _ := b.publisher(redLine(63, 111))
	d, w := b.subscriber(redLine(63, 111))
	d.attach(u, b.now)
	for seq := range uint16(101) { // the shortest packets browsers send are of 10 ms
		b.feed(u, redPacket(63, 111, 1000+seq))
	}
	d.resend(nack(w.packets[0].SequenceNumber), b.now, nil)
	if len(w.packets) != 102 || string(w.packets[101].Payload) != string(w.packets[0].Payload) {
		t.Error("a packet of a second ago is gone")
	}
}

func TestNoSequenceNumberEverCarriesTwoDifferentSounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench()
		u, _ := b.publisher(redLine(63, 111))
		lines := []mline{opusLine(96), redLine(121, 96), redLine(63, 111)}
		line := lines[rapid.IntRange(0, 2).Draw(t, "subscriber")]
		d, w := b.subscriber(line)
		d.attach(u, b.now)
		next := rapid.Uint16().Draw(t, "start")
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			b.now += time.Duration(rapid.IntRange(0, 60).Draw(t, "ms")) * time.Millisecond
			if n := len(w.packets); n > 0 && rapid.IntRange(0, 3).Draw(t, "step") == 0 {
				p := w.packets[rapid.IntRange(0, n-1).Draw(t, "which")]
				d.resend(nack(p.SequenceNumber-1, p.SequenceNumber, p.SequenceNumber+1), b.now, nil)
				continue
			}
			seq := next + uint16(rapid.IntRange(-4, 4).Draw(t, "offset"))
			if seq-next < 1<<15 {
				next = seq + 1
			}
			raw := redPacket(63, 111, seq)
			if rapid.IntRange(0, 9).Draw(t, "plain") == 0 { // senders may leave redundancy out
				raw = append(raw[:12:12], soundOf(seq)...)
				raw[1] = raw[1]&0x80 | 111
			}
			b.feed(u, raw)
		}
		seen := map[uint16]string{}
		heard := map[string]uint16{}
		for _, p := range w.packets {
			raw, err := p.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if old, ok := seen[p.SequenceNumber]; ok && old != string(raw) {
				t.Fatalf("number %d carries two packets", p.SequenceNumber)
			}
			seen[p.SequenceNumber] = string(raw)
			if line.payloads[0].format == codec.Opus {
				if old, ok := heard[string(p.Payload)]; ok && old != p.SequenceNumber {
					t.Fatalf("%s is heard as %d and as %d", p.Payload, old, p.SequenceNumber)
				}
				heard[string(p.Payload)] = p.SequenceNumber
			}
		}
	})
}

func TestRedundancyAndRepeatsOfSoundAreAnsweredAsOffered(t *testing.T) {
	const sound = "m=audio 9 UDP/TLS/RTP/SAVPF 63 111 120 121\r\na=mid:0\r\na=sendonly\r\na=rtcp-mux\r\n" +
		"a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\na=rtpmap:111 opus/48000/2\r\na=rtcp-fb:111 nack\r\n" +
		"a=rtcp-fb:111 transport-cc\r\na=rtpmap:120 rtx/48000/2\r\na=fmtp:120 apt=111\r\na=rtpmap:121 telephone-event/48000\r\n"
	for _, row := range []struct {
		name         string
		change       func(string) string
		want, refuse []string
	}{
		{
			"as browsers do", func(s string) string { return s },
			[]string{"SAVPF 63 111 120", "a=fmtp:63 111/111", "a=rtcp-fb:111 nack", "a=fmtp:120 apt=111"}, []string{"a=rtcp-fb:63 nack", "a=rtpmap:121"},
		},
		{
			"without nack", func(s string) string { return strings.Replace(s, "a=rtcp-fb:111 nack\r\n", "", 1) },
			[]string{"SAVPF 63 111 120"}, []string{"nack"},
		},
		{
			"redundancy of two formats", func(s string) string { return strings.Replace(s, "111/111", "111/0", 1) },
			[]string{"SAVPF 111 120"}, []string{"red/48000"},
		},
		{
			"redundancy of something unknown", func(s string) string { return strings.Replace(s, "111/111", "121/121", 1) },
			[]string{"SAVPF 111 120"}, []string{"red/48000"},
		},
		{
			"redundancy that says nothing", func(s string) string { return strings.Replace(s, "a=fmtp:63 111/111\r\n", "", 1) },
			[]string{"SAVPF 111 120"}, []string{"red/48000"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			n := startNode(t, nil)
			answer, err := n.Offer(t.Context(), both(Join{Room: "r", Participant: "p", SDP: offerOf(row.change(sound))}))
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range row.want {
				if !strings.Contains(answer, text) {
					t.Errorf("no %q in\n%s", text, answer)
				}
			}
			for _, text := range row.refuse {
				if strings.Contains(answer, text) {
					t.Errorf("%q in\n%s", text, answer)
				}
			}
		})
	}
}

// offerOf is an offer with these m-lines.
func offerOf(lines string) string {
	return "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
		"a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\n" +
		"a=fingerprint:sha-256 " + strings.Repeat("AB:", 31) + "AB\r\n" + lines
}

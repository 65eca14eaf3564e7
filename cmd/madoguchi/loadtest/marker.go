package loadtest

import (
	"bytes"
	"encoding/binary"
	"time"
)

// Every payload carries one marker: magic[8] track[4] number[4] sent[8]. The receiver searches for it, because a server may
// rewrite what the codec puts before it.
const markerBytes = 24

var magic = []byte{0xf5, 'm', 'a', 'd', 'o', 0xd1, 'g', 0xc7}

// marker says which packet of which track this is, and when it was sent.
type marker struct {
	track, number uint32
	sent          time.Duration // on the driver's clock
}

// put writes the marker to the beginning of b.
func (m marker) put(b []byte) {
	copy(b, magic)
	binary.BigEndian.PutUint32(b[8:], m.track)
	binary.BigEndian.PutUint32(b[12:], m.number)
	binary.BigEndian.PutUint64(b[16:], uint64(m.sent))
}

// searched is how far into a payload a marker may begin: behind codec headers, whatever their form.
const searched = 64

// findMarker looks for the marker of a payload.
func findMarker(payload []byte) (marker, bool) {
	at := bytes.Index(payload[:min(len(payload), searched+markerBytes)], magic)
	if at < 0 || len(payload) < at+markerBytes {
		return marker{}, false
	}
	b := payload[at:]
	return marker{
		track: binary.BigEndian.Uint32(b[8:]), number: binary.BigEndian.Uint32(b[12:]),
		sent: time.Duration(binary.BigEndian.Uint64(b[16:])),
	}, true
}

// fill writes filler in which no marker can be found by chance.
func fill(b []byte) {
	x := uint32(0x9e3779b9)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x) & 0x7f // the magic begins with a byte above
	}
}

const (
	vp8Descriptor = 4  // X and S, I, two bytes of picture number (RFC 7741 section 4.2)
	vp8Header     = 10 // a key frame's; other frames are filled up to it
)

// putVP8Descriptor writes the descriptor of one packet.
func putVP8Descriptor(b []byte, first bool, picture uint16) {
	b[0] = 0x80
	if first {
		b[0] |= 0x10
	}
	b[1] = 0x80
	b[2], b[3] = 0x80|byte(picture>>8), byte(picture)
}

// putVP8Header writes the beginning of a frame (RFC 6386 section 9.1), 640 by 480 where it is a key frame.
func putVP8Header(b []byte, key bool, frameBytes int) {
	tag := uint32(1)<<4 | uint32(frameBytes)<<5
	if !key {
		tag |= 1
	}
	b[0], b[1], b[2] = byte(tag), byte(tag>>8), byte(tag>>16)
	clear(b[3:vp8Header])
	if key {
		copy(b[3:], []byte{0x9d, 0x01, 0x2a, 640 & 0xff, 640 >> 8, 480 & 0xff, 480 >> 8})
	}
}

// payloadOf returns an RTP packet's payload; nil if there is none.
func payloadOf(b []byte) []byte {
	if len(b) < 12 {
		return nil
	}
	at := 12 + 4*int(b[0]&0x0f)
	if b[0]&0x10 != 0 {
		if len(b) < at+4 {
			return nil
		}
		at += 4 + 4*int(binary.BigEndian.Uint16(b[at+2:]))
	}
	end := len(b)
	if b[0]&0x20 != 0 {
		end -= int(b[end-1])
	}
	if at >= end {
		return nil
	}
	return b[at:end]
}

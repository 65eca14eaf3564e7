package sfu

import (
	"encoding/binary"
	"errors"

	"madoguchi/sfu/wire"

	"github.com/pion/rtp"
)

// packet is one RTP packet of a publisher, read once and then shown to every subscriber.
type packet struct {
	header  rtp.Header // reused; extensions point into the packet
	payload []byte
	track   *upTrack    // whose it is
	ext     uint64      // unwrapped sequence number
	codec   *payload    // what its payload type stands for
	via     *wire.Batch // with which it is sent on; nil: at once
	start   bool        // a subscriber may start here: a key frame begins, or it is sound
}

var errPacket = errors.New("malformed RTP packet")

// parse reads b. The packet then refers to b.
func (p *packet) parse(b []byte) error {
	p.header.Extensions = p.header.Extensions[:0]
	p.header.CSRC = p.header.CSRC[:0]
	n, err := p.header.Unmarshal(b)
	if err != nil {
		return errPacket
	}
	p.payload = b[n:]
	if p.header.Padding {
		if len(p.payload) == 0 {
			return errPacket
		}
		padding := int(p.payload[len(p.payload)-1])
		if padding == 0 || padding > len(p.payload) {
			return errPacket
		}
		p.payload = p.payload[:len(p.payload)-padding]
	}
	return nil
}

// unwrapRTX turns a retransmission (RFC 4588) of len(b) bytes into the packet it repeats, in place, and returns it; nil if it
// repeats nothing, as packets that only probe the line do.
func unwrapRTX(b []byte, p *packet, pt uint8, ssrc uint32) []byte {
	if len(p.payload) < 2 {
		return nil
	}
	original := binary.BigEndian.Uint16(p.payload)
	head := cap(b) - cap(p.payload)
	end := head + len(p.payload)
	copy(b[head:], b[head+2:end])
	b = b[:end-2]
	b[0] &^= 0x20 // the padding was cut off above
	b[1] = b[1]&0x80 | pt
	binary.BigEndian.PutUint16(b[2:], original)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	return b
}

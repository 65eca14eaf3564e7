package codec

// REDBlock is one block of a redundant audio payload (RFC 2198).
type REDBlock struct {
	PayloadType uint8
	Offset      uint32 // how far its timestamp lies before the packet's, in ticks
	Data        []byte // part of the payload it was read from
}

const (
	redMore      = 1 << 7    // in a block's header: it has a length, and another block follows
	redHeader    = 4         // bytes of such a header; the last block's has one
	redMaxOffset = 1<<14 - 1 // in ticks
	redMaxLength = 1<<10 - 1 // of a block before the last, in bytes
	redMaxBlocks = 9         // more than any browser sends
)

// ParseRED appends the blocks of a redundant audio payload to blocks: the oldest first, the primary one, which has the
// packet's own timestamp, last. If the payload is cut short, has no primary block or more than nine blocks it returns blocks
// as they were, and false.
func ParseRED(payload []byte, blocks []REDBlock) ([]REDBlock, bool) {
	headers := 0
	for headers*redHeader < len(payload) && payload[headers*redHeader]&redMore != 0 {
		if headers++; headers == redMaxBlocks {
			return blocks, false
		}
	}
	at := headers*redHeader + 1 // where the first block's bytes are
	if at > len(payload) {
		return blocks, false
	}
	all := blocks
	for i := range headers {
		h := payload[i*redHeader : (i+1)*redHeader]
		end := at + int(h[2]&0x03)<<8 + int(h[3])
		if end > len(payload) {
			return blocks, false
		}
		all = append(all, REDBlock{h[0] &^ redMore, uint32(h[1])<<6 | uint32(h[2])>>2, payload[at:end:end]})
		at = end
	}
	return append(all, REDBlock{payload[headers*redHeader], 0, payload[at:]}), true
}

// SetREDPayloadTypes overwrites the payload types of all blocks of a payload that ParseRED can read.
func SetREDPayloadTypes(payload []byte, pt uint8) {
	at := 0
	for ; payload[at]&redMore != 0; at += redHeader {
		payload[at] = redMore | pt
	}
	payload[at] = pt
}

// AppendRED appends a redundant audio payload to b. A block before the last whose offset or length cannot be written (16,383
// ticks, 1,023 bytes), or that is empty, is left out.
func AppendRED(b []byte, blocks []REDBlock) []byte {
	last := len(blocks) - 1
	fits := func(o REDBlock) bool {
		return len(o.Data) > 0 && len(o.Data) <= redMaxLength && o.Offset <= redMaxOffset
	}
	for _, o := range blocks[:last] {
		if fits(o) {
			length := uint32(len(o.Data))
			b = append(b, redMore|o.PayloadType, byte(o.Offset>>6), byte(o.Offset<<2)|byte(length>>8), byte(length))
		}
	}
	b = append(b, blocks[last].PayloadType)
	for _, o := range blocks[:last] {
		if fits(o) {
			b = append(b, o.Data...)
		}
	}
	return append(b, blocks[last].Data...)
}

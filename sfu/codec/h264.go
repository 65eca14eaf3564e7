package codec

// NAL unit types of H.264 (ITU-T H.264 table 7-1) and of its RTP payload (RFC 6184 table 1).
const (
	nalIDR   = 5
	nalSPS   = 7
	nalSTAPA = 24
	nalFUA   = 28
)

// h264StartsKeyframe reports whether the payload holds a sequence parameter set or the beginning of an IDR picture.
// Encoders for RTP send the parameter sets right before each IDR picture, often in a packet of their own: that packet is
// where a receiver has to start.
func h264StartsKeyframe(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	switch kind := b[0] & 0x1f; kind {
	case nalIDR, nalSPS:
		return true
	case nalSTAPA:
		return stapHoldsKeyframe(b[1:])
	case nalFUA:
		inner := b[1] & 0x1f
		return b[1]&0x80 != 0 && (inner == nalIDR || inner == nalSPS)
	default:
		return false
	}
}

// stapHoldsKeyframe walks the units of a single-time aggregation packet, each preceded by its 16-bit size.
func stapHoldsKeyframe(b []byte) bool {
	for len(b) > 2 {
		size := int(b[0])<<8 | int(b[1])
		if size == 0 || size > len(b)-2 {
			return false
		}
		if kind := b[2] & 0x1f; kind == nalIDR || kind == nalSPS {
			return true
		}
		b = b[2+size:]
	}
	return false
}

package codec

// av1StartsKeyframe reports whether the aggregation header marks the first packet of a coded video sequence (bit N of
// "RTP Payload Format For AV1" section 4.4). A packet that continues an earlier OBU (bit Z) cannot be one.
func av1StartsKeyframe(b []byte) bool {
	return len(b) >= 2 && b[0]&0x08 != 0 && b[0]&0x80 == 0
}

// Dependency is the mandatory part of the AV1 dependency descriptor, an RTP header extension that works for every format.
type Dependency struct {
	Start     bool   // first packet of a frame
	End       bool   // last packet of a frame
	Template  uint8  // 0 … 63
	Frame     uint16 // counts frames, wraps
	Structure bool   // a template structure is attached: a key frame, where a receiver can start
}

// dependencySize is the length of the mandatory fields.
const dependencySize = 3

// ParseDependency reads the descriptor's mandatory fields and whether a template structure is attached; false if b is
// too short. ("RTP Payload Format For AV1", appendix A.8.)
func ParseDependency(b []byte) (Dependency, bool) {
	if len(b) < dependencySize {
		return Dependency{}, false
	}
	return Dependency{
		Start:     b[0]&0x80 != 0,
		End:       b[0]&0x40 != 0,
		Template:  b[0] & 0x3f,
		Frame:     uint16(b[1])<<8 | uint16(b[2]),
		Structure: len(b) > dependencySize && b[3]&0x80 != 0,
	}, true
}

// SetDependencyFrame overwrites the frame number of a descriptor that ParseDependency accepted.
func SetDependencyFrame(b []byte, frame uint16) {
	b[1], b[2] = byte(frame>>8), byte(frame)
}

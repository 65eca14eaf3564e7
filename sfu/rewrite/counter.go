package rewrite

// Counter continues a per-picture count (VP8 and VP9 picture identifiers, TL0PICIDX, the frame number of a dependency
// descriptor) over changes of source. The zero value is ready for use. Fields differ in width, from 7 to 16 bits, even
// between packets; the width in bits is given with each count.
type Counter struct {
	offset uint16
	last   uint16
	used   bool
}

func mask(bits int) uint16 { return uint16(1<<bits - 1) }

// Start begins a source whose first picture has the count source.
func (c *Counter) Start(source uint16, bits int) {
	if c.used {
		c.offset = (c.last + 1 - source) & mask(bits)
	}
}

// Offset is what Map adds now; with it a packet can be rebuilt later exactly as it was sent.
func (c *Counter) Offset() uint16 { return c.offset }

// Map returns the outgoing count for the present source's count.
func (c *Counter) Map(source uint16, bits int) uint16 {
	m := mask(bits)
	out := (source + c.offset) & m
	if !c.used || (out-c.last)&m <= m/2 {
		c.last, c.used = out, true
	}
	return out
}

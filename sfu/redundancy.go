package sfu

import (
	"time"

	"madoguchi/sfu/codec"
)

// Sound with redundancy (RED, RFC 2198): each packet repeats the one or two before it, so that a lost packet costs no round
// trip. Who has negotiated it gets it as it came. For everybody else the blocks are taken apart, and a packet that the node
// has not got is made up for from the one behind it.

// carrying returns what the subscriber calls what it gets of packets that up calls c: the same or, of RED, what is inside;
// nil if it agreed to neither.
func (d *downTrack) carrying(up *upTrack, c *payload) *payload {
	if agreed := d.line.matching(c); agreed != nil || c.format != codec.RED {
		return agreed
	}
	return d.line.matching(up.payloads[c.inner])
}

// open reads the blocks of a packet that has to be taken apart for this subscriber, who calls it agreed; none of one that has
// not, and false if that cannot be done. The blocks are valid until another packet is opened.
func (d *downTrack) open(p *packet, agreed *payload) ([]codec.REDBlock, bool) {
	if p.codec.format != codec.RED || agreed.format == codec.RED && agreed.inner == p.codec.inner {
		return nil, true
	}
	var ok bool
	d.blocks, ok = codec.ParseRED(p.payload, d.blocks[:0])
	if !ok || d.blocks[len(d.blocks)-1].PayloadType != p.codec.inner {
		return nil, false
	}
	if agreed.format == codec.RED {
		return nil, true // only renumbered
	}
	return d.blocks, true
}

// recover sends what is missing right before a packet, as far as the packet repeats it.
func (d *downTrack) recover(p *packet, blocks []codec.REDBlock, now time.Duration) {
	if len(blocks) < 2 {
		return
	}
	last, sent := d.ts.Last()
	for i, b := range blocks[:len(blocks)-1] {
		ts := d.ts.Map(p.header.Timestamp - b.Offset)
		// What is not newer than what has gone out would be heard twice: the block repeats another packet than we think.
		if !sent || b.PayloadType != p.codec.inner || len(b.Data) == 0 || b.Offset == 0 || ts-last-1 >= 1<<31-1 {
			continue
		}
		if d.emit(p, uint8(len(blocks)-1-i), ts, now) {
			d.count.recovered.Add(1)
			last = ts
		}
	}
}

// body returns a packet's payload as the subscriber gets it. The packet's own bytes are for all subscribers and stay as they
// are.
func (d *downTrack) body(p *packet, s *sent, agreed *payload) []byte {
	if p.codec.format != codec.RED {
		return d.renumbered(p, s.shift)
	}
	blocks, ok := d.open(p, agreed)
	switch {
	case !ok:
		return nil
	case blocks != nil:
		return blocks[len(blocks)-1-int(s.block)].Data
	case agreed.inner == p.codec.inner:
		return p.payload
	}
	d.copied = append(d.copied[:0], p.payload...)
	codec.SetREDPayloadTypes(d.copied, agreed.inner)
	return d.copied
}

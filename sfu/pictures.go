package sfu

import "madoguchi/sfu/codec"

// counts are the picture counts a packet carries.
type counts struct {
	picture, tl0, frame uint16
	bits                int // width of picture, 0 if it is absent
	hasTL0, hasFrame    bool
}

// countsOf reads the picture counts of a packet of the source.
func (d *downTrack) countsOf(p *packet) counts {
	var c counts
	switch p.codec.format {
	case codec.VP8:
		if v, ok := codec.ParseVP8(p.payload); ok {
			c.picture, c.bits, c.tl0, c.hasTL0 = v.PictureID, v.PictureIDBits, uint16(v.TL0), v.HasTL0
		}
	case codec.VP9:
		if v, ok := codec.ParseVP9(p.payload); ok {
			c.picture, c.bits, c.tl0, c.hasTL0 = v.PictureID, v.PictureIDBits, uint16(v.TL0), v.HasTL0
		}
	}
	for _, pair := range d.extMap {
		if !pair.dependency {
			continue
		}
		if dep, ok := codec.ParseDependency(p.header.GetExtension(pair.in)); ok {
			c.frame, c.hasFrame = dep.Frame, true
		}
	}
	return c
}

// startPictures makes the picture counts of a new source follow those of the one before.
func (d *downTrack) startPictures(p *packet) {
	if !p.codec.format.Video() {
		return
	}
	c := d.countsOf(p)
	if c.bits > 0 {
		d.pictures.Start(c.picture, c.bits)
	}
	if c.hasTL0 {
		d.tl0.Start(c.tl0, 8)
	}
	if c.hasFrame {
		d.frames.Start(c.frame, 16)
	}
}

// countPictures notes the picture counts of a packet that goes out and returns what is added to them.
func (d *downTrack) countPictures(p *packet) shift {
	if !p.codec.format.Video() {
		return shift{}
	}
	c := d.countsOf(p)
	if c.bits > 0 {
		d.pictures.Map(c.picture, c.bits)
	}
	if c.hasTL0 {
		d.tl0.Map(c.tl0, 8)
	}
	if c.hasFrame {
		d.frames.Map(c.frame, 16)
	}
	return shift{d.pictures.Offset(), d.tl0.Offset(), d.frames.Offset()}
}

// renumbered returns the payload with its picture counts shifted; the packet's own bytes are for all subscribers and stay
// as they are.
func (d *downTrack) renumbered(p *packet, s shift) []byte {
	if s.pictures == 0 && s.tl0 == 0 {
		return p.payload
	}
	switch p.codec.format {
	case codec.VP8:
		v, ok := codec.ParseVP8(p.payload)
		if !ok {
			return p.payload
		}
		d.copied = append(d.copied[:0], p.payload...)
		v.SetPictureID(d.copied, v.PictureID+s.pictures)
		v.SetTL0(d.copied, v.TL0+uint8(s.tl0))
		return d.copied
	case codec.VP9:
		v, ok := codec.ParseVP9(p.payload)
		if !ok {
			return p.payload
		}
		d.copied = append(d.copied[:0], p.payload...)
		v.SetPictureID(d.copied, v.PictureID+s.pictures)
		v.SetTL0(d.copied, v.TL0+uint8(s.tl0))
		return d.copied
	default:
		return p.payload
	}
}

// renumberedDependency returns the dependency descriptor with its frame number shifted.
func (d *downTrack) renumberedDependency(b []byte, frames uint16) []byte {
	dep, ok := codec.ParseDependency(b)
	if !ok || frames == 0 {
		return b
	}
	d.dep = append(d.dep[:0], b...)
	codec.SetDependencyFrame(d.dep, dep.Frame+frames)
	return d.dep
}

// frameTimes lists the timestamps of a group of pictures in order, each once, and the codec of its first packet; false if
// the group is not of one codec.
func frameTimes(group [][]byte, up *upTrack) ([]uint32, *payload, bool) {
	var stamps []uint32
	var c *payload
	var p packet
	for _, raw := range group {
		if p.parse(raw) != nil {
			return nil, nil, false
		}
		pl := up.payloads[p.header.PayloadType]
		if pl == nil || c != nil && pl != c {
			return nil, nil, false
		}
		c = pl
		if n := len(stamps); n == 0 || stamps[n-1] != p.header.Timestamp {
			if n > 0 && p.header.Timestamp-stamps[n-1] > 1<<31 {
				return nil, nil, false
			}
			stamps = append(stamps, p.header.Timestamp)
		}
	}
	return stamps, c, len(stamps) > 0
}

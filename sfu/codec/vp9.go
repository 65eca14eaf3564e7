package codec

// VP9Descriptor is what an RTP payload of VP9 says before its data (RFC 9628 section 4.2).
type VP9Descriptor struct {
	Start    bool // a frame of some layer begins here
	Keyframe bool // a picture that depends on no other begins here

	PictureID     uint16
	PictureIDBits int // 0 (absent), 7 or 15
	TL0           uint8
	HasTL0        bool // non-flexible mode with layer indices

	pictureAt, tl0At int
}

// ParseVP9 reads the descriptor up to the layer indices; false if the payload is too short for what it announces.
func ParseVP9(b []byte) (VP9Descriptor, bool) {
	var d VP9Descriptor
	if len(b) < 2 {
		return d, false
	}
	flags := b[0]
	at := 1
	if flags&0x80 != 0 { // I: picture identifier
		d.pictureAt = at
		if b[at]&0x80 == 0 {
			d.PictureID, d.PictureIDBits = uint16(b[at]), 7
			at++
		} else {
			if len(b) <= at+1 {
				return VP9Descriptor{}, false
			}
			d.PictureID, d.PictureIDBits = uint16(b[at]&0x7f)<<8|uint16(b[at+1]), 15
			at += 2
		}
	}
	spatial := uint8(0)
	if flags&0x20 != 0 { // L: layer indices
		if len(b) <= at {
			return VP9Descriptor{}, false
		}
		spatial = b[at] >> 1 & 0x07
		at++
		if flags&0x10 == 0 { // F clear: TL0PICIDX follows
			if len(b) <= at {
				return VP9Descriptor{}, false
			}
			d.tl0At, d.TL0, d.HasTL0 = at, b[at], true
			at++
		}
	}
	if len(b) <= at {
		return VP9Descriptor{}, false
	}
	d.Start = flags&0x08 != 0
	d.Keyframe = d.Start && flags&0x40 == 0 && spatial == 0
	return d, true
}

// SetPictureID overwrites the picture identifier in the payload the descriptor was read from, keeping its width.
func (d *VP9Descriptor) SetPictureID(b []byte, id uint16) {
	setPictureID(b, d.pictureAt, d.PictureIDBits, id)
}

// SetTL0 overwrites TL0PICIDX in the payload the descriptor was read from, if it is there.
func (d *VP9Descriptor) SetTL0(b []byte, tl0 uint8) {
	if d.HasTL0 {
		b[d.tl0At] = tl0
	}
}

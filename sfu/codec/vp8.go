package codec

// VP8Descriptor is what an RTP payload of VP8 says before its data (RFC 7741 section 4.2).
type VP8Descriptor struct {
	Size     int  // bytes before the VP8 data
	Start    bool // a frame begins here
	Keyframe bool // a key frame begins here

	PictureID     uint16
	PictureIDBits int // 0 (absent), 7 or 15
	TL0           uint8
	HasTL0        bool

	pictureAt, tl0At int
}

// ParseVP8 reads the descriptor; false if the payload is too short for what it announces.
func ParseVP8(b []byte) (VP8Descriptor, bool) {
	var d VP8Descriptor
	if len(b) < 1 {
		return d, false
	}
	first := b[0]
	d.Size = 1
	if first&0x80 != 0 {
		if !d.extension(b) {
			return VP8Descriptor{}, false
		}
	}
	if len(b) <= d.Size {
		return VP8Descriptor{}, false
	}
	d.Start = first&0x10 != 0 && first&0x07 == 0
	d.Keyframe = d.Start && b[d.Size]&0x01 == 0
	return d, true
}

// extension reads the optional fields that follow the second octet.
func (d *VP8Descriptor) extension(b []byte) bool {
	if len(b) < 2 {
		return false
	}
	flags := b[1]
	d.Size = 2
	if flags&0x80 != 0 {
		if len(b) <= d.Size {
			return false
		}
		d.pictureAt = d.Size
		if b[d.Size]&0x80 == 0 {
			d.PictureID, d.PictureIDBits = uint16(b[d.Size]), 7
			d.Size++
		} else {
			if len(b) <= d.Size+1 {
				return false
			}
			d.PictureID, d.PictureIDBits = uint16(b[d.Size]&0x7f)<<8|uint16(b[d.Size+1]), 15
			d.Size += 2
		}
	}
	if flags&0x40 != 0 {
		if len(b) <= d.Size {
			return false
		}
		d.tl0At, d.TL0, d.HasTL0 = d.Size, b[d.Size], true
		d.Size++
	}
	if flags&0x30 != 0 {
		d.Size++
	}
	return true
}

// SetPictureID overwrites the picture identifier in the payload the descriptor was read from, keeping its width.
func (d *VP8Descriptor) SetPictureID(b []byte, id uint16) {
	setPictureID(b, d.pictureAt, d.PictureIDBits, id)
}

// SetTL0 overwrites TL0PICIDX in the payload the descriptor was read from, if it is there.
func (d *VP8Descriptor) SetTL0(b []byte, tl0 uint8) {
	if d.HasTL0 {
		b[d.tl0At] = tl0
	}
}

// setPictureID writes a 7 or 15 bit picture identifier with its width mark at b[at].
func setPictureID(b []byte, at, bits int, id uint16) {
	switch bits {
	case 7:
		b[at] = byte(id & 0x7f)
	case 15:
		b[at] = 0x80 | byte(id>>8&0x7f)
		b[at+1] = byte(id)
	}
}

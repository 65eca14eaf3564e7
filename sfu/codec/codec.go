package codec

import "strings"

// Format is a media format as far as forwarding tells them apart.
type Format uint8

// The formats forwarded. Unknown also stands for every auxiliary payload (RTX, comfort noise, telephone events).
const (
	Unknown Format = iota
	Opus
	RED // Opus packets, each with some of those before it (RFC 2198)
	VP8
	VP9
	H264
	AV1
)

// FormatOf returns the format with an encoding name as SDP writes it ("VP8", "video/vp8", "opus").
func FormatOf(name string) Format {
	if _, after, ok := strings.Cut(name, "/"); ok {
		name = after
	}
	switch strings.ToLower(name) {
	case "opus":
		return Opus
	case "red":
		return RED
	case "vp8":
		return VP8
	case "vp9":
		return VP9
	case "h264":
		return H264
	case "av1":
		return AV1
	default:
		return Unknown
	}
}

// String returns the encoding name.
func (f Format) String() string {
	switch f {
	case Opus:
		return "opus"
	case RED:
		return "red"
	case VP8:
		return "VP8"
	case VP9:
		return "VP9"
	case H264:
		return "H264"
	case AV1:
		return "AV1"
	default:
		return "unknown"
	}
}

// Video reports whether the format is one of pictures.
func (f Format) Video() bool { return f >= VP8 }

// StartsKeyframe reports whether a key frame begins in this RTP payload. For sound every packet is a good place to start.
func StartsKeyframe(f Format, payload []byte) bool {
	switch f {
	case Opus, RED:
		return true
	case VP8:
		d, ok := ParseVP8(payload)
		return ok && d.Keyframe
	case VP9:
		d, ok := ParseVP9(payload)
		return ok && d.Keyframe
	case H264:
		return h264StartsKeyframe(payload)
	case AV1:
		return av1StartsKeyframe(payload)
	default:
		return false
	}
}

package sfu

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"madoguchi/sfu/codec"
	"madoguchi/sfu/purpose"

	"github.com/pion/sdp/v3"
)

// kind is what an m-line carries.
type kind string

const (
	audio       kind = "audio"
	video       kind = "video"
	application kind = "application"
)

// kinds is how many kinds of media there are.
const kinds = 2

// index of a kind of media, below kinds.
func (k kind) index() int {
	if k == video {
		return 1
	}
	return 0
}

// direction is an m-line's direction as its writer sees it.
type direction string

const (
	sendonly direction = "sendonly"
	recvonly direction = "recvonly"
	sendrecv direction = "sendrecv"
	inactive direction = "inactive"
)

// payload is one payload type of an m-line with what belongs to it.
type payload struct {
	pt       uint8
	format   codec.Format
	variant  string // what tells two kinds of one format apart: VP9 profile, H264 profile and mode, AV1 profile
	clock    uint32
	rtx      uint8 // payload type of its retransmissions, 0 if not negotiated
	inner    uint8 // RED: payload type of the blocks
	nack     bool
	pli, fir bool
	twcc     bool
}

// same reports whether packets of the one can be given to somebody who negotiated the other.
func (p *payload) same(o *payload) bool {
	return p.format == o.format && p.variant == o.variant && p.clock == o.clock
}

// mline is one m-line of a description.
type mline struct {
	mid      string
	kind     kind
	dir      direction
	rejected bool   // port 0 outside a bundle
	flaw     string // why nothing can come of an offered m-line whatever its codecs; empty if it is sound
	payloads []payload
	exts     map[string]uint8 // header extension URI → id
	mixed    bool             // one- and two-byte header extensions may be mixed
	ssrc     uint32           // declared primary SSRC, 0 if none
	rtxSSRC  uint32

	purpose purpose.Purpose // what is sent there, or what a receiving m-line is kept for; "" for anything
}

// payload returns the entry for a payload type, or nil.
func (m *mline) payload(pt uint8) *payload {
	for i := range m.payloads {
		if m.payloads[i].pt == pt {
			return &m.payloads[i]
		}
	}
	return nil
}

// usual reports whether an m-line is for voices or faces, or for anything.
func (m *mline) usual() bool { return m.purpose == "" || m.purpose == purpose.Usual(m.kind == audio) }

// matching returns what this side calls packets that the other calls c; nil if it did not agree to such.
func (m *mline) matching(c *payload) *payload {
	for i := range m.payloads {
		if m.payloads[i].same(c) {
			return &m.payloads[i]
		}
	}
	return nil
}

// forwards reports whether at least one payload of the m-line is of a format we know.
func (m *mline) forwards() bool {
	return slices.ContainsFunc(m.payloads, func(p payload) bool { return p.forwarded() })
}

// reject makes nothing of an m-line.
func (m *mline) reject() { m.rejected, m.dir = true, inactive }

// describe reads the m-lines of a description.
func describe(desc *sdp.SessionDescription) []mline {
	_, sessionMixed := desc.Attribute("extmap-allow-mixed")
	lines := make([]mline, 0, len(desc.MediaDescriptions))
	for _, media := range desc.MediaDescriptions {
		m := mline{
			kind: kind(media.MediaName.Media), dir: directionOf(desc, media), exts: map[string]uint8{}, mixed: sessionMixed,
		}
		m.mid, _ = media.Attribute("mid")
		_, bundleOnly := media.Attribute("bundle-only")
		m.rejected = media.MediaName.Port.Value == 0 && !bundleOnly
		m.readPayloads(media)
		for _, a := range media.Attributes {
			m.readAttribute(a)
		}
		lines = append(lines, m)
	}
	return lines
}

func directionOf(desc *sdp.SessionDescription, media *sdp.MediaDescription) direction {
	for _, attrs := range [][]sdp.Attribute{media.Attributes, desc.Attributes} {
		for _, a := range attrs {
			switch d := direction(a.Key); d {
			case sendonly, recvonly, sendrecv, inactive:
				return d
			}
		}
	}
	return sendrecv
}

// readPayloads collects rtpmap, fmtp and rtcp-fb of the m-line's payload types, in the order of the m-line.
func (m *mline) readPayloads(media *sdp.MediaDescription) {
	rtpmaps, fmtps := map[uint8]string{}, map[uint8]string{}
	feedback := map[uint8][]string{}
	var everyone []string
	for _, a := range media.Attributes {
		head, rest, _ := strings.Cut(a.Value, " ")
		if a.Key == "rtcp-fb" && head == "*" {
			everyone = append(everyone, rest)
			continue
		}
		pt, ok := payloadType(head)
		if !ok {
			continue
		}
		switch a.Key {
		case "rtpmap":
			rtpmaps[pt] = rest
		case "fmtp":
			fmtps[pt] = rest
		case "rtcp-fb":
			feedback[pt] = append(feedback[pt], rest)
		}
	}
	rtx := map[uint8]uint8{} // apt → payload type
	for _, f := range media.MediaName.Formats {
		pt, ok := payloadType(f)
		if !ok || m.payload(pt) != nil {
			continue
		}
		name, clock := splitRTPMap(rtpmaps[pt])
		if strings.EqualFold(name, "rtx") {
			if apt, ok := payloadType(parameter(fmtps[pt], "apt")); ok {
				rtx[apt] = pt
			}
			continue
		}
		p := payload{pt: pt, format: codec.FormatOf(name), clock: clock}
		if p.format.Video() != (m.kind == video) {
			p.format = codec.Unknown // "red" is another thing among pictures
		}
		p.variant, p.inner = variantOf(p.format, fmtps[pt]), innerOf(p.format, fmtps[pt])
		for _, fb := range append(feedback[pt], everyone...) {
			p.nack = p.nack || fb == "nack"
			p.pli = p.pli || fb == "nack pli"
			p.fir = p.fir || fb == "ccm fir"
			p.twcc = p.twcc || fb == "transport-cc"
		}
		m.payloads = append(m.payloads, p)
	}
	for i := range m.payloads {
		p := &m.payloads[i]
		p.rtx = rtx[p.pt]
		if inner := m.payload(p.inner); p.format == codec.RED && (inner == nil || inner.format != codec.Opus) {
			p.format = codec.Unknown
		}
	}
}

// innerOf returns the payload type of RED's blocks, "111/111"; 0 if they are not all of one, or it is not RED.
func innerOf(f codec.Format, fmtp string) uint8 {
	if f != codec.RED {
		return 0
	}
	first, _, _ := strings.Cut(fmtp, "/")
	for other := range strings.SplitSeq(fmtp, "/") {
		if other != first {
			return 0
		}
	}
	pt, _ := payloadType(strings.TrimSpace(first))
	return pt
}

func (m *mline) readAttribute(a sdp.Attribute) {
	switch a.Key {
	case "extmap":
		idText, uri, _ := strings.Cut(a.Value, " ")
		idText, way, _ := strings.Cut(idText, "/")
		if way != "" && direction(way) != sendrecv {
			return // for one direction only: the answer would have to follow m-line by m-line, and no browser offers such
		}
		uri, _, _ = strings.Cut(uri, " ")
		if id, err := strconv.ParseUint(idText, 10, 8); err == nil && id > 0 {
			m.exts[uri] = uint8(id)
		}
	case "extmap-allow-mixed":
		m.mixed = true
	case "ssrc":
		text, _, _ := strings.Cut(a.Value, " ")
		if ssrc, err := strconv.ParseUint(text, 10, 32); err == nil && m.ssrc == 0 {
			m.ssrc = uint32(ssrc)
		}
	case "ssrc-group":
		f := strings.Fields(a.Value)
		if len(f) != 3 || f[0] != "FID" || m.rtxSSRC != 0 {
			return
		}
		primary, err1 := strconv.ParseUint(f[1], 10, 32)
		repair, err2 := strconv.ParseUint(f[2], 10, 32)
		if err1 == nil && err2 == nil && primary != 0 {
			m.ssrc, m.rtxSSRC = uint32(primary), uint32(repair)
		}
	}
}

func payloadType(s string) (uint8, bool) {
	pt, err := strconv.ParseUint(s, 10, 8)
	return uint8(pt), err == nil && pt < 128
}

func splitRTPMap(s string) (name string, clock uint32) {
	name, rest, _ := strings.Cut(s, "/")
	text, _, _ := strings.Cut(rest, "/")
	n, _ := strconv.ParseUint(text, 10, 32)
	return name, uint32(n)
}

// parameter returns one value of a format parameter line.
func parameter(fmtp, name string) string {
	for part := range strings.SplitSeq(fmtp, ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// variantOf names what a receiver must have agreed to beyond the format. The H264 level is left out: it limits, it does not
// change the bit stream.
func variantOf(f codec.Format, fmtp string) string {
	or := func(v, fallback string) string {
		if v == "" {
			return fallback
		}
		return v
	}
	switch f {
	case codec.VP9:
		return "profile " + or(parameter(fmtp, "profile-id"), "0")
	case codec.AV1:
		return "profile " + or(parameter(fmtp, "profile"), "0")
	case codec.H264:
		level := or(parameter(fmtp, "profile-level-id"), "420010")
		if len(level) < 4 {
			level = "4200"
		}
		return fmt.Sprintf("profile %s mode %s", h264Profile(strings.ToLower(level[:4])),
			or(parameter(fmtp, "packetization-mode"), "0"))
	default:
		return ""
	}
}

// h264Profile folds the notations of one profile (RFC 6184 section 8.1) as far as browsers use them.
func h264Profile(idcAndIOP string) string {
	switch idcAndIOP {
	case "42e0", "42c0", "4de0", "58f0":
		return "constrained-baseline"
	case "640c":
		return "constrained-high"
	default:
		return idcAndIOP
	}
}

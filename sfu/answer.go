package sfu

import (
	"fmt"
	"strconv"
	"strings"

	"madoguchi/sfu/codec"
	"madoguchi/sfu/purpose"

	"github.com/pion/sdp/v3"
)

// Header extensions the node reads or passes on.
const (
	extMid        = "urn:ietf:params:rtp-hdrext:sdes:mid"
	extAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"
	extTransport  = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
	extRotation   = "urn:3gpp:video-orientation"
	extDependency = "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension"
)

// passedOn are the extensions copied from publisher to subscriber; all others concern one hop only.
var passedOn = [...]string{extAudioLevel, extRotation, extDependency}

// agreedExtensions are those taken up for each kind of track.
var agreedExtensions = map[kind][]string{
	audio: {extMid, extTransport, extAudioLevel},
	video: {extMid, extTransport, extRotation, extDependency},
}

// maxMessage is what the answer says about data channels, in bytes: the largest message the transport reads at all.
const maxMessage = 64 << 10

// agree returns what of an arranged m-line is agreed to: payload types and extension ids are the offer's (RFC 3264 section
// 6.1), the direction is ours.
func agree(m *mline, b *binding) mline {
	a := mline{mid: m.mid, kind: m.kind, purpose: m.purpose, rejected: m.rejected, mixed: m.mixed, exts: map[string]uint8{}}
	a.dir = map[direction]direction{sendonly: recvonly, recvonly: sendonly}[m.dir]
	if a.dir == "" {
		a.dir = inactive
	}
	for _, p := range m.payloads {
		if p.forwarded() {
			a.payloads = append(a.payloads, p)
		}
	}
	for _, uri := range agreedExtensions[m.kind] {
		if id := m.exts[uri]; id != 0 && (id < 15 || m.mixed) {
			a.exts[uri] = id
		}
	}
	if b != nil {
		a.ssrc = b.ssrc
		for _, p := range a.payloads {
			if p.rtx != 0 {
				a.rtxSSRC = b.rtxSSRC
			}
		}
	}
	return a
}

// forwarded reports whether packets of a payload type can be passed on: of H264 only with packets that browsers can send.
func (p *payload) forwarded() bool {
	switch {
	case p.format == codec.Unknown:
		return false
	case p.format == codec.H264 && !strings.HasSuffix(p.variant, "mode 1"):
		return false
	case p.format.Video():
		return p.clock == 90000
	default:
		return p.clock == 48000 // RFC 7587 section 7
	}
}

// local is what an answer says of the connection itself.
type local struct {
	session, version   uint64
	ufrag, password    string
	fingerprint        string
	candidates         []string
	streamOf           func(mid string) string // the stream a sending m-line belongs to
	transportOn        string                  // mid of the m-line that carries the candidates
	sessionWantedMixed bool
	setup              string // our DTLS role
}

// writeAnswer writes the answer to an arranged offer of which lines have been agreed.
func writeAnswer(o *offer, lines []mline, l local) string {
	w := &answerWriter{}
	w.line("v=0")
	w.line("o=- %d %d IN IP4 127.0.0.1", l.session, l.version)
	w.line("s=-")
	w.line("t=0 0")
	var bundle []string
	for i := range lines {
		if !lines[i].rejected {
			bundle = append(bundle, lines[i].mid)
		}
	}
	if o.bundled && len(bundle) > 0 {
		w.line("a=group:BUNDLE %s", strings.Join(bundle, " "))
	}
	w.line("a=ice-lite")
	w.line("a=msid-semantic: WMS *")
	if l.sessionWantedMixed {
		w.line("a=extmap-allow-mixed")
	}
	for i := range lines {
		media := o.desc.MediaDescriptions[i]
		switch m := &lines[i]; {
		case m.rejected:
			w.rejected(m, media)
		case m.kind == application:
			w.application(m, media, &l)
		default:
			w.media(m, media, &l)
		}
	}
	return w.String()
}

// answerWriter writes SDP. What it repeats of an offer has been through the parser, so it cannot hold a line feed.
type answerWriter struct{ strings.Builder }

func (w *answerWriter) line(format string, args ...any) {
	fmt.Fprintf(&w.Builder, format, args...)
	w.WriteString("\r\n")
}

// rejected answers an m-line nothing will come of: port 0, and a format for form's sake (RFC 3264 section 6).
func (w *answerWriter) rejected(m *mline, media *sdp.MediaDescription) {
	format := "0"
	if len(media.MediaName.Formats) > 0 {
		format = media.MediaName.Formats[0]
	}
	w.line("m=%s 0 %s %s", m.kind, strings.Join(media.MediaName.Protos, "/"), format)
	w.line("c=IN IP4 0.0.0.0")
	w.line("a=mid:%s", m.mid)
	w.line("a=inactive")
}

// transport writes what ICE and DTLS need. Every m-line has it, the first also the candidates.
func (w *answerWriter) transport(m *mline, l *local) {
	w.line("a=ice-ufrag:%s", l.ufrag)
	w.line("a=ice-pwd:%s", l.password)
	w.line("a=fingerprint:%s", l.fingerprint)
	w.line("a=setup:%s", l.setup)
	w.line("a=mid:%s", m.mid)
	if m.mid != l.transportOn {
		return
	}
	for _, c := range l.candidates {
		w.line("a=candidate:%s", c)
	}
	w.line("a=end-of-candidates")
}

func (w *answerWriter) application(m *mline, media *sdp.MediaDescription, l *local) {
	proto, formats := strings.Join(media.MediaName.Protos, "/"), strings.Join(media.MediaName.Formats, " ")
	w.line("m=application 9 %s %s", proto, formats)
	w.line("c=IN IP4 0.0.0.0")
	w.transport(m, l)
	old, mapped := media.Attribute("sctpmap")
	switch { // before RFC 8841 the port was the format, and explained by sctpmap or not at all
	case mapped:
		w.line("a=sctpmap:%s", old)
	case proto == "DTLS/SCTP":
		w.line("a=sctpmap:%s webrtc-datachannel 1024", formats)
	default:
		w.line("a=sctp-port:5000")
	}
	w.line("a=max-message-size:%d", maxMessage)
}

func (w *answerWriter) media(m *mline, media *sdp.MediaDescription, l *local) {
	var formats []string
	for _, p := range m.payloads {
		formats = append(formats, fmt.Sprint(p.pt))
		if p.rtx != 0 {
			formats = append(formats, fmt.Sprint(p.rtx))
		}
	}
	w.line("m=%s 9 %s %s", m.kind, strings.Join(media.MediaName.Protos, "/"), strings.Join(formats, " "))
	w.line("c=IN IP4 0.0.0.0")
	w.line("a=rtcp:9 IN IP4 0.0.0.0")
	w.transport(m, l)
	w.line("a=%s", m.dir)
	w.line("a=rtcp-mux")
	if _, reduced := media.Attribute("rtcp-rsize"); reduced {
		w.line("a=rtcp-rsize")
	}
	if m.mixed && !l.sessionWantedMixed {
		w.line("a=extmap-allow-mixed")
	}
	for _, uri := range agreedExtensions[m.kind] {
		if id := m.exts[uri]; id != 0 {
			w.line("a=extmap:%d %s", id, uri)
		}
	}
	w.formats(m, media)
	if m.dir == sendonly {
		w.sources(m, l.streamOf(m.mid))
	}
}

// formats repeats of the offer what belongs to the payload types agreed to.
func (w *answerWriter) formats(m *mline, media *sdp.MediaDescription) {
	about := map[string]string{} // by attribute and payload type; the first counts
	for _, a := range media.Attributes {
		if head, _, _ := strings.Cut(a.Value, " "); a.Key == "rtpmap" || a.Key == "fmtp" {
			if key := a.Key + head; about[key] == "" {
				about[key] = a.Value
			}
		}
	}
	repeat := func(key string, pt uint8) {
		if v := about[key+strconv.Itoa(int(pt))]; v != "" {
			w.line("a=%s:%s", key, v)
		}
	}
	for _, p := range m.payloads {
		repeat("rtpmap", p.pt)
		for _, fb := range []struct {
			wanted bool
			text   string
		}{{p.twcc, "transport-cc"}, {p.fir, "ccm fir"}, {p.nack, "nack"}, {p.pli, "nack pli"}} {
			if fb.wanted {
				w.line("a=rtcp-fb:%d %s", p.pt, fb.text)
			}
		}
		if own := ownParameters(m, p); own != "" {
			w.line("a=fmtp:%d %s", p.pt, own)
		} else {
			repeat("fmtp", p.pt)
		}
		if p.rtx != 0 {
			repeat("rtpmap", p.rtx)
			repeat("fmtp", p.rtx)
		}
	}
}

// ownParameters is how we want to get a format, where that is not what the client proposes; "" if it is. Sound that must not be
// changed comes as stereo, even from one microphone, because for one channel browsers use Opus's mode for speech, which cuts off
// what lies below some 80 Hz.
func ownParameters(m *mline, p payload) string {
	t, _ := purpose.Of(m.purpose)
	if m.dir != recvonly || p.format != codec.Opus || !t.Music {
		return ""
	}
	return fmt.Sprintf("minptime=10;useinbandfec=1;usedtx=0;stereo=1;maxaveragebitrate=%d", t.MaxBitrate)
}

// sources names the SSRCs an m-line will carry.
func (w *answerWriter) sources(m *mline, stream string) {
	track := "mid" + m.mid
	w.line("a=msid:%s %s", stream, track)
	ssrcs := []uint32{m.ssrc}
	if m.rtxSSRC != 0 {
		w.line("a=ssrc-group:FID %d %d", m.ssrc, m.rtxSSRC)
		ssrcs = append(ssrcs, m.rtxSSRC)
	}
	for _, s := range ssrcs {
		w.line("a=ssrc:%d cname:%s", s, stream)
		w.line("a=ssrc:%d msid:%s %s", s, stream, track)
	}
}

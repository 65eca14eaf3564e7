package sfu

import (
	"fmt"
	"slices"
	"strings"

	"madoguchi/sfu/wire"

	"github.com/pion/sdp/v3"
)

// What an offer says of the ways its media take: profile, multiplexing, ICE and DTLS.

// protocols are the transports taken for each kind. Browsers say UDP whatever they mean (RFC 8829 section 5.1.2); the short
// forms are older than RFC 8841 and RFC 5764.
var protocols = map[kind][]string{
	audio:       {"UDP/TLS/RTP/SAVPF", "TCP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF", "RTP/SAVP"},
	application: {"UDP/DTLS/SCTP", "TCP/DTLS/SCTP", "DTLS/SCTP"},
}

// flawOf says why an m-line cannot be carried, as the end of a sentence that begins with it; empty if it can.
func flawOf(m *mline, media *sdp.MediaDescription) string {
	allowed := protocols[m.kind]
	if m.kind == video {
		allowed = protocols[audio]
	}
	if got := strings.Join(media.MediaName.Protos, "/"); !slices.Contains(allowed, got) {
		return fmt.Sprintf("goes over %.40q; %s is taken", got, allowed[0])
	}
	if _, mux := media.Attribute("rtcp-mux"); !mux && m.kind != application {
		return "has no a=rtcp-mux; sound, pictures and their reports share one way here (RFC 8858)"
	}
	return ""
}

// secures reports an offer without any keys, or with keys in the open.
func (o *offer) secures() error {
	_, ok := o.desc.Attribute("fingerprint")
	for i, m := range o.desc.MediaDescriptions {
		_, dtls := m.Attribute("fingerprint")
		if _, sdes := m.Attribute("crypto"); sdes && !ok && !dtls {
			return fmt.Errorf("%w: m-line %d offers keys in a=crypto; media is taken over DTLS-SRTP only (a=fingerprint)", ErrOffer, i)
		}
		ok = ok || dtls
	}
	if !ok {
		return fmt.Errorf("%w: it has no a=fingerprint; media is taken over DTLS-SRTP only", ErrOffer)
	}
	return nil
}

// readSecurity takes what ICE and DTLS need from the first m-line that is taken up, or else from the session: each m-line may
// have its own, and all are carried by the first one's connection.
func (o *offer) readSecurity() error {
	first := slices.IndexFunc(o.lines, func(m mline) bool { return !m.rejected })
	attrs := o.desc.MediaDescriptions[first].Attributes
	values := func(key string) []string {
		for _, list := range [][]sdp.Attribute{attrs, o.desc.Attributes} {
			var found []string
			for _, a := range list {
				if a.Key == key {
					found = append(found, strings.TrimSpace(a.Value))
				}
			}
			if len(found) > 0 {
				return found
			}
		}
		return nil
	}
	value := func(key string) string { return strings.Join(values(key)[:min(1, len(values(key)))], "") }
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%w: m-line %d (%s) %s", ErrOffer, first, o.lines[first].kind, fmt.Sprintf(format, args...))
	}
	o.ufrag = value("ice-ufrag")
	switch pwd := value("ice-pwd"); {
	case o.ufrag == "" || pwd == "":
		return fail("has no a=ice-ufrag or a=ice-pwd; media is taken over ICE only")
	case !iceWord(o.ufrag, 4):
		return fail("has an a=ice-ufrag that is not of 4 to 256 letters, digits, + and / (RFC 8839)")
	case !iceWord(pwd, 22):
		return fail("has an a=ice-pwd that is not of 22 to 256 letters, digits, + and / (RFC 8839)")
	}
	switch setup := value("setup"); setup {
	case "", "actpass", "active": // without, the offerer is active (RFC 4145)
	case "passive":
		o.passive = true
	default:
		return fail("has a=setup:%.20s; offer actpass (RFC 8842)", setup)
	}
	prints := values("fingerprint")
	if len(prints) == 0 {
		return fail("has no a=fingerprint, nor has the session; media is taken over DTLS-SRTP only")
	}
	o.fingerprint = strings.ToLower(strings.Join(prints, "\n"))
	var err error
	if o.fingerprintSum, err = wire.ParseFingerprint(prints...); err != nil {
		return fail("has an a=fingerprint that cannot be used: %v", err)
	}
	return nil
}

// iceWord reports whether a word is of at least that many ice-chars (RFC 8839 section 5.4).
func iceWord(s string, least int) bool {
	return len(s) >= least && len(s) <= 256 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == ""
}

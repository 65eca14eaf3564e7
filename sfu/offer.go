package sfu

import (
	"fmt"
	"slices"
	"strings"

	"madoguchi/sfu/purpose"
	"madoguchi/sfu/wire"

	"github.com/pion/sdp/v3"
)

// offer is a client's offer, read and arranged.
type offer struct {
	desc  *sdp.SessionDescription
	lines []mline

	session        string // o= session id: the same for every offer of one peer connection
	fingerprint    string // as written
	fingerprintSum wire.Fingerprint
	ufrag          string
	passive        bool // the client waits for our handshake
	bundled        bool // there is a BUNDLE group
}

// readOffer parses and checks a client's offer. Its errors say what to change.
func readOffer(text string, limits Limits) (*offer, error) {
	if len(text) > limits.SDPBytes {
		return nil, fmt.Errorf("%w: %d bytes of SDP, at most %d are taken", ErrOffer, len(text), limits.SDPBytes)
	}
	desc, err := parseSDP(text)
	if err != nil {
		return nil, fmt.Errorf("%w: not valid SDP: %w", ErrOffer, err)
	}
	o := &offer{desc: desc, lines: describe(desc), session: fmt.Sprint(desc.Origin.SessionID)}
	if len(o.lines) == 0 {
		return nil, fmt.Errorf("%w: it has no m-line; offer sound, pictures or a data channel", ErrOffer)
	}
	var media int
	mids := map[string]bool{}
	for i := range o.lines {
		m := &o.lines[i]
		switch m.kind {
		case audio, video:
			media++
		case application:
		default:
			return nil, fmt.Errorf("%w: m-line %d is of kind %q; only audio, video and application are taken", ErrOffer, i, m.kind)
		}
		if m.mid == "" {
			return nil, fmt.Errorf("%w: m-line %d (%s) has no a=mid; use unified plan", ErrOffer, i, m.kind)
		}
		if mids[m.mid] {
			return nil, fmt.Errorf("%w: a=mid %q is used twice", ErrOffer, m.mid)
		}
		mids[m.mid] = true
	}
	if media > limits.TracksPerPeer {
		return nil, fmt.Errorf("%w: %d m-lines of sound and pictures, at most %d are taken", ErrOffer, media, limits.TracksPerPeer)
	}
	if n := strings.Count(text, "\na=candidate:"); n > limits.Candidates*len(o.lines) {
		return nil, fmt.Errorf("%w: %d candidates, at most %d for each m-line are taken", ErrOffer, n, limits.Candidates)
	}
	for i := range o.lines {
		m := &o.lines[i]
		m.flaw = flawOf(m, desc.MediaDescriptions[i])
	}
	return o, o.secures()
}

// arrange decides what each m-line will be: up (the client sends), down (it receives), inactive or rejected. Simulcast is answered without, so that the client sends one picture.
func (o *offer) arrange(join Join) error {
	usable, channels := 0, 0
	for i := range o.lines {
		m := &o.lines[i]
		if m.kind == application {
			channels++
			if m.rejected = m.rejected || m.flaw != "" || channels > 1; !m.rejected {
				usable++
			}
			continue
		}
		want := wanted(join.Kind, m.dir)
		switch {
		case m.rejected || m.flaw != "" || !m.forwards():
			m.reject()
			continue
		case want == sendonly && !join.Publish:
			return fmt.Errorf("%w: m-line %s wants to send; offer recvonly, or get a token with publish", ErrNotAllowed, m.mid)
		case want == recvonly && !join.Subscribe:
			return fmt.Errorf("%w: m-line %s wants to receive; offer sendonly, or get a token with subscribe", ErrNotAllowed, m.mid)
		}
		if want != inactive {
			usable++
		}
		m.dir = want
		if err := m.assign(join); err != nil {
			return err
		}
	}
	if usable == 0 {
		return o.nothing()
	}
	o.bundle()
	return o.readSecurity()
}

// assign notes what an m-line is for: what its client says, or else what such a line usually is for.
func (m *mline) assign(join Join) error {
	m.purpose = purpose.Purpose(join.Purposes[m.mid])
	sound := m.kind == audio
	if m.purpose == "" && m.dir == sendonly {
		m.purpose = purpose.Usual(sound)
		for _, use := range join.Uses {
			if t, ok := purpose.Of(purpose.Purpose(use)); ok && t.Sound == sound {
				m.purpose = t.Purpose
			}
		}
	}
	if t, ok := purpose.Of(m.purpose); m.purpose != "" && (!ok || t.Sound != sound) {
		return fmt.Errorf("%w: m-line %s (%s) is said to be for %q; %s is for %s", ErrOffer, m.mid, m.kind, m.purpose, m.kind,
			strings.Join(purpose.Names(sound), " or "))
	}
	return nil
}

// nothing is the refusal of an offer of which no m-line can be taken up; it says why for each.
func (o *offer) nothing() error {
	for i := range o.lines {
		if m := &o.lines[i]; m.flaw != "" {
			return fmt.Errorf("%w: m-line %d (%s) %s", ErrOffer, i, m.kind, m.flaw)
		}
	}
	return fmt.Errorf("%w: Opus, VP8, VP9, H264 (packetization-mode 1) and AV1 are forwarded, and data channels over SCTP", ErrNoCodec)
}

// wanted says what an m-line of the given direction is for. A sendrecv line is one way here: WHEP only receives, all
// others send.
func wanted(k Kind, d direction) direction {
	switch {
	case d == inactive:
		return inactive
	case d != sendrecv:
		return d
	case k == WHEP:
		return recvonly
	default:
		return sendonly
	}
}

// channels reports whether data channels will be served.
func (o *offer) channels() bool {
	return slices.ContainsFunc(o.lines, func(m mline) bool { return m.kind == application && !m.rejected })
}

// bundle rejects the m-lines that would need a connection of their own: all are carried by one (RFC 8843).
func (o *offer) bundle() {
	var group []string
	for _, a := range o.desc.Attributes {
		if mids, ok := strings.CutPrefix(a.Value, "BUNDLE"); ok && a.Key == "group" && !o.bundled {
			group, o.bundled = strings.Fields(mids), true
		}
	}
	first := slices.IndexFunc(o.lines, func(m mline) bool { return !m.rejected })
	if first < 0 || len(o.lines) == 1 {
		return
	}
	if !slices.Contains(group, o.lines[first].mid) {
		group, o.bundled = []string{o.lines[first].mid}, false
	}
	for i := range o.lines {
		if m := &o.lines[i]; !slices.Contains(group, m.mid) {
			m.reject()
		}
	}
}

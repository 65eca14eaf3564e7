package sfu

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The rules an answer has to keep, written from the RFCs and from nothing of the package's own: not its parser, not its idea
// of a codec.

// section is a session's or an m-line's lines, by type and, for attributes, by name.
type section struct {
	m      []string            // words of the m-line: media, port, protocol, formats
	fields map[string][]string // values of v=, o= …
	attrs  map[string][]string // values of a=name:value
}

func (s *section) has(name string) bool { return len(s.attrs[name]) > 0 }

func (s *section) one(name string) string {
	return strings.Join(s.attrs[name][:min(1, len(s.attrs[name]))], "")
}

// sections splits a description at its m-lines; the first is the session's.
func sections(text string) []*section {
	list := []*section{{fields: map[string][]string{}, attrs: map[string][]string{}}}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		typ, value, ok := strings.Cut(line, "=")
		if !ok {
			continue
		}
		if typ == "m" {
			list = append(list, &section{m: strings.Fields(value), fields: map[string][]string{}, attrs: map[string][]string{}})
		}
		s := list[len(list)-1]
		if typ != "a" {
			s.fields[typ] = append(s.fields[typ], value)
			continue
		}
		name, value, _ := strings.Cut(value, ":")
		s.attrs[name] = append(s.attrs[name], value)
	}
	return list
}

// headed reports the part of each value after a first word that must be the given one.
func headed(values []string, head string) []string {
	var list []string
	for _, v := range values {
		if first, rest, _ := strings.Cut(v, " "); first == head {
			list = append(list, rest)
		}
	}
	return list
}

// breaches lists every rule that an answer breaks.
func breaches(offerText, answerText string) []string {
	var list []string
	breach := func(rfc, format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)+" ("+rfc+")") }
	for line := range strings.Lines(answerText) {
		if !strings.HasSuffix(line, "\r\n") || !regexp.MustCompile(`^[a-z]=\S`).MatchString(line) {
			breach("RFC 8866 section 9", "line %q", line)
		}
	}
	offer, answer := sections(offerText), sections(answerText)
	if len(offer) != len(answer) {
		breach("RFC 3264 section 6", "%d m-lines answered with %d", len(offer)-1, len(answer)-1)
		return list
	}
	session := answer[0]
	if !slices.Equal(session.fields["v"], []string{"0"}) || len(session.fields["s"]) != 1 || len(session.fields["t"]) != 1 {
		breach("RFC 8866 section 5", "v=, s= and t= are not there once each")
	}
	if !regexp.MustCompile(`^\S+ \d{1,19} \d{1,19} IN IP[46] \S+$`).MatchString(strings.Join(session.fields["o"], "|")) {
		breach("RFC 8829 section 5.3.1", "o=%v", session.fields["o"])
	}
	rules := &rules{offer: offer, answer: answer, breach: breach, ssrcs: map[string]bool{}}
	for _, s := range offer {
		for _, v := range s.attrs["ssrc"] {
			id, _, _ := strings.Cut(v, " ")
			rules.ssrcs[id] = true
		}
	}
	rules.bundle()
	for i := 1; i < len(answer); i++ {
		rules.line(i, offer[i], answer[i])
	}
	return list
}

// rules is an answer being judged.
type rules struct {
	offer, answer []*section
	breach        func(rfc, format string, args ...any)
	ssrcs         map[string]bool // in use by the offerer or an earlier m-line
	bundled       []string
}

func (r *rules) bundle() {
	group := func(s *section) []string {
		for _, g := range s.attrs["group"] {
			if f := strings.Fields(g); f[0] == "BUNDLE" {
				return f[1:]
			}
		}
		return nil
	}
	offered := group(r.offer[0])
	r.bundled = group(r.answer[0])
	if len(offered) == 0 && len(r.bundled) > 0 {
		r.breach("RFC 9143 section 7.3", "a BUNDLE group that was not offered")
	}
	taken := 0
	for i, s := range r.answer[1:] {
		mid := s.one("mid")
		if r.offer[i+1].one("mid") != mid {
			r.breach("RFC 5888 section 9.1", "m-line %d: mid %q answered %q", i, r.offer[i+1].one("mid"), mid)
		}
		if s.m[1] == "0" {
			if slices.Contains(r.bundled, mid) {
				r.breach("RFC 9143 section 7.3.3", "rejected m-line %d stays in the group", i)
			}
			continue
		}
		taken++
		if len(r.bundled) > 0 && !slices.Contains(r.bundled, mid) {
			r.breach("RFC 9143 section 7.3", "m-line %d needs a connection of its own", i)
		}
	}
	for _, mid := range r.bundled {
		if !slices.Contains(offered, mid) {
			r.breach("RFC 9143 section 7.3", "mid %s was not in the offered group", mid)
		}
	}
	switch {
	case taken == 0:
		r.breach("RFC 3264 section 6", "every m-line is rejected: that is a refusal")
	case taken > 1 && len(r.bundled) == 0:
		r.breach("RFC 9143 section 7.3", "%d m-lines are taken without a group", taken)
	}
}

func (r *rules) line(i int, o, a *section) {
	if a.m[0] != o.m[0] || a.m[2] != o.m[2] {
		r.breach("RFC 3264 section 6", "m-line %d: %s over %s answered %s over %s", i-1, o.m[0], o.m[2], a.m[0], a.m[2])
	}
	if len(a.m) < 4 {
		r.breach("RFC 8866 section 5.14", "m-line %d has no format", i-1)
		return
	}
	for _, f := range a.m[3:] {
		if !slices.Contains(o.m[3:], f) {
			r.breach("RFC 3264 section 6.1", "m-line %d: format %s was not offered", i-1, f)
		}
	}
	if a.m[1] == "0" {
		return
	}
	if o.m[1] == "0" && !o.has("bundle-only") {
		r.breach("RFC 3264 section 6", "m-line %d was offered with port 0 and taken", i-1)
	}
	r.direction(i, o, a)
	r.transport(i, o, a)
	if a.m[0] == "application" {
		r.sctp(i, o, a)
		return
	}
	r.codecs(i, o, a)
	r.extensions(i, o, a)
	r.sources(i, a)
}

func directionIn(s, session *section) string {
	for _, from := range []*section{s, session} {
		for _, d := range []string{"sendrecv", "sendonly", "recvonly", "inactive"} {
			if from.has(d) {
				return d
			}
		}
	}
	return "sendrecv"
}

func (r *rules) direction(i int, o, a *section) {
	was, is := directionIn(o, r.offer[0]), directionIn(a, r.answer[0])
	allowed := map[string]string{
		"sendonly": "recvonly inactive", "recvonly": "sendonly inactive", "inactive": "inactive", "sendrecv": "sendonly recvonly sendrecv inactive",
	}[was]
	if a.m[0] != "application" && !slices.Contains(strings.Fields(allowed), is) {
		r.breach("RFC 3264 section 6.1", "m-line %d: %s answered %s", i-1, was, is)
	}
}

func (r *rules) transport(i int, o, a *section) {
	if !regexp.MustCompile(`^[A-Za-z0-9+/]{4,256}$`).MatchString(a.one("ice-ufrag")) ||
		!regexp.MustCompile(`^[A-Za-z0-9+/]{22,256}$`).MatchString(a.one("ice-pwd")) {
		r.breach("RFC 8839 section 5.4", "m-line %d: ICE credentials", i-1)
	}
	if !regexp.MustCompile(`^sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}$`).MatchString(a.one("fingerprint")) {
		r.breach("RFC 8122 section 5", "m-line %d: fingerprint %q", i-1, a.one("fingerprint"))
	}
	was := o.one("setup") + r.offer[0].one("setup")
	want := map[string]string{"": "passive", "active": "passive", "passive": "active"}
	if role := a.one("setup"); want[was] != "" && role != want[was] || role != "active" && role != "passive" {
		r.breach("RFC 8842 section 5.3", "m-line %d: setup:%s answered %s", i-1, was, role)
	}
	first := len(r.bundled) == 0 || a.one("mid") == r.bundled[0]
	if first != a.has("candidate") || first != a.has("end-of-candidates") {
		r.breach("RFC 9143 section 9.3", "m-line %d: candidates belong to the tagged m-line only, and all of them", i-1)
	}
	seen := map[string]bool{}
	for _, c := range a.attrs["candidate"] {
		f := strings.Fields(c)
		if len(f) < 8 || f[1] != "1" || f[6] != "typ" || f[7] != "host" || seen[f[2]+f[4]+f[5]] {
			r.breach("RFC 8839 section 5.1", "m-line %d: candidate %q", i-1, c)
			continue
		}
		seen[f[2]+f[4]+f[5]] = true
		if _, err := netip.ParseAddr(f[4]); err != nil || f[2] == "tcp" && strings.Join(f[8:], " ") != "tcptype passive" {
			r.breach("RFC 8839, RFC 6544", "m-line %d: candidate %q", i-1, c)
		}
	}
	if !r.answer[0].has("ice-lite") {
		r.breach("RFC 8839 section 5.3", "a lite agent that does not say so")
	}
}

func (r *rules) sctp(i int, o, a *section) {
	old := o.has("sctpmap") || o.m[2] == "DTLS/SCTP" // before RFC 8841; Chromium refuses sctp-port there
	if old != a.has("sctpmap") || old == a.has("sctp-port") {
		r.breach("RFC 8841", "m-line %d: sctp-port and sctpmap", i-1)
	}
	if n, err := strconv.Atoi(a.one("max-message-size")); err != nil || n <= 0 {
		r.breach("RFC 8841 section 6", "m-line %d: max-message-size %q", i-1, a.one("max-message-size"))
	}
}

func (r *rules) codecs(i int, o, a *section) {
	if !o.has("rtcp-mux") || !a.has("rtcp-mux") {
		r.breach("RFC 5761 section 5.1.1", "m-line %d: rtcp-mux offered %v, answered %v", i-1, o.has("rtcp-mux"), a.has("rtcp-mux"))
	}
	if a.has("rtcp-rsize") && !o.has("rtcp-rsize") {
		r.breach("RFC 5506 section 5", "m-line %d: rtcp-rsize was not offered", i-1)
	}
	for _, pt := range a.m[3:] {
		was, is := headed(o.attrs["rtpmap"], pt), headed(a.attrs["rtpmap"], pt)
		if len(is) != 1 || len(was) == 0 || !strings.EqualFold(was[0], is[0]) {
			r.breach("RFC 3264 section 6.1", "m-line %d: payload type %s was %q and is %q", i-1, pt, was, is)
			continue
		}
		if strings.HasPrefix(strings.ToLower(is[0]), "rtx/") {
			apt := strings.TrimPrefix(strings.Join(headed(a.attrs["fmtp"], pt), ""), "apt=")
			if apt, _, _ = strings.Cut(apt, ";"); !slices.Contains(a.m[3:], apt) {
				r.breach("RFC 4588 section 8.6", "m-line %d: %s repairs %q, which is not there", i-1, pt, apt)
			}
		}
		offered := append(headed(o.attrs["rtcp-fb"], pt), headed(o.attrs["rtcp-fb"], "*")...)
		for _, fb := range headed(a.attrs["rtcp-fb"], pt) {
			if !slices.Contains(offered, fb) {
				r.breach("RFC 4585 section 4.2", "m-line %d: rtcp-fb %s %s was not offered", i-1, pt, fb)
			}
		}
	}
}

func (r *rules) extensions(i int, o, a *section) {
	used := map[string]bool{}
	mixed := a.has("extmap-allow-mixed") || r.answer[0].has("extmap-allow-mixed")
	if mixed && !o.has("extmap-allow-mixed") && !r.offer[0].has("extmap-allow-mixed") {
		r.breach("RFC 8285 section 6", "m-line %d: extmap-allow-mixed was not offered", i-1)
	}
	for _, e := range a.attrs["extmap"] {
		id, uri, _ := strings.Cut(e, " ")
		same := slices.ContainsFunc(o.attrs["extmap"], func(v string) bool {
			f := strings.Fields(strings.Replace(v, "/sendrecv", "", 1))
			return len(f) >= 2 && f[0] == id && f[1] == uri
		})
		if n, err := strconv.Atoi(id); !same || used[id] || err != nil || n < 1 || n > 255 || n > 14 && !mixed {
			r.breach("RFC 8285 section 6", "m-line %d: extmap %s", i-1, e)
		}
		used[id] = true
	}
}

func (r *rules) sources(i int, a *section) {
	sends := directionIn(a, r.answer[0]) == "sendonly"
	if sends != a.has("ssrc") || sends != a.has("msid") {
		r.breach("RFC 8829 section 5.3.1", "m-line %d: sends %v, names sources %v", i-1, sends, a.has("ssrc"))
	}
	mine := map[string]bool{}
	for _, v := range a.attrs["ssrc"] {
		id, _, _ := strings.Cut(v, " ")
		if r.ssrcs[id] {
			r.breach("RFC 3550 section 8", "m-line %d: SSRC %s is in use", i-1, id)
		}
		mine[id] = true
	}
	for id := range mine {
		r.ssrcs[id] = true
		if !slices.ContainsFunc(headed(a.attrs["ssrc"], id), func(v string) bool { return strings.HasPrefix(v, "cname:") }) {
			r.breach("RFC 5576 section 6.1", "m-line %d: SSRC %s has no cname", i-1, id)
		}
	}
	for _, g := range a.attrs["ssrc-group"] {
		for _, id := range strings.Fields(g)[1:] {
			if !mine[id] {
				r.breach("RFC 5576 section 4.2", "m-line %d: %s is in a group and not described", i-1, id)
			}
		}
	}
}

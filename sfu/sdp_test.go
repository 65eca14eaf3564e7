package sfu

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pion/sdp/v3"
)

// corpus is the folder of collected session descriptions.
func corpus(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("MADOGUCHI_DATA")
	if dir == "" {
		t.Skip("MADOGUCHI_DATA is not set: the collected session descriptions are not at hand")
	}
	return filepath.Join(dir, "sdp")
}

// namesOurs reports whether a description offers something the node forwards, in the way browsers have offered it since
// unified plan: with ICE, DTLS and a mid for each m-line.
func namesOurs(text string) bool {
	desc := &sdp.SessionDescription{}
	if desc.UnmarshalString(text) != nil || !strings.Contains(text, "a=fingerprint:") || strings.Contains(text, "a=crypto:") ||
		!strings.Contains(text, "a=ice-ufrag:") || !strings.Contains(text, "a=ice-pwd:") {
		return false
	}
	ours := false
	for i, m := range describe(desc) {
		if tracksOn(desc.MediaDescriptions[i]) > 1 || m.mid == "" || m.kind != audio && m.kind != video && m.kind != application {
			return false
		}
		ours = ours || m.kind == application || !m.rejected && m.dir != inactive && m.forwards()
	}
	return ours
}

// tracksOn counts the tracks of an m-line: more than one is plan B.
func tracksOn(m *sdp.MediaDescription) int {
	names := map[string]bool{}
	for _, a := range m.Attributes {
		if _, cname, ok := strings.Cut(a.Value, " cname:"); ok && a.Key == "ssrc" {
			names[cname] = true
		}
	}
	return len(names)
}

func TestEveryCollectedOfferGetsAnAnswerOrAClearRefusal(t *testing.T) {
	dir := corpus(t)
	index, err := os.Open(filepath.Join(dir, "index.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	rows, err := csv.NewReader(index).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	n := startNode(t, nil)
	answered := 0
	for _, row := range rows[1:] {
		b, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		text := string(b)
		answer, err := n.Offer(context.Background(), both(Join{Room: row[0], Participant: "p", SDP: text}))
		if err != nil {
			t.Logf("%s (%s, %s) refused: %v", row[0], row[1], row[2], err)
			if !errors.Is(err, ErrOffer) && !errors.Is(err, ErrNoCodec) {
				t.Errorf("%s: the refusal does not say whose fault it is: %v", row[0], err)
			}
			if namesOurs(text) {
				t.Errorf("%s names what we forward and was refused: %v", row[0], err)
			}
			continue
		}
		answered++
		checkAnswer(t, row[0], text, answer)
	}
	t.Logf("%d of %d answered", answered, len(rows)-1)
	if answered < 5 {
		t.Errorf("only %d were answered", answered)
	}
}

// checkAnswer holds an answer against its offer (RFC 3264, RFC 8843).
func checkAnswer(t *testing.T, name, offerText, answerText string) {
	t.Helper()
	var o, a sdp.SessionDescription
	if err := o.UnmarshalString(offerText); err != nil {
		t.Errorf("%s: offer: %v", name, err)
		return
	}
	if err := a.UnmarshalString(answerText); err != nil {
		t.Errorf("%s: answer cannot be read: %v", name, err)
		return
	}
	offered, got := describe(&o), describe(&a)
	if len(offered) != len(got) {
		t.Errorf("%s: %d m-lines answered with %d", name, len(offered), len(got))
		return
	}
	for i := range got {
		if got[i].kind != offered[i].kind {
			t.Errorf("%s: m-line %d is %s, answered %s", name, i, offered[i].kind, got[i].kind)
		}
		if got[i].rejected || got[i].kind == application {
			continue
		}
		for _, p := range got[i].payloads {
			if offered[i].matching(&p) == nil {
				t.Errorf("%s: m-line %d: payload type %d stands for something not offered", name, i, p.pt)
			}
		}
		for uri, id := range got[i].exts {
			if offered[i].exts[uri] != id {
				t.Errorf("%s: m-line %d: extension %s has another id", name, i, uri)
			}
		}
		switch d := got[i].dir; offered[i].dir {
		case sendonly:
			if d != recvonly && d != inactive {
				t.Errorf("%s: m-line %d: sendonly answered %s", name, i, d)
			}
		case recvonly:
			if d != sendonly && d != inactive {
				t.Errorf("%s: m-line %d: recvonly answered %s", name, i, d)
			}
		case inactive:
			if d != inactive {
				t.Errorf("%s: m-line %d: inactive answered %s", name, i, d)
			}
		}
	}
	if strings.Contains(answerText, "a=simulcast") {
		t.Errorf("%s: simulcast was agreed to", name)
	}
	if !strings.Contains(answerText, "a=candidate:") {
		t.Errorf("%s: no candidate in the answer", name)
	}
}

func TestBrokenOffersAreRefusedWithWhatWouldBeRight(t *testing.T) {
	n := startNode(t, nil)
	good := newClient(t, "p", clientShape{upAudio: true, downVideo: 1}).offer(nil)
	without := func(prefix string) string {
		var b strings.Builder
		for line := range strings.Lines(good) {
			if !strings.HasPrefix(line, prefix) {
				b.WriteString(line)
			}
		}
		return b.String()
	}
	for _, row := range []struct{ name, sdp, says string }{
		{"nothing", "", "m-line"},
		{"no SDP at all", "GET / HTTP/1.1\r\n\r\n", "SDP"},
		{"without m-lines", good[:strings.Index(good, "m=")], "m-line"},
		{"without mid", without("a=mid:"), "a=mid"},
		{"without fingerprint", without("a=fingerprint:"), "a=fingerprint"},
		{"without ICE password", without("a=ice-pwd:"), "a=ice-pwd"},
		{"one mid twice", strings.Replace(good, "a=mid:1", "a=mid:0", 1), "twice"},
		{"only codecs we do not know", "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 " +
			strings.Repeat("AA:", 31) + "AA\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" +
			"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendonly\r\na=rtpmap:0 PCMU/8000\r\n", "Opus"},
		{"keys in the open", strings.Replace(without("a=fingerprint:"), "a=mid:0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\na=mid:0", 1), "a=crypto"},
		{"an m-line of text", strings.Replace(good, "m=audio", "m=text", 1), "audio, video and application"},
		{"a fingerprint that is none", strings.ReplaceAll(good, "a=fingerprint:sha-256 ", "a=fingerprint:"), ""},
	} {
		_, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: row.sdp}))
		if !errors.Is(err, ErrOffer) && !errors.Is(err, ErrNoCodec) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("an offer %s: %v", row.name, err)
		}
	}
	if s := n.Stats(); s.Peers != 0 || s.Rooms != 0 {
		t.Errorf("refused offers left %+v", s)
	}
}

func TestASimulcastOfferIsAnsweredWithout(t *testing.T) {
	n := startNode(t, nil)
	c := newClient(t, "p", clientShape{upVideo: true})
	offer := strings.TrimRight(c.offer(nil), "\r\n") + "\r\na=rid:h send\r\na=rid:l send\r\na=simulcast:send h;l\r\n"
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(answer, "simulcast") || strings.Contains(answer, "a=rid") {
		t.Fatalf("simulcast was agreed to:\n%s", answer)
	}
}

func TestAnOfferOfEndlessPayloadTypesIsCutShort(t *testing.T) {
	n := startNode(t, nil)
	offer := newClient(t, "p", clientShape{upAudio: true}).offer(nil)
	formats := strings.Repeat(" 111 13 126", 4000)
	offer = regexp.MustCompile(`(?m)^(m=audio \d+ \S+).*\r$`).ReplaceAllString(offer, "${1}"+formats+"\r")
	start := time.Now()
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if !regexp.MustCompile(`(?m)^m=audio \d+ \S+ 111\r$`).MatchString(answer) {
		t.Errorf("answered\n%s", answer)
	}
}

func FuzzOffer(f *testing.F) {
	f.Add("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\n")
	if dir := os.Getenv("MADOGUCHI_DATA"); dir != "" {
		files, err := filepath.Glob(filepath.Join(dir, "sdp", "*.sdp"))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(b))
		}
	}
	limits := Limits{}.withDefaults()
	f.Fuzz(func(t *testing.T, text string) {
		o, err := readOffer(text, limits)
		if err != nil {
			return
		}
		if o.arrange(both(Join{})) != nil {
			return
		}
		lines := make([]mline, len(o.lines))
		for i := range o.lines {
			lines[i] = agree(&o.lines[i], &binding{ssrc: 1, rtxSSRC: 2})
		}
		text = writeAnswer(o, lines, local{streamOf: func(string) string { return "slot0" }})
		var answer sdp.SessionDescription
		if err := answer.UnmarshalString(text); err != nil {
			t.Fatalf("an answer cannot be read: %v", err)
		}
		if len(answer.MediaDescriptions) != len(lines) {
			t.Fatalf("%d m-lines were answered with %d", len(lines), len(answer.MediaDescriptions))
		}
	})
}

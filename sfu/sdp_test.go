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

// verdicts is what becomes of every collected description when it comes as an offer, file by file: "answered" with what of
// it is taken, or "refused" with what is said. A description that names what the node forwards and is refused is there for a
// reason a reader can check: it is not a whole offer (no keys, no ICE, no mid, no rtcp-mux), or it wants keys in the open.
func verdicts(t *testing.T) map[string][2]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "testdata", "sdp", "verdicts.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][2]string{}
	for _, row := range rows[1:] {
		table[row[0]] = [2]string{row[1], row[2]}
	}
	return table
}

// taken tells in a line what of an offer an answer takes.
func taken(answer string) string {
	var list []string
	for _, s := range sections(answer)[1:] {
		what := s.m[0] + " rejected"
		switch {
		case s.m[1] == "0":
		case s.m[0] == "application":
			what = "data channels"
		default:
			what = s.m[0] + " " + directionIn(s, s)
			for _, pt := range s.m[3:] {
				codec, _, _ := strings.Cut(strings.Join(headed(s.attrs["rtpmap"], pt), ""), "/")
				if !strings.EqualFold(codec, "rtx") && !strings.Contains(what, " "+codec) {
					what += " " + codec
				}
			}
		}
		list = append(list, what)
	}
	return strings.Join(list, ", ")
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
	table := verdicts(t)
	n := startNode(t, nil)
	answered := 0
	for _, row := range rows[1:] {
		b, err := os.ReadFile(filepath.Join(dir, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		got := [2]string{"answered"}
		answer, err := n.Offer(context.Background(), both(Join{Room: row[0], Participant: "p", SDP: string(b)}))
		if err != nil {
			if !errors.Is(err, ErrOffer) && !errors.Is(err, ErrNoCodec) {
				t.Errorf("%s: the refusal does not say whose fault it is: %v", row[0], err)
			}
			got = [2]string{"refused", strings.TrimPrefix(err.Error(), "offer of p in room "+row[0]+": ")}
		} else {
			answered++
			got[1] = taken(answer)
			for _, fault := range breaches(string(b), answer) {
				t.Errorf("%s: %s", row[0], fault)
			}
		}
		if want, ok := table[row[0]]; !ok || got != want {
			t.Errorf("%s,%s,%q\nwant %q", row[0], got[0], got[1], want)
		}
		delete(table, row[0])
	}
	for file := range table {
		t.Errorf("%s is in the table and not in the collection", file)
	}
	if s := n.Stats(); s.Peers != answered || s.Rooms != answered {
		t.Errorf("%d answers, and the node has %d peers in %d rooms", answered, s.Peers, s.Rooms)
	}
	t.Logf("measured: %d of %d collected descriptions answered, every other refused with its reason", answered, len(rows)-1)
}

func TestARuleBreakingAnswerIsNoticed(t *testing.T) {
	n := startNode(t, nil)
	offer := newClient(t, "p", bothWays).offer(nil)
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	if list := breaches(offer, answer); len(list) > 0 {
		t.Fatalf("a sound answer breaks rules: %q", list)
	}
	replace := func(old, with string) string { return regexp.MustCompile("(?m)"+old).ReplaceAllString(answer, with) }
	for name, broken := range map[string]string{
		"a line feed alone":         strings.Replace(answer, "\r\n", "\n", 1),
		"an m-line too few":         answer[:strings.LastIndex(answer, "m=")],
		"another role":              replace("setup:passive", "setup:actpass"),
		"a mid of its own":          replace("a=mid:1\r", "a=mid:x\r"),
		"a group without an m-line": replace("BUNDLE 0 1", "BUNDLE 0"),
		"sending where nobody asks": replace("a=recvonly", "a=sendonly"),
		"a format not offered":      replace(`^(m=audio \d+ \S+) `, "${1} 77 "),
		"no candidate":              replace("a=candidate.*\r\n", ""),
		"no mux":                    replace("a=rtcp-mux\r\n", ""),
		"one SSRC twice":            replace(`a=ssrc:\d+`, "a=ssrc:1"),
		"an extension renumbered":   replace(`a=extmap:\d+`, "a=extmap:13"),
		"a short fingerprint":       replace(`a=fingerprint:.*\r`, "a=fingerprint:sha-256 AA\r"),
	} {
		if broken == answer {
			t.Errorf("%s: the answer has nothing of the kind", name)
		}
		if len(breaches(offer, broken)) == 0 {
			t.Errorf("%s was not noticed", name)
		}
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
		{"of Opus with a clock it does not have", regexp.MustCompile(`opus/48000/2`).ReplaceAllString(
			newClient(t, "q", clientShape{upAudio: true}).offer(nil), "opus/90000"), "Opus"},
		{"only codecs we do not know", "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=fingerprint:sha-256 " +
			strings.Repeat("AA:", 31) + "AA\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" +
			"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\na=sendonly\r\na=rtpmap:0 PCMU/8000\r\n", "Opus"},
		{"keys in the open", strings.Replace(without("a=fingerprint:"), "a=mid:0", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\na=mid:0", 1), "a=crypto"},
		{"an m-line of text", strings.Replace(good, "m=audio", "m=text", 1), "audio, video and application"},
		{"a fingerprint that is none", strings.ReplaceAll(good, "a=fingerprint:sha-256 ", "a=fingerprint:"), "with a space between"},
		{"a fingerprint too short", regexp.MustCompile(`(a=fingerprint:sha-256 \S{20})\S+`).ReplaceAllString(good, "$1"), "32 bytes"},
		{"an unknown hash", strings.ReplaceAll(good, "a=fingerprint:sha-256", "a=fingerprint:md5"), "hash function"},
		{"without multiplexing", without("a=rtcp-mux"), "a=rtcp-mux"},
		{"without protection", strings.ReplaceAll(good, "UDP/TLS/RTP/SAVPF", "RTP/AVP"), "UDP/TLS/RTP/SAVPF is taken"},
		{"a role that is none", strings.ReplaceAll(good, "a=setup:actpass", "a=setup:holdconn"), "actpass"},
		{"a user too short", regexp.MustCompile(`a=ice-ufrag:\S+`).ReplaceAllString(good, "a=ice-ufrag:abc"), "a=ice-ufrag"},
		{"a password of strange letters", regexp.MustCompile(`a=ice-pwd:\S+`).ReplaceAllString(good, "a=ice-pwd:"+strings.Repeat("#", 24)), "a=ice-pwd"},
		{"a line of nonsense", strings.Replace(good, "t=0 0", "t=0 0\r\nnonsense", 1), `"nonsense"`},
		{"cut off in the middle of a line", good[:20], `line 2, "o=`},
		{"an unknown letter", strings.Replace(good, "a=mid:1", "y=1\r\na=mid:1", 1), `"y=1"`},
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

package sfu

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"
)

// Unreadable implements CodecObserver.
func (w *witness) Unreadable(_, participant, from, codec string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.blind = append(w.blind, participant+" of "+from+": "+codec)
}

func (w *witness) blindness() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.blind)
}

var h264 = webrtc.RTPCodecParameters{
	RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeH264, ClockRate: 90000,
		SDPFmtpLine: "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f",
	},
	PayloadType: 102,
}

// onlyH264 are the codecs of a client with a decoder for H264 and nothing else.
func onlyH264() []webrtc.RTPCodecParameters { return []webrtc.RTPCodecParameters{h264} }

// firstCodec is the codec an answer's first video m-line names first, which is what the client will send.
func firstCodec(t *testing.T, answer string) string {
	t.Helper()
	for _, s := range sections(answer)[1:] {
		if s.m[0] == "video" {
			name, _, _ := strings.Cut(strings.Join(headed(s.attrs["rtpmap"], s.m[3]), ""), "/")
			return name
		}
	}
	t.Fatal("no video in the answer")
	return ""
}

// answerTo joins and returns the answer.
func answerTo(t *testing.T, n *Node, c *client, j Join) string {
	t.Helper()
	j.Participant, j.SDP = c.name, c.offer(nil)
	answer, err := n.Offer(context.Background(), j)
	if err != nil {
		t.Fatal(err)
	}
	c.accept(answer)
	c.waitUp()
	return answer
}

// preferring is the codecs of a client that would rather send H264 than VP8.
func preferring() []webrtc.RTPCodecParameters { return append(onlyH264(), onlyVP8(true)...) }

func TestAPublisherIsSteeredToWhatEverybodyCanTake(t *testing.T) {
	for _, row := range []struct {
		name  string
		there []webrtc.RTPCodecParameters // of who receives already; nil: nobody
		want  string
	}{
		{"nobody yet: the floor every browser has", nil, "VP8"},
		{"somebody with H264 only", onlyH264(), "H264"},
		{"somebody with VP8 only", onlyVP8(true), "VP8"},
		{"somebody with both", preferring(), "VP8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			n := startNode(t, nil)
			if row.there != nil {
				newClient(t, "desk", clientShape{downVideo: 1, videoCodecs: row.there}).join(n, both(Join{Room: "r"}))
			}
			booth := newClient(t, "booth", clientShape{upVideo: true, videoCodecs: preferring()})
			if got := firstCodec(t, answerTo(t, n, booth, both(Join{Room: "r"}))); got != row.want {
				t.Errorf("steered to %s, want %s", got, row.want)
			}
		})
	}
}

func TestSteeringKeepsWithTheOffer(t *testing.T) {
	n := startNode(t, nil)
	booth := newClient(t, "booth", clientShape{upVideo: true, downVideo: 1, videoCodecs: preferring()})
	offer := booth.offer(nil)
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "booth", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range breaches(offer, answer) {
		t.Error(fault)
	}
	if !regexp.MustCompile(`(?m)^m=video 9 \S+ 120 121 102\r$`).MatchString(answer) {
		t.Errorf("the repair format does not stay behind what it repairs:\n%s", answer)
	}
}

func TestWhoCannotTakeWhatIsSentIsReported(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	booth := newClient(t, "booth", clientShape{upVideo: true, videoCodecs: append(onlyVP8(true), h264)})
	booth.join(n, both(Join{Room: "r"}))
	desk := newClient(t, "desk", clientShape{downVideo: 1})
	desk.join(n, both(Join{Room: "r"}))
	late := newClient(t, "monitor", clientShape{downVideo: 1, videoCodecs: onlyH264()})
	late.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk", "monitor")
	defer booth.stream()()
	desk.await("pictures", func() bool { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > 10 })
	late.await("the mismatch to be told", func() bool {
		return slices.Equal(w.blindness(), []string{"monitor of booth: VP8"}) && n.Stats().Unreadable == 1
	})
	if err := n.Leave(context.Background(), "r", "monitor"); err != nil {
		t.Fatal(err)
	}
	desk.await("it to be over", func() bool { return n.Stats().Unreadable == 0 })
	if got := w.blindness(); len(got) != 1 {
		t.Errorf("it was told again: %q", got)
	}
}

func TestTwoWithoutACodecInCommonAreReported(t *testing.T) {
	w := newWitness()
	n := startNode(t, func(c *Config) { c.Observer = w })
	booth := newClient(t, "booth", clientShape{upVideo: true, videoCodecs: onlyVP8(false)})
	booth.join(n, both(Join{Room: "r"}))
	desk := newClient(t, "desk", clientShape{downVideo: 1, videoCodecs: onlyH264()})
	desk.join(n, both(Join{Room: "r"}))
	if got := n.Stats().Unreadable; got != 0 {
		t.Fatalf("%d tracks are missed before anybody is let in", got)
	}
	admit(t, n, "r", "booth", "desk")
	desk.await("the mismatch to be told", func() bool {
		return slices.Equal(w.blindness(), []string{"desk of booth: none in common"}) && n.Stats().Unreadable == 1
	})
	admit(t, n, "r")
	if got := n.Stats().Unreadable; got != 0 {
		t.Errorf("%d tracks are missed by nobody", got)
	}
}

package sfu

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	far "madoguchi/sfu/client"
	"madoguchi/sfu/wire"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// readElsewhere gives an answer to another implementation. No implementation takes an answer to an offer it has not made, but
// every one reads an offer, and an answer is one but for who leads.
func readElsewhere(t *testing.T, answer string) error {
	t.Helper()
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(webrtc.SettingEngine{LoggerFactory: far.Silent{}})).
		NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pc.GracefulClose() }()
	text := strings.NewReplacer("a=setup:passive", "a=setup:actpass", "a=ice-lite\r\n", "").Replace(answer)
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: text}); err != nil {
		return err
	}
	_, err = pc.CreateAnswer(nil)
	return err
}

func TestAnotherImplementationReadsEveryAnswer(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(corpus(t), "*.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	n := startNode(t, nil)
	read := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := n.Offer(context.Background(), both(Join{Room: name, Participant: "p", SDP: string(b)}))
		if err != nil {
			continue // TestEveryCollectedOfferGetsAnAnswerOrAClearRefusal judges refusals
		}
		read++
		if err := readElsewhere(t, answer); err != nil {
			t.Errorf("%s: %v\n%s", filepath.Base(name), err, answer)
		}
	}
	if read < 5 {
		t.Errorf("only %d answers", read)
	}
}

func TestTheAnswerSaysWhatTheNodeIs(t *testing.T) {
	n := startNode(t, nil)
	c := newClient(t, "p", bothWays)
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: c.offer(nil)}))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		line string // a pattern
		want int
	}{
		{`a=ice-lite`, 1},
		{`a=group:BUNDLE 0 1 2 3 4 5 6 7 8`, 1},
		{`a=setup:passive`, 9},
		{`a=fingerprint:sha-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}`, 9},
		{`a=candidate:.*`, 2},
		{`a=end-of-candidates`, 1},
		{`a=rtcp-mux`, 8},
		{`a=recvonly`, 2},
		{`a=sendonly`, 6},
		{`a=msid:slot[012] mid\d+`, 6},
		{`a=ssrc-group:FID \d+ \d+`, 3},
		{`a=sctp-port:5000`, 1},
		{`a=rtpmap:\d+ opus/48000/2`, 4},
		{`a=rtpmap:\d+ (PCMU|G722|H265|ulpfec|red).*`, 0},
	} {
		if got := len(regexp.MustCompile(`(?m)^`+row.line+`\r$`).FindAllString(answer, -1)); got != row.want {
			t.Errorf("%d lines %s, want %d", got, row.line, row.want)
		}
	}
	if t.Failed() {
		t.Log(answer)
	}
}

func TestWithoutABundleOnlyOneMLineIsServed(t *testing.T) {
	n := startNode(t, nil)
	c := newClient(t, "p", clientShape{upAudio: true, upVideo: true})
	offer := regexp.MustCompile(`(?m)^a=group:BUNDLE.*\r\n`).ReplaceAllString(c.offer(nil), "")
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(answer, "a=group") || !strings.Contains(answer, "m=audio 9 ") || !strings.Contains(answer, "m=video 0 ") {
		t.Errorf("answered\n%s", answer)
	}
}

func TestAPeerThatWaitsForTheHandshakeIsAnsweredActive(t *testing.T) {
	n := startNode(t, nil)
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	offer := strings.ReplaceAll(booth.offer(nil), "a=setup:actpass", "a=setup:passive")
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "booth", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer, "a=setup:active") || strings.Contains(answer, "a=setup:passive") {
		t.Fatalf("answered\n%s", answer)
	}
	booth.accept(answer)
	booth.waitUp()
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	defer booth.stream()()
	defer desk.stream()()
	desk.await("pictures", func() bool { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > 10 })
	booth.await("pictures", func() bool { return len(booth.received(webrtc.RTPCodecTypeVideo, 0)) > 10 })
	if n.Stats().Connected != 2 {
		t.Errorf("%+v", n.Stats())
	}
}

// written is what a peer has been sent.
type written struct{ compounds [][]rtcp.Packet }

// WriteRTCP implements feedbackWriter.
func (w *written) WriteRTCP(pkts []rtcp.Packet, _ *wire.Batch) error {
	w.compounds = append(w.compounds, pkts)
	return nil
}

func TestFeedbackStandsAloneOnlyForThoseWhoAgreedToIt(t *testing.T) {
	pli := &rtcp.PictureLossIndication{MediaSSRC: 1}
	for _, whole := range []bool{false, true} {
		w := &written{}
		p := &peer{back: w, wholeReports: whole, feedbackSSRC: 7}
		p.send(pli)
		p.send(&rtcp.ReceiverReport{SSRC: 7})
		first := w.compounds[0]
		if whole {
			if err := rtcp.CompoundPacket(first).Validate(); err != nil {
				t.Errorf("a peer that wants whole compounds gets %v: %v", first, err)
			}
		} else if len(first) != 1 {
			t.Errorf("a peer that takes feedback alone gets %v", first)
		}
		if len(w.compounds[1]) != 1 {
			t.Errorf("a report gets another before it: %v", w.compounds[1])
		}
	}
}

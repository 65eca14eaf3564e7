package sfu

import (
	"context"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/prometheus/client_golang/prometheus"
)

var candidateLine = regexp.MustCompile(`(?m)^a=candidate:\S+ 1 (udp|tcp) \d+ (\S+) (\d+) typ (\S+)`)

// candidatesOf lists the candidates of an answer as "udp 127.0.0.1:3478 host".
func candidatesOf(t *testing.T, n *Node) map[string]bool {
	t.Helper()
	offer := newClient(t, "p", clientShape{upAudio: true}).offer(nil)
	answer, err := n.Offer(context.Background(), both(Join{Room: "r", Participant: "p", SDP: offer}))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]bool{}
	for _, m := range candidateLine.FindAllStringSubmatch(answer, -1) {
		list[m[1]+" "+m[2]+":"+m[3]+" "+m[4]] = true
	}
	return list
}

func TestTheAnswerHoldsOneUDPAndOneTCPCandidateOfTheSamePort(t *testing.T) {
	n := startNode(t, nil)
	udp, tcp := n.Addr()
	if udp != tcp || udp.Port() == 0 {
		t.Fatalf("UDP at %v, TCP at %v", udp, tcp)
	}
	got := candidatesOf(t, n)
	if len(got) != 2 || !got["udp "+udp.String()+" host"] || !got["tcp "+tcp.String()+" host"] {
		t.Fatalf("candidates %v", got)
	}
}

func TestWithoutTCPThereIsNone(t *testing.T) {
	n := startNode(t, func(c *Config) { c.ListenTCP = "off" })
	if _, tcp := n.Addr(); tcp.IsValid() {
		t.Fatalf("TCP at %v", tcp)
	}
	for c := range candidatesOf(t, n) {
		if strings.HasPrefix(c, "tcp") {
			t.Fatalf("candidate %s", c)
		}
	}
}

func TestPublicAddressesStandInForLocalOnes(t *testing.T) {
	n := startNode(t, func(c *Config) { c.PublicIPs = []string{"203.0.113.7"} })
	udp, _ := n.Addr()
	port := netip.AddrPortFrom(netip.MustParseAddr("203.0.113.7"), udp.Port()).String()
	got := candidatesOf(t, n)
	if !got["udp "+port+" host"] || !got["tcp "+port+" host"] || len(got) != 2 {
		t.Fatalf("candidates %v", got)
	}
}

func TestTheUnspecifiedAddressStandsForAllOfTheMachine(t *testing.T) {
	want, err := machineAddrs()
	if err != nil {
		t.Fatal(err)
	}
	n := startNode(t, func(c *Config) { c.ListenUDP = "0.0.0.0:0" })
	udp, _ := n.Addr()
	got := candidatesOf(t, n)
	for _, a := range want {
		if at := netip.AddrPortFrom(a, udp.Port()).String(); !got["udp "+at+" host"] && a.Is4() {
			t.Errorf("no candidate for %s in %v", at, got)
		}
	}
	for c := range got {
		if strings.Contains(c, "0.0.0.0") {
			t.Errorf("candidate %s", c)
		}
	}
}

func TestAPublicAddressForSeveralLocalOnesIsNotGuessedAt(t *testing.T) {
	addrs := []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::1")}
	for _, row := range []struct {
		public string
		fine   bool
	}{{"203.0.113.7", false}, {"2001:db8::7", true}} {
		err := oneBehindNAT(addrs, Config{ListenUDP: ":3478", PublicIPs: []string{row.public}})
		if (err == nil) != row.fine {
			t.Errorf("%s: %v", row.public, err)
		}
	}
}

func TestAConfigurationThatCannotWorkIsRefusedByTheFieldsName(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(*Config)
		says   string
	}{
		{"an address that is none", func(c *Config) { c.ListenUDP = "nonsense" }, "ListenUDP"},
		{"a TCP address that is none", func(c *Config) { c.ListenTCP = "127.0.0.1:x" }, "ListenTCP"},
		{"a public address that is none", func(c *Config) { c.PublicIPs = []string{"here"} }, "PublicIPs"},
		{"two public addresses of a family", func(c *Config) { c.PublicIPs = []string{"203.0.113.7", "203.0.113.8"} }, "PublicIPs"},
		{"a ring of odd size", func(c *Config) { c.Limits.VideoRing = 500 }, "Limits.VideoRing"},
		{"an address of another machine", func(c *Config) { c.ListenUDP = "203.0.113.7:0" }, "listen for media"},
	} {
		cfg := Config{}
		row.change(&cfg)
		n, err := New(cfg)
		if err == nil {
			_ = n.Close(context.Background())
		}
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
}

func TestAPortInUseIsSaidToBe(t *testing.T) {
	n := startNode(t, nil)
	udp, _ := n.Addr()
	if other, err := New(Config{ListenUDP: udp.String()}); err == nil {
		_ = other.Close(context.Background())
		t.Fatal("two nodes on one port")
	}
}

// codecs are a client's payload types for pictures.
func codecs(list ...webrtc.RTPCodecParameters) []webrtc.RTPCodecParameters { return list }

func videoCodec(mime, fmtp string, pt webrtc.PayloadType) webrtc.RTPCodecParameters {
	return webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: mime, ClockRate: 90000, SDPFmtpLine: fmtp,
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}},
		},
		PayloadType: pt,
	}
}

func TestEverySubscriberGetsItsOwnPayloadTypesAndOnlyItsOwnCodecs(t *testing.T) {
	n := startNode(t, nil)
	const h264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
	vp8 := func(pt webrtc.PayloadType) webrtc.RTPCodecParameters { return videoCodec(webrtc.MimeTypeVP8, "", pt) }
	av1 := func(pt webrtc.PayloadType) webrtc.RTPCodecParameters { return videoCodec(webrtc.MimeTypeAV1, "", pt) }
	booth := newClient(t, "booth", clientShape{upVideo: true, videoCodecs: codecs(vp8(101), av1(102))})
	desk := newClient(t, "desk", clientShape{downVideo: 1, videoCodecs: codecs(av1(101), vp8(125))})
	old := newClient(t, "old", clientShape{downVideo: 1, videoCodecs: codecs(videoCodec(webrtc.MimeTypeH264, h264, 101))})
	for _, c := range []*client{booth, desk, old} {
		c.join(n, both(Join{Room: "r"}))
	}
	admit(t, n, "r", "booth", "desk", "old")
	defer booth.stream()()
	var got []rtp.Packet
	desk.await("pictures", func() bool {
		got = desk.received(webrtc.RTPCodecTypeVideo, 0)
		return len(got) > 20
	})
	for _, p := range got {
		if p.PayloadType != 125 {
			t.Fatalf("payload type %d", p.PayloadType)
		}
	}
	if old.total() != 0 {
		t.Fatal("a codec that was not negotiated came through")
	}
}

func TestStatsAndMetricsTellWhatHappened(t *testing.T) {
	n := startNode(t, nil)
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk")
	defer booth.stream()()
	desk.await("packets", func() bool { return desk.total() > 50 })
	s := n.Stats()
	if s.Rooms != 1 || s.Peers != 2 || s.Connected != 2 || s.Up != 4 || s.Down != 12 || s.PacketsOut < 50 || s.Offers != 2 {
		t.Fatalf("%+v", s)
	}
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(n.Collector())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "madoguchi_sfu_peers_connected" && f.GetMetric()[0].GetGauge().GetValue() == 2 {
			return
		}
	}
	t.Fatalf("no figure for connected peers in %d metrics", len(families))
}

package sfu

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// lossy drops some packets the first time they pass, on the wire's side of everything else in a client.
type lossy struct {
	interceptor.NoOp
	drop func(seq uint16) bool

	mu   sync.Mutex
	seen map[[2]uint32]bool
	lost int
}

// NewInterceptor implements interceptor.Factory.
func (l *lossy) NewInterceptor(string) (interceptor.Interceptor, error) { return l, nil }

func (l *lossy) loses(ssrc uint32, seq uint16) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	key := [2]uint32{ssrc, uint32(seq)}
	if l.seen[key] || !l.drop(seq) {
		return false
	}
	l.seen[key] = true
	l.lost++
	return true
}

// BindRemoteStream implements interceptor.Interceptor.
func (l *lossy) BindRemoteStream(info *interceptor.StreamInfo, r interceptor.RTPReader) interceptor.RTPReader {
	return interceptor.RTPReaderFunc(func(b []byte, a interceptor.Attributes) (int, interceptor.Attributes, error) {
		for {
			n, attr, err := r.Read(b, a)
			if err != nil || n < 12 || info.MimeType != webrtc.MimeTypeVP8 || !l.loses(info.SSRC, uint16(b[2])<<8|uint16(b[3])) {
				return n, attr, err
			}
		}
	})
}

// BindLocalStream implements interceptor.Interceptor.
func (l *lossy) BindLocalStream(info *interceptor.StreamInfo, w interceptor.RTPWriter) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(h *rtp.Header, p []byte, a interceptor.Attributes) (int, error) {
		if h.SSRC == info.SSRC && info.MimeType == webrtc.MimeTypeVP8 && l.loses(h.SSRC, h.SequenceNumber) {
			return len(p), nil
		}
		return w.Write(h, p, a)
	})
}

// onlyVP8 is a client's codecs with or without RTX.
func onlyVP8(rtx bool) []webrtc.RTPCodecParameters {
	list := []webrtc.RTPCodecParameters{{
		RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}},
		},
		PayloadType: 120,
	}}
	if rtx {
		list = append(list, webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeRTX, ClockRate: 90000, SDPFmtpLine: "apt=120"},
			PayloadType:        121,
		})
	}
	return list
}

func TestLostPacketsAreRecoveredInBothDirectionsOverTheWrap(t *testing.T) {
	for _, rtx := range []bool{true, false} {
		for _, upstream := range []bool{true, false} {
			t.Run(fmt.Sprintf("rtx %v upstream %v", rtx, upstream), func(t *testing.T) {
				n := startNode(t, nil)
				l := &lossy{seen: map[[2]uint32]bool{}, drop: func(seq uint16) bool { return seq%7 == 3 }}
				up := clientShape{upVideo: true, videoCodecs: onlyVP8(rtx)}
				down := clientShape{downVideo: 1, videoCodecs: onlyVP8(rtx)}
				if upstream {
					up.below = l
				} else {
					down.below = l
				}
				booth, desk := newClient(t, "booth", up), newClient(t, "desk", down)
				booth.join(n, both(Join{Room: "r"}))
				desk.join(n, both(Join{Room: "r"}))
				admit(t, n, "r", "booth", "desk")
				booth.sentVideo.Store(65536 - 100)
				const total = 300
				got := map[string]bool{}
				all := func() bool {
					for _, p := range desk.received(webrtc.RTPCodecTypeVideo, 0) {
						got[string(p.Payload[5:])] = true
					}
					return len(got) == total
				}
				pace := time.NewTicker(time.Millisecond) // a camera's packets do not come all at once
				defer pace.Stop()
				for i := range total {
					<-pace.C
					booth.sendVideo(i == 0, fmt.Sprintf("frame %d", i))
				}
				// The very last packets have nobody behind them to show that they are missing.
				for i := 0; !all() && i < 1000; i++ {
					<-pace.C
					booth.sendVideo(false, "frame 0")
				}
				desk.await("every frame", all)
				l.mu.Lock()
				defer l.mu.Unlock()
				if l.lost < total/10 {
					t.Fatalf("only %d packets were lost: the test shows nothing", l.lost)
				}
			})
		}
	}
}

// everySeed is every captured packet at hand, and some nonsense.
func everySeed(t testing.TB) [][]byte {
	list := [][]byte{nil, {0x80}, make([]byte, 12), {0x90, 96, 0, 1, 0, 0, 0, 0, 0, 0, 4, 210, 0xbe, 0xde, 0xff, 0xff}}
	dir := os.Getenv("MADOGUCHI_DATA")
	if dir == "" {
		return list
	}
	for _, sub := range []string{"rtp", "rtcp", "stun", "sctp"} {
		files, err := filepath.Glob(filepath.Join(dir, "packets", sub, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, b[:min(len(b), 4000)])
		}
	}
	return list
}

func FuzzIncomingRTP(f *testing.F) {
	for _, b := range everySeed(f) {
		f.Add(b, uint32(1234))
	}
	f.Fuzz(func(t *testing.T, b []byte, ssrc uint32) {
		core := newBench()
		u, _ := core.publisher(vp8Line(96, 97))
		d, w := core.subscriber(vp8Line(96, 97))
		p := u.peer
		p.node.limits = Limits{}.withDefaults()
		p.budget = newBudget(p.node.limits)
		p.ups = []*upTrack{u}
		p.declared = map[uint32]route{1234: {up: u}, 1235: {u, true}}
		p.ready.Store(true)
		d.attach(u, core.now)
		in := &inlet{peer: p, ssrc: ssrc}
		for range 3 {
			p.receiveRTP(in, append([]byte(nil), b...), nil)
		}
		for _, out := range w.packets {
			if _, err := out.Marshal(); err != nil {
				t.Fatalf("what went out cannot be written: %v", err)
			}
		}
	})
}

func FuzzIncomingRTCP(f *testing.F) {
	for _, b := range everySeed(f) {
		f.Add(b, uint32(77))
	}
	f.Fuzz(func(_ *testing.T, b []byte, ssrc uint32) {
		core := newBench()
		u, _ := core.publisher(vp8Line(96, 0))
		d, _ := core.subscriber(vp8Line(96, 97))
		d.peer.downs = []*downTrack{d}
		d.peer.ups = []*upTrack{u}
		d.peer.ready.Store(true)
		d.attach(u, core.now)
		for i := range uint16(20) {
			core.feed(u, vp8Packet(96, i, uint32(i), i == 0, i, "x"))
		}
		d.ssrc = ssrc
		d.peer.receiveRTCP(b, nil)
		d.ssrc = 77
		d.peer.receiveRTCP(b, nil)
	})
}

func TestAPeerThatSendsGarbageDisturbsNobody(t *testing.T) {
	n := startNode(t, nil)
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	bad := newClient(t, "bad", clientShape{upAudio: true, upVideo: true, downVideo: 1, noInterceptors: true})
	bad.join(n, both(Join{Room: "r"}))
	admit(t, n, "r", "booth", "desk", "bad")
	defer booth.stream()()
	desk.await("pictures", func() bool { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > 10 })
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		noise := make([]byte, random.IntN(1200))
		for i := range noise {
			noise[i] = byte(random.Uint32())
		}
		_ = bad.Video.WriteRTP(&rtp.Packet{
			Header: rtp.Header{
				Version: 2, SequenceNumber: uint16(random.Uint32()), Timestamp: random.Uint32(), Marker: random.IntN(2) == 0,
				Padding: random.IntN(4) == 0, PaddingSize: byte(random.Uint32()),
			},
			Payload: noise,
		})
		_ = bad.PC.WriteRTCP([]rtcp.Packet{
			&rtcp.TransportLayerNack{MediaSSRC: random.Uint32(), Nacks: []rtcp.NackPair{{PacketID: uint16(random.Uint32()), LostPackets: 0xffff}}},
			&rtcp.PictureLossIndication{MediaSSRC: random.Uint32N(40)},
			&rtcp.SenderReport{SSRC: random.Uint32N(40), NTPTime: random.Uint64(), RTPTime: random.Uint32()},
		})
	}
	had := len(desk.received(webrtc.RTPCodecTypeVideo, 0))
	desk.await("pictures to go on", func() bool { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) > had+100 })
	desk.await("whoever names ever new streams to be put out", func() bool { return n.Stats().Peers == 2 })
}

func TestAFloodIsCutOffEarly(t *testing.T) {
	n := startNode(t, func(c *Config) { c.Limits.PacketsPerSec = 200 })
	c := newClient(t, "p", clientShape{upVideo: true})
	c.join(n, both(Join{Room: "r"}))
	for range 2000 {
		c.sendVideo(false, "flood")
	}
	c.await("the rest to be dropped", func() bool { s := n.Stats(); return s.Flooded > 500 && s.PacketsIn > 100 })
}

// stall is a TCP relay whose way to the client can be stopped, as if the client did not read.
type stall struct {
	listener net.Listener
	stopped  chan struct{} // closed: nothing is passed to the client any more
	ended    chan struct{}
	wg       sync.WaitGroup
}

func newStall(t *testing.T, to string) *stall {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stall{listener: l, stopped: make(chan struct{}), ended: make(chan struct{})}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = conn.Close()
				continue
			}
			s.wg.Go(func() { <-s.ended; _ = conn.Close(); _ = far.Close() })
			s.wg.Go(func() { _, _ = io.Copy(far, conn) })
			s.wg.Go(func() {
				b := make([]byte, 4096)
				for {
					select {
					case <-s.stopped:
						return
					default:
					}
					k, err := far.Read(b)
					if err != nil {
						return
					}
					if _, err := conn.Write(b[:k]); err != nil {
						return
					}
				}
			})
		}
	})
	t.Cleanup(func() { close(s.ended); _ = l.Close(); s.wg.Wait() })
	return s
}

// joinByRelay connects a client over TCP by way of a relay that can be stopped.
func joinByRelay(t *testing.T, n *Node, room, name string, shape clientShape) (*client, *stall) {
	t.Helper()
	_, tcp := n.Addr()
	relay := newStall(t, tcp.String())
	shape.tcpOnly = true
	slow := newClient(t, name, shape)
	answer, err := n.Offer(context.Background(), both(Join{Room: room, Participant: name, SDP: slow.offer(nil)}))
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprint(relay.listener.Addr().(*net.TCPAddr).Port)
	answer = regexp.MustCompile(`(?m)^a=candidate:.* udp .*\r\n`).ReplaceAllString(answer, "")
	answer = regexp.MustCompile(`(a=candidate:\S+ \d tcp \d+ 127\.0\.0\.1) \d+`).ReplaceAllString(answer, "${1} "+port)
	slow.accept(answer)
	slow.waitUp()
	return slow, relay
}

func TestAReceiverThatNeverReadsHoldsNobodyBack(t *testing.T) {
	n := startNode(t, nil)
	booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
	booth.join(n, both(Join{Room: "r"}))
	desk.join(n, both(Join{Room: "r"}))
	slow, relay := joinByRelay(t, n, "r", "slow", clientShape{downAudio: 1, downVideo: 1})
	admit(t, n, "r", "booth", "desk", "slow")
	slow.await("pictures while it still reads", func() bool { return booth.Video != nil && startedBy(booth) && slow.total() > 10 })
	close(relay.stopped)
	// Far more than any buffer on the way holds.
	big := string(make([]byte, 1100))
	from := len(desk.received(webrtc.RTPCodecTypeVideo, 0))
	const packets = 5000
	pace := time.NewTicker(5 * time.Millisecond) // four packets each: below the node's limits, however quick the machine
	defer pace.Stop()
	got := func() int { return len(desk.received(webrtc.RTPCodecTypeVideo, 0)) - from }
	for i := range packets {
		if i%4 == 0 {
			<-pace.C
		}
		if i%64 == 0 { // a busy machine gets the time it needs; a desk held back would stop here for good
			desk.await("the desk to keep up", func() bool { return i-got() < packets/10 })
		}
		booth.sendVideo(false, big)
	}
	desk.await("nearly all of it at the desk", func() bool {
		return got() > packets*95/100
	})
}

// startedBy sends one key frame and reports true, so that it can stand in a condition that is asked again and again.
func startedBy(c *client) bool {
	c.sendVideo(true, "key")
	return true
}

func TestThreeHundredRoomsLeaveNothingBehind(t *testing.T) {
	n := startNode(t, nil)
	const rooms = 300
	work := make(chan int)
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for i := range work {
				room := fmt.Sprint("room", i)
				c := newClient(t, "booth", clientShape{upAudio: true, downVideo: 1, talk: true, noInterceptors: true})
				c.join(n, both(Join{Room: room}))
				if err := n.Admit(context.Background(), room, []string{"booth"}); err != nil {
					t.Error(err)
				}
				c.sendAudio("x")
				if i%2 == 0 {
					c.Close() // the client goes first, or
				}
				if err := n.CloseRoom(context.Background(), room); err != nil {
					t.Error(err)
				}
				c.Close()
			}
		})
	}
	for i := range rooms {
		work <- i
	}
	close(work)
	wg.Wait()
	if s := n.Stats(); s.Rooms != 0 || s.Peers != 0 || s.PeersEver != rooms {
		t.Fatalf("%+v", s)
	}
	owesNothing(t, n)
	// TestMain counts the goroutines once the node is closed.
}

func TestStreamsBeyondTheLimitAreIgnored(t *testing.T) {
	n := startNode(t, func(c *Config) { c.Limits.Streams = 5 })
	p := &peer{node: n, room: newRoom(n, "r"), key: peerKey{participant: "p"}}
	for i := range uint32(20) {
		if ignored := p.Stream(i) == nil; ignored != (i >= 5) {
			t.Fatalf("stream %d: ignored %v", i, ignored)
		}
	}
}

package sfu

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// patience is how long a test waits for something that should happen soon.
const patience = 15 * time.Second

// quiet keeps the libraries' warnings about closed connections out of the tests' output.
type quiet struct{}

func (quiet) NewLogger(string) logging.LeveledLogger {
	l := logging.NewDefaultLeveledLoggerForScope("", logging.LogLevelDisabled, io.Discard)
	return l
}

// startNode runs a node on loopback for the length of a test.
func startNode(t testing.TB, change func(*Config)) *Node {
	t.Helper()
	cfg := Config{ListenUDP: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&cfg)
	}
	n, err := New(cfg)
	if err != nil {
		t.Fatalf("start node: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := n.Close(ctx); err != nil {
			t.Errorf("close node: %v", err)
		}
	})
	return n
}

// clientShape says what a test client's offer contains.
type clientShape struct {
	upAudio, upVideo     bool
	downAudio, downVideo int
	talk                 bool
	codec                webrtc.RTPCodecCapability // of the up video; default VP8
	videoCodecs          []webrtc.RTPCodecParameters
	tcpOnly              bool
	noInterceptors       bool
	below                interceptor.Factory // between the client's own interceptors and the wire
}

// client is a real Pion peer: what it sends and receives crosses sockets.
type client struct {
	t     testing.TB
	name  string
	pc    *webrtc.PeerConnection
	audio *webrtc.TrackLocalStaticRTP
	video *webrtc.TrackLocalStaticRTP
	talk  *webrtc.DataChannel

	sentAudio, sentVideo atomic.Uint32 // RTP sequence numbers
	plis                 atomic.Int64

	mu       sync.Mutex
	got      map[string][]rtp.Packet // by mid
	messages []string
	talking  chan struct{}
	up       chan struct{}
	changed  chan struct{}
	readers  sync.WaitGroup
}

var vp8 = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}

func newClient(t testing.TB, name string, shape clientShape) *client {
	t.Helper()
	c := &client{
		t: t, name: name, got: map[string][]rtp.Packet{}, talking: make(chan struct{}), up: make(chan struct{}),
		changed: make(chan struct{}, 1),
	}
	m := &webrtc.MediaEngine{}
	if shape.videoCodecs == nil {
		if err := m.RegisterDefaultCodecs(); err != nil {
			t.Fatal(err)
		}
	} else {
		for _, vc := range shape.videoCodecs {
			if err := m.RegisterCodec(vc, webrtc.RTPCodecTypeVideo); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.RegisterCodec(webrtc.RTPCodecParameters{
			RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2},
			PayloadType:        111,
		}, webrtc.RTPCodecTypeAudio); err != nil {
			t.Fatal(err)
		}
	}
	registry := &interceptor.Registry{}
	if shape.below != nil {
		registry.Add(shape.below)
	}
	if !shape.noInterceptors {
		if err := webrtc.RegisterDefaultInterceptors(m, registry); err != nil {
			t.Fatal(err)
		}
	}
	s := webrtc.SettingEngine{LoggerFactory: quiet{}}
	// A packet that a test drops above SRTP counts as seen there; sent again, it must not look like a replay.
	s.DisableSRTPReplayProtection(shape.below != nil)
	s.SetIncludeLoopbackCandidate(true)
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if shape.tcpOnly {
		s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
	api := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(s))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	c.pc = pc
	var once sync.Once
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(c.up) })
		}
	})
	c.addTracks(shape)
	t.Cleanup(c.close)
	return c
}

func (c *client) addTracks(shape clientShape) {
	t := c.t
	one := func(track webrtc.TrackLocal) {
		tr, err := c.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			t.Fatal(err)
		}
		c.readers.Go(func() { // ends when the connection is closed
			for {
				pkts, _, err := tr.Sender().ReadRTCP()
				if err != nil {
					return
				}
				for _, p := range pkts {
					if _, ok := p.(*rtcp.PictureLossIndication); ok {
						c.plis.Add(1)
						c.poke()
					}
				}
			}
		})
	}
	var err error
	if shape.upAudio {
		c.audio, err = webrtc.NewTrackLocalStaticRTP(
			webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "a", c.name)
		if err != nil {
			t.Fatal(err)
		}
		one(c.audio)
	}
	if shape.upVideo {
		capability := vp8
		if shape.codec.MimeType != "" {
			capability = shape.codec
		}
		if c.video, err = webrtc.NewTrackLocalStaticRTP(capability, "v", c.name); err != nil {
			t.Fatal(err)
		}
		one(c.video)
	}
	recv := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	for range shape.downAudio {
		if _, err := c.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, recv); err != nil {
			t.Fatal(err)
		}
	}
	for range shape.downVideo {
		if _, err := c.pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, recv); err != nil {
			t.Fatal(err)
		}
	}
	if shape.talk {
		if c.talk, err = c.pc.CreateDataChannel("talk", nil); err != nil {
			t.Fatal(err)
		}
		c.talk.OnOpen(func() { close(c.talking) })
		c.talk.OnMessage(func(m webrtc.DataChannelMessage) {
			c.mu.Lock()
			c.messages = append(c.messages, string(m.Data))
			c.mu.Unlock()
			c.poke()
		})
	}
	c.pc.OnTrack(func(track *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
		mid := ""
		for _, tr := range c.pc.GetTransceivers() {
			if tr.Receiver() == r {
				mid = tr.Mid()
			}
		}
		c.readers.Go(func() { // ends when the connection is closed
			for {
				p, _, err := track.ReadRTP()
				if err != nil {
					return
				}
				c.mu.Lock()
				c.got[mid] = append(c.got[mid], *p)
				c.mu.Unlock()
				c.poke()
			}
		})
	})
}

// offer makes the offer with all candidates.
func (c *client) offer(options *webrtc.OfferOptions) string {
	c.t.Helper()
	gathered := webrtc.GatheringCompletePromise(c.pc)
	o, err := c.pc.CreateOffer(options)
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.pc.SetLocalDescription(o); err != nil {
		c.t.Fatal(err)
	}
	<-gathered
	return c.pc.LocalDescription().SDP
}

func (c *client) accept(answer string) {
	c.t.Helper()
	if err := c.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		c.t.Fatalf("%s: answer: %v", c.name, err)
	}
}

// join connects the client to a room and waits until its line is up.
func (c *client) join(n *Node, j Join) {
	c.t.Helper()
	j.Participant, j.SDP = c.name, c.offer(nil)
	answer, err := n.Offer(context.Background(), j)
	if err != nil {
		c.t.Fatalf("%s: %v", c.name, err)
	}
	c.accept(answer)
	c.waitUp()
}

func (c *client) waitUp() {
	c.t.Helper()
	select {
	case <-c.up:
	case <-time.After(patience):
		c.t.Fatalf("%s: not connected after %v", c.name, patience)
	}
}

func (c *client) poke() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// await waits until ok, which is asked again whenever something arrives, and once in a while.
func (c *client) await(what string, ok func() bool) {
	c.t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !ok() {
		select {
		case <-c.changed:
		case <-again.C:
		case <-deadline:
			c.t.Fatalf("%s: waited %v for %s", c.name, patience, what)
		}
	}
}

// received returns what has come on the nth m-line of a kind that the client receives on.
func (c *client) received(k webrtc.RTPCodecType, nth int) []rtp.Packet {
	for _, tr := range c.pc.GetTransceivers() {
		if tr.Kind() != k || tr.Direction() != webrtc.RTPTransceiverDirectionRecvonly {
			continue
		}
		if nth == 0 {
			c.mu.Lock()
			defer c.mu.Unlock()
			return append([]rtp.Packet(nil), c.got[tr.Mid()]...)
		}
		nth--
	}
	return nil
}

// total is how many packets the client has received.
func (c *client) total() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, l := range c.got {
		n += len(l)
	}
	return n
}

// sendVideo sends one VP8 packet that is a whole frame; what says what is in it.
func (c *client) sendVideo(key bool, what string) uint16 {
	c.t.Helper()
	seq := uint16(c.sentVideo.Add(1))
	c.sendVideoAs(seq, key, what)
	return seq
}

func (c *client) sendVideoAs(seq uint16, key bool, what string) {
	c.t.Helper()
	frame := byte(0x01)
	if key {
		frame = 0x00
	}
	payload := append([]byte{0x90, 0x80, 0x80 | byte(seq>>8&0x7f), byte(seq), frame}, what...)
	if err := c.video.WriteRTP(&rtp.Packet{
		Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: seq, Timestamp: uint32(seq) * 3000},
		Payload: payload,
	}); err != nil {
		c.t.Errorf("%s: send: %v", c.name, err)
	}
}

func (c *client) sendAudio(what string) {
	c.t.Helper()
	seq := uint16(c.sentAudio.Add(1))
	if err := c.audio.WriteRTP(&rtp.Packet{
		Header: rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: uint32(seq) * 960}, Payload: []byte(what),
	}); err != nil {
		c.t.Errorf("%s: send: %v", c.name, err)
	}
}

// stream sends sound and pictures until the returned function is called, which waits for the sender to end. A picture is a
// key frame whenever one has been asked for.
func (c *client) stream() (stop func()) {
	quit := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		asked := int64(-1)
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			if c.audio != nil {
				c.sendAudio("sound of " + c.name)
			}
			if c.video != nil {
				now := c.plis.Load()
				c.sendVideo(now != asked, "picture of "+c.name)
				asked = now
			}
		}
	})
	return sync.OnceFunc(func() { close(quit); wg.Wait() })
}

func (c *client) close() {
	_ = c.pc.GracefulClose()
	c.readers.Wait()
}

// holds reports whether one of the packets ends in what.
func holds(packets []rtp.Packet, what string) bool {
	for _, p := range packets {
		if strings.HasSuffix(string(p.Payload), what) {
			return true
		}
	}
	return false
}

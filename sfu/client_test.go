package sfu

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	far "madoguchi/sfu/client"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// patience is how long a test waits for something that should happen soon.
const patience = 15 * time.Second

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

// client is package client's, with what a test wants to know of it: what it sends and receives crosses sockets.
type client struct {
	*far.Client
	t    testing.TB
	name string

	sentAudio, sentVideo atomic.Uint32 // RTP sequence numbers
	plis                 atomic.Int64

	mu       sync.Mutex
	got      map[string][]rtp.Packet // by mid
	messages []string
	changed  chan struct{}
}

func newClient(t testing.TB, name string, shape clientShape) *client {
	t.Helper()
	c := &client{t: t, name: name, got: map[string][]rtp.Packet{}, changed: make(chan struct{}, 1)}
	o := far.Options{
		Name: name, Voice: shape.upAudio, Face: shape.upVideo, FaceCodec: shape.codec,
		Sounds: shape.downAudio, Pictures: shape.downVideo,
		Interceptors: shape.interceptors, Settings: shape.settings,
		Packet: c.packet, Feedback: c.feedback, Message: c.message,
	}
	if shape.talk {
		o.Channel = "talk"
	}
	if shape.videoCodecs != nil {
		o.Codecs = shape.codecs
	}
	var err error
	if c.Client, err = far.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// codecs registers Opus and the shape's own codecs.
func (shape clientShape) codecs(m *webrtc.MediaEngine) error {
	for _, vc := range shape.videoCodecs {
		if err := m.RegisterCodec(vc, webrtc.RTPCodecTypeVideo); err != nil {
			return err
		}
	}
	return m.RegisterCodec(webrtc.RTPCodecParameters{RTPCodecCapability: far.Opus, PayloadType: 111}, webrtc.RTPCodecTypeAudio)
}

func (shape clientShape) interceptors(m *webrtc.MediaEngine, r *interceptor.Registry) error {
	if shape.below != nil {
		r.Add(shape.below)
	}
	if shape.noInterceptors {
		return nil
	}
	return webrtc.RegisterDefaultInterceptors(m, r)
}

func (shape clientShape) settings(s *webrtc.SettingEngine) {
	// A packet that a test drops above SRTP counts as seen there; sent again, it must not look like a replay.
	s.DisableSRTPReplayProtection(shape.below != nil)
	if shape.tcpOnly {
		s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
}

func (c *client) packet(line far.Line, b []byte) {
	var p rtp.Packet
	if p.Unmarshal(bytes.Clone(b)) != nil {
		return
	}
	c.mu.Lock()
	c.got[line.Mid] = append(c.got[line.Mid], p)
	c.mu.Unlock()
	c.poke()
}

func (c *client) feedback(p rtcp.Packet) {
	if _, ok := p.(*rtcp.PictureLossIndication); ok {
		c.plis.Add(1)
		c.poke()
	}
}

func (c *client) message(b []byte) {
	c.mu.Lock()
	c.messages = append(c.messages, string(b))
	c.mu.Unlock()
	c.poke()
}

// offer makes the offer with all candidates.
func (c *client) offer(options *webrtc.OfferOptions) string {
	c.t.Helper()
	sdp, err := c.Offer(options)
	if err != nil {
		c.t.Fatal(err)
	}
	return sdp
}

func (c *client) accept(answer string) {
	c.t.Helper()
	if err := c.Accept(answer); err != nil {
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
	case <-c.Up():
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
	mids := c.Received(k)
	if nth >= len(mids) {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]rtp.Packet(nil), c.got[mids[nth]]...)
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
	if err := c.Video.WriteRTP(&rtp.Packet{
		Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: seq, Timestamp: uint32(seq) * 3000},
		Payload: payload,
	}); err != nil {
		c.t.Errorf("%s: send: %v", c.name, err)
	}
}

func (c *client) sendAudio(what string) {
	c.t.Helper()
	seq := uint16(c.sentAudio.Add(1))
	if err := c.Audio.WriteRTP(&rtp.Packet{
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
			if c.Audio != nil {
				c.sendAudio("sound of " + c.name)
			}
			if c.Video != nil {
				now := c.plis.Load()
				c.sendVideo(now != asked, "picture of "+c.name)
				asked = now
			}
		}
	})
	return sync.OnceFunc(func() { close(quit); wg.Wait() })
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

package client

import (
	"fmt"
	"io"
	"sync"

	"github.com/pion/interceptor"
	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// Options say what a client sends, what it receives and whom it tells. Its functions are called from goroutines of the
// client's, those for one m-line one at a time; none is called any more when Close has returned.
type Options struct {
	Name  string // of the stream it sends
	Voice bool   // sends sound: Opus
	Face  bool   // sends pictures
	// FaceCodec is what the pictures are; default VP8.
	FaceCodec webrtc.RTPCodecCapability
	// Sounds and Pictures are how many m-lines it receives on.
	Sounds, Pictures int
	Channel          string // label of a data channel; empty: none

	// Codecs registers what is offered; default: all that Pion knows.
	Codecs func(*webrtc.MediaEngine) error
	// Interceptors registers what stands between tracks and wire; default: Pion's own set. Give None for nothing.
	Interceptors func(*webrtc.MediaEngine, *interceptor.Registry) error
	// Settings changes the connection's settings after ours, which keep it on the loopback interface.
	Settings func(*webrtc.SettingEngine)

	// Packet takes each RTP packet received, whole; the bytes are only valid during the call.
	Packet func(Line, []byte)
	// Feedback takes each RTCP packet about what the client sends.
	Feedback func(rtcp.Packet)
	// Message takes each message of the data channel.
	Message func([]byte)
}

// Line is an m-line that the client receives on.
type Line struct {
	Mid  string
	Kind webrtc.RTPCodecType
}

// None is for Options.Interceptors: no feedback, no reports, nothing sent again.
func None(*webrtc.MediaEngine, *interceptor.Registry) error { return nil }

// Formats that clients send if not told otherwise.
var (
	Opus = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	VP8  = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
)

// Client is one participant's peer connection. Close ends it.
type Client struct {
	PC           *webrtc.PeerConnection
	Audio, Video *webrtc.TrackLocalStaticRTP // nil if not sent
	Channel      *webrtc.DataChannel         // nil if there is none

	o       Options
	up      chan struct{}
	open    chan struct{}
	readers sync.WaitGroup
}

// New makes a client that waits to offer.
func New(o Options) (*Client, error) {
	api, err := newAPI(o)
	if err != nil {
		return nil, fmt.Errorf("client %s: %w", o.Name, err)
	}
	c := &Client{o: o, up: make(chan struct{}), open: make(chan struct{})}
	if c.PC, err = api.NewPeerConnection(webrtc.Configuration{}); err != nil {
		return nil, fmt.Errorf("client %s: %w", o.Name, err)
	}
	var once sync.Once
	c.PC.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(c.up) })
		}
	})
	c.PC.OnTrack(c.receive)
	if err := c.addLines(); err != nil {
		c.Close()
		return nil, fmt.Errorf("client %s: %w", o.Name, err)
	}
	return c, nil
}

func newAPI(o Options) (*webrtc.API, error) {
	codecs, interceptors := o.Codecs, o.Interceptors
	if codecs == nil {
		codecs = (*webrtc.MediaEngine).RegisterDefaultCodecs
	}
	if interceptors == nil {
		interceptors = webrtc.RegisterDefaultInterceptors
	}
	engine, registry := &webrtc.MediaEngine{}, &interceptor.Registry{}
	if err := codecs(engine); err != nil {
		return nil, err
	}
	if err := interceptors(engine, registry); err != nil {
		return nil, err
	}
	settings := webrtc.SettingEngine{LoggerFactory: Silent{}}
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	if o.Settings != nil {
		o.Settings(&settings)
	}
	return webrtc.NewAPI(
		webrtc.WithMediaEngine(engine), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(settings)), nil
}

// addLines adds the m-lines in the order of our browser client: what is sent, what is received, the data channel.
func (c *Client) addLines() (err error) {
	if c.o.Voice {
		if c.Audio, err = c.send(Opus, "voice"); err != nil {
			return err
		}
	}
	if c.o.Face {
		codec := c.o.FaceCodec
		if codec.MimeType == "" {
			codec = VP8
		}
		if c.Video, err = c.send(codec, "face"); err != nil {
			return err
		}
	}
	for _, want := range []struct {
		kind webrtc.RTPCodecType
		n    int
	}{{webrtc.RTPCodecTypeAudio, c.o.Sounds}, {webrtc.RTPCodecTypeVideo, c.o.Pictures}} {
		for range want.n {
			init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
			if _, err := c.PC.AddTransceiverFromKind(want.kind, init); err != nil {
				return err
			}
		}
	}
	if c.o.Channel == "" {
		return nil
	}
	if c.Channel, err = c.PC.CreateDataChannel(c.o.Channel, nil); err != nil {
		return err
	}
	c.Channel.OnOpen(func() { close(c.open) })
	c.Channel.OnMessage(func(m webrtc.DataChannelMessage) {
		if c.o.Message != nil {
			c.o.Message(m.Data)
		}
	})
	return nil
}

// send adds a track that goes out, and reads what the far end says about it.
func (c *Client) send(codec webrtc.RTPCodecCapability, id string) (*webrtc.TrackLocalStaticRTP, error) {
	track, err := webrtc.NewTrackLocalStaticRTP(codec, id, c.o.Name)
	if err != nil {
		return nil, err
	}
	line, err := c.PC.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
	if err != nil {
		return nil, err
	}
	c.readers.Go(func() { // ends when the connection is closed
		for {
			packets, _, err := line.Sender().ReadRTCP()
			if err != nil {
				return
			}
			for _, p := range packets {
				if c.o.Feedback != nil {
					c.o.Feedback(p)
				}
			}
		}
	})
	return track, nil
}

const longest = 1600 // bytes of an RTP packet

// receive reads a track that comes in, and its reports, without which the interceptors do not work.
func (c *Client) receive(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	line := Line{Mid: c.midOf(receiver), Kind: track.Kind()}
	c.readers.Go(func() { // both end when the connection is closed
		b := make([]byte, longest)
		for {
			n, _, err := track.Read(b)
			if err != nil {
				return
			}
			if c.o.Packet != nil {
				c.o.Packet(line, b[:n])
			}
		}
	})
	c.readers.Go(func() {
		b := make([]byte, longest)
		for {
			if _, _, err := receiver.Read(b); err != nil {
				return
			}
		}
	})
}

func (c *Client) midOf(receiver *webrtc.RTPReceiver) string {
	for _, line := range c.PC.GetTransceivers() {
		if line.Receiver() == receiver {
			return line.Mid()
		}
	}
	return ""
}

// Offer makes an offer with all candidates in it.
func (c *Client) Offer(options *webrtc.OfferOptions) (string, error) {
	offer, err := c.PC.CreateOffer(options)
	if err != nil {
		return "", err
	}
	return c.gather(offer)
}

// Answer answers the offer of another client, with all candidates.
func (c *Client) Answer(offer string) (string, error) {
	if err := c.PC.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	answer, err := c.PC.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	return c.gather(answer)
}

func (c *Client) gather(own webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(c.PC)
	if err := c.PC.SetLocalDescription(own); err != nil {
		return "", err
	}
	<-gathered
	return c.PC.LocalDescription().SDP, nil
}

// Accept takes the answer.
func (c *Client) Accept(answer string) error {
	return c.PC.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

// Up is closed once media can flow.
func (c *Client) Up() <-chan struct{} { return c.up }

// Open is closed once messages can.
func (c *Client) Open() <-chan struct{} { return c.open }

// Received lists the mids of the m-lines of a kind that the client receives on, in their order.
func (c *Client) Received(kind webrtc.RTPCodecType) (mids []string) {
	for _, line := range c.PC.GetTransceivers() {
		if line.Kind() == kind && line.Direction() == webrtc.RTPTransceiverDirectionRecvonly {
			mids = append(mids, line.Mid())
		}
	}
	return mids
}

// Close ends the connection and waits for the client's goroutines.
func (c *Client) Close() {
	_ = c.PC.GracefulClose() // what it reports is that the far end has gone
	c.readers.Wait()
}

// Silent keeps Pion's warnings about connections that are being closed to itself: it is a logging.LoggerFactory.
type Silent struct{}

// NewLogger implements logging.LoggerFactory.
func (Silent) NewLogger(string) logging.LeveledLogger {
	return logging.NewDefaultLeveledLoggerForScope("", logging.LogLevelDisabled, io.Discard)
}

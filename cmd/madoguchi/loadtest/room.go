package loadtest

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"madoguchi/sfu/client"
)

// room is a pair of participants.
type room struct {
	name string
	who  [2]*participant
}

// participant is one end of a room, with what it sends and receives.
type participant struct {
	room *room
	name string
	send *sender
	recv [2]*receiver // by medium: what the other sends

	offered   time.Duration // when its way to the server began
	connected time.Duration // when its last connection stood
	admitted  atomic.Int64  // when the gate was told to open; 0 if it always was

	clients []*client.Client
	tap     *tap    // records what leaves; nil: nothing is recorded
	socket  *socket // to the broker; nil unless the way leads there
	sending sync.WaitGroup
	stop    context.CancelFunc
	leave   func() // tells the server, if there is one to tell
}

// newRoom makes the nth room of a run; its tracks have numbers of their own.
func newRoom(prefix string, n int, load Load, w *window) *room {
	r := &room{name: prefix + "-" + strconv.Itoa(n)}
	track := func(i int, m medium) uint32 { return uint32(4*n + 2*i + int(m) + 1) }
	for i, name := range []string{"booth", "doctor"} {
		r.who[i] = &participant{
			room: r, name: name,
			send: &sender{load: load, window: w, soundTrack: track(i, sound), faceTrack: track(i, picture)},
			recv: [2]*receiver{{window: w, track: track(1-i, sound)}, {window: w, track: track(1-i, picture)}},
		}
	}
	return r
}

// other is who sits opposite.
func (p *participant) other() *participant {
	if p.room.who[0] == p {
		return p.room.who[1]
	}
	return p.room.who[0]
}

const audioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"

// codecs offers what a browser would of what is sent here.
func codecs(m *webrtc.MediaEngine) error {
	feedback := []webrtc.RTCPFeedback{{Type: "ccm", Parameter: "fir"}, {Type: "nack"}, {Type: "nack", Parameter: "pli"}}
	for _, c := range []struct {
		kind  webrtc.RTPCodecType
		codec webrtc.RTPCodecParameters
	}{
		{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeOpus, ClockRate: soundClock, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeVP8, ClockRate: faceClock, RTCPFeedback: feedback}}},
		{webrtc.RTPCodecTypeVideo, webrtc.RTPCodecParameters{PayloadType: 97, RTPCodecCapability: webrtc.RTPCodecCapability{
			MimeType: webrtc.MimeTypeRTX, ClockRate: faceClock, SDPFmtpLine: "apt=96"}}},
	} {
		if err := m.RegisterCodec(c.codec, c.kind); err != nil {
			return err
		}
	}
	return m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: audioLevel}, webrtc.RTPCodecTypeAudio)
}

// interceptors are what a browser does by itself: reports, negative acknowledgements, transport-wide feedback.
func interceptors(m *webrtc.MediaEngine, r *interceptor.Registry) error {
	if err := webrtc.ConfigureRTCPReports(r); err != nil {
		return err
	}
	if err := webrtc.ConfigureNack(m, r); err != nil {
		return err
	}
	if err := webrtc.ConfigureTWCCHeaderExtensionSender(m, r); err != nil {
		return err
	}
	return webrtc.ConfigureTWCCSender(m, r)
}

// settings let every subject do the same cryptography.
func settings(s *webrtc.SettingEngine) {
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.DisableActiveTCP(true)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM)
}

// connection makes a peer connection of the participant's. What it receives is counted, what it sends begins with start.
func (p *participant) connection(o client.Options) (*client.Client, error) {
	o.Name, o.Codecs, o.Interceptors, o.Settings = p.name, codecs, interceptors, settings
	if p.tap != nil {
		o.Settings = p.tap.settings
	}
	o.Packet = func(line client.Line, b []byte) {
		if line.Kind == webrtc.RTPCodecTypeVideo {
			p.recv[picture].packet(b)
			return
		}
		p.recv[sound].packet(b)
	}
	o.Feedback = func(f rtcp.Packet) {
		switch f.(type) {
		case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
			p.send.wantKeyframe.Store(true)
		}
	}
	c, err := client.New(o)
	if err != nil {
		return nil, err
	}
	p.clients = append(p.clients, c)
	if c.Audio != nil {
		p.send.sound, p.send.face = c.Audio, c.Video
	}
	return c, nil
}

// await waits until a connection stands.
func (p *participant) await(ctx context.Context, c *client.Client) error {
	select {
	case <-c.Up():
		p.connected = max(p.connected, now())
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s in %s: not connected: %w", p.name, p.room.name, context.Cause(ctx))
	}
}

// start begins to send; phase tells the participants' frames apart.
func (p *participant) start(phase time.Duration) {
	for _, c := range p.clients {
		for _, s := range c.PC.GetSenders() {
			if s.Track() != c.Audio || c.Audio == nil {
				continue
			}
			for _, e := range s.GetParameters().HeaderExtensions {
				if e.URI == audioLevel {
					p.send.levelID = uint8(e.ID)
				}
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.sending.Go(func() { p.send.run(ctx, phase) }) // ends with hush
}

// hush ends sending and waits for the sender.
func (p *participant) hush() {
	if p.stop != nil {
		p.stop()
	}
	p.sending.Wait()
}

// close ends everything of the participant.
func (p *participant) close() {
	p.hush()
	if p.leave != nil {
		p.leave()
	}
	for _, c := range p.clients {
		c.Close()
	}
	p.clients = nil
}

func (r *room) close() {
	for _, p := range r.who {
		p.close()
	}
}

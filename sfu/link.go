package sfu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"
)

// The forwarding core (up tracks, down tracks, rooms) knows a connection only by these two sides. Whatever carries the
// packets, now a PeerConnection, can be exchanged without touching the core.

// outlet is where the packets of one down track go. WriteRTP does not keep the header or the payload.
type outlet interface {
	WriteRTP(*rtp.Header, []byte) (int, error)
}

// feedbackWriter is where RTCP to a peer goes.
type feedbackWriter interface {
	WriteRTCP([]rtcp.Packet) error
}

// receiver takes what arrives from a peer. The bytes are plain (decrypted) and only valid during the call. receiveRTP is
// called by one goroutine, receiveRTCP by one other.
type receiver interface {
	receiveRTP(in *inlet, b []byte)
	receiveRTCP(ssrc uint32, b []byte)
	newStream() bool // a further SSRC has appeared; false to ignore it
	linkState(webrtc.PeerConnectionState)
	channel(*webrtc.DataChannel)
}

// link is one peer's PeerConnection: SDP, ICE, DTLS, SRTP and SCTP. It runs no goroutine of its own.
type link struct {
	pc       *webrtc.PeerConnection
	to       receiver
	gathered chan struct{} // one for each completed gathering of candidates
	senders  []*binding
	stopped  atomic.Bool
}

// binding is one down m-line's sending side. It implements webrtc.TrackLocal only to be told SSRC and writer.
type binding struct {
	mid, stream string
	kind        kind

	out           outlet
	ssrc, rtxSSRC uint32
}

// newLink prepares a connection whose traffic goes to the receiver.
func (n *Node) newLink(to receiver) (*link, error) {
	l := &link{to: to, gathered: make(chan struct{}, 4)}
	settings := n.settings
	settings.BufferFactory = l.newBuffer
	api := webrtc.NewAPI(
		webrtc.WithMediaEngine(n.media), webrtc.WithSettingEngine(settings),
		webrtc.WithInterceptorRegistry(noInterceptors()),
	)
	pc, err := api.NewPeerConnection(webrtc.Configuration{Certificates: []webrtc.Certificate{n.certificate}})
	if err != nil {
		return nil, fmt.Errorf("make connection: %w", err)
	}
	l.pc = pc
	pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		if c == nil {
			select {
			case l.gathered <- struct{}{}:
			default:
			}
		}
	})
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) {
		// The callbacks are not ordered, so the state is read anew.
		to.linkState(pc.ConnectionState())
	})
	pc.OnDataChannel(to.channel)
	return l, nil
}

// answer applies an arranged offer and returns the answer with all candidates inside, as text and read.
func (l *link) answer(ctx context.Context, o *offer, restart bool) (string, []mline, error) {
	text, err := o.text()
	if err != nil {
		return "", nil, err
	}
	drain(l.gathered)
	first := l.pc.RemoteDescription() == nil
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: text}); err != nil {
		return "", nil, refused(err)
	}
	if first {
		if err := l.bind(o); err != nil {
			return "", nil, err
		}
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return "", nil, refused(err)
	}
	if err := l.pc.SetLocalDescription(answer); err != nil {
		return "", nil, refused(err)
	}
	if first || restart {
		select {
		case <-l.gathered:
		case <-ctx.Done():
			return "", nil, fmt.Errorf("gather candidates: %w", ctx.Err())
		}
	}
	desc := &sdp.SessionDescription{}
	final := l.pc.LocalDescription().SDP
	if err := desc.UnmarshalString(final); err != nil {
		return "", nil, fmt.Errorf("read own answer: %w", err)
	}
	return final, describe(desc), nil
}

// refused puts what the connection has against an offer into words for whoever made it.
func refused(err error) error {
	if errors.Is(err, webrtc.ErrIncorrectSDPSemantics) {
		return fmt.Errorf("%w: it puts several tracks on one m-line (plan B); use unified plan", ErrOffer)
	}
	return fmt.Errorf("%w: %w", ErrOffer, err)
}

func drain(c chan struct{}) {
	for {
		select {
		case <-c:
		default:
			return
		}
	}
}

// bind gives every m-line the client receives on a sender, in the order of the m-lines. The sending tracks of one index
// share a stream, so that a browser keeps the sound and picture of the participant shown there in step.
func (l *link) bind(o *offer) error {
	counts := map[kind]int{}
	for i := range o.lines {
		m := &o.lines[i]
		if m.kind == application || m.dir != recvonly {
			continue
		}
		b := &binding{mid: m.mid, kind: m.kind, stream: fmt.Sprintf("slot%d", counts[m.kind])}
		counts[m.kind]++
		if _, err := l.pc.AddTrack(b); err != nil {
			return fmt.Errorf("prepare m-line %s: %w", m.mid, err)
		}
		l.senders = append(l.senders, b)
	}
	for _, t := range l.pc.GetTransceivers() {
		if s := t.Sender(); s != nil {
			if b, ok := s.Track().(*binding); !ok || b.mid != t.Mid() {
				return fmt.Errorf("prepare m-line %s: the connection gave it to another", t.Mid())
			}
		}
	}
	return nil
}

// Bind implements webrtc.TrackLocal.
func (b *binding) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	codecs := c.CodecParameters()
	if len(codecs) == 0 {
		return webrtc.RTPCodecParameters{}, fmt.Errorf("m-line %s: %w", b.mid, ErrNoCodec)
	}
	b.out, b.ssrc, b.rtxSSRC = c.WriteStream(), uint32(c.SSRC()), uint32(c.SSRCRetransmission())
	return codecs[0], nil
}

// Unbind implements webrtc.TrackLocal.
func (b *binding) Unbind(webrtc.TrackLocalContext) error { return nil }

// ID implements webrtc.TrackLocal.
func (b *binding) ID() string { return "mid" + b.mid }

// RID implements webrtc.TrackLocal.
func (b *binding) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (b *binding) StreamID() string { return b.stream }

// Kind implements webrtc.TrackLocal.
func (b *binding) Kind() webrtc.RTPCodecType { return webrtc.NewRTPCodecType(string(b.kind)) }

// WriteRTCP implements feedbackWriter.
func (l *link) WriteRTCP(pkts []rtcp.Packet) error {
	if l.stopped.Load() {
		return io.ErrClosedPipe
	}
	return l.pc.WriteRTCP(pkts)
}

func (l *link) addCandidate(candidate, mid string) error {
	return l.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: candidate, SDPMid: &mid})
}

// close ends the connection and waits for its goroutines. It must not be called from one of them.
func (l *link) close() error {
	l.stopped.Store(true)
	if err := l.pc.GracefulClose(); err != nil && !errors.Is(err, webrtc.ErrConnectionClosed) {
		return fmt.Errorf("close connection: %w", err)
	}
	return nil
}

// newBuffer is called by the transport for each SSRC that appears; what is written to the result has just been decrypted.
// Handling it right there saves a queue, a copy and two wake-ups for each packet.
func (l *link) newBuffer(what packetio.BufferPacketType, ssrc uint32) io.ReadWriteCloser {
	in := &inlet{link: l, ssrc: ssrc, rtcp: what == packetio.RTCPBufferPacket, done: make(chan struct{})}
	in.ignored = !l.to.newStream()
	return in
}

// inlet is one incoming SSRC.
type inlet struct {
	link    *link
	ssrc    uint32
	rtcp    bool
	ignored bool
	route   route // where RTP of this SSRC goes, once known; used by the goroutine that delivers RTP only

	done chan struct{}
	once sync.Once
}

// Write takes one packet. It reports success whatever the packet was: an error would only be logged, packet by packet.
func (in *inlet) Write(b []byte) (int, error) {
	switch {
	case in.ignored || in.link.stopped.Load():
	case in.rtcp:
		in.link.to.receiveRTCP(in.ssrc, b)
	default:
		in.link.to.receiveRTP(in, b)
	}
	return len(b), nil
}

// Read blocks until the stream is closed: everything has been dealt with in Write.
func (in *inlet) Read([]byte) (int, error) {
	<-in.done
	return 0, io.EOF
}

// Close implements io.Closer.
func (in *inlet) Close() error {
	in.once.Do(func() { close(in.done) })
	return nil
}

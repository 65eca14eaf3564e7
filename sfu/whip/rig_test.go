package whip_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// quiet keeps the libraries' warnings about closed connections out of the tests' output.
type quiet struct{}

func (quiet) NewLogger(string) logging.LeveledLogger {
	return logging.NewDefaultLeveledLoggerForScope("", logging.LogLevelDisabled, io.Discard)
}

// rig is a plain WebRTC client: Pion with nothing of ours.
type rig struct {
	t            *testing.T
	pc           *webrtc.PeerConnection
	audio, video *webrtc.TrackLocalStaticRTP
	up           chan struct{}
	done         sync.WaitGroup

	mu   sync.Mutex
	got  map[string]int // packets by their text
	keys int            // key frames asked for
}

func newRig(t *testing.T) *rig {
	t.Helper()
	s := webrtc.SettingEngine{LoggerFactory: quiet{}}
	s.SetIncludeLoopbackCandidate(true)
	s.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	m := &webrtc.MediaEngine{}
	if err := m.RegisterDefaultCodecs(); err != nil {
		t.Fatal(err)
	}
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithSettingEngine(s)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, pc: pc, up: make(chan struct{}), got: map[string]int{}}
	var once sync.Once
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(r.up) })
		}
	})
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		r.done.Go(func() { // ends when the connection is closed
			for {
				p, _, err := track.ReadRTP()
				if err != nil {
					return
				}
				_, text, _ := strings.Cut(string(p.Payload), "|")
				r.mu.Lock()
				r.got[text]++
				r.mu.Unlock()
			}
		})
	})
	t.Cleanup(func() {
		_ = pc.GracefulClose()
		r.done.Wait()
	})
	return r
}

func publisher(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	add := func(mime string, clock uint32, channels uint16) *webrtc.TrackLocalStaticRTP {
		track, err := webrtc.NewTrackLocalStaticRTP(
			webrtc.RTPCodecCapability{MimeType: mime, ClockRate: clock, Channels: channels}, "t", "s")
		if err != nil {
			t.Fatal(err)
		}
		tr, err := r.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			t.Fatal(err)
		}
		r.done.Go(func() { // ends when the connection is closed
			for {
				pkts, _, err := tr.Sender().ReadRTCP()
				if err != nil {
					return
				}
				for _, p := range pkts {
					if _, ok := p.(*rtcp.PictureLossIndication); ok {
						r.mu.Lock()
						r.keys++
						r.mu.Unlock()
					}
				}
			}
		})
		return track
	}
	r.audio = add(webrtc.MimeTypeOpus, 48000, 2)
	r.video = add(webrtc.MimeTypeVP8, 90000, 0)
	return r
}

func subscriber(t *testing.T) *rig {
	t.Helper()
	r := newRig(t)
	for _, k := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if _, err := r.pc.AddTransceiverFromKind(k, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func (r *rig) offer() string {
	r.t.Helper()
	gathered := webrtc.GatheringCompletePromise(r.pc)
	o, err := r.pc.CreateOffer(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.pc.SetLocalDescription(o); err != nil {
		r.t.Fatal(err)
	}
	<-gathered
	return r.pc.LocalDescription().SDP
}

// connect posts the rig's offer and waits until its line is up; it returns the session's address.
func (r *rig) connect(h *house, path, token string) string {
	r.t.Helper()
	resp, answer := h.do(http.MethodPost, path, r.offer(), "Authorization", "Bearer "+token, "Content-Type", "application/sdp")
	if resp.StatusCode != http.StatusCreated {
		r.t.Fatalf("%s: %s: %s", path, resp.Status, answer)
	}
	if err := r.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		r.t.Fatal(err)
	}
	select {
	case <-r.up:
	case <-time.After(patience):
		r.t.Fatalf("%s: not connected", path)
	}
	return resp.Header.Get("Location")
}

// send streams what until the test ends or stop is called.
func (r *rig) send(what string) (stop func()) {
	quit := make(chan struct{})
	stop = sync.OnceFunc(func() { close(quit) })
	r.done.Go(func() {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		asked := -1
		for seq := uint16(1); ; seq++ {
			select {
			case <-quit:
				return
			case <-tick.C:
			}
			r.mu.Lock()
			key := r.keys != asked
			asked = r.keys
			r.mu.Unlock()
			frame := byte(1)
			if key {
				frame = 0
			}
			_ = r.audio.WriteRTP(&rtp.Packet{
				Header: rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: uint32(seq) * 240}, Payload: []byte("|sound of " + what),
			})
			_ = r.video.WriteRTP(&rtp.Packet{
				Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: seq, Timestamp: uint32(seq) * 450},
				Payload: append([]byte{0x10, frame}, "|picture of "+what...),
			})
		}
	})
	r.t.Cleanup(stop)
	return stop
}

func (r *rig) has(text string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.got[text] > 0
}

func (r *rig) total() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.got {
		n += c
	}
	return n
}

func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

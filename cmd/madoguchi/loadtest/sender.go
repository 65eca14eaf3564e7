package loadtest

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// rtpWriter takes the packets of one track. *webrtc.TrackLocalStaticRTP is one.
type rtpWriter interface{ WriteRTP(*rtp.Packet) error }

const (
	soundEvery = 20 * time.Millisecond
	soundClock = 48000
	faceClock  = 90000
	mostLate   = 500 * time.Millisecond // later than that a sender leaves out what it has missed
	opusTOC    = 0xfc                   // CELT, full band, 20 ms, stereo, one frame (RFC 6716 section 3.1)
)

// sender sends one participant's sound and pictures from one goroutine, as an encoder would: a sound packet every 20 ms, a
// frame in one burst, key frames at the start and when asked.
type sender struct {
	load         Load
	window       *window
	sound, face  rtpWriter
	soundTrack   uint32
	faceTrack    uint32
	levelID      uint8 // id of the audio level extension; 0: not agreed
	wantKeyframe atomic.Bool

	sent [2]atomic.Uint64 // within the window, by medium

	// Read when run has returned:
	failed uint64
	late   histogram // how late a packet was, against its schedule
}

// schedule is where a sender stands in its tracks.
type schedule struct {
	start               time.Duration
	soundNext, faceNext time.Duration
	soundNumber         uint32
	faceNumber, picture uint32
	soundPacket         rtp.Packet
	facePacket          rtp.Packet
	soundBytes, frame   []byte
}

// run sends until ctx is done. Participants begin at different phases, so that their frames do not come all at once.
func (s *sender) run(ctx context.Context, phase time.Duration) {
	at := now() + phase
	c := &schedule{
		start: at, soundNext: at, faceNext: at,
		soundBytes: make([]byte, s.load.soundBytes()), frame: make([]byte, s.load.PacketBytes),
	}
	fill(c.soundBytes)
	fill(c.frame)
	c.soundBytes[0] = opusTOC
	c.soundPacket.Version, c.facePacket.Version = 2, 2
	s.wantKeyframe.Store(true)
	timer := time.NewTimer(phase)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		t := now()
		due := min(c.soundNext, c.faceNext)
		if s.window.holds(t) {
			s.late.add(t - due)
		}
		if t-due > mostLate {
			c.soundNext, c.faceNext = t, t
		}
		if c.soundNext <= t {
			s.sendSound(c)
		}
		if c.faceNext <= t {
			s.sendFrame(c)
		}
		timer.Reset(max(0, min(c.soundNext, c.faceNext)-now()))
	}
}

func (s *sender) sendSound(c *schedule) {
	p := &c.soundPacket
	p.SequenceNumber, p.Timestamp = uint16(c.soundNumber), c.soundNumber*soundClock/50
	if s.levelID != 0 {
		p.Extension, p.Extensions = false, p.Extensions[:0]
		_ = p.SetExtension(s.levelID, []byte{0x80 | byte(30+c.soundNumber%8)}) // fits: one byte under an id that was agreed on
	}
	p.Payload = c.soundBytes
	s.write(s.sound, p, sound, marker{s.soundTrack, c.soundNumber, 0}, 1)
	c.soundNumber++
	c.soundNext += soundEvery
}

func (s *sender) sendFrame(c *schedule) {
	key := s.wantKeyframe.Swap(false)
	p := &c.facePacket
	p.Timestamp = uint32((c.faceNext - c.start) * faceClock / time.Second)
	size := s.load.frameBytes()
	for left, first := size, true; left > 0; first = false {
		at := vp8Descriptor
		putVP8Descriptor(c.frame, first, uint16(c.picture&0x7fff))
		if first {
			putVP8Header(c.frame[at:], key, size)
			at += vp8Header
		}
		n := min(left, s.load.PacketBytes-vp8Descriptor)
		if left -= n; left < vp8Header+markerBytes {
			left = 0 // too little for a packet of its own is left out
		}
		p.Marker, p.SequenceNumber = left == 0, uint16(c.faceNumber)
		p.Payload = c.frame[:vp8Descriptor+n]
		s.write(s.face, p, picture, marker{s.faceTrack, c.faceNumber, 0}, at)
		c.faceNumber++
	}
	c.picture++
	c.faceNext += time.Second / framesPerSecond
}

// write marks a payload and sends it.
func (s *sender) write(to rtpWriter, p *rtp.Packet, m medium, mark marker, at int) {
	mark.sent = now()
	mark.put(p.Payload[at:])
	err := to.WriteRTP(p)
	if !s.window.holds(mark.sent) {
		return
	}
	s.sent[m].Add(1)
	if err != nil {
		s.failed++
	}
}

package sfu

import (
	"sync"
	"sync/atomic"
	"time"

	"madoguchi/sfu/codec"
	"madoguchi/sfu/rewrite"

	"github.com/pion/rtcp"
)

// upTrack is what one m-line of a publisher sends. Packets pass through it in the goroutine that decrypted them: kept in
// the ring, then shown to each subscriber, all without a room's lock.
type upTrack struct {
	peer    *peer
	mid     string
	kind    kind
	purpose string
	line    mline // of the answer: what was agreed

	payloads [128]*payload // by payload type
	repairs  [128]*payload // by payload type of their retransmissions

	ssrc       atomic.Uint32 // 0 until known
	subs       atomic.Pointer[[]*downTrack]
	asked      atomic.Int64 // when a key frame was last asked for, on the node's clock; 0 never
	wanted     atomic.Bool  // a key frame was wanted again before keyframeInterval was over
	sending    atomic.Bool  // of an occasional track: it is being sent (presence.go), and
	heardAt    atomic.Int64 // when it was heard last
	silent     atomic.Bool  // muted: packets are counted and forgotten
	readyUntil atomic.Int64 // until when the latest group of pictures is kept young, on the node's clock; 0 never
	lastReport atomic.Pointer[senderInfo]
	count      trackCounters

	mu         sync.Mutex // guards what subscribers' feedback reads too; after downTrack.mu, before nothing
	ring       *ring
	seq        rewrite.Unwrapper
	keyframe   uint64 // where the latest key frame begins
	keyframeTS uint32
	keyframeAt time.Duration
	keyBytes   int // of the packets of the latest key frame so far
	hasKey     bool
	reception  reception
	passed     traffic // fresh packets
	swallowed  uint64  // while muted
	redundant  uint64  // that repeat earlier ones
	rate       bitrate

	// Of the receiving goroutine:
	losses  losses
	nackBuf []uint16
}

func newUpTrack(p *peer, line mline, purpose string) *upTrack {
	size := p.node.limits.VideoRing
	if line.kind == audio {
		size = p.node.limits.AudioRing
	}
	u := &upTrack{peer: p, mid: line.mid, kind: line.kind, purpose: purpose, line: line, ring: newRing(size)}
	p.node.owned.ring(u.ring)
	for i := range line.payloads {
		pl := &u.line.payloads[i]
		if pl.format == codec.Unknown {
			continue
		}
		u.payloads[pl.pt] = pl
		if pl.rtx != 0 {
			u.repairs[pl.rtx] = pl
		}
	}
	u.subs.Store(&[]*downTrack{})
	return u
}

// receive takes one packet of this track. raw is the whole packet p was parsed from; both are only valid during the call.
func (u *upTrack) receive(p *packet, raw []byte, resent bool, now time.Duration) {
	p.track, p.codec = u, u.payloads[p.header.PayloadType]
	if p.codec == nil {
		u.count.dropped.Add(1)
		return
	}
	if u.occasional() {
		u.noticed(now)
	}
	if u.silent.Load() {
		u.swallow(p, resent, now)
		return
	}
	p.start = u.starts(p)
	before, running, fresh := u.keep(p, raw, resent, now)
	if !fresh {
		u.count.doubles.Add(1)
		return
	}
	if resent {
		u.count.returned.Add(1)
	}
	u.noteLosses(p, before, running, resent, now)
	if u.wanted.Load() {
		u.requestKeyframe(now)
	}
	for _, d := range *u.subs.Load() {
		d.forward(p, now)
	}
}

// report is the reception report on this track (RFC 3550 section 6.4.1); false before its first packet.
func (u *upTrack) report(now time.Duration) (rtcp.ReceptionReport, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.reception.report(u.ssrc.Load(), u.lastReport.Load(), now)
}

// swallow keeps count of a muted track, whose packets must not be kept: unmuting would show what happened before.
func (u *upTrack) swallow(p *packet, resent bool, now time.Duration) {
	u.mu.Lock()
	p.ext = u.seq.Unwrap(p.header.SequenceNumber)
	u.hasKey = false
	u.swallowed++
	if !resent {
		u.reception.packet(p.ext, p.header.Timestamp, p.codec.clock, now)
	}
	u.mu.Unlock()
	u.losses.missing = u.losses.missing[:0]
}

// setSilent mutes the track, or lets its packets be kept again.
func (u *upTrack) setSilent(silent bool) {
	if u.silent.Swap(silent) == silent || !silent {
		return
	}
	u.mu.Lock()
	u.hasKey = false
	u.mu.Unlock()
}

// starts reports whether a subscriber may start at this packet. The dependency descriptor knows even where the payload is
// encrypted.
func (u *upTrack) starts(p *packet) bool {
	if id := u.line.exts[extDependency]; id != 0 {
		if b := p.header.GetExtension(id); b != nil {
			dep, ok := codec.ParseDependency(b)
			return ok && dep.Start && dep.Structure
		}
	}
	return codec.StartsKeyframe(p.codec.format, p.payload)
}

// keep gives the packet its unwrapped number, counts it and puts it into the ring. It returns the highest number before it, if
// there was a packet before it, and whether the packet is new.
func (u *upTrack) keep(p *packet, raw []byte, resent bool, now time.Duration) (before uint64, running, fresh bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	before, running = u.seq.Highest()
	p.ext = u.seq.Unwrap(p.header.SequenceNumber)
	if !u.ring.store(p.ext, raw) {
		return before, running, false
	}
	u.passed.count(len(raw))
	if p.codec.format == codec.RED {
		u.redundant++
	}
	if !resent {
		u.reception.packet(p.ext, p.header.Timestamp, p.codec.clock, now)
	}
	if p.start {
		u.wanted.Store(false)
	}
	// The packets of one key frame may each look like its beginning (H264: parameter sets, then the picture).
	if p.start && u.kind == video && (!u.hasKey || p.header.Timestamp != u.keyframeTS || p.ext < u.keyframe) {
		u.keyframe, u.keyframeTS, u.keyframeAt, u.hasKey, u.keyBytes = p.ext, p.header.Timestamp, now, true, 0
	}
	if u.kind == video {
		if u.hasKey && p.header.Timestamp == u.keyframeTS {
			u.keyBytes += len(raw)
		}
		if u.aged(now) {
			u.wanted.Store(true)
		}
	}
	return before, running, true
}

// resends reports whether the publisher agreed to send lost packets again. What it says of Opus holds for Opus in RED.
func (u *upTrack) resends(c *payload) bool {
	return c.nack || c.format == codec.RED && u.payloads[c.inner].nack
}

// noteLosses asks the publisher for what is missing before this packet.
func (u *upTrack) noteLosses(p *packet, before uint64, running, resent bool, now time.Duration) {
	if !u.resends(p.codec) {
		return
	}
	switch {
	case running && p.ext > before+1:
		if !u.losses.gap(before+1, p.ext, now) && u.kind == video {
			u.requestKeyframe(now)
		}
	case running && p.ext < before:
		if ago, asked := u.losses.arrived(p.ext, now); asked && !resent {
			u.noteReturned(ago)
		}
	}
	if len(u.losses.missing) == 0 {
		return
	}
	u.nackBuf = u.losses.due(u.nackBuf[:0], now)
	if len(u.nackBuf) == 0 {
		return
	}
	u.count.nacks.Add(uint64(len(u.nackBuf)))
	u.peer.send(&rtcp.TransportLayerNack{
		SenderSSRC: u.peer.feedbackSSRC, MediaSSRC: u.ssrc.Load(), Nacks: rtcp.NackPairsFromSequenceNumbers(u.nackBuf),
	})
}

// noteReturned notes a packet that came so long after it was asked for. Where sound has no retransmissions of its own (RTX) what
// comes again looks as if it had come by itself: it would hide the loss from whoever judges the line. What comes sooner
// than an answer can was only overtaken by others.
func (u *upTrack) noteReturned(ago time.Duration) {
	if ago < time.Duration(u.peer.roundTrip.Load())*3/4 {
		return
	}
	u.count.returned.Add(1)
	u.mu.Lock()
	u.reception.late++
	u.mu.Unlock()
}

// requestKeyframe asks the publisher for a key frame, at most once in keyframeInterval; a request that comes too early is
// made up for when the next packet arrives after that.
func (u *upTrack) requestKeyframe(now time.Duration) {
	ssrc := u.ssrc.Load()
	if u.kind != video || ssrc == 0 { // whoever has not sent yet begins with a key frame anyway
		return
	}
	last := u.asked.Load()
	if last != 0 && now-time.Duration(last) < keyframeInterval {
		u.wanted.Store(true)
		return
	}
	if !u.asked.CompareAndSwap(last, max(int64(now), 1)) {
		return
	}
	u.wanted.Store(false)
	u.count.keyframeRequests.Add(1)
	if u.asksByFIR() {
		u.peer.send(&rtcp.FullIntraRequest{
			SenderSSRC: u.peer.feedbackSSRC, MediaSSRC: ssrc,
			FIR: []rtcp.FIREntry{{SSRC: ssrc, SequenceNumber: uint8(u.count.keyframeRequests.Load())}},
		})
		return
	}
	u.peer.send(&rtcp.PictureLossIndication{SenderSSRC: u.peer.feedbackSSRC, MediaSSRC: ssrc})
}

// asksByFIR reports whether the publisher agreed to full intra requests only.
func (u *upTrack) asksByFIR() bool {
	fir := false
	for i := range u.line.payloads {
		if u.line.payloads[i].pli {
			return false
		}
		fir = fir || u.line.payloads[i].fir
	}
	return fir
}

// copyOf appends the kept packet with the unwrapped number ext to buf; nil if it is gone.
func (u *upTrack) copyOf(ext uint64, buf []byte) []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	b := u.ring.get(ext)
	if b == nil {
		return nil
	}
	return append(buf[:0], b...)
}

// addSub and removeSub replace the list of subscribers; the room calls them, one at a time.
func (u *upTrack) addSub(d *downTrack) {
	old := *u.subs.Load()
	list := make([]*downTrack, 0, len(old)+1)
	list = append(append(list, old...), d)
	u.subs.Store(&list)
}

func (u *upTrack) removeSub(d *downTrack) {
	old := *u.subs.Load()
	list := make([]*downTrack, 0, len(old))
	for _, o := range old {
		if o != d {
			list = append(list, o)
		}
	}
	u.subs.Store(&list)
}

package sfu

import (
	"time"

	"madoguchi/sfu/rewrite"
	"madoguchi/sfu/wire"

	"github.com/pion/rtcp"
)

// resend answers a subscriber's negative acknowledgements from the publisher's ring.
func (d *downTrack) resend(nacks []rtcp.NackPair, now time.Duration, via *wire.Batch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.again.via = via
	highest, ok := d.seq.Highest()
	if !ok || d.history == nil {
		return
	}
	for i := range nacks {
		if i == len(d.history) {
			return
		}
		nacks[i].Range(func(seq uint16) bool {
			d.count.nacks.Add(1)
			d.resendOne(rewrite.Near(highest, seq), now)
			return true
		})
	}
}

// resendOne sends one packet again, or for the first time if it came to us after the packets behind it had gone out.
func (d *downTrack) resendOne(out uint64, now time.Duration) {
	s := d.place(out)
	if s.up == nil || s.out != out {
		d.sendLate(out, now)
		return
	}
	if s.resent >= maxResends || s.resent > 0 && now-s.at < max(d.rtt/2, 10*time.Millisecond) {
		return
	}
	if s.up != d.source || !d.load(s.up, s.ext+uint64(s.block)) {
		return
	}
	agreed := d.carrying(s.up, d.again.codec)
	if agreed == nil {
		return
	}
	if !d.peer.mayResend(now, len(d.raw)) {
		d.count.resendsRefused.Add(1)
		return
	}
	s.resent++
	s.at = now
	d.count.resent.Add(1)
	if s.resent == 1 && (d.rtx == 0 || agreed.rtx == 0) {
		d.disguised++
	}
	// Without RTX the packet has to be the same to the last bit: under AES-GCM one number must never cover two texts.
	d.write(&d.again, s, agreed, d.rtx != 0 && agreed.rtx != 0)
}

// sendLate looks whether a packet that never went out has arrived meanwhile.
func (d *downTrack) sendLate(out uint64, now time.Duration) {
	ext, ok := d.seq.Source(out)
	if d.source == nil || !ok || !d.load(d.source, ext) {
		return
	}
	d.pass(&d.again, now, nil)
}

// load fetches a packet from the ring into again; false if it is gone.
func (d *downTrack) load(up *upTrack, ext uint64) bool {
	raw := up.copyOf(ext, d.raw)
	if raw == nil {
		return false
	}
	d.raw = raw
	p := &d.again
	if p.parse(raw) != nil {
		return false
	}
	p.track, p.ext, p.codec = up, ext, up.payloads[p.header.PayloadType]
	return p.codec != nil
}

// pictureLost passes a subscriber's wish for a key frame on.
func (d *downTrack) pictureLost(now time.Duration) {
	d.count.keyframeRequests.Add(1)
	if !d.peer.mayAskKeyframe(now) {
		d.count.keyframesRefused.Add(1)
		return
	}
	d.mu.Lock()
	source := d.source
	d.mu.Unlock()
	if source != nil {
		source.requestKeyframe(now)
	}
}

// reception notes what the subscriber says about how the track arrives.
func (d *downTrack) reception(block rtcp.ReceptionReport) {
	d.lost.Store(uint32(block.FractionLost))
	rtt, known := roundTrip(block, d.peer.node.wall(d.peer.node.now()))
	d.mu.Lock()
	defer d.mu.Unlock()
	if known {
		d.rtt = rtt
		d.peer.roundTrip.Store(int64(rtt))
	}
	if block.LastSenderReport != d.readReport {
		d.readReport, d.unreadSince = block.LastSenderReport, 0
	}
	h := &d.heard
	h.lost = int64(int32(block.TotalLost<<8) >> 8) // 24 bits with a sign
	h.take(block.LastSequenceNumber, d.sentUpTo(block.LastSequenceNumber))
	if d.codec != nil && d.codec.clock > 0 {
		h.jitter = time.Duration(block.Jitter) * time.Second / time.Duration(d.codec.clock)
	}
}

// sentUpTo is how many packets have gone out with numbers up to one that the subscriber has seen lately.
func (d *downTrack) sentUpTo(number uint32) uint64 {
	highest, ok := d.seq.Highest()
	if !ok || d.history == nil {
		return d.passed.Packets
	}
	seen := rewrite.Near(highest, uint16(number))
	since := uint64(0)
	for out := seen + 1; out <= highest && out-seen < uint64(len(d.history)); out++ {
		if s := d.place(out); s.up != nil && s.out == out {
			since++
		}
	}
	return d.passed.Packets - min(since, d.passed.Packets)
}

// roundTrip returns the time to the subscriber and back, 0 if unknown.
func (d *downTrack) roundTrip() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rtt
}

// unread is for how long our reports of the track have not been read by the subscriber, 0 if the latest it could have read has
// been; false where none go out now.
func (d *downTrack) unread(now time.Duration) (waits time.Duration, reports bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.reported == 0 || now-d.reported > 2*reportInterval {
		return 0, false
	}
	if d.unreadSince == 0 {
		return 0, true
	}
	return now - d.unreadSince, true
}

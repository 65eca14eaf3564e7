package sfu

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"madoguchi/sfu/codec"
	"madoguchi/sfu/layer"
	"madoguchi/sfu/purpose"
	"madoguchi/sfu/rewrite"
	"madoguchi/sfu/wire"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// downTrack is what one m-line of a subscriber receives. Its SSRC is fixed when the offer is answered; whose packets it
// carries changes without the subscriber having to agree to anything.
//
// Several goroutines meet here: the publisher's packets, the subscriber's feedback and the room's changes. One lock a
// track orders them; it is held for the microseconds one packet takes.
type downTrack struct {
	peer *peer
	line mline // of the answer
	out  outlet
	ssrc uint32
	rtx  uint32 // SSRC of retransmissions, 0 if not negotiated

	// As the room has decided; guarded by room.mu:
	assigned *upTrack // whose track this m-line is for
	attached *upTrack // whose packets pass now
	kept     bool     // used while deciding

	blind atomic.Bool // the source sends a codec that was not agreed to
	count trackCounters
	lost  atomic.Uint32 // fraction lost as reported last, of 256

	mu      sync.Mutex // before upTrack.mu
	source  *upTrack   // whose packets may pass; nil: none
	started bool       // the source's first packet has gone out
	codec   *payload   // of the source's latest packet, and
	agreed  *payload   // what the subscriber calls it; nil if it did not agree to it
	extMap  []extPair

	seq      rewrite.Sequence
	ts       rewrite.Timestamp
	pictures rewrite.Counter
	tl0      rewrite.Counter
	frames   rewrite.Counter
	history  []sent // ring of what went out, by sequence number
	rtxSeq   uint16
	reported time.Duration // last sender report, 0 never
	// unreadSince is when the first sender report went out after the last one that the subscriber has said it has had, which
	// is readReport; 0: none has.
	unreadSince time.Duration
	readReport  uint32
	passed      traffic // payloads, without resent packets
	rate        bitrate
	heard       heardOf
	disguised   uint64        // resent as if for the first time, so that the subscriber does not count them as lost
	attachedAt  time.Duration // when the present source was attached; 0 once its first packet has gone out
	rtt         time.Duration

	header  rtp.Header
	scratch []byte // retransmission being built
	copied  []byte // payload being renumbered
	blocks  []codec.REDBlock
	dep     []byte // dependency descriptor being rewritten
	again   packet // packet being resent
	raw     []byte // and its bytes
}

// extPair is a header extension passed on: its id at the publisher and at the subscriber.
type extPair struct {
	in, out    uint8
	dependency bool
}

// sent is what is remembered of a packet that went out: enough to build it again, byte for byte.
type sent struct {
	out    uint64
	up     *upTrack
	ext    uint64
	ts     uint32
	shift  shift
	resent uint8
	block  uint8         // taken from the packet so many after it, which repeats it (RED); 0: from its own
	at     time.Duration // when it was resent last
}

// shift is what has been added to the picture counts of a packet.
type shift struct{ pictures, tl0, frames uint16 }

const maxResends = 6 // of one packet to one subscriber

func newDownTrack(p *peer, line mline, b *binding) *downTrack {
	d := &downTrack{
		peer: p, line: line, out: b.out, ssrc: b.ssrc,
		seq: rewrite.NewSequence(uint16(rand.IntN(1 << 15))), rtxSeq: uint16(rand.IntN(1 << 15)),
	}
	if line.rtxSSRC != 0 {
		d.rtx = b.rtxSSRC
	}
	return d
}

// attach lets the packets of up pass from now on. If its latest group of pictures is young and small it is sent at once, so
// that the subscriber need not wait for the publisher's encoder; else a key frame is asked for.
func (d *downTrack) attach(up *upTrack, now time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.source, d.started, d.codec, d.agreed = up, false, nil, nil
	d.attachedAt = max(now, 1)
	if d.peer.link != nil {
		d.out = d.peer.link.outlet(purpose.Purpose(up.purpose))
	}
	d.mapExtensions(up)
	up.addSub(d) // before the group is copied, so that no packet falls between the two
	if up.kind != video {
		return
	}
	// A publisher sends one layer of each track, and nothing is known of the subscriber's line yet.
	if start := layer.Start([]layer.Group{up.group(now)}, 0); start.Replay {
		if group, first := up.latestGroup(now); len(group) > 0 && d.replay(group, first, now) {
			return
		}
	}
	up.requestKeyframe(now)
}

// detach stops the present source; when it returns none of its packets passes any more.
func (d *downTrack) detach() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.source != nil {
		d.source.removeSub(d)
	}
	d.source = nil
	d.unreadable(nil)
}

// mapExtensions notes which header extensions publisher and subscriber both agreed to.
func (d *downTrack) mapExtensions(up *upTrack) {
	d.extMap = d.extMap[:0]
	for _, uri := range passedOn {
		if in, out := up.line.exts[uri], d.line.exts[uri]; in != 0 && out != 0 {
			d.extMap = append(d.extMap, extPair{in, out, uri == extDependency})
		}
	}
}

// forward sends one packet of the source on. Called for every packet of every up track that lists this track.
func (d *downTrack) forward(p *packet, now time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pass(p, now, nil)
}

// pass is forward with the lock held. A timestamp that is given takes the place of the mapped one.
func (d *downTrack) pass(p *packet, now time.Duration, timestamp *uint32) {
	if d.source == nil || d.source != p.track || !d.agree(p.codec) {
		return
	}
	opened, ok := d.open(p, d.agreed)
	if !ok {
		d.count.dropped.Add(1)
		return
	}
	if !d.started {
		if !p.start {
			d.source.requestKeyframe(now)
			return
		}
		d.begin(p, now, timestamp == nil)
	}
	d.recover(p, opened, now)
	ts := d.ts.Map(p.header.Timestamp)
	if timestamp != nil {
		ts = *timestamp
	}
	if d.emit(p, 0, ts, now) {
		d.reportIfDue(now, p.via)
	}
}

// emit sends for the first time what p carries: its own content or, with block, that of the packet so many before it. False if
// it lies before the source's start or has gone out already, by way of the replayed group or of RED.
func (d *downTrack) emit(p *packet, block uint8, ts uint32, now time.Duration) bool {
	ext := p.ext - uint64(block)
	out, ok := d.seq.Map(ext)
	if !ok {
		return false
	}
	s := d.place(out)
	if s.up != nil && s.out == out {
		return false
	}
	*s = sent{out: out, up: d.source, ext: ext, ts: ts, block: block}
	s.shift = d.countPictures(p)
	size := d.write(p, s, d.agreed, false)
	d.ts.Sent(s.ts, now)
	d.passed.count(size)
	return true
}

// agree looks up what the subscriber calls the packet's codec; false if it did not negotiate it.
func (d *downTrack) agree(c *payload) bool {
	if c == d.codec {
		return d.agreed != nil
	}
	d.codec, d.agreed = c, d.carrying(d.source, c)
	d.started = d.started && !c.format.Video() // another codec starts at a key frame
	if d.agreed == nil {
		d.count.dropped.Add(1)
		d.unreadable(c)
		return false
	}
	d.unreadable(nil)
	return true
}

// begin makes p the first packet of the source.
func (d *downTrack) begin(p *packet, now time.Duration, mapTime bool) {
	d.started = true
	d.peer.node.measured.first(d.line.kind, now-d.attachedAt, d.attachedAt != 0)
	d.attachedAt = 0
	if d.history == nil {
		d.history = make([]sent, len(d.source.ring.places))
	}
	d.seq.Start(p.ext)
	if mapTime {
		d.ts.Start(p.header.Timestamp, now, p.codec.clock)
	}
	d.startPictures(p)
	d.reported, d.unreadSince = 0, 0 // the subscriber needs the new relation of clocks
}

func (d *downTrack) place(out uint64) *sent { return &d.history[out&uint64(len(d.history)-1)] }

// replay sends a whole group of pictures. Its frames are squeezed to a millisecond each: at their own distance a browser
// would show them at that speed and stay behind by the length of the group. False if the subscriber cannot start with it.
func (d *downTrack) replay(group [][]byte, first uint64, now time.Duration) bool {
	source := d.source
	stamps, codec, ok := frameTimes(group, source)
	if !ok || !d.agree(codec) {
		return false
	}
	last := stamps[len(stamps)-1]
	n := len(stamps)
	squeezed := make(map[uint32]uint32, n)
	step := codec.clock / 1000
	back := func(i int) uint32 { return min(last-stamps[i], uint32(n-1-i)*step) }
	d.ts.Start(last-back(0), now, codec.clock)
	for i, s := range stamps {
		squeezed[s] = d.ts.Map(last - back(i))
	}
	via := wire.NewBatch()
	defer via.Release()
	for i, raw := range group {
		p := &d.again
		p.via = via
		if err := p.parse(raw); err != nil {
			return d.started
		}
		p.track, p.codec = source, source.payloads[p.header.PayloadType]
		p.ext = first + uint64(i)
		if p.codec == nil {
			continue
		}
		p.start = source.starts(p)
		ts := squeezed[p.header.Timestamp]
		d.pass(p, now, &ts)
	}
	d.count.replayed.Add(uint64(len(group)))
	return d.started
}

// write builds the packet from its record and sends it, as a retransmission (RFC 4588) if repeats is set; it returns the size
// of its payload. agreed is what the subscriber calls it.
func (d *downTrack) write(p *packet, s *sent, agreed *payload, repeats bool) int {
	h := &d.header
	*h = rtp.Header{
		Version: 2, PayloadType: agreed.pt, SequenceNumber: uint16(s.out), Timestamp: s.ts, SSRC: d.ssrc,
		Extensions: h.Extensions[:0],
	}
	if s.block == 0 { // a repeated block has come without its packet's header
		h.Marker = p.header.Marker
		d.setExtensions(h, p, s.shift.frames)
	}
	payload := d.body(p, s, agreed)
	if repeats {
		h.PayloadType, h.SSRC, h.SequenceNumber = agreed.rtx, d.rtx, d.rtxSeq
		d.rtxSeq++
		d.scratch = append(binary.BigEndian.AppendUint16(d.scratch[:0], uint16(s.out)), payload...)
		payload = d.scratch
	}
	if err := d.out.WriteRTP(h, payload, p.via); err != nil {
		d.count.failed.Add(1)
	}
	return len(payload)
}

// oneByteExtension is the most a header extension may hold in the one-byte form.
const oneByteExtension = 16

// setExtensions copies the extensions both sides agreed to.
func (d *downTrack) setExtensions(h *rtp.Header, p *packet, frames uint16) {
	if !p.header.Extension {
		return
	}
	for _, pair := range d.extMap {
		b := p.header.GetExtension(pair.in)
		if b == nil || len(b) > oneByteExtension && !d.line.mixed {
			continue
		}
		if pair.dependency {
			b = d.renumberedDependency(b, frames)
		}
		if len(b) > oneByteExtension && !h.Extension {
			h.Extension, h.ExtensionProfile = true, rtp.ExtensionProfileTwoByte
		}
		// The only error is a long extension after short ones; passedOn has the only long one last, alone with video.
		_ = h.SetExtension(pair.out, b)
	}
}

// reportIfDue sends a sender report once a second. Its clock is ours, mended to what the publisher's own reports say, so
// that sound and picture of one publisher keep their relation.
func (d *downTrack) reportIfDue(now time.Duration, via *wire.Batch) {
	if d.reported != 0 && now-d.reported < reportInterval {
		return
	}
	sr := d.source.lastReport.Load()
	if sr == nil {
		return
	}
	wall := d.peer.node.wall(now)
	behind := ntpDuration(toNTP(wall), d.source.peer.onOurClock(sr.ntp))
	ticks := int64(behind) / 1000 * int64(d.codec.clock) / 1e6
	before := d.reported
	d.reported = max(now, 1)
	if d.unreadSince == 0 || now-before > 2*reportInterval {
		d.unreadSince = d.reported
	}
	d.peer.sendBy(via, &rtcp.SenderReport{
		SSRC: d.ssrc, NTPTime: toNTP(wall), RTPTime: d.ts.Map(sr.rtp) + uint32(ticks),
		PacketCount: uint32(d.passed.Packets), OctetCount: uint32(d.passed.Bytes),
	})
}

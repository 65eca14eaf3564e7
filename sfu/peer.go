package sfu

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"madoguchi/sfu/wire"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"
)

// Kind tells a participant's connections apart: each may have one of each kind.
type Kind string

// Kinds of connections.
const (
	Main Kind = ""     // both ways, with data channel
	WHIP Kind = "whip" // only sends
	WHEP Kind = "whep" // only receives
)

// peerKey names a connection within its room.
type peerKey struct {
	participant string
	kind        Kind
}

// peer is one connection of a participant to a room.
type peer struct {
	node  *Node
	room  *room
	key   peerKey
	join  Join
	link  *link
	back  feedbackWriter // to the client; the link
	order int            // position in which it came to the room; fixed
	made  time.Duration  // when its offer came; fixed

	session, fingerprint, ufrag string // of the offer; guarded by room.offers
	candidates                  atomic.Int32

	agreed       []mline    // of the answer
	ups          []*upTrack // fixed once the offer is answered
	downs        []*downTrack
	declared     map[uint32]route
	transportExt uint8 // id of the transport-wide sequence number, 0 if not negotiated
	feedbackSSRC uint32
	wholeReports bool // not every m-line agreed to reduced-size RTCP

	connected    atomic.Bool // the line is up now
	doomed       atomic.Bool // is being ended from within
	ready        atomic.Bool // ups and downs are set
	streams      atomic.Int32
	lanes        [channelKinds]lane // data channels
	channels     atomic.Int32
	channelsEver atomic.Int32
	clock        clockOffset

	// Guarded by room.mu:
	since    time.Duration // when the line went down, or the peer was made
	gone     bool
	wasUp    bool // the line has been up at least once
	reported []TrackSlot
	blindTo  map[*upTrack]bool // tracks there is no codec in common for

	// Of whoever delivers RTP and RTCP, one packet at a time:
	rx         packet
	budget     budget
	feedback   feedbackBudget
	recorder   *twcc.Recorder
	fedBack    time.Duration
	reportedRR time.Duration

	strangers map[uint32]struct{} // SSRCs that feedback has named and that are nobody's

	count     peerCounters
	roundTrip atomic.Int64 // nanoseconds, latest by RTCP; 0 unknown
	health    health
}

// route says what an SSRC is: a track, or the retransmissions of one.
type route struct {
	up     *upTrack
	repair bool
}

func newPeer(n *Node, r *room, join Join, o *offer) (*peer, error) {
	p := &peer{
		node: n, room: r, key: peerKey{join.Participant, join.Kind}, join: join,
		feedbackSSRC: rand.Uint32() | 1, declared: map[uint32]route{}, since: n.now(), made: n.now(),
		budget:   newBudget(n.limits),
		feedback: newFeedbackBudget(n.limits),
	}
	p.join.SDP = "" // it has been read
	until(p, &n.owned.peers)
	p.makeLanes(n.limits)
	p.recorder = twcc.NewRecorder(p.feedbackSSRC)
	var err error
	if p.link, err = n.newLink(o, p); err != nil {
		return nil, err
	}
	p.back = p.link.conn
	return p, nil
}

// answer negotiates the first offer.
func (p *peer) answer(o *offer) string {
	p.session, p.fingerprint, p.ufrag = o.session, o.fingerprint, o.ufrag
	for i := range o.lines {
		offered := &o.lines[i]
		p.room.steer(p, offered)
		b := p.link.binding(offered.mid)
		agreed := agree(offered, b)
		p.agreed = append(p.agreed, agreed)
		p.addTrack(agreed, offered, b)
		if _, reduced := o.desc.MediaDescriptions[i].Attribute("rtcp-rsize"); !reduced && !agreed.rejected && agreed.kind != application {
			p.wholeReports = true
		}
	}
	p.ready.Store(true)
	return p.writeAnswer(o)
}

// writeAnswer writes what was agreed to at first, with the connection's present credentials.
func (p *peer) writeAnswer(o *offer) string {
	l := p.link
	l.version++
	credentials := l.conn.Credentials()
	_, mixed := o.desc.Attribute("extmap-allow-mixed")
	about := local{
		session: l.session, version: l.version, ufrag: credentials.Ufrag, password: credentials.Password,
		fingerprint: p.node.endpoint.Fingerprint(), candidates: p.node.endpoint.Candidates(), sessionWantedMixed: mixed,
		streamOf: func(mid string) string { return l.binding(mid).stream }, setup: "passive",
	}
	if p.link.active {
		about.setup = "active"
	}
	for i := range p.agreed {
		if !p.agreed[i].rejected {
			about.transportOn = p.agreed[i].mid
			break
		}
	}
	return writeAnswer(o, p.agreed, about)
}

// addTrack sets up what one m-line of the answer stands for.
func (p *peer) addTrack(agreed mline, offered *mline, b *binding) {
	if agreed.kind == application || agreed.rejected {
		return
	}
	if id := agreed.exts[extTransport]; id != 0 && p.transportExt == 0 {
		p.transportExt = id
	}
	switch offered.dir {
	case sendonly:
		u := newUpTrack(p, agreed, string(agreed.purpose))
		p.ups = append(p.ups, u)
		if offered.ssrc != 0 {
			u.ssrc.Store(offered.ssrc)
			p.declared[offered.ssrc] = route{up: u}
		}
		if offered.rtxSSRC != 0 {
			p.declared[offered.rtxSSRC] = route{u, true}
		}
	case recvonly:
		p.downs = append(p.downs, newDownTrack(p, agreed, b))
	}
}

// reoffer negotiates a further offer of the same peer connection: an ICE restart. Its m-lines must be the same.
func (p *peer) reoffer(o *offer) (string, error) {
	if !p.matches(o) {
		return "", fmt.Errorf("%w: m-lines are negotiated once; make a new peer connection to change them", ErrOffer)
	}
	if o.ufrag != p.ufrag {
		if _, err := p.link.conn.Restart(o.ufrag); err != nil {
			return "", err
		}
		p.ufrag = o.ufrag
	}
	return p.writeAnswer(o), nil
}

// matches reports whether an offer's m-lines are those agreed on.
func (p *peer) matches(o *offer) bool {
	if len(o.lines) != len(p.agreed) {
		return false
	}
	for i := range o.lines {
		if o.lines[i].mid != p.agreed[i].mid || o.lines[i].kind != p.agreed[i].kind {
			return false
		}
	}
	return true
}

// send writes feedback to the peer at once. Nothing is lost for good if it fails: all of it is sent again in time.
func (p *peer) send(pkts ...rtcp.Packet) { p.sendBy(nil, pkts...) }

// sendBy does so by way of a batch.
func (p *peer) sendBy(via *wire.Batch, pkts ...rtcp.Packet) {
	if p.wholeReports {
		pkts = append(p.preface(pkts), pkts...)
	}
	_ = p.back.WriteRTCP(pkts, via)
}

// preface is what has to stand before feedback for a peer that has not agreed to have it alone (RFC 5506): a report, unless
// there is one, and who sends it.
func (p *peer) preface(pkts []rtcp.Packet) []rtcp.Packet {
	switch pkts[0].(type) {
	case *rtcp.SenderReport, *rtcp.ReceiverReport:
		return nil
	}
	return []rtcp.Packet{
		&rtcp.ReceiverReport{SSRC: p.feedbackSSRC}, rtcp.NewCNAMESourceDescription(p.feedbackSSRC, "node"),
	}
}

// receiveRTP takes one packet of a stream. What follows from it goes out with the batch.
func (p *peer) receiveRTP(in *inlet, b []byte, via *wire.Batch) {
	now := p.node.now()
	if !p.budget.take(now, len(b)) {
		p.drop(dropFlood)
		return
	}
	if len(b) > p.node.limits.PacketBytes {
		p.drop(dropTooLarge)
		return
	}
	pkt := &p.rx
	pkt.via = via
	if pkt.parse(b) != nil {
		p.drop(dropMalformed)
		return
	}
	p.record(pkt, now)
	if p.ready.Load() {
		if in.route.up == nil {
			in.route = p.resolve(in.ssrc, pkt)
		}
		p.deliver(in.route, pkt, b, now)
	}
	p.giveFeedback(now, via)
}

// drop counts something the peer sent that goes no further.
func (p *peer) drop(why dropReason) { p.count.drops[why].Add(1) }

// deliver hands a packet to its track, undoing retransmission first.
func (p *peer) deliver(to route, pkt *packet, b []byte, now time.Duration) {
	u := to.up
	if u == nil {
		p.drop(dropUnknown)
		return
	}
	original := u.repairs[pkt.header.PayloadType]
	if original == nil {
		if !to.repair {
			u.receive(pkt, b, false, now)
		}
		return
	}
	b = unwrapRTX(b, pkt, original.pt, u.ssrc.Load())
	if b == nil || pkt.parse(b) != nil {
		return
	}
	u.receive(pkt, b, true, now)
}

// resolve finds out whose an SSRC is: declared in the offer, or by its mid, or by a payload type only one track has.
func (p *peer) resolve(ssrc uint32, pkt *packet) route {
	if r, ok := p.declared[ssrc]; ok {
		return r
	}
	var candidates []*upTrack
	for _, u := range p.ups {
		pt := pkt.header.PayloadType
		if u.payloads[pt] == nil && u.repairs[pt] == nil {
			continue
		}
		if id := u.line.exts[extMid]; id != 0 {
			if mid := pkt.header.GetExtension(id); mid != nil && string(mid) != u.mid {
				continue
			} else if mid != nil {
				candidates = []*upTrack{u}
				break
			}
		}
		candidates = append(candidates, u)
	}
	if len(candidates) != 1 {
		return route{}
	}
	u := candidates[0]
	if u.repairs[pkt.header.PayloadType] != nil {
		return route{u, true}
	}
	if !u.ssrc.CompareAndSwap(0, ssrc) {
		return route{} // a second stream on one m-line: simulcast, which was not agreed to
	}
	return route{up: u}
}

// record notes the arrival for transport-wide congestion feedback, by which browsers find out how much they may send.
func (p *peer) record(pkt *packet, now time.Duration) {
	if p.transportExt == 0 {
		return
	}
	if b := pkt.header.GetExtension(p.transportExt); len(b) >= 2 {
		p.recorder.Record(pkt.header.SSRC, uint16(b[0])<<8|uint16(b[1]), now.Microseconds())
	}
}

// giveFeedback sends what is due. It runs when packets arrive, so that an idle peer costs no timer.
func (p *peer) giveFeedback(now time.Duration, via *wire.Batch) {
	every := feedbackInterval
	if via.Behind() {
		every = feedbackBehind
	}
	if p.transportExt != 0 && now-p.fedBack >= every {
		p.fedBack = now
		if pkts := p.recorder.BuildFeedbackPacket(); len(pkts) > 0 {
			p.sendBy(via, pkts...)
		}
	}
	if now-p.reportedRR < reportInterval {
		return
	}
	p.reportedRR = now
	rr := &rtcp.ReceiverReport{SSRC: p.feedbackSSRC}
	for _, u := range p.ups {
		if block, ok := u.report(now); ok && len(rr.Reports) < 31 {
			rr.Reports = append(rr.Reports, block)
		}
	}
	if len(rr.Reports) > 0 {
		p.sendBy(via, rr)
	}
}

// receiveRTCP takes a compound packet. What is sent again because of it goes out with the batch.
func (p *peer) receiveRTCP(b []byte, via *wire.Batch) {
	if !p.ready.Load() {
		return
	}
	now := p.node.now()
	if !p.feedback.control.allow(now, 1) {
		p.drop(dropFlood)
		return
	}
	pkts, err := rtcp.Unmarshal(b)
	if err != nil {
		p.drop(dropMalformed)
		return
	}
	for _, pkt := range pkts {
		switch pkt := pkt.(type) {
		case *rtcp.SenderReport:
			p.senderReport(pkt, now)
			p.receptionReports(pkt.Reports)
		case *rtcp.ReceiverReport:
			p.receptionReports(pkt.Reports)
		case *rtcp.TransportLayerNack:
			if d := p.named(pkt.MediaSSRC); d != nil {
				d.resend(pkt.Nacks, now, via)
			}
		case *rtcp.PictureLossIndication:
			p.pictureLost(pkt.MediaSSRC, now)
		case *rtcp.FullIntraRequest:
			for _, entry := range pkt.FIR[:min(len(pkt.FIR), len(p.downs))] {
				p.pictureLost(entry.SSRC, now)
			}
		}
	}
}

func (p *peer) pictureLost(ssrc uint32, now time.Duration) {
	if d := p.named(ssrc); d != nil {
		d.pictureLost(now)
	}
}

// named returns the down track that feedback is about. Whoever keeps naming other streams is put out.
func (p *peer) named(ssrc uint32) *downTrack {
	if d := p.down(ssrc); d != nil {
		return d
	}
	for _, d := range p.downs {
		if d.rtx == ssrc {
			return nil
		}
	}
	if p.strangers == nil {
		p.strangers = map[uint32]struct{}{}
	}
	p.strangers[ssrc] = struct{}{}
	if len(p.strangers) > p.node.limits.Streams {
		clear(p.strangers)
		p.node.dropLater(p, "feedback on too many streams that do not exist")
	}
	return nil
}

func (p *peer) down(ssrc uint32) *downTrack {
	for _, d := range p.downs {
		if d.ssrc == ssrc {
			return d
		}
	}
	return nil
}

func (p *peer) senderReport(sr *rtcp.SenderReport, now time.Duration) {
	for _, u := range p.ups {
		if u.ssrc.Load() == sr.SSRC {
			u.lastReport.Store(&senderInfo{ntp: sr.NTPTime, rtp: sr.RTPTime, arrived: now})
			p.clock.observe(sr.NTPTime, toNTP(p.node.wall(now)))
			return
		}
	}
}

func (p *peer) receptionReports(blocks []rtcp.ReceptionReport) {
	for _, block := range blocks {
		if d := p.down(block.SSRC); d != nil {
			d.reception(block)
		}
	}
}

// onOurClock translates the publisher's NTP time to the node's.
func (p *peer) onOurClock(ntp uint64) uint64 { return p.clock.translate(ntp) }

// clockOffset is how far a publisher's clock is behind ours, including the way of its quickest sender report. All tracks of
// a publisher share it, so that sound and picture keep their relation.
type clockOffset struct {
	offset atomic.Int64 // in 2^-32 s
	known  atomic.Bool
}

const clockStep = int64(1) << 32 // a second: further apart means that a clock was set

func (c *clockOffset) observe(theirs, ours uint64) {
	offset := int64(ours - theirs)
	old := c.offset.Load()
	if !c.known.Load() || offset < old || offset-old > clockStep {
		c.offset.Store(offset)
		c.known.Store(true)
	}
}

func (c *clockOffset) translate(theirs uint64) uint64 { return theirs + uint64(c.offset.Load()) }

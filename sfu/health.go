package sfu

import (
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"madoguchi/sfu/codec"
	"madoguchi/sfu/quality"
)

// pulseEvery is how often rates are taken and lines are judged.
const pulseEvery = time.Second

// silentAfter is how long nothing may come from a connected peer before its line counts as lost. Browsers send reports
// every second.
const silentAfter = 3 * time.Second

// leastFaceBits is the bitrate below which a face is a blur.
const leastFaceBits = 40_000

// scoresKept is how many participants of one room are remembered for its scores.
const scoresKept = 64

// Quality is how good both directions of a participant's line are in a consultation.
type Quality struct {
	Up, Down quality.Level // from the participant to the node, and back
}

// bitrate is the bitrate of a track, smoothed. It belongs to the track's lock.
type bitrate struct {
	bits   float64
	before uint64 // bytes
}

// follow takes the count of bytes in.
func (r *bitrate) follow(bytes uint64, took time.Duration) {
	now := float64(bytes-r.before) * 8 / took.Seconds()
	r.before = bytes
	r.bits += (now - r.bits) / 2
}

// heardOf is what a subscriber reported last of a track, summed up. It belongs to the track's lock.
type heardOf struct {
	any              bool
	highest          uint32 // number
	lost             int64  // as it says, with what never came to us
	jitter           time.Duration
	sent             uint64 // by us, up to its highest number
	atFirst          uint64 // likewise at its first report
	arrived, missing uint64 // since the first report
	reported         int64  // lost of the report before
}

// take compares what we had sent up to a number with what had arrived. A packet that was lost on its way to us leaves a
// hole in our numbers, which the subscriber reports as lost: it is not its line's fault.
func (h *heardOf) take(highest uint32, sent uint64) {
	span, lost := highest-h.highest, h.lost-h.reported
	h.highest, h.reported = highest, h.lost
	if !h.any {
		h.any, h.sent, h.atFirst = true, sent, sent
		return
	}
	if span > 1<<31 {
		return // an older report, overtaken
	}
	h.sent = max(h.sent, sent)
	h.arrived += uint64(max(0, int64(span)-lost))
	if e := h.expected(); e > h.arrived {
		h.missing = max(h.missing, e-h.arrived)
	}
}

// expected is how many packets should have arrived since the first report.
func (h *heardOf) expected() uint64 { return h.sent - h.atFirst }

// health judges one peer's line. It is written by the node's pulse and read by whoever wants figures.
type health struct {
	mu        sync.Mutex
	up, down  quality.Meter
	upShare   shares
	downShare shares
	roundTrip time.Duration
	told      Quality
	before    [2 * kinds]seen // of both directions and kinds
	judged    bool            // before is that of the last pulse
}

// shares are the losses of the last second that said something.
type shares struct{ lost, gone float64 }

// seen are counts up to now.
type seen struct{ expected, missing, repaired, breaks, redundant uint64 }

func (h *health) levels() [2]quality.Level {
	h.mu.Lock()
	defer h.mu.Unlock()
	return [2]quality.Level{h.up.Level(), h.down.Level()}
}

func (h *health) directions() (up, down Direction, roundTrip time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	up = Direction{h.up.Level(), h.up.Rating(), h.upShare.lost, h.upShare.gone}
	down = Direction{h.down.Level(), h.down.Rating(), h.downShare.lost, h.downShare.gone}
	return up, down, h.roundTrip
}

// pulse takes rates and judges lines until the node is closed.
func (n *Node) pulse() {
	tick := time.NewTicker(pulseEvery)
	defer tick.Stop()
	last := n.now()
	for {
		select {
		case <-n.stop:
			return
		case <-tick.C:
		}
		now := n.now()
		took := now - last
		last = now
		if took <= 0 {
			continue
		}
		for _, r := range n.allRooms() {
			r.pulse(now, took)
		}
	}
}

// pulse looks at everybody in the room.
func (r *room) pulse(now, took time.Duration) {
	for _, p := range r.allPeers() {
		p.takeRates(took)
	}
	r.noticeAbsent(now)
	audience := *r.audience.Load()
	if len(audience) < 2 {
		return // no consultation
	}
	for _, l := range audience {
		r.judge(l.peer, now, took)
	}
}

func (p *peer) takeRates(took time.Duration) {
	for _, u := range p.ups {
		u.mu.Lock()
		u.rate.follow(u.passed.Bytes, took)
		u.mu.Unlock()
	}
	for _, d := range p.downs {
		d.mu.Lock()
		d.rate.follow(d.passed.Bytes, took)
		d.mu.Unlock()
	}
}

// judge rates both directions of a peer's line and tells if a level has changed.
func (r *room) judge(p *peer, now, took time.Duration) {
	h := &p.health
	up, down := p.sample(now)
	h.mu.Lock()
	if !h.judged { // the consultation begins here
		h.judged = true
		h.mu.Unlock()
		return
	}
	r.node.measured.line(up, down, h.roundTrip)
	upLevel, _ := h.up.Add(up, took)
	downLevel, _ := h.down.Add(down, took)
	h.upShare.take(up)
	h.downShare.take(down)
	told := Quality{upLevel, downLevel}
	news := told != h.told
	h.told = told
	h.mu.Unlock()
	if news {
		r.node.log.Info("line", "room", r.id, "participant", p.key.participant, "up", upLevel, "down", downLevel)
		r.node.notify.quality(r.id, p.key.participant, told)
	}
}

func (s *shares) take(one quality.Sample) {
	sent := one.Sound.Expected + one.Pictures.Expected
	if sent > 0 {
		s.lost = (one.Sound.Missing + one.Pictures.Missing) / sent
		s.gone = (one.Sound.Gone + one.Pictures.Gone) / sent
	}
}

// sample is what happened to both directions since the last call.
func (p *peer) sample(now time.Duration) (up, down quality.Sample) {
	silent := !p.connected.Load() || p.link != nil && p.link.conn.Silence() > silentAfter
	var counts [2 * kinds]seen
	var flows [2 * kinds]quality.Flow
	for _, u := range p.ups {
		i := u.kind.index()
		u.sample(&counts[i], &flows[i])
	}
	var roundTrip time.Duration
	for _, d := range p.downs {
		i := kinds + d.line.kind.index()
		d.sample(&counts[i], &flows[i])
		roundTrip = max(roundTrip, d.roundTrip())
	}
	h := &p.health
	h.mu.Lock()
	defer h.mu.Unlock()
	h.roundTrip = roundTrip
	for i := range counts {
		counts[i].since(h.before[i], &flows[i])
		if counts[i].redundant > h.before[i].redundant { // each packet repeats the one before: what is gone was lost twice in a row
			flows[i].Gone *= flows[i].Missing / max(1, flows[i].Expected)
		}
		h.before[i] = counts[i]
	}
	up = quality.Sample{Sound: flows[0], Pictures: flows[1], RoundTrip: roundTrip, Silent: silent}
	down = quality.Sample{Sound: flows[kinds], Pictures: flows[kinds+1], RoundTrip: roundTrip, Silent: silent}
	return up, down
}

// since fills in what has happened after the counts before.
func (s seen) since(before seen, f *quality.Flow) {
	more := func(now, before uint64) float64 { return float64(max(now, before) - before) }
	f.Expected = more(s.expected, before.expected)
	f.Missing = min(f.Expected, more(s.missing, before.missing))
	f.Gone = max(0, f.Missing-more(s.repaired, before.repaired))
	f.Breaks = more(s.breaks, before.breaks)
}

// sample adds the track's counts up to now, and what is no count.
func (u *upTrack) sample(s *seen, f *quality.Flow) {
	u.mu.Lock()
	defer u.mu.Unlock()
	s.expected += u.reception.expected()
	s.missing += u.reception.missingNow()
	s.repaired += u.count.returned.Load()
	s.redundant += u.redundant
	f.Jitter = max(f.Jitter, u.reception.jitterTime())
	if u.kind == video && u.purpose == "face" && !u.silent.Load() {
		f.BitsPerS += u.rate.bits
		f.LeastBits = leastFaceBits
	}
}

// sample likewise for what the subscriber reports of the track. Pictures that it wants anew are pictures it has lost.
func (d *downTrack) sample(s *seen, f *quality.Flow) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s.expected += d.heard.expected()
	s.missing += d.heard.missing + d.disguised
	s.repaired += d.count.resent.Load()
	s.breaks += d.count.keyframeRequests.Load()
	if d.agreed != nil && d.agreed.format == codec.RED {
		s.redundant += d.passed.Packets
	}
	f.Jitter = max(f.Jitter, d.heard.jitter)
}

// score is what a room remembers of a participant's line.
type score struct{ up, down quality.Summary }

// keepScore remembers how a peer's line was that leaves. The caller holds the room's lock.
func (r *room) keepScore(p *peer) {
	h := &p.health
	h.mu.Lock()
	up, down := h.up.Summary(), h.down.Summary()
	h.mu.Unlock()
	before, there := r.scores[p.key.participant]
	if up.Seen == 0 || !there && len(r.scores) >= scoresKept {
		return
	}
	r.scores[p.key.participant] = score{before.up.With(up), before.down.With(down)}
}

// scoreList lists the scores by participant, those still here included. The caller holds the room's lock.
func (r *room) scoreList() []Score {
	all := maps.Clone(r.scores)
	for _, p := range r.peers {
		p.health.mu.Lock()
		up, down := p.health.up.Summary(), p.health.down.Summary()
		p.health.mu.Unlock()
		if up.Seen > 0 {
			before := all[p.key.participant]
			all[p.key.participant] = score{before.up.With(up), before.down.With(down)}
		}
	}
	list := make([]Score, 0, len(all))
	for participant, s := range all {
		list = append(list, Score{participant, s.up, s.down})
	}
	slices.SortFunc(list, func(a, b Score) int { return strings.Compare(a.Participant, b.Participant) })
	return list
}

// logScores writes down how the lines of a room that has ended were.
func (r *room) logScores() {
	r.mu.Lock()
	list := r.scoreList()
	r.mu.Unlock()
	for _, s := range list {
		r.node.log.Info("line over", "room", r.id, "participant", s.Participant, "seconds", int(s.Up.Seen.Seconds()),
			"up_mean_mos", mos(s.Up.Mean()), "up_worst_mos", mos(s.Up.Worst), "up_weak_seconds", int(s.Up.Weak.Seconds()),
			"down_mean_mos", mos(s.Down.Mean()), "down_worst_mos", mos(s.Down.Worst), "down_weak_seconds", int(s.Down.Weak.Seconds()))
	}
}

// mos is a rating as a mean opinion score with one decimal.
func mos(rating float64) float64 { return math.Round(quality.MOS(rating)*10) / 10 }

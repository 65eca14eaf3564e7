package loadtest

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// Report is what one measurement found. Latencies are in milliseconds, shares in percent, memory in bytes.
type Report struct {
	Subject string  `json:"subject"` // server, direct, yardstick
	Rooms   int     `json:"rooms"`
	Seconds float64 `json:"seconds"`

	Sent     uint64  `json:"sent"`     // packets sent within the window
	Received uint64  `json:"received"` // of these, distinct ones that arrived
	LossPct  float64 `json:"lossPct"`
	Sound    Medium  `json:"sound"`
	Picture  Medium  `json:"picture"`
	Latency  Latency `json:"latencyMs"` // of both
	Failed   uint64  `json:"failed"`    // packets the driver could not hand over

	JoinMs       Latency `json:"joinMs"`             // of each participant: offer → connected
	FirstMs      Latency `json:"firstPacketMs"`      // connected (both), or admitted → first packet from the other
	FirstFrameMs Latency `json:"firstPictureMs"`     // likewise, of the picture
	Admitted     bool    `json:"admitted,omitempty"` // firstPacketMs counts from an admission

	CPUPerMillion float64 `json:"cpuSecondsPerMillion"` // the server's, for a million packets received
	CPUPct        float64 `json:"cpuPct"`               // of one processor
	RSSPerRoom    float64 `json:"rssPerRoom"`
	Drops         uint64  `json:"serverDrops"` // datagrams thrown away at the server's full sockets

	DriverPct       float64 `json:"driverPct"` // of one processor
	DriverLateMs    float64 `json:"driverLateMs"`
	DriverDrops     uint64  `json:"driverDrops"`
	DriverSaturated bool    `json:"driverSaturated"` // latency and loss are then not the server's
	OtherPct        float64 `json:"otherPct"`        // what everybody else used, of one processor
	StolenPct       float64 `json:"stolenPct"`       // what the machine's owner took, of one processor
}

// Medium is sound or pictures alone.
type Medium struct {
	Sent     uint64  `json:"sent"`
	Received uint64  `json:"received"`
	LossPct  float64 `json:"lossPct"`
	Latency  Latency `json:"latencyMs"`
}

// The driver counts as saturated when it used this share of its processors, or sent this late.
const (
	saturatedShare = .85
	saturatedLate  = 20 * time.Millisecond
)

// count adds up what participants sent and received. Their senders have ended.
func (r *Report) count(rooms []*room) {
	var late, all, join, first, firstFrame histogram
	var media [2]struct {
		latency        histogram
		sent, received uint64
	}
	for _, room := range rooms {
		for _, p := range room.who {
			for m := range media {
				media[m].sent += p.send.sent[m].Load()
				in := p.recv[m]
				in.mu.Lock()
				media[m].received += in.got
				media[m].latency.merge(&in.latency)
				in.mu.Unlock()
			}
			r.Failed += p.send.failed
			late.merge(&p.send.late)
			join.add(p.connected - p.offered)
			p.noteFirst(&first, &firstFrame)
			r.Admitted = r.Admitted || p.admitted.Load() != 0
		}
	}
	medium := func(m medium) Medium {
		x := &media[m]
		all.merge(&x.latency)
		return Medium{x.sent, x.received, lost(x.sent, x.received), x.latency.latency()}
	}
	r.Sound, r.Picture = medium(sound), medium(picture)
	r.Sent, r.Received = r.Sound.Sent+r.Picture.Sent, r.Sound.Received+r.Picture.Received
	r.LossPct = lost(r.Sent, r.Received)
	r.Latency, r.JoinMs = all.latency(), join.latency()
	r.FirstMs, r.FirstFrameMs = first.latency(), firstFrame.latency()
	r.DriverLateMs = late.latency().P99
}

// noteFirst adds how long the first packets took since they could flow.
func (p *participant) noteFirst(packet, picture1 *histogram) {
	from := max(p.connected, p.other().connected)
	if at := time.Duration(p.admitted.Load()); at != 0 {
		from = at
	}
	voice, face := p.recv[sound].first.Load(), p.recv[picture].first.Load()
	if voice == 0 || face == 0 {
		return
	}
	packet.add(time.Duration(min(voice, face)) - from)
	picture1.add(time.Duration(face) - from)
}

func lost(sent, received uint64) float64 {
	if sent == 0 || received >= sent {
		return 0
	}
	return 100 * float64(sent-received) / float64(sent)
}

// cost adds what was used between two samples.
func (r *Report) cost(before, after sample) {
	seconds := (after.at - before.at).Seconds()
	server, driver := after.server-before.server, after.driver-before.driver
	pct := func(cpu float64) float64 { return 100 * cpu / seconds }
	if r.Received > 0 {
		r.CPUPerMillion = server / float64(r.Received) * 1e6
	}
	r.CPUPct, r.DriverPct = pct(server), pct(driver)
	r.OtherPct = max(0, pct(after.machine.busy-before.machine.busy-server-driver))
	r.StolenPct = pct(after.machine.stolen - before.machine.stolen)
	r.Drops, r.DriverDrops = after.drops-before.drops, after.own-before.own
	r.DriverSaturated = r.DriverPct > 100*saturatedShare*float64(processors()) ||
		r.DriverLateMs > float64(saturatedLate/time.Millisecond)
}

// print writes the report for people.
func (r *Report) print(to io.Writer) {
	row := func(name, format string, args ...any) {
		fmt.Fprintf(to, "  %-22s"+format+"\n", append([]any{name}, args...)...)
	}
	latency := func(l Latency) string {
		return fmt.Sprintf("p50 %.2f  p95 %.2f  p99 %.2f  max %.2f ms", l.P50, l.P95, l.P99, l.Max)
	}
	fmt.Fprintf(to, "%s: %d rooms of two, %.0f s\n", r.Subject, r.Rooms, r.Seconds)
	row("packets", "%d sent, %d received: %.4f %% lost (sound %.4f, pictures %.4f)",
		r.Sent, r.Received, r.LossPct, r.Sound.LossPct, r.Picture.LossPct)
	row("latency", "%s", latency(r.Latency))
	row("  sound", "%s", latency(r.Sound.Latency))
	row("join", "%s", latency(r.JoinMs))
	since := "connected"
	if r.Admitted {
		since = "admitted"
	}
	row(since+" → first", "%s", latency(r.FirstMs))
	row(since+" → picture", "%s", latency(r.FirstFrameMs))
	if r.CPUPct > 0 {
		row("processor", "%.2f s per million packets, %.1f %% of one", r.CPUPerMillion, r.CPUPct)
		row("memory", "%.2f MB a room", r.RSSPerRoom/1e6)
	}
	row("thrown away", "%d datagrams at the server's full sockets, %d at the driver's", r.Drops, r.DriverDrops)
	state := "not saturated"
	if r.DriverSaturated {
		state = "SATURATED: latency and loss are its own"
	}
	row("driver", "%.0f %% of one processor, sends %.1f ms late at p99: %s", r.DriverPct, r.DriverLateMs, state)
	row("machine", "others %.1f %%, stolen %.1f %% of one processor", r.OtherPct, r.StolenPct)
}

// median is the middle of several reports' values.
func median(reports []Report, value func(*Report) float64) float64 {
	var all []float64
	for i := range reports {
		all = append(all, value(&reports[i]))
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

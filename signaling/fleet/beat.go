package fleet

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"syscall"
	"time"

	"madoguchi/sfu"
)

// The times of detection. A node that dies is noticed between lostAfter and lostAfter + 2·beatEvery after its last sign of
// life. A node that has to wait for its processor still beats: with every core full and fifteen others waiting for two of
// them it is late by some tens of milliseconds.
const (
	beatEvery   = 200 * time.Millisecond
	lostAfter   = time.Second
	beatWithin  = time.Second      // one question to Redis
	asleepAfter = time.Second      // a heart that missed this has been frozen
	checkEvery  = 10 * time.Second // all rooms against Redis
	lingerFor   = 6 * time.Second  // how long clients may take to leave a room that was moved in peace
	strayFor    = 3 * time.Second  // likewise one that was moved from a node taken for dead that lives
)

// live beats until ctx ends, and looks after the rooms.
func (h *Host) live(ctx context.Context) error {
	tick := time.NewTicker(h.cfg.beat)
	defer tick.Stop()
	checked := time.Now()
	for count := uint64(1); ; count++ {
		slept := h.sleep.wake(time.Now())
		h.write(ctx, count)
		if now := time.Now(); slept > 0 || now.Sub(checked) > checkEvery {
			if slept > 0 {
				h.log.Warn("asleep: looking where the rooms are now", "node", h.id, "for", slept.Round(time.Millisecond))
			}
			h.check(ctx)
			checked = now
		}
		h.endLeaving(ctx)
		h.sleep.rest(time.Now())
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		case <-h.beatNow:
		}
	}
}

func (h *Host) beatSoon() {
	select {
	case h.beatNow <- struct{}{}:
	default:
	}
}

// write writes the record.
func (h *Host) write(ctx context.Context, count uint64) {
	s := h.node.Stats()
	probe := h.node.Probe()
	packets, cpu := h.load.read(s.PacketsIn+s.PacketsOut, time.Now())
	r := Record{
		Node: h.id, Address: h.cfg.Address, Media: h.cfg.Media, Zone: h.cfg.Zone, Version: h.cfg.Version, State: h.State(),
		Rooms: s.Rooms, Peers: s.Peers, Packets: packets, CPU: cpu, Beat: count, Reach: h.node.Reach(), Noise: h.noise.read(s.Strangers, time.Now()), Probe: &probe,
	}
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	if err := h.store.register(ctx, r); err != nil && ctx.Err() == nil {
		h.log.Warn("heartbeat", "node", h.id, "error", err)
	}
}

// check compares the rooms here with Redis. A room with no place twice over is one whose end we have not heard.
func (h *Host) check(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*beatWithin)
	defer cancel()
	h.mu.Lock()
	rooms := make([]string, 0, len(h.held))
	for room := range h.held {
		rooms = append(rooms, room)
	}
	h.mu.Unlock()
	places, err := h.store.where(ctx, rooms...)
	if err != nil {
		h.log.Warn("rooms not compared", "node", h.id, "error", err)
		return
	}
	var ours []string
	for _, room := range rooms {
		p, there := places[room]
		if there && p.Node == h.id {
			ours = append(ours, room)
		}
		h.compare(ctx, room, p, there)
	}
	if err := h.store.renew(ctx, ours); err != nil {
		h.log.Warn("places not renewed", "node", h.id, "error", err)
	}
}

// compare acts on where a room is.
func (h *Host) compare(ctx context.Context, room string, p at, there bool) {
	h.mu.Lock()
	r := h.held[room]
	if r == nil || there && p.Epoch < r.epoch {
		h.mu.Unlock()
		return
	}
	again := r.missing
	r.missing = !there
	moved := there && p.Node != h.id
	// Moved in peace: the old connections are heard until the new ones are. So they are when we were taken for dead and
	// are not; who has slept has nobody left to hear.
	linger := strayFor
	if h.draining.Load() {
		linger = lingerFor
	}
	inPeace := moved && (h.draining.Load() || !h.sleep.lately(time.Now()))
	begins := inPeace && r.leaveBy.IsZero()
	if begins {
		r.leaveBy = time.Now().Add(linger)
		h.log.Info("the room is elsewhere: its clients have a moment to leave", "room", room, "epoch", r.epoch, "moment", linger)
	}
	h.mu.Unlock()
	if begins {
		h.sendAway(room)
	}
	switch {
	case !there && again && h.peopled(room):
		// Redis has lost it: the room lives, so it is there again.
		if err := h.store.restore(ctx, room, at{h.id, r.epoch}); err != nil {
			h.log.Warn("place not restored", "room", room, "error", err)
		}
	case !there && again:
		h.letGo(ctx, room, r, "it has no place")
	case moved && !inPeace:
		h.letGo(ctx, room, r, "it is elsewhere")
	}
}

// sendAway ends the connections of equipment in a room that has another place: nobody tells it of the place, so it is told
// in the only way it understands, and comes again by itself.
func (h *Host) sendAway(room string) {
	s, _ := h.node.Room(room)
	for _, p := range s.Peers {
		if p.Kind != sfu.WHIP && p.Kind != sfu.WHEP {
			continue
		}
		if err := h.node.LeaveKind(room, p.Participant, p.Kind); err != nil && !errors.Is(err, sfu.ErrNoPeer) {
			h.log.Warn("equipment not sent away", "room", room, "participant", p.Participant, "error", err)
		}
	}
}

// peopled says whether somebody is in a room.
func (h *Host) peopled(room string) bool {
	s, there := h.node.Room(room)
	return there && len(s.Peers) > 0
}

// endLeaving closes the rooms that were moved in peace and that somebody has still not left: the clients end their old
// connections themselves, this is for those who do not.
func (h *Host) endLeaving(ctx context.Context) {
	var late []string
	h.mu.Lock()
	for room, r := range h.held {
		if !r.leaveBy.IsZero() && time.Now().After(r.leaveBy) {
			late = append(late, room)
		}
	}
	h.mu.Unlock()
	for _, room := range late {
		h.mu.Lock()
		r := h.held[room]
		h.mu.Unlock()
		if r != nil {
			h.letGo(ctx, room, r, "its clients have had their time")
		}
	}
}

// placed takes an announcement in.
func (h *Host) placed(news placeNews) {
	ctx, cancel := context.WithTimeout(context.Background(), beatWithin)
	defer cancel()
	if news.Epoch > 0 {
		h.compare(ctx, news.Room, news.at, true)
		return
	}
	h.mu.Lock()
	r := h.held[news.Room]
	h.mu.Unlock()
	if r != nil {
		h.letGo(ctx, news.Room, r, "it is closed")
	}
}

// noise turns the count of strangers' datagrams into a rate.
type noise struct {
	at    time.Time
	count uint64
	rate  float64
}

func (n *noise) read(count uint64, now time.Time) float64 {
	took := now.Sub(n.at)
	if took < gaugeEvery {
		return n.rate
	}
	if !n.at.IsZero() {
		n.rate = float64(count-min(count, n.count)) / took.Seconds()
	}
	n.at, n.count = now, count
	return n.rate
}

// gauge turns counts into rates.
type gauge struct {
	mu      sync.Mutex
	at      time.Time
	packets uint64
	cpu     time.Duration
	rate    float64
	share   float64
}

// gaugeEvery is how long a rate is taken over at least.
const gaugeEvery = 900 * time.Millisecond

func (g *gauge) read(packets uint64, now time.Time) (rate, share float64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	took := now.Sub(g.at)
	if took < gaugeEvery {
		return g.rate, g.share
	}
	used := processorTime()
	if !g.at.IsZero() {
		g.rate = float64(packets-min(packets, g.packets)) / took.Seconds()
		g.share = min(1, (used-g.cpu).Seconds()/took.Seconds()/float64(runtime.NumCPU()))
	}
	g.at, g.packets, g.cpu = now, packets, used
	return g.rate, g.share
}

// processorTime is what this process has used so far.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// PeerState, Tracks and Quality make the host its node's observer.

// PeerState tells every broker what has become of a participant.
func (h *Host) PeerState(room, participant string, s sfu.PeerState) {
	h.observe(room, participant, func(v *view) { v.State = s })
}

// Tracks likewise whose tracks it receives.
func (h *Host) Tracks(room, participant string, tracks []sfu.TrackSlot) {
	h.observe(room, participant, func(v *view) { v.Tracks = tracks })
}

// Quality likewise how good its line is.
func (h *Host) Quality(room, participant string, q sfu.Quality) {
	h.observe(room, participant, func(v *view) { v.Line = q })
}

// observe notes a change and tells it to every broker that is connected, in one order for all.
func (h *Host) observe(room, participant string, change func(*view)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.seen[room]
	if s == nil {
		s = &seen{people: map[string]*view{}}
		h.seen[room] = s
	}
	if r := h.held[room]; r != nil {
		s.epoch = r.epoch
	}
	v := s.people[participant]
	if v == nil {
		v = &view{}
		s.people[participant] = v
	}
	change(v)
	told := *v
	news := frame{News: newsPeer, Room: room, Epoch: s.epoch, Participant: participant, Peer: &told}
	if v.State == sfu.PeerGone {
		delete(s.people, participant)
		if len(s.people) == 0 {
			delete(h.seen, room)
		}
	}
	for c := range h.conns {
		c.tell(news)
	}
}

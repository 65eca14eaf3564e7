package signaling

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/time/rate"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// Moment is one thing that happened to a visit, for whoever has to find out why something went wrong. It tells who by seat,
// never by name, and nothing of what the visit is about.
type Moment struct {
	At   time.Time         `json:"at"`
	Kind MomentKind        `json:"kind"`
	Who  string            `json:"who,omitempty" doc:"seat, or the id of a guest or of equipment"`
	Node string            `json:"node" doc:"that saw it"`
	More map[string]string `json:"more,omitempty" doc:"of the kind: words from fixed lists, seats and versions"`
}

// MomentKind is what happened.
type MomentKind string

// Kinds of moments, and what More tells of them.
const (
	MomentOpened  MomentKind = "opened"  // checked in: by, booth
	MomentEvent   MomentKind = "event"   // the visit went on: event, state, whom, admitted
	MomentOnline  MomentKind = "online"  // a socket came: reason
	MomentOffline MomentKind = "offline" // a socket went: reason, code
	MomentMedia   MomentKind = "media"   // connected: yes, no
	MomentPath    MomentKind = "path"    // path, local, remote
	MomentTest    MomentKind = "test"    // voice, face, hearing
	MomentMute    MomentKind = "mute"    // audio, video: on, off
	MomentSeen    MomentKind = "seen"    // by a page of its media: microphone, camera, sound, picture, output
	MomentQuality MomentKind = "quality" // up, down
	MomentCall    MomentKind = "call"    // step: called, heard, phoned, unphoned, answered
	MomentRemote  MomentKind = "remote"  // what, step: asked, done
)

// Bounds of timelines.
const (
	momentsWaiting = 2048 // not yet in Redis, on one node
	momentsOnce    = 200  // in one step
	momentsMost    = 600  // of one visit
	timelinesMost  = 500  // of one office's day that are looked through
)

// moment is a Moment and the session it belongs to.
type moment struct {
	session string
	Moment
}

// timelines writes what happened into a stream per session. Whoever notes something never waits: what does not fit, because
// Redis is slow or away, is dropped and counted.
type timelines struct {
	redis   redis.UniversalClient
	keys    keyspace
	node    string
	keep    time.Duration
	waiting chan moment
	dropped atomic.Int64
}

func newTimelines(r redis.UniversalClient, k keyspace, node string, keep time.Duration) *timelines {
	return &timelines{redis: r, keys: k, node: node, keep: keep, waiting: make(chan moment, momentsWaiting)}
}

// note notes a moment; more is name, value, name, value … and empty values are left out.
func (t *timelines) note(id string, at time.Time, kind MomentKind, who string, more ...string) {
	m := moment{id, Moment{At: at, Kind: kind, Who: who, Node: t.node}}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] == "" {
			continue
		}
		if m.More == nil {
			m.More = map[string]string{}
		}
		m.More[more[i]] = more[i+1]
	}
	select {
	case t.waiting <- m:
	default:
		t.dropped.Add(1)
	}
}

// run writes until ctx ends.
func (t *timelines) run(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case first := <-t.waiting:
			batch := append(make([]moment, 0, momentsOnce), first)
			for len(batch) < momentsOnce && len(t.waiting) > 0 {
				batch = append(batch, <-t.waiting)
			}
			if err := t.write(ctx, batch); err != nil {
				t.dropped.Add(int64(len(batch)))
			}
		}
	}
}

func (t *timelines) write(ctx context.Context, batch []moment) error {
	ctx, cancel := context.WithTimeout(ctx, effectWithin)
	defer cancel()
	_, err := t.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, m := range batch {
			raw, err := json.Marshal(m.Moment)
			if err != nil {
				return err
			}
			key := t.keys.timeline(m.session)
			p.XAdd(ctx, &redis.XAddArgs{Stream: key, MaxLen: momentsMost, Approx: true, Values: []any{"m", raw}})
			p.PExpire(ctx, key, t.keep)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write %d moments: %w", len(batch), err)
	}
	return nil
}

// indexed is how a visit is found again: by what stands on the slip.
type indexed struct {
	Number    int       `json:"number"`
	Reception string    `json:"reception"`
	Booth     string    `json:"booth"`
	OpenedAt  time.Time `json:"openedAt"`
}

// index lets a session be found by the numbers of its office's day.
func (t *timelines) index(ctx context.Context, d session.Doc, reception string) error {
	raw, err := json.Marshal(indexed{d.Number, reception, d.Booth, d.OpenedAt})
	if err != nil {
		return err
	}
	key := t.keys.timelinesOf(d.Office, dayOf(d.OpenedAt))
	_, err = t.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, key, d.ID, raw)
		p.PExpire(ctx, key, t.keep)
		return nil
	})
	if err != nil {
		return fmt.Errorf("index session %s: %w", d.ID, err)
	}
	return nil
}

// ofDay lists the sessions of an office's day.
func (t *timelines) ofDay(ctx context.Context, office, day string) (map[string]indexed, error) {
	raws, err := t.redis.HGetAll(ctx, t.keys.timelinesOf(office, day)).Result()
	if err != nil {
		return nil, fmt.Errorf("timelines of %s on %s: %w", office, day, err)
	}
	list := map[string]indexed{}
	for id, raw := range raws {
		var one indexed
		if err := json.Unmarshal([]byte(raw), &one); err != nil {
			return nil, fmt.Errorf("timelines of %s on %s: %w", office, day, err)
		}
		if list[id] = one; len(list) == timelinesMost {
			break
		}
	}
	return list, nil
}

// read gives what happened to a session, oldest first.
func (t *timelines) read(ctx context.Context, id string) ([]Moment, error) {
	entries, err := t.redis.XRangeN(ctx, t.keys.timeline(id), "-", "+", 2*momentsMost).Result()
	if err != nil {
		return nil, fmt.Errorf("timeline of %s: %w", id, err)
	}
	list := make([]Moment, 0, len(entries))
	for _, e := range entries {
		raw, _ := e.Values["m"].(string)
		var m Moment
		if err := json.Unmarshal([]byte(raw), &m); err != nil {
			return nil, fmt.Errorf("timeline of %s: %w", id, err)
		}
		list = append(list, m)
	}
	return list, nil
}

// dayOf is the day in Japan, as 2026-11-25.
func dayOf(at time.Time) string { return at.In(tokyo).Format(time.DateOnly) }

// What the broker's owners of things note.

func (b *Broker) noteEvent(d session.Doc, e session.Event) {
	admitted := ""
	for _, p := range d.Participants {
		if p.Admitted {
			admitted += " " + p.ID
		}
	}
	if admitted != "" {
		admitted = admitted[1:]
	}
	b.timelines.note(d.ID, e.At, MomentEvent, e.By.ID, "event", string(e.Type), "state", string(d.State), "whom", e.Whom,
		"reason", string(d.Reason), "admitted", admitted)
}

func (b *Broker) noteMedia(w who, before, now media) {
	at := b.now()
	if before.Connected != now.Connected {
		b.timelines.note(w.session, at, MomentMedia, w.participant, "connected", yesNo(now.Connected))
	}
	if before.Up != now.Up || before.Down != now.Down {
		b.timelines.note(w.session, at, MomentQuality, w.participant, "up", string(now.Up), "down", string(now.Down))
	}
}

// How often a page may report: what it sees changes seldom, and a timeline holds so much.
const (
	reportsPerSecond = 0.5
	reportsAtOnce    = 20
)

func newReportPace() *rate.Limiter { return rate.NewLimiter(reportsPerSecond, reportsAtOnce) }

// report notes what a client found out about itself; what comes too often is left out.
func (b *Broker) report(s *socket, m protocol.Report) {
	id := s.entered.session
	if id == "" || !s.reports.Allow() {
		return
	}
	at := b.now()
	if m.Voice != "" || m.Face != "" || m.Hearing != "" {
		b.timelines.note(id, at, MomentTest, s.who.participant, "voice", string(m.Voice), "face", string(m.Face), "hearing", string(m.Hearing))
	}
	if m.Microphone != "" || m.Camera != "" || m.Sound != "" || m.Picture != "" || m.Output != "" {
		b.timelines.note(id, at, MomentSeen, s.who.participant, "microphone", string(m.Microphone), "camera", string(m.Camera),
			"sound", string(m.Sound), "picture", string(m.Picture), "output", string(m.Output))
	}
	if m.Path != "" {
		b.timelines.note(id, at, MomentPath, s.who.participant, "path", string(m.Path), "local", string(m.Local), "remote", string(m.Remote))
	}
}

// noteCall notes a step of a call in the visit that goes on in its booth.
func (b *Broker) noteCall(c call, step string) {
	booth := session.BoothSeat(c.Booth)
	for _, d := range b.hub.open() {
		if d.Booth == c.Booth {
			b.timelines.note(d.ID, b.now(), MomentCall, booth, "step", step)
		}
	}
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func onOff(off bool) string {
	if off {
		return "off"
	}
	return "on"
}

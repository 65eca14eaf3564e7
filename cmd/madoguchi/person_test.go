package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"madoguchi/sfu/client"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// person is somebody at a seat, with a client that does what ours in the browser does: it asks its line for a sign of life,
// goes on with another server when there is none, and follows its media to another node, where it connects beside the old
// connection. All of its parts end with the test.
type person struct {
	t       *testing.T
	seat    string
	issuer  *access.Issuer
	who     access.Seat
	grants  access.Grants
	session string
	origins []string
	ctx     context.Context
	parts   sync.WaitGroup

	mu       sync.Mutex
	conn     *websocket.Conn // entered; nil while there is none
	place    int64           // where media are now, as told
	line     *mediaLine      // that counts
	next     *mediaLine      // being made beside it
	ids      int
	waiting  map[string]chan reply
	lostAt   time.Time // when the line was last found dead
	stoodAt  time.Time // when the session was last entered
	toldAt   time.Time // when a new place was last told
	sound    stream
	pictures stream
	sources  map[string]int // packets of pictures by m-line, since the mark
}

type reply struct {
	Type, Re, SDP, Code string
	Place               int64
}

// mediaLine is one peer connection.
type mediaLine struct {
	*client.Client
	place int64
	stop  chan struct{}
	sends sync.WaitGroup
	heard int
}

// stream notes when packets of a kind came, over whichever connection.
type stream struct {
	count   int
	last    time.Time
	longest time.Duration
	first   time.Time // first one at a place newer than this was marked at
}

func (s *stream) note(now time.Time) {
	if !s.last.IsZero() {
		s.longest = max(s.longest, now.Sub(s.last))
	}
	s.count, s.last = s.count+1, now
}

const (
	signOfLife  = 1500 * time.Millisecond // as clients/session does
	secondsLast = 2500 * time.Millisecond // how long an old connection goes on sending
)

// sit has somebody take a seat and enter the session.
func (r *region) sit(seat string, who access.Seat, grants access.Grants, origins []string) *person {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &person{t: r.t, seat: seat, issuer: r.issuer, who: who, grants: grants, session: r.session, origins: append([]string(nil), origins...), ctx: ctx, waiting: map[string]chan reply{}}
	p.parts.Go(p.live)
	r.t.Cleanup(func() {
		cancel()
		p.mu.Lock()
		if p.conn != nil {
			_ = p.conn.Close()
		}
		p.mu.Unlock()
		p.parts.Wait()
		for _, l := range []*mediaLine{p.line, p.next} {
			l.end()
		}
	})
	becomes(r.t, seat+" has entered", func() bool { p.mu.Lock(); defer p.mu.Unlock(); return p.conn != nil })
	return p
}

// live keeps a line to one server after the other.
func (p *person) live() {
	for at := 0; p.ctx.Err() == nil; at++ {
		p.connect(p.origins[at%len(p.origins)])
		p.mu.Lock()
		if p.conn != nil {
			p.conn, p.lostAt = nil, time.Now()
		}
		p.mu.Unlock()
		select {
		case <-p.ctx.Done():
		case <-time.After(200 * time.Millisecond): // the client's first back-off
		}
	}
}

// connect is one line from hello to its end.
func (p *person) connect(origin string) {
	dialing, cancel := context.WithTimeout(p.ctx, 2*time.Second)
	defer cancel()
	dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}}
	conn, response, err := dialer.DialContext(dialing, "ws"+strings.TrimPrefix(origin, "http")+"/v1/connect", nil)
	if err != nil {
		return
	}
	_ = response.Body.Close()
	defer conn.Close()
	stop := context.AfterFunc(p.ctx, func() { _ = conn.Close() })
	defer stop()
	seat, _, err := p.issuer.Seat(p.who, time.Hour)
	if err != nil {
		p.t.Error(err)
		return
	}
	room, _, err := p.issuer.Room(access.Room{Participant: p.seat, Room: p.session, Grants: p.grants}, time.Minute)
	if err != nil {
		p.t.Error(err)
		return
	}
	if p.write(conn, map[string]any{"type": "hello", "token": seat}) != nil ||
		p.write(conn, map[string]any{"type": "enter", "id": "enter", "token": room}) != nil {
		return
	}
	var pinging sync.WaitGroup
	over := make(chan struct{})
	pinging.Go(func() {
		tick := time.NewTicker(signOfLife)
		defer tick.Stop()
		for {
			select {
			case <-over:
				return
			case <-tick.C:
				if p.write(conn, map[string]any{"type": "ping"}) != nil {
					return
				}
			}
		}
	})
	defer pinging.Wait()
	defer close(over)
	for {
		_ = conn.SetReadDeadline(time.Now().Add(2 * signOfLife)) // two pings, the second of which has had no answer to the first
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var m reply
		if json.Unmarshal(raw, &m) == nil {
			p.hear(conn, m)
		}
	}
}

func (p *person) write(conn *websocket.Conn, m map[string]any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
	return conn.WriteJSON(m)
}

func (p *person) hear(conn *websocket.Conn, m reply) {
	p.mu.Lock()
	if to := p.waiting[m.Re]; to != nil && m.Re != "" {
		delete(p.waiting, m.Re)
		to <- m // has room
	}
	switch {
	case m.Type == "ok" && m.Re == "enter":
		p.conn, p.stoodAt = conn, time.Now()
		p.mu.Unlock()
		p.follow()
		return
	case m.Type == "place" && m.Place > p.place:
		p.place = m.Place
		if p.line != nil && p.line.place < m.Place {
			p.toldAt = time.Now()
		}
		p.mu.Unlock()
		p.follow()
		return
	}
	p.mu.Unlock()
}

// follow makes a connection where there is none, or none to where the media are.
func (p *person) follow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn == nil || p.next != nil || p.line != nil && p.line.place >= p.place {
		return
	}
	l := &mediaLine{stop: make(chan struct{})}
	p.next = l
	p.parts.Go(func() {
		if !p.offer(l) {
			l.end()
			p.mu.Lock()
			if p.next == l {
				p.next = nil
			}
			p.mu.Unlock()
			select {
			case <-p.ctx.Done():
			case <-time.After(150 * time.Millisecond): // the client's back-off
				p.follow()
			}
		}
	})
}

// offer connects a line.
func (p *person) offer(l *mediaLine) bool {
	c, err := client.New(client.Options{
		Name: "person", Voice: true, Face: true, Sounds: 2, Pictures: 2, Interceptors: reports,
		Packet: func(line client.Line, _ []byte) { p.packet(l, line) },
	})
	if err != nil {
		p.t.Error(err)
		return false
	}
	l.Client = c
	sdp, err := c.Offer(nil)
	if err != nil {
		p.t.Error(err)
		return false
	}
	answer := p.ask("offer", map[string]any{"sdp": sdp, "tracks": []map[string]string{{"mid": "0", "purpose": "voice"}, {"mid": "1", "purpose": "face"}}}, 3*time.Second)
	if answer.Type != "answer" || c.Accept(answer.SDP) != nil {
		return false
	}
	p.mu.Lock()
	l.place = answer.Place
	p.mu.Unlock()
	select {
	case <-c.Up():
	case <-p.ctx.Done():
		return false
	case <-time.After(5 * time.Second):
		return false
	}
	for _, track := range []*webrtc.TrackLocalStaticRTP{c.Audio, c.Video} {
		l.sends.Go(func() { l.send(track) })
	}
	p.mu.Lock()
	first := p.line == nil
	if first {
		p.line, p.next = l, nil
	}
	p.mu.Unlock()
	if !first {
		p.parts.Go(func() { p.replace(l) })
	}
	return true
}

// reports has a client report once a second on what it sends and receives, as browsers do.
func reports(_ *webrtc.MediaEngine, r *interceptor.Registry) error {
	return webrtc.ConfigureRTCPReports(r)
}

// replace has the new line count once it brings sound, and ends the old one a moment later.
func (p *person) replace(l *mediaLine) {
	limit := time.NewTimer(3 * time.Second)
	defer limit.Stop()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for enough := false; !enough; {
		select {
		case <-p.ctx.Done():
			return
		case <-limit.C:
			enough = true
		case <-look.C:
			p.mu.Lock()
			enough = l.heard >= 5
			p.mu.Unlock()
		}
	}
	p.mu.Lock()
	old := p.line
	p.line, p.next = l, nil
	p.mu.Unlock()
	select {
	case <-p.ctx.Done():
	case <-time.After(secondsLast):
	}
	old.end()
	p.follow() // it may have moved again
}

func (l *mediaLine) end() {
	if l == nil || l.Client == nil {
		return
	}
	close(l.stop)
	l.sends.Wait()
	l.Close()
}

// send sends a packet every 20 ms: of sound anything will do, pictures begin with the first bytes of a key frame.
func (l *mediaLine) send(track *webrtc.TrackLocalStaticRTP) {
	beat := time.NewTicker(20 * time.Millisecond)
	defer beat.Stop()
	payload := []byte{0x10, 0x50, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00, 0, 0, 0}
	for n := uint16(1); ; n++ {
		select {
		case <-l.stop:
			return
		case <-beat.C:
		}
		_ = track.WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, Marker: true, SequenceNumber: n, Timestamp: uint32(n) * track.Codec().ClockRate / 50},
			Payload: payload,
		}) // the connection may have gone
	}
}

func (p *person) packet(l *mediaLine, from client.Line) {
	now := time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.pictures
	if from.Kind == webrtc.RTPCodecTypeAudio {
		s = &p.sound
		l.heard++
	} else if p.sources != nil {
		p.sources[from.Mid]++
	}
	s.note(now)
	if s.first.IsZero() && p.line != nil && p.line != l {
		s.first = now
	}
}

// ask sends a request and waits for what answers it.
func (p *person) ask(kind string, fields map[string]any, within time.Duration) reply {
	answer := make(chan reply, 1)
	p.mu.Lock()
	conn := p.conn
	p.ids++
	id := kind + "-" + time.Now().Format("150405.000000")
	message := map[string]any{"type": kind, "id": id}
	for k, v := range fields {
		message[k] = v
	}
	p.waiting[id] = answer
	p.mu.Unlock()
	if conn == nil || p.write(conn, message) != nil {
		return reply{}
	}
	select {
	case got := <-answer:
		return got
	case <-time.After(within):
		return reply{}
	case <-p.ctx.Done():
		return reply{}
	}
}

func (p *person) request(kind string, fields map[string]any) {
	p.t.Helper()
	if got := p.ask(kind, fields, 5*time.Second); got.Type != "ok" {
		p.t.Fatalf("%s of %s: %+v", kind, p.seat, got)
	}
}

func (p *person) connected() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.line != nil
}

func (p *person) counts() (sound, pictures int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sound.count, p.pictures.count
}

// settled says that one connection leads to where the media are, and the line stands.
func (p *person) settled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.conn != nil && p.line != nil && p.next == nil && p.line.place >= p.place
}

// mark begins a measurement.
func (p *person) mark() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sound.longest, p.pictures.longest = 0, 0
	p.sound.first, p.pictures.first = time.Time{}, time.Time{}
	p.lostAt, p.stoodAt, p.toldAt = time.Time{}, time.Time{}, time.Time{}
	p.sources = map[string]int{}
}

// sees says whether so many pictures come.
func (p *person) sees(pictures int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	there := 0
	for _, packets := range p.sources {
		if packets > 10 {
			there++
		}
	}
	return there >= pictures
}

// measure is what has happened since the mark.
type measure struct {
	lostAt, stoodAt, toldAt time.Time
	sound, pictures         time.Duration // the longest silence
	newSound, newPictures   time.Time     // first over a new connection
}

func (p *person) measure() measure {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	return measure{
		lostAt: p.lostAt, stoodAt: p.stoodAt, toldAt: p.toldAt,
		sound: max(p.sound.longest, now.Sub(p.sound.last)), pictures: max(p.pictures.longest, now.Sub(p.pictures.last)),
		newSound: p.sound.first, newPictures: p.pictures.first,
	}
}

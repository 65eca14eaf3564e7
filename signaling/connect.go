package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// identity is who speaks on a socket, as its token said.
type identity struct {
	participant string // seat id, or a guest's own id
	side        session.Side
	role        string
	name        string
	label       string // a guest's name, which lives only in presence
	arrival     arrival
	seat        access.Seat
	reason      protocol.Away // why it is back
	wipes       bool          // of a booth: its page confirms that it has wiped itself
	expires     time.Time
}

func (w identity) known() bool { return w.participant != "" }

func (w identity) actor() session.Actor {
	return session.Actor{Side: w.side, ID: w.participant, Desk: w.seat.Desk, Pool: w.seat.Pool}
}

// roomToken is what an entered participant's room token allows.
type roomToken = access.Room

// Handler serves /v1/connect. A request that is no WebSocket of ours is refused with a problem document.
func (b *Broker) Handler() http.Handler {
	upgrader := websocket.Upgrader{
		HandshakeTimeout: b.cfg.Limits.HelloWithin,
		ReadBufferSize:   readBuffer, WriteBufferSize: 4 << 10, WriteBufferPool: bufferPool,
		Subprotocols: []string{protocol.Subprotocol},
		CheckOrigin:  b.sameOrigin,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := b.refusal(r); p != nil {
			p.write(w)
			return
		}
		conn, err := upgrader.Upgrade(pacing{w}, r, nil)
		if err != nil {
			b.log.Debug("upgrade", "error", err) // the client has had its answer
			return
		}
		if !b.begin() { // it stopped running while we upgraded
			_ = conn.Close()
			return
		}
		// The handler returns, so that net/http lets go of its buffers, the request and a stack that has grown during the
		// handshake: for a socket that is idle all day they are most of what it costs. Run waits for the socket.
		s := newSocket(conn, b.cfg.Limits, b.log)
		s.meters, s.address, s.certificate = b.meters, audit.OriginOf(r.Context()).Address, certificateOf(r.Context())
		go func() {
			defer b.sockets.Done()
			defer b.survive(s)
			b.serve(s)
		}()
	})
}

// readBuffer is enough for what clients mostly say; what is larger is read past it.
const readBuffer = 512

// survive keeps a fault in the handling of one socket from ending the others.
func (b *Broker) survive(s *socket) {
	what := recover()
	if what == nil {
		return
	}
	stack := debug.Stack()
	if there, ok := what.(*fault); ok {
		what, stack = there.what, there.stack
	}
	b.log.Error("panic in a socket", "panic", what, "stack", string(stack))
	_ = s.conn.Close()
}

// begin counts a socket in, unless the broker is stopping.
func (b *Broker) begin() bool {
	b.door.Lock()
	defer b.door.Unlock()
	if b.Running() {
		b.sockets.Add(1)
	}
	return b.Running()
}

// refusal says why a request is not upgraded. A page of another origin is refused here and not by a close code, for
// it is to get nothing at all from us.
func (b *Broker) refusal(r *http.Request) *plainProblem {
	switch {
	case !b.Running():
		return &plainProblem{http.StatusServiceUnavailable, "not-running", "The server is starting or going away."}
	case !websocket.IsWebSocketUpgrade(r):
		return &plainProblem{http.StatusUpgradeRequired, "websocket-only", "This address speaks WebSocket only."}
	case !slices.Contains(websocket.Subprotocols(r), protocol.Subprotocol):
		return &plainProblem{http.StatusBadRequest, "wrong-subprotocol", "Name the subprotocol " + protocol.Subprotocol + "."}
	case !b.sameOrigin(r):
		b.log.Warn("page of another origin refused", "origin", r.Header.Get("Origin"), "host", r.Host)
		return &plainProblem{http.StatusForbidden, "wrong-origin", "Pages of this origin may not connect here."}
	}
	return nil
}

// sameOrigin lets pages of our own host and of the configured origins in, and clients that are no page at all: what
// opens a session is the token in hello, which a foreign page does not have; this check is a second lock.
func (b *Broker) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(b.cfg.Origins, origin) || slices.Contains(b.cfg.Others, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && strings.EqualFold(u.Host, r.Host)
}

// plainProblem is a problem document (RFC 9457) outside the API.
type plainProblem struct {
	status int
	slug   string
	detail string
}

func (p *plainProblem) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	if p.status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	if p.status == http.StatusUpgradeRequired {
		w.Header().Set("Upgrade", "websocket")
	}
	w.WriteHeader(p.status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"type": "/problems/" + p.slug, "title": http.StatusText(p.status), "status": p.status, "detail": p.detail,
	})
}

// serve runs one socket from hello to goodbye.
func (b *Broker) serve(s *socket) {
	if !b.hub.arrive(s, b.cfg.Limits.SocketsAtMost) {
		s.finish(protocol.CloseRestart, "this server is full")
	}
	late := time.AfterFunc(b.cfg.Limits.HelloWithin, func() { s.finish(protocol.CloseSilent, "no hello") })
	defer late.Stop()
	defer b.departed(s)
	s.serve(b.base, func(ctx context.Context, m protocol.Message) {
		if !s.who.known() {
			if b.hello(ctx, s, m) {
				late.Stop()
				s.trusted()
			}
			return
		}
		b.handle(ctx, s, m)
	})
}

// hello handles the first message: it must say who speaks.
func (b *Broker) hello(ctx context.Context, s *socket, m protocol.Message) bool {
	ctx, cancel := context.WithTimeout(ctx, requestWithin)
	defer cancel()
	hello, ok := m.Body.(protocol.Hello)
	if !ok {
		s.send(protocol.Error{Re: m.ID, Code: protocol.ErrHelloFirst, Message: m.Type + ": the first message must be hello"})
		s.finish(protocol.CloseProtocol, "hello first")
		return false
	}
	seat, err := b.verifier.SeatOver(hello.Token, s.certificate)
	if errors.Is(err, access.ErrAudience) {
		return b.helloGuest(ctx, s, hello, m.Ack)
	}
	if err != nil {
		b.refuseToken(ctx, s, err)
		return false
	}
	place, ok := b.cfg.Places.Seat(seat.ID)
	if !ok || seat.Area != b.cfg.Area {
		b.refuseToken(ctx, s, access.ErrClaims)
		return false
	}
	s.who = identity{
		participant: seat.ID, side: session.Side(side(seat.ID)), role: place.Role, name: place.Name,
		seat: seat, reason: hello.Reason, wipes: hello.Wipes, expires: seat.Expires,
		arrival: arrival{hello.Conversation, hello.Line},
	}
	if s.who.side == session.SideBooth {
		b.recallUnwiped(ctx, seat.Booth)
	}
	s.log = s.log.With("seat", seat.ID)
	s.log.Info("seat connected", "app", hello.App, "reason", hello.Reason)
	b.noteOpened(ctx, s)
	missed := b.converse(ctx, s, hello, m.Ack)
	s.send(b.welcome(s))
	s.catchUp(missed)
	opened := time.Now() // orders the two, nothing else
	old := b.hub.takeSeat(s, opened)
	if old != nil {
		old.finish(protocol.CloseReplaced, "opened elsewhere")
	}
	if b.revocations.Refuse(seat) { // since it was verified
		s.finish(protocol.CloseRevoked, "signed out")
	}
	if old == s {
		return true
	}
	b.announceSeat(ctx, s, opened)
	return true
}

// helloGuest lets a guest speak: its room token takes it straight to the gate of its session.
func (b *Broker) helloGuest(ctx context.Context, s *socket, hello protocol.Hello, heard int64) bool {
	room, err := b.verifier.RoomOver(hello.Token, s.certificate)
	if err != nil {
		b.refuseToken(ctx, s, err)
		return false
	}
	s.who = identity{
		participant: room.Participant, side: session.SideGuest, role: guestRole(room.Role),
		name: room.Name, label: room.Name, reason: hello.Reason, expires: room.Expires,
		arrival: arrival{hello.Conversation, hello.Line},
	}
	s.log = s.log.With("guest", room.Participant, "session", room.Room)
	b.noteOpened(ctx, s)
	missed := b.converse(ctx, s, hello, heard)
	if err := b.join(ctx, s, room, session.GuestJoined, b.welcome(s)); err != nil {
		if errors.Is(err, session.ErrDismissed) {
			s.send(protocol.Ended{Session: room.Room, Reason: protocol.ReasonDismissed}) // as when it was sent away
		}
		s.refuseRequest("", "hello", err)
		s.finish(protocol.CloseBadToken, "not this session")
		return false
	}
	s.catchUp(missed)
	return true
}

// guestRole is what a guest is called where its token does not say.
func guestRole(role string) string {
	if role == "" {
		return string(protocol.KindGuest)
	}
	return role
}

// refuseToken says why a token is not taken, and how to go on.
func (b *Broker) refuseToken(ctx context.Context, s *socket, err error) {
	s.log.Warn("token refused", "error", err)
	defer b.noteToken(ctx, access.Socket, s.address, err) // once it has been said
	if errors.Is(err, access.ErrExpired) {
		s.send(protocol.Error{Code: protocol.ErrExpiredToken, Message: "hello: " + err.Error()})
		s.finish(protocol.CloseExpired, "token expired")
		return
	}
	s.send(protocol.Error{Code: protocol.ErrBadToken, Message: "hello: " + err.Error()})
	if errors.Is(err, access.ErrRevoked) {
		s.finish(protocol.CloseRevoked, "signed out")
		return
	}
	s.finish(protocol.CloseBadToken, "token refused")
}

func (b *Broker) welcome(s *socket) protocol.Welcome {
	w := s.who
	return protocol.Welcome{
		Numbered:    s.conversation != nil,
		Participant: w.participant, Role: w.role, Name: w.name, Now: b.now(),
		Media:       mediaPlan(b.cfg.ICEServers, b.cfg.Sealed),
		Others:      b.cfg.Others,
		PingSeconds: int(b.cfg.Limits.PingEvery / time.Second),
	}
}

// departed cleans up after a socket: whoever was in a session is offline now, and its time of grace begins.
func (b *Broker) departed(s *socket) {
	lost := b.hub.depart(s)
	b.meters.closed(int(s.closeCode.Load()))
	if s.conversation != nil {
		b.meters.conversed()
	}
	if s.who.known() {
		s.log.Info("disconnected", "code", s.closeCode.Load())
	}
	ctx, cancel := context.WithTimeout(context.Background(), effectWithin)
	defer cancel()
	defer b.noteClosed(ctx, s) // what people see comes first
	why := protocol.AwayNetwork
	if s.closeCode.Load() == protocol.CloseRestart {
		why = protocol.AwayServer
	}
	for _, w := range lost {
		b.timelines.note(w.session, b.now(), MomentOffline, w.participant, "reason", string(why), "code", strconv.Itoa(int(s.closeCode.Load())))
		b.offline(ctx, w, s.id, why)
	}
}

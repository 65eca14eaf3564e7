package signaling

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"madoguchi/signaling/protocol"
)

// socket is one participant's connection. Its reader, which is the goroutine of serve, owns who and entered. Its writer
// is there only while there is something to write; serve waits for it.
type socket struct {
	id     string // of this connection, for logs and leases
	conn   *websocket.Conn
	out    *outbox
	limits Limits
	log    *slog.Logger
	meters *meters

	closeCode atomic.Int32   // the code of finish, for whoever looks after the end
	heardAt   atomic.Int64   // the last sign of life, in Unix nanoseconds
	writer    sync.WaitGroup // of the writer

	who         identity  // set by hello
	address     string    // IP address it came from, for the audit trail
	certificate string    // SHA-256 of its client certificate, in base64url
	since       time.Time // of hello
	armed       time.Time // until when the emergency button can be pressed
	entered     entry     // set by enter; empty outside a session
	// set by hello, before anybody else knows the socket; nil for a page that speaks without numbers
	conversation *conversation
	prepares     *rate.Limiter // of prepare
	announces    *rate.Limiter // of announce_keys
	reports      *rate.Limiter // of report
}

// entry is the session a socket takes part in.
type entry struct {
	session string
	token   roomToken
}

// Limits are what a socket may do. The zero value means the default beside each.
type Limits struct {
	HelloWithin   time.Duration // 10 s: from the upgrade to hello
	PingEvery     time.Duration // 20 s: how often clients are to ping; silence of a third more is pinged, of three times this closes with CloseSilent
	WriteWithin   time.Duration // 10 s: for one message
	Queue         int           // 128: messages that wait and cannot be replaced by newer ones; more than a burst is answered with
	PerSecond     float64       // 20: messages a client may send in the long run
	Burst         int           // 80: messages a client may send at once
	RefusedAtMost int           // 20: messages refused for haste before the socket is closed
	GarbageAtMost int           // 5: messages that could not be read before the socket is closed
	SocketsAtMost int           // 30,000: on this node
}

func (l Limits) withDefaults() Limits {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	count := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	set(&l.HelloWithin, 10*time.Second)
	set(&l.PingEvery, 20*time.Second)
	set(&l.WriteWithin, 10*time.Second)
	count(&l.Queue, 128)
	count(&l.Burst, 80)
	count(&l.RefusedAtMost, 20)
	count(&l.GarbageAtMost, 5)
	count(&l.SocketsAtMost, 30_000)
	if l.PerSecond == 0 {
		l.PerSecond = 20
	}
	return l
}

// goodbye is how long the other side has to answer a close frame.
const goodbye = 2 * time.Second

func newSocket(conn *websocket.Conn, limits Limits, log *slog.Logger) *socket {
	id := newID("w_")
	s := &socket{id: id, conn: conn, limits: limits, log: log.With("socket", id), prepares: newPreparePace(), announces: newAnnouncePace(), reports: newReportPace()}
	s.heardAt.Store(time.Now().UnixNano())
	s.out = newOutbox(limits.Queue, func() { s.writer.Go(s.write) })
	return s
}

// send queues a message of the server. A reader too slow to keep up is closed with CloseSlow: everything that matters
// is sent whole when it is back.
func (s *socket) send(body any) {
	if refused, ok := body.(protocol.Error); ok {
		s.meters.refused(refused.Code)
	}
	data, err := protocol.Encode(body)
	if err != nil {
		s.log.Error("encode message", "error", err)
		s.finish(protocol.CloseInternal, "a fault on our side")
		return
	}
	s.queue(messageType(data), body, data)
}

// repeat answers a request with what was said before.
func (s *socket) repeat(data []byte, re string) {
	s.queue(messageType(data), protocol.OK{Re: re}, data)
}

// queue numbers what would otherwise be lost with this socket, and lets it go out.
func (s *socket) queue(kind string, body any, data []byte) {
	put := func(data []byte) bool { return s.out.put(kind, data) }
	ok := false
	if s.conversation != nil && numbered[kind] {
		re, code := answers(body)
		ok = s.conversation.say(re, code, data, put)
	} else {
		ok = put(data)
	}
	if !ok {
		s.cut(protocol.CloseSlow, "not read fast enough")
	}
}

// answers is the request a message answers, if it does.
func answers(body any) (re string, code protocol.ErrorCode) {
	switch m := body.(type) {
	case protocol.OK:
		return m.Re, ""
	case protocol.Error:
		return m.Re, m.Code
	default:
		return "", ""
	}
}

// pong answers a ping from the reader's own goroutine: the other side has just spoken, so it is likely to listen, and
// thousands of idle sockets do nothing else.
func (s *socket) pong() {
	if s.out.putHere(protocol.TypePong, pongText) {
		s.write()
	}
}

// messageType reads the type that Encode wrote first.
func messageType(data []byte) string {
	const head = len(`{"type":"`)
	for i := head; i < len(data); i++ {
		if data[i] == '"' {
			return string(data[head:i])
		}
	}
	return ""
}

// finish lets queued messages go out, then closes.
func (s *socket) finish(code int, reason string) {
	s.closeCode.CompareAndSwap(0, int32(code))
	s.out.finish(closing{code, reason})
}

// cut closes a socket that is not read: what waits is dropped, and the write that is stuck gets one more second. If the
// close frame cannot follow it, the client sees a lost connection, which asks for the same as CloseSlow: come back.
func (s *socket) cut(code int, reason string) {
	s.closeCode.CompareAndSwap(0, int32(code))
	s.out.abandon(closing{code, reason})
	_ = s.conn.NetConn().SetWriteDeadline(time.Now().Add(time.Second))
}

// serve runs the socket until it ends: handle is called for each message, in this goroutine. It returns when the
// writer has ended too.
func (s *socket) serve(ctx context.Context, handle func(ctx context.Context, m protocol.Message)) {
	defer s.end()
	s.read(ctx, handle)
}

// end waits for the writer and closes the connection.
func (s *socket) end() {
	s.out.close()
	s.writer.Wait()
	_ = s.conn.Close()
}

// read passes messages on until the connection ends. After goodbye it only waits for the other side's.
func (s *socket) read(ctx context.Context, handle func(ctx context.Context, m protocol.Message)) {
	s.alive()
	s.conn.SetPongHandler(func(string) error { s.alive(); return nil })
	pace := rate.NewLimiter(rate.Limit(s.limits.PerSecond), s.limits.Burst)
	s.conn.SetPingHandler(s.ponged(pace.Allow))
	refused, garbage := 0, 0
	for {
		kind, data, err := s.next()
		switch {
		case errors.Is(err, errTooLarge):
			s.refuse(&protocol.Fault{Code: protocol.ErrTooLarge, Want: "at most 262144 bytes"})
			s.finish(protocol.CloseTooLarge, "message too large")
			continue
		case err != nil:
			s.lost(err)
			return
		case s.out.finished():
			continue
		case !pace.Allow():
			if refused++; refused > s.limits.RefusedAtMost {
				s.finishTooFast()
				continue
			}
			s.refuse(&protocol.Fault{Code: protocol.ErrTooFast, Want: "fewer messages"})
			continue
		case kind != websocket.TextMessage:
			s.finish(protocol.CloseProtocol, "messages are text")
			continue
		}
		if pace.Tokens() > float64(s.limits.Burst)/2 {
			refused = 0 // calm again
		}
		s.alive()
		if s.isIdlePing(data) {
			s.meters.message(protocol.TypePing)
			s.pong()
			continue
		}
		aside(func() { garbage = s.take(ctx, data, garbage, handle) })
	}
}

// take reads a message and has it carried out; it counts those that could not be read.
func (s *socket) take(ctx context.Context, data []byte, garbage int, handle func(ctx context.Context, m protocol.Message)) int {
	m, err := protocol.Parse(data)
	if err != nil {
		s.meters.message("other")
		if garbage = s.unreadable(err, garbage); garbage > s.limits.GarbageAtMost {
			s.finish(protocol.CloseProtocol, "messages cannot be read")
		}
		return garbage
	}
	s.meters.message(m.Type)
	handle(ctx, m)
	return garbage
}

var errTooLarge = errors.New("message too large")

// next reads one message and never holds more than an offer may be. The rest of what is larger is thrown away as it
// comes, for as long as goodbye takes.
func (s *socket) next() (int, []byte, error) {
	kind, r, err := s.conn.NextReader()
	if err != nil {
		return 0, nil, err
	}
	data, err := readMost(r, protocol.MaxOffer+1)
	if err == nil && len(data) > protocol.MaxOffer {
		return kind, nil, errTooLarge
	}
	return kind, data, err
}

// usualMessage is how many bytes are taken for a message at first.
const usualMessage = 64

// readMost is io.ReadAll for messages that are mostly short, and reads no more than so much.
func readMost(r io.Reader, most int) ([]byte, error) {
	data := make([]byte, 0, usualMessage)
	for len(data) < most {
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
		n, err := r.Read(data[len(data):min(cap(data), most)])
		data = data[:len(data)+n]
		switch err {
		case nil:
		case io.EOF:
			return data, nil
		default:
			return data, err
		}
	}
	return data, nil
}

// unreadable answers a message that could not be read, and counts. A type nobody knows is not held against a client:
// it may be newer than we are.
func (s *socket) unreadable(err error, garbage int) int {
	var fault *protocol.Fault
	if !errors.As(err, &fault) {
		fault = &protocol.Fault{Code: protocol.ErrMalformed, Want: "a message"}
	}
	s.refuse(fault)
	switch fault.Code {
	case protocol.ErrUnknownType:
		return garbage
	case protocol.ErrTooLarge:
		s.finish(protocol.CloseTooLarge, "message too large")
		return garbage
	default:
		return garbage + 1
	}
}

func (s *socket) refuse(f *protocol.Fault) {
	s.send(protocol.Error{Re: f.Re, Code: f.Code, Message: f.Error()})
}

// alive notes a sign of life.
func (s *socket) alive() { s.heardAt.Store(time.Now().UnixNano()) }

// giveUp ends reading, and writing that is stuck: nothing has been heard for too long.
func (s *socket) giveUp() { _ = s.conn.NetConn().SetDeadline(time.Now()) }

// lost is told why reading ended.
func (s *socket) lost(err error) {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() && s.closeCode.CompareAndSwap(0, protocol.CloseSilent) {
		_ = s.conn.WriteControl(websocket.CloseMessage,
			websocket.FormatCloseMessage(protocol.CloseSilent, "nothing heard"), time.Now().Add(time.Second)) // in place of giveUp's time
	}
}

// write sends what is queued until nothing is left, or until goodbye.
func (s *socket) write() {
	for {
		b, more := s.out.take()
		if !more {
			return
		}
		if !s.flush(b.messages) || b.ping && !s.ping() || b.last != nil && !s.farewell(*b.last) {
			s.out.close()
			_ = s.conn.Close()
			return
		}
		if b.last != nil {
			s.out.close()
			return
		}
	}
}

func (s *socket) ping() bool {
	return s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(s.limits.WriteWithin)) == nil
}

func (s *socket) flush(messages []outgoing) bool {
	for _, m := range messages {
		within := time.Time{} // whoever does not read an answer to a ping is silent soon, and given up for that
		if m.kind != protocol.TypePong {
			within = time.Now().Add(s.limits.WriteWithin)
		}
		_ = s.conn.SetWriteDeadline(within)
		if s.conn.WriteMessage(websocket.TextMessage, m.data) != nil {
			return false
		}
	}
	return true
}

// farewell sends the close frame; the reader then waits a moment for the other side's.
func (s *socket) farewell(c closing) bool {
	frame := websocket.FormatCloseMessage(c.code, c.reason)
	if s.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(goodbye)) != nil {
		return false
	}
	return s.conn.SetReadDeadline(time.Now().Add(goodbye)) == nil
}

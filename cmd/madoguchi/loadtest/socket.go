package loadtest

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/protocol"
)

// socket is a seat's connection to the broker, as our browser client has it.
type socket struct {
	conn        *websocket.Conn
	participant string
	reading     sync.WaitGroup
	gone        chan struct{} // closed when nothing more will be read
	news        chan struct{} // holds one token after something was said about the session

	mu      sync.Mutex
	next    int
	waiting map[string]chan reply
	heard   int64 // the broker's highest number
	state   protocol.State
	ended   protocol.Reason // why the session entered is over; "" while it is not
}

// reply is what answers a request, and what is read of all else that is said.
type reply struct {
	Type, Re, SDP string
	Code, Message string
	Participant   string
	Seq           int64
	State         protocol.State
	Reason        protocol.Reason
}

// dialSocket opens a seat's socket and says hello; trust may be nil.
func dialSocket(ctx context.Context, server string, trust *tls.Config, seat, token string) (*socket, error) {
	app, _, _ := strings.Cut(seat, ":")
	return greet(ctx, server, trust, map[string]any{"token": token, "app": app}, nil)
}

// greet opens a socket with a hello of these fields; it goes on with the conversation of another, if one is given.
func greet(ctx context.Context, server string, trust *tls.Config, hello map[string]any, before *socket) (*socket, error) {
	dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: joinWithin, TLSClientConfig: trust}
	conn, response, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(server, "http")+"/v1/connect", nil)
	if response != nil && err != nil {
		err = fmt.Errorf("%w: %s", err, response.Status)
	}
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	s := &socket{conn: conn, gone: make(chan struct{}), news: make(chan struct{}, 1), waiting: map[string]chan reply{}}
	message := map[string]any{"type": protocol.TypeHello}
	maps.Copy(message, hello)
	if before != nil {
		s.next, s.heard = before.next, before.heard // nobody speaks over it any more
		message["ack"] = s.heard
	}
	welcome := reply{}
	err = conn.WriteJSON(message)
	if err == nil {
		err = conn.ReadJSON(&welcome)
	}
	if err == nil && welcome.Type != protocol.TypeWelcome {
		err = fmt.Errorf("hello: %s: %s", welcome.Code, welcome.Message)
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	s.participant = welcome.Participant
	s.reading.Go(s.read) // ends when the connection does
	return s, nil
}

// read passes answers to those who wait for them, and notes how the session stands.
func (s *socket) read() {
	defer close(s.gone)
	for {
		var r reply
		if err := s.conn.ReadJSON(&r); err != nil {
			return
		}
		s.take(r)
	}
}

func (s *socket) take(r reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = max(s.heard, r.Seq)
	switch r.Type {
	case protocol.TypeSession:
		s.state = r.State
	case protocol.TypeEnded:
		s.ended = r.Reason
	}
	if to := s.waiting[r.Re]; to != nil && r.Re != "" {
		delete(s.waiting, r.Re)
		to <- r // has room
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// ask sends a request and waits for its answer; a refusal is an error.
func (s *socket) ask(ctx context.Context, kind string, fields map[string]any) (reply, error) {
	answer := make(chan reply, 1)
	s.mu.Lock()
	s.next++
	id := strconv.Itoa(s.next)
	s.waiting[id] = answer
	message := map[string]any{"type": kind, "id": id}
	maps.Copy(message, fields)
	if s.heard > 0 {
		message["ack"] = s.heard
	}
	err := s.conn.WriteJSON(message)
	s.mu.Unlock()
	if err != nil {
		return reply{}, err
	}
	select {
	case r := <-answer:
		if r.Type == protocol.TypeError {
			return r, fmt.Errorf("%s: %s: %s", kind, r.Code, r.Message)
		}
		return r, nil
	case <-s.gone:
		return reply{}, fmt.Errorf("%s: the socket was closed", kind)
	case <-ctx.Done():
		return reply{}, fmt.Errorf("%s: %w", kind, context.Cause(ctx))
	}
}

// request is ask for requests that are answered by ok; one that could not be carried out just now is made again.
func (s *socket) request(ctx context.Context, kind string, fields map[string]any) error {
	for {
		r, err := s.ask(ctx, kind, fields)
		if err == nil || protocol.ErrorCode(r.Code) != protocol.ErrUnavailable || pause(ctx, askAgain) != nil {
			return err
		}
	}
}

// until waits until the session entered stands as wanted: its state, and why it is over.
func (s *socket) until(ctx context.Context, what string, ok func(protocol.State, protocol.Reason) bool) error {
	for {
		s.mu.Lock()
		state, ended := s.state, s.ended
		s.mu.Unlock()
		if ok(state, ended) {
			return nil
		}
		select {
		case <-s.news:
		case <-s.gone:
			return fmt.Errorf("%s: the socket was closed", what)
		case <-ctx.Done():
			return fmt.Errorf("%s: it stands at %q %q: %w", what, state, ended, context.Cause(ctx))
		}
	}
}

func (s *socket) close() {
	_ = s.conn.Close()
	s.reading.Wait()
}

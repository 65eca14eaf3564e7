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

	mu      sync.Mutex
	next    int
	waiting map[string]chan reply
}

// reply is what answers a request.
type reply struct {
	Type, Re, SDP string
	Code, Message string
	Participant   string
}

// dialSocket opens a seat's socket and says hello; trust may be nil.
func dialSocket(ctx context.Context, server string, trust *tls.Config, seat, token string) (*socket, error) {
	dialer := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: joinWithin, TLSClientConfig: trust}
	conn, response, err := dialer.DialContext(ctx, "ws"+strings.TrimPrefix(server, "http")+"/v1/connect", nil)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	s := &socket{conn: conn, gone: make(chan struct{}), waiting: map[string]chan reply{}}
	app, _, _ := strings.Cut(seat, ":")
	welcome := reply{}
	err = conn.WriteJSON(map[string]string{"type": protocol.TypeHello, "token": token, "app": app})
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

// read passes answers to those who wait for them.
func (s *socket) read() {
	defer close(s.gone)
	for {
		var r reply
		if err := s.conn.ReadJSON(&r); err != nil {
			return
		}
		s.mu.Lock()
		if to := s.waiting[r.Re]; to != nil && r.Re != "" {
			delete(s.waiting, r.Re)
			to <- r // has room
		}
		s.mu.Unlock()
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

// request is ask for requests that are answered by ok.
func (s *socket) request(ctx context.Context, kind string, fields map[string]any) error {
	_, err := s.ask(ctx, kind, fields)
	return err
}

func (s *socket) close() {
	_ = s.conn.Close()
	s.reading.Wait()
}

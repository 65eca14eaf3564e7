package signaling

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/protocol"
)

// badLine is a TCP line to a node that is cut after so many bytes in one direction, in the middle of a message or not.
type badLine struct {
	listener net.Listener
	wait     sync.WaitGroup

	mu    sync.Mutex
	left  [2]int // bytes until the cut: to the server, to the client; -1: never
	dumb  bool   // nothing reaches the client, and nobody notices
	conns []net.Conn
}

func newBadLine(t *testing.T, to string) *badLine {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &badLine{listener: listener, left: [2]int{-1, -1}}
	l.wait.Go(func() { // ends when the listener closes
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			l.mu.Lock()
			l.conns = append(l.conns, near, far)
			l.mu.Unlock()
			l.wait.Go(func() { l.carry(0, near, far) })
			l.wait.Go(func() { l.carry(1, far, near) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		l.cut()
		l.wait.Wait()
	})
	return l
}

// after sets where the line is cut next.
func (l *badLine) after(toServer, toClient int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.left = [2]int{toServer, toClient}
}

// silence loses everything that is said to the client from now on, as a dead radio link does.
func (l *badLine) silence() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dumb = true
}

func (l *badLine) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		_ = c.Close()
	}
	l.conns = nil
}

func (l *badLine) carry(way int, from, to net.Conn) {
	defer l.wait.Done()
	l.wait.Add(1)
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		n, cut := l.allow(way, n)
		if _, e := to.Write(buffer[:n]); e != nil || err != nil || cut {
			_ = from.Close()
			_ = to.Close()
			return
		}
	}
}

// allow says how much of n bytes passes, and whether the line is cut then.
func (l *badLine) allow(way, n int) (int, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if way == 1 && l.dumb {
		return 0, false
	}
	if l.left[way] < 0 || n < l.left[way] {
		if l.left[way] >= 0 {
			l.left[way] -= n
		}
		return n, false
	}
	n = l.left[way]
	l.left[way] = -1
	return n, true
}

// page is a client that keeps the rules of PROTOCOL.md over one socket after another: it numbers its requests, drops what
// it has heard, and says again what has no answer.
type page struct {
	t       *testing.T
	seat    string
	token   string
	session string
	nodes   []*node
	lines   []*badLine
	at      int // the node of the next socket

	conversation string
	conn         *websocket.Conn
	ids          int
	seq          int64
	heard        int64
	twice        int // messages heard before
	sockets      int
	answers      map[string]any // heard, by the id of the request
	presence     *protocol.Presence
	ended        int
}

// pageOf opens a conversation of a seat over bad lines to each of the nodes.
func pageOf(t *testing.T, seat, session string, nodes ...*node) *page {
	p := &page{t: t, seat: seat, token: nodes[0].signIn(seat), session: session, nodes: nodes, conversation: newID("p_"), answers: map[string]any{}}
	for _, n := range nodes {
		p.lines = append(p.lines, newBadLine(t, strings.TrimPrefix(n.server.URL, "http://")))
	}
	return p
}

// come opens a socket and enters the session, as often as it takes.
func (p *page) come() {
	p.t.Helper()
	for p.conn == nil {
		if err := p.dial(); err != nil {
			p.lost()
			continue
		}
		if p.session == "" {
			return
		}
		p.ids++
		id := fmt.Sprint(p.ids)
		body := protocol.Enter{ID: id, Token: p.nodes[p.at].roomToken(p.token, p.session)}
		if p.write(protocol.TypeEnter, body, protocol.Numbers{Ack: p.heard}) != nil {
			p.lost()
			continue
		}
		switch got := p.answer(id).(type) {
		case protocol.OK:
		case protocol.Error:
			if !passing[got.Code] {
				p.t.Fatalf("enter was refused: %+v", got)
			}
			p.lost()
		default:
			p.lost()
		}
	}
}

func (p *page) dial() error {
	p.sockets++
	if p.sockets > 10_000 {
		p.t.Fatal("10,000 sockets were not enough")
	}
	d := websocket.Dialer{Subprotocols: []string{protocol.Subprotocol}, HandshakeTimeout: 10 * time.Second}
	conn, resp, err := d.Dial("ws://"+p.lines[p.at].listener.Addr().String()+"/v1/connect", http.Header{})
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	p.conn = conn
	hello := protocol.Hello{Token: p.token, Conversation: p.conversation, Line: int64(p.sockets)}
	if p.sockets > 1 {
		hello.Reason = protocol.AwayNetwork
	}
	return p.write(protocol.TypeHello, hello, protocol.Numbers{Ack: p.heard})
}

func (p *page) lost() {
	if p.conn != nil {
		_ = p.conn.Close()
		p.conn = nil
	}
	p.at = (p.at + 1) % len(p.nodes)
}

func (p *page) write(kind string, body any, n protocol.Numbers) error {
	data, err := protocol.EncodeClient(kind, body)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.conn.WriteMessage(websocket.TextMessage, protocol.Number(data, n))
}

// ask has a request carried out and returns its answer, over however many sockets it takes.
func (p *page) ask(kind string, body func(id string) any) any {
	p.t.Helper()
	p.ids++
	return p.askAs(fmt.Sprint(p.ids), kind, body)
}

// askAs does so under an id of the test's choosing.
func (p *page) askAs(id, kind string, body func(id string) any) any {
	p.t.Helper()
	p.seq++
	seq := p.seq
	for {
		p.come()
		if got := p.answers[id]; got != nil {
			return got // it was said again
		}
		if p.write(kind, body(id), protocol.Numbers{Seq: seq, Ack: p.heard}) == nil {
			switch got := p.answer(id).(type) {
			case nil:
			case protocol.Error:
				if !passing[got.Code] {
					return got
				}
				delete(p.answers, id) // nothing was done: it may be asked again under its id
				continue
			default:
				return got
			}
		}
		p.lost()
	}
}

// answer reads until a request is answered; nil when the line is lost before.
func (p *page) answer(id string) any {
	for p.answers[id] == nil {
		if _, err := p.read(); err != nil {
			return nil
		}
	}
	return p.answers[id]
}

func (p *page) read() (protocol.Message, error) {
	for {
		_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		_, data, err := p.conn.ReadMessage()
		if err != nil {
			return protocol.Message{}, err
		}
		m, err := protocol.ParseServer(data)
		if err != nil {
			p.t.Fatal(err)
		}
		if m.Seq > 0 && m.Seq <= p.heard {
			p.twice++
			continue
		}
		p.heard = max(p.heard, m.Seq)
		switch body := m.Body.(type) {
		case protocol.OK:
			p.answers[body.Re] = body
		case protocol.Error:
			p.answers[body.Re] = body
		case protocol.Presence:
			p.presence = &body
		case protocol.Ended:
			p.ended++
		}
		return m, nil
	}
}

// until reads on until the state satisfies.
func (p *page) until(what string, ok func() bool) {
	p.t.Helper()
	for !ok() {
		if p.conn == nil {
			p.come()
			continue
		}
		if _, err := p.read(); err != nil {
			if e, is := err.(net.Error); is && e.Timeout() || err == io.EOF && p.sockets > 9000 {
				p.t.Fatalf("waited in vain until %s: %v", what, err)
			}
			p.lost()
		}
	}
}

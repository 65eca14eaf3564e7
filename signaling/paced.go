package signaling

import (
	"bufio"
	"net"
	"net/http"
	"time"

	"madoguchi/signaling/protocol"
)

// Bytes that a socket takes. What comes faster stays in the network, where it holds up its sender and nobody else: fragments, control
// frames and the rest of what was refused never become a message that could be counted, and a reader that never has to wait for more
// keeps a processor to itself for milliseconds at a time, many of them for longer than people in a consultation do not notice.
const (
	bytesUnknown   = 16 << 10  // before hello has been heard; a hello is of two or three thousand
	bytesAtOnce    = 512 << 10 // then; the largest message is half of it
	bytesPerSecond = 64 << 10  // in the long run; a page says a few thousand a second at most
	longestWait    = 250 * time.Millisecond
)

// pacedConn reads no faster than that. It is read by one goroutine at a time.
type pacedConn struct {
	net.Conn
	left   int // bytes that may be read at once
	most   int
	filled time.Time
}

// Read reads and then waits for as long as was read too much.
func (c *pacedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if c.left -= n; c.left >= 0 {
		return n, err
	}
	now := time.Now()
	c.left = min(c.most, c.left+int(now.Sub(c.filled).Seconds()*bytesPerSecond))
	c.filled = now
	if c.left < 0 && err == nil {
		// Whoever closes the connection meanwhile waits for this at most.
		time.Sleep(min(longestWait, time.Duration(-c.left)*time.Second/bytesPerSecond))
	}
	return n, err
}

// trust lets somebody who has said hello say more at once.
func (c *pacedConn) trust() { c.left, c.most = c.left+bytesAtOnce-c.most, bytesAtOnce }

// pacing hands out paced connections to whoever takes them over.
type pacing struct{ http.ResponseWriter }

// Hijack implements http.Hijacker.
func (p pacing) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(p.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return &pacedConn{Conn: conn, left: bytesUnknown, most: bytesUnknown, filled: time.Now()}, rw, nil
}

// trusted is told that hello has been heard.
func (s *socket) trusted() {
	if c, ok := s.conn.NetConn().(*pacedConn); ok {
		c.trust()
	}
}

// ponged answers pings of the WebSocket itself, which never reach the loop that counts messages, unless they come too fast.
func (s *socket) ponged(allow func() bool) func(string) error {
	answer := s.conn.PingHandler()
	unanswered := 0
	return func(data string) error {
		s.alive()
		switch {
		case s.out.finished():
			return nil
		case allow():
			unanswered = 0
			return answer(data)
		}
		if unanswered++; unanswered > s.limits.RefusedAtMost {
			s.finishTooFast()
		}
		return nil
	}
}

func (s *socket) finishTooFast() { s.finish(protocol.CloseTooFast, "too many messages") }

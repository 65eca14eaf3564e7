package signaling

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"madoguchi/signaling/protocol"
)

func TestASocketReadsNoFasterThanItsPaceAndMoreAtOnceOnceItIsKnown(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	go func() { // ends with the pipe
		for block := make([]byte, 8<<10); ; {
			if _, err := far.Write(block); err != nil {
				return
			}
		}
	}()
	defer far.Close()
	took := func(c *pacedConn, bytes int) time.Duration {
		from := time.Now()
		for b := make([]byte, 8<<10); bytes > 0; {
			n, err := c.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			bytes -= n
		}
		return time.Since(from)
	}
	c := &pacedConn{Conn: near, left: bytesUnknown, most: bytesUnknown, filled: time.Now()}
	if got := took(c, bytesUnknown+32<<10); got < 300*time.Millisecond {
		t.Errorf("a stranger said 32 KiB beyond its share within %s", got)
	}
	c.trust()
	if got := took(c, bytesAtOnce/2); got > 250*time.Millisecond {
		t.Errorf("half of what somebody known may say at once took %s", got)
	}
}

func TestPingsWithoutEndAreNotAnsweredAndEndTheSocket(t *testing.T) {
	n := newWorld(t).start(nil)
	p := n.dial()
	p.token = n.signIn("desk:shimin-1")
	p.say(protocol.TypeHello, protocol.Hello{Token: p.token})
	for i := 0; i < 10*n.broker.cfg.Limits.Burst; i++ {
		if p.conn.WriteControl(websocket.PingMessage, []byte("x"), time.Now().Add(time.Second)) != nil {
			break // closed meanwhile
		}
	}
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for {
		_, _, err := p.conn.ReadMessage()
		var closed *websocket.CloseError
		switch {
		case err == nil:
			continue
		case !asClose(err, &closed) && !strings.Contains(err.Error(), "reset"):
			t.Fatal(err)
		case closed != nil && closed.Code != protocol.CloseTooFast:
			t.Errorf("closed with %d %s", closed.Code, closed.Text)
		}
		return
	}
}

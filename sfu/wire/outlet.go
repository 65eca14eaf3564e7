package wire

import (
	"io"

	"github.com/pion/rtp"
)

// class is what a packet is worth when a line is too slow: control, then media by rank.
type class int

const (
	control class = iota
	media         // of rank 0
)

// Ranks is how many ranks of media there are; 0 is lost last.
const Ranks = 5

// Outlet is where packets of one kind go to a peer.
type Outlet struct {
	conn  *Conn
	class class
}

// Outlet returns an outlet for media of a rank, 0 … Ranks-1: where a line is too slow, the highest rank is lost first.
func (c *Conn) Outlet(rank int) Outlet { return Outlet{c, media + class(min(max(rank, 0), Ranks-1))} }

// WriteRTP seals one packet and sends it, at once or, if via is not nil, with its batch. It keeps neither header nor payload.
func (o Outlet) WriteRTP(h *rtp.Header, payload []byte, via *Batch) error {
	c := o.conn
	to := c.selected.Load()
	if to == nil {
		return io.ErrClosedPipe
	}
	if via == nil {
		via = NewBatch()
		defer via.Release()
	}
	buf := via.slot()
	n := h.MarshalSize()
	if n+len(payload)+sealBytes > len(buf) {
		return io.ErrShortBuffer
	}
	if _, err := h.MarshalTo(buf); err != nil {
		return err
	}
	n += copy(buf[n:], payload)
	c.out.Lock()
	if c.out.srtp == nil {
		c.out.Unlock()
		return io.ErrClosedPipe
	}
	sealed, err := c.out.srtp.EncryptRTP(buf[:0], buf[:n], &c.out.header)
	c.out.Unlock()
	if err != nil {
		return err
	}
	via.commit(to, len(sealed), o.class)
	return nil
}

const sealBytes = 20 // the most that sealing adds

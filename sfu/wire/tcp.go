package wire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"
)

const (
	maxYoung    = 256              // TCP connections that have not shown yet whose they are,
	maxYoungOne = 32               // and of them from one address, so that nobody takes all the places
	youngTime   = 10 * time.Second // how long they may take
	idleTime    = consentExpires + 5*time.Second
	stallTime   = 15 * time.Second // how long a peer may take nothing before it is given up
	frameHead   = 2                // bytes of length before each packet (RFC 4571)
	tcpReadSize = readSize + frameHead
	keepBuffer  = 64 << 10 // a larger write buffer is given back once it is empty
)

// queueLimit is how many bytes may wait for a slow TCP connection before packets of a class are lost. Between two of them lies
// more than a key frame, so that each class gives way before the next.
var queueLimit = [media + Ranks]int{control: 768 << 10, media: 640 << 10, 560 << 10, 480 << 10, 400 << 10, 320 << 10}

// tcpListener takes TCP connections on one address.
type tcpListener struct {
	ep       *Endpoint
	listener *net.TCPListener
	addr     netip.AddrPort
}

func (e *Endpoint) listenTCP(at netip.AddrPort) (*tcpListener, error) {
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(at))
	if err != nil {
		return nil, fmt.Errorf("listen for media over TCP: %w", err)
	}
	return &tcpListener{ep: e, listener: l, addr: unmapped(l.Addr().(*net.TCPAddr).AddrPort())}, nil
}

func (l *tcpListener) run() {
	for {
		conn, err := l.listener.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			select { // out of descriptors, most likely: trying at once would only spin
			case <-l.ep.stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		l.ep.serve(conn)
	}
}

// serve starts the goroutines of a TCP connection, unless there are too many that have not shown whose they are.
func (e *Endpoint) serve(conn *net.TCPConn) {
	t := &tcpConn{ep: e, conn: conn, wake: make(chan struct{}, 1), done: make(chan struct{})}
	t.remote = unmapped(conn.RemoteAddr().(*net.TCPAddr).AddrPort())
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case <-e.stop:
		_ = conn.Close()
		return
	default:
	}
	if !e.young.add(t.remote.Addr()) {
		_ = conn.Close()
		return
	}
	e.links[t] = struct{}{}
	e.running.Go(t.read)  // ends when either side closes the connection, or nothing comes
	e.running.Go(t.write) // ends with read
}

// nursery counts TCP connections that have not shown whose they are, by where they come from.
type nursery struct {
	all  int
	from map[netip.Prefix]int
}

// home is what counts as one address: whoever has one of IPv6 has a /64 of them.
func home(a netip.Addr) netip.Prefix {
	bits := 64
	if a.Is4() {
		bits = 32
	}
	p, _ := a.Prefix(bits) // fits every address
	return p
}

// add counts one more; false if there are too many already.
func (n *nursery) add(a netip.Addr) bool {
	if n.all >= maxYoung || n.from[home(a)] >= maxYoungOne {
		return false
	}
	n.all++
	n.from[home(a)]++
	return true
}

func (n *nursery) remove(a netip.Addr) {
	n.all--
	if n.from[home(a)]--; n.from[home(a)] == 0 {
		delete(n.from, home(a))
	}
}

// tcpConn is one TCP connection: a way to the peer that has claimed it.
type tcpConn struct {
	ep     *Endpoint
	conn   *net.TCPConn
	remote netip.AddrPort
	wake   chan struct{}
	done   chan struct{} // closed when read has ended

	mu      sync.Mutex
	path    *path
	pending []byte // framed packets not yet written
	closing bool
}

// claim makes the connection a way of a peer's; false if it is another's.
func (t *tcpConn) claim(p *path) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.path != nil || t.closing {
		return false
	}
	t.path = p
	return true
}

func (t *tcpConn) owner() *path {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.path
}

// read takes packets from the connection until it ends.
func (t *tcpConn) read() {
	defer close(t.done)
	defer func() { _ = t.conn.Close() }()
	r := bufio.NewReaderSize(t.conn, 2*tcpReadSize)
	_ = t.conn.SetReadDeadline(time.Now().Add(youngTime))
	known, extended := (*path)(nil), time.Now()
	var b *Batch
	defer func() {
		if b != nil {
			b.Release()
		}
		t.ep.mu.Lock()
		defer t.ep.mu.Unlock()
		delete(t.ep.links, t)
		if known == nil {
			t.ep.young.remove(t.remote.Addr())
		}
	}()
	for {
		if b != nil && !buffered(r) {
			b.Release()
			b = nil
		}
		p, err := nextFrame(r)
		if err != nil {
			return
		}
		if b == nil {
			b = NewBatch()
			b.now = t.ep.now()
		}
		t.ep.datagram(origin{known: known, from: t.remote, tcp: t}, p, b)
		if _, err := r.Discard(frameHead + len(p)); err != nil {
			return
		}
		if known == nil {
			if known = t.owner(); known == nil {
				continue
			}
			t.ep.mu.Lock()
			t.ep.young.remove(t.remote.Addr())
			t.ep.mu.Unlock()
			extended = time.Time{}
		}
		if now := time.Now(); now.Sub(extended) > disconnectAfter {
			extended = now
			_ = t.conn.SetReadDeadline(now.Add(idleTime))
		}
	}
}

var errFrame = errors.New("a frame is empty or longer than a packet")

// nextFrame waits for a whole packet and returns it; it stays in the reader until it is discarded.
func nextFrame(r *bufio.Reader) ([]byte, error) {
	head, err := r.Peek(frameHead)
	if err != nil {
		return nil, err
	}
	n := int(binary.BigEndian.Uint16(head))
	if n == 0 || n > readSize {
		return nil, errFrame
	}
	b, err := r.Peek(frameHead + n)
	if err != nil {
		return nil, err
	}
	return b[frameHead:], nil
}

// buffered reports whether nextFrame would not have to wait.
func buffered(r *bufio.Reader) bool {
	if r.Buffered() < frameHead {
		return false
	}
	head, err := r.Peek(frameHead)
	return err == nil && r.Buffered() >= frameHead+int(binary.BigEndian.Uint16(head))
}

// send queues a packet. It never waits: what is beyond the queue's limit for its class is lost.
func (t *tcpConn) send(p []byte, c class) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closing || len(t.pending)+len(p)+frameHead > queueLimit[c] {
		t.ep.lost.Add(1)
		return
	}
	t.pending = binary.BigEndian.AppendUint16(t.pending, uint16(len(p)))
	t.pending = append(t.pending, p...)
	t.rouse()
}

func (t *tcpConn) rouse() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// finish closes the connection once what is queued has been written.
func (t *tcpConn) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closing = true
	t.rouse()
}

// write writes what is queued until the connection ends.
func (t *tcpConn) write() {
	defer func() { _ = t.conn.Close() }()
	var spare []byte
	for {
		select {
		case <-t.wake:
		case <-t.done:
			return
		}
		t.mu.Lock()
		whole, closing := t.pending, t.closing
		t.pending = spare[:0]
		t.mu.Unlock()
		if err := t.flush(whole, closing); err != nil {
			return
		}
		if spare = whole; cap(spare) > keepBuffer {
			spare = nil
		}
	}
}

// flush writes one lot; io.EOF if it was the last.
func (t *tcpConn) flush(b []byte, last bool) error {
	if len(b) > 0 {
		if err := t.conn.SetWriteDeadline(time.Now().Add(stallTime)); err != nil {
			return err
		}
		if _, err := t.conn.Write(b); err != nil {
			return err
		}
	}
	if last {
		return io.EOF
	}
	return nil
}

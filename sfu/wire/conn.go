package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/transport/v4/packetio"
)

// State is what has become of a connection.
type State int

// States of a connection.
const (
	Connecting   State = iota
	Connected          // media can flow
	Disconnected       // nothing has been heard for disconnectAfter; it may come back
	Closed             // the peer has ended it, or it could not be made: for good
)

// Times after which a silent peer is given up. Browsers check at least every five seconds, and media come more often.
const (
	disconnectAfter = 5 * time.Second
	consentExpires  = 30 * time.Second // then nothing more is sent (RFC 7675)
)

const (
	maxPaths = 8 // ways to one peer remembered
	maxUsers = 3 // credentials of one connection, when ICE restarts faster than the peer follows
)

// Handler is what a connection needs of its consumer. Bytes are only valid during the call. Calls of Stream, RTP and RTCP for
// one connection come one at a time.
type Handler interface {
	// Stream is called when an SSRC appears for the first time, in RTP or as the sender of RTCP; nil makes the connection
	// ignore it and all further new ones.
	Stream(ssrc uint32) Stream
	// RTCP takes a compound packet.
	RTCP(b []byte, via *Batch)
	// State tells what has become of the connection. It must not wait for the connection's end.
	State(State)
	// Channel takes a data channel the peer has opened, before its first message is read.
	Channel(*Channel)
}

// Stream takes the packets of one SSRC. What it writes to other connections by way of via goes out with the batch.
type Stream interface {
	RTP(b []byte, via *Batch)
	// Spare reports whether the stream may be left out where not all can be carried: pictures are, sound is not.
	Spare() bool
}

// Peer describes the far end of a connection, as its offer did.
type Peer struct {
	Ufrag       string
	Fingerprint Fingerprint
	Channels    bool // serve data channels
	Passive     bool // the peer waits for our handshake (a=setup:passive)
	ReceiveSCTP uint32
}

// path is one way to a peer.
type path struct {
	conn     *Conn
	group    *udpGroup // by UDP, to
	addr     netip.AddrPort
	sockaddr sockaddr
	tcp      *tcpConn // or by TCP
	heard    atomic.Int64

	// Guarded by Conn.mu:
	era       int
	priority  uint32
	nominated time.Duration
}

func newPath(c *Conn, o origin) *path {
	p := &path{conn: c, group: o.group, addr: o.from, tcp: o.tcp, nominated: -1}
	if o.tcp == nil {
		p.sockaddr = newSockaddr(o.from)
	}
	return p
}

func (p *path) way() way {
	return way{p.era, p.priority, p.nominated, time.Duration(p.heard.Load())}
}

// Conn is one peer's connection. Its methods may be called from any goroutine.
type Conn struct {
	ep   *Endpoint
	to   Handler
	peer Peer

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	work   sync.WaitGroup // the handshake, and data channels

	selected atomic.Pointer[path]
	heard    atomic.Int64 // when anything authentic has arrived last
	pipe     pipe

	mu      sync.Mutex
	users   []*user
	paths   []*path
	checks  transactions
	closed  bool
	begun   bool // the handshake has
	session *dtls.Conn

	telling sync.Mutex // before whatever the handler locks
	state   State

	in struct {
		sync.Mutex
		srtp    *srtp.Context
		streams map[uint32]Stream
		full    bool
		header  rtp.Header
		control rtcp.Header
	}
	out struct {
		sync.Mutex
		srtp   *srtp.Context
		header rtp.Header
	}
}

// Connect prepares for a peer and returns what it needs to know to reach us.
func (e *Endpoint) Connect(peer Peer, to Handler) (*Conn, Credentials, error) {
	c := &Conn{ep: e, to: to, peer: peer}
	c.pipe.conn, c.pipe.in = c, packetio.NewBuffer()
	c.pipe.in.SetLimitSize(pipeBytes)
	c.in.streams = map[uint32]Stream{}
	c.ctx, c.cancel = context.WithCancel(context.Background())
	c.heard.Store(int64(e.now()))
	e.mu.Lock()
	defer e.mu.Unlock()
	select {
	case <-e.stop:
		return nil, Credentials{}, ErrClosed
	default:
	}
	e.conns[c] = struct{}{}
	u := &user{conn: c, local: newCredentials(), remote: peer.Ufrag}
	c.users = []*user{u}
	e.users[u.local.Ufrag] = u
	return c, u.local, nil
}

// ErrClosed: the connection or its endpoint has been closed.
var ErrClosed = errors.New("connection closed")

// Restart gives the connection new credentials; the old ones hold until the peer has nominated a way with the new ones.
func (c *Conn) Restart(remoteUfrag string) (Credentials, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return Credentials{}, ErrClosed
	}
	u := &user{conn: c, local: newCredentials(), remote: remoteUfrag, era: c.users[len(c.users)-1].era + 1}
	c.users = append(c.users, u)
	c.ep.mu.Lock()
	defer c.ep.mu.Unlock()
	c.ep.users[u.local.Ufrag] = u
	for len(c.users) > maxUsers {
		delete(c.ep.users, c.users[0].local.Ufrag)
		c.users = c.users[1:]
	}
	return u.local, nil
}

// Credentials returns the latest credentials.
func (c *Conn) Credentials() Credentials {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.users[len(c.users)-1].local
}

// checked notes a connectivity check of the peer's and returns the way it came; nil if it must not be answered.
func (c *Conn) checked(v verdict, id transaction, o origin, now time.Duration) *path {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil
	}
	p := c.knownWay(o)
	if c.checks.cameOtherwise(id, p) {
		return nil
	}
	if p == nil {
		p = c.newWay(o)
	}
	if p == nil {
		return nil
	}
	c.checks.note(id, p)
	c.heard.Store(int64(now))
	p.heard.Store(int64(now))
	p.priority = v.priority
	present := c.selected.Load()
	if present == nil || present != p && moves(present.way(), way{v.user.era, v.priority, p.nominated, now}, v.nominates, now) {
		c.selected.Store(p)
		if c.peer.Passive {
			c.begin()
		}
	}
	p.era = max(p.era, v.user.era)
	if v.nominates {
		p.nominated = now
		c.retire(v.user)
	}
	return p
}

// knownWay finds the way a check came; nil if it is new.
func (c *Conn) knownWay(o origin) *path {
	if o.known != nil && o.known.conn == c {
		return o.known
	}
	for _, p := range c.paths {
		if p.group == o.group && p.addr == o.from && p.tcp == o.tcp {
			return p
		}
	}
	return nil
}

// newWay makes the way a check came; nil if the address is another connection's.
func (c *Conn) newWay(o origin) *path {
	p := newPath(c, o)
	if o.tcp != nil && !o.tcp.claim(p) || o.tcp == nil && !o.group.learn(p) {
		return nil
	}
	c.paths = append(c.paths, p)
	if len(c.paths) > maxPaths {
		c.forgetOldest()
	}
	return p
}

// forgetOldest drops the way that has been silent longest, but not the one in use.
func (c *Conn) forgetOldest() {
	oldest := -1
	for i, p := range c.paths[:len(c.paths)-1] {
		if p != c.selected.Load() && (oldest < 0 || p.heard.Load() < c.paths[oldest].heard.Load()) {
			oldest = i
		}
	}
	c.paths[oldest].release()
	c.paths = append(c.paths[:oldest], c.paths[oldest+1:]...)
}

func (p *path) release() {
	if p.tcp != nil {
		p.tcp.finish()
		return
	}
	p.group.forget(p)
}

// retire ends the credentials older than those the peer has nominated a way with.
func (c *Conn) retire(u *user) {
	if c.users[0] == u {
		return
	}
	c.ep.mu.Lock()
	defer c.ep.mu.Unlock()
	for len(c.users) > 1 && c.users[0].era < u.era {
		delete(c.ep.users, c.users[0].local.Ufrag)
		c.users = c.users[1:]
	}
}

// Silence is how long nothing authentic has come from the peer.
func (c *Conn) Silence() time.Duration { return c.ep.now() - time.Duration(c.heard.Load()) }

// ByUDP is from where the peer's packets come by UDP; false where they come by TCP or no way has been found.
func (c *Conn) ByUDP() (from netip.AddrPort, ok bool) {
	p := c.selected.Load()
	if p == nil || p.tcp != nil {
		return netip.AddrPort{}, false
	}
	return p.addr, true
}

// alive reports whether the peer has been heard lately.
func (c *Conn) alive() bool {
	return c.ctx.Err() == nil && c.ep.now()-time.Duration(c.heard.Load()) < disconnectAfter
}

// tick notices silence and its end.
func (c *Conn) tick(now time.Duration) {
	silent := now - time.Duration(c.heard.Load())
	if silent > consentExpires {
		c.selected.Store(nil) // until the peer checks again
	}
	c.telling.Lock()
	defer c.telling.Unlock()
	switch {
	case c.state == Connected && silent > disconnectAfter:
		c.become(Disconnected)
	case c.state == Disconnected && silent < disconnectAfter:
		c.become(Connected)
	}
}

// tell changes the state unless the connection has ended.
func (c *Conn) tell(s State) {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.become(s)
}

// become is tell with the lock held.
func (c *Conn) become(s State) {
	if c.state == s || c.state == Closed || c.ctx.Err() != nil {
		return
	}
	c.state = s
	c.to.State(s)
}

// media opens one SRTP or SRTCP packet in place and passes it on.
func (c *Conn) media(from *path, p []byte, b *Batch) {
	if len(p) < 12 {
		return
	}
	c.in.Lock()
	defer c.in.Unlock()
	if c.in.srtp == nil {
		return
	}
	isControl := p[1] >= 192 && p[1] < 224
	ssrc := uint32(p[8])<<24 | uint32(p[9])<<16 | uint32(p[10])<<8 | uint32(p[11])
	if isControl {
		ssrc = uint32(p[4])<<24 | uint32(p[5])<<16 | uint32(p[6])<<8 | uint32(p[7])
	}
	to, known := c.in.streams[ssrc]
	if !known && c.in.full {
		return // before anything is spent on it
	}
	given := known && !isControl && b.socket != nil && b.socket.sieve.shed.active() && b.socket.sieve.shed.gives(ssrc) && to.Spare()
	if given {
		c.ep.drop.shed.Add(1)
		if !isPeeked(binary.BigEndian.Uint16(p[2:])) {
			return
		}
	}
	var err error
	if isControl {
		p, err = c.in.srtp.DecryptRTCP(p, p, &c.in.control)
	} else {
		p, err = c.in.srtp.DecryptRTP(p, p, &c.in.header)
	}
	if err != nil {
		c.ep.noteBroken(err)
		return
	}
	c.heard.Store(int64(b.now))
	from.heard.Store(int64(b.now))
	if given {
		return
	}
	if !known {
		if to = c.to.Stream(ssrc); to == nil {
			c.in.full = true
			return
		}
		c.in.streams[ssrc] = to
	}
	if isControl {
		c.to.RTCP(p, b)
		return
	}
	to.RTP(p, b)
}

// noteBroken counts a packet that could not be opened. The library tells a replay apart only by what its error wraps.
func (e *Endpoint) noteBroken(err error) {
	if cause := errors.Unwrap(err); cause != nil && cause.Error() == "duplicated packet" {
		e.drop.replayed.Add(1)
		return
	}
	e.drop.unauthentic.Add(1)
}

// WriteRTCP seals a compound packet and sends it, at once or, if via is not nil, with its batch.
func (c *Conn) WriteRTCP(pkts []rtcp.Packet, via *Batch) error {
	to := c.selected.Load()
	if to == nil {
		return io.ErrClosedPipe
	}
	plain, err := rtcp.Marshal(pkts)
	if err != nil {
		return err
	}
	c.out.Lock()
	if c.out.srtp == nil {
		c.out.Unlock()
		return io.ErrClosedPipe
	}
	sealed, err := c.out.srtp.EncryptRTCP(nil, plain, nil)
	c.out.Unlock()
	if err != nil {
		return err
	}
	if via == nil {
		via = NewBatch()
		defer via.Release()
	}
	via.copyIn(to, sealed, control)
	return nil
}

// Close ends the connection, tells the peer and waits for the connection's goroutines. It must not be called from one of
// them. Closing twice is no error.
func (c *Conn) Close() {
	c.mu.Lock()
	again := c.closed
	c.closed = true
	session := c.session
	c.mu.Unlock()
	if again {
		c.work.Wait()
		return
	}
	c.cancel()
	if session != nil {
		_ = session.Close() // tells the peer, if it can
	}
	_ = c.pipe.in.Close()
	c.work.Wait()
	c.leave()
	c.in.Lock()
	c.in.srtp = nil
	c.in.Unlock()
	c.out.Lock()
	c.out.srtp = nil
	c.out.Unlock()
}

// leave makes the endpoint forget the connection.
func (c *Conn) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.selected.Store(nil)
	for _, p := range c.paths {
		p.release()
	}
	c.paths = nil
	c.ep.mu.Lock()
	defer c.ep.mu.Unlock()
	for _, u := range c.users {
		delete(c.ep.users, u.local.Ufrag)
	}
	delete(c.ep.conns, c)
}

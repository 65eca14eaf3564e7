package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
)

const (
	readBatch    = 32      // datagrams taken from a socket at once
	readSize     = 2048    // longest datagram taken; longer ones are cut and then fail to open
	socketBuffer = 4 << 20 // of each socket, so that a burst of key frames finds room
	maxLoops     = 8       // sockets for each address
)

// udpGroup is the sockets of one address and port.
type udpGroup struct {
	ep      *Endpoint
	addr    netip.AddrPort
	sockets []*udpSocket

	mu    sync.RWMutex
	paths map[netip.AddrPort]*path // by the peer's address
}

// udpSocket is one socket with the loop that reads it.
type udpSocket struct {
	group *udpGroup
	conn  *net.UDPConn
	raw   syscall.RawConn
	gso   atomic.Bool
	sieve sieve // of the loop
}

// listenUDP binds an address; port 0 lets the system choose.
func (e *Endpoint) listenUDP(at netip.AddrPort) (*udpGroup, error) {
	g := &udpGroup{ep: e, paths: map[netip.AddrPort]*path{}}
	// The first socket is bound without sharing the port, so that a port in use is noticed, and then opened to the others.
	first, err := g.bind(at, nil)
	if err != nil {
		return nil, fmt.Errorf("listen for media: %w", err)
	}
	g.addr = unmapped(first.conn.LocalAddr().(*net.UDPAddr).AddrPort())
	loops := min(runtime.GOMAXPROCS(0), maxLoops)
	if !canShare || loops == 1 {
		return g, nil
	}
	var failed error
	if err := first.raw.Control(func(fd uintptr) { failed = share(fd) }); err != nil || failed != nil {
		return g, nil // one socket serves as well
	}
	for len(g.sockets) < loops {
		if _, err := g.bind(g.addr, func(_, _ string, c syscall.RawConn) error {
			return errors.Join(c.Control(func(fd uintptr) { failed = share(fd) }), failed)
		}); err != nil {
			return nil, errors.Join(fmt.Errorf("listen for media on socket %d: %w", len(g.sockets)+1, err), g.close())
		}
	}
	return g, nil
}

func (g *udpGroup) bind(at netip.AddrPort, control func(string, string, syscall.RawConn) error) (*udpSocket, error) {
	l := net.ListenConfig{Control: control}
	network := "udp4"
	if at.Addr().Is6() {
		network = "udp6"
	}
	pc, err := l.ListenPacket(context.Background(), network, at.String())
	if err != nil {
		return nil, err
	}
	s := &udpSocket{group: g, conn: pc.(*net.UDPConn)}
	if s.raw, err = s.conn.SyscallConn(); err != nil {
		return nil, errors.Join(err, s.conn.Close())
	}
	// Smaller buffers than wished for are no reason not to start.
	_ = s.conn.SetReadBuffer(socketBuffer)
	_ = s.conn.SetWriteBuffer(socketBuffer)
	_ = s.raw.Control(func(fd uintptr) { forceBuffers(fd, socketBuffer) })
	if err := s.raw.Control(func(fd uintptr) { s.gso.Store(segments(fd)) }); err != nil {
		return nil, errors.Join(err, s.conn.Close())
	}
	g.sockets = append(g.sockets, s)
	return s, nil
}

// close ends the loops by taking their sockets away.
func (g *udpGroup) close() error {
	var err error
	for _, s := range g.sockets {
		err = errors.Join(err, s.conn.Close())
	}
	return err
}

// run is the loop: everything that arrives is dealt with, and what follows from it is sent, before the next batch is read.
func (s *udpSocket) run() {
	b := &Batch{socket: s}
	begin := func(full float64) {
		b.now = s.group.ep.now()
		if full > 0 || s.sieve.shed.active() {
			s.sift(full, b.now)
		}
	}
	newReceiver().run(s, begin, func(from netip.AddrPort, p []byte) {
		s.group.mu.RLock()
		known := s.group.paths[from]
		s.group.mu.RUnlock()
		s.group.ep.datagram(origin{group: s.group, from: from, known: known}, p, b)
	}, b.Flush)
}

// learn makes datagrams from an address those of a path; false if they belong to another connection that is alive.
func (g *udpGroup) learn(p *path) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if old := g.paths[p.addr]; old != nil && old.conn != p.conn && old.conn.alive() {
		return false
	}
	g.paths[p.addr] = p
	return true
}

// forget undoes learn.
func (g *udpGroup) forget(p *path) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.paths[p.addr] == p {
		delete(g.paths, p.addr)
	}
}

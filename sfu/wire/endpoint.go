package wire

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v4"
)

const (
	bindAttempts = 8 // how often a port chosen by the system is tried on all addresses
	sweepEvery   = 500 * time.Millisecond
)

// Config says where an endpoint listens.
type Config struct {
	UDP     []netip.Addr // concrete addresses: an answer has to leave from the address that was asked
	Port    uint16       // 0: chosen by the system, the same on all addresses
	TCP     []netip.Addr // none: no TCP
	TCPPort uint16       // 0: the UDP port, if SamePort is set, or chosen by the system
	// SamePort makes TCP listen on the UDP port.
	SamePort bool
	// Public replaces the addresses of its family in candidates, for a node behind one-to-one NAT.
	Public []netip.Addr
	Log    *slog.Logger
}

// Endpoint is a UDP and a TCP port with all peers behind them. Its methods may be called from any goroutine.
type Endpoint struct {
	cfg         Config
	log         *slog.Logger
	started     time.Time
	certificate tls.Certificate
	fingerprint string
	candidates  []string
	probed      *user // nobody's: whoever knows it asks whether we are here

	udp  []*udpGroup
	tcp  []*tcpListener
	lost atomic.Uint64 // packets the kernel had no room for
	drop struct{ strangers, unauthentic, replayed, shed atomic.Uint64 }

	workers atomic.Int64   // goroutines of connections
	running sync.WaitGroup // loops, TCP connections, the sweeper
	stop    chan struct{}
	once    sync.Once

	mu    sync.RWMutex
	users map[string]*user
	conns map[*Conn]struct{}
	links map[*tcpConn]struct{}
	young nursery
}

// Open binds the ports and starts to serve them. Close ends it.
func Open(cfg Config) (*Endpoint, error) {
	if len(cfg.UDP) == 0 {
		return nil, errors.New("listen for media: no address")
	}
	e := &Endpoint{
		cfg: cfg, log: cfg.Log, started: time.Now(), stop: make(chan struct{}),
		users: map[string]*user{}, conns: map[*Conn]struct{}{}, links: map[*tcpConn]struct{}{},
		young:  nursery{from: map[netip.Prefix]int{}},
		probed: &user{local: newCredentials(), remote: prober},
	}
	var err error
	if e.certificate, e.fingerprint, err = newCertificate(); err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		if err = e.listen(); err == nil {
			break
		}
		if cfg.Port != 0 || attempt == bindAttempts {
			return nil, err
		}
	}
	e.candidates = e.describe()
	for _, g := range e.udp {
		for _, s := range g.sockets {
			e.running.Go(s.run) // ends when Close takes the socket away
		}
	}
	for _, l := range e.tcp {
		e.running.Go(l.run) // likewise
	}
	e.running.Go(e.sweep) // ends when Close closes stop
	return e, nil
}

// listen binds every address. What has been bound is given back if one fails.
func (e *Endpoint) listen() (err error) {
	e.udp, e.tcp = nil, nil
	defer func() {
		if err != nil {
			err = errors.Join(err, e.unbind())
		}
	}()
	port := e.cfg.Port
	for _, a := range e.cfg.UDP {
		g, err := e.listenUDP(netip.AddrPortFrom(a, port))
		if err != nil {
			return err
		}
		port = g.addr.Port()
		e.udp = append(e.udp, g)
	}
	if !e.cfg.SamePort {
		port = e.cfg.TCPPort
	}
	for _, a := range e.cfg.TCP {
		l, err := e.listenTCP(netip.AddrPortFrom(a, port))
		if err != nil {
			return err
		}
		port = l.addr.Port()
		e.tcp = append(e.tcp, l)
	}
	return nil
}

func (e *Endpoint) unbind() error {
	var err error
	for _, g := range e.udp {
		err = errors.Join(err, g.close())
	}
	for _, l := range e.tcp {
		err = errors.Join(err, l.listener.Close())
	}
	return err
}

// Addr returns the first UDP and TCP address; tcp is the zero value if there is none.
func (e *Endpoint) Addr() (udp, tcp netip.AddrPort) {
	if len(e.tcp) > 0 {
		tcp = e.tcp[0].addr
	}
	return e.udp[0].addr, tcp
}

// Candidates are the values of the a=candidate attributes for an answer, the same for every peer.
func (e *Endpoint) Candidates() []string { return e.candidates }

// Fingerprint is the value of the a=fingerprint attribute for an answer.
func (e *Endpoint) Fingerprint() string { return e.fingerprint }

// Lost is how many packets could not be sent because the kernel had no room for them.
func (e *Endpoint) Lost() uint64 { return e.lost.Load() }

// Drops counts what was thrown away on arrival.
type Drops struct {
	Strangers   uint64 // datagrams from addresses nobody has checked from, and checks that were not for us
	Unauthentic uint64 // media whose seal was wrong
	Replayed    uint64 // media that had come before, or long ago
	Shed        uint64 // pictures given up because more came than could be carried
}

// Drops returns the counts since the start.
func (e *Endpoint) Drops() Drops {
	return Drops{e.drop.strangers.Load(), e.drop.unauthentic.Load(), e.drop.replayed.Load(), e.drop.shed.Load()}
}

// describe lists our candidates: UDP before TCP, and addresses in their order (RFC 8445 section 5.1.2).
func (e *Endpoint) describe() []string {
	const udpType, tcpType = 126, 90
	var list []string
	seen := map[string]bool{}
	add := func(at netip.AddrPort, transport string, preference int, tail string) {
		addr := e.public(at.Addr())
		key := transport + addr.String()
		if seen[key] {
			return
		}
		seen[key] = true
		priority := preference<<24 | (65535-len(list))<<8 | 255
		list = append(list, fmt.Sprintf("%d 1 %s %d %s %d typ host%s", len(list)+1, transport, priority, addr, at.Port(), tail))
	}
	for _, g := range e.udp {
		add(g.addr, "udp", udpType, "")
	}
	for _, l := range e.tcp {
		add(l.addr, "tcp", tcpType, " tcptype passive")
	}
	return list
}

// public is the address by which the world knows one of ours.
func (e *Endpoint) public(a netip.Addr) netip.Addr {
	for _, p := range e.cfg.Public {
		if p.Is4() == a.Is4() {
			return p
		}
	}
	return a
}

// now is the endpoint's monotonic clock.
func (e *Endpoint) now() time.Duration { return time.Since(e.started) }

// origin is where a datagram came from.
type origin struct {
	known *path     // whose it is; nil if nobody's yet
	group *udpGroup // by UDP, with
	from  netip.AddrPort
	tcp   *tcpConn // or by TCP
}

// datagram deals with whatever arrives, by its first byte (RFC 7983).
func (e *Endpoint) datagram(o origin, p []byte, b *Batch) {
	if len(p) == 0 {
		return
	}
	switch first := p[0]; {
	case first < 4:
		e.checked(o, p, b)
	case o.known == nil:
		e.drop.strangers.Add(1)
	case first >= 128 && first < 192:
		o.known.conn.media(o.known, p, b)
	case first >= 20 && first < 64:
		o.known.conn.handshakes(p)
	}
}

// checked deals with a connectivity check.
func (e *Endpoint) checked(o origin, p []byte, b *Batch) {
	m := &b.check
	m.Raw = append(m.Raw[:0], p...)
	if !stun.IsMessage(m.Raw) || m.Decode() != nil {
		e.drop.strangers.Add(1)
		return
	}
	v, err := judge(m, e.find)
	if err != nil {
		e.drop.strangers.Add(1)
		return
	}
	if v.conflict || v.user == e.probed {
		e.answer(v, m, newPath(v.user.conn, o), b)
		return
	}
	if way := v.user.conn.checked(v, m.TransactionID, o, b.now); way != nil {
		e.answer(v, m, way, b)
	}
}

func (e *Endpoint) answer(v verdict, m *stun.Message, to *path, b *Batch) {
	if raw, err := v.reply(m, to); err == nil {
		b.copyIn(to, raw, control)
	}
}

func (e *Endpoint) find(ufrag string) *user {
	if ufrag == e.probed.local.Ufrag {
		return e.probed
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.users[ufrag]
}

// sweep looks after connections that have gone silent.
func (e *Endpoint) sweep() {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-tick.C:
		}
		e.mu.RLock()
		conns := make([]*Conn, 0, len(e.conns))
		for c := range e.conns {
			conns = append(conns, c)
		}
		e.mu.RUnlock()
		for _, c := range conns {
			c.tick(e.now())
		}
	}
}

// Close gives the ports back and waits for the loops. Connections still open are closed.
func (e *Endpoint) Close() error {
	var err error
	e.once.Do(func() {
		close(e.stop)
		e.mu.RLock()
		conns := make([]*Conn, 0, len(e.conns))
		for c := range e.conns {
			conns = append(conns, c)
		}
		e.mu.RUnlock()
		for _, c := range conns {
			c.Close()
		}
		err = e.unbind()
		e.mu.RLock()
		for l := range e.links {
			_ = l.conn.Close() // ends its goroutines
		}
		e.mu.RUnlock()
	})
	e.running.Wait()
	return err
}

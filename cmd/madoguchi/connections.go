package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"
)

// connections is a listener that lets no one address have all the connections, and nobody all the descriptors: Redis, the
// journal and media over TCP need some too.
type connections struct {
	net.Listener
	perAddress int // 0: any number, behind a proxy
	atMost     int
	refused    prometheus.Counter

	mu   sync.Mutex
	all  int
	from map[netip.Prefix]int
}

// descriptorsSpare is the share of a process's descriptors that web connections leave to others: one in so many.
const descriptorsSpare = 8

// descriptorsHere is how many web connections there may be.
func descriptorsHere() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 1<<20 {
		return 1 << 20
	}
	return int(limit.Cur) - int(limit.Cur)/descriptorsSpare
}

func newConnections(l net.Listener, perAddress int, refused prometheus.Counter) *connections {
	return &connections{Listener: l, perAddress: perAddress, atMost: descriptorsHere(), refused: refused, from: map[netip.Prefix]int{}}
}

// Accept closes what is too much and goes on to the next.
func (c *connections) Accept() (net.Conn, error) {
	for {
		conn, err := c.Listener.Accept()
		if err != nil {
			return nil, err
		}
		home := homeOf(conn.RemoteAddr())
		if c.add(home) {
			return &counted{Conn: conn, gone: func() { c.remove(home) }}, nil
		}
		c.refused.Inc()
		_ = conn.Close() // there is nothing to say to whoever opens so many
	}
}

// homeOf is what counts as one address: whoever has one of IPv6 has its /64.
func homeOf(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	addr, bits := tcp.AddrPort().Addr().Unmap(), 64
	if addr.Is4() {
		bits = 32
	}
	home, _ := addr.WithZone("").Prefix(bits) // fits every address
	return home
}

func (c *connections) add(home netip.Prefix) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all >= c.atMost || c.perAddress > 0 && c.from[home] >= c.perAddress {
		return false
	}
	c.all++
	c.from[home]++
	return true
}

func (c *connections) remove(home netip.Prefix) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all--
	if c.from[home]--; c.from[home] == 0 {
		delete(c.from, home)
	}
}

// counted is a connection that is counted out when it is closed.
type counted struct {
	net.Conn
	once sync.Once
	gone func()
}

// Read implements net.Conn. Whoever always finds something to read would keep its processor for 10 ms at a time; HTTP/2 does, whose
// two goroutines for a connection hand it to each other. So all others who are ready come before the next read.
func (c *counted) Read(b []byte) (int, error) {
	runtime.Gosched()
	return c.Conn.Read(b)
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.once.Do(c.gone)
	return c.Conn.Close()
}

// oneByOne has the expensive part of TLS handshakes (key exchange and signature) made by few at a time: a hello costs its sender nothing.
func oneByOne(secure *tls.Config, t *turns) *tls.Config {
	bounded := secure.Clone()
	bounded.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		ctx := hello.Context()
		if !t.take(ctx) {
			return nil, errTooBusy
		}
		give := sync.OnceFunc(t.give)
		context.AfterFunc(ctx, give) // at the latest when the handshake is over
		own := secure.Clone()
		own.VerifyConnection = func(tls.ConnectionState) error {
			give() // our part is done: what is left is to wait for the client
			return nil
		}
		return own, nil
	}
	return bounded
}

var errTooBusy = errors.New("too many handshakes at once")

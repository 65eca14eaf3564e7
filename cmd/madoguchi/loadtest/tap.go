package loadtest

import (
	"net"
	"net/netip"
	"sync"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"

	"madoguchi/cmd/madoguchi/loadtest/attack"
)

// tap records what leaves a participant on its way to the server, as somebody could who reads along.
type tap struct {
	transport.Net

	mu     sync.Mutex
	from   netip.AddrPort
	first  [][]byte // checks and handshakes
	latest [][]byte // of all
}

const (
	tapFirst  = 64
	tapLatest = 256
)

func newTap() (*tap, error) {
	n, err := stdnet.NewNet()
	return &tap{Net: n}, err
}

// settings are those of every participant, with the tap between it and the network.
func (t *tap) settings(s *webrtc.SettingEngine) {
	settings(s)
	s.SetNet(t)
}

// ListenUDP implements transport.Net.
func (t *tap) ListenUDP(network string, at *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := t.Net.ListenUDP(network, at)
	if err != nil {
		return nil, err
	}
	return &tapped{conn, t}, nil
}

// tapped is a socket that is listened in on.
type tapped struct {
	transport.UDPConn
	tap *tap
}

// WriteTo implements net.PacketConn.
func (c *tapped) WriteTo(b []byte, to net.Addr) (int, error) {
	if from, ok := c.LocalAddr().(*net.UDPAddr); ok {
		c.tap.note(from.AddrPort(), b)
	}
	return c.UDPConn.WriteTo(b, to)
}

func (t *tap) note(from netip.AddrPort, b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	p := append([]byte(nil), b...)
	if len(t.first) < tapFirst && b[0] < 64 {
		t.first = append(t.first, p)
		return
	}
	if t.latest = append(t.latest, p); len(t.latest) > tapLatest {
		t.latest = t.latest[1:]
	}
}

// person is what has been recorded.
func (t *tap) person() attack.Person {
	t.mu.Lock()
	defer t.mu.Unlock()
	return attack.Person{Addr: t.from, Packets: append(append([][]byte(nil), t.first...), t.latest...)}
}

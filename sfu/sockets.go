package sfu

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
)

const (
	socketBuffer   = 4 << 20 // of each UDP socket, so that a burst of key frames finds room
	tcpReadBuffer  = 64      // packets waiting to be read from one TCP connection
	tcpWriteBuffer = 1 << 20 // bytes waiting to be written to one TCP connection; what is beyond is dropped
	bindAttempts   = 8       // how often a port chosen by the system is tried on all addresses
)

// sockets are the one UDP and the one TCP port that all peers share, on each address of the node.
type sockets struct {
	addrs []netip.Addr
	udp   *ice.MultiUDPMuxDefault
	tcp   *ice.MultiTCPMuxDefault

	udpAddr, tcpAddr netip.AddrPort // the first of each; invalid if there is none
	loopback         bool
}

// openSockets binds concrete addresses rather than the unspecified one, because an answer has to leave from the address
// that was asked.
func openSockets(cfg Config, factory logging.LoggerFactory) (*sockets, error) {
	host, err := resolveListen("ListenUDP", cfg.ListenUDP)
	if err != nil {
		return nil, err
	}
	addrs := []netip.Addr{host.Addr()}
	if host.Addr().IsUnspecified() {
		if addrs, err = machineAddrs(); err != nil {
			return nil, err
		}
		if err := oneBehindNAT(addrs, cfg); err != nil {
			return nil, err
		}
	}
	tcpHost := netip.AddrPortFrom(host.Addr(), 0)
	samePort := cfg.ListenTCP == ""
	if !samePort && cfg.ListenTCP != "off" {
		if tcpHost, err = resolveListen("ListenTCP", cfg.ListenTCP); err != nil {
			return nil, err
		}
	}
	for attempt := 1; ; attempt++ {
		s, err := bindAll(addrs, host.Port(), tcpHost, samePort, cfg.ListenTCP != "off", factory)
		if err == nil || host.Port() != 0 || attempt == bindAttempts {
			return s, err
		}
	}
}

// oneBehindNAT refuses to guess which of several addresses the public one leads to: candidates for the others would look the
// same, and only the first would work.
func oneBehindNAT(addrs []netip.Addr, cfg Config) error {
	for _, is4 := range []bool{true, false} {
		public := slices.ContainsFunc(cfg.PublicIPs, func(s string) bool {
			ip, err := netip.ParseAddr(s)
			return err == nil && ip.Is4() == is4
		})
		var own []netip.Addr
		for _, a := range addrs {
			if a.Is4() == is4 {
				own = append(own, a)
			}
		}
		if public && len(own) > 1 {
			return fmt.Errorf("ListenUDP: %s stands for %v; name the one that PublicIPs leads to", cfg.ListenUDP, own)
		}
	}
	return nil
}

// bindAll opens a UDP socket and a TCP listener on every address. Port 0 is chosen by the system on the first address and
// then wanted on all others.
func bindAll(
	addrs []netip.Addr, port uint16, tcpHost netip.AddrPort, samePort, withTCP bool, factory logging.LoggerFactory,
) (*sockets, error) {
	s := &sockets{addrs: addrs}
	var udpMuxes []ice.UDPMux
	var tcpMuxes []ice.TCPMux
	fail := func(err error) (*sockets, error) {
		for _, m := range udpMuxes {
			err = errors.Join(err, m.Close())
		}
		for _, m := range tcpMuxes {
			err = errors.Join(err, m.Close())
		}
		return nil, err
	}
	for _, addr := range addrs {
		conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, port)))
		if err != nil {
			return fail(fmt.Errorf("listen for media: %w", err))
		}
		// Smaller buffers than wished for are no reason not to start.
		_ = conn.SetReadBuffer(socketBuffer)
		_ = conn.SetWriteBuffer(socketBuffer)
		udpMuxes = append(udpMuxes, ice.NewUDPMuxDefault(ice.UDPMuxParams{
			Logger: factory.NewLogger("udp"), UDPConn: conn,
		}))
		bound := unmapped(conn.LocalAddr().(*net.UDPAddr).AddrPort())
		port = bound.Port()
		s.loopback = s.loopback || addr.IsLoopback()
		if !s.udpAddr.IsValid() {
			s.udpAddr = bound
		}
	}
	if withTCP {
		tcpAddrs, tcpPort := addrs, port
		if !samePort {
			tcpPort = tcpHost.Port()
			if !tcpHost.Addr().IsUnspecified() {
				tcpAddrs = []netip.Addr{tcpHost.Addr()}
			}
		}
		for _, addr := range tcpAddrs {
			l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(netip.AddrPortFrom(addr, tcpPort)))
			if err != nil {
				return fail(fmt.Errorf("listen for media over TCP: %w", err))
			}
			tcpMuxes = append(tcpMuxes, ice.NewTCPMuxDefault(ice.TCPMuxParams{
				Listener: l, Logger: factory.NewLogger("tcp"), ReadBufferSize: tcpReadBuffer, WriteBufferSize: tcpWriteBuffer,
				FirstStunBindTimeout: 10 * time.Second, AliveDurationForConnFromStun: 10 * time.Second,
			}))
			bound := unmapped(l.Addr().(*net.TCPAddr).AddrPort())
			tcpPort = bound.Port()
			if !s.tcpAddr.IsValid() {
				s.tcpAddr = bound
			}
		}
		s.tcp = ice.NewMultiTCPMuxDefault(tcpMuxes...)
	}
	s.udp = ice.NewMultiUDPMuxDefault(udpMuxes...)
	return s, nil
}

func (s *sockets) close() error {
	err := s.udp.Close()
	if s.tcp != nil {
		err = errors.Join(err, s.tcp.Close())
	}
	return err
}

// holds reports whether ip is one of the addresses bound; only those may become candidates.
func (s *sockets) holds(ip net.IP) bool {
	addr, ok := netip.AddrFromSlice(ip)
	return ok && slices.Contains(s.addrs, addr.Unmap())
}

func resolveListen(field, hostport string) (netip.AddrPort, error) {
	addr, err := net.ResolveUDPAddr("udp", hostport)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%s: %w", field, err)
	}
	if addr.IP == nil {
		addr.IP = net.IPv4zero
	}
	return unmapped(addr.AddrPort()), nil
}

func unmapped(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr().Unmap(), a.Port()) }

// machineAddrs lists the addresses a peer elsewhere could reach; only loopback if there are no others.
func machineAddrs() ([]netip.Addr, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("list interface addresses: %w", err)
	}
	var addrs, loopback []netip.Addr
	for _, a := range all {
		ipnet, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		addr, ok := netip.AddrFromSlice(ipnet.IP)
		if addr = addr.Unmap(); !ok || addr.IsLinkLocalUnicast() || addr.IsMulticast() {
			continue
		}
		if addr.IsLoopback() {
			loopback = append(loopback, addr)
			continue
		}
		addrs = append(addrs, addr)
	}
	if len(addrs) == 0 {
		addrs = loopback
	}
	if len(addrs) == 0 {
		return nil, errors.New("the machine has no IP address to listen on")
	}
	return addrs, nil
}

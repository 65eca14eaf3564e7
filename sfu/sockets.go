package sfu

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"madoguchi/sfu/wire"
)

// listen says which addresses to bind: concrete ones rather than the unspecified one, because an answer has to leave from the
// address that was asked.
func (c Config) listen() (wire.Config, error) {
	w := wire.Config{Log: c.Log, SamePort: c.ListenTCP == ""}
	host, err := resolveListen("ListenUDP", c.ListenUDP)
	if err != nil {
		return w, err
	}
	w.Port = host.Port()
	if w.UDP, err = concrete(host.Addr()); err != nil {
		return w, err
	}
	if err := oneBehindNAT(w.UDP, c); err != nil {
		return w, err
	}
	for _, s := range c.PublicIPs {
		w.Public = append(w.Public, netip.MustParseAddr(s)) // validated
	}
	switch c.ListenTCP {
	case "off":
		return w, nil
	case "":
		w.TCP = w.UDP
		return w, nil
	}
	if host, err = resolveListen("ListenTCP", c.ListenTCP); err != nil {
		return w, err
	}
	w.TCPPort = host.Port()
	w.TCP, err = concrete(host.Addr())
	return w, err
}

// concrete lists the addresses an address stands for.
func concrete(a netip.Addr) ([]netip.Addr, error) {
	if a.IsUnspecified() {
		return machineAddrs()
	}
	return []netip.Addr{a}, nil
}

// oneBehindNAT refuses to guess which of several addresses the public one leads to: candidates for the others would look the
// same, and only the first would work.
func oneBehindNAT(addrs []netip.Addr, c Config) error {
	for _, is4 := range []bool{true, false} {
		public := slices.ContainsFunc(c.PublicIPs, func(s string) bool {
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
			return fmt.Errorf("ListenUDP: %s stands for %v; name the one that PublicIPs leads to", c.ListenUDP, own)
		}
	}
	return nil
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

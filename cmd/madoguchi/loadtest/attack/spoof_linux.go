package attack

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"
)

// spoofed sends with the addresses of those in the consultation: what somebody on the same network can do who reads along. That
// takes a raw socket, which is for root.
func (a *attacker) spoofed() {
	raw, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	if errors.Is(err, unix.EPERM) {
		a.count("not root: nothing sent", 1)
		return
	}
	if err != nil || len(a.People) == 0 {
		a.count("no raw socket: nothing sent", 1)
		return
	}
	defer func() { _ = unix.Close(raw) }()
	var packets [][]byte
	for i, payload := range a.everything() {
		packets = append(packets, datagram(a.People[i%len(a.People)].Addr, a.Media, payload))
	}
	to := &unix.SockaddrInet4{Addr: a.Media.Addr().As4()}
	a.crew(1, func(int) error {
		sent := uint64(0)
		for _, p := range packets {
			if unix.Sendto(raw, p, 0, to) == nil {
				sent++
			}
		}
		a.count("datagrams", sent)
		return nil
	})
}

// datagram is a UDP datagram with its IPv4 header (RFC 791, RFC 768); without a checksum of its own, which IPv4 allows. The kernel
// fills in the header's.
func datagram(from, to netip.AddrPort, payload []byte) []byte {
	const ip, udp = 20, 8
	b := make([]byte, ip+udp, ip+udp+len(payload))
	b[0], b[8], b[9] = 0x45, 64, unix.IPPROTO_UDP
	binary.BigEndian.PutUint16(b[2:], uint16(ip+udp+len(payload)))
	source, target := from.Addr().As4(), to.Addr().As4()
	copy(b[12:], source[:])
	copy(b[16:], target[:])
	binary.BigEndian.PutUint16(b[ip:], from.Port())
	binary.BigEndian.PutUint16(b[ip+2:], to.Port())
	binary.BigEndian.PutUint16(b[ip+4:], uint16(udp+len(payload)))
	return append(b, payload...)
}

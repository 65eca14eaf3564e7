//go:build !linux

package wire

import (
	"errors"
	"net"
	"net/netip"
)

// Elsewhere than on Linux datagrams are received and sent one by one, over one socket for each address.

type sockaddr struct{ addr netip.AddrPort }

func newSockaddr(a netip.AddrPort) sockaddr { return sockaddr{a} }

type receiver struct{ buf [readSize]byte }

func newReceiver() *receiver { return new(receiver) }

func (r *receiver) run(s *udpSocket, begin func(full float64), handle func(from netip.AddrPort, b []byte), done func()) {
	for {
		n, from, err := s.conn.ReadFromUDPAddrPort(r.buf[:])
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // an earlier send was refused, or a datagram was too long
		}
		begin(0)
		handle(unmapped(from), r.buf[:n])
		done()
	}
}

type sender struct{}

// Nothing keeps what is given up from the socket: it is left unopened.

func (s *udpSocket) setFilter(int) {}

func (s *udpSocket) dropped() uint32 { return 0 }

func (s *udpSocket) send(b *Batch) {
	for _, o := range b.order {
		to := b.out[o].to
		if _, err := s.conn.WriteToUDPAddrPort(b.slots[o][:b.out[o].size], to.sockaddr.addr); err != nil {
			s.group.ep.lost.Add(1)
		}
	}
}

func share(uintptr) error { return nil }

func segments(uintptr) bool { return false }

func forceBuffers(uintptr, int) {}

const canShare = false

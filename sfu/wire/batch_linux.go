package wire

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// mmsghdr is struct mmsghdr of <sys/socket.h>.
type mmsghdr struct {
	hdr  unix.Msghdr
	size uint32
}

// sockaddr is a destination in the form the kernel wants.
type sockaddr struct {
	raw  unix.RawSockaddrInet6 // large enough for IPv4 too
	size uint32
}

func newSockaddr(a netip.AddrPort) sockaddr {
	var s sockaddr
	if a.Addr().Is4() {
		raw := (*unix.RawSockaddrInet4)(unsafe.Pointer(&s.raw))
		raw.Family, raw.Addr = unix.AF_INET, a.Addr().As4()
		binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&raw.Port))[:], a.Port())
		s.size = unix.SizeofSockaddrInet4
		return s
	}
	s.raw.Family, s.raw.Addr = unix.AF_INET6, a.Addr().As16()
	binary.BigEndian.PutUint16((*[2]byte)(unsafe.Pointer(&s.raw.Port))[:], a.Port())
	s.size = unix.SizeofSockaddrInet6
	return s
}

// addrPort is the reverse of newSockaddr.
func addrPort(s *unix.RawSockaddrInet6) netip.AddrPort {
	if s.Family == unix.AF_INET {
		raw := (*unix.RawSockaddrInet4)(unsafe.Pointer(s))
		port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&raw.Port))[:])
		return netip.AddrPortFrom(netip.AddrFrom4(raw.Addr), port)
	}
	port := binary.BigEndian.Uint16((*[2]byte)(unsafe.Pointer(&s.Port))[:])
	return netip.AddrPortFrom(netip.AddrFrom16(s.Addr).Unmap(), port)
}

// receiver takes batches of datagrams from a socket.
type receiver struct {
	hdrs  [readBatch]mmsghdr
	iovs  [readBatch]unix.Iovec
	names [readBatch]unix.RawSockaddrInet6
	bufs  [readBatch][readSize]byte
}

func newReceiver() *receiver {
	r := new(receiver)
	for i := range r.hdrs {
		r.iovs[i].Base = &r.bufs[i][0]
		r.iovs[i].SetLen(readSize)
		h := &r.hdrs[i].hdr
		h.Name = (*byte)(unsafe.Pointer(&r.names[i]))
		h.Iov = &r.iovs[i]
		h.SetIovlen(1)
	}
	return r
}

// run calls handle for each datagram, begin before and done after each batch, until the socket is closed. Everything happens
// inside one callback of the runtime's poller: leaving and entering it would lose the readiness noted meanwhile.
func (r *receiver) run(s *udpSocket, begin func(full float64), handle func(from netip.AddrPort, b []byte), done func()) {
	_ = s.raw.Read(func(fd uintptr) bool {
		for {
			n, err := r.receive(fd)
			if n > 0 {
				begin(r.fullness(fd, n))
			}
			for i := range n {
				h := &r.hdrs[i]
				handle(addrPort(&r.names[i]), r.bufs[i][:h.size])
			}
			if n > 0 {
				done()
			}
			if n < readBatch && !errors.Is(err, unix.EINTR) {
				return false // nothing more waits; the poller wakes us when something comes
			}
		}
	})
}

// fullness is how much of the socket's buffer is taken by what still waits, 0 … 1. It is asked only where something may.
func (r *receiver) fullness(fd uintptr, n int) float64 {
	if n < readBatch {
		return 0
	}
	memory := memoryOf(fd)
	if memory[unix.SK_MEMINFO_RCVBUF] == 0 {
		return 0
	}
	return float64(memory[unix.SK_MEMINFO_RMEM_ALLOC]) / float64(memory[unix.SK_MEMINFO_RCVBUF])
}

// memoryOf is what the kernel tells of a socket's memory, in the order of <linux/sock_diag.h>; zeros if it will not.
func memoryOf(fd uintptr) (memory [9]uint32) {
	length := uint32(unsafe.Sizeof(memory))
	_, _, _ = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&memory)), uintptr(unsafe.Pointer(&length)), 0)
	return memory
}

func (r *receiver) receive(fd uintptr) (int, error) {
	for i := range r.hdrs {
		r.hdrs[i].hdr.Namelen = unix.SizeofSockaddrInet6
	}
	n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd, uintptr(unsafe.Pointer(&r.hdrs[0])), readBatch, unix.MSG_DONTWAIT, 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}

const segmentControl = 24 // CMSG_SPACE(sizeof(uint16)), aligned for every architecture

// sender is what one sendmmsg needs.
type sender struct {
	hdrs     [batchSlots]mmsghdr
	names    [batchSlots]unix.RawSockaddrInet6 // copies: a batch must not keep paths, and with them peers, alive
	iovs     [batchSlots]unix.Iovec
	controls [batchSlots][segmentControl]byte

	write  func(fd uintptr) bool // made once, so that a flush allocates nothing; sends by way of
	socket *udpSocket
}

// send sends the batch's runs. What the kernel has no room for is lost.
func (s *udpSocket) send(b *Batch) {
	if len(b.runs) == 0 {
		return
	}
	if b.tx.write == nil {
		b.tx.write = func(fd uintptr) bool {
			b.tx.socket.sendRuns(fd, b)
			return true
		}
	}
	b.tx.socket = s
	_ = s.raw.Write(b.tx.write)
	b.tx.socket = nil // a spare batch holds on to nothing
}

func (s *udpSocket) sendRuns(fd uintptr, b *Batch) {
	b.fill()
	for at := 0; at < len(b.runs); {
		n, _, errno := unix.Syscall6(
			unix.SYS_SENDMMSG, fd, uintptr(unsafe.Pointer(&b.tx.hdrs[at])), uintptr(len(b.runs)-at), unix.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			at += int(n)
		case unix.EINTR:
		case unix.EAGAIN, unix.ENOBUFS:
			s.group.ep.lost.Add(uint64(len(b.runs) - at))
			return
		default:
			// The first message not sent is the one that failed.
			if r := b.runs[at]; r.to-r.from > 1 && (errno == unix.EIO || errno == unix.EINVAL) {
				s.gso.Store(false) // the device cannot cut packets up
				s.sendSingly(fd, b, r)
			}
			at++
		}
	}
}

// fill writes the batch's runs as messages.
func (b *Batch) fill() {
	iov := 0
	for i, r := range b.runs {
		h := &b.tx.hdrs[i].hdr
		to := b.out[b.order[r.from]].to
		b.tx.names[i] = to.sockaddr.raw
		h.Name, h.Namelen = (*byte)(unsafe.Pointer(&b.tx.names[i])), to.sockaddr.size
		h.Iov = &b.tx.iovs[iov]
		h.SetIovlen(r.to - r.from)
		for _, o := range b.order[r.from:r.to] {
			b.tx.iovs[iov].Base = &b.slots[o][0]
			b.tx.iovs[iov].SetLen(b.out[o].size)
			iov++
		}
		h.Control = nil
		h.SetControllen(0)
		if r.to-r.from > 1 {
			b.segment(i, r.size)
		}
	}
}

// segment tells the kernel to cut the ith message into packets of the given size.
func (b *Batch) segment(i, size int) {
	control := &b.tx.controls[i]
	c := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
	c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
	c.SetLen(unix.CmsgLen(2))
	binary.NativeEndian.PutUint16(control[unix.CmsgLen(0):], uint16(size))
	h := &b.tx.hdrs[i].hdr
	h.Control = &control[0]
	h.SetControllen(unix.CmsgSpace(2))
}

func (s *udpSocket) sendSingly(fd uintptr, b *Batch, r run) {
	for _, o := range b.order[r.from:r.to] {
		to := b.out[o].to
		p := b.slots[o][:b.out[o].size]
		_, _, _ = unix.Syscall6(unix.SYS_SENDTO, fd, uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), unix.MSG_DONTWAIT,
			uintptr(unsafe.Pointer(&to.sockaddr.raw)), uintptr(to.sockaddr.size))
	}
}

// share lets further sockets bind the port this one has.
func share(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}

// forceBuffers sets a socket's buffers beyond net.core.rmem_max and wmem_max, whose usual 208 KiB are gone within ten
// milliseconds of forty rooms; without CAP_NET_ADMIN they stay what the system allows.
func forceBuffers(fd uintptr, size int) {
	_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size)
	_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, size)
}

// segments reports whether the kernel can cut up packets.
func segments(fd uintptr) bool {
	_, err := unix.GetsockoptInt(int(fd), unix.SOL_UDP, unix.UDP_SEGMENT)
	return err == nil
}

const canShare = true

package wire

import (
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// setFilter has the kernel keep from the socket what is given up. Where it will not, packets are still left unopened.
func (s *udpSocket) setFilter(shares int) {
	_ = s.raw.Control(func(fd uintptr) {
		if shares == 0 {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0)
			return
		}
		raw, err := bpf.Assemble(filter(shares))
		if err != nil {
			return
		}
		program := make([]unix.SockFilter, len(raw))
		for i, in := range raw {
			program[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
		}
		_ = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
			&unix.SockFprog{Len: uint16(len(program)), Filter: (*unix.SockFilter)(unsafe.Pointer(&program[0]))})
		runtime.KeepAlive(program)
	})
}

// dropped is how many datagrams the kernel has kept from the socket, because of the filter or for want of room. It wraps.
func (s *udpSocket) dropped() (count uint32) {
	_ = s.raw.Control(func(fd uintptr) { count = memoryOf(fd)[unix.SK_MEMINFO_DROPS] })
	return count
}

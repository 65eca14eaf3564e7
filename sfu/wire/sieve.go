package wire

import (
	"time"

	"golang.org/x/net/bpf"
)

// sieve is what a socket's loop gives up, and how much of it the kernel keeps from the socket.
type sieve struct {
	shed    shedder
	dropped uint32        // the socket's count when it was looked at last
	looked  time.Duration // when
}

// sift decides what is given up from now on. It belongs to the loop.
func (s *udpSocket) sift(full float64, now time.Duration) {
	v := &s.sieve
	if v.shed.active() && now-v.looked >= shedLook {
		v.looked = now
		dropped := s.dropped()
		s.group.ep.drop.shed.Add(uint64(dropped - v.dropped)) // unsigned: the count may wrap
		v.dropped = dropped
	}
	idle := !v.shed.active()
	if !v.shed.observe(full, now) {
		return
	}
	if idle {
		v.dropped, v.looked = s.dropped(), now
	}
	s.setFilter(v.shed.shares)
}

// Offsets in a UDP datagram as the kernel shows it to a socket's filter: from the UDP header on (RFC 768), which an RTP packet
// follows (RFC 3550 section 5.1).
const (
	udpHeader   = 8
	rtpFirst    = udpHeader
	rtpType     = udpHeader + 1
	rtpSequence = udpHeader + 2
	rtpSSRC     = udpHeader + 8
)

// sieveLongest is the longest RTP packet that is let through whoever sent it. Sound stays below it: 20 ms at the 128 kbit/s of
// a stethoscope, twice because of RED, with headers.
const sieveLongest = 750

// filter is a program (McCanne and Jacobson, The BSD Packet Filter, 1993) by which the kernel keeps the long packets of the given-up shares from
// a socket, but for those by which SRTP keeps count.
func filter(shares int) []bpf.Instruction {
	const pass = 14 // the instruction that lets a packet through
	toPass := func(from int) uint8 { return uint8(pass - from - 1) }
	return []bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtLen},
		bpf.JumpIf{Cond: bpf.JumpLessOrEqual, Val: udpHeader + sieveLongest, SkipTrue: toPass(1)},
		bpf.LoadAbsolute{Off: rtpFirst, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xc0}, // version 2: RTP or RTCP, not STUN or DTLS (RFC 7983)
		bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: 0x80, SkipTrue: toPass(4)},
		bpf.LoadAbsolute{Off: rtpType, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x60}, // 64 … 95: RTCP (RFC 5761 section 4)
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x40, SkipTrue: toPass(7)},
		bpf.LoadAbsolute{Off: rtpSequence, Size: 2},
		bpf.JumpIf{Cond: bpf.JumpBitsNotSet, Val: peeked - 1, SkipTrue: toPass(9)},
		bpf.LoadAbsolute{Off: rtpSSRC, Size: 4},
		bpf.ALUOpConstant{Op: bpf.ALUOpMul, Val: shedSpread},
		bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: shedShift},
		bpf.JumpIf{Cond: bpf.JumpLessThan, Val: uint32(shares), SkipTrue: 1}, // over it, to the end
		bpf.RetConstant{Val: 1 << 16},
		bpf.RetConstant{Val: 0},
	}
}

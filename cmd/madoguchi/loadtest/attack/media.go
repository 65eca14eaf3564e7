package attack

import (
	"crypto/rand"
	"encoding/binary"
	"net"
	"sync/atomic"

	"github.com/pion/stun/v4"
)

var mediaKinds = []Kind{
	{"stun", "connectivity checks with unknown users, wrong integrity, copied, or of nonsense, from 256 ports", (*attacker).checks},
	{"rtp", "sound and pictures with unknown and with the real SSRCs, recorded, broken and made up, from foreign addresses", (*attacker).foreignRTP},
	{"rtcp", "reports, requests and goodbyes, likewise", (*attacker).foreignRTCP},
	{"dtls", "client hellos and other records, likewise", (*attacker).foreignDTLS},
	{"spoofed", "all of these with the address of somebody in the consultation (as root)", (*attacker).spoofed},
	{"media-tcp", "connections to the media port over TCP: silent, slow and of nonsense", (*attacker).mediaTCP},
}

func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// The sorts of packets by their first byte (RFC 7983), and RTCP by its second (RFC 5761).
func isCheck(p []byte) bool  { return len(p) > 20 && p[0] < 4 }
func isRecord(p []byte) bool { return len(p) > 13 && p[0] >= 20 && p[0] < 64 }
func isReport(p []byte) bool {
	return len(p) > 12 && p[0] >= 128 && p[0] < 192 && p[1] >= 192 && p[1] < 224
}
func isPicture(p []byte) bool { return len(p) > 12 && p[0] >= 128 && p[0] < 192 && !isReport(p) }

// recorded are the packets of everybody that are of a sort.
func (a *attacker) recorded(is func([]byte) bool) (list [][]byte) {
	for _, who := range a.People {
		for _, p := range who.Packets {
			if is(p) {
				list = append(list, p)
			}
		}
	}
	return list
}

// broken makes of every packet some in which another bit is wrong each, and one cut short.
func broken(packets [][]byte) (list [][]byte) {
	for i, p := range packets {
		for _, at := range []int{1, 3, 7, 11, len(p) - 1, len(p) / 2} {
			q := append([]byte(nil), p...)
			q[at%len(q)] ^= 1 << (i % 8)
			list = append(list, q)
		}
		list = append(list, p[:len(p)/2], append(append([]byte(nil), p...), p...))
	}
	return list
}

// checkPackets are connectivity checks that must not be followed.
func (a *attacker) checkPackets() [][]byte {
	list := a.recorded(isCheck)
	users := []string{"aaaa:bbbb", string(noise(300))}
	for _, p := range list {
		m := &stun.Message{Raw: append([]byte(nil), p...)}
		var name stun.Username
		if m.Decode() == nil && name.GetFrom(m) == nil {
			users = append(users, name.String())
		}
	}
	list = append(list, broken(list)...)
	for i := range 400 {
		user := users[i%len(users)]
		if i%3 == 0 {
			user = noiseUser()
		}
		setters := []stun.Setter{
			stun.TransactionID, stun.BindingRequest, stun.NewUsername(user), stun.RawAttribute{Type: stun.AttrUseCandidate},
			stun.RawAttribute{Type: stun.AttrPriority, Value: noise(4)}, stun.NewShortTermIntegrity("guessed"), stun.Fingerprint,
		}
		if m, err := stun.Build(setters[:len(setters)-i%2]...); err == nil {
			list = append(list, m.Raw)
		}
	}
	for range 50 {
		list = append(list, append([]byte{0, 1, 0, 40, 0x21, 0x12, 0xa4, 0x42}, noise(52)...))
	}
	return list
}

func noiseUser() string { return rand.Text()[:16] + ":" + rand.Text()[:8] }

// mediaPackets are RTP of sorts that nobody may hear.
func (a *attacker) mediaPackets() [][]byte {
	list := a.recorded(isPicture)
	list = append(list, broken(list[:min(len(list), 64)])...)
	for i := range 400 {
		p := noise(40 + 3*i)
		p[0], p[1] = 0x80, []byte{96, 111, 97, 0xe0}[i%4]
		if known := a.recorded(isPicture); i%2 == 0 && len(known) > 0 {
			copy(p[8:12], known[i%len(known)][8:12])
		}
		list = append(list, p)
	}
	return list
}

// reportPackets are RTCP likewise, goodbyes among them.
func (a *attacker) reportPackets() [][]byte {
	list := a.recorded(isReport)
	list = append(list, broken(list[:min(len(list), 64)])...)
	known := a.recorded(isPicture)
	for i := range 400 {
		p := noise(28 + 4*(i%32))
		p[0], p[1] = 0x81, byte(200+i%7)
		binary.BigEndian.PutUint16(p[2:], uint16(len(p)/4-1))
		if len(known) > 0 {
			copy(p[4:8], known[i%len(known)][8:12])
		}
		list = append(list, p)
	}
	return list
}

// recordPackets are DTLS: recorded hellos, alerts in the open, nonsense.
func (a *attacker) recordPackets() [][]byte {
	list := a.recorded(isRecord)
	list = append(list, broken(list)...)
	for i := range 200 {
		body := noise(16 + i)
		p := append([]byte{byte(20 + i%5), 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, byte(i), byte(i), 0, byte(len(body))}, body...)
		list = append(list, p)
	}
	return append(list, []byte{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 2, 40}) // fatal: handshake failure
}

func (a *attacker) checks()      { a.datagrams(a.checkPackets()) }
func (a *attacker) foreignRTP()  { a.datagrams(a.mediaPackets()) }
func (a *attacker) foreignRTCP() { a.datagrams(a.reportPackets()) }
func (a *attacker) foreignDTLS() { a.datagrams(a.recordPackets()) }

// datagrams sends packets to the media port from many ports of many addresses, as fast as they go out.
func (a *attacker) datagrams(packets [][]byte) {
	const ports = 256
	var sent atomic.Uint64
	var conns []*net.UDPConn
	for i := range ports {
		conn, err := net.DialUDP("udp4", &net.UDPAddr{IP: from(i % addresses)}, net.UDPAddrFromAddrPort(a.Media))
		if err != nil {
			a.failed(err)
			continue
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	if len(conns) == 0 {
		return
	}
	a.crew(4, func(i int) error {
		for n := range 1024 {
			at := n*4 + i
			if _, err := conns[at%len(conns)].Write(packets[at%len(packets)]); err == nil {
				sent.Add(1)
			}
		}
		return nil
	})
	a.count("datagrams", sent.Load())
}

// everything is all datagrams there are, mixed.
func (a *attacker) everything() (mixed [][]byte) {
	sorts := [][][]byte{a.checkPackets(), a.mediaPackets(), a.reportPackets(), a.recordPackets()}
	for i := range 2000 {
		s := sorts[i%len(sorts)]
		mixed = append(mixed, s[(i/len(sorts))%len(s)])
	}
	return mixed
}

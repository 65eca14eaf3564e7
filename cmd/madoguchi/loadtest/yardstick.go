package loadtest

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/pion/rtp"
)

// The yardstick is the least that forwarding can mean: receive a datagram, open it, seal it for somebody else, send it, with
// one system call each. It does no ICE, no feedback, keeps nothing and checks nothing. It runs in a process of its own, so
// that its processor time can be told from the driver's.

const (
	yardHeader = 12 // an RTP header without extensions, authenticated but not encrypted
	yardLong   = 2048
	yardHello  = 0 // first byte of a flow's first datagram, by which the forwarder learns where it is
)

// sealer seals and opens packets in place with AES-128-GCM, as SRTP does (RFC 7714), under a fixed key: this measures.
type sealer struct {
	aead  cipher.AEAD
	nonce [12]byte
}

func newSealer(key byte) (*sealer, error) {
	block, err := aes.NewCipher([]byte{15: key})
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &sealer{aead: aead}, err
}

// number makes the nonce of a packet from its stream and number.
func (s *sealer) number(b []byte) []byte {
	copy(s.nonce[2:6], b[8:12])
	copy(s.nonce[10:], b[2:4])
	return s.nonce[:]
}

// seal appends the tag to the packet of n bytes in b.
func (s *sealer) seal(b []byte, n int) int {
	return yardHeader + len(s.aead.Seal(b[yardHeader:yardHeader], s.number(b), b[yardHeader:n], b[:yardHeader]))
}

// open checks and removes the tag.
func (s *sealer) open(b []byte) (int, error) {
	plain, err := s.aead.Open(b[yardHeader:yardHeader], s.number(b), b[yardHeader:], b[:yardHeader])
	return yardHeader + len(plain), err
}

// Forward is the yardstick's forwarder: it prints its port and forwards between flows 2n and 2n+1 until ctx is done.
func Forward(ctx context.Context, flows int, ready func(port int)) error {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	_ = conn.SetReadBuffer(4 << 20) // as large as the system allows
	_ = conn.SetWriteBuffer(4 << 20)
	in, err := newSealer(1)
	if err != nil {
		return err
	}
	out, err := newSealer(2)
	if err != nil {
		return err
	}
	ready(conn.LocalAddr().(*net.UDPAddr).Port)
	ends := make([]netip.AddrPort, flows)
	b := make([]byte, yardLong)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(b)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil || n < yardHeader {
			continue
		}
		flow := int(binary.BigEndian.Uint32(b[8:]) / 2) // two streams each
		switch {
		case flow >= flows:
		case b[0] == yardHello:
			ends[flow] = from
		case ends[flow^1].IsValid():
			if n, err = in.open(b[:n]); err == nil {
				_, _ = conn.WriteToUDPAddrPort(b[:out.seal(b, n)], ends[flow^1]) // what does not go out is lost
			}
		}
	}
}

// yardstick is the way through a forwarder.
type yardstick struct {
	port  int
	child *exec.Cmd

	mu    sync.Mutex
	flows int // given out; those of a room follow each other
}

// startYardstick starts a forwarder for so many rooms, on the processor the server has. It is to be ended.
func startYardstick(ctx context.Context, rooms int, like process) (*yardstick, process, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, 0, err
	}
	child := exec.CommandContext(ctx, program, "loadtest", "yardstick", "--flows", strconv.Itoa(2*rooms))
	child.Env = append(os.Environ(), "GOMAXPROCS=1")
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, 0, err
	}
	if err := startBeside(child, like); err != nil {
		return nil, 0, fmt.Errorf("yardstick: %w", err)
	}
	y := &yardstick{child: child}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		y.port, err = strconv.Atoi(strings.TrimSpace(line))
	}
	if err != nil {
		y.end()
		return nil, 0, fmt.Errorf("yardstick: read its port: %w", err)
	}
	return y, process(child.Process.Pid), nil
}

// end ends the forwarder.
func (y *yardstick) end() {
	_ = y.child.Process.Kill()
	_ = y.child.Wait() // says that it was killed
}

// open gives each participant a socket.
func (y *yardstick) open(_ context.Context, r *room) error {
	y.mu.Lock()
	first := y.flows
	y.flows += len(r.who)
	y.mu.Unlock()
	for i, p := range r.who {
		p.offered = now()
		f, err := y.flow(p, first+i)
		if err != nil {
			return err
		}
		p.send.sound, p.send.face = &yardTrack{flow: f, stream: uint32(2 * f.number)}, &yardTrack{flow: f, stream: uint32(2*f.number + 1)}
		p.leave = func() { _ = f.conn.Close(); f.reading.Wait() }
		f.reading.Go(func() { f.receive(p) }) // ends when its socket is closed
		p.connected = now()
	}
	return nil
}

// yardFlow is one participant's socket.
type yardFlow struct {
	number  int
	conn    *net.UDPConn
	in, out *sealer
	b       []byte // being sent
	reading sync.WaitGroup
}

func (y *yardstick) flow(p *participant, number int) (*yardFlow, error) {
	conn, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: y.port})
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(1 << 20)
	f := &yardFlow{number: number, conn: conn, b: make([]byte, yardLong)}
	if f.out, err = newSealer(1); err == nil {
		f.in, err = newSealer(2)
	}
	hello := make([]byte, yardHeader)
	binary.BigEndian.PutUint32(hello[8:], uint32(2*f.number))
	if err == nil {
		_, err = conn.Write(hello)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", p.name, err), conn.Close())
	}
	return f, nil
}

func (f *yardFlow) receive(p *participant) {
	b := make([]byte, yardLong)
	for {
		n, err := f.conn.Read(b)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || n < yardHeader {
			continue
		}
		if n, err = f.in.open(b[:n]); err == nil {
			m := medium(binary.BigEndian.Uint32(b[8:]) % 2)
			p.recv[m].packet(b[:n])
		}
	}
}

// yardTrack is one stream of a flow.
type yardTrack struct {
	flow   *yardFlow
	stream uint32
}

// WriteRTP implements rtpWriter.
func (t *yardTrack) WriteRTP(p *rtp.Packet) error {
	b := t.flow.b
	b[0], b[1] = 0x80, 96
	binary.BigEndian.PutUint16(b[2:], p.SequenceNumber)
	binary.BigEndian.PutUint32(b[4:], p.Timestamp)
	binary.BigEndian.PutUint32(b[8:], t.stream)
	n := t.flow.out.seal(b, yardHeader+copy(b[yardHeader:], p.Payload))
	_, err := t.flow.conn.Write(b[:n])
	return err
}

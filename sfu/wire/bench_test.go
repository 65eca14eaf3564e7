package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

// trunk is two connections of an endpoint without handshakes: keys are given, and what one sends goes out to the other.
type trunk struct {
	endpoint *Endpoint
	from, to *Conn
	way      *path
	socket   *udpSocket
	sealer   *srtp.Context // of the publisher
	sink     *net.UDPConn
	header   rtp.Header
}

const (
	trunkPayload = 1100
	trunkChunk   = 64 // packets made at a time, outside of what is measured
)

func contexts(tb testing.TB, key byte) (seals, opens *srtp.Context) {
	tb.Helper()
	make1 := func(options ...srtp.ContextOption) *srtp.Context {
		c, err := srtp.CreateContext(
			[]byte{15: key}, []byte{11: key}, srtp.ProtectionProfileAeadAes128Gcm, options...)
		if err != nil {
			tb.Fatal(err)
		}
		return c
	}
	return make1(), make1(srtp.SRTPReplayProtection(replayWindow))
}

// newTrunk connects a publisher to a subscriber whose packets go to a socket nobody reads.
func newTrunk(tb testing.TB) *trunk {
	tb.Helper()
	t := &trunk{endpoint: openEndpoint(tb, "127.0.0.1")}
	sink, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = sink.Close() })
	t.sink = sink
	group := t.endpoint.udp[0]
	t.socket = &udpSocket{group: group, conn: group.sockets[0].conn, raw: group.sockets[0].raw}
	t.socket.gso.Store(group.sockets[0].gso.Load())
	connect := func(h Handler) *Conn {
		c, _, err := t.endpoint.Connect(Peer{Ufrag: "far"}, h)
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(c.Close)
		return c
	}
	t.to = connect(newListener())
	t.from = connect(&handOn{outlet: t.to.Outlet(Ranks - 1)})
	t.sealer, t.from.in.srtp = contexts(tb, 1)
	t.to.out.srtp, _ = contexts(tb, 2)
	at := unmapped(sink.LocalAddr().(*net.UDPAddr).AddrPort())
	t.to.selected.Store(newPath(t.to, origin{group: group, from: at}))
	t.way = newPath(t.from, origin{group: group, from: netip.MustParseAddrPort("127.0.0.1:9")})
	t.header = rtp.Header{Version: 2, PayloadType: 96, SSRC: 1234}
	return t
}

// handOn is a handler that sends what it gets to another connection, as a node would.
type handOn struct {
	listener
	outlet Outlet
	header rtp.Header
}

func (h *handOn) Stream(uint32) Stream { return h }

func (h *handOn) RTP(b []byte, via *Batch) {
	n, err := h.header.Unmarshal(b)
	if err != nil {
		panic(err) // the trunk's packets are sound
	}
	h.header.SSRC = 77
	if err := h.outlet.WriteRTP(&h.header, b[n:], via); err != nil {
		panic(err)
	}
}

// packets seals the next packets of the publisher.
func (t *trunk) packets(tb testing.TB, into [][]byte) {
	tb.Helper()
	plain := make([]byte, 12+trunkPayload)
	for i := range into {
		t.header.SequenceNumber++
		if _, err := t.header.MarshalTo(plain); err != nil {
			tb.Fatal(err)
		}
		var err error
		if into[i], err = t.sealer.EncryptRTP(into[i][:0], plain, nil); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkTrunk is a packet's whole way but receiving: opened, handed on, sealed and sent, in batches as frames come; beside
// the same work with AES-GCM and one system call a packet and nothing else. Its ratio is what all the rest costs.
func BenchmarkTrunk(b *testing.B) {
	var yardstick float64
	b.Run("yardstick", func(b *testing.B) {
		t := newTrunk(b)
		block, err := aes.NewCipher(make([]byte, 16))
		if err != nil {
			b.Fatal(err)
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			b.Fatal(err)
		}
		nonce, head := make([]byte, 12), make([]byte, 12)
		sealed := aead.Seal(nil, nonce, make([]byte, trunkPayload), head)
		plain, out := make([]byte, 0, 2000), make([]byte, 0, 2000)
		to := t.sink.LocalAddr().(*net.UDPAddr).AddrPort()
		b.ReportAllocs()
		for b.Loop() {
			p, err := aead.Open(plain, nonce, sealed, head)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := t.socket.conn.WriteToUDPAddrPort(aead.Seal(out, nonce, p, head), to); err != nil {
				b.Fatal(err)
			}
		}
		yardstick = float64(b.Elapsed()) / float64(b.N)
	})
	for _, frame := range []int{1, 5, 20} {
		name := map[int]string{1: "single packets", 5: "frames of 5", 20: "frames of 20"}[frame]
		b.Run(name, func(b *testing.B) {
			t := newTrunk(b)
			batch := &Batch{socket: t.socket}
			chunk := make([][]byte, trunkChunk)
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; {
				b.StopTimer()
				t.packets(b, chunk)
				b.StartTimer()
				for i := range chunk {
					t.from.media(t.way, chunk[i], batch)
					if (i+1)%frame == 0 || i+1 == len(chunk) {
						batch.Flush()
					}
				}
				done += len(chunk)
			}
			if yardstick > 0 {
				b.ReportMetric(float64(b.Elapsed())/float64(b.N)/yardstick, "×yardstick")
			}
		})
	}
}

func TestAPacketsWayThroughTheTrunkAllocatesNothing(t *testing.T) {
	trunk := newTrunk(t)
	batch := &Batch{socket: trunk.socket}
	chunk := make([][]byte, trunkChunk)
	trunk.packets(t, chunk)
	for _, p := range chunk { // streams become known, slots are made
		trunk.from.media(trunk.way, p, batch)
	}
	batch.Flush()
	trunk.packets(t, chunk)
	next := 0
	if n := testing.AllocsPerRun(len(chunk)-1, func() {
		trunk.from.media(trunk.way, chunk[next], batch)
		next++
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
	batch.Flush()
}

func TestALoopThatIsBehindOpensSoundButNoPictures(t *testing.T) {
	for _, row := range []struct {
		spare bool
		want  int // of 2048 packets
	}{{false, 2048}, {true, 0}} {
		trunk := newTrunk(t)
		got := &counter{spare: row.spare}
		trunk.from.to = got
		batch := &Batch{socket: trunk.socket, now: time.Second}
		packet := make([][]byte, 1)
		trunk.packets(t, packet)
		trunk.from.media(trunk.way, packet[0], batch)
		if got.packets != 1 {
			t.Fatal("the first packet did not pass")
		}
		trunk.socket.sift(1, time.Second)
		trunk.socket.sieve.shed.giveUp(shedShares, time.Second)
		for range 2048 {
			trunk.packets(t, packet)
			trunk.from.media(trunk.way, packet[0], batch)
		}
		if got.packets-1 != row.want {
			t.Errorf("spare %v: %d packets passed, want %d", row.spare, got.packets-1, row.want)
		}
		if shed := trunk.endpoint.Drops().Shed; int(shed) != 2048-row.want {
			t.Errorf("spare %v: %d packets are counted as given up", row.spare, shed)
		}
		trunk.socket.sieve = sieve{}
		trunk.packets(t, packet)
		trunk.from.media(trunk.way, packet[0], batch)
		if got.packets != row.want+2 {
			t.Errorf("spare %v: afterwards it does not pass again", row.spare)
		}
	}
}

// counter is a handler that counts.
type counter struct {
	listener
	spare   bool
	packets int
}

func (c *counter) Stream(uint32) Stream { return c }
func (c *counter) RTP([]byte, *Batch)   { c.packets++ }
func (c *counter) Spare() bool          { return c.spare }

func TestSendingABatchAllocatesNothing(t *testing.T) {
	trunk := newTrunk(t)
	batch := &Batch{socket: trunk.socket}
	chunk := make([][]byte, 2*trunkChunk)
	trunk.packets(t, chunk)
	next := 0
	one := func() {
		trunk.from.media(trunk.way, chunk[next], batch)
		batch.Flush()
		next++
	}
	one()
	if n := testing.AllocsPerRun(trunkChunk, one); n != 0 {
		t.Errorf("%v allocations a packet that is sent by itself", n)
	}
}

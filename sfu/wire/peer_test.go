package wire

import (
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
	"github.com/pion/stun/v4"
	"github.com/pion/transport/v4/packetio"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for something that should happen soon.
const patience = 15 * time.Second

func openEndpoint(t testing.TB, addr string) *Endpoint {
	t.Helper()
	a := []netip.Addr{netip.MustParseAddr(addr)}
	e, err := Open(Config{UDP: a, TCP: a, SamePort: true, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// listener is a handler that remembers.
type listener struct {
	states  chan State
	packets chan []byte
	limit   int
	streams int
}

func newListener() *listener {
	return &listener{states: make(chan State, 64), packets: make(chan []byte, 4096), limit: 16}
}

func (l *listener) Stream(uint32) Stream {
	if l.streams++; l.streams > l.limit {
		return nil
	}
	return l
}
func (l *listener) Spare() bool { return false }

func (l *listener) RTP(b []byte, _ *Batch) {
	select {
	case l.packets <- append([]byte(nil), b...):
	default:
	}
}
func (l *listener) RTCP([]byte, *Batch) {}
func (l *listener) State(s State)       { l.states <- s }
func (l *listener) Channel(*Channel)    {}

func (l *listener) await(t testing.TB, want State) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case s := <-l.states:
			if s == want {
				return
			}
			if s == Closed {
				t.Fatalf("the connection closed while waiting for state %d", want)
			}
		case <-deadline:
			t.Fatalf("waited %v for state %d", patience, want)
		}
	}
}

// far is the other end of a connection: checks, DTLS and SRTP made by hand, over a socket that can be exchanged.
type far struct {
	t           testing.TB
	to          netip.AddrPort
	ours        Credentials // the endpoint's
	ufrag       string
	certificate tls.Certificate
	fingerprint Fingerprint

	socket  atomic.Pointer[socket]
	records *packetio.Buffer
	replies chan *stun.Message
	media   chan []byte
	readers sync.WaitGroup

	session *dtls.Conn
	in, out *srtp.Context
	seq     uint16
}

func newFar(t testing.TB, e *Endpoint) *far {
	t.Helper()
	cert, text, err := newCertificate()
	if err != nil {
		t.Fatal(err)
	}
	print, err := ParseFingerprint(text)
	if err != nil {
		t.Fatal(err)
	}
	f := &far{
		t: t, ufrag: "far" + word(5), certificate: cert, fingerprint: print, records: packetio.NewBuffer(),
		replies: make(chan *stun.Message, 64), media: make(chan []byte, 4096),
	}
	f.to, _ = e.Addr()
	f.move()
	t.Cleanup(f.close)
	return f
}

// connect introduces the far end to the endpoint.
func (f *far) connect(e *Endpoint, l *listener) *Conn {
	f.t.Helper()
	c, ours, err := e.Connect(Peer{Ufrag: f.ufrag, Fingerprint: f.fingerprint}, l)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(c.Close)
	f.ours = ours
	return c
}

// move exchanges the socket, as if the address had changed.
func (f *far) move() {
	f.t.Helper()
	s, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(f.to))
	if err != nil {
		f.t.Fatal(err)
	}
	f.use(s)
}

// socket is what the far end reads and writes packets with.
type socket struct{ net.Conn }

// framed puts packets on a TCP connection and takes them off (RFC 4571).
type framed struct{ net.Conn }

// Read implements net.Conn.
func (s framed) Read(b []byte) (int, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(s.Conn, head[:]); err != nil {
		return 0, err
	}
	return io.ReadFull(s.Conn, b[:binary.BigEndian.Uint16(head[:])])
}

// Write implements net.Conn.
func (s framed) Write(b []byte) (int, error) {
	return s.Conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...))
}

// overTCP moves to a TCP connection.
func (f *far) overTCP(c net.Conn) { f.use(framed{c}) }

func (f *far) use(c net.Conn) {
	s := &socket{c}
	if old := f.socket.Swap(s); old != nil {
		_ = old.Close()
	}
	f.readers.Go(func() { f.read(s) }) // ends when the socket is closed
}

func (f *far) read(s *socket) {
	b := make([]byte, 2048)
	for {
		n, err := s.Read(b)
		if err != nil {
			return
		}
		p := append([]byte(nil), b[:n]...)
		switch {
		case p[0] < 4:
			m := &stun.Message{Raw: p}
			if m.Decode() != nil {
				continue
			}
			select {
			case f.replies <- m:
			default:
			}
		case p[0] < 64:
			_, _ = f.records.Write(p)
		default:
			select {
			case f.media <- p:
			default:
			}
		}
	}
}

func (f *far) write(b []byte) {
	f.t.Helper()
	if _, err := f.socket.Load().Write(b); err != nil {
		f.t.Errorf("send: %v", err)
	}
}

// check sends a connectivity check and returns the answer.
func (f *far) check(add ...stun.Setter) *stun.Message {
	f.t.Helper()
	setters := append([]stun.Setter{stun.BindingRequest, stun.NewUsername(f.ours.Ufrag + ":" + f.ufrag)}, add...)
	m := aCheck(f.t, append(setters, stun.NewShortTermIntegrity(f.ours.Password), stun.Fingerprint)...)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		f.write(m.Raw)
		select {
		case r := <-f.replies:
			if r.TransactionID == m.TransactionID {
				return r
			}
		case <-time.After(200 * time.Millisecond):
		}
	}
	f.t.Fatal("a check was not answered")
	return nil
}

func (f *far) nominate() { f.check(ice.PriorityAttr(100), ice.UseCandidate(), ice.AttrControlling(1)) }

// pipeOf is the far end as DTLS sees it.
type pipeOf struct{ f *far }

func (p pipeOf) ReadFrom(b []byte) (int, net.Addr, error) {
	n, err := p.f.records.Read(b)
	return n, nowhere, err
}

func (p pipeOf) WriteTo(b []byte, _ net.Addr) (int, error) {
	_, _ = p.f.socket.Load().Write(b)
	return len(b), nil
}
func (p pipeOf) Close() error                       { return p.f.records.Close() }
func (p pipeOf) LocalAddr() net.Addr                { return nowhere }
func (p pipeOf) SetDeadline(t time.Time) error      { return p.f.records.SetReadDeadline(t) }
func (p pipeOf) SetReadDeadline(t time.Time) error  { return p.f.records.SetReadDeadline(t) }
func (p pipeOf) SetWriteDeadline(t time.Time) error { return nil }

// secure runs the handshake and makes the far end's keys.
func (f *far) secure(profiles ...dtls.SRTPProtectionProfile) error {
	session, err := dtls.ClientWithOptions(pipeOf{f}, nowhere,
		dtls.WithCertificates(f.certificate), dtls.WithInsecureSkipVerify(true),
		dtls.WithSRTPProtectionProfiles(profiles...), dtls.WithFlightInterval(50*time.Millisecond),
		dtls.WithLoggerFactory(&pionLogs{slog.New(slog.DiscardHandler)}))
	if err != nil {
		return err
	}
	f.session = session
	if err := session.Handshake(); err != nil {
		return err
	}
	profile, _ := session.SelectedSRTPProtectionProfile()
	state, ok := session.ConnectionState()
	if !ok {
		return io.ErrUnexpectedEOF
	}
	keys := srtp.Config{Profile: srtp.ProtectionProfile(profile)}
	if err := keys.ExtractSessionKeysFromDTLS(&state, true); err != nil {
		return err
	}
	if f.in, err = srtp.CreateContext(keys.Keys.RemoteMasterKey, keys.Keys.RemoteMasterSalt, keys.Profile); err != nil {
		return err
	}
	f.out, err = srtp.CreateContext(keys.Keys.LocalMasterKey, keys.Keys.LocalMasterSalt, keys.Profile)
	return err
}

// sealed returns the far end's next packet.
func (f *far) sealed(ssrc uint32, payload string) []byte {
	f.t.Helper()
	f.seq++
	plain, err := (&rtp.Packet{
		Header: rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: f.seq, SSRC: ssrc}, Payload: []byte(payload),
	}).Marshal()
	if err != nil {
		f.t.Fatal(err)
	}
	b, err := f.out.EncryptRTP(nil, plain, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return b
}

// sealedReport returns the far end's next report.
func (f *far) sealedReport(ssrc uint32) []byte {
	f.t.Helper()
	plain, err := (&rtcp.ReceiverReport{SSRC: ssrc}).Marshal()
	if err != nil {
		f.t.Fatal(err)
	}
	b, err := f.out.EncryptRTCP(nil, plain, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return b
}

// opened waits for the endpoint's next packet.
func (f *far) opened() *rtp.Packet {
	f.t.Helper()
	select {
	case b := <-f.media:
		plain, err := f.in.DecryptRTP(nil, b, nil)
		if err != nil {
			f.t.Fatalf("open: %v", err)
		}
		p := &rtp.Packet{}
		if err := p.Unmarshal(plain); err != nil {
			f.t.Fatal(err)
		}
		return p
	case <-time.After(patience):
		f.t.Fatal("nothing came")
		return nil
	}
}

func (f *far) close() {
	if f.session != nil {
		_ = f.session.Close()
	}
	_ = f.records.Close()
	_ = f.socket.Load().Close()
	f.readers.Wait()
}

// call is a connected far end.
func call(t testing.TB, e *Endpoint) (*far, *Conn, *listener) {
	t.Helper()
	f, l := newFar(t, e), newListener()
	c := f.connect(e, l)
	f.nominate()
	if err := f.secure(dtls.SRTP_AEAD_AES_128_GCM); err != nil {
		t.Fatal(err)
	}
	l.await(t, Connected)
	return f, c, l
}

// heard waits for a packet with the given payload.
func (l *listener) heard(t testing.TB, payload string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case b := <-l.packets:
			if string(b[12:]) == payload {
				return
			}
		case <-deadline:
			t.Fatalf("waited %v for %q", patience, payload)
		}
	}
}

func header(seq uint16) *rtp.Header {
	return &rtp.Header{Version: 2, PayloadType: 100, SequenceNumber: seq, SSRC: 77}
}

func send(t testing.TB, c *Conn, seq uint16, payload string) {
	t.Helper()
	if err := c.Outlet(4).WriteRTP(header(seq), []byte(payload), nil); err != nil {
		t.Fatal(fmt.Errorf("packet %d: %w", seq, err))
	}
}

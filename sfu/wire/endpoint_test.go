package wire

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/rtcp"
	"github.com/pion/stun/v4"
)

func TestMediaPassBothWaysUnderEveryProfile(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "::1"} {
		for name, profile := range map[string]dtls.SRTPProtectionProfile{
			"AES-128-GCM": dtls.SRTP_AEAD_AES_128_GCM, "AES-256-GCM": dtls.SRTP_AEAD_AES_256_GCM,
			"AES-CM with SHA1": dtls.SRTP_AES128_CM_HMAC_SHA1_80,
		} {
			t.Run(name+" over "+addr, func(t *testing.T) {
				e := openEndpoint(t, addr)
				f, l := newFar(t, e), newListener()
				c := f.connect(e, l)
				f.nominate()
				if err := f.secure(profile); err != nil {
					t.Fatal(err)
				}
				l.await(t, Connected)
				f.write(f.sealed(1, "up"))
				l.heard(t, "up")
				send(t, c, 5, "down")
				if p := f.opened(); string(p.Payload) != "down" || p.SequenceNumber != 5 || p.SSRC != 77 {
					t.Fatalf("got %v", p)
				}
			})
		}
	}
}

func TestACertificateOtherThanAnnouncedIsRefused(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, l := newFar(t, e), newListener()
	var err error
	if f.fingerprint, err = ParseFingerprint("sha-256 " + colons(make([]byte, 32))); err != nil {
		t.Fatal(err)
	}
	c := f.connect(e, l)
	f.nominate()
	if err := f.secure(dtls.SRTP_AEAD_AES_128_GCM); err == nil {
		t.Error("the handshake succeeded")
	}
	l.await(t, Closed)
	if err := c.Outlet(4).WriteRTP(header(1), nil, nil); err == nil {
		t.Error("a packet was sealed")
	}
}

func TestMediaBeforeTheHandshakeAndReplayedMediaAreDropped(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, _, l := call(t, e)
	p := f.sealed(1, "once")
	f.write(p)
	l.heard(t, "once")
	f.write(p)
	f.write(f.sealed(1, "next"))
	l.heard(t, "next")
	if len(l.packets) != 0 {
		t.Error("a packet came twice")
	}
}

func TestMediaFollowAPeerWhoseAddressChanges(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	send(t, c, 1, "before")
	f.opened()
	f.move()
	f.nominate()
	send(t, c, 2, "after")
	if p := f.opened(); string(p.Payload) != "after" {
		t.Fatalf("got %q", p.Payload)
	}
	f.write(f.sealed(1, "from the new address"))
	l.heard(t, "from the new address")
}

func TestAnICERestartKeepsTheOldWayUntilTheNewIsNominated(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	old := f.ours
	again, err := c.Restart("again")
	if err != nil {
		t.Fatal(err)
	}
	f.nominate() // still with the old credentials
	send(t, c, 1, "old way")
	f.opened()
	f.ours, f.ufrag = again, "again"
	f.move()
	f.check(ice.PriorityAttr(1)) // a check does not nominate
	f.nominate()
	send(t, c, 2, "new way")
	if p := f.opened(); string(p.Payload) != "new way" {
		t.Fatalf("got %q", p.Payload)
	}
	if e.find(old.Ufrag) != nil {
		t.Error("the old credentials still hold")
	}
	f.write(f.sealed(1, "same keys"))
	l.heard(t, "same keys")
}

func TestAPeerThatThinksWeLeadIsToldOtherwise(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f := newFar(t, e)
	c := f.connect(e, newListener())
	r := f.check(ice.AttrControlled(1), ice.PriorityAttr(1))
	var code stun.ErrorCodeAttribute
	if err := code.GetFrom(r); r.Type != stun.BindingError || err != nil || code.Code != stun.CodeRoleConflict {
		t.Fatalf("answered with %v", r)
	}
	if c.selected.Load() != nil {
		t.Error("the way was taken all the same")
	}
	if r = f.check(ice.AttrControlling(1)); r.Type != stun.BindingSuccess {
		t.Fatalf("answered with %v", r)
	}
	var at stun.XORMappedAddress
	if err := at.GetFrom(r); err != nil || at.Port != f.socket.Load().LocalAddr().(*net.UDPAddr).Port {
		t.Errorf("reflected as %v, %v", at, err)
	}
}

func TestSilenceIsNoticedAndConsentExpires(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	later := e.now() + disconnectAfter + time.Second
	c.tick(later)
	l.await(t, Disconnected)
	f.nominate()
	c.tick(e.now())
	l.await(t, Connected)
	c.tick(e.now() + consentExpires + time.Second)
	l.await(t, Disconnected)
	if err := c.Outlet(4).WriteRTP(header(1), nil, nil); err == nil {
		t.Error("something was sent to a peer that may be gone")
	}
	f.nominate()
	send(t, c, 2, "back")
	if p := f.opened(); string(p.Payload) != "back" {
		t.Fatalf("got %q", p.Payload)
	}
}

func TestAClosedSessionIsToldAtOnceBothWays(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, _, l := call(t, e)
	if err := f.session.Close(); err != nil {
		t.Fatal(err)
	}
	l.await(t, Closed)

	f, c, _ := call(t, e)
	c.Close()
	if _, err := f.session.Read(make([]byte, 100)); err == nil {
		t.Error("the far end was not told")
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	if len(e.udp[0].paths) > 1 || e.find(f.ours.Ufrag) != nil {
		t.Errorf("%d paths are left", len(e.udp[0].paths))
	}
}

func TestGarbageAndFloodsDisturbNobodyAndAreNotKept(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	noise, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(f.to))
	if err != nil {
		t.Fatal(err)
	}
	defer noise.Close()
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 5000 {
		b := make([]byte, 1+random.IntN(1400))
		for j := range b {
			b[j] = byte(random.Uint32())
		}
		if i%2 == 0 {
			_, _ = noise.Write(b)
			continue
		}
		b[0] = []byte{0, 22, 128, 144}[random.IntN(4)] // from the peer's own address, looking like something
		_, _ = f.socket.Load().Write(b)
		if i%50 == 0 {
			f.nominate() // lets the node catch up
		}
	}
	f.write(f.sealed(1, "still here"))
	l.heard(t, "still here")
	send(t, c, 1, "you too")
	f.opened()
	e.udp[0].mu.RLock()
	defer e.udp[0].mu.RUnlock()
	if len(e.udp[0].paths) != 1 || l.streams != 1 {
		t.Errorf("%d paths, %d streams", len(e.udp[0].paths), l.streams)
	}
}

func TestStreamsWithoutEndAreNotOpened(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, l := call(t, e)
	for ssrc := range uint32(200) {
		f.write(f.sealed(1000+ssrc, "x"))
		report, err := rtcp.Marshal([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: 5000 + ssrc}})
		if err != nil {
			t.Fatal(err)
		}
		if report, err = f.out.EncryptRTCP(nil, report, nil); err != nil {
			t.Fatal(err)
		}
		f.write(report)
	}
	f.nominate()
	f.write(f.sealed(1000, "known"))
	l.heard(t, "known")
	c.in.Lock()
	defer c.in.Unlock()
	if len(c.in.streams) > l.limit {
		t.Errorf("%d streams are known", len(c.in.streams))
	}
}

func TestAnAddressInUseIsNotTakenOver(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	f, c, _ := call(t, e)
	_, theirs, err := e.Connect(Peer{Ufrag: "other", Fingerprint: f.fingerprint}, newListener())
	if err != nil {
		t.Fatal(err)
	}
	m := aCheck(t, stun.BindingRequest, stun.NewUsername(theirs.Ufrag+":other"), ice.UseCandidate(),
		stun.NewShortTermIntegrity(theirs.Password), stun.Fingerprint)
	f.write(m.Raw)
	f.nominate()
	send(t, c, 1, "mine")
	if p := f.opened(); string(p.Payload) != "mine" {
		t.Fatalf("got %q", p.Payload)
	}
}

// dialFrom makes a TCP connection from one of the addresses of loopback.
func dialFrom(t *testing.T, host byte, to netip.AddrPort) net.Conn {
	t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, host)}}
	c, err := d.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// refusedBy waits until the far end has closed a connection.
func refusedBy(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	var late net.Error
	if _, err := c.Read(make([]byte, 1)); err == nil || errors.As(err, &late) && late.Timeout() {
		t.Fatal("one too many was kept")
	}
}

func TestTCPConnectionsThatDoNotSayWhoseTheyAreAreBounded(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	_, tcp := e.Addr()
	for range maxYoungOne {
		dialFrom(t, 1, tcp)
	}
	refusedBy(t, dialFrom(t, 1, tcp))
	f, l := newFar(t, e), newListener()
	c := f.connect(e, l)
	f.overTCP(dialFrom(t, 2, tcp))
	f.nominate()
	if err := f.secure(dtls.SRTP_AEAD_AES_128_GCM); err != nil {
		t.Fatalf("somebody else is kept out: %v", err)
	}
	l.await(t, Connected)
	send(t, c, 1, "over TCP")
	if p := f.opened(); string(p.Payload) != "over TCP" {
		t.Fatalf("got %q", p.Payload)
	}
	for i := range maxYoung - maxYoungOne {
		dialFrom(t, byte(3+i/maxYoungOne), tcp)
	}
	refusedBy(t, dialFrom(t, 100, tcp))
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.young.all != maxYoung || len(e.young.from) != maxYoung/maxYoungOne {
		t.Errorf("%+v wait", e.young)
	}
}

func TestAPortInUseIsNoticed(t *testing.T) {
	e := openEndpoint(t, "127.0.0.1")
	udp, _ := e.Addr()
	if other, err := Open(Config{UDP: e.cfg.UDP, Port: udp.Port(), Log: e.log}); err == nil {
		_ = other.Close()
		t.Fatal("two endpoints on one port")
	}
}

func TestFingerprintsAreReadAndCompared(t *testing.T) {
	der := []byte("certificate")
	for _, row := range []struct{ text, says string }{
		{"", "space"}, {"sha-256", "space"}, {"md5 00", "hash function"}, {"sha-256 AA:BB", "32 bytes"}, {"sha-256 " + colons(bytes.Repeat([]byte{1}, 31)) + ":ZZ", "32 bytes"},
	} {
		if _, err := ParseFingerprint(row.text); err == nil || !bytes.Contains([]byte(err.Error()), []byte(row.says)) {
			t.Errorf("%q: %v", row.text, err)
		}
	}
	if err := (Fingerprint{}).check(der); err == nil {
		t.Error("no fingerprint fits a certificate")
	}
}

// FuzzDatagrams throws whatever comes at an endpoint, from nowhere and from a known peer.
func FuzzDatagrams(f *testing.F) {
	f.Add([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
	if dir := os.Getenv("MADOGUCHI_DATA"); dir != "" {
		for _, sub := range []string{"stun", "rtp", "rtcp", "dtls"} {
			files, err := filepath.Glob(filepath.Join(dir, "packets", sub, "*"))
			if err != nil {
				f.Fatal(err)
			}
			for _, name := range files {
				b, err := os.ReadFile(name)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(b[:min(len(b), readSize)])
			}
		}
	}
	e := openEndpoint(f, "127.0.0.1")
	far, c, l := call(f, e)
	_ = far
	batch := &Batch{}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > readSize {
			return
		}
		e.datagram(origin{group: e.udp[0]}, bytes.Clone(b), batch)
		if len(b) > 0 && b[0] >= 64 { // a forged close would end the session, as it may
			e.datagram(origin{group: e.udp[0], known: c.selected.Load()}, bytes.Clone(b), batch)
		}
		if l.streams != 0 || len(c.in.streams) != 0 || len(batch.out) != 0 {
			t.Fatal("something nobody vouches for was taken")
		}
	})
}

package access

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"
)

// shake is the outcome of a handshake of two ends, at each.
func shake(t *testing.T, server, client *tls.Config) (atServer, atClient error) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	done := make(chan error, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			done <- err
			return
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
		secure := tls.Server(conn, server)
		if err = secure.Handshake(); err == nil {
			_, err = secure.Write([]byte("x"))
		}
		done <- err
	}()
	raw, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	_ = raw.SetDeadline(time.Now().Add(5 * time.Second))
	secure := tls.Client(raw, client)
	if atClient = secure.Handshake(); atClient == nil {
		_, atClient = secure.Read(make([]byte, 1)) // in TLS 1.3 a client hears of its refusal only here
	}
	return <-done, atClient
}

func internal(t *testing.T, k *Keys) *tls.Config {
	t.Helper()
	c, err := k.InternalTLS()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func folder(t *testing.T, dir string) *Keys {
	t.Helper()
	k, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestProcessesOfOneAreaTalkAndNobodyElse(t *testing.T) {
	dir := t.TempDir()
	ours, again, theirs := folder(t, dir), folder(t, dir), folder(t, t.TempDir())
	if s, c := shake(t, internal(t, ours), internal(t, again)); s != nil || c != nil {
		t.Errorf("two processes with one folder of keys: %v, %v", s, c)
	}
	if s, c := shake(t, internal(t, ours), internal(t, theirs)); s == nil || c == nil {
		t.Errorf("a client of another area: %v, %v", s, c)
	}
	if _, c := shake(t, internal(t, theirs), internal(t, ours)); c == nil {
		t.Error("a server of another area was believed")
	}
	bare := &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}
	if s, c := shake(t, internal(t, ours), bare); s == nil || c == nil {
		t.Errorf("a client without a key: %v, %v", s, c)
	}
	old := internal(t, again)
	old.MinVersion, old.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	if s, c := shake(t, internal(t, ours), old); s == nil || c == nil {
		t.Errorf("a client with an old TLS: %v, %v", s, c)
	}
}

func TestACertificateThatShowsOurKeyWithoutHoldingItIsOfNoUse(t *testing.T) {
	ours := folder(t, t.TempDir())
	copied := internal(t, ours)
	_, other, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	// The public half of our key, signed by somebody else's.
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	_, key := ours.signing()
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), other)
	if err != nil {
		t.Fatal(err)
	}
	copied.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: other}, nil
	}
	if s, c := shake(t, internal(t, ours), copied); s == nil || c == nil {
		t.Errorf("it was let in: %v, %v", s, c)
	}
}

func TestAKeyThatIsAddedCountsAtOnce(t *testing.T) {
	dir := t.TempDir()
	before := folder(t, dir)
	after := folder(t, dir)
	if err := after.Rotate(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if s, c := shake(t, internal(t, before), internal(t, after)); s != nil || c != nil {
		t.Errorf("a process with a newer key: %v, %v", s, c)
	}
}

func TestAProcessThatRunsOnShowsTheNewKeyOnceTheOldOneIsRetired(t *testing.T) {
	dir := t.TempDir()
	began := time.Now().Add(-2 * RetiredAfter)
	if err := writeKey(dir, began); err != nil {
		t.Fatal(err)
	}
	clocks := []*Keys{folder(t, dir), folder(t, dir)}
	now := began
	for _, k := range clocks {
		k.now = func() time.Time { return now }
	}
	server, client := internal(t, clocks[0]), internal(t, clocks[1])
	for _, step := range []struct {
		situation string
		after     time.Duration
		act       func() error
	}{
		{"with the first key", 0, func() error { return nil }},
		{"with a key that is known and does not sign yet", time.Minute, func() error { return writeKey(dir, now) }},
		{"with the new one signing", time.Minute, func() error { return nil }},
		{"with the first one retired", RetiredAfter, func() error { _, err := folder(t, dir).Retire(now); return err }},
	} {
		now = now.Add(step.after)
		if err := step.act(); err != nil {
			t.Fatal(err)
		}
		if s, c := shake(t, server, client); s != nil || c != nil {
			t.Errorf("%s: %v, %v", step.situation, s, c)
		}
	}
	if left := folder(t, dir).IDs(); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

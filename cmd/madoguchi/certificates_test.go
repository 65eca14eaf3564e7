package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/prometheus/client_golang/prometheus"
)

// onTLS serves a word over the given configuration and returns where.
func onTLS(t *testing.T, secure *tls.Config) (address string) {
	t.Helper()
	listener, err := listenWeb("127.0.0.1:0", secure, door{busy: newBusy(prometheus.NewRegistry())})
	if err != nil {
		t.Fatal(err)
	}
	server := newWebServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "here") }), quiet)
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close(); <-done })
	return listener.Addr().String()
}

// writePair writes a certificate for this machine, as whatever renews them would.
func writePair(t *testing.T, certFile, keyFile string) {
	t.Helper()
	cert, key, err := newLANCertificate([]netip.Addr{netip.MustParseAddr("127.0.0.1")}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for file, content := range map[string][]byte{certFile: cert, keyFile: key} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func shown(t *testing.T, address string, mine *tls.Config) (*x509.Certificate, error) {
	t.Helper()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 30 * time.Second}, "tcp", address, mine)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0], nil
}

func TestOnlyTLS13IsSpokenUnlessTheExceptionIsMade(t *testing.T) {
	folder := t.TempDir()
	c := Certificates{TLSCert: filepath.Join(folder, "cert.pem"), TLSKey: filepath.Join(folder, "key.pem")}
	writePair(t, c.TLSCert, c.TLSKey)
	old := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12}
	for _, exception := range []bool{false, true} {
		c.TLS12 = exception
		secure, err := c.tls("https://booth.example", folder, quiet)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := shown(t, onTLS(t, secure), old); (err == nil) != exception {
			t.Errorf("tls-12: %v: a client of TLS 1.2 was told %v", exception, err)
		}
	}
}

func TestARenewedCertificateIsTakenWithoutARestart(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	writePair(t, certFile, keyFile)
	own, err := newOwnCertificate(certFile, keyFile, quiet)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	own.now = func() time.Time { return now }
	serial := func() string {
		now = now.Add(lookAgain)
		cert, err := own.get(nil)
		if err != nil {
			t.Fatal(err)
		}
		return cert.Leaf.SerialNumber.String()
	}
	first := serial()
	if again := serial(); again != first {
		t.Error("the files have not changed, and the certificate has")
	}
	// Half of a renewal: the key does not belong to the certificate yet.
	oldCert, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	writePair(t, certFile, keyFile)
	newCert, err := os.ReadFile(certFile)
	if err != nil {
		t.Fatal(err)
	}
	write := func(content []byte, at time.Time) {
		if err := os.WriteFile(certFile, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(certFile, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write(oldCert, time.Now().Add(time.Second))
	if got := serial(); got != first {
		t.Error("a pair that does not fit was taken")
	}
	write(newCert, time.Now().Add(2*time.Second))
	if got := serial(); got == first {
		t.Error("the renewed certificate was not taken")
	}
}

// A certificate from a real ACME authority, which asks back over tls-alpn-01; kept, so that a restart asks for none.
func TestAnAuthorityGivesTheCertificate(t *testing.T) {
	pebble, err := filepath.Abs("../../bin/pebble")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(pebble); err != nil {
		t.Fatalf("the test authority is not there; .ci/setup test installs it: %v", err)
	}
	folder := t.TempDir()
	c := Certificates{
		ACME: true, ACMERoots: filepath.Join(folder, "root.pem"), ACMEEmail: "certificates@booth.example",
		ACMEDirectory: "https://" + freeAddress(t) + "/dir",
	}
	if err := c.check(); err == nil || !strings.Contains(err.Error(), "acme-roots") {
		t.Fatalf("roots that are not there: %v", err)
	}
	writePair(t, c.ACMERoots, filepath.Join(folder, "authority.key"))
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	keys := filepath.Join(folder, "keys")
	secure, err := c.tls("https://booth.example", keys, quiet)
	if err != nil {
		t.Fatal(err)
	}
	address := onTLS(t, secure)
	stop := authority(t, pebble, folder, c, address)

	mine := &tls.Config{ServerName: "booth.example", InsecureSkipVerify: true}
	cert, err := shown(t, address, mine)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(cert.Issuer.CommonName, "Pebble") || cert.VerifyHostname("booth.example") != nil {
		t.Fatalf("got a certificate of %s for %v", cert.Issuer, cert.DNSNames)
	}
	if _, err := shown(t, address, &tls.Config{ServerName: "other.example", InsecureSkipVerify: true}); err == nil {
		t.Error("a certificate for another host was given")
	}
	stop()
	again, err := c.tls("https://booth.example", keys, quiet)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := shown(t, onTLS(t, again), mine)
	if err != nil || !kept.Equal(cert) {
		t.Errorf("after a restart, without the authority: %v", err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// authority runs Pebble, which looks for the challenge at the port of address.
func authority(t *testing.T, pebble, folder string, c Certificates, address string) (stop func()) {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	listen := strings.TrimSuffix(strings.TrimPrefix(c.ACMEDirectory, "https://"), "/dir")
	config := fmt.Sprintf(`{"pebble": {"listenAddress": %q, "certificate": %q, "privateKey": %q, "httpPort": 9, "tlsPort": %s}}`,
		listen, c.ACMERoots, filepath.Join(folder, "authority.key"), port)
	if !json.Valid([]byte(config)) {
		t.Fatal(config)
	}
	file := filepath.Join(folder, "pebble.json")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	run := exec.CommandContext(ctx, pebble, "-config", file, "-dnsserver", everythingIsHere(t))
	run.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0")
	var said strings.Builder
	run.Stdout, run.Stderr = &said, &said
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		cancel()
		_ = run.Wait() // killed
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	client, err := trusting(c.ACMERoots)
	if err != nil {
		t.Fatal(err)
	}
	every := time.NewTicker(50 * time.Millisecond)
	defer every.Stop()
	for deadline := time.Now().Add(20 * time.Second); ; <-every.C {
		resp, err := client.Get(c.ACMEDirectory)
		if err == nil {
			_ = resp.Body.Close()
			return stop
		}
		if time.Now().After(deadline) {
			t.Fatalf("the authority does not listen: %v", err)
		}
	}
}

// everythingIsHere answers whoever asks for any host's IPv4 address with this machine's.
func everythingIsHere(t *testing.T) (address string) {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		packet := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(packet)
			if err != nil {
				return // closed
			}
			var asked dnsmessage.Message
			if err := asked.Unpack(packet[:n]); err != nil || len(asked.Questions) != 1 {
				continue
			}
			said := dnsmessage.Message{Header: dnsmessage.Header{ID: asked.ID, Response: true}, Questions: asked.Questions}
			if q := asked.Questions[0]; q.Type == dnsmessage.TypeA {
				said.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1},
					Body:   &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}},
				}}
			}
			if answer, err := said.Pack(); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().String()
}

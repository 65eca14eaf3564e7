package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling/access"
)

// clientAuthority gives client certificates.
type clientAuthority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) clientAuthority {
	t.Helper()
	a := clientAuthority{t: t}
	pair := a.sign(name, true)
	a.cert, a.key = pair.Leaf, pair.PrivateKey.(*ecdsa.PrivateKey)
	return a
}

// sign makes a certificate; by itself where there is no authority yet.
func (a clientAuthority) sign(name string, isAuthority bool) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: isAuthority, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	by, with := a.cert, a.key
	if by == nil {
		by, with = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, key.Public(), with)
	if err != nil {
		a.t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// over is a client that shows these certificates.
func over(t *testing.T, certs ...tls.Certificate) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: certs}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

func TestWhoeverShowsAClientCertificateOfAnotherAuthorityIsRefusedByTLS(t *testing.T) {
	folder := t.TempDir()
	c := Certificates{TLSCert: filepath.Join(folder, "cert.pem"), TLSKey: filepath.Join(folder, "key.pem"), ClientCAs: filepath.Join(folder, "clients.pem")}
	writePair(t, c.TLSCert, c.TLSKey)
	ours, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	if err := os.WriteFile(c.ClientCAs, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	secure, err := c.tls("https://booth.example", folder, quiet)
	if err != nil {
		t.Fatal(err)
	}
	address := onTLS(t, secure)
	self := clientAuthority{t: t}.sign("self", false)
	// A client that has been asked chooses a certificate of an authority that was named, so a wrong one has to be forced upon it.
	forced := func(cert tls.Certificate) *http.Client {
		client := over(t)
		client.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil }
		return client
	}
	for situation, r := range map[string]struct {
		client *http.Client
		in     bool
	}{
		"without one":             {over(t), true},
		"with one of ours":        {over(t, ours.sign("booth", false)), true},
		"with one of another":     {forced(theirs.sign("booth", false)), false},
		"with one made by itself": {forced(self), false},
	} {
		answer, err := r.client.Get("https://" + address)
		if err == nil {
			_ = answer.Body.Close()
		}
		if (err == nil) != r.in {
			t.Errorf("%s: %v", situation, err)
		}
	}
	c.BehindProxy, c.TLSCert, c.TLSKey = true, "", ""
	if err := c.check(); err == nil || !strings.Contains(err.Error(), "client-certificates") {
		t.Errorf("behind a proxy: %v", err)
	}
	c.BehindProxy, c.ClientCAs, c.TLSCert, c.TLSKey = false, c.TLSKey, filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	c.ClientCAs = c.TLSKey
	if _, err := c.tls("https://booth.example", folder, quiet); err == nil || !strings.Contains(err.Error(), "client-certificates") {
		t.Errorf("a file without a certificate: %v", err)
	}
}

func TestKeysAreRotatedListedAndRetiredByCommand(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	if _, text := invoke(t, "keys", "list", "--keys", folder); !strings.Contains(text, "no folder") {
		t.Errorf("a folder that is not there: %s", text)
	}
	keys, err := access.LoadOrCreate(folder)
	if err != nil {
		t.Fatal(err)
	}
	first := keys.IDs()[0]
	code, added := invoke(t, "keys", "rotate", "--keys", folder)
	if code != 0 || !strings.Contains(added, "It signs from") {
		t.Fatalf("%d %s", code, added)
	}
	if code, text := invoke(t, "keys", "list", "--keys", folder); code != 0 || !strings.Contains(text, first+"  signs\n") || !strings.Contains(text, "verifies; signs from") {
		t.Errorf("%d %s", code, text)
	}
	if code, text := invoke(t, "keys", "retire", "--keys", folder); code != 0 || !strings.Contains(text, "Nothing to retire") {
		t.Errorf("%d %s", code, text)
	}
	answer := httptest.NewRecorder()
	if err := keys.Reload(); err != nil {
		t.Fatal(err)
	}
	keys.JWKS().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/.well-known/jwks.json", nil))
	for _, id := range keys.IDs() {
		if !strings.Contains(answer.Body.String(), id) {
			t.Errorf("%s is not served: %s", id, answer.Body)
		}
	}
}

// invoke runs a command and gives everything it prints.
func invoke(t *testing.T, args ...string) (code int, printed string) {
	t.Helper()
	var out strings.Builder
	code = run(t.Context(), args, console{&out, &out})
	return code, out.String()
}

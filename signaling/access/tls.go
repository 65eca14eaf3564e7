package access

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"
)

// ErrStranger: the other end of a connection between our own processes does not hold a key of the area.
var ErrStranger = errors.New("the other end does not hold a key of this area")

// InternalTLS is how the processes of one area talk to each other: TLS 1.3, in which each end proves that it holds a
// signing key that the other one knows. Nothing has to be made, handed out or renewed for it, since every node of an area
// has the same folder of keys; a key that is added counts at once, and one that is removed no longer once it is looked for. The
// certificate is made up on the spot and says nothing: neither names nor dates in it are looked at, so that no clock
// decides who may talk.
//
// The key also signs tokens. Neither signature can be taken for the other: what TLS 1.3 signs begins with 64 spaces and a
// text of its own (RFC 8446, 4.4.3), and a token with the base64 of its header.
func (k *Keys) InternalTLS() (*tls.Config, error) {
	own := &internalCertificate{keys: k}
	if _, err := own.current(); err != nil {
		return nil, err
	}
	return &tls.Config{
		GetCertificate:       func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return own.current() },
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return own.current() },
		MinVersion:           tls.VersionTLS13,
		ClientAuth:           tls.RequireAnyClientCert,
		// The usual check, by names and authorities, is replaced by the one below. Sessions are not resumed: then it runs
		// on every connection.
		InsecureSkipVerify:     true,
		SessionTicketsDisabled: true,
		VerifyConnection:       k.knows,
	}, nil
}

// internalCertificate is made anew when another key signs: one by a key that has been retired would be refused.
type internalCertificate struct {
	keys *Keys

	mu   sync.Mutex
	kid  string
	made *tls.Certificate
}

func (c *internalCertificate) current() (*tls.Certificate, error) {
	if c.keys.mayReload(c.keys.now()) {
		if err := c.keys.load(); err != nil {
			return nil, err
		}
	}
	kid, key := c.keys.signing()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made != nil && c.kid == kid {
		return c.made, nil
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("certificate for internal connections: %w", err)
	}
	c.kid, c.made = kid, &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return c.made, nil
}

// knows refuses whoever has not proved that it holds one of the keys.
func (k *Keys) knows(s tls.ConnectionState) error {
	if len(s.PeerCertificates) == 0 {
		return ErrStranger
	}
	theirs, ok := s.PeerCertificates[0].PublicKey.(ed25519.PublicKey)
	if !ok {
		return ErrStranger
	}
	if k.holds(theirs) || k.mayReload(k.now()) && k.load() == nil && k.holds(theirs) {
		return nil
	}
	return ErrStranger
}

func (k *Keys) holds(public ed25519.PublicKey) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range k.byID {
		if bytes.Equal(key.Public().(ed25519.PublicKey), public) {
			return true
		}
	}
	return false
}

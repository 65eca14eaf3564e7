package wire

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	_ "crypto/sha1" // old browsers' fingerprints
	"crypto/sha256"
	_ "crypto/sha512" // sha-384 and sha-512 fingerprints
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// newCertificate makes the one certificate of a node: a key pair for each connection would be a large part of its cost.
func newCertificate() (tls.Certificate, string, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, "", fmt.Errorf("make DTLS key: %w", err)
	}
	template := x509.Certificate{
		SerialNumber: new(big.Int).SetInt64(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "WebRTC"},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, "", fmt.Errorf("make DTLS certificate: %w", err)
	}
	sum := sha256.Sum256(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, "sha-256 " + colons(sum[:]), nil
}

func colons(sum []byte) string {
	parts := make([]string, len(sum))
	for i, b := range sum {
		parts[i] = strings.ToUpper(hex.EncodeToString([]byte{b}))
	}
	return strings.Join(parts, ":")
}

// Fingerprint is the digest of a peer's certificate, by which its description vouches for its handshake.
type Fingerprint struct {
	hash crypto.Hash
	sum  []byte
}

// ParseFingerprint reads the value of an a=fingerprint attribute (RFC 8122).
func ParseFingerprint(s string) (Fingerprint, error) {
	name, digits, ok := strings.Cut(strings.TrimSpace(s), " ")
	if !ok {
		return Fingerprint{}, errors.New("a fingerprint is a hash function and a digest, with a space between")
	}
	hash := map[string]crypto.Hash{
		"sha-1": crypto.SHA1, "sha-224": crypto.SHA224, "sha-256": crypto.SHA256, "sha-384": crypto.SHA384, "sha-512": crypto.SHA512,
	}[strings.ToLower(name)]
	if hash == 0 {
		return Fingerprint{}, fmt.Errorf("hash function %.20q of a fingerprint is none of sha-1, sha-224, sha-256, sha-384 and sha-512", name)
	}
	sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(digits), ":", ""))
	if err != nil || len(sum) != hash.Size() {
		return Fingerprint{}, fmt.Errorf("a %s fingerprint has %d bytes in hexadecimal", name, hash.Size())
	}
	return Fingerprint{hash, sum}, nil
}

var errFingerprint = errors.New("the certificate is not the one whose fingerprint was announced")

// check reports whether a certificate is the one meant.
func (f Fingerprint) check(der []byte) error {
	if f.hash == 0 {
		return errFingerprint
	}
	h := f.hash.New()
	_, _ = h.Write(der) // never fails
	if subtle.ConstantTimeCompare(h.Sum(nil), f.sum) != 1 {
		return errFingerprint
	}
	return nil
}

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

// Fingerprint is what a peer's certificate must have the digest of, by which its description vouches for its handshake.
type Fingerprint struct {
	hash crypto.Hash
	sums [][]byte // of the certificates it may present
}

// hashes are the hash functions of fingerprints, by their names in SDP.
var hashes = map[string]crypto.Hash{
	"sha-1": crypto.SHA1, "sha-224": crypto.SHA224, "sha-256": crypto.SHA256, "sha-384": crypto.SHA384, "sha-512": crypto.SHA512,
}

// ParseFingerprint reads the values of the a=fingerprint attributes that hold for one m-line (RFC 8122). Of several hash
// functions the longest counts, and a peer may present any of the certificates named with it (section 5); functions that we do
// not know are passed over, unless there is no other.
func ParseFingerprint(values ...string) (Fingerprint, error) {
	var f Fingerprint
	var unknown error
	for _, s := range values {
		name, digits, ok := strings.Cut(strings.TrimSpace(s), " ")
		if !ok {
			return Fingerprint{}, errors.New("a fingerprint is a hash function and a digest, with a space between")
		}
		hash := hashes[strings.ToLower(name)]
		if hash == 0 {
			unknown = fmt.Errorf("hash function %.20q of a fingerprint is none of sha-1, sha-224, sha-256, sha-384 and sha-512", name)
			continue
		}
		sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(digits), ":", ""))
		if err != nil || len(sum) != hash.Size() {
			return Fingerprint{}, fmt.Errorf("a %s fingerprint has %d bytes in hexadecimal", name, hash.Size())
		}
		switch {
		case f.hash == 0 || hash.Size() > f.hash.Size():
			f = Fingerprint{hash, [][]byte{sum}}
		case hash == f.hash:
			f.sums = append(f.sums, sum)
		}
	}
	switch {
	case f.hash == 0 && unknown != nil:
		return Fingerprint{}, unknown
	case f.hash == 0:
		return Fingerprint{}, errors.New("there is no fingerprint")
	case len(f.sums) > maxFingerprints:
		return Fingerprint{}, fmt.Errorf("%d fingerprints, at most %d are taken", len(f.sums), maxFingerprints)
	}
	return f, nil
}

const maxFingerprints = 8 // of one hash function; a peer has a certificate, or two while it changes them

var errFingerprint = errors.New("the certificate is not the one whose fingerprint was announced")

// check reports whether a certificate is one of those meant.
func (f Fingerprint) check(der []byte) error {
	if f.hash == 0 {
		return errFingerprint
	}
	h := f.hash.New()
	_, _ = h.Write(der) // never fails
	got := h.Sum(nil)
	for _, sum := range f.sums {
		if subtle.ConstantTimeCompare(got, sum) == 1 {
			return nil
		}
	}
	return errFingerprint
}

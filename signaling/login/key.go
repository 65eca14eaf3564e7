package login

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
)

// ErrKey: a key is not one on P-256 as a JWK, or does not lie on the curve.
var ErrKey = errors.New("want a public key of type EC on the curve P-256, as a JWK")

// Key is the public half of a browser's key: ECDSA on P-256, the one curve every WebCrypto has.
type Key struct {
	Type  string `json:"kty" enum:"EC"`
	Curve string `json:"crv" enum:"P-256"`
	X     string `json:"x" minLength:"43" maxLength:"43"`
	Y     string `json:"y" minLength:"43" maxLength:"43"`
}

func (k Key) public() (*ecdsa.PublicKey, error) {
	x, errX := base64.RawURLEncoding.DecodeString(k.X)
	y, errY := base64.RawURLEncoding.DecodeString(k.Y)
	if k.Type != "EC" || k.Curve != "P-256" || errX != nil || errY != nil || len(x) != 32 || len(y) != 32 {
		return nil, ErrKey
	}
	point := append(append([]byte{4}, x...), y...) // uncompressed, SEC 1
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return public, nil
}

// Check refuses what is no key.
func (k Key) Check() error {
	_, err := k.public()
	return err
}

// Proof is what a page signs to be given another token. It names its purpose, so that it can be taken for nothing else.
func Proof(signIn, challenge string) string { return "madoguchi renew 1\n" + signIn + "\n" + challenge }

// signed says whether a text was signed by the key's other half: r and s, 32 bytes each, as WebCrypto writes them, in base64url.
func (k Key) signed(text, signature string) bool {
	public, err := k.public()
	raw, errSignature := base64.RawURLEncoding.DecodeString(signature)
	if err != nil || errSignature != nil || len(raw) != 64 {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	return ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:]))
}

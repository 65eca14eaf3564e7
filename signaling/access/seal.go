package access

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// ErrSealed: a text was not sealed for this use by a key of the area.
var ErrSealed = errors.New("not sealed by a key of this area")

// Seal hides a short text from whoever reads the store, its append-only files and its backups without a key of the area:
// AES-256-GCM with a random nonce, under a key derived (HKDF, RFC 5869) from the signing key for this use alone. The result
// names the key, so that Open finds it after a rotation.
func (k *Keys) Seal(use, text string) (string, error) {
	kid, key := k.signing()
	seal, err := sealFor(key, use)
	if err != nil {
		return "", fmt.Errorf("seal %s: %w", use, err)
	}
	return kid + ":" + base64.RawURLEncoding.EncodeToString(seal.Seal(nil, nil, []byte(text), nil)), nil
}

// Open is the text that Seal was given for the same use; ErrSealed where it was not, or its key has been removed.
func (k *Keys) Open(use, sealed string) (string, error) {
	kid, body, _ := strings.Cut(sealed, ":")
	key, known := k.find(kid)
	raw, err := base64.RawURLEncoding.DecodeString(body)
	if !known || err != nil {
		return "", fmt.Errorf("open %s: %w", use, ErrSealed)
	}
	seal, err := sealFor(key, use)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", use, err)
	}
	text, err := seal.Open(nil, nil, raw, nil)
	if err != nil {
		return "", fmt.Errorf("open %s: %w", use, ErrSealed)
	}
	return string(text), nil
}

func sealFor(key ed25519.PrivateKey, use string) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, key.Seed(), nil, "madoguchi seal "+use+" 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

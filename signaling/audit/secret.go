package audit

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Secret is what an area's keys for personal fields are derived from. Whoever has the trail's folder and not the area's secret can
// open none of them.
type Secret struct {
	wrap    cipher.AEAD // wraps the keys that lie beside the segments
	transit cipher.AEAD // seals personal fields on their way to the trail
}

// NewSecret derives the keys from the area's secret, of which at least 32 bytes are needed.
func NewSecret(secret []byte) (*Secret, error) {
	if len(secret) < 32 {
		return nil, fmt.Errorf("the area's secret has %d bytes; at least 32 are needed", len(secret))
	}
	s := &Secret{}
	for use, to := range map[string]*cipher.AEAD{"wrap": &s.wrap, "transit": &s.transit} {
		key, err := hkdf.Key(sha256.New, secret, nil, "madoguchi audit "+use+" 1", keyBytes)
		if err != nil {
			return nil, err
		}
		if *to, err = gcm(key); err != nil {
			return nil, err
		}
	}
	return s, nil
}

const (
	keyBytes  = 32
	saltBytes = 16
)

var (
	errBox    = errors.New("sealed under another key, or changed")
	boxText   = base64.RawURLEncoding
	errCommit = errors.New("what is sealed is not what was committed to")
)

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// plain is the form of personal fields inside their box.
type plain struct {
	Address  string `json:"address,omitempty"`
	Account  string `json:"account,omitempty"`
	Resident string `json:"resident,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// seal puts personal fields into a box under a key, bound to the key's name. AES-GCM alone would allow two keys to open one box
// to two texts; the commitment, which the chain covers, does not.
func sealPersonal(key cipher.AEAD, name string, p Personal) (Sealed, error) {
	text, err := json.Marshal(plain(p))
	if err != nil {
		return Sealed{}, err
	}
	salted := make([]byte, saltBytes, saltBytes+len(text))
	_, _ = rand.Read(salted) // never fails
	salted = append(salted, text...)
	return Sealed{
		Key: name, Commitment: commitment(salted),
		Box: boxText.EncodeToString(key.Seal(nil, nil, salted, []byte(name))),
	}, nil
}

func commitment(salted []byte) string {
	sum := sha256.Sum256(append([]byte("madoguchi audit personal 1\n"), salted...))
	return boxText.EncodeToString(sum[:])
}

// open takes personal fields out of their box.
func (s Sealed) open(key cipher.AEAD) (Personal, error) {
	box, err := boxText.DecodeString(s.Box)
	if err != nil {
		return Personal{}, errBox
	}
	salted, err := key.Open(nil, nil, box, []byte(s.Key))
	if err != nil || len(salted) < saltBytes {
		return Personal{}, errBox
	}
	if commitment(salted) != s.Commitment {
		return Personal{}, errCommit
	}
	var p plain
	if err := json.Unmarshal(salted[saltBytes:], &p); err != nil {
		return Personal{}, errBox
	}
	return Personal(p), nil
}

// transitKey is the name under which fields are sealed on their way.
const transitKey = "transit"

// EncodeNote writes an entry for its way to the trail: through Redis, or over this node's disk. Its personal fields are sealed.
func (s *Secret) EncodeNote(e Entry) (string, error) {
	r := Record{Entry: e.Clean()}
	if !r.Personal.empty() {
		sealed, err := sealPersonal(s.transit, transitKey, r.Personal)
		if err != nil {
			return "", fmt.Errorf("seal an entry: %w", err)
		}
		r.Sealed, r.Personal = sealed, Personal{}
	}
	return string(r.appendText(nil)), nil
}

// DecodeNote reads what EncodeNote has written. Fields that cannot be opened, because the area's secret is another by now, are
// given up, and said so in Detail: the entry itself is not lost.
func (s *Secret) DecodeNote(text string) (Entry, error) {
	if len(text) > maxLine {
		return Entry{}, fmt.Errorf("a note of %d bytes; possible are %d", len(text), maxLine)
	}
	r, err := parseText(strings.TrimSuffix(text, "\n"))
	if err != nil {
		return Entry{}, fmt.Errorf("note: %w", err)
	}
	if r.Sealed.Key == "" {
		return r.Entry, nil
	}
	if r.Personal, err = r.Sealed.open(s.transit); err != nil {
		if r.Detail == nil {
			r.Detail = map[string]string{}
		}
		r.Detail["personal"] = "lost"
	}
	return r.Entry, nil
}

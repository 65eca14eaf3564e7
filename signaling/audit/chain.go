package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// Hash is one of the chain: SHA-256.
type Hash [sha256.Size]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short is what is put on a screen beside the number of an entry.
func (h Hash) Short() string { return hex.EncodeToString(h[:8]) }

// ParseHash reads what String has written.
func ParseHash(text string) (Hash, error) {
	var h Hash
	if len(text) != hex.EncodedLen(len(h)) {
		return h, errors.New("want 64 hexadecimal digits")
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return h, errors.New("want 64 hexadecimal digits in small letters")
		}
	}
	_, err := hex.Decode(h[:], []byte(text))
	return h, err
}

package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
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

// chain computes hashes; it keeps one state, since a trail has millions.
type chain struct {
	sum hash.Hash
	buf [sha256.Size]byte
}

func newChain() *chain { return &chain{sum: sha256.New()} }

// next is the hash of what follows after another: numbered is "<number> <text>".
func (c *chain) next(before Hash, numbered []byte) Hash {
	c.sum.Reset()
	c.sum.Write(before[:])
	c.sum.Write(numbered)
	return Hash(c.sum.Sum(c.buf[:0]))
}

// first is where a segment's chain begins: its whole header, which names the hash of the segment before.
func first(header []byte) Hash { return sha256.Sum256(header) }

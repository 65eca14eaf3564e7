package signaling

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
)

var idLetters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

// newID is a prefix and 100 random bits in letters that are not misread.
func newID(prefix string) string {
	var raw [20]byte
	_, _ = rand.Read(raw[:]) // never fails: the program would have been stopped
	return prefix + idLetters.EncodeToString(raw[:])[:20]
}

// side is the first word of a seat id.
func side(seat string) string {
	kind, _, _ := strings.Cut(seat, ":")
	return kind
}

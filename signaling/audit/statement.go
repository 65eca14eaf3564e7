package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Signer signs with the area's newest key.
type Signer interface {
	// Sign gives the key's id, its public half, and the signature (Ed25519, RFC 8032) over a message.
	Sign(message []byte) (kid string, public ed25519.PublicKey, signature []byte, err error)
}

// Trust gives the public half of a key of the area that is trusted from elsewhere than the trail; false for one it does not know.
type Trust func(kid string) (ed25519.PublicKey, bool)

// First words of the statements a trail makes of itself.
const (
	headerWord = "madoguchi-audit-1"
	sealWord   = "seal"
	headWord   = "madoguchi-audit-head-1"
	baseWord   = "madoguchi-audit-base-1"
)

// statement is a line "word name=value …" of fixed names.
type statement struct {
	word  string
	names []string
	value map[string]string
}

func (s statement) String() string {
	var b strings.Builder
	b.WriteString(s.word)
	for _, name := range s.names {
		if s.value[name] != "" {
			b.WriteString(" " + name + "=" + s.value[name])
		}
	}
	return b.String()
}

// parseStatement reads a line with these names in this order; those after a "?" may be missing.
func parseStatement(text, word string, names ...string) (map[string]string, error) {
	s := statement{word: word, value: map[string]string{}}
	rest, found := strings.CutPrefix(text, word)
	if !found {
		return nil, fmt.Errorf("want a line that begins with %s", word)
	}
	for pair := range strings.FieldsSeq(rest) {
		name, value, _ := strings.Cut(pair, "=")
		s.value[name] = value
	}
	for _, name := range names {
		name, optional := strings.CutPrefix(name, "?")
		s.names = append(s.names, name)
		if s.value[name] == "" && !optional {
			return nil, fmt.Errorf("%s: %s is missing", word, name)
		}
	}
	if s.String() != text {
		return nil, fmt.Errorf("%s: not written as it has to be", word)
	}
	return s.value, nil
}

// header begins a segment.
type header struct {
	area, trail string
	n           int   // number of the segment
	first       int64 // number of its first entry
	prev        Hash  // last of the segment before
	kid         string
	public      ed25519.PublicKey // of the key the segment is to be signed with
	at          time.Time
	positions   Positions // up to where the outboxes had been read before
}

// Positions are places in outboxes, by the letter an entry's Source begins with.
type Positions map[string]string

// Outboxes by letter.
const (
	OutboxBooking   = "b"
	OutboxSignaling = "s"
	OutboxNotes     = "n"
	OutboxInbox     = "f" // the folder's own: its place is the id of a note, and it has no order
)

var headerNames = []string{"area", "trail", "n", "first", "prev", "kid", "pub", "at", "?b", "?n.", "?s"}

// The outbox of notes has a name of its own here, because n is the segment's number.
const notesName = "n."

func (h header) String() string {
	s := statement{word: headerWord, value: map[string]string{
		"area": h.area, "trail": h.trail, "n": strconv.Itoa(h.n), "first": strconv.FormatInt(h.first, 10), "prev": h.prev.String(),
		"kid": h.kid, "pub": base64.RawURLEncoding.EncodeToString(h.public), "at": millis(h.at),
		"b": h.positions[OutboxBooking], notesName: h.positions[OutboxNotes], "s": h.positions[OutboxSignaling],
	}}
	for _, name := range headerNames {
		s.names = append(s.names, strings.TrimPrefix(name, "?"))
	}
	return s.String()
}

func parseHeader(text string) (header, error) {
	v, err := parseStatement(text, headerWord, headerNames...)
	if err != nil {
		return header{}, err
	}
	h := header{area: v["area"], trail: v["trail"], kid: v["kid"], positions: Positions{}}
	for letter, name := range map[string]string{OutboxBooking: "b", OutboxNotes: notesName, OutboxSignaling: "s"} {
		if v[name] != "" {
			h.positions[letter] = v[name]
		}
	}
	n, errN := number(v["n"])
	first, errFirst := number(v["first"])
	prev, errPrev := ParseHash(v["prev"])
	public, errPublic := publicKey(v["pub"])
	at, errAt := fromMillis(v["at"])
	if err := errors.Join(named("n", errN), named("first", errFirst), named("prev", errPrev), named("pub", errPublic), named("at", errAt)); err != nil {
		return header{}, err
	}
	h.n, h.first, h.prev, h.public, h.at = int(n), first, prev, public, at
	if h.String() != text {
		return header{}, errors.New("header: not written as it has to be")
	}
	return h, nil
}

func named(name string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func publicKey(text string) (ed25519.PublicKey, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, errors.New("not an Ed25519 key")
	}
	return raw, nil
}

// signed makes a line of a statement and its signature, which is over everything before it.
func signed(s Signer, make func(kid string) string) (line, kid string, public ed25519.PublicKey, err error) {
	if kid, public, _, err = s.Sign([]byte("madoguchi audit: which key")); err != nil {
		return "", "", nil, err
	}
	text := make(kid)
	again, _, signature, err := s.Sign([]byte(text))
	if err != nil {
		return "", "", nil, err
	}
	if again != kid {
		return "", "", nil, errors.New("the area's key was rotated this very moment")
	}
	return text + " sig=" + base64.RawURLEncoding.EncodeToString(signature), kid, public, nil
}

// checkSigned says whether a line's signature is by a key.
func checkSigned(line string, public ed25519.PublicKey) error {
	text, signature, found := strings.Cut(line, " sig=")
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if !found || err != nil || !ed25519.Verify(public, []byte(text), raw) {
		return errors.New("wrong signature")
	}
	return nil
}

// seal ends a segment.
type seal struct {
	area, trail string
	n           int
	last        int64 // number of the last entry; first-1 where there is none
	hash        Hash
	kid         string
	line        string // with its signature
}

var sealNames = []string{"area", "trail", "n", "last", "hash", "at", "kid"}

func newSeal(s Signer, h header, last int64, hash Hash, at time.Time) (seal, error) {
	line, kid, public, err := signed(s, func(kid string) string {
		return statement{sealWord, sealNames, map[string]string{
			"area": h.area, "trail": h.trail, "n": strconv.Itoa(h.n), "last": strconv.FormatInt(last, 10), "hash": hash.String(), "at": millis(at), "kid": kid,
		}}.String()
	})
	if err != nil {
		return seal{}, err
	}
	if kid != h.kid { // rotated since the segment was begun: the new key's public half has to be at hand
		line += " pub=" + base64.RawURLEncoding.EncodeToString(public)
	}
	return seal{h.area, h.trail, h.n, last, hash, kid, line}, nil
}

// parseSeal reads a seal and checks its signature against the key it names: that of the header, or its own.
func parseSeal(text string, h header) (seal, ed25519.PublicKey, error) {
	line, own, hasOwn := strings.Cut(text, " pub=")
	said, _, _ := strings.Cut(line, " sig=")
	v, err := parseStatement(said, sealWord, sealNames...)
	if err != nil {
		return seal{}, nil, err
	}
	public := h.public
	if hasOwn {
		if public, err = publicKey(own); err != nil {
			return seal{}, nil, err
		}
	}
	last, err := strconv.ParseInt(v["last"], 10, 64)
	if err != nil {
		return seal{}, nil, errNumber
	}
	hash, err := ParseHash(v["hash"])
	if err != nil {
		return seal{}, nil, err
	}
	s := seal{v["area"], v["trail"], h.n, last, hash, v["kid"], text}
	if s.area != h.area || s.trail != h.trail || v["n"] != strconv.Itoa(h.n) {
		return s, public, errors.New("the seal is another segment's")
	}
	if !hasOwn && s.kid != h.kid {
		return s, public, errors.New("the seal names another key than the header")
	}
	return s, public, checkSigned(line, public)
}

// Head says where a trail ends: to be kept where the trail's folder is not.
type Head struct {
	Area, Trail string
	Segment     int
	Seq         int64
	Hash        Hash
	At          time.Time
	Kid         string
	line        string
}

var headNames = []string{"area", "trail", "n", "seq", "hash", "at", "kid"}

// String is the head with its signature, as ParseHead reads it.
func (h Head) String() string { return h.line }

// Mark is what somebody notes of a head: number and hash of an entry.
func (h Head) Mark() string { return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash.String() }

func signHead(s Signer, h Head) (Head, error) {
	line, kid, _, err := signed(s, func(kid string) string {
		return statement{headWord, headNames, map[string]string{
			"area": h.Area, "trail": h.Trail, "n": strconv.Itoa(h.Segment), "seq": strconv.FormatInt(h.Seq, 10), "hash": h.Hash.String(),
			"at": millis(h.At), "kid": kid,
		}}.String()
	})
	if err != nil {
		return Head{}, fmt.Errorf("sign the head: %w", err)
	}
	h.Kid, h.line = kid, line
	return h, nil
}

// ParseHead reads a head and checks that it was signed with a key that is trusted.
func ParseHead(line string, trust Trust) (Head, error) {
	text, _, _ := strings.Cut(line, " sig=")
	v, err := parseStatement(text, headWord, headNames...)
	if err != nil {
		return Head{}, fmt.Errorf("head: %w", err)
	}
	n, errN := number(v["n"])
	seq, errSeq := number(v["seq"])
	hash, errHash := ParseHash(v["hash"])
	at, errAt := fromMillis(v["at"])
	if err := errors.Join(errN, errSeq, errHash, errAt); err != nil {
		return Head{}, fmt.Errorf("head: %w", err)
	}
	public, known := trust(v["kid"])
	if !known {
		return Head{}, fmt.Errorf("head: signed with key %s, which is not one of the area's", v["kid"])
	}
	if err := checkSigned(line, public); err != nil {
		return Head{}, fmt.Errorf("head: %w", err)
	}
	return Head{v["area"], v["trail"], int(n), seq, hash, at, v["kid"], line}, nil
}

// Mark is an entry's number and hash, noted by somebody outside.
type Mark struct {
	Seq  int64
	Hash Hash
}

// ParseMark reads "<number>:<hash>".
func ParseMark(text string) (Mark, error) {
	n, h, _ := strings.Cut(text, ":")
	seq, err := number(n)
	if err != nil {
		return Mark{}, fmt.Errorf("%q: want the number of an entry, a colon and its hash", cutText(text, 100))
	}
	hash, err := ParseHash(h)
	if err != nil {
		return Mark{}, fmt.Errorf("%q: %w", cutText(text, 100), err)
	}
	return Mark{seq, hash}, nil
}

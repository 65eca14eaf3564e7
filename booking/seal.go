package booking

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Sizes of the sealed personal record: a key name, then a nonce, then the ciphertext.
const (
	keyNameBytes = 10
	keyBytes     = 32
)

var errSealed = errors.New("sealed record cannot be opened")

// vault keeps the key of each sealed record, wrapped, until the record is to be forgotten. It can live in a Redis of its
// own, without append-only file, so that the backup of one never holds both.
type vault struct {
	rdb     redis.UniversalClient
	timeout time.Duration
}

func (v vault) key(area, name string) string { return "{" + area + "}:vault:" + name }

func (v vault) put(ctx context.Context, area, name string, wrapped []byte, until time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	return v.rdb.Set(ctx, v.key(area, name), wrapped, until).Err()
}

// keep moves a key's expiry and reports whether the key is still there.
func (v vault) keep(ctx context.Context, area, name string, until time.Duration) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	return v.rdb.PExpire(ctx, v.key(area, name), until).Result()
}

func (v vault) destroy(ctx context.Context, area, name string) error {
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	return v.rdb.Del(ctx, v.key(area, name)).Err()
}

// get gives the wrapped keys, nil where one is gone.
func (v vault) get(ctx context.Context, area string, names []string) ([][]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, v.timeout)
	defer cancel()
	keys := make([]string, len(names))
	for i, name := range names {
		keys[i] = v.key(area, name)
	}
	values, err := v.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, err
	}
	wrapped := make([][]byte, len(values))
	for i, value := range values {
		if text, ok := value.(string); ok {
			wrapped[i] = []byte(text)
		}
	}
	return wrapped, nil
}

// secrets are the keys derived from the service's secret, one for each use.
type secrets struct {
	wrap  cipher.AEAD // wraps the key of each sealed record
	index []byte      // resident → ledger
	ids   []byte      // idempotency key → appointment id
	print []byte      // fingerprints of requests
	lines cipher.AEAD // seals lines of the journal
}

func newSecrets(secret []byte) (secrets, error) {
	if len(secret) < 32 {
		return secrets{}, fmt.Errorf("the booking secret has %d bytes; at least 32 are needed", len(secret))
	}
	derive := func(use string) ([]byte, error) {
		return hkdf.Key(sha256.New, secret, nil, "madoguchi booking "+use+" 1", keyBytes)
	}
	var s secrets
	wrap, err := derive("wrap")
	if err != nil {
		return secrets{}, err
	}
	if s.wrap, err = gcm(wrap); err != nil {
		return secrets{}, err
	}
	lines, err := derive("journal")
	if err != nil {
		return secrets{}, err
	}
	if s.lines, err = gcm(lines); err != nil {
		return secrets{}, err
	}
	for use, to := range map[string]*[]byte{"resident index": &s.index, "ids": &s.ids, "fingerprint": &s.print} {
		if *to, err = derive(use); err != nil {
			return secrets{}, err
		}
	}
	return s, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// lower-case base32 without padding: safe in URLs, read aloud and typed without doubt.
var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

func mac(key []byte, bytes int, parts ...string) string {
	h := hmac.New(sha256.New, key)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return strings.ToLower(letters.EncodeToString(h.Sum(nil)[:bytes]))
}

// residentIndex names the ledger of a resident within an area. It cannot be turned back without the secret.
func (s secrets) residentIndex(area string, p Person) string { return mac(s.index, 16, area, p.key()) }

// appointmentID makes the id from who asks and the idempotency key, so that a repetition meets its own hold even where
// Redis has forgotten everything else about it.
func (s secrets) appointmentID(area, seat, key string) string {
	return "a_" + mac(s.ids, 16, area, seat, key)
}

// sealed is a personal record ready to be stored, with its key, wrapped.
type sealed struct {
	name    string // of the key
	wrapped []byte
	record  []byte
}

// seal encrypts the person under a fresh key. The record is bound to the appointment, the wrapped key to its name.
func (s secrets) seal(id string, p Person) (sealed, error) {
	raw := make([]byte, keyNameBytes+keyBytes)
	if _, err := rand.Read(raw); err != nil {
		return sealed{}, err
	}
	name, key := strings.ToLower(letters.EncodeToString(raw[:keyNameBytes])), raw[keyNameBytes:]
	box, err := gcm(key)
	if err != nil {
		return sealed{}, err
	}
	return sealed{
		name:    name,
		wrapped: s.wrap.Seal(nil, nil, key, []byte(name)),
		record:  box.Seal([]byte(name), nil, p.text(), []byte(id)),
	}, nil
}

// keyName reads from a sealed record which key opens it.
func keyName(record []byte) (string, bool) {
	n := letters.EncodedLen(keyNameBytes)
	if len(record) <= n {
		return "", false
	}
	return string(record[:n]), true
}

// open decrypts a sealed record with its wrapped key.
func (s secrets) open(id string, record, wrapped []byte) (Person, error) {
	name, ok := keyName(record)
	if !ok {
		return Person{}, errSealed
	}
	key, err := s.wrap.Open(nil, nil, wrapped, []byte(name))
	if err != nil {
		return Person{}, errSealed
	}
	box, err := gcm(key)
	if err != nil {
		return Person{}, err
	}
	text, err := box.Open(nil, nil, record[len(name):], []byte(id))
	if err != nil {
		return Person{}, errSealed
	}
	return personFrom(text), nil
}

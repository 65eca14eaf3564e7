package login

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/redis/go-redis/v9"
)

// maxPasskeys bounds those of one seat: a telephone, a security key, and a spare of each for two people who share it.
const maxPasskeys = 8

// ErrPasskeys: a seat has as many as it may.
var ErrPasskeys = fmt.Errorf("this seat has %d passkeys already: have them taken away first", maxPasskeys)

// ErrNoPasskey: nobody here knows it.
var ErrNoPasskey = errors.New("this passkey is not known here")

// Passkeys are those of a seat. Handle is a random name by which an authenticator finds the seat again: it tells nothing.
type Passkeys struct {
	Seat   string                `json:"seat"`
	Handle []byte                `json:"handle"`
	Known  []webauthn.Credential `json:"known"`
}

// WebAuthnID implements webauthn.User.
func (p *Passkeys) WebAuthnID() []byte { return p.Handle }

// WebAuthnName is what the authenticator lists.
func (p *Passkeys) WebAuthnName() string { return p.Seat }

// WebAuthnDisplayName likewise.
func (p *Passkeys) WebAuthnDisplayName() string { return p.Seat }

// WebAuthnCredentials implements webauthn.User.
func (p *Passkeys) WebAuthnCredentials() []webauthn.Credential { return p.Known }

// PasskeysOf reads those of a seat, with a new handle where there are none.
func (s *Store) PasskeysOf(ctx context.Context, seat string) (*Passkeys, error) {
	raw, err := s.redis.Get(ctx, s.key("passkeys", seat)).Bytes()
	if errors.Is(err, redis.Nil) {
		p := &Passkeys{Seat: seat, Handle: make([]byte, 32)}
		_, _ = rand.Read(p.Handle) // never fails
		return p, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read passkeys of %s: %w", seat, err)
	}
	p := &Passkeys{}
	if err := json.Unmarshal(raw, p); err != nil {
		return nil, fmt.Errorf("decode passkeys of %s: %w", seat, err)
	}
	return p, nil
}

// PasskeysBy finds the seat of a handle.
func (s *Store) PasskeysBy(ctx context.Context, handle []byte) (*Passkeys, error) {
	seat, err := s.redis.Get(ctx, s.key("passkey-seat", named(handle))).Result()
	if errors.Is(err, redis.Nil) {
		return nil, ErrNoPasskey
	}
	if err != nil {
		return nil, fmt.Errorf("look for a passkey's seat: %w", err)
	}
	return s.PasskeysOf(ctx, seat)
}

// KeepPasskey stores a new or used one: its id, public key, flags and counter, and nothing an authenticator said besides.
func (s *Store) KeepPasskey(ctx context.Context, p *Passkeys, one webauthn.Credential) error {
	one.Attestation = webauthn.CredentialAttestation{}
	kept := *p
	kept.Known = nil
	for _, known := range p.Known {
		if string(known.ID) != string(one.ID) {
			kept.Known = append(kept.Known, known)
		}
	}
	if kept.Known = append(kept.Known, one); len(kept.Known) > maxPasskeys {
		return ErrPasskeys
	}
	raw, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("encode passkeys of %s: %w", p.Seat, err)
	}
	_, err = s.redis.TxPipelined(ctx, func(r redis.Pipeliner) error {
		r.Set(ctx, s.key("passkeys", p.Seat), raw, 0)
		r.Set(ctx, s.key("passkey-seat", named(p.Handle)), p.Seat, 0)
		return nil
	})
	if err != nil {
		return fmt.Errorf("store passkeys of %s: %w", p.Seat, err)
	}
	return nil
}

// DropPasskeys forgets all of a seat.
func (s *Store) DropPasskeys(ctx context.Context, seat string) error {
	p, err := s.PasskeysOf(ctx, seat)
	if err != nil {
		return err
	}
	if err := s.redis.Del(ctx, s.key("passkeys", seat), s.key("passkey-seat", named(p.Handle))).Err(); err != nil {
		return fmt.Errorf("forget passkeys of %s: %w", seat, err)
	}
	return nil
}

func named(handle []byte) string { return base64.RawURLEncoding.EncodeToString(handle) }

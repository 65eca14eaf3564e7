package login

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/redis/go-redis/v9"
)

// maxPasskeys bounds those of one seat: a telephone, a security key, and a spare of each for two people who share it.
const maxPasskeys = 8

// ErrPasskeys: a seat has as many as it may.
var ErrPasskeys = fmt.Errorf("this seat has %d passkeys already: have them taken away first", maxPasskeys)

// ErrCloned: the counter of a passkey has not gone on.
var ErrCloned = errors.New("the counter of this passkey has not gone on: two authenticators have the same key, or an answer came twice")

// changesAtMost is how often a change is tried anew when somebody else changes the same passkeys.
const changesAtMost = 8

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
	return passkeysIn(s.redis.Get(ctx, s.key("passkeys", seat)), seat)
}

func passkeysIn(stored *redis.StringCmd, seat string) (*Passkeys, error) {
	raw, err := stored.Bytes()
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

// AddPasskey stores a new one, for the seat and handle that p was read with: its id, public key, flags and counter, and nothing an
// authenticator said besides. What has become of the others meanwhile stays as it is: whatever was forgotten is not brought
// back. ErrPasskeys where there are as many as may be, ErrSpent where the seat has another handle by now.
func (s *Store) AddPasskey(ctx context.Context, p *Passkeys, one webauthn.Credential) error {
	one.Attestation = webauthn.CredentialAttestation{}
	return s.change(ctx, p.Seat, func(kept *Passkeys) error {
		if kept.Known == nil {
			kept.Handle = p.Handle
		}
		if !bytes.Equal(kept.Handle, p.Handle) {
			return ErrSpent
		}
		if kept.Known = append(kept.Known, one); len(kept.Known) > maxPasskeys {
			return ErrPasskeys
		}
		return nil
	})
}

// UsedPasskey stores the counter and flags of one that has just signed somebody in. ErrNoPasskey where it has been forgotten
// meanwhile, ErrCloned where its counter has not gone on: somebody else has the same key, or the same answer came twice.
func (s *Store) UsedPasskey(ctx context.Context, seat string, one webauthn.Credential) error {
	return s.change(ctx, seat, func(kept *Passkeys) error {
		i := slices.IndexFunc(kept.Known, func(known webauthn.Credential) bool { return bytes.Equal(known.ID, one.ID) })
		if i < 0 {
			return ErrNoPasskey
		}
		before, after := kept.Known[i].Authenticator.SignCount, one.Authenticator.SignCount
		if one.Authenticator.CloneWarning || after <= before && before != 0 {
			return ErrCloned
		}
		kept.Known[i].Authenticator.SignCount, kept.Known[i].Flags = after, one.Flags
		return nil
	})
}

// change reads the passkeys of a seat, changes them and stores them, unless somebody else has done so in between: then anew.
func (s *Store) change(ctx context.Context, seat string, act func(*Passkeys) error) error {
	key := s.key("passkeys", seat)
	for range changesAtMost {
		err := s.redis.Watch(ctx, func(tx *redis.Tx) error {
			kept, err := passkeysIn(tx.Get(ctx, key), seat)
			if err == nil {
				err = act(kept)
			}
			if err != nil {
				return err
			}
			raw, err := json.Marshal(kept)
			if err != nil {
				return fmt.Errorf("encode passkeys: %w", err)
			}
			_, err = tx.TxPipelined(ctx, func(r redis.Pipeliner) error {
				r.Set(ctx, key, raw, 0)
				r.Set(ctx, s.key("passkey-seat", named(kept.Handle)), seat, 0)
				return nil
			})
			return err
		}, key)
		if !errors.Is(err, redis.TxFailedErr) {
			return within("change passkeys of "+seat, err)
		}
	}
	return fmt.Errorf("change passkeys of %s: %w", seat, redis.TxFailedErr)
}

func within(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
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

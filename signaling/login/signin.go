package login

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

// How long things last.
const (
	TokenTTL     = 10 * time.Minute // a seat token
	personFor    = 12 * time.Hour   // a person's signing-in, at most
	idleFor      = 45 * time.Minute // and without asking for a token
	EmergencyFor = time.Hour        // break-glass access, without another token
)

// How somebody has signed in.
const (
	ByDevice    = "device" // a booth or lobby, by its code
	ByPasskey   = "passkey"
	ByProvider  = "oidc"
	ByEmergency = "emergency"
)

// Why a proof is refused.
var (
	ErrGone      = errors.New("there is no such signing-in: it has been revoked, or was idle too long")
	ErrChallenge = errors.New("the challenge is not ours, has been used, or is older than a minute")
	ErrProof     = errors.New("the signature is not by the key that belongs to this signing-in")
	ErrDevice    = errors.New("the client certificate is not the one this booth was enrolled with")
)

// SignIn is one signing-in.
type SignIn struct {
	ID    string    `json:"id"`
	Seat  string    `json:"seat"`
	How   string    `json:"how"`
	Key   Key       `json:"key"`
	Begun time.Time `json:"begun"`
	Cert  string    `json:"cert,omitempty"` // SHA-256 of the client certificate it was enrolled with, in base64url
}

// stays says whether it lasts until it is revoked.
func (s SignIn) stays() bool { return s.How == ByDevice }

// Store keeps the signings-in of an area.
type Store struct {
	redis redis.UniversalClient
	area  string
	now   func() time.Time
}

// NewStore keeps them in Redis; now tells the time.
func NewStore(r redis.UniversalClient, area string, now func() time.Time) *Store {
	return &Store{r, area, now}
}

func (s *Store) key(kind, id string) string { return "{" + s.area + "}:" + kind + ":" + id }

// Begin notes a new signing-in.
func (s *Store) Begin(ctx context.Context, seat, how string, key Key, cert string) (SignIn, error) {
	if err := key.Check(); err != nil {
		return SignIn{}, err
	}
	in := SignIn{ID: "si_" + rand.Text(), Seat: seat, How: how, Key: key, Begun: s.now(), Cert: cert}
	return in, s.keep(ctx, in)
}

func (s *Store) keep(ctx context.Context, in SignIn) error {
	raw, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode signing-in: %w", err)
	}
	ttl := time.Duration(0)
	if !in.stays() {
		ttl = min(idleFor, in.Begun.Add(personFor).Sub(s.now()))
	}
	_, err = s.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, s.key("in", in.ID), raw, ttl)
		p.SAdd(ctx, s.key("ins", in.Seat), in.ID)
		if !in.stays() { // those of a person all end by themselves
			p.PExpire(ctx, s.key("ins", in.Seat), personFor)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("store signing-in of %s: %w", in.Seat, err)
	}
	return nil
}

// Challenge makes a text that may be signed once, for whoever asks from a network; *OftenError where that has asked too often.
func (s *Store) Challenge(ctx context.Context, from string) (string, error) {
	return s.Once(ctx, Challenges, from, 1)
}

// Prove checks a signed challenge and returns the signing-in it is by, whose time of idleness begins anew. The challenge is
// spent, whatever comes of it; *OftenError where the signing-in has been given too many tokens. cert is that of the connection, "" where there is none.
func (s *Store) Prove(ctx context.Context, id, challenge, signature, cert string) (SignIn, error) {
	var one int
	if err := s.Take(ctx, Challenges, challenge, &one); err != nil {
		return SignIn{}, map[bool]error{true: ErrChallenge, false: err}[errors.Is(err, ErrSpent)]
	}
	in, err := s.Find(ctx, id)
	switch {
	case err != nil:
		return in, err
	case !in.Key.signed(Proof(id, challenge), signature):
		return in, ErrProof
	case in.Cert != "" && in.Cert != cert:
		return in, ErrDevice
	}
	if err := s.renewed(ctx, id); err != nil {
		return in, err
	}
	switch {
	case in.stays():
		return in, nil
	case !s.now().Before(in.Begun.Add(personFor)):
		return in, ErrGone
	}
	// Only what is still there: a revocation in this very moment is not undone.
	left := min(idleFor, in.Begun.Add(personFor).Sub(s.now()))
	if there, err := s.redis.PExpire(ctx, s.key("in", id), left).Result(); err != nil || !there {
		return in, errors.Join(err, map[bool]error{false: ErrGone}[there])
	}
	return in, nil
}

// Find reads a signing-in; ErrGone where there is none.
func (s *Store) Find(ctx context.Context, id string) (in SignIn, err error) {
	raw, err := s.redis.Get(ctx, s.key("in", id)).Bytes()
	if errors.Is(err, redis.Nil) {
		return in, ErrGone
	}
	if err != nil {
		return in, fmt.Errorf("read signing-in: %w", err)
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return in, fmt.Errorf("decode signing-in %s: %w", id, err)
	}
	return in, nil
}

// End ends one signing-in.
func (s *Store) End(ctx context.Context, id, seat string) error {
	_, err := s.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, s.key("in", id))
		p.SRem(ctx, s.key("ins", seat), id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("end signing-in of %s: %w", seat, err)
	}
	return nil
}

// EndAll ends every signing-in of a seat. Its passkeys stay.
func (s *Store) EndAll(ctx context.Context, seat string) error {
	ids, err := s.redis.SMembers(ctx, s.key("ins", seat)).Result()
	for _, id := range ids {
		err = errors.Join(err, s.End(ctx, id, seat))
	}
	if err != nil {
		return fmt.Errorf("end every signing-in of %s: %w", seat, err)
	}
	return nil
}

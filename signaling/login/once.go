package login

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/redis/go-redis/v9"
)

// Kind is what may be kept until it is taken once, and how much of it.
type Kind struct {
	name    string
	lasts   time.Duration
	waiting int // at most, in the area; the oldest are let go
	network int // at most, that one network asks for in that time
}

// Kinds. A town hall, or a thousand booths, may share one address; what a flood costs is bounded all the same.
var (
	Challenges = Kind{"challenge", time.Minute, 20_000, 3_000}
	Ceremonies = Kind{"ceremony", 5 * time.Minute, 5_000, 600}     // how long somebody may take to touch a key or look into a camera
	Journeys   = Kind{"oidc", 10 * time.Minute, 5_000, 1_000}      // to the provider and back
	Tickets    = Kind{"ticket", time.Minute, 5_000, 1_000}         // what the page exchanges that somebody has come back to
	renewals   = Kind{"renewed", 10 * time.Minute, 0, mostRenewed} // counted only
)

// Lasts is how long one waits.
func (k Kind) Lasts() time.Duration { return k.lasts }

// mostRenewed is how many tokens one signing-in may be given in ten minutes: a page wants two.
const mostRenewed = 60

// ErrSpent: nothing waits under that key: it has been taken, or is too old.
var ErrSpent = errors.New("it has been used, or is too old: begin again")

// OftenError: somebody has asked too often, and may again after a while.
type OftenError struct{ Wait time.Duration }

// Error says so.
func (e *OftenError) Error() string { return fmt.Sprintf("asked too often: wait %s", e.Wait) }

//go:embed keep.lua
var keepSource string

//go:embed take.lua
var takeSource string

var keepScript, takeScript = redis.NewScript(keepSource), redis.NewScript(takeSource)

func (s *Store) waiting(k Kind) []string {
	return []string{s.key("wait", k.name), s.key("wait-until", k.name)}
}

// asked counts by whom something was asked for. It is named by a digest: who has asked is nobody's business later.
func (s *Store) asked(k Kind, by string) string {
	sum := sha256.Sum256([]byte(by))
	return s.key("asked-"+k.name, base64.RawURLEncoding.EncodeToString(sum[:12]))
}

// Network is what an address stands for where it is counted: whoever has one IPv6 address has all of its /64.
func Network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		return addr.String()
	}
	network, _ := addr.Prefix(64) // an IPv6 address has one
	return network.String()
}

// Once keeps something under a name that nobody guesses, to be taken once: what a ceremony has to remember. from is the network
// that asks; *OftenError where it has asked too often.
func (s *Store) Once(ctx context.Context, k Kind, from string, what any) (string, error) {
	raw, err := json.Marshal(what)
	if err != nil {
		return "", fmt.Errorf("encode %s: %w", k.name, err)
	}
	id := rand.Text()
	keys := append(s.waiting(k), s.asked(k, from))
	wait, err := keepScript.Run(ctx, s.redis, keys, s.now().UnixMilli(), k.lasts.Milliseconds(), id, raw, k.waiting, k.network).Int64()
	if err != nil {
		return "", fmt.Errorf("store %s: %w", k.name, err)
	}
	if wait > 0 {
		return "", &OftenError{time.Duration(wait) * time.Millisecond}
	}
	return id, nil
}

// Take takes what Once has kept; ErrSpent where nothing is kept under that name any more.
func (s *Store) Take(ctx context.Context, k Kind, id string, what any) error {
	raw, err := takeScript.Run(ctx, s.redis, s.waiting(k), s.now().UnixMilli(), id).Text()
	if errors.Is(err, redis.Nil) {
		return ErrSpent
	}
	if err != nil {
		return fmt.Errorf("take %s: %w", k.name, err)
	}
	if err := json.Unmarshal([]byte(raw), what); err != nil {
		return fmt.Errorf("decode %s: %w", k.name, err)
	}
	return nil
}

// renewed counts a token that a signing-in is given; *OftenError where it has had more than a page wants.
func (s *Store) renewed(ctx context.Context, id string) error {
	key := s.asked(renewals, id)
	var count *redis.IntCmd
	var left *redis.DurationCmd
	_, err := s.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.SetNX(ctx, key, 0, renewals.lasts)
		count = p.Incr(ctx, key)
		left = p.PTTL(ctx, key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("count renewals: %w", err)
	}
	if count.Val() > int64(renewals.network) {
		return &OftenError{max(left.Val(), time.Second)}
	}
	return nil
}

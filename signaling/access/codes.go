package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Life of a one-time code.
const (
	CodeTTL   = 10 * time.Minute
	CodeTries = 5
)

// Why a code is refused.
var (
	ErrNoCode       = errors.New("no code is waiting for this seat: never made, used, or expired")
	ErrWrongCode    = errors.New("wrong code")
	ErrTooManyTries = errors.New("too many wrong codes: have a new one made")
)

// codeLetters leaves out what is misread or misheard. Ten of them are 49 bits: with five tries and ten minutes nobody
// guesses one, and the hash in Redis is worth nothing by the time it could be searched.
const (
	codeLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength  = 10
)

//go:embed redeem.lua
var redeemSource string

// Codes are one-time codes, one per seat; a new one replaces the old.
type Codes struct {
	redis  redis.UniversalClient
	area   string
	redeem *redis.Script
}

// NewCodes keeps codes of an area in Redis.
func NewCodes(r redis.UniversalClient, area string) *Codes {
	return &Codes{r, area, redis.NewScript(redeemSource)}
}

func (c *Codes) key(seat string) string { return "{" + c.area + "}:code:" + seat }

// Mint makes a code for a seat. It is returned only here; Redis keeps a hash of it.
func (c *Codes) Mint(ctx context.Context, seat string) (string, error) {
	code, err := newCode()
	if err != nil {
		return "", fmt.Errorf("mint code for %s: %w", seat, err)
	}
	key := c.key(seat)
	_, err = c.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Del(ctx, key)
		p.HSet(ctx, key, "h", hash(seat, code), "n", 0)
		p.PExpire(ctx, key, CodeTTL)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("mint code for %s: %w", seat, err)
	}
	return code[:codeLength/2] + "-" + code[codeLength/2:], nil
}

func newCode() (string, error) {
	code := make([]byte, 0, codeLength)
	var b [1]byte
	for len(code) < codeLength {
		if _, err := rand.Read(b[:]); err != nil {
			return "", err
		}
		// Bytes beyond the last whole multiple would make some letters likelier.
		if n := int(b[0]); n < 256/len(codeLetters)*len(codeLetters) {
			code = append(code, codeLetters[n%len(codeLetters)])
		}
	}
	return string(code), nil
}

// Redeem accepts a code once. Case, spaces and hyphens do not matter: people type it.
func (c *Codes) Redeem(ctx context.Context, seat, code string) error {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	result, err := c.redeem.Run(ctx, c.redis, []string{c.key(seat)}, hash(seat, code), CodeTries).Int()
	if err != nil {
		return fmt.Errorf("redeem code of %s: %w", seat, err)
	}
	switch result {
	case 1:
		return nil
	case 0:
		return fmt.Errorf("redeem code of %s: %w", seat, ErrWrongCode)
	case -2:
		return fmt.Errorf("redeem code of %s: %w", seat, ErrTooManyTries)
	default:
		return fmt.Errorf("redeem code of %s: %w", seat, ErrNoCode)
	}
}

func hash(seat, code string) string {
	sum := sha256.Sum256([]byte(seat + "\n" + code))
	return hex.EncodeToString(sum[:])
}

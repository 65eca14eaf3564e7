package access

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

func newCodes(t *testing.T) (*Codes, *miniredis.Miniredis) {
	t.Helper()
	mini := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: mini.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	return NewCodes(client, "shiomachi"), mini
}

func mint(t *testing.T, c *Codes) string {
	t.Helper()
	code, err := c.Mint(context.Background(), "booth:1")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestACodeIsGoodOnce(t *testing.T) {
	c, _ := newCodes(t)
	code := mint(t, c)
	if err := c.Redeem(context.Background(), "booth:1", strings.ToLower(strings.ReplaceAll(code, "-", " "))); err != nil {
		t.Fatal(err)
	}
	if err := c.Redeem(context.Background(), "booth:1", code); !errors.Is(err, ErrNoCode) {
		t.Fatalf("a second time: %v", err)
	}
}

func TestACodeIsForItsSeatOnly(t *testing.T) {
	c, _ := newCodes(t)
	code := mint(t, c)
	if _, err := c.Mint(context.Background(), "booth:2"); err != nil {
		t.Fatal(err)
	}
	if err := c.Redeem(context.Background(), "booth:2", code); !errors.Is(err, ErrWrongCode) {
		t.Fatalf("got %v", err)
	}
}

func TestFiveWrongTriesAreTheEndOfACode(t *testing.T) {
	c, _ := newCodes(t)
	code := mint(t, c)
	for range CodeTries {
		if err := c.Redeem(context.Background(), "booth:1", "22222-22222"); !errors.Is(err, ErrWrongCode) {
			t.Fatalf("got %v", err)
		}
	}
	if err := c.Redeem(context.Background(), "booth:1", code); !errors.Is(err, ErrTooManyTries) {
		t.Fatalf("the right code, too late: %v", err)
	}
	if err := c.Redeem(context.Background(), "booth:1", mint(t, c)); err != nil {
		t.Fatalf("a new one: %v", err)
	}
}

func TestACodeExpires(t *testing.T) {
	c, mini := newCodes(t)
	code := mint(t, c)
	mini.FastForward(CodeTTL)
	if err := c.Redeem(context.Background(), "booth:1", code); !errors.Is(err, ErrNoCode) {
		t.Fatalf("got %v", err)
	}
}

func TestRedisNeverSeesACode(t *testing.T) {
	c, mini := newCodes(t)
	code := mint(t, c)
	if dump := mini.Dump(); strings.Contains(dump, code) || strings.Contains(dump, strings.ReplaceAll(code, "-", "")) {
		t.Fatal(dump)
	}
}

func TestWithoutRedisACodeIsNeitherRightNorWrong(t *testing.T) {
	c, mini := newCodes(t)
	code := mint(t, c)
	mini.SetError("LOADING")
	err := c.Redeem(context.Background(), "booth:1", code)
	if err == nil || errors.Is(err, ErrNoCode) || errors.Is(err, ErrWrongCode) {
		t.Fatalf("got %v", err)
	}
}

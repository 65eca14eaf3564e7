package login

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// browser is a key as a page makes one.
type browser struct{ key *ecdsa.PrivateKey }

func newBrowser(t testing.TB) browser {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return browser{key}
}

func (b browser) public(t testing.TB) Key {
	t.Helper()
	point, err := b.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString
	return Key{"EC", "P-256", text(point[1:33]), text(point[33:])}
}

func (b browser) sign(t testing.TB, text string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, b.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return base64.RawURLEncoding.EncodeToString(raw)
}

func newStore(t *testing.T) (*Store, *miniredis.Miniredis, *time.Time) {
	t.Helper()
	mini := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: mini.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	return NewStore(client, "shiomachi", func() time.Time { return now }), mini, &now
}

func TestAChallengeSignedByTheKeyIsGoodOnce(t *testing.T) {
	store, _, now := newStore(t)
	page, thief := newBrowser(t), newBrowser(t)
	in, err := store.Begin(t.Context(), "booth:shiomachihama-1", ByDevice, page.public(t), "")
	if err != nil {
		t.Fatal(err)
	}
	other, err := store.Begin(t.Context(), "booth:shiomachihama-2", ByDevice, thief.public(t), "")
	if err != nil {
		t.Fatal(err)
	}
	fresh := func() string {
		c, err := store.Challenge(t.Context(), "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := fresh()
	late := fresh()
	rows := []struct {
		situation, id, challenge, signature string
		before                              func()
		want                                error
	}{
		{"signed by its key", in.ID, first, page.sign(t, Proof(in.ID, first)), nil, nil},
		{"the same again", in.ID, first, page.sign(t, Proof(in.ID, first)), nil, ErrChallenge},
		{"a challenge of one's own", in.ID, "mine", page.sign(t, Proof(in.ID, "mine")), nil, ErrChallenge},
		{"a signing-in nobody knows", "si_x", "", "", nil, ErrGone},
		{"by another key", in.ID, "", "thief", nil, ErrProof},
		{"for another signing-in", other.ID, "", "page", nil, ErrProof},
		{"no signature", in.ID, "", "nothing", nil, ErrProof},
		{"a minute too late", in.ID, late, page.sign(t, Proof(in.ID, late)), func() { *now = now.Add(Challenges.lasts) }, ErrChallenge},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			if r.before != nil {
				r.before()
			}
			if r.challenge == "" {
				r.challenge = fresh()
				switch r.signature {
				case "thief":
					r.signature = thief.sign(t, Proof(r.id, r.challenge))
				case "page":
					r.signature = page.sign(t, Proof(in.ID, r.challenge))
				}
			}
			if _, err := store.Prove(t.Context(), r.id, r.challenge, r.signature, ""); !errors.Is(err, r.want) {
				t.Errorf("got %v, want %v", err, r.want)
			}
		})
	}
}

func TestAPersonsSigningInEndsWithTheDayAndWithoutItsPage(t *testing.T) {
	store, mini, now := newStore(t)
	page := newBrowser(t)
	prove := func(in SignIn) error {
		c, err := store.Challenge(t.Context(), "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.Prove(t.Context(), in.ID, c, page.sign(t, Proof(in.ID, c)), "")
		return err
	}
	pass := func(d time.Duration) { *now = now.Add(d); mini.FastForward(d) }
	desk, err := store.Begin(t.Context(), "desk:morita", ByPasskey, page.public(t), "")
	if err != nil {
		t.Fatal(err)
	}
	for left := personFor - idleFor; left > 0; left -= idleFor / 2 {
		pass(idleFor / 2)
		if err := prove(desk); err != nil {
			t.Fatalf("%s before the end: %v", left, err)
		}
	}
	pass(idleFor)
	if err := prove(desk); !errors.Is(err, ErrGone) {
		t.Errorf("after a working day: %v", err)
	}
	idle, err := store.Begin(t.Context(), "desk:morita", ByPasskey, page.public(t), "")
	if err != nil {
		t.Fatal(err)
	}
	pass(idleFor)
	if err := prove(idle); !errors.Is(err, ErrGone) {
		t.Errorf("nobody was there: %v", err)
	}
	booth, err := store.Begin(t.Context(), "booth:shiomachihama-1", ByDevice, page.public(t), "fingerprint")
	if err != nil {
		t.Fatal(err)
	}
	pass(400 * 24 * time.Hour)
	if err := prove(booth); !errors.Is(err, ErrDevice) {
		t.Errorf("a booth without the certificate it was enrolled with: %v", err)
	}
	if err := store.EndAll(t.Context(), booth.Seat); err != nil {
		t.Fatal(err)
	}
	if err := prove(booth); !errors.Is(err, ErrGone) {
		t.Errorf("after it was revoked: %v", err)
	}
}

func TestWhatIsNoKeyIsRefused(t *testing.T) {
	good := newBrowser(t).public(t)
	for situation, change := range map[string]func(*Key){
		"another type":     func(k *Key) { k.Type = "OKP" },
		"another curve":    func(k *Key) { k.Curve = "P-384" },
		"no base64":        func(k *Key) { k.X = "*" },
		"too short":        func(k *Key) { k.Y = "AAAA" },
		"not on the curve": func(k *Key) { k.X, k.Y = k.Y, k.X },
		"the point at nought": func(k *Key) {
			k.X, k.Y = base64.RawURLEncoding.EncodeToString(make([]byte, 32)), base64.RawURLEncoding.EncodeToString(make([]byte, 32))
		},
	} {
		k := good
		change(&k)
		if err := k.Check(); !errors.Is(err, ErrKey) {
			t.Errorf("%s: %v", situation, err)
		}
	}
	if good.Check() != nil {
		t.Error("a good one is refused")
	}
}

func FuzzASignatureIsOnlyGoodByItsKey(f *testing.F) {
	page := newBrowser(f)
	key, good := page.public(f), page.sign(f, "text")
	f.Add(good, key.X)
	f.Add("", "")
	f.Fuzz(func(t *testing.T, signature, x string) {
		k := key
		k.X = x
		if k.signed("another text", signature) {
			t.Errorf("%q by %q", signature, x)
		}
	})
}

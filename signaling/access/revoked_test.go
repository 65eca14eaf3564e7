package access

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

func newRevocations(t *testing.T, now func() time.Time) (*Revocations, *Revocations) {
	t.Helper()
	mini := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: mini.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	return NewRevocations(client, "shiomachi", now), NewRevocations(client, "shiomachi", now)
}

func TestWhatIsRevokedIsRefusedHereAtOnceAndElsewhereOnceItHasRead(t *testing.T) {
	keys := newKeys(t)
	here, there := newRevocations(t, clock)
	issuer := NewIssuer(keys, clock)
	token := func(seat, signIn string) string {
		made, _, err := issuer.Seat(Seat{ID: seat, Role: "booth", Area: "shiomachi", SignIn: signIn}, SeatTTL)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	room, _, err := issuer.Room(Room{Participant: "booth:1", Room: "s_1", Grants: BoothGrants, SignIn: "si_1"}, RoomTTL)
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		situation string
		revoke    Revocation
		token     string
		refused   bool
	}{
		{"its own signing-in", Revocation{Seat: "booth:1", SignIn: "si_1", At: noon}, token("booth:1", "si_1"), true},
		{"another signing-in of the seat", Revocation{Seat: "booth:1", SignIn: "si_1", At: noon}, token("booth:1", "si_2"), false},
		{"the whole seat", Revocation{Seat: "booth:3", At: noon}, token("booth:3", "si_3"), true},
		{"the whole seat, before the token was made", Revocation{Seat: "booth:4", At: noon.Add(-time.Second)}, token("booth:4", "si_4"), false},
		{"another seat", Revocation{Seat: "booth:3", At: noon}, token("booth:5", "si_5"), false},
		{"the seat of one that goes back to nothing", Revocation{Seat: "booth:6", At: noon}, token("booth:6", ""), true},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			if err := here.Revoke(t.Context(), r.revoke); err != nil {
				t.Fatal(err)
			}
			if _, err := there.Load(t.Context()); err != nil {
				t.Fatal(err)
			}
			for where, list := range map[string]*Revocations{"here": here, "there": there} {
				if _, err := NewVerifier(keys, clock).Heeding(list).Seat(r.token); errors.Is(err, ErrRevoked) != r.refused {
					t.Errorf("%s: %v", where, err)
				}
			}
		})
	}
	if _, err := NewVerifier(keys, clock).Heeding(there).Room(room); !errors.Is(err, ErrRevoked) {
		t.Errorf("a room token minted by what was revoked: %v", err)
	}
}

func TestARevocationIsForgottenOnceNothingCanBeGoodByItAnyMore(t *testing.T) {
	now := noon
	here, _ := newRevocations(t, func() time.Time { return now })
	if err := here.Revoke(t.Context(), Revocation{Seat: "desk:morita", At: now}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(revocationKept + time.Second)
	if _, err := here.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := here.redis.HLen(t.Context(), here.key).Result(); err != nil || left != 0 || len(here.byName) != 0 {
		t.Errorf("%d stored, %d remembered, %v", left, len(here.byName), err)
	}
	if err := here.Revoke(t.Context(), Revocation{}); !errors.Is(err, ErrNothing) {
		t.Errorf("nobody was revoked: %v", err)
	}
}

func TestKeysRotateAndRetireWhileEveryTokenGoesOn(t *testing.T) {
	dir := t.TempDir()
	keys, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	now := began
	keys.now = func() time.Time { return now }
	tick := func() time.Time { return now }
	verifier, issuer := NewVerifier(keys, tick), NewIssuer(keys, tick)
	type made struct {
		token string
		until time.Time
	}
	var living []made
	for hour := range 72 {
		now = began.Add(time.Duration(hour) * time.Hour)
		if hour%24 == 23 {
			if err := keys.Rotate(now); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := keys.Retire(now); err != nil {
			t.Fatal(err)
		}
		token, until, err := issuer.Seat(desk, SeatTTL)
		if err != nil {
			t.Fatal(err)
		}
		living = append(living, made{token, until})
		for _, m := range living {
			if _, err := verifier.Seat(m.token); err != nil && now.Before(m.until) {
				t.Fatalf("hour %d: a token that is valid until %s: %v", hour, m.until, err)
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.pem"))
	if err != nil || len(files) != 2 {
		t.Errorf("after three days with a key each: %v, %v", files, err)
	}
}

func TestTheKeysInForceArePublished(t *testing.T) {
	keys := newKeys(t)
	if err := keys.Rotate(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	keys.JWKS().ServeHTTP(w, httptest.NewRequest("GET", "/.well-known/jwks.json", nil))
	var set struct {
		Keys []map[string]string `json:"keys"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &set); err != nil || len(set.Keys) != 2 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	for _, k := range set.Keys {
		if k["kty"] != "OKP" || k["crv"] != "Ed25519" || k["alg"] != "EdDSA" || k["use"] != "sig" || len(k["x"]) != 43 || len(k) != 6 {
			t.Errorf("a key as RFC 8037 has it, and nothing else: %v", k)
		}
		if _, err := os.Stat(filepath.Join(keys.dir, k["kid"]+".pem")); err != nil {
			t.Error(err)
		}
	}
}

package access

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	noon  = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	clock = func() time.Time { return noon }
	desk  = Seat{ID: "desk:morita", Role: "doctor", Area: "shiomachi", Desk: "morita", Pool: "morita"}
	entry = Room{Participant: "desk:morita", Room: "s_1", Name: "森田 千尋", Grants: DeskGrants}
)

func newKeys(t *testing.T) *Keys {
	t.Helper()
	k, err := LoadOrCreate(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestATokenSaysWhatItWasMadeWith(t *testing.T) {
	keys := newKeys(t)
	issuer, verifier := NewIssuer(keys, clock), NewVerifier(keys, clock)

	token, expires, err := issuer.Seat(desk, SeatTTL)
	if err != nil || !expires.Equal(noon.Add(SeatTTL)) {
		t.Fatal(expires, err)
	}
	seat, err := verifier.Seat(token)
	want := desk
	want.Issued, want.Expires = seat.Issued, seat.Expires
	if err != nil || seat != want || !seat.Expires.Equal(expires) {
		t.Fatalf("got %+v, %v", seat, err)
	}

	token, _, err = issuer.Room(entry, RoomTTL)
	if err != nil {
		t.Fatal(err)
	}
	room, err := verifier.Room(token)
	if err != nil || room.Participant != entry.Participant || room.Room != entry.Room || room.Name != entry.Name || !room.Grants.Has(Admit) || room.Grants.Has(Call) {
		t.Fatalf("got %+v, %v", room, err)
	}
}

// forge signs claims with any method and header, as an attacker would.
func forge(t *testing.T, method jwt.SigningMethod, key any, kid string, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	if kid != "" {
		token.Header["kid"] = kid
	}
	s, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryWrongTokenIsRefusedForItsOwnReason(t *testing.T) {
	keys := newKeys(t)
	issuer, verifier := NewIssuer(keys, clock), NewVerifier(keys, clock)
	kid, key := keys.signing()
	_, otherKey := newKeys(t).signing()
	claims := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{
			"iss": IssuerName, "aud": SeatAudience, "sub": "desk:morita", "role": "doctor", "area": "shiomachi",
			"exp": noon.Add(time.Hour).Unix(), "iat": noon.Unix(),
		}
		change(c)
		return c
	}
	same := claims(func(jwt.MapClaims) {})
	eddsa := jwt.SigningMethodEdDSA
	room, _, err := issuer.Room(entry, RoomTTL)
	if err != nil {
		t.Fatal(err)
	}
	good := forge(t, eddsa, key, kid, same)
	if _, err := verifier.Seat(good); err != nil {
		t.Fatalf("the token the others are made from: %v", err)
	}
	head, rest, _ := strings.Cut(good, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	rows := []struct {
		situation string
		token     string
		want      error
	}{
		{"nothing", "", ErrMalformed},
		{"no token at all", "hello", ErrMalformed},
		{"far too long", strings.Repeat("x", maxToken+1), ErrMalformed},
		{"no signature", head + "." + payload + ".", ErrSignature},
		{"another signature", head + "." + payload + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 64)), ErrSignature},
		{"signature of other content", head + "." + strings.SplitN(room, ".", 3)[1] + "." + signature, ErrSignature},
		{"algorithm none", forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, kid, same), ErrAlgorithm},
		{"HMAC over the raw public key", forge(t, jwt.SigningMethodHS256, []byte(key.Public().(ed25519.PublicKey)), kid, same), ErrAlgorithm},
		{"HMAC over the encoded public key", forge(t, jwt.SigningMethodHS512, public, kid, same), ErrAlgorithm},
		{"no key id", forge(t, eddsa, key, "", same), ErrUnknownKey},
		{"a key id nobody knows", forge(t, eddsa, otherKey, "20991231T000000.000-ffffffff", same), ErrUnknownKey},
		{"a key id that is a path", forge(t, eddsa, otherKey, "../../etc/passwd", same), ErrUnknownKey},
		{"our key id, another's key", forge(t, eddsa, otherKey, kid, same), ErrSignature},
		{"expired", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { c["exp"] = noon.Add(-time.Minute).Unix() })), ErrExpired},
		{"never expires", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { delete(c, "exp") })), ErrClaims},
		{"issued tomorrow", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { c["iat"] = noon.Add(24 * time.Hour).Unix() })), ErrNotYet},
		{"valid from tomorrow", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { c["nbf"] = noon.Add(24 * time.Hour).Unix() })), ErrNotYet},
		{"another issuer", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { c["iss"] = "somebody" })), ErrIssuer},
		{"no issuer", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { delete(c, "iss") })), ErrClaims},
		{"a room token", room, ErrAudience},
		{"no audience", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { delete(c, "aud") })), ErrClaims},
		{"nobody's", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { delete(c, "sub") })), ErrClaims},
		{"no role", forge(t, eddsa, key, kid, claims(func(c jwt.MapClaims) { delete(c, "role") })), ErrClaims},
	}
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			_, err := verifier.Seat(r.token)
			if !errors.Is(err, r.want) {
				t.Fatalf("got %v, want %v", err, r.want)
			}
			if r.token != "" && len(r.token) > 20 && strings.Contains(err.Error(), r.token) {
				t.Error("the error repeats the token")
			}
		})
	}
}

func TestARoomTokenMustNameItsRoomAndKnowsNoOtherGrants(t *testing.T) {
	keys := newKeys(t)
	verifier := NewVerifier(keys, clock)
	kid, key := keys.signing()
	base := jwt.MapClaims{"iss": IssuerName, "aud": RoomAudience, "sub": "p", "exp": noon.Add(time.Hour).Unix()}
	if _, err := verifier.Room(forge(t, jwt.SigningMethodEdDSA, key, kid, base)); !errors.Is(err, ErrClaims) {
		t.Errorf("without a room: %v", err)
	}
	base["room"], base["grants"] = "s_1", []string{"publish", "everything"}
	if _, err := verifier.Room(forge(t, jwt.SigningMethodEdDSA, key, kid, base)); !errors.Is(err, ErrClaims) {
		t.Errorf("with an unknown grant: %v", err)
	}
	if _, _, err := NewIssuer(keys, clock).Room(Room{Participant: "p", Room: "s_1", Grants: Grants{"everything"}}, RoomTTL); !errors.Is(err, ErrClaims) {
		t.Errorf("issued an unknown grant: %v", err)
	}
	seat, _, err := NewIssuer(keys, clock).Seat(desk, SeatTTL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verifier.Room(seat); !errors.Is(err, ErrAudience) {
		t.Errorf("a seat token opened a room: %v", err)
	}
}

func TestABoothsGrantsNeverAdmit(t *testing.T) {
	for _, g := range []Grant{Admit, Handover, End, Bench} {
		if BoothGrants.Has(g) || VisitorGrants.Has(g) {
			t.Errorf("a booth or a visitor is granted %s", g)
		}
	}
	if DeskGrants.Has(Bench) {
		t.Error("a desk is granted bench")
	}
}

func TestTheNewestKeySignsAndOlderOnesVerify(t *testing.T) {
	dir := t.TempDir()
	keys, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	issuer, verifier := NewIssuer(keys, clock), NewVerifier(keys, clock)
	old, _, err := issuer.Seat(desk, SeatTTL)
	if err != nil {
		t.Fatal(err)
	}
	before, _ := keys.signing()
	if err := keys.Rotate(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if now, _ := keys.signing(); now != before {
		t.Fatal("the new key signs before everybody can know it")
	}
	keys.now = func() time.Time { return time.Now().Add(time.Minute) }
	if now, _ := keys.signing(); now == before {
		t.Fatal("the old key still signs")
	}
	if _, err := verifier.Seat(old); err != nil {
		t.Fatalf("signed with the older key: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, before+".pem")); err != nil {
		t.Fatal(err)
	}
	again, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewVerifier(again, clock).Seat(old); !errors.Is(err, ErrUnknownKey) {
		t.Fatalf("after its key was taken away: %v", err)
	}
}

func TestAVerifierFindsAKeyThatWasAddedLater(t *testing.T) {
	dir := t.TempDir()
	here, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	there, err := LoadOrCreate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := there.Rotate(time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	there.now = func() time.Time { return time.Now().Add(time.Minute) }
	token, _, err := NewIssuer(there, clock).Seat(desk, SeatTTL)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewVerifier(here, clock).Seat(token); err != nil {
		t.Fatal(err)
	}
}

func TestKeysAreKeptFromOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := LoadOrCreate(dir); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	for name, want := range map[string]os.FileMode{dir: 0o700, files[0]: 0o600} {
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, info.Mode().Perm(), err)
		}
	}
	if err := os.Chmod(files[0], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreate(dir); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a key others can read was used: %v", err)
	}
}

func TestWhatIsNoKeyIsNamed(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "20260101T000000.000-00000000.pem")
	for _, content := range [][]byte{
		[]byte("hello"),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("hello")}),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadOrCreate(dir); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v", err)
		}
	}
}

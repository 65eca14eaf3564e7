package access

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// What every token says of itself.
const (
	IssuerName   = "madoguchi"
	SeatAudience = "madoguchi/seat"
	RoomAudience = "madoguchi/room"
)

// How long tokens last.
const (
	SeatTTL = 12 * time.Hour
	RoomTTL = 5 * time.Minute
)

// maxToken bounds what is parsed at all, in bytes.
const maxToken = 4096

// Why a token is refused. Each is a reason of its own, so that logs and tests can tell an attack from a clock.
var (
	ErrMalformed  = errors.New("not a token")
	ErrAlgorithm  = errors.New("token is not signed with EdDSA")
	ErrUnknownKey = errors.New("token is signed with a key nobody here knows")
	ErrSignature  = errors.New("token has a wrong signature")
	ErrExpired    = errors.New("token has expired")
	ErrNotYet     = errors.New("token is not valid yet")
	ErrIssuer     = errors.New("token is not one of ours")
	ErrAudience   = errors.New("token is for another purpose")
	ErrClaims     = errors.New("token does not say what it must")
	ErrBound      = errors.New("token belongs to another client certificate than the one of this connection")
	ErrRevoked    = errors.New("token has been revoked: its seat was signed out")
)

// Seat is what a seat token says. Office, Booth, Desk and Pool are empty where the seat has none.
type Seat struct {
	ID     string // "booth:shiomachihama-1", "desk:morita", "counter:shiomachihama", "assistant:morita", "admin:…"
	Role   string
	Area   string
	Office string
	Booth  string
	Desk   string
	Pool   string

	SignIn    string // the signing-in that it goes back to; "" where there was none to be revoked by itself
	Emergency bool   // taken by break-glass access
	Cert      string // SHA-256 of the client certificate without which it is worth nothing, in base64url; "" none

	Issued  time.Time // set by the verifier
	Expires time.Time // set by the verifier
}

// Room is what a room token says.
type Room struct {
	Participant string
	Room        string
	Name        string // shown to the others; never a resident's
	Grants      Grants
	Role        string // of a guest: interpreter, family …
	SignIn      string // that of the seat it was minted for
	Cert        string // likewise

	Issued  time.Time // set by the verifier
	Expires time.Time // set by the verifier
}

type seatClaims struct {
	jwt.RegisteredClaims
	Role   string `json:"role"`
	Area   string `json:"area"`
	Office string `json:"office,omitempty"`
	Booth  string `json:"booth,omitempty"`
	Desk   string `json:"desk,omitempty"`
	Pool   string `json:"pool,omitempty"`

	SignIn    string   `json:"sid,omitempty"`
	Emergency bool     `json:"emergency,omitempty"`
	Bound     *binding `json:"cnf,omitempty"`
}

// binding ties a token to a client certificate (RFC 8705, 3.1).
type binding struct {
	Cert string `json:"x5t#S256"`
}

func bindingTo(cert string) *binding {
	if cert == "" {
		return nil
	}
	return &binding{cert}
}

// cert is the certificate a token is bound to; "" none.
func (b *binding) cert() string {
	if b == nil {
		return ""
	}
	return b.Cert
}

// holds refuses a token that belongs to another connection than one with this certificate ("" for one without).
func (b *binding) holds(cert string) error {
	if b != nil && (b.Cert == "" || b.Cert != cert) {
		return ErrBound
	}
	return nil
}

type roomClaims struct {
	jwt.RegisteredClaims
	Room   string `json:"room"`
	Name   string `json:"name,omitempty"`
	Grants Grants `json:"grants"`
	Role   string `json:"role,omitempty"`
	SignIn string `json:"sid,omitempty"`

	Bound *binding `json:"cnf,omitempty"`
}

// Issuer signs tokens with the newest key.
type Issuer struct {
	keys *Keys
	now  func() time.Time
}

// NewIssuer signs with keys; now tells the time.
func NewIssuer(keys *Keys, now func() time.Time) *Issuer { return &Issuer{keys, now} }

// Seat makes a seat token that lasts ttl, and tells when it expires.
func (i *Issuer) Seat(s Seat, ttl time.Duration) (string, time.Time, error) {
	registered := i.registered(s.ID, SeatAudience, ttl)
	token, err := i.sign(seatClaims{registered, s.Role, s.Area, s.Office, s.Booth, s.Desk, s.Pool, s.SignIn, s.Emergency, bindingTo(s.Cert)})
	return token, registered.ExpiresAt.Time, err
}

// Room makes a room token that lasts ttl, and tells when it expires.
func (i *Issuer) Room(r Room, ttl time.Duration) (string, time.Time, error) {
	if !r.Grants.known() {
		return "", time.Time{}, fmt.Errorf("room token: grants %v: %w", r.Grants, ErrClaims)
	}
	registered := i.registered(r.Participant, RoomAudience, ttl)
	token, err := i.sign(roomClaims{registered, r.Room, r.Name, r.Grants, r.Role, r.SignIn, bindingTo(r.Cert)})
	return token, registered.ExpiresAt.Time, err
}

func (i *Issuer) registered(subject, audience string, ttl time.Duration) jwt.RegisteredClaims {
	now := i.now()
	return jwt.RegisteredClaims{
		Issuer: IssuerName, Subject: subject, Audience: jwt.ClaimStrings{audience},
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(ttl)),
	}
}

func (i *Issuer) sign(claims jwt.Claims) (string, error) {
	kid, key := i.keys.signing()
	t := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	t.Header["kid"] = kid
	return t.SignedString(key)
}

// Verifier reads tokens signed with any of the keys.
type Verifier struct {
	keys    *Keys
	now     func() time.Time
	revoked *Revocations
}

// NewVerifier verifies with keys; now tells the time.
func NewVerifier(keys *Keys, now func() time.Time) *Verifier { return &Verifier{keys: keys, now: now} }

// Heeding makes the verifier refuse what has been revoked.
func (v *Verifier) Heeding(r *Revocations) *Verifier { return &Verifier{v.keys, v.now, r} }

// Seat reads a seat token on a connection without a client certificate.
func (v *Verifier) Seat(token string) (Seat, error) { return v.SeatOver(token, "") }

// SeatOver reads a seat token on a connection whose client certificate has this SHA-256, in base64url; "" for none.
func (v *Verifier) SeatOver(token, cert string) (Seat, error) {
	var c seatClaims
	if err := v.parse(token, SeatAudience, &c); err != nil {
		return Seat{}, fmt.Errorf("seat token: %w", err)
	}
	if c.Subject == "" || c.Role == "" || c.Area == "" {
		return Seat{}, fmt.Errorf("seat token: subject, role or area: %w", ErrClaims)
	}
	if err := c.Bound.holds(cert); err != nil {
		return Seat{}, fmt.Errorf("seat token: %w", err)
	}
	issued := issuedAt(c.RegisteredClaims)
	if v.revoked.refuses(c.SignIn, c.Subject, issued) {
		return Seat{}, fmt.Errorf("seat token: %w", ErrRevoked)
	}
	return Seat{c.Subject, c.Role, c.Area, c.Office, c.Booth, c.Desk, c.Pool, c.SignIn, c.Emergency, c.Bound.cert(), issued, c.ExpiresAt.Time}, nil
}

// Room reads a room token on a connection without a client certificate.
func (v *Verifier) Room(token string) (Room, error) { return v.RoomOver(token, "") }

// RoomOver reads a room token on a connection whose client certificate has this SHA-256, in base64url; "" for none.
func (v *Verifier) RoomOver(token, cert string) (Room, error) {
	var c roomClaims
	if err := v.parse(token, RoomAudience, &c); err != nil {
		return Room{}, fmt.Errorf("room token: %w", err)
	}
	if c.Subject == "" || c.Room == "" || !c.Grants.known() {
		return Room{}, fmt.Errorf("room token: subject, room or grants: %w", ErrClaims)
	}
	if err := c.Bound.holds(cert); err != nil {
		return Room{}, fmt.Errorf("room token: %w", err)
	}
	issued := issuedAt(c.RegisteredClaims)
	if v.revoked.refuses(c.SignIn, c.Subject, issued) {
		return Room{}, fmt.Errorf("room token: %w", ErrRevoked)
	}
	return Room{c.Subject, c.Room, c.Name, c.Grants, c.Role, c.SignIn, c.Bound.cert(), issued, c.ExpiresAt.Time}, nil
}

// issuedAt is when a token was made; long ago for one that does not say.
func issuedAt(c jwt.RegisteredClaims) time.Time {
	if c.IssuedAt == nil {
		return time.Time{}
	}
	return c.IssuedAt.Time
}

func (v *Verifier) parse(token, audience string, claims jwt.Claims) error {
	if len(token) > maxToken {
		return ErrMalformed
	}
	parser := jwt.NewParser(
		jwt.WithIssuer(IssuerName), jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
		jwt.WithLeeway(5*time.Second), jwt.WithTimeFunc(v.now), jwt.WithStrictDecoding(),
	)
	_, err := parser.ParseWithClaims(token, claims, v.key)
	return reason(err)
}

// key finds the key a token names, and only for the one algorithm we sign with: neither "none" nor an HMAC over our
// public key gets as far as a signature check.
func (v *Verifier) key(t *jwt.Token) (any, error) {
	if t.Method != jwt.SigningMethodEdDSA {
		return nil, ErrAlgorithm
	}
	kid, _ := t.Header["kid"].(string)
	key, ok := v.keys.verifying(kid)
	if !ok {
		return nil, ErrUnknownKey
	}
	return key, nil
}

// reason turns the library's errors into ours, the gravest first.
func reason(err error) error {
	if err == nil {
		return nil
	}
	for _, own := range []error{ErrAlgorithm, ErrUnknownKey} {
		if errors.Is(err, own) {
			return own
		}
	}
	for _, pair := range [][2]error{
		{jwt.ErrTokenSignatureInvalid, ErrSignature},
		{jwt.ErrTokenInvalidIssuer, ErrIssuer},
		{jwt.ErrTokenInvalidAudience, ErrAudience},
		{jwt.ErrTokenExpired, ErrExpired},
		{jwt.ErrTokenNotValidYet, ErrNotYet},
		{jwt.ErrTokenUsedBeforeIssued, ErrNotYet},
		{jwt.ErrTokenMalformed, ErrMalformed},
		{jwt.ErrTokenUnverifiable, ErrMalformed},
	} {
		if errors.Is(err, pair[0]) {
			return pair[1]
		}
	}
	return fmt.Errorf("%w: %w", ErrClaims, err)
}

package signaling

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/login"
)

// Login says how seats sign in.
type Login struct {
	Provider           *login.Provider // of OpenID Connect; nil: none
	PublicURL          string          // where people reach us, for the provider's way back; "" where the request says (demonstrations)
	Domain             string          // that passkeys are for (WebAuthn's RP ID); "" none, in a demonstration localhost
	Origins            []string        // whose pages may ask for passkeys
	DeviceCertificates bool            // booths and lobbies are enrolled with a client certificate, and their tokens bound to it
	CodeSignIn         bool            // an exception: a one-time code alone signs any seat in, which is one factor
}

// allOut is what no code, key or token is needed for.
var allOut = []map[string][]string{}

func (b *Broker) registerLogin(api huma.API) {
	refusals := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	small := int64(16 << 10)
	huma.Register(api, huma.Operation{
		OperationID: "sign-in-ways", Method: http.MethodGet, Path: "/v1/sign-in/ways", Summary: "How one signs in here",
		Tags: []string{"sign-in"}, Security: allOut,
	}, b.signInWays)
	huma.Register(api, huma.Operation{
		OperationID: "challenge", Method: http.MethodPost, Path: "/v1/challenges", Summary: "A text to be signed once, within a minute",
		Tags: []string{"sign-in"}, Security: allOut, MaxBodyBytes: small, Errors: refusals,
	}, b.challenge)
	huma.Register(api, huma.Operation{
		OperationID: "renew", Method: http.MethodPost, Path: "/v1/sign-in/renew", Summary: "Another token, for a challenge signed by the page's key",
		Tags: []string{"sign-in"}, Security: allOut, MaxBodyBytes: small, Errors: refusals,
	}, b.renewToken)
	huma.Register(api, huma.Operation{
		OperationID: "sign-out", Method: http.MethodPost, Path: "/v1/sign-out", Summary: "End this signing-in, everywhere and at once",
		Tags: []string{"sign-in"}, DefaultStatus: http.StatusNoContent, MaxBodyBytes: small, Errors: refusals,
	}, b.signOut)
	huma.Register(api, huma.Operation{
		OperationID: "enrolment", Method: http.MethodPost, Path: "/v1/seats/{seat}/enrolment", Summary: "Make the one-time code of a seat",
		Description: "For administrators. With it a booth or lobby is enrolled, and anybody else registers a passkey; good once, for ten minutes.",
		Tags:        []string{"sign-in"}, DefaultStatus: http.StatusCreated, MaxBodyBytes: small, Errors: refusals,
	}, b.enrolment)
	huma.Register(api, huma.Operation{
		OperationID: "revoke-seat", Method: http.MethodPost, Path: "/v1/seats/{seat}/revocation", Summary: "Sign a seat out, everywhere and at once",
		Description: "For administrators. Its tokens, sockets, sound and pictures end on every node; a booth has to be enrolled anew. With " +
			"passkeys: true its passkeys are forgotten too.",
		Tags: []string{"sign-in"}, DefaultStatus: http.StatusNoContent, MaxBodyBytes: small, Errors: refusals,
	}, b.revokeSeat)
	b.registerPasskeys(api)
	b.registerEmergency(api)
	if b.cfg.Login.Provider != nil {
		huma.Register(api, huma.Operation{
			OperationID: "oidc-sign-in", Method: http.MethodPost, Path: "/v1/oidc/sign-in", Summary: "A token, after coming back from the provider",
			Tags: []string{"sign-in"}, Security: allOut, MaxBodyBytes: small, Errors: refusals,
		}, b.oidcSignIn)
	}
}

type waysOutput struct {
	Body struct {
		Open     bool   `json:"open" doc:"a demonstration: any seat, without anything"`
		Code     bool   `json:"code" doc:"a one-time code alone signs in"`
		Passkey  bool   `json:"passkey"`
		Provider string `json:"provider,omitempty" doc:"name of the OpenID provider; begin at /v1/oidc/begin"`
	}
}

func (b *Broker) signInWays(context.Context, *struct{}) (*waysOutput, error) {
	out := &waysOutput{}
	i := b.cfg.Login
	out.Body.Open, out.Body.Code, out.Body.Passkey = b.cfg.OpenSignIn, i.CodeSignIn, i.Domain != ""
	if i.Provider != nil {
		out.Body.Provider = i.Provider.Name()
	}
	return out, nil
}

// usesDevice says whether a seat is a device that nobody signs in at: it is enrolled once.
func usesDevice(p Place) bool { return p.Role == roleBooth || p.Role == roleLobby }

// signInWithCode carries out signing in where it is not open to everybody.
func (b *Broker) signInWithCode(ctx context.Context, place Place, code string, key *login.Key) (*signInOutput, error) {
	switch {
	case key != nil && !usesDevice(place):
		return nil, problem(http.StatusForbidden, "two-factors", "Two factors", "people sign in by a passkey or their organisation; the code registers a passkey")
	case key == nil && !b.cfg.Login.CodeSignIn && usesDevice(place):
		return nil, problem(http.StatusForbidden, "key-missing", "Key missing", "a booth or lobby sends body.key, the public half of a key that stays in the device")
	case key == nil && !b.cfg.Login.CodeSignIn:
		return nil, problem(http.StatusForbidden, "two-factors", "Two factors", "a code alone is one factor; sign in by a passkey or your organisation")
	}
	if key != nil && key.Check() != nil {
		return nil, problem(http.StatusUnprocessableEntity, "invalid", "Invalid request", "body.key: "+login.ErrKey.Error())
	}
	how := login.ByDevice
	if key == nil {
		how = "code"
	}
	if b.cfg.Login.DeviceCertificates && usesDevice(place) && certificateOf(ctx) == "" {
		b.signInRefused(ctx, place.ID, how, noCertificate)
		return nil, problem(http.StatusForbidden, "client-certificate", "Client certificate", "booths and lobbies are enrolled here over a connection with a client certificate only")
	}
	if err := b.redeem(ctx, place.ID, code, how); err != nil {
		return nil, err
	}
	if key == nil {
		return b.plainSignIn(ctx, place, how)
	}
	return b.beginSignIn(ctx, place, login.ByDevice, *key)
}

// plainSignIn gives a token that nothing goes on standing for.
func (b *Broker) plainSignIn(ctx context.Context, place Place, how string) (*signInOutput, error) {
	in := login.SignIn{How: how}
	b.signedIn(ctx, place, in)
	return b.tokenOf(place, in, access.SeatTTL, false)
}

// beginSignIn begins a signing-in that has proved itself, and gives its first token.
func (b *Broker) beginSignIn(ctx context.Context, place Place, how string, key login.Key) (*signInOutput, error) {
	if key.Check() != nil {
		return nil, problem(http.StatusUnprocessableEntity, "invalid", "Invalid request", "body.key: "+login.ErrKey.Error())
	}
	cert := ""
	if b.cfg.Login.DeviceCertificates && usesDevice(place) { // people may come with any device of theirs
		cert = certificateOf(ctx)
	}
	in, err := b.signIns.Begin(ctx, place.ID, how, key, cert)
	if err != nil {
		return nil, b.failed("sign in", err)
	}
	b.signedIn(ctx, place, in)
	return b.tokenOf(place, in, login.TokenTTL, false)
}

// tokenOf makes the token of a signing-in.
func (b *Broker) tokenOf(place Place, in login.SignIn, ttl time.Duration, emergency bool) (*signInOutput, error) {
	token, expires, err := b.issuer.Seat(access.Seat{
		ID: place.ID, Role: place.Role, Area: place.Area, Office: place.Office, Booth: place.Booth, Desk: place.Desk, Pool: place.Pool,
		SignIn: in.ID, Emergency: emergency, Cert: in.Cert,
	}, ttl)
	if err != nil {
		return nil, b.failed("sign in", err)
	}
	out := &signInOutput{CacheControl: "no-store"}
	out.Body.Token, out.Body.ExpiresAt, out.Body.SeatView, out.Body.SignIn = token, expires.In(tokyo), b.viewOf(place), in.ID
	return out, nil
}

// networkFrom is the network that a request came from, by which asking is counted; "" counts as one.
func networkFrom(ctx context.Context) string { return login.Network(audit.OriginOf(ctx).Address) }

type challengeOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Challenge string `json:"challenge"`
	}
}

func (b *Broker) challenge(ctx context.Context, _ *struct{}) (*challengeOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	text, err := b.signIns.Challenge(ctx, networkFrom(ctx))
	if err != nil {
		return nil, b.failed("challenge", err)
	}
	out := &challengeOutput{CacheControl: "no-store"}
	out.Body.Challenge = text
	return out, nil
}

type renewInput struct {
	Body struct {
		SignIn    string `json:"signIn" minLength:"1" maxLength:"64"`
		Challenge string `json:"challenge" minLength:"1" maxLength:"64"`
		Signature string `json:"signature" minLength:"1" maxLength:"128" doc:"ECDSA with SHA-256, r and s in base64url, of \"madoguchi renew 1\\n\", signIn, \"\\n\", challenge"`
	}
}

func (b *Broker) renewToken(ctx context.Context, in *renewInput) (*signInOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	found, err := b.signIns.Prove(ctx, in.Body.SignIn, in.Body.Challenge, in.Body.Signature, certificateOf(ctx))
	switch {
	case errors.Is(err, login.ErrGone), errors.Is(err, login.ErrChallenge), errors.Is(err, login.ErrProof), errors.Is(err, login.ErrDevice):
		b.renewalRefused(ctx, found, whyRefused(err))
		return nil, problem(http.StatusUnauthorized, "signed-out", "Signed out", err.Error())
	case err != nil:
		return nil, b.failed("renew", err)
	case b.revocations.Refuse(access.Seat{ID: found.Seat, SignIn: found.ID, Issued: found.Begun}): // begun while its seat was being signed out
		b.logFailed("end signing-in", found.ID, b.signIns.End(ctx, found.ID, found.Seat))
		b.renewalRefused(ctx, found, signedOut)
		return nil, problem(http.StatusUnauthorized, "signed-out", "Signed out", login.ErrGone.Error())
	}
	place, ok := b.cfg.Places.Seat(found.Seat)
	if !ok || place.Area != b.cfg.Area {
		return nil, problem(http.StatusUnauthorized, "signed-out", "Signed out", "this seat is no longer in the directory")
	}
	b.renewed(found)
	return b.tokenOf(place, found, login.TokenTTL, false)
}

func whyRefused(err error) reason {
	switch {
	case errors.Is(err, login.ErrDevice):
		return wrongDevice
	case errors.Is(err, login.ErrGone):
		return signedOut
	default:
		return wrongProof
	}
}

func (b *Broker) signOut(ctx context.Context, _ *struct{}) (*struct{}, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if seat.SignIn == "" {
		return nil, nil // nothing goes on standing for it
	}
	var took time.Duration
	if in, err := b.signIns.Find(ctx, seat.SignIn); err == nil {
		took = b.now().Sub(in.Begun)
	}
	if err := b.signIns.End(ctx, seat.SignIn, seat.ID); err != nil {
		return nil, b.failed("sign out", err)
	}
	b.signedOut(ctx, seat, took)
	return nil, b.revokeOr503(ctx, access.Revocation{Seat: seat.ID, SignIn: seat.SignIn, At: b.clock.Now()})
}

func (b *Broker) revokeOr503(ctx context.Context, what access.Revocation) error {
	if err := b.revoke(ctx, what); err != nil {
		return b.failed("revoke", err)
	}
	return nil
}

type seatInput struct {
	Seat string `path:"seat" maxLength:"80" doc:"booth:shiomachihama-1"`
}

type enrolmentOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Code      string    `json:"code" doc:"told once; read it out or hand it over"`
		ExpiresAt time.Time `json:"expiresAt"`
	}
}

// placeFor finds the seat an administrator names.
func (b *Broker) placeFor(ctx context.Context, id string) (access.Seat, Place, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return seat, Place{}, err
	}
	place, ok := b.cfg.Places.Seat(id)
	if !ok || place.Area != b.cfg.Area {
		return seat, place, problem(http.StatusNotFound, "unknown-seat", "Unknown seat", "there is no such seat here")
	}
	return seat, place, nil
}

func (b *Broker) enrolment(ctx context.Context, in *seatInput) (*enrolmentOutput, error) {
	seat, place, err := b.placeFor(ctx, in.Seat)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	code, err := b.codes.Mint(ctx, place.ID)
	if err != nil {
		return nil, b.failed("enrolment", err)
	}
	b.enrolled(ctx, seat, place.ID, "code")
	out := &enrolmentOutput{CacheControl: "no-store"}
	out.Body.Code, out.Body.ExpiresAt = code, b.now().Add(access.CodeTTL)
	return out, nil
}

type revokeSeatInput struct {
	Seat string `path:"seat" maxLength:"80"`
	Body struct {
		Passkeys bool `json:"passkeys,omitempty" doc:"forget its passkeys too"`
	}
}

func (b *Broker) revokeSeat(ctx context.Context, in *revokeSeatInput) (*struct{}, error) {
	seat, place, err := b.placeFor(ctx, in.Seat)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	// First what is open now: it ends even while the rest cannot be stored.
	err = b.revoke(ctx, access.Revocation{Seat: place.ID, At: b.clock.Now()})
	err = errors.Join(err, b.signIns.EndAll(ctx, place.ID))
	if in.Body.Passkeys {
		err = errors.Join(err, b.signIns.DropPasskeys(ctx, place.ID))
	}
	b.revoked(ctx, seat, place, in.Body.Passkeys, err)
	if err != nil {
		return nil, b.failed("revoke", err)
	}
	return nil, nil
}

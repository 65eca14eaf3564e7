package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"madoguchi/signaling/access"
	"madoguchi/signaling/login"
)

// ceremony is what a passkey ceremony has to remember.
type ceremony struct {
	Passkeys *login.Passkeys      `json:"passkeys,omitempty"` // of a registration
	Session  webauthn.SessionData `json:"session"`
}

func (b *Broker) registerPasskeys(api huma.API) {
	refusals := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{
			OperationID: id, Method: http.MethodPost, Path: path, Summary: summary, Tags: []string{"sign-in"},
			Security: allOut, MaxBodyBytes: 32 << 10, Errors: refusals,
		}
	}
	huma.Register(api, op("passkey-begin", "/v1/passkeys/begin", "Begin to register a passkey, by the one-time code of a seat"), b.passkeyBegin)
	huma.Register(api, op("passkey-register", "/v1/passkeys", "Register a passkey, and sign in by it"), b.passkeyRegister)
	huma.Register(api, op("passkey-ask", "/v1/passkeys/ask", "Begin to sign in by a passkey"), b.passkeyAsk)
	huma.Register(api, op("passkey-sign-in", "/v1/passkeys/sign-in", "Sign in by a passkey"), b.passkeySignIn)
}

// relying is our side of WebAuthn. The authenticator has to verify its person (PIN, finger, face): that is what makes a passkey two
// factors, so an assertion without it is refused.
func (b *Broker) relying(origin string) (*webauthn.WebAuthn, error) {
	i := b.cfg.Login
	if i.Domain == "" {
		return nil, problem(http.StatusNotFound, "no-passkeys", "No passkeys", "passkeys are not set up here")
	}
	origins := i.Origins
	if len(origins) == 0 { // a demonstration does not know its port beforehand; the domain binds it all the same
		origins = []string{origin}
	}
	w, err := webauthn.New(&webauthn.Config{
		RPID: i.Domain, RPDisplayName: "Madoguchi", RPOrigins: origins,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
		AttestationPreference: protocol.PreferNoAttestation,
	})
	if err != nil {
		return nil, b.failed("passkeys", err)
	}
	return w, nil
}

type passkeyBeginInput struct {
	Origin string `header:"Origin" maxLength:"200"`
	Body   struct {
		Seat string `json:"seat" minLength:"1" maxLength:"80"`
		Code string `json:"code" minLength:"1" maxLength:"40"`
	}
}

type ceremonyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Ceremony string `json:"ceremony"`
		Options  any    `json:"options" doc:"for navigator.credentials, in JSON (WebAuthn level 3)"`
	}
}

func (b *Broker) passkeyBegin(ctx context.Context, in *passkeyBeginInput) (*ceremonyOutput, error) {
	w, err := b.relying(in.Origin)
	if err != nil {
		return nil, err
	}
	place, ok := b.cfg.Places.Seat(in.Body.Seat)
	if !ok || place.Area != b.cfg.Area || usesDevice(place) {
		return nil, problem(http.StatusNotFound, "unknown-seat", "Unknown seat", "there is no such seat of a person here")
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	if err := b.redeem(ctx, place.ID, in.Body.Code, login.ByPasskey); err != nil {
		return nil, err
	}
	of, err := b.signIns.PasskeysOf(ctx, place.ID)
	if err != nil {
		return nil, b.failed("passkey", err)
	}
	exclude := webauthn.WithExclusions(webauthn.Credentials(of.Known).CredentialDescriptors())
	options, session, err := w.BeginRegistration(of, exclude)
	if err != nil {
		return nil, b.failed("passkey", err)
	}
	return b.ceremony(ctx, ceremony{of, *session}, options.Response)
}

func (b *Broker) ceremony(ctx context.Context, c ceremony, options any) (*ceremonyOutput, error) {
	id, err := b.signIns.Once(ctx, login.Ceremonies, networkFrom(ctx), c)
	if err != nil {
		return nil, b.failed("passkey", err)
	}
	out := &ceremonyOutput{CacheControl: "no-store"}
	out.Body.Ceremony, out.Body.Options = id, options
	return out, nil
}

type passkeyInput struct {
	Origin string `header:"Origin" maxLength:"200"`
	Body   struct {
		Ceremony   string         `json:"ceremony" minLength:"1" maxLength:"64"`
		Credential map[string]any `json:"credential" doc:"what navigator.credentials gave, in JSON"`
		Key        login.Key      `json:"key" doc:"public half of a key that stays in the page"`
	}
}

// credential is what the authenticator said, as it came.
func (in *passkeyInput) credential() []byte {
	raw, _ := json.Marshal(in.Body.Credential) // it has come as JSON
	return raw
}

// take takes the ceremony of an answer: whatever comes of it, it cannot be answered again.
func (b *Broker) take(ctx context.Context, in *passkeyInput) (*webauthn.WebAuthn, ceremony, error) {
	var c ceremony
	w, err := b.relying(in.Origin)
	if err != nil {
		return nil, c, err
	}
	err = b.signIns.Take(ctx, login.Ceremonies, in.Body.Ceremony, &c)
	if errors.Is(err, login.ErrSpent) {
		return nil, c, problem(http.StatusUnauthorized, "spent", "Spent", err.Error())
	}
	if err != nil {
		return nil, c, b.failed("passkey", err)
	}
	return w, c, nil
}

func (b *Broker) passkeyRegister(ctx context.Context, in *passkeyInput) (*signInOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	w, c, err := b.take(ctx, in)
	if err != nil {
		return nil, err
	}
	if c.Passkeys == nil {
		return nil, problem(http.StatusUnauthorized, "spent", "Spent", "this was begun to sign in")
	}
	said, err := protocol.ParseCredentialCreationResponseBytes(in.credential())
	if err != nil {
		return nil, b.passkeyRefused(ctx, c.Passkeys.Seat, err)
	}
	one, err := w.CreateCredential(c.Passkeys, c.Session, said)
	if err != nil {
		return nil, b.passkeyRefused(ctx, c.Passkeys.Seat, err)
	}
	err = b.signIns.AddPasskey(ctx, c.Passkeys, *one)
	switch {
	case errors.Is(err, login.ErrPasskeys):
		return nil, problem(http.StatusConflict, "too-many-passkeys", "Too many passkeys", login.ErrPasskeys.Error())
	case errors.Is(err, login.ErrSpent):
		return nil, problem(http.StatusUnauthorized, "spent", "Spent", login.ErrSpent.Error())
	case err != nil:
		return nil, b.failed("passkey", err)
	}
	b.enrolled(ctx, access.Seat{ID: c.Passkeys.Seat}, c.Passkeys.Seat, "passkey")
	return b.sitDown(ctx, c.Passkeys.Seat, login.ByPasskey, in.Body.Key)
}

// sitDown begins the signing-in of a seat that has been proved to be somebody's.
func (b *Broker) sitDown(ctx context.Context, seat, how string, key login.Key) (*signInOutput, error) {
	place, ok := b.cfg.Places.Seat(seat)
	if !ok || place.Area != b.cfg.Area {
		return nil, problem(http.StatusNotFound, "unknown-seat", "Unknown seat", "this seat is no longer in the directory")
	}
	return b.beginSignIn(ctx, place, how, key)
}

// passkeyRefused says that an answer was not taken. Why goes to the log: it may tell an attacker what to change.
func (b *Broker) passkeyRefused(ctx context.Context, seat string, err error) error {
	var detail *protocol.Error
	if errors.As(err, &detail) {
		b.log.Warn("passkey refused", "seat", seat, "error", detail.Details, "info", detail.DevInfo)
	} else {
		b.log.Warn("passkey refused", "seat", seat, "error", err)
	}
	b.signInRefused(ctx, seat, login.ByPasskey, wrongPasskey)
	return problem(http.StatusUnauthorized, "passkey-refused", "Passkey refused", "this passkey is not known here, or did not verify who uses it")
}

type passkeyAskInput struct {
	Origin string `header:"Origin" maxLength:"200"`
}

func (b *Broker) passkeyAsk(ctx context.Context, in *passkeyAskInput) (*ceremonyOutput, error) {
	w, err := b.relying(in.Origin)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	options, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, b.failed("passkey", err)
	}
	return b.ceremony(ctx, ceremony{nil, *session}, options.Response)
}

func (b *Broker) passkeySignIn(ctx context.Context, in *passkeyInput) (*signInOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	w, c, err := b.take(ctx, in)
	if err != nil {
		return nil, err
	}
	said, err := protocol.ParseCredentialRequestResponseBytes(in.credential())
	if err != nil || c.Passkeys != nil {
		return nil, b.passkeyRefused(ctx, "", errors.Join(err, login.ErrSpent))
	}
	var of *login.Passkeys
	var away error
	one, err := w.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		of, away = b.signIns.PasskeysBy(ctx, handle)
		return of, away
	}, c.Session, said)
	if away != nil && !errors.Is(away, login.ErrNoPasskey) {
		return nil, b.failed("passkey", away)
	}
	seat := ""
	if of != nil {
		seat = of.Seat
	}
	if err != nil {
		return nil, b.passkeyRefused(ctx, seat, err)
	}
	err = b.signIns.UsedPasskey(ctx, seat, *one)
	switch {
	case errors.Is(err, login.ErrCloned), errors.Is(err, login.ErrNoPasskey):
		return nil, b.passkeyRefused(ctx, seat, err)
	case err != nil:
		return nil, b.failed("passkey", err)
	}
	return b.sitDown(ctx, seat, login.ByPasskey, in.Body.Key)
}

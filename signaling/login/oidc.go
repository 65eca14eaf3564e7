package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// askProviderWithin bounds every conversation with a provider: somebody waits in front of a page.
const askProviderWithin = 8 * time.Second

// Why a provider's word is not taken.
var (
	ErrProvider  = errors.New("the provider does not answer as it should")
	ErrNonce     = errors.New("the provider's token was not made for this signing-in")
	ErrOneFactor = errors.New("the provider did not assert two factors: sign in there with a second one, or ask its administrator to send acr or amr")
	ErrNoSeat    = errors.New("the provider names no seat for this account: its administrator has to put it into the claim")
)

// OIDC says which OpenID provider signs people in.
type OIDC struct {
	Issuer     string
	ClientID   string
	Secret     string   // "" for a public client: PKCE is used in any case
	SeatsClaim string   // the claim with the seats an account may take, a text or a list of them
	TwoFactors []string // acr values that count as two factors; they are asked for
	Name       string   // what people call it
	Client     *http.Client
}

// Provider speaks with it. What it says of itself is read at the first signing-in and kept, so that neither has to be up when
// the other starts.
type Provider struct {
	c OIDC

	mu    sync.Mutex
	found *oidc.Provider
}

// NewProvider makes one; it asks nothing yet.
func NewProvider(c OIDC) *Provider { return &Provider{c: c} }

// Name is what people call it.
func (p *Provider) Name() string { return p.c.Name }

// Pending is what has to be remembered of a signing-in that has gone to the provider. Binding is what only the browser that
// began it has, in a cookie.
type Pending struct {
	Seat     string `json:"seat"`
	Page     string `json:"page"` // the path to come back to
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Binding  string `json:"binding"`
}

// NewPending begins one.
func NewPending(seat, page string) Pending {
	return Pending{Seat: seat, Page: page, Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Binding: rand.Text()}
}

// BoundTo says whether it was begun in the browser that has this cookie.
func (p Pending) BoundTo(cookie string) bool {
	return cookie != "" && subtle.ConstantTimeCompare([]byte(p.Binding), []byte(cookie)) == 1
}

// Account is who the provider says has signed in.
type Account struct {
	Subject string
	Seats   []string
}

func (p *Provider) discovered(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil {
		return p.found, nil
	}
	// The set of keys is read anew for as long as the program runs, so it must not end with this request.
	found, err := oidc.NewProvider(p.with(context.WithoutCancel(ctx)), p.c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	p.found = found
	return found, nil
}

func (p *Provider) with(ctx context.Context) context.Context {
	if p.c.Client == nil {
		return oidc.ClientContext(ctx, &http.Client{Timeout: askProviderWithin})
	}
	return oidc.ClientContext(ctx, p.c.Client)
}

func (p *Provider) oauth(found *oidc.Provider, back string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.c.ClientID, ClientSecret: p.c.Secret, Endpoint: found.Endpoint(), RedirectURL: back, Scopes: []string{oidc.ScopeOpenID},
	}
}

// Begin is the address at which somebody signs in, and comes back from to back.
func (p *Provider) Begin(ctx context.Context, pending Pending, state, back string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, askProviderWithin)
	defer cancel()
	found, err := p.discovered(ctx)
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(pending.Nonce), oauth2.S256ChallengeOption(pending.Verifier)}
	for _, acr := range p.c.TwoFactors[:min(1, len(p.c.TwoFactors))] {
		options = append(options, oauth2.SetAuthURLParam("acr_values", acr))
	}
	return p.oauth(found, back).AuthCodeURL(state, options...), nil
}

// claims are what is read of an ID token.
type claims struct {
	ACR string   `json:"acr"`
	AMR []string `json:"amr"`
}

// Finish exchanges the code that somebody has come back with, and reads who they are: the token's signature, issuer, audience,
// dates and nonce are checked, then that two factors were asserted.
func (p *Provider) Finish(ctx context.Context, pending Pending, code, back string) (Account, error) {
	ctx, cancel := context.WithTimeout(ctx, askProviderWithin)
	defer cancel()
	found, err := p.discovered(ctx)
	if err != nil {
		return Account{}, err
	}
	answer, err := p.oauth(found, back).Exchange(p.with(ctx), code, oauth2.VerifierOption(pending.Verifier))
	if err != nil {
		return Account{}, fmt.Errorf("%w: %w", ErrProvider, withoutBody(err))
	}
	raw, _ := answer.Extra("id_token").(string)
	token, err := found.Verifier(&oidc.Config{ClientID: p.c.ClientID}).Verify(p.with(ctx), raw)
	if err != nil {
		return Account{}, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(pending.Nonce)) != 1 {
		return Account{}, ErrNonce
	}
	var said claims
	var all map[string]any
	if err := errors.Join(token.Claims(&said), token.Claims(&all)); err != nil {
		return Account{}, fmt.Errorf("%w: %w", ErrProvider, err)
	}
	if !TwoFactors(said.ACR, said.AMR, p.c.TwoFactors) {
		return Account{}, ErrOneFactor
	}
	account := Account{token.Subject, texts(all[p.c.SeatsClaim])}
	if len(account.Seats) == 0 {
		return account, ErrNoSeat
	}
	return account, nil
}

// withoutBody keeps what a provider answered out of logs: it may repeat the code.
func withoutBody(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return fmt.Errorf("token request refused: %s", refused.ErrorCode)
	}
	return err
}

// texts reads a claim that is a text or a list of texts.
func texts(claim any) (list []string) {
	switch c := claim.(type) {
	case string:
		return []string{c}
	case []any:
		for _, one := range c {
			if text, is := one.(string); is {
				list = append(list, text)
			}
		}
	}
	return list
}

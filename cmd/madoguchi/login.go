package main

import (
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"madoguchi/booking"
	"madoguchi/cmd/madoguchi/demologin"
	"madoguchi/signaling"
	"madoguchi/signaling/login"
)

// LoginConfig says how people sign in.
type LoginConfig struct {
	PasskeyDomain  string   `name:"passkey-domain" env:"MADOGUCHI_PASSKEY_DOMAIN" default:"" placeholder:"NAME" help:"Domain that passkeys are made for (WebAuthn's relying party): the host of public-url if not set. Changing it makes every passkey worthless."`
	OIDCIssuer     string   `name:"oidc-issuer" env:"MADOGUCHI_OIDC_ISSUER" default:"" placeholder:"URL" help:"OpenID provider by which people sign in, for example https://login.example.jp/realms/town. Its way back is public-url with /v1/oidc/callback. Empty: none, passkeys only."`
	OIDCClient     string   `name:"oidc-client" env:"MADOGUCHI_OIDC_CLIENT" default:"" placeholder:"ID" help:"What the provider calls us."`
	OIDCSecretFile string   `name:"oidc-secret-file" env:"MADOGUCHI_OIDC_SECRET_FILE" default:"" placeholder:"FILE" help:"File with the client's secret, mode 0600. Empty for a public client; PKCE is used in any case."`
	OIDCSeatsClaim string   `name:"oidc-seats-claim" env:"MADOGUCHI_OIDC_SEATS_CLAIM" default:"madoguchi_seats" placeholder:"CLAIM" help:"Claim of the ID token with the seats an account may take, a text or a list: desk:ID, counter:OFFICE, assistant:POOL, admin:NAME."`
	OIDCTwoFactors []string `name:"oidc-two-factors" env:"MADOGUCHI_OIDC_TWO_FACTORS" sep:"," placeholder:"ACR" help:"Values of acr that mean two factors at this provider; the first is asked for. Without them amr has to name mfa, or methods of two kinds (RFC 8176)."`
	OIDCName       string   `name:"oidc-name" env:"MADOGUCHI_OIDC_NAME" default:"" placeholder:"NAME" help:"What people call the provider, on the button; its host if not set."`
	CodeSignIn     bool     `name:"code-sign-in" env:"MADOGUCHI_CODE_SIGN_IN" default:"false" help:"An exception, for trying out: a one-time code alone signs any seat in. That is one factor, and such a token lasts 12 hours."`
}

func (l *LoginConfig) checkLogin() error {
	if l.OIDCIssuer == "" {
		return nil
	}
	if u, err := url.Parse(l.OIDCIssuer); err != nil || u.Scheme != "https" || u.Host == "" {
		return wrong("oidc-issuer", "%q is no address of a provider; write for example https://login.example.jp/realms/town", l.OIDCIssuer)
	}
	if l.OIDCClient == "" {
		return wrong("oidc-client", "is not set; give the id under which the provider knows us")
	}
	if l.OIDCSecretFile != "" {
		return checkFile("oidc-secret-file", l.OIDCSecretFile, "a file with the client's secret")
	}
	return nil
}

// plan says how seats of a service sign in.
func (l *LoginConfig) plan(publicURL string, origins []string) (signaling.Login, error) {
	public, err := url.Parse(publicURL)
	if err != nil {
		return signaling.Login{}, wrong("public-url", "%v", err)
	}
	p := signaling.Login{PublicURL: strings.TrimSuffix(publicURL, "/"), Domain: l.PasskeyDomain, Origins: slices.Clone(origins), CodeSignIn: l.CodeSignIn}
	if p.Domain == "" {
		p.Domain = public.Hostname()
	}
	if l.OIDCIssuer == "" {
		return p, nil
	}
	secret, name := "", l.OIDCName
	if l.OIDCSecretFile != "" {
		raw, err := os.ReadFile(l.OIDCSecretFile)
		if err != nil {
			return p, wrong("oidc-secret-file", "%v", err)
		}
		secret = strings.TrimSpace(string(raw))
	}
	if issuer, err := url.Parse(l.OIDCIssuer); err == nil && name == "" {
		name = issuer.Host
	}
	p.Provider = login.NewProvider(login.OIDC{
		Issuer: l.OIDCIssuer, ClientID: l.OIDCClient, Secret: secret, SeatsClaim: l.OIDCSeatsClaim, TwoFactors: l.OIDCTwoFactors, Name: name,
	})
	return p, nil
}

// demoLogin lets anybody be anybody, by a provider of the demo's own; passkeys work where its pages are opened at localhost.
func demoLogin(directory *booking.Directory, now func() time.Time) (signaling.Login, http.Handler, error) {
	var seats []demologin.Seat
	for _, pool := range directory.Pools() {
		for _, desk := range pool.Desks {
			seats = append(seats, demologin.Seat{ID: "desk:" + desk.ID, Name: pool.Name + " " + desk.Name})
		}
		seats = append(seats, demologin.Seat{ID: "assistant:" + pool.ID, Name: pool.Name + " 受付"})
	}
	for _, office := range directory.Offices() {
		seats = append(seats, demologin.Seat{ID: "counter:" + office.ID, Name: office.Name + " 窓口"})
	}
	seats = append(seats, demologin.Seat{ID: "admin:demo", Name: "管理"})
	provider, err := demologin.New(seats, now)
	if err != nil {
		return signaling.Login{}, nil, err
	}
	return signaling.Login{Domain: "localhost", Provider: login.NewProvider(login.OIDC{
		Issuer: demologin.Issuer, ClientID: demologin.ClientID, SeatsClaim: demologin.SeatsClaim, Name: "試用のログイン", Client: provider.Client(),
	})}, provider, nil
}

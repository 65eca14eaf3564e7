package signaling

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"madoguchi/signaling/audit"
	"madoguchi/signaling/login"
)

// The way to the provider and back. Neither a token nor anything worth one stands in an address: what the page exchanges for its
// token is in a cookie that scripts cannot read, and good once within a minute.
const (
	oidcBegin    = "/v1/oidc/begin"
	oidcCallback = "/v1/oidc/callback"
)

// pagesWithSeats are those one may come back to.
var pagesWithSeats = []string{"/desk/", "/counter/", "/assistant/", "/admin/"}

// OIDC serves the way to the provider of OpenID Connect and back; nil where there is none.
func (b *Broker) OIDC() http.Handler {
	if b.cfg.Login.Provider == nil {
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+oidcBegin, b.toProvider)
	mux.HandleFunc("GET "+oidcCallback, b.fromProvider)
	return mux
}

// cookie makes a cookie of the walk. The way back comes from another site, so the first is Lax; the second is read by our own
// page only.
func (b *Broker) cookie(r *http.Request, name, value string, site http.SameSite, path string, lasts time.Duration) *http.Cookie {
	secure := strings.HasPrefix(b.publicURL(r), "https://")
	if secure {
		name = "__Secure-" + name
	}
	return &http.Cookie{Name: name, Value: value, Path: path, MaxAge: int(lasts / time.Second), HttpOnly: true, Secure: secure, SameSite: site}
}

func readCookie(r *http.Request, name string) string {
	for _, named := range []string{"__Secure-" + name, name} {
		if c, err := r.Cookie(named); err == nil {
			return c.Value
		}
	}
	return ""
}

func (b *Broker) publicURL(r *http.Request) string {
	if b.cfg.Login.PublicURL != "" {
		return b.cfg.Login.PublicURL
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func (b *Broker) toProvider(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestWithin)
	defer cancel()
	page := r.URL.Query().Get("page")
	if !slices.Contains(pagesWithSeats, page) {
		page = pagesWithSeats[0]
	}
	pending := login.NewPending(r.URL.Query().Get("seat"), page)
	state, err := b.signIns.Once(ctx, login.Journeys, networkFrom(ctx), pending)
	if err == nil {
		var at string
		at, err = b.cfg.Login.Provider.Begin(ctx, pending, state, b.publicURL(r)+oidcCallback)
		if err == nil {
			http.SetCookie(w, b.cookie(r, "madoguchi-oidc", pending.Binding, http.SameSiteLaxMode, oidcCallback, login.Journeys.Lasts()))
			http.Redirect(w, r, at, http.StatusSeeOther)
			return
		}
	}
	b.log.Error("not sent to the provider", "error", err)
	b.backTo(w, r, pending, "provider")
}

// fromProvider takes somebody in who comes back. Where it ends is the page, whatever has happened; it says why in words.
func (b *Broker) fromProvider(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), requestWithin)
	defer cancel()
	query := r.URL.Query()
	var pending login.Pending
	if err := b.signIns.Take(ctx, login.Journeys, query.Get("state"), &pending); err != nil || !pending.BoundTo(readCookie(r, "madoguchi-oidc")) {
		b.log.Warn("came back from the provider without having gone there from this browser", "error", err)
		b.backTo(w, r, login.Pending{Page: pagesWithSeats[0]}, "begin-again")
		return
	}
	if query.Get("error") != "" {
		b.backTo(w, r, pending, "refused")
		return
	}
	account, err := b.cfg.Login.Provider.Finish(ctx, pending, query.Get("code"), b.publicURL(r)+oidcCallback)
	seat := ""
	if err == nil {
		seat, err = b.seatOf(account, pending)
	}
	if err != nil {
		b.refuseAccount(ctx, account, pending, err)
		b.backTo(w, r, pending, whyNot(err))
		return
	}
	ticket, err := b.signIns.Once(ctx, login.Tickets, networkFrom(ctx), seat)
	if err != nil {
		b.log.Error("sign in", "error", err)
		b.backTo(w, r, pending, "provider")
		return
	}
	b.note(ctx, audit.Entry{Action: audit.SignInVouch, Detail: map[string]string{"seat": seat}, Personal: audit.Personal{Account: account.Subject}})
	pending.Seat = seat
	http.SetCookie(w, b.cookie(r, "madoguchi-ticket", ticket, http.SameSiteStrictMode, "/v1/oidc/sign-in", login.Tickets.Lasts()))
	b.backTo(w, r, pending, "ticket")
}

// seatOf is the seat somebody takes: the one the page was opened for, if it is theirs, else the first of theirs for that page.
func (b *Broker) seatOf(account login.Account, pending login.Pending) (string, error) {
	kind := strings.Trim(pending.Page, "/")
	for _, seat := range account.Seats {
		place, ok := b.cfg.Places.Seat(seat)
		fits := strings.HasPrefix(seat, kind+":") && (pending.Seat == "" || pending.Seat == seat)
		if ok && place.Area == b.cfg.Area && !usesDevice(place) && fits {
			return seat, nil
		}
	}
	return "", login.ErrNoSeat
}

func (b *Broker) refuseAccount(ctx context.Context, account login.Account, pending login.Pending, err error) {
	b.log.Warn("provider's word refused", "seat", pending.Seat, "error", err)
	b.meters.signIn(login.ByProvider, string(audit.Refused))
	b.note(ctx, audit.Entry{
		Action: audit.SignIn, Outcome: audit.Refused, Detail: map[string]string{"seat": pending.Seat, "how": login.ByProvider, "why": whyNot(err)},
		Personal: audit.Personal{Account: account.Subject},
	})
}

// whyNot is the word by which the page chooses what people read.
func whyNot(err error) string {
	switch {
	case errors.Is(err, login.ErrOneFactor):
		return "one-factor"
	case errors.Is(err, login.ErrNoSeat):
		return "no-seat"
	default:
		return "provider"
	}
}

// backTo sends somebody to the page. What stands behind the # is a word of ours and no secret.
func (b *Broker) backTo(w http.ResponseWriter, r *http.Request, pending login.Pending, word string) {
	at := url.URL{Path: pending.Page, Fragment: "sign-in=" + word}
	if pending.Seat != "" {
		at.RawQuery = url.Values{"seat": {pending.Seat}}.Encode()
	}
	http.Redirect(w, r, at.String(), http.StatusSeeOther)
}

type oidcSignInInput struct {
	Secure string `cookie:"__Secure-madoguchi-ticket"`
	Plain  string `cookie:"madoguchi-ticket"`
	Body   struct {
		Key login.Key `json:"key" doc:"public half of a key that stays in the page"`
	}
}

// oidcSignIn exchanges the cookie of somebody who has come back for a token.
func (b *Broker) oidcSignIn(ctx context.Context, in *oidcSignInInput) (*signInOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	ticket := in.Secure
	if ticket == "" {
		ticket = in.Plain
	}
	var seat string
	err := b.signIns.Take(ctx, login.Tickets, ticket, &seat)
	if errors.Is(err, login.ErrSpent) {
		return nil, problem(http.StatusUnauthorized, "spent", "Spent", err.Error())
	}
	if err != nil {
		return nil, b.failed("sign in", err)
	}
	return b.sitDown(ctx, seat, login.ByProvider, in.Body.Key)
}

package signaling

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/login"
)

// Everything that happens to signings-in and keys is told here, once each: logged, counted and noted for the audit trail.

// reason is a word for why somebody was not let in.
type reason string

const (
	wrongCode     reason = "wrong-code"
	tooManyTries  reason = "too-many-tries"
	wrongPasskey  reason = "passkey"
	wrongProof    reason = "proof"
	wrongDevice   reason = "client-certificate"
	signedOut     reason = "signed-out"
	noCertificate reason = "no-client-certificate"
)

// signedIn tells that somebody has signed in.
func (b *Broker) signedIn(ctx context.Context, place Place, in login.SignIn) {
	b.log.Info("signed in", "seat", place.ID, "how", in.How, "signIn", in.ID)
	b.meters.signIn(in.How, string(audit.Success))
	b.note(ctx, ofPlace(audit.SignIn, place, audit.Success, "how", in.How))
}

// renewed tells that a signing-in that goes on was given another token: no news for anybody but a debugger.
func (b *Broker) renewed(in login.SignIn) {
	b.log.Debug("token renewed", "seat", in.Seat, "how", in.How, "signIn", in.ID)
	b.meters.signIn("renew", string(audit.Success))
}

// signInRefused tells that somebody was not let in to a seat, which may be "".
func (b *Broker) signInRefused(ctx context.Context, seat, how string, why reason) {
	b.log.Warn("sign-in refused", "seat", seat, "how", how, "why", string(why))
	b.meters.signIn(how, string(audit.Refused))
	place, known := b.cfg.Places.Seat(seat)
	if !known {
		place = Place{ID: seat}
	}
	b.note(ctx, ofPlace(audit.SignIn, place, audit.Refused, "how", how, "why", string(why)))
}

// renewalRefused tells that a signing-in was not given another token.
func (b *Broker) renewalRefused(ctx context.Context, in login.SignIn, why reason) {
	b.log.Warn("renewal refused", "seat", in.Seat, "signIn", in.ID, "why", string(why))
	b.meters.signIn("renew", string(audit.Refused))
	b.note(ctx, audit.Entry{Action: audit.TokenRefused, Outcome: audit.Refused, Who: in.Seat, Detail: map[string]string{"how": "renew", "why": string(why)}})
}

// signedOut tells that somebody has signed out, after so long where that is known.
func (b *Broker) signedOut(ctx context.Context, seat access.Seat, took time.Duration) {
	b.note(ctx, audit.Entry{Action: audit.SignOut, Who: seat.ID, Role: seat.Role, Office: seat.Office, Booth: seat.Booth, Took: took})
}

// enrolled tells that somebody has made or used something by which a seat is signed in: a code, a letter, a passkey.
func (b *Broker) enrolled(ctx context.Context, by access.Seat, seat, what string) {
	b.log.Info("enrolled", "seat", seat, "what", what, "by", by.ID)
	b.note(ctx, audit.Entry{Action: audit.Enroll, Who: by.ID, Role: by.Role, Detail: map[string]string{"seat": seat, "what": what}})
}

// revoked tells that an administrator has signed a seat out.
func (b *Broker) revoked(ctx context.Context, by access.Seat, place Place, passkeys bool, err error) {
	e := audit.Entry{
		Action: audit.Revoke, Who: by.ID, Role: by.Role, Office: place.Office, Booth: place.Booth,
		Detail: map[string]string{"seat": place.ID, "passkeys": yesNo(passkeys)},
	}
	if err != nil {
		e.Outcome = audit.Failed
	}
	b.note(ctx, e)
}

// ofPlace is an entry about a seat; detail comes in pairs.
func ofPlace(action audit.Action, place Place, outcome audit.Outcome, detail ...string) audit.Entry {
	e := audit.Entry{Action: action, Outcome: outcome, Who: place.ID, Role: place.Role, Office: place.Office, Booth: place.Booth, Detail: map[string]string{}}
	for pair := range slices.Chunk(detail, 2) {
		e.Detail[pair[0]] = pair[1]
	}
	return e
}

// keysToldFor is how long a node that has not looked at the keys for long is kept from telling again what another one has told.
const keysToldFor = 30 * 24 * time.Hour

// keysChanged tells which keys were made and taken away. Every node notices; the first one tells, for all.
func (b *Broker) keysChanged(ctx context.Context, before, after []string) {
	tell := func(what string, these, those []string) {
		for _, kid := range these {
			if slices.Contains(those, kid) {
				continue
			}
			b.log.LogAttrs(ctx, slog.LevelWarn, "signing key "+what, slog.String("kid", kid))
			if first, err := b.cfg.Redis.SetNX(ctx, b.store.keys.keyTold(what, kid), b.node, keysToldFor).Result(); err != nil || first {
				b.note(ctx, audit.Entry{Action: audit.KeyRotate, Who: "system", Detail: map[string]string{"what": what, "kid": strings.ReplaceAll(kid, " ", "_")}})
			}
		}
	}
	tell("added", after, before)
	tell("removed", before, after)
}

package signaling

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/audit"
	"madoguchi/signaling/login"
)

// Break-glass access is for the day on which neither the provider nor a passkey works and a patient waits: a sealed letter with a
// code, made beforehand by an administrator, opens one seat once, for an hour. It cannot be used unseen: without a note in the
// audit trail it is refused, the log has it as an error, a metric counts it, and administrators see it until they have read it.
const (
	letterFor   = 366 * 24 * time.Hour
	usesKept    = 90 * 24 * time.Hour
	usesAtMost  = 200
	leastReason = 10
)

func (b *Broker) registerEmergency(api huma.API) {
	refusals := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable}
	huma.Register(api, huma.Operation{
		OperationID: "break-glass-letter", Method: http.MethodPost, Path: "/v1/seats/{seat}/letter", Summary: "Make the code of a sealed letter",
		Description: "For administrators, beforehand: the code opens the seat once, within a year, when nothing else does. A new one replaces the old.",
		Tags:        []string{"sign-in"}, DefaultStatus: http.StatusCreated, MaxBodyBytes: 4 << 10, Errors: refusals,
	}, b.letter)
	huma.Register(api, huma.Operation{
		OperationID: "break-glass", Method: http.MethodPost, Path: "/v1/break-glass", Summary: "Open a seat with a sealed letter",
		Description: "For an hour, once, and not without being seen: it is noted, counted, and shown to administrators.",
		Tags:        []string{"sign-in"}, Security: allOut, MaxBodyBytes: 4 << 10, Errors: refusals,
	}, b.breakGlass)
	huma.Register(api, huma.Operation{
		OperationID: "break-glass-uses", Method: http.MethodGet, Path: "/v1/break-glass", Summary: "When a sealed letter was opened",
		Tags: []string{"sign-in"}, Errors: refusals,
	}, b.letterUses)
}

func (b *Broker) letter(ctx context.Context, in *seatInput) (*enrolmentOutput, error) {
	seat, place, err := b.placeFor(ctx, in.Seat)
	if err != nil {
		return nil, err
	}
	if usesDevice(place) {
		return nil, problem(http.StatusNotFound, "unknown-seat", "Unknown seat", "a booth or lobby is enrolled anew instead")
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	code := rand.Text() // 130 bits: nobody searches for it in a year, whoever reads its hash
	if err := b.cfg.Redis.Set(ctx, b.store.keys.letter(place.ID), letterHash(code), letterFor).Err(); err != nil {
		return nil, b.failed("letter", err)
	}
	b.enrolled(ctx, seat, place.ID, "break-glass-letter")
	out := &enrolmentOutput{CacheControl: "no-store"}
	out.Body.Code, out.Body.ExpiresAt = code, b.now().Add(letterFor)
	return out, nil
}

func letterHash(code string) string {
	code = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(code))
	sum := sha256.Sum256([]byte("break-glass\n" + code))
	return hex.EncodeToString(sum[:])
}

type breakGlassInput struct {
	Body struct {
		Seat   string `json:"seat" minLength:"1" maxLength:"80"`
		Code   string `json:"code" minLength:"1" maxLength:"60"`
		Reason string `json:"reason" minLength:"10" maxLength:"300" doc:"why nothing else works; kept sealed in the audit trail"`
	}
}

func (b *Broker) breakGlass(ctx context.Context, in *breakGlassInput) (*signInOutput, error) {
	place, ok := b.cfg.Places.Seat(in.Body.Seat)
	if !ok || place.Area != b.cfg.Area || usesDevice(place) || len(strings.TrimSpace(in.Body.Reason)) < leastReason {
		return nil, problem(http.StatusNotFound, "unknown-seat", "Unknown seat", "want a seat of a person here, and a reason")
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	// Counted by network: whoever tries wrong ones from somewhere else must not keep the letter shut on the day it is needed.
	tried := "letter:" + place.ID + ":" + digest(networkFrom(ctx))
	wait, err := b.tries.begin(ctx, tried)
	if err != nil {
		return nil, b.failed("break glass", err)
	}
	if wait > 0 {
		return nil, later(problem(http.StatusTooManyRequests, "too-many-tries", "Too many tries", "too many wrong codes: wait"), wait)
	}
	entry := audit.Entry{
		Action: audit.BreakGlass, Who: place.ID, Role: place.Role, Office: place.Office, Personal: audit.Personal{Reason: in.Body.Reason},
	}
	used, err := spendLetter.Run(ctx, b.cfg.Redis, []string{b.store.keys.letter(place.ID)}, letterHash(in.Body.Code)).Int()
	if err != nil {
		return nil, b.failed("break glass", err)
	}
	if used == 0 {
		entry.Outcome, entry.Who, entry.Role, entry.Detail = audit.Refused, "", "", map[string]string{"seat": place.ID}
		b.note(ctx, entry)
		b.meters.signIn(login.ByEmergency, string(audit.Refused))
		b.log.Error("BREAK-GLASS refused: wrong code", "seat", place.ID)
		return nil, problem(http.StatusUnauthorized, "wrong-code", "Wrong code", "the code is wrong, used, or older than a year")
	}
	if err := b.cfg.Audit.Note(ctx, entry); err != nil { // what must not happen unseen does not happen
		return nil, b.failed("break glass: not noted", errors.Join(err, errStopped))
	}
	b.log.Error("BREAK-GLASS ACCESS", "seat", place.ID, "for", login.EmergencyFor)
	b.logFailed("forget tries", place.ID, b.tries.succeed(ctx, tried))
	if err := b.keepUse(ctx, LetterUse{place.ID, b.now()}); err != nil {
		return nil, b.failed("break glass", err)
	}
	opened := login.SignIn{How: login.ByEmergency, ID: "si_" + rand.Text()}
	b.signedIn(ctx, place, opened)
	return b.tokenOf(place, opened, login.EmergencyFor, true)
}

// spendLetter takes the code of a letter if it is the right one, in one step.
var spendLetter = redis.NewScript(`if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`)

// LetterUse is one opening of a sealed letter.
type LetterUse struct {
	Seat string    `json:"seat"`
	At   time.Time `json:"at"`
}

func (b *Broker) keepUse(ctx context.Context, use LetterUse) error {
	raw, err := json.Marshal(use)
	if err != nil {
		return err
	}
	key := b.store.keys.letterUses()
	_, err = b.cfg.Redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.LPush(ctx, key, raw)
		p.LTrim(ctx, key, 0, usesAtMost-1)
		p.PExpire(ctx, key, usesKept)
		return nil
	})
	return err
}

type letterUsesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Uses []LetterUse `json:"uses" doc:"newest first, of the last 90 days"`
	}
}

func (b *Broker) letterUses(ctx context.Context, _ *struct{}) (*letterUsesOutput, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	list, err := b.cfg.Redis.LRange(ctx, b.store.keys.letterUses(), 0, usesAtMost-1).Result()
	if err != nil {
		return nil, b.failed("letters", err)
	}
	out := &letterUsesOutput{CacheControl: "no-store"}
	out.Body.Uses = []LetterUse{}
	for _, raw := range list {
		var use LetterUse
		if json.Unmarshal([]byte(raw), &use) == nil {
			out.Body.Uses = append(out.Body.Uses, use)
		}
	}
	return out, nil
}

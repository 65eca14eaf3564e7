package signaling

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// Guests come by a link that is good once. It opens nothing but the way to the gate: the professional lets in.

// Times of guests' codes.
const (
	invitedFor = 10 * time.Minute // between making a link and opening it
	returnFor  = 3 * time.Hour    // a guest who has opened it may come back after a reload
)

// pass is what a code is good for. It holds a person's name, so it is stored sealed with a key that only the code gives: what
// the store has written down of it, also in append-only files and backups, says nothing once the code is gone.
type pass struct {
	Session     string `json:"session"`
	Participant string `json:"participant"`
	Role        string `json:"role"`
	Name        string `json:"name"`
}

func (b *Broker) registerGuests(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "invite-guest", Method: http.MethodPost, Path: "/v1/sessions/{id}/invitations", Summary: "Make a link for a guest",
		Description: "For the desk of the current leg, once it has entered. The code is good once and for ten minutes; whoever " +
			"exchanges it stands before the gate, named on every screen, until the desk lets them in.",
		Tags: []string{"sessions"}, DefaultStatus: http.StatusCreated, MaxBodyBytes: 4 << 10,
		Errors: []int{
			http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusServiceUnavailable,
		},
	}, b.inviteGuest)
	huma.Register(api, huma.Operation{
		OperationID: "redeem-invitation", Method: http.MethodPost, Path: "/v1/invitations/redeem", Summary: "Exchange a guest's code",
		Description: "Gives a room token for hello, good for five minutes, and another code to come back with after a reload; the " +
			"code given is spent.",
		Tags: []string{"sessions"}, Security: []map[string][]string{}, MaxBodyBytes: 4 << 10,
		Errors: []int{http.StatusGone, http.StatusServiceUnavailable},
	}, b.redeemInvitation)
}

type inviteInput struct {
	ID   string `path:"id" maxLength:"64"`
	Body struct {
		Role string `json:"role" enum:"interpreter,family,doctor,nurse,other"`
		Name string `json:"name" minLength:"1" maxLength:"60" doc:"what the others read: 通訳 マリア"`
	}
}

type inviteOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Code        string    `json:"code" doc:"belongs behind the # of a link, so that no server on the way logs it"`
		Participant string    `json:"participant" doc:"id of the guest in the session"`
		ExpiresAt   time.Time `json:"expiresAt"`
	}
}

func (b *Broker) inviteGuest(ctx context.Context, in *inviteInput) (*inviteOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	d, err := b.current(ctx, in.ID)
	if err != nil {
		return nil, b.failed("invite", err)
	}
	_, entered := d.Participant(seat.ID)
	switch {
	case seat.Desk == "" || !d.Serves(seat.Desk, seat.Pool):
		return nil, problem(http.StatusForbidden, "not-yours", "Not yours", "only the desk of the current leg invites")
	case !entered || d.State == protocol.StateClosed:
		return nil, problem(http.StatusConflict, "not-now", "Not now", "enter the session first")
	case len(d.Participants) >= session.MaxParticipants:
		return nil, problem(http.StatusConflict, "not-now", "Not now", "the session is full")
	}
	name := strings.Join(strings.Fields(in.Body.Name), " ")
	if name == "" {
		return nil, problem(http.StatusUnprocessableEntity, "invalid", "Invalid request", "body.name: want what the others are to read")
	}
	p := pass{Session: d.ID, Participant: newID("g_"), Role: in.Body.Role, Name: name}
	code, err := b.writePass(ctx, p, invitedFor)
	if err != nil {
		return nil, b.failed("invite", err)
	}
	b.note(ctx, audit.Entry{Action: audit.GuestInvite, Office: d.Office, Visit: d.Appointment, Session: d.ID, Detail: map[string]string{"guest": p.Participant, "role": p.Role}})
	b.log.Info("guest invited", "session", d.ID, "participant", p.Participant, "role", p.Role, "by", seat.ID)
	out := &inviteOutput{CacheControl: "no-store"}
	out.Body.Code, out.Body.Participant, out.Body.ExpiresAt = code, p.Participant, b.now().Add(invitedFor)
	return out, nil
}

// current is the document as it is stored now; the copy here does where Redis does not answer.
func (b *Broker) current(ctx context.Context, id string) (session.Doc, error) {
	d, fresh, err := b.newest(ctx, id)
	if err == nil && !fresh {
		if stored, loadErr := b.look(ctx, id); loadErr == nil {
			d = stored
		}
	}
	return d, err
}

// writePass keeps what a new code is good for, sealed and under a digest: who reads the store has no codes.
func (b *Broker) writePass(ctx context.Context, p pass, ttl time.Duration) (code string, err error) {
	var secret [24]byte
	_, _ = rand.Read(secret[:]) // never fails: the program would have been stopped
	code = base64.RawURLEncoding.EncodeToString(secret[:])
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("encode pass: %w", err)
	}
	seal, err := sealOf(code)
	if err != nil {
		return "", fmt.Errorf("seal pass: %w", err)
	}
	if err := b.cfg.Redis.Set(ctx, b.store.keys.invitation(digest(code)), seal.Seal(nil, nil, raw, nil), ttl).Err(); err != nil {
		return "", fmt.Errorf("store pass for %s: %w", p.Session, err)
	}
	return code, nil
}

// sealOf is the seal of a code's pass: AES-256-GCM with a random nonce, under a key derived from the code (HKDF, RFC 5869),
// which is 24 random bytes.
func sealOf(code string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(code), nil, "madoguchi invitation 1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func digest(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// errNoPass: the code is wrong, has been used, or is too old.
var errNoPass = errors.New("no such code")

// takePass spends a code: of two who exchange it at once, one gets it.
func (b *Broker) takePass(ctx context.Context, code string) (p pass, err error) {
	sealed, err := b.cfg.Redis.GetDel(ctx, b.store.keys.invitation(digest(code))).Bytes()
	if errors.Is(err, redis.Nil) {
		return p, errNoPass
	}
	if err != nil {
		return p, fmt.Errorf("exchange code: %w", err)
	}
	seal, err := sealOf(code)
	if err != nil {
		return p, fmt.Errorf("open pass: %w", err)
	}
	raw, err := seal.Open(nil, nil, sealed, nil)
	if err != nil {
		return p, fmt.Errorf("open pass: %w", err)
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return p, fmt.Errorf("decode pass: %w", err)
	}
	return p, nil
}

type redeemInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"64"`
	}
}

type redeemOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Session     string    `json:"session"`
		Participant string    `json:"participant"`
		Role        string    `json:"role"`
		Name        string    `json:"name"`
		Token       string    `json:"token" doc:"room token, for hello"`
		ExpiresAt   time.Time `json:"expiresAt" doc:"of the token"`
		Return      string    `json:"return" doc:"code to come back with; good once, and for three hours"`
	}
}

func (b *Broker) redeemInvitation(ctx context.Context, in *redeemInput) (*redeemOutput, error) {
	if !b.Running() {
		return nil, b.failed("redeem", errStopped)
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	gone := problem(http.StatusGone, "spent-code", "Spent code", "the code has been used, is too old, or the visit is over: have a new link made")
	p, err := b.takePass(ctx, in.Body.Code)
	if errors.Is(err, errNoPass) {
		return nil, gone
	}
	if err != nil {
		return nil, b.failed("redeem", err)
	}
	d, err := b.current(ctx, p.Session)
	if errors.Is(err, errNoSession) || err == nil && d.State == protocol.StateClosed {
		return nil, gone
	}
	if err != nil {
		return nil, b.failed("redeem", err)
	}
	if slices.Contains(d.Dismissed, p.Participant) {
		return nil, problem(http.StatusGone, "dismissed", "Sent away", "the professional has sent this guest away: have a new link made")
	}
	token, expires, err := b.issuer.Room(access.Room{
		Participant: p.Participant, Room: p.Session, Name: p.Name, Role: p.Role, Grants: access.VisitorGrants,
	}, access.RoomTTL)
	if err != nil {
		return nil, b.failed("redeem", err)
	}
	back, err := b.writePass(ctx, p, returnFor)
	if err != nil {
		return nil, b.failed("redeem", err)
	}
	b.note(ctx, audit.Entry{Action: audit.GuestJoin, Who: p.Participant, Role: p.Role, Office: d.Office, Visit: d.Appointment, Session: d.ID})
	b.log.Info("guest's code exchanged", "session", p.Session, "participant", p.Participant)
	out := &redeemOutput{CacheControl: "no-store"}
	o := &out.Body
	o.Session, o.Participant, o.Role, o.Name = p.Session, p.Participant, p.Role, p.Name
	o.Token, o.ExpiresAt, o.Return = token, expires.In(tokyo), back
	return out, nil
}

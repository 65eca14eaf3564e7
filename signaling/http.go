package signaling

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/login"
	"madoguchi/signaling/session"
)

// Register adds the operations of signing in, checking in and entering sessions to the API.
func (b *Broker) Register(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "sign-in", Method: http.MethodPost, Path: "/v1/sign-in", Summary: "Sign a seat in",
		Description: "Gives a booth or lobby its token, and enrols its key, for a one-time code (madoguchi enroll, or an administrator). " +
			"People sign in by a passkey or their organisation. In a demonstration any seat signs in, without anything.",
		Tags: []string{"seats"}, Security: []map[string][]string{}, MaxBodyBytes: 4 << 10,
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}, b.signIn)
	huma.Register(api, huma.Operation{
		OperationID: "me", Method: http.MethodGet, Path: "/v1/me", Summary: "Who this token is",
		Tags: []string{"seats"}, Errors: []int{http.StatusUnauthorized},
	}, b.me)
	huma.Register(api, huma.Operation{
		OperationID: "check-in", Method: http.MethodPost, Path: "/v1/check-ins", Summary: "Check a resident in",
		Description: "Opens the session of an appointment, or returns the one that is open. A counter names the appointment or " +
			"its reception number, a booth the reception number. After five wrong numbers a seat waits ten minutes.",
		Tags: []string{"sessions"}, DefaultStatus: http.StatusCreated, MaxBodyBytes: 4 << 10,
		Errors: []int{
			http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
			http.StatusTooManyRequests, http.StatusServiceUnavailable,
		},
	}, b.checkIn)
	huma.Register(api, huma.Operation{
		OperationID: "session-token", Method: http.MethodPost, Path: "/v1/sessions/{id}/token",
		Summary: "A token to enter one session", Tags: []string{"sessions"},
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusServiceUnavailable},
	}, b.sessionToken)
	b.registerLogin(api)
	b.registerGuests(api)
	b.registerLobby(api)
	huma.Register(api, huma.Operation{
		OperationID: "sessions", Method: http.MethodGet, Path: "/v1/sessions",
		Summary: "Sessions that are open, without names", Description: "For administrators.",
		Tags: []string{"sessions"}, Errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}, b.listSessions)
	b.registerOperating(api)
}

// problem is an RFC 9457 document of this API; slug is stable.
func problem(status int, slug, title, detail string) huma.StatusError {
	return &huma.ErrorModel{Type: "/problems/" + slug, Status: status, Title: title, Detail: detail}
}

// later adds when to ask again.
func later(err huma.StatusError, after time.Duration) error {
	seconds := strconv.Itoa(int((after + time.Second - 1) / time.Second))
	return huma.ErrorWithHeaders(err, http.Header{"Retry-After": {seconds}})
}

// askWithin is how long a request over HTTP waits for the store, all retries included, before it answers 503: somebody
// stands at the counter meanwhile.
const askWithin = 3 * time.Second

// failed turns an error of ours into a problem document; booking's own pass through. Causes go to the log.
func (b *Broker) failed(what string, err error) error {
	var ready huma.StatusError
	var headers huma.HeadersError
	var often *login.OftenError
	switch {
	case errors.As(err, &often):
		return later(problem(http.StatusTooManyRequests, "too-often", "Too often", "asked too often from here: wait"), often.Wait)
	case errors.As(err, &headers), errors.As(err, &ready):
		return err
	case errors.Is(err, context.Canceled): // whoever asked has gone: anybody can cause that as often as they like
		b.log.Debug(what, "error", err)
		return later(problem(http.StatusServiceUnavailable, "unavailable", "Unavailable", "the request was taken back"), time.Second)
	case errors.Is(err, errNoSession):
		return problem(http.StatusNotFound, "unknown-session", "Unknown session", "there is no such session, or it is over")
	case errors.Is(err, errNewer):
		b.log.Warn(what, "error", err)
		return later(problem(http.StatusServiceUnavailable, "unavailable", "Unavailable", "a newer version of this server has that session: ask again, another may answer"), 2*time.Second)
	case unavailable(err):
		b.log.Warn(what, "error", err)
		return later(problem(http.StatusServiceUnavailable, "unavailable", "Unavailable", "the store does not answer just now"), 2*time.Second)
	default:
		b.log.Error(what, "error", err)
		return problem(http.StatusInternalServerError, "internal", "Internal error", "a fault on our side")
	}
}

func (b *Broker) caller(ctx context.Context) (access.Seat, error) {
	if !b.Running() {
		return access.Seat{}, later(problem(http.StatusServiceUnavailable, "not-running", "Not running", "the server is starting or going away"), time.Second)
	}
	seat, ok := seatFrom(ctx)
	if !ok {
		return seat, problem(http.StatusUnauthorized, "not-signed-in", "Not signed in", "send the token of a seat as Authorization: Bearer")
	}
	return seat, nil
}

// SeatView is what a seat is told of itself.
type SeatView struct {
	Seat       string `json:"seat" doc:"booth:…, desk:…, counter:…, assistant:… or admin:…"`
	Role       string `json:"role"`
	Name       string `json:"name"`
	Area       string `json:"area"`
	Office     string `json:"office,omitempty"`
	OfficeName string `json:"officeName,omitempty"`
	Booth      string `json:"booth,omitempty"`
	BoothName  string `json:"boothName,omitempty"`
	Desk       string `json:"desk,omitempty"`
	Pool       string `json:"pool,omitempty"`

	Desks []DeskView `json:"desks,omitempty" doc:"of an assistant: the desks whose days it keeps"`
}

// DeskView is a desk by name.
type DeskView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (b *Broker) viewOf(p Place) SeatView {
	v := SeatView{
		Seat: p.ID, Role: p.Role, Name: p.Name, Area: p.Area, Office: p.Office, Booth: p.Booth, Desk: p.Desk, Pool: p.Pool,
	}
	if p.Office != "" {
		v.OfficeName = b.cfg.Places.OfficeName(p.Office)
	}
	if p.Booth != "" {
		v.BoothName = b.cfg.Places.BoothName(p.Booth)
	}
	if p.Role == roleAssistant {
		for _, id := range b.cfg.Places.DesksOf(p.Pool) {
			v.Desks = append(v.Desks, DeskView{id, b.cfg.Places.Professional(id, p.Pool).Name})
		}
	}
	return v
}

type signInInput struct {
	Body struct {
		Seat string     `json:"seat" minLength:"1" maxLength:"80" doc:"booth:shiomachihama-1"`
		Code string     `json:"code,omitempty" maxLength:"40" doc:"one-time code; hyphens, spaces and case do not matter"`
		Key  *login.Key `json:"key,omitempty" doc:"of a booth or lobby: public half of a key that stays in the device"`
	}
}

type signInOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Token     string    `json:"token"`
		ExpiresAt time.Time `json:"expiresAt"`
		SignIn    string    `json:"signIn,omitempty" doc:"what the next token is asked for by"`
		SeatView
	}
}

func (b *Broker) signIn(ctx context.Context, in *signInInput) (*signInOutput, error) {
	place, ok := b.cfg.Places.Seat(in.Body.Seat)
	if !ok || place.Area != b.cfg.Area {
		return nil, problem(http.StatusNotFound, "unknown-seat", "Unknown seat", "there is no such seat here")
	}
	if !b.cfg.OpenSignIn || in.Body.Key != nil {
		return b.signInWithCode(ctx, place, in.Body.Code, in.Body.Key)
	}
	return b.plainSignIn(ctx, place, "open")
}

func (b *Broker) redeem(ctx context.Context, seat, code, how string) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	err := b.codes.Redeem(ctx, seat, code)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, access.ErrTooManyTries):
		b.signInRefused(ctx, seat, how, tooManyTries)
		return later(problem(http.StatusTooManyRequests, "too-many-tries", "Too many tries", "have a new code made"), access.CodeTTL)
	case errors.Is(err, access.ErrWrongCode), errors.Is(err, access.ErrNoCode):
		b.signInRefused(ctx, seat, how, wrongCode)
		return problem(http.StatusUnauthorized, "wrong-code", "Wrong code", "the code is wrong, used or expired")
	default:
		return b.failed("redeem code", err)
	}
}

type meOutput struct{ Body SeatView }

func (b *Broker) me(ctx context.Context, _ *struct{}) (*meOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	place, ok := b.cfg.Places.Seat(seat.ID)
	if !ok {
		return nil, problem(http.StatusNotFound, "unknown-seat", "Unknown seat", "this seat is no longer in the directory")
	}
	return &meOutput{b.viewOf(place)}, nil
}

type sessionInput struct {
	ID string `path:"id" maxLength:"64"`
}

type sessionTokenOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Token       string    `json:"token"`
		ExpiresAt   time.Time `json:"expiresAt"`
		Participant string    `json:"participant"`
	}
}

// sessionToken mints a room token for the booth of a session or a desk that serves its current leg.
func (b *Broker) sessionToken(ctx context.Context, in *sessionInput) (*sessionTokenOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	d, err := b.current(ctx, in.ID) // a leg may have been handed over elsewhere this very moment
	if err != nil {
		return nil, b.failed("session token", err)
	}
	if d.ClosedAt != nil {
		return nil, b.failed("session token", errNoSession)
	}
	var grants access.Grants
	switch {
	case seat.Booth != "" && seat.ID == session.BoothSeat(d.Booth):
		grants = access.BoothGrants
	case seat.Booth != "" && d.Hosts(seat.Booth):
		grants = access.BoothGrants
	case seat.Desk != "" && d.Serves(seat.Desk, seat.Pool):
		grants = access.DeskGrants
	case seat.Desk != "" && d.Asks(seat.Desk):
		grants = access.AskedGrants
	default:
		return nil, problem(http.StatusForbidden, "not-yours", "Not yours", "this seat takes no part in that session now")
	}
	place, _ := b.cfg.Places.Seat(seat.ID)
	token, expires, err := b.issuer.Room(access.Room{Participant: seat.ID, Room: d.ID, Name: place.Name, Grants: grants, SignIn: seat.SignIn, Cert: seat.Cert}, access.RoomTTL)
	if err != nil {
		return nil, b.failed("session token", err)
	}
	b.note(ctx, audit.Entry{Action: audit.TokenMint, Office: d.Office, Booth: d.Booth, Visit: d.Appointment, Session: d.ID, Service: d.Current().Service})
	out := &sessionTokenOutput{CacheControl: "no-store"}
	out.Body.Token, out.Body.ExpiresAt, out.Body.Participant = token, expires.In(tokyo), seat.ID
	return out, nil
}

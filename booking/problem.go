package booking

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// Slugs of problems: the last part of a problem's type. They do not change.
const (
	SlugNotSignedIn      = "not-signed-in"
	SlugNotYours         = "not-yours"
	SlugUnknownOffice    = "unknown-office"
	SlugUnknownService   = "unknown-service"
	SlugUnknownBooth     = "unknown-booth"
	SlugUnknownDesk      = "unknown-desk"
	SlugUnknownPool      = "unknown-pool"
	SlugUnknown          = "unknown-appointment"
	SlugLegs             = "legs"
	SlugInvalid          = "invalid"
	SlugPastTime         = "past-time"
	SlugClosedTime       = "closed-time"
	SlugSlotTaken        = "slot-taken"
	SlugResidentBusy     = "resident-busy"
	SlugStaleRules       = "stale-rules"
	SlugHoldExpired      = "hold-expired"
	SlugHoldLost         = "hold-lost"
	SlugAlreadyConfirmed = "already-confirmed"
	SlugWrongState       = "wrong-state"
	SlugChanged          = "changed"
	SlugTooEarly         = "too-early"
	SlugUnattended       = "unattended"
	SlugInTheWay         = "in-the-way"
	SlugNotToday         = "not-today"
	SlugResidentRequired = "resident-required"
	SlugNotAnonymous     = "not-anonymous"
	SlugIdempotency      = "idempotency-mismatch"
	SlugIdempotencyKey   = "idempotency-key-required"
	SlugUnknownNotice    = "unknown-notice"
	SlugTooManyTries     = "too-many-tries"
	SlugUnavailable      = "unavailable"
	SlugOutcomeUnknown   = "outcome-unknown"
	SlugRulesUnreadable  = "rules-unreadable"
	SlugShapeUnreadable  = "shape-unreadable"
	SlugTooMany          = "too-many"
	SlugCatalogue        = "catalogue"
	SlugOfficeMove       = "office-move"

	SlugUnknownSuspension = "unknown-suspension"
)

// Errors callers inside this program look for with errors.Is; over HTTP they are the problems of the same name.
var (
	ErrNotFound    = redisstore.ErrNotFound                       // no such appointment, or none any more
	ErrNotToday    = errors.New("the appointment is not today's") // checked in on another day
	ErrUnavailable = redisstore.ErrUnavailable                    // Redis does not answer; ask again
	ErrUnknown     = redisstore.ErrUnknown                        // it may have happened and may be lost again; ask again with the same key
)

// Problem is an RFC 9457 problem document. Reasons are the calendar's, where a time was refused.
type Problem struct {
	huma.ErrorModel
	Reasons []ReasonView `json:"reasons,omitempty" doc:"why this time cannot be had"`
	Rules   int64        `json:"rules,omitempty" doc:"rule version in force"`

	cause error
}

// Slug is the stable name of the problem.
func (p *Problem) Slug() string { return strings.TrimPrefix(p.Type, "/problems/") }

// Unwrap gives the error behind the problem, for logs and errors.Is.
func (p *Problem) Unwrap() error { return p.cause }

// ReasonView is one reason of the calendar.
type ReasonView struct {
	Code string `json:"code"`
	Text string `json:"text" doc:"Japanese, for the counter"`
	Easy string `json:"easy" doc:"やさしい日本語"`
	En   string `json:"en"`
}

func problem(status int, slug, title, detail string, args ...any) *Problem {
	return &Problem{ErrorModel: huma.ErrorModel{
		Type: "/problems/" + slug, Status: status, Title: title, Detail: fmt.Sprintf(detail, args...),
	}}
}

func (p *Problem) at(location, message string) *Problem {
	p.Errors = append(p.Errors, &huma.ErrorDetail{Location: location, Message: message})
	return p
}

func (p *Problem) because(err error) *Problem { p.cause = err; return p }

func (p *Problem) with(reasons []calendar.Reason) *Problem {
	p.Reasons = reasonViews(reasons)
	return p
}

func reasonViews(reasons []calendar.Reason) []ReasonView {
	list := make([]ReasonView, len(reasons))
	for i, r := range reasons {
		list[i] = ReasonView(r)
	}
	return list
}

var unknownSlugs = map[string]string{
	"office": SlugUnknownOffice, "service": SlugUnknownService, "booth": SlugUnknownBooth, "desk": SlugUnknownDesk,
	"pool": SlugUnknownPool,
}

func problemUnknown(kind, id string) *Problem {
	status := http.StatusUnprocessableEntity
	if kind == "office" {
		status = http.StatusNotFound
	}
	return problem(status, unknownSlugs[kind], "Unknown "+kind, "there is no %s %q here", kind, cutText(id)).at(kind, "unknown")
}

func problemNotOffered(office string, l LegRequest) *Problem {
	return problem(http.StatusUnprocessableEntity, SlugUnknownService, "Service not offered",
		"office %q does not offer service %q by pool %q", office, cutText(l.Service), cutText(l.Pool)).at("legs", "not offered")
}

func problemLegCount(n int) *Problem {
	return problem(http.StatusUnprocessableEntity, SlugLegs, "Legs", "a visit has 1 to %d legs, not %d", maxLegs, n).at("legs", "wrong number")
}

func problemOrder(before, after string) *Problem {
	return problem(http.StatusUnprocessableEntity, SlugLegs, "Legs", "service %q cannot follow %q in one visit", after, before).
		at("legs", "wrong order")
}

func problemInvalid(location, message string) *Problem {
	return problem(http.StatusUnprocessableEntity, SlugInvalid, "Invalid request", "%s: %s", location, message).at(location, message)
}

func problemNotSignedIn() *Problem {
	return problem(http.StatusUnauthorized, SlugNotSignedIn, "Not signed in", "send the token of a seat as Authorization: Bearer")
}

func problemNotYours(what string) *Problem {
	return problem(http.StatusForbidden, SlugNotYours, "Not yours", "this seat may not %s", what)
}

func problemWrongState(state string) *Problem {
	return problem(http.StatusConflict, SlugWrongState, "Wrong state", "the appointment is %s", state)
}

// refusal turns the calendar's reasons into the problem that says most: the past, a rule, or somebody quicker.
func refusal(reasons []calendar.Reason) *Problem {
	slug, title, status := SlugSlotTaken, "Slot taken", http.StatusConflict
	onlyResident := len(reasons) > 0
	for _, r := range reasons {
		onlyResident = onlyResident && r.Code == calendar.CodeResidentBusy
		switch r.Code {
		case calendar.CodePast:
			slug, title, status = SlugPastTime, "Past time", http.StatusUnprocessableEntity
		default:
			if !r.Taken() {
				slug, title, status = SlugClosedTime, "Closed then", http.StatusUnprocessableEntity
			}
		}
	}
	if onlyResident {
		slug, title = SlugResidentBusy, "Resident has another appointment"
	}
	texts := make([]string, len(reasons))
	for i, r := range reasons {
		texts[i] = r.Text
	}
	return problem(status, slug, title, "%s", strings.Join(texts, "、")).with(reasons)
}

// asProblem is the one table from errors of the store to problems. A problem passes through; what is not known here is a
// fault of ours and says nothing outside.
func asProblem(err error) error {
	var (
		p     *Problem
		ready huma.HeadersError
		stale *redisstore.StaleError
		taken *redisstore.TakenError
		state *redisstore.StateError
		lost  *redisstore.UnknownError
		shape *redisstore.ShapeError
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &ready):
		return err
	case errors.As(err, &p):
		return p
	case errors.As(err, &stale):
		return problemStale(stale.Rules).because(err)
	case errors.As(err, &taken):
		return refusal(nil).because(err)
	case errors.As(err, &state) && state.State == redisstore.StateMoving:
		return unavailableProblem(err) // for a moment: it goes to another area
	case errors.As(err, &state):
		return problemWrongState(state.State).because(err)
	case errors.Is(err, redisstore.ErrNotFound):
		return problem(http.StatusNotFound, SlugUnknown, "Unknown appointment", "there is no such appointment").because(err)
	case errors.Is(err, redisstore.ErrVersion):
		return problem(http.StatusConflict, SlugChanged, "Changed meanwhile", "somebody else has changed it: look again").because(err)
	case errors.Is(err, redisstore.ErrEarly):
		return problem(http.StatusConflict, SlugTooEarly, "Too early", "it is too early to call this a no-show").because(err)
	case errors.Is(err, redisstore.ErrUnattended):
		return problem(http.StatusConflict, SlugUnattended, "Unattended", "the professional was not there either, so it is no no-show").because(err)
	case errors.Is(err, redisstore.ErrMismatch):
		return problem(http.StatusConflict, SlugIdempotency, "Idempotency mismatch", "this was asked before with other content").because(err)
	case errors.Is(err, redisstore.ErrExpired):
		return problem(http.StatusConflict, SlugHoldExpired, "Hold expired", "the hold was not confirmed in time").because(err)
	case errors.Is(err, redisstore.ErrLost):
		return problem(http.StatusConflict, SlugHoldLost, "Hold lost", "the hold was lost; hold again").because(err)
	case errors.Is(err, redisstore.ErrResidentBusy):
		return problem(http.StatusConflict, SlugResidentBusy, "Resident has another appointment", "同じ 時間に ほかの 予約が あります").because(err)
	case errors.Is(err, redisstore.ErrUnnamed):
		return problemResidentRequired().because(err)
	case errors.As(err, &shape):
		return problemShape(shape)
	case errors.As(err, &lost):
		return unknownProblem(lost, err)
	case errors.Is(err, redisstore.ErrUnavailable):
		return unavailableProblem(err)
	default:
		return problem(http.StatusInternalServerError, "internal", "Internal error", "a fault on our side").because(err)
	}
}

func problemStale(rules int64) *Problem {
	p := problem(http.StatusConflict, SlugStaleRules, "Stale rules", "the rules have changed to version %d: search again", rules)
	p.Rules = rules
	return p
}

func problemResidentRequired() *Problem {
	return problem(http.StatusUnprocessableEntity, SlugResidentRequired, "Resident required", "this visit needs the resident's name and number").
		at("body.resident", "missing")
}

// unavailableProblem says that Redis does not answer. What was asked may or may not have happened; asking again with the
// same key is safe.
func unavailableProblem(err error) error {
	p := problem(http.StatusServiceUnavailable, SlugUnavailable, "Unavailable", "bookings cannot be read or written just now: ask again with the same key").because(err)
	return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"2"}})
}

// unknownProblem says that what was asked for may have happened and may be lost again. It names the appointment, which
// says "unknown" until that is settled; nobody may be told that it is booked before.
func unknownProblem(lost *redisstore.UnknownError, err error) error {
	p := problem(http.StatusServiceUnavailable, SlugOutcomeUnknown, "Outcome unknown",
		"it is being checked whether the %s lasts: do not call it done; ask again with the same key", lost.Entry.Op).because(err)
	p.Instance = "/v1/appointments/" + lost.Entry.ID
	return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"2"}})
}

func cutText(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40])
	}
	return s
}

// statusOf gives the HTTP status an error stands for.
func statusOf(err error) (int, bool) {
	var status huma.StatusError
	if errors.As(err, &status) {
		return status.GetStatus(), true
	}
	return 0, false
}

// causeOf gives what lies behind a problem, for the log.
func causeOf(err error) error {
	var p *Problem
	if errors.As(err, &p) && p.cause != nil {
		return p.cause
	}
	return err
}

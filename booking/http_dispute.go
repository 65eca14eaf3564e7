package booking

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// registerDisputes adds what staff do about appointments Redis has lost something of.
func (s *Service) registerDisputes(api huma.API) {
	seated(s, api, huma.Operation{
		OperationID: "settle", Method: http.MethodPost, Path: "/v1/appointments/{id}/settle", Tags: []string{"booking"},
		Summary: "Decide what becomes of a disputed appointment",
		Description: "An appointment is disputed where the store has lost what the resident was told and cannot simply restore it (see dispute). " +
			"keep: it stands, in the place it has or, if it has none, in the one it had; slot-taken where that is still another's. " +
			"rebook: it gets the start, booth and legs given, as in a move. drop: it is cancelled. Repeating a request changes nothing.",
		MaxBodyBytes: maxBody, Errors: []int{400, 401, 403, 404, 409, 422, 503},
	}, s.postSettle)
}

type settleInput struct {
	ID   string `path:"id" pattern:"^a_[a-z2-7]{20,40}$" doc:"id of the appointment"`
	Key  string `header:"Idempotency-Key" doc:"required to rebook: new for each wish, the same for each repetition"`
	Body struct {
		Choice  string    `json:"choice" enum:"keep,rebook,drop"`
		Version int64     `json:"version" minimum:"1" doc:"the appointment as you saw it"`
		Start   time.Time `json:"start,omitempty" doc:"of rebook"`
		Office  string    `json:"office,omitempty" maxLength:"40" doc:"of rebook: another office of the same area"`
		Booth   string    `json:"booth,omitempty" maxLength:"40" doc:"of rebook: only this booth"`
		Legs    []legBody `json:"legs,omitempty" maxItems:"4" doc:"of rebook; left out: the present services by the same pools"`
		Rules   int64     `json:"rules,omitempty" doc:"of rebook: rule version the time was found by"`
	}
}

func (s *Service) postSettle(ctx context.Context, c Caller, in *settleInput) (*appointmentOutput, error) {
	d := Decision{Version: in.Body.Version, Choice: in.Body.Choice}
	if d.Choice == DecideRebook {
		if in.Body.Start.IsZero() {
			return nil, problemInvalid("body.start", "missing: say when instead")
		}
		d.Move = MoveRequest{Key: in.Key, Start: in.Body.Start, Office: in.Body.Office, Booth: in.Body.Booth, Rules: in.Body.Rules}
		d.Move.Legs = requests(in.Body.Legs)
	}
	a, err := s.Decide(ctx, c, in.ID, d)
	return s.shown(ctx, a, err)
}

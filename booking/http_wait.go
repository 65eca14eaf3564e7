package booking

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// registerWaiting adds those who wait, who walk in and who come again and again.
func (s *Service) registerWaiting(api huma.API) {
	refusals := []int{400, 401, 403, 404, 409, 422, 503}
	seated(s, api, huma.Operation{
		OperationID: "wait", Method: http.MethodPost, Path: "/v1/waitlist", Tags: []string{"waiting"}, DefaultStatus: http.StatusCreated,
		Summary: "Put a resident on the waiting list",
		Description: "When a time becomes free that would do, it is held in that name for twelve minutes, in the order of turns, and the seats see " +
			"the offer: telephone, then accept or decline. Not answered in time, it passes to the next. Repeating a request with the same " +
			"Idempotency-Key gives the same place.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postWait)
	seated(s, api, huma.Operation{
		OperationID: "waitlist", Method: http.MethodGet, Path: "/v1/waitlist", Tags: []string{"waiting"},
		Summary: "List who waits at an office, in the order of turns", Errors: refusals,
	}, s.getWaitlist)
	seated(s, api, huma.Operation{
		OperationID: "accept-offer", Method: http.MethodPost, Path: "/v1/waitlist/{id}/accept", Tags: []string{"waiting"},
		Summary: "Make the time offered an appointment", Errors: refusals,
	}, s.postAccept)
	seated(s, api, huma.Operation{
		OperationID: "decline-offer", Method: http.MethodPost, Path: "/v1/waitlist/{id}/decline", Tags: []string{"waiting"},
		Summary: "Pass the time offered on to the next", Description: "The resident goes on waiting, for other times.", Errors: refusals,
	}, s.postDecline)
	seated(s, api, huma.Operation{
		OperationID: "leave-waitlist", Method: http.MethodDelete, Path: "/v1/waitlist/{id}", Tags: []string{"waiting"},
		Summary: "Take a resident off the waiting list", DefaultStatus: http.StatusNoContent, Errors: refusals,
	}, s.deleteWait)
	seated(s, api, huma.Operation{
		OperationID: "walk-in", Method: http.MethodPost, Path: "/v1/walk-ins", Tags: []string{"waiting"}, DefaultStatus: http.StatusCreated,
		Summary: "Take somebody who has come without an appointment",
		Description: "Gives the next free time of today and checks them in, or puts them first on the waiting list for the rest of the day. Either " +
			"has a ticket: the call number.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postWalkIn)
	seated(s, api, huma.Operation{
		OperationID: "series", Method: http.MethodPost, Path: "/v1/series", Tags: []string{"waiting"}, DefaultStatus: http.StatusCreated,
		Summary: "Hold the same visit again and again",
		Description: "Each is held by itself for fifteen minutes; those that cannot be are listed with their reasons and the free starts of that day. " +
			"Confirm all or some of them.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postSeries)
	seated(s, api, huma.Operation{
		OperationID: "confirm-series", Method: http.MethodPost, Path: "/v1/series/{id}/confirm", Tags: []string{"waiting"},
		Summary: "Make the chosen holds of a row appointments", Description: "Those named under release are given back. Repeating it changes nothing.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postConfirmSeries)
}

type waitInput struct {
	Key  string `header:"Idempotency-Key" doc:"required: new for each wish, the same for each repetition"`
	Body struct {
		Office    string        `json:"office" minLength:"1" maxLength:"40"`
		Booth     string        `json:"booth,omitempty" maxLength:"40" doc:"only this booth"`
		Legs      []legBody     `json:"legs" minItems:"1" maxItems:"4"`
		From      time.Time     `json:"from" doc:"starts from here on would do"`
		To        time.Time     `json:"to" doc:"starts before this would do; at most 31 days later"`
		Resident  *residentBody `json:"resident,omitempty"`
		Of        string        `json:"of,omitempty" pattern:"^a_[a-z2-7]{20,40}$" doc:"instead of resident: whoever that appointment of yours is for"`
		Anonymous bool          `json:"anonymous,omitempty"`
		Urgent    bool          `json:"urgent,omitempty" doc:"let forward by a week's waiting"`
	}
}

type waitOutput struct{ Body Waiting }

func (s *Service) postWait(ctx context.Context, c Caller, in *waitInput) (*waitOutput, error) {
	who, err := s.personOf(ctx, c, in.Body.Resident, in.Body.Of)
	if err != nil {
		return nil, err
	}
	b := in.Body
	w, err := s.Wait(ctx, c, WaitRequest{
		Key: in.Key, Office: b.Office, Booth: b.Booth, Legs: requests(b.Legs), From: b.From, To: b.To, Resident: who, Anonymous: b.Anonymous, Urgent: b.Urgent,
	})
	return &waitOutput{w}, err
}

func requests(bodies []legBody) []LegRequest {
	var legs []LegRequest
	for _, l := range bodies {
		legs = append(legs, LegRequest(l))
	}
	return legs
}

type waitlistInput struct {
	Office string `query:"office" required:"true" maxLength:"40"`
}

type waitlistOutput struct {
	Body struct {
		Waiting []Waiting `json:"waiting"`
	}
}

func (s *Service) getWaitlist(ctx context.Context, c Caller, in *waitlistInput) (*waitlistOutput, error) {
	list, err := s.WaitingAt(ctx, c, in.Office)
	if err != nil {
		return nil, err
	}
	out := &waitlistOutput{}
	out.Body.Waiting = list
	return out, nil
}

type waiterInput struct {
	ID string `path:"id" pattern:"^w_[a-z2-7]{20,40}$" doc:"id on the waiting list"`
}

func (s *Service) postAccept(ctx context.Context, c Caller, in *waiterInput) (*appointmentOutput, error) {
	a, err := s.Accept(ctx, c, in.ID)
	return s.shown(ctx, a, err)
}

func (s *Service) postDecline(ctx context.Context, c Caller, in *waiterInput) (*waitOutput, error) {
	w, err := s.Decline(ctx, c, in.ID)
	return &waitOutput{w}, err
}

func (s *Service) deleteWait(ctx context.Context, c Caller, in *waiterInput) (*struct{}, error) {
	return nil, s.LeaveList(ctx, c, in.ID)
}

type walkInInput struct {
	Key  string `header:"Idempotency-Key" doc:"required: new for each person, the same for each repetition"`
	Body struct {
		Office    string        `json:"office" minLength:"1" maxLength:"40"`
		Booth     string        `json:"booth,omitempty" maxLength:"40" doc:"only this booth"`
		Legs      []legBody     `json:"legs" minItems:"1" maxItems:"4"`
		Resident  *residentBody `json:"resident,omitempty"`
		Anonymous bool          `json:"anonymous,omitempty"`
	}
}

type walkInOutput struct{ Body WalkIn }

func (s *Service) postWalkIn(ctx context.Context, c Caller, in *walkInInput) (*walkInOutput, error) {
	who, err := in.Body.Resident.person()
	if err != nil {
		return nil, err
	}
	b := in.Body
	w, err := s.WalkIn(ctx, c, WalkInRequest{
		Key: in.Key, Office: b.Office, Booth: b.Booth, Legs: requests(b.Legs), Resident: who, Anonymous: b.Anonymous,
	})
	return &walkInOutput{w}, err
}

type seriesInput struct {
	Key  string `header:"Idempotency-Key" doc:"required: new for each row, the same for each repetition"`
	Body struct {
		Office   string        `json:"office" minLength:"1" maxLength:"40"`
		Booth    string        `json:"booth,omitempty" maxLength:"40" doc:"only this booth"`
		Legs     []legBody     `json:"legs" minItems:"1" maxItems:"4"`
		Start    time.Time     `json:"start" doc:"of the first visit"`
		Weeks    int           `json:"weeks" minimum:"1" maximum:"12" doc:"between two visits"`
		Count    int           `json:"count" minimum:"2" maximum:"12" doc:"how many visits"`
		Resident *residentBody `json:"resident,omitempty"`
		Of       string        `json:"of,omitempty" pattern:"^a_[a-z2-7]{20,40}$" doc:"instead of resident: whoever that appointment of yours is for"`
	}
}

type seriesOutput struct{ Body Series }

func (s *Service) postSeries(ctx context.Context, c Caller, in *seriesInput) (*seriesOutput, error) {
	who, err := s.personOf(ctx, c, in.Body.Resident, in.Body.Of)
	if err != nil {
		return nil, err
	}
	b := in.Body
	row, err := s.Series(ctx, c, SeriesRequest{
		Key: in.Key, Office: b.Office, Booth: b.Booth, Legs: requests(b.Legs), Start: b.Start, Weeks: b.Weeks, Count: b.Count, Resident: who,
	})
	return &seriesOutput{row}, err
}

type confirmSeriesInput struct {
	ID   string `path:"id" pattern:"^s_[a-z2-7]{20,40}$" doc:"id of the row"`
	Body struct {
		Holds   []string `json:"holds" minItems:"1" maxItems:"12" doc:"those to confirm"`
		Release []string `json:"release,omitempty" maxItems:"12" doc:"those to give back"`
	}
}

type appointmentsOutput struct {
	Body struct {
		Appointments []Appointment `json:"appointments"`
	}
}

func (s *Service) postConfirmSeries(ctx context.Context, c Caller, in *confirmSeriesInput) (*appointmentsOutput, error) {
	list, err := s.ConfirmSeries(ctx, c, in.ID, in.Body.Holds, in.Body.Release)
	out := &appointmentsOutput{}
	if err == nil {
		out.Body.Appointments, err = s.View(ctx, list...)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

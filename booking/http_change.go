package booking

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// registerChanges adds what is done to appointments there are: moving, running late, freeing.
func (s *Service) registerChanges(api huma.API) {
	refusals := []int{400, 401, 403, 404, 409, 422, 503}
	seated(s, api, huma.Operation{
		OperationID: "move", Method: http.MethodPost, Path: "/v1/appointments/{id}/move", Tags: []string{"booking"},
		Summary: "Give an appointment another time, booth, desk or office",
		Description: "All legs or nothing; its own present time is no hindrance to it. The version is the one the caller saw: where it has changed " +
			"meanwhile, the problem is \"changed\". Repeating a request with the same Idempotency-Key changes nothing more. A move raises the sequence.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postMove)
	seated(s, api, huma.Operation{
		OperationID: "delay", Method: http.MethodPost, Path: "/v1/desks/{desk}/delay", Tags: []string{"booking"},
		Summary: "Say that a desk runs late",
		Description: "Pushes the later visits of its day back as far as needed, each whole or not at all: booth, the professionals who come after, " +
			"the resident. What cannot be pushed back keeps its time and is listed with alternatives. For the desk, its reception and administrators.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postDelay)
	seated(s, api, huma.Operation{
		OperationID: "delay-preview", Method: http.MethodGet, Path: "/v1/desks/{desk}/delay", Tags: []string{"booking"},
		Summary: "See what a delay of a desk would do",
		Description: "The same answer as announcing it would give now, and nothing changes: what would be pushed back, what would keep its time and why, " +
			"and the times free for those.",
		Errors: refusals,
	}, s.getDelay)
	seated(s, api, huma.Operation{
		OperationID: "free-leg", Method: http.MethodPost, Path: "/v1/appointments/{id}/legs/{leg}/free", Tags: []string{"booking"},
		Summary: "Give a later leg back that is not needed", Description: "Legs count from 0; the first cannot be freed. Repeating it changes nothing.",
		Errors: refusals,
	}, s.postFreeLeg)
	seated(s, api, huma.Operation{
		OperationID: "mark", Method: http.MethodPost, Path: "/v1/appointments/{id}/marks", Tags: []string{"booking"},
		Summary: "Note that something is prepared for a visit",
		Description: "A check or consent of a service of one's own leg, as service/check, or a note for the desk: note/companion (somebody comes along), " +
			"note/interpreter, note/writing (prefers writing to speaking), note/papers (brings papers). For desks and receptions. Repeating it changes nothing.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postMark)
	seated(s, api, huma.Operation{
		OperationID: "cleaned", Method: http.MethodPost, Path: "/v1/appointments/{id}/cleaned", Tags: []string{"booking"},
		Summary: "Say that the booth of a visit that is over is clean", Description: "It is free from now on. Repeating it changes nothing.",
		Errors: refusals,
	}, s.postCleaned)
	seated(s, api, huma.Operation{
		OperationID: "noshow", Method: http.MethodPost, Path: "/v1/appointments/{id}/noshow", Tags: []string{"booking"},
		Summary: "Say that the resident did not come",
		Description: "Refused before the time of grace is over (too-early), where the professional was not there either (unattended), and for " +
			"visits that have begun or were cancelled (wrong-state).",
		Errors: refusals,
	}, s.postNoShow)
}

type moveInput struct {
	ID   string `path:"id" pattern:"^a_[a-z2-7]{20,40}$" doc:"id of the appointment"`
	Key  string `header:"Idempotency-Key" doc:"required: new for each wish, the same for each repetition"`
	Body struct {
		Version int64     `json:"version" minimum:"1" doc:"the appointment as you saw it"`
		Start   time.Time `json:"start" doc:"the present start where only the place changes"`
		Office  string    `json:"office,omitempty" maxLength:"40" doc:"another office of the same area"`
		Booth   string    `json:"booth,omitempty" maxLength:"40" doc:"only this booth"`
		Legs    []legBody `json:"legs,omitempty" maxItems:"4" doc:"left out: the present services by the same pools"`
		Rules   int64     `json:"rules,omitempty" doc:"rule version the time was found by"`
	}
}

func (s *Service) postMove(ctx context.Context, c Caller, in *moveInput) (*appointmentOutput, error) {
	m := MoveRequest{
		Key: in.Key, Version: in.Body.Version, Start: in.Body.Start, Office: in.Body.Office, Booth: in.Body.Booth, Rules: in.Body.Rules,
	}
	m.Legs = requests(in.Body.Legs)
	a, err := s.Move(ctx, c, in.ID, m)
	return s.shown(ctx, a, err)
}

type delayInput struct {
	Desk string `path:"desk" maxLength:"40"`
	Key  string `header:"Idempotency-Key" doc:"required: new for each announcement, the same for each repetition"`
	Body struct {
		Minutes int `json:"minutes" minimum:"1" maximum:"180" doc:"how much later than planned, or for a leg in progress how much longer"`
	}
}

type delayOutput struct{ Body Delay }

func (s *Service) postDelay(ctx context.Context, c Caller, in *delayInput) (*delayOutput, error) {
	d, err := s.DelayDesk(ctx, c, in.Desk, in.Key, in.Body.Minutes)
	return s.shownDelay(ctx, d, err)
}

type delayPreviewInput struct {
	Desk    string `path:"desk" maxLength:"40"`
	Minutes int    `query:"minutes" required:"true" minimum:"1" maximum:"180"`
}

func (s *Service) getDelay(ctx context.Context, c Caller, in *delayPreviewInput) (*delayOutput, error) {
	d, err := s.PreviewDelay(ctx, c, in.Desk, in.Minutes)
	return s.shownDelay(ctx, d, err)
}

// shownDelay answers with what became or would become of a day, as the caller may see it.
func (s *Service) shownDelay(ctx context.Context, d Delay, err error) (*delayOutput, error) {
	if err == nil {
		d.Moved, err = s.View(ctx, d.Moved...)
	}
	for i := range d.Conflicts {
		if err != nil {
			break
		}
		var view []Appointment
		if view, err = s.View(ctx, d.Conflicts[i].Appointment); err == nil {
			d.Conflicts[i].Appointment = view[0]
		}
	}
	if err != nil {
		return nil, err
	}
	return &delayOutput{d}, nil
}

type legInput struct {
	ID  string `path:"id" pattern:"^a_[a-z2-7]{20,40}$" doc:"id of the appointment"`
	Leg int    `path:"leg" minimum:"0" maximum:"15" doc:"counted from 0"`
}

func (s *Service) postFreeLeg(ctx context.Context, c Caller, in *legInput) (*appointmentOutput, error) {
	a, err := s.FreeLeg(ctx, c, in.ID, in.Leg)
	return s.shown(ctx, a, err)
}

func (s *Service) postCleaned(ctx context.Context, c Caller, in *idInput) (*appointmentOutput, error) {
	a, err := s.BoothCleaned(ctx, c, in.ID)
	return s.shown(ctx, a, err)
}

func (s *Service) postNoShow(ctx context.Context, c Caller, in *idInput) (*appointmentOutput, error) {
	a, err := s.visible(ctx, c, in.ID)
	if err != nil {
		return nil, err
	}
	if !c.changes(a) {
		return nil, problemNotYours("call this appointment a no-show")
	}
	if err = s.Finish(ctx, in.ID, StateNoShow); err == nil {
		a, err = s.Appointment(ctx, in.ID)
	}
	return s.shown(ctx, a, err)
}

type markInput struct {
	ID   string `path:"id" pattern:"^a_[a-z2-7]{20,40}$" doc:"id of the appointment"`
	Body struct {
		Mark string `json:"mark" minLength:"1" maxLength:"81"`
		On   bool   `json:"on" doc:"false takes it back"`
	}
}

func (s *Service) postMark(ctx context.Context, c Caller, in *markInput) (*appointmentOutput, error) {
	a, err := s.Mark(ctx, c, in.ID, in.Body.Mark, in.Body.On)
	return s.shown(ctx, a, err)
}

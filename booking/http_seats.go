package booking

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// seated adds an operation for whoever sits at a seat: everybody else is refused before do runs, whatever it gives as an
// error leaves as a problem document, and faults of ours are logged under the operation's id. What the seat may do is
// do's business.
func seated[I, O any](s *Service, api huma.API, op huma.Operation, do func(context.Context, Caller, *I) (*O, error)) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		c, ok := CallerFrom(ctx)
		if !ok {
			return nil, problemNotSignedIn()
		}
		out, err := do(ctx, c, in)
		if err != nil {
			return nil, s.told(ctx, op.OperationID, asProblem(err))
		}
		return out, nil
	})
}

// administered is seated for administrators only.
func administered[I, O any](s *Service, api huma.API, op huma.Operation, do func(context.Context, Caller, *I) (*O, error)) {
	seated(s, api, op, func(ctx context.Context, c Caller, in *I) (*O, error) {
		if kind, _ := c.seat(); kind != seatAdmin {
			return nil, problemNotYours("do what administrators do")
		}
		return do(ctx, c, in)
	})
}

// told logs what is a fault of ours or of Redis and passes every error on. Refusals are the callers' business, and an
// outage is logged once by whoever tends the area, not once for each who asks during it.
func (s *Service) told(ctx context.Context, what string, err error) error {
	if status, ok := statusOf(err); ok && status >= http.StatusInternalServerError {
		level := slog.LevelError
		if errors.Is(err, ErrUnavailable) {
			level = slog.LevelDebug
		}
		s.log.Log(ctx, level, "booking request failed", "op", what, "err", causeOf(err))
	}
	return err
}

// visible reads an appointment the caller may know of.
func (s *Service) visible(ctx context.Context, c Caller, id string) (Appointment, error) {
	a, err := s.Appointment(ctx, id)
	if err != nil {
		return Appointment{}, err
	}
	if !c.sees(a) {
		return Appointment{}, problemNotYours("see this appointment")
	}
	return a, nil
}

// shown answers with the appointment as the caller may see it.
func (s *Service) shown(ctx context.Context, a Appointment, err error) (*appointmentOutput, error) {
	if err != nil {
		return nil, err
	}
	views, err := s.View(ctx, a)
	if err != nil {
		return nil, err
	}
	return &appointmentOutput{views[0]}, nil
}

package booking

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// What staff can decide of a disputed appointment.
const (
	DecideKeep   = "keep"   // it stands, where it is or, if it has lost its place, where it was
	DecideRebook = "rebook" // it gets another time
	DecideDrop   = "drop"   // it is given up
)

// Decision is what staff have decided of a disputed appointment.
type Decision struct {
	Version int64 // the appointment as the caller saw it
	Choice  string
	Move    MoveRequest // of DecideRebook; its Version is that above
}

// Decide ends a dispute. It is for those who could change the appointment. Repeating it changes nothing.
func (s *Service) Decide(ctx context.Context, c Caller, id string, d Decision) (Appointment, error) {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if !c.changes(s.dir().appointment(store.Area(), r)) {
		return Appointment{}, problemNotYours("decide on this appointment")
	}
	switch d.Choice {
	case DecideRebook:
		d.Move.Version = d.Version
		return s.Move(ctx, c, id, d.Move)
	case DecideDrop:
		if r.State != StateCancelled && r.State != StateDisputed {
			return Appointment{}, problemWrongState(r.State)
		}
		if r.State == StateDisputed && r.Version != d.Version {
			return Appointment{}, asProblem(redisstore.ErrVersion)
		}
		return s.Cancel(ctx, id)
	case DecideKeep:
		r, err = store.Keep(ctx, id, d.Version, civilDate)
		var way *redisstore.InTheWayError
		if errors.As(err, &way) {
			return Appointment{}, problemStillTaken(way)
		}
		return s.stepped(store, r, err)
	default:
		return Appointment{}, problemInvalid("body.choice", "must be keep, rebook or drop")
	}
}

func civilDate(t time.Time) string { return calendar.DateOf(t).String() }

// problemStillTaken names what the appointment cannot have back.
func problemStillTaken(way *redisstore.InTheWayError) *Problem {
	p := problem(http.StatusConflict, SlugSlotTaken, "Slot taken", "somebody else has this time: rebook or drop the appointment").because(way)
	seen := map[string]bool{}
	for _, ledger := range way.IDs {
		if kind, _, _ := strings.Cut(ledger, ":"); !seen[kind] {
			seen[kind] = true
			p.Reasons = append(p.Reasons, conflictTexts[kind])
		}
	}
	return p
}

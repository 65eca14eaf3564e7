package booking

import (
	"context"
	"slices"

	"madoguchi/booking/redisstore"
)

func (s *Service) postMyAccept(ctx context.Context, in *myInput) (*myOutput, error) {
	m, err := s.mine(ctx, in.Body.Office, in.Body.Reception, in.Body.Last4)
	if err == nil && m.waiter == nil {
		err = problemWrongState(m.appointment.State)
	}
	if err == nil {
		if m.appointment, err = s.accept(ctx, m.store, *m.waiter); err == nil {
			s.log.Info("offer accepted by the resident", "waiting", m.waiter.ID, "appointment", m.appointment.ID)
			m.waiter = nil
		}
	}
	out, err := s.myView(ctx, "my accept", m, err)
	if err == nil {
		out.Body.Reception = m.appointment.Reception // by which it is found from now on, and shown at the booth
	}
	return out, err
}

func (s *Service) postMyDecline(ctx context.Context, in *myInput) (*myOutput, error) {
	m, err := s.mine(ctx, in.Body.Office, in.Body.Reception, in.Body.Last4)
	switch {
	case err != nil:
	case m.waiter == nil:
		err = problemWrongState(m.appointment.State)
	case m.waiter.State != redisstore.WaitOffered:
		err = problemWrongState(m.waiter.State)
	default:
		var after redisstore.Waiter
		if after, err = s.passOn(ctx, m.store, *m.waiter); err == nil {
			m.waiter = &after
		}
	}
	return s.myView(ctx, "my decline", m, err)
}

// waitingUnder lists who waits at an office under a number of the waiting list, by id.
func (s *Service) waitingUnder(ctx context.Context, store *redisstore.Store, office, number string) (map[string]redisstore.Waiter, error) {
	all, err := store.Waiting(ctx, 10*waitersLooked)
	if err != nil {
		return nil, err
	}
	found := map[string]redisstore.Waiter{}
	for _, w := range all {
		if w.Office == office && s.waitNumber(w) == number {
			found[w.ID] = w
		}
	}
	return found, nil
}

// myWaiting is how a resident stands on the waiting list. An offer that is running out is one until it is taken back.
func (s *Service) myWaiting(ctx context.Context, m mine) (MyAppointment, error) {
	w := s.dir().waiting(m.store.Area(), *m.waiter)
	v := MyAppointment{
		State: w.State, Office: w.Office, Number: w.Number, Start: w.From, End: w.To, Planned: w.From,
		Cancellable: w.State != redisstore.WaitLeft, Words: []string{}, Names: []WordingView{},
	}
	for _, l := range w.Legs {
		v.say(s.dir(), l.Service)
	}
	switch w.State {
	case redisstore.WaitOffered:
		o, err := s.offer(ctx, m.store, *m.waiter)
		if err != nil {
			return v, err
		}
		if o == nil { // the hold has died this moment
			v.State = redisstore.WaitWaiting
			return v, nil
		}
		v.BoothName, v.Start, v.End, v.Planned, v.AnswerBy = o.BoothName, o.Start, o.Start, o.Start, o.ExpiresAt
	case redisstore.WaitWaiting:
		all, err := m.store.Waiting(ctx, 10*waitersLooked)
		if err != nil {
			return v, err
		}
		all = slices.DeleteFunc(all, func(o redisstore.Waiter) bool { return o.Office != w.Office })
		v.Place = 1 + slices.IndexFunc(all, func(o redisstore.Waiter) bool { return o.ID == w.ID })
	}
	return v, nil
}

package booking

import (
	"context"
	"errors"
	"strconv"
	"time"

	"madoguchi/booking/redisstore"
)

// followBatch bounds how many events one round follows.
const followBatch = 500

// overrunStep is how much longer a leg is taken to last that is over its time and goes on. It is asked again after that.
const overrunStep = 5

// follow does what events of the outbox call for: it judges absences and pushes back what an overrun is in the way of.
// Every node follows; each step recognises its own repetition, so the place in the outbox is shared without a lock.
func (s *Service) follow(ctx context.Context, store *redisstore.Store) error {
	after, err := store.Followed(ctx)
	if err != nil {
		return err
	}
	events, err := store.Events(ctx, after, followBatch)
	if err != nil || len(events) == 0 {
		return err
	}
	freed := false
	for _, e := range events {
		freed = freed || frees[e.Type]
		if err := s.act(ctx, store, e); errors.Is(err, ErrUnavailable) {
			return err // and again from where the last round ended
		} else if err != nil {
			s.log.Warn("event not followed", "event", e.Type, "id", e.ID, "err", err)
		}
	}
	if freed {
		if err := s.giveOut(ctx, store); err != nil {
			return err
		}
	}
	return store.Follow(ctx, events[len(events)-1].Cursor)
}

// giveOut gives what has become free to whom it is owed: first to the blocks that go around, then to those who wait.
func (s *Service) giveOut(ctx context.Context, store *redisstore.Store) error {
	if err := s.refill(ctx, store); err != nil {
		return err
	}
	return s.offers(ctx, store)
}

func (s *Service) act(ctx context.Context, store *redisstore.Store, e redisstore.Event) error {
	switch e.Type {
	case redisstore.EventAbsent:
		return s.judgeAbsence(ctx, store, e.ID)
	case redisstore.EventOverrun:
		leg, err := strconv.Atoi(e.Detail["leg"])
		if err != nil {
			return err
		}
		return s.overrun(ctx, store, e.ID, leg, e.Cursor)
	default:
		return nil
	}
}

// judgeAbsence calls somebody who is not here by the time of grace a no-show, if the professional was there. Where not,
// the step itself tells that the visit is unattended.
func (s *Service) judgeAbsence(ctx context.Context, store *redisstore.Store, id string) error {
	_, err := store.Finish(ctx, id, redisstore.StateNoShow)
	for _, fine := range []error{redisstore.ErrUnattended, redisstore.ErrEarly, redisstore.ErrNotFound} {
		if errors.Is(err, fine) {
			return nil
		}
	}
	if errors.As(err, new(*redisstore.StateError)) {
		return nil // arrived or cancelled meanwhile
	}
	return err
}

// overrun pushes back what a leg is in the way of that is over its time and goes on.
func (s *Service) overrun(ctx context.Context, store *redisstore.Store, id string, leg int, cursor string) error {
	r, err := store.Get(ctx, id)
	if errors.Is(err, redisstore.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if leg >= len(r.Legs) || r.State != StateArrived || !r.Legs[leg].Done.IsZero() {
		return nil
	}
	k, ok := s.dir().Desk(r.Legs[leg].Desk)
	if !ok {
		return nil // no longer in the catalogue: nobody is booked there after this one
	}
	_, err = s.delay(ctx, redisstore.Request{Key: "overrun:" + cursor, Fingerprint: id}, k, overrunStep)
	return err
}

// shutsNext gives when an office shuts next, and whether for noon; false where it is shut.
func (d *Directory) shutsNext(o Office, now time.Time) (at time.Time, noon, ok bool) {
	rules := d.open[o.ID]
	return rules.place.ShutsNext(rules.hours, rules.extra, now)
}

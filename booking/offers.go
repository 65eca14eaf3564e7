package booking

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// frees tells events after which a time may be free that was not.
var frees = map[string]bool{
	redisstore.EventReleased: true, redisstore.EventExpired: true, redisstore.EventCancelled: true, redisstore.EventMoved: true,
	redisstore.EventDelayed: true, redisstore.EventLegDone: true, redisstore.EventLegFreed: true, redisstore.EventDone: true,
	redisstore.EventNoShow: true, redisstore.EventUnserved: true, redisstore.EventBoothFree: true, redisstore.EventUnblocked: true,
	redisstore.EventRestored: true, redisstore.EventKept: true, redisstore.EventPassedOn: true, redisstore.EventWaiting: true, redisstore.EventReturned: true, redisstore.EventLent: true,
}

// offers goes through the waiting list of an area in the order of turns: it ends offers nobody has answered, and holds a
// time for whoever waits and could have one. Several nodes may do so at once: the id of the hold is made from the waiter
// and its version, so between them they make one offer.
func (s *Service) offers(ctx context.Context, store *redisstore.Store) error {
	list, err := store.Waiting(ctx, waitersLooked)
	if err != nil || len(list) == 0 {
		return err
	}
	now, err := store.Now(ctx)
	if err != nil {
		return err
	}
	var before []redisstore.Waiter // whose turn it was, and for whom nothing was free
	for _, w := range list {
		switch {
		case w.State == redisstore.WaitOffered:
			if w.Until.After(now) {
				continue
			}
			_, err = s.unanswered(ctx, store, w)
		case !w.To.After(s.now()):
			err = s.gone(ctx, store, w)
		default:
			err = s.offerTo(ctx, store, w, before)
			before = append(before, w)
		}
		if errors.Is(err, ErrUnavailable) {
			return err
		}
		if err != nil && !errors.Is(err, redisstore.ErrVersion) {
			s.log.Warn("waiting list", "id", w.ID, "err", err)
		}
	}
	return nil
}

// unanswered ends an offer whose time is over, unless it was accepted in the last moment.
func (s *Service) unanswered(ctx context.Context, store *redisstore.Store, w redisstore.Waiter) (redisstore.Waiter, error) {
	held, err := store.Get(ctx, w.Hold)
	if err == nil && held.Reception != "" {
		return store.Accept(ctx, w, w.Hold)
	}
	return s.passOn(ctx, store, w)
}

// gone takes somebody off the list whose last day is over.
func (s *Service) gone(ctx context.Context, store *redisstore.Store, w redisstore.Waiter) error {
	key, err := s.keyOf(ctx, store, w.ID)
	if err == nil {
		_, err = store.Leave(ctx, w)
	}
	if err == nil {
		s.destroy(ctx, store, w.ID, key)
	}
	return err
}

// offerTo holds the first free time that would do for somebody, and tells so. Where that was begun before and not ended,
// it is ended first. A time may have become free after those before were looked at: they are asked once more.
func (s *Service) offerTo(ctx context.Context, store *redisstore.Store, w redisstore.Waiter, before []redisstore.Waiter) error {
	id := "a_" + mac(s.secrets.ids, 16, "offer", w.ID, strconv.FormatInt(w.Version, 10))
	begun, err := store.Get(ctx, id)
	switch {
	case err == nil && begun.State == redisstore.StateHeld:
		_, err = store.Offer(ctx, w, id, begun.Deadline)
		return err
	case err == nil:
		_, err = store.PassOn(ctx, w, begun.Start)
		return err
	case !errors.Is(err, redisstore.ErrNotFound):
		return err
	}
	var legs []LegRequest
	for _, l := range w.Legs {
		legs = append(legs, LegRequest(l))
	}
	q, err := s.dir().inquire(w.Office, w.Booth, legs)
	if err != nil {
		return err // no longer offered like this: staff have to look
	}
	start, found, err := s.firstFree(ctx, store, q, w)
	if err != nil || !found {
		return err
	}
	if rivals := slices.DeleteFunc(slices.Clone(before), func(b redisstore.Waiter) bool { return !contend(b, w) }); len(rivals) > 0 {
		for _, b := range rivals {
			if err := s.offerTo(ctx, store, b, nil); errors.Is(err, ErrUnavailable) {
				return err
			}
		}
		if start, found, err = s.firstFree(ctx, store, q, w); err != nil || !found {
			return err
		}
	}
	people := map[string]Person{}
	if !w.Anonymous {
		if err := s.unseal(ctx, store, []string{w.ID}, people); err != nil {
			return err
		}
		if !people[w.ID].Known() {
			return s.gone(ctx, store, w) // forgotten: there is nobody to telephone
		}
	}
	h := HoldRequest{Key: "offer", Office: w.Office, Booth: w.Booth, Start: start, Legs: legs, Resident: people[w.ID], ttl: offerFor, waiting: w.ID}
	print, err := s.fingerprint(h)
	if err != nil {
		return err
	}
	held, err := s.hold(ctx, store, Caller{Seat: w.By}, h, id, print)
	if err != nil {
		return taken(err)
	}
	_, err = store.Offer(ctx, w, id, held.ExpiresAt)
	return err
}

// contend reports whether a time for one might be a time for the other: at the same office, or with the same people.
func contend(a, b redisstore.Waiter) bool {
	return a.Office == b.Office || slices.ContainsFunc(a.Legs, func(l redisstore.WaitLeg) bool {
		return slices.ContainsFunc(b.Legs, func(m redisstore.WaitLeg) bool { return l.Pool == m.Pool })
	})
}

// taken passes over refusals: somebody was quicker, and the next round looks again.
func taken(err error) error {
	if status, ok := statusOf(err); ok && status < 500 {
		return nil
	}
	return err
}

// firstFree finds the first start that would do and was not offered to them before.
func (s *Service) firstFree(ctx context.Context, store *redisstore.Store, q inquiry, w redisstore.Waiter) (time.Time, bool, error) {
	from := latest(w.From, s.now())
	first, last := calendar.DateOf(from), calendar.DateOf(w.To)
	ask, err := s.ask(ctx, store, q, first.At(0), last.Add(1).At(0), w.Resident)
	if err != nil {
		return time.Time{}, false, err
	}
	for d := first; !last.Before(d); d = d.Add(1) {
		for _, a := range ask.Day(d) {
			known := slices.ContainsFunc(w.Passed, a.Start.Equal)
			if a.Free() && !known && !a.Start.Before(from) && a.Start.Before(w.To) {
				return a.Start, true, nil
			}
		}
	}
	return time.Time{}, false, nil
}

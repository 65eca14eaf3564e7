package signaling

import (
	"context"
	"errors"
	"time"

	"madoguchi/booking"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// BookingsOf answers the broker's questions from the booking service.
func BookingsOf(s *booking.Service) Bookings { return s }

// rescheduleEvery is how long the broker rests between two looks at what has become of the appointments of open
// sessions, however many change meanwhile.
const rescheduleEvery = 250 * time.Millisecond

// Every seat that is told of a change reads its day again, so whoever tells many rests a while before the next time: all
// seats of a broker together read at most some 500 times a second, however much is booked in the area. With the few seats
// of a small area nobody notices the rest.
const (
	restPerSeat = 2 * time.Millisecond
	longestRest = 3 * time.Second
)

// restAfter is how long the broker rests after it has told so many seats.
func restAfter(seats int) time.Duration { return min(time.Duration(seats)*restPerSeat, longestRest) }

// followDays lets the seats know whenever appointments may have changed. What changes while it rests is told as one.
func (b *Broker) followDays(ctx context.Context) error {
	for change := range b.cfg.Bookings.Watch(ctx) {
		if change.Area != b.cfg.Area {
			continue
		}
		told := 0
		b.hub.do(func() { told = b.hub.tellDay(change.Rev) })
		select {
		case b.dayNews <- struct{}{}:
		default: // one is waiting, and will see this change too
		}
		rest(ctx, restAfter(told))
	}
	return ctx.Err()
}

// rest waits for a while, or until ctx ends.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// followTimes takes changed times of appointments over into their open sessions: whoever waits in a booth reads at once
// that the doctor is late.
func (b *Broker) followTimes(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.dayNews:
		}
		for _, d := range b.hub.open() {
			b.reschedule(ctx, d)
		}
		rest(ctx, rescheduleEvery)
	}
}

// reschedule takes over what has become of one appointment. What fails is tried again with the next change.
func (b *Broker) reschedule(ctx context.Context, d session.Doc) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	a, err := b.cfg.Bookings.Appointment(ctx, d.Appointment)
	if err != nil {
		b.log.Debug("appointment of a session not read", "session", d.ID, "appointment", d.Appointment, "error", err)
		return
	}
	before := d.Version
	event := session.Event{
		Type: session.Rescheduled, By: session.Actor{Side: session.SideSystem}, At: b.now(), Legs: visitOf(d.ID, a).Legs,
	}
	if next, _, err := session.Next(d, event); err != nil || next.Version == before {
		return // the same as before, over, or moved to other legs
	}
	d, err = b.apply(ctx, d.ID, event)
	var refused *session.Refusal
	switch {
	case errors.As(err, &refused): // somebody else was quicker
	case err != nil:
		b.log.Warn("session not rescheduled", "session", d.ID, "appointment", d.Appointment, "error", err)
	case d.Version != before && d.State != protocol.StateClosed:
		if _, came := d.Participant(session.BoothSeat(d.Booth)); !came {
			b.expect(ctx, d)
		}
	}
}

// visitOf is what a session needs to know of an appointment: no names.
func visitOf(id string, a booking.Appointment) session.Visit {
	v := session.Visit{Session: id, Appointment: a.ID, Office: a.Office, Booth: a.Booth, Number: a.Number}
	for _, l := range a.Legs {
		v.Legs = append(v.Legs, session.Leg{
			Service: l.Service, Role: l.Role, Pool: l.Pool, Desk: l.Desk, StartsAt: l.Start, EndsAt: l.End, Planned: l.Planned, Done: l.Done,
		})
	}
	return v
}

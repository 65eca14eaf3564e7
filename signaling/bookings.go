package signaling

import (
	"context"

	"madoguchi/booking"
	"madoguchi/signaling/session"
)

// BookingsOf answers the broker's questions from the booking service.
func BookingsOf(s *booking.Service) Bookings { return s }

// followDays lets the seats know whenever appointments may have changed.
func (b *Broker) followDays(ctx context.Context) error {
	for change := range b.cfg.Bookings.Watch(ctx) {
		if change.Area == b.cfg.Area {
			b.hub.do(func() { b.hub.tellDay(change.Rev) })
		}
	}
	return ctx.Err()
}

// visitOf is what a session needs to know of an appointment: no names.
func visitOf(id string, a booking.Appointment) session.Visit {
	v := session.Visit{Session: id, Appointment: a.ID, Office: a.Office, Booth: a.Booth, Number: a.Number}
	for _, l := range a.Legs {
		v.Legs = append(v.Legs, session.Leg{
			Service: l.Service, Role: l.Role, Pool: l.Pool, Desk: l.Desk, StartsAt: l.Start, EndsAt: l.End, Done: l.Done,
		})
	}
	return v
}

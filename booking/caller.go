package booking

import (
	"context"
	"strings"
)

// Caller is who asks, as the broker has verified it. Seat decides what may be done: "counter:<office>", "desk:<desk>",
// "assistant:<pool>", "booth:<booth>" or "admin:<name>"; the other fields describe it.
type Caller struct {
	Seat, Role, Area, Office, Booth, Desk string
}

type callerKey struct{}

// WithCaller puts the caller into a request's context.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// CallerFrom gives the caller of a request; nobody where none was put in.
func CallerFrom(ctx context.Context) (Caller, bool) {
	c, ok := ctx.Value(callerKey{}).(Caller)
	return c, ok && c.Seat != ""
}

// Kinds of seats.
const (
	seatCounter   = "counter"
	seatDesk      = "desk"
	seatAssistant = "assistant" // the reception of a pool: books and prepares for its desks
	seatBooth     = "booth"
	seatAdmin     = "admin"
)

// seat splits a seat id into its kind and what it sits at.
func (c Caller) seat() (kind, id string) {
	kind, id, _ = strings.Cut(c.Seat, ":")
	return kind, id
}

// sees reports whether the caller may know of an appointment: the counter and admins of its office, the booth it is in,
// the desks of its legs and the receptions of their pools.
func (c Caller) sees(a Appointment) bool {
	switch kind, id := c.seat(); kind {
	case seatCounter:
		return a.Office == id
	case seatBooth:
		return a.Booth == id
	case seatDesk:
		return a.hasDesk(id)
	case seatAssistant:
		return a.hasPool(id)
	default:
		return kind == seatAdmin
	}
}

// changes reports whether the caller may confirm, release or cancel it.
func (c Caller) changes(a Appointment) bool {
	return c.knowsPeople() && c.sees(a)
}

// knowsPeople reports whether lists may name residents to the caller. It is those who book.
func (c Caller) knowsPeople() bool {
	kind, _ := c.seat()
	return kind == seatCounter || kind == seatDesk || kind == seatAssistant
}

func (c Caller) isBooth() bool {
	kind, _ := c.seat()
	return kind == seatBooth
}

// view is the appointment as the caller may see it: the neutral word for counters, and for a reception where the leg is
// not its own; the resident only for the counter of the office, the desks of the legs, their receptions and, where Greet
// has asked for people, the booth; the telephone number only for those who telephone, counter and reception. The
// reception number is what a resident shows to be let in, so only those who book are told it: a booth, at which anybody
// may sit, asks for it.
func (c Caller) view(a Appointment, who Person) Appointment {
	kind, id := c.seat()
	a.Legs = append([]AppointmentLeg(nil), a.Legs...)
	for i := range a.Legs {
		if kind == seatCounter || kind == seatAssistant && a.Legs[i].Pool != id {
			a.Legs[i].ServiceName = a.Legs[i].PublicName
		}
	}
	if !c.knowsPeople() {
		a.Reception = ""
	}
	a.Resident = nil
	if !who.Known() || !c.sees(a) || kind == seatAdmin {
		return a
	}
	known := who.reveal()
	a.Resident = &ResidentView{Kana: known.kana}
	if kind == seatCounter || kind == seatAssistant {
		a.Resident.Phone, a.Resident.Mail, a.Resident.Remind = known.phone, known.mail, known.remind
	}
	if first := a.Legs[0]; kind == seatAssistant && first.Pool == id || kind == seatDesk && first.Desk == id {
		a.Resident.PatientNumber = known.patient
	}
	return a
}

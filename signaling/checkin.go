package signaling

import (
	"context"
	"errors"
	"net/http"
	"time"

	"madoguchi/booking"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

type checkInInput struct {
	Body struct {
		Appointment string `json:"appointment,omitempty" maxLength:"64"`
		Reception   string `json:"reception,omitempty" maxLength:"16" doc:"reception number on the slip"`
	}
}

type checkInOutput struct {
	Body struct {
		Session     string              `json:"session"`
		Appointment booking.Appointment `json:"appointment"`
	}
}

// checkIn opens the session of an appointment, or finds the one that is open.
func (b *Broker) checkIn(ctx context.Context, in *checkInInput) (*checkInOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	by := session.Side(side(seat.ID))
	if by != session.SideCounter && by != session.SideBooth {
		return nil, problem(http.StatusForbidden, "not-yours", "Not yours", "residents are checked in at the counter or in the booth")
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	a, err := b.appointmentFor(ctx, seat, by, in.Body.Appointment, in.Body.Reception)
	if err != nil {
		return nil, b.failed("check in", err)
	}
	d, a, err := b.open(ctx, a, by)
	if err != nil {
		return nil, b.failed("check in", err)
	}
	view, err := b.cfg.Bookings.Greet(ctx, a)
	if err != nil {
		return nil, b.failed("check in", err)
	}
	out := &checkInOutput{}
	out.Body.Session, out.Body.Appointment = d.ID, view
	return out, nil
}

// appointmentFor finds the appointment a seat means, and refuses what is not the seat's in the same words as what does
// not exist.
func (b *Broker) appointmentFor(ctx context.Context, seat access.Seat, by session.Side, id, reception string) (booking.Appointment, error) {
	switch {
	case reception != "" && id == "":
		return b.appointmentByReception(ctx, seat, by, reception)
	case id != "" && reception == "" && by == session.SideCounter:
		a, err := b.cfg.Bookings.Appointment(ctx, id)
		if err == nil && a.Office != seat.Office {
			err = problem(http.StatusNotFound, booking.SlugUnknown, "Unknown appointment", "there is no such appointment")
		}
		return a, err
	case by == session.SideBooth:
		return booking.Appointment{}, problem(http.StatusUnprocessableEntity, "invalid", "Invalid request", "body: want reception")
	default:
		return booking.Appointment{}, problem(http.StatusUnprocessableEntity, "invalid", "Invalid request", "body: want either appointment or reception")
	}
}

func (b *Broker) appointmentByReception(ctx context.Context, seat access.Seat, by session.Side, reception string) (booking.Appointment, error) {
	wait, err := b.tries.begin(ctx, seat.ID)
	if err != nil {
		return booking.Appointment{}, err
	}
	if wait > 0 {
		b.log.Warn("reception numbers locked", "seat", seat.ID)
		return booking.Appointment{}, later(
			problem(http.StatusTooManyRequests, "too-many-tries", "Too many tries", "too many wrong reception numbers: wait, or ask at the counter"), wait)
	}
	a, err := b.cfg.Bookings.FindReception(ctx, seat.Office, reception)
	if err != nil {
		return a, err
	}
	if by == session.SideBooth && a.Booth != seat.Booth {
		return a, problem(http.StatusConflict, "other-booth", "Another booth", "this visit is in "+a.BoothName)
	}
	return a, b.tries.succeed(ctx, seat.ID)
}

// open opens the session of an appointment. Doing it again, at once from both sides or hours later, finds the same
// session; only one that is over gives way to a new one, if booking lets the resident in again.
func (b *Broker) open(ctx context.Context, a booking.Appointment, by session.Side) (session.Doc, booking.Appointment, error) {
	was, closed, err := b.sessionOf(ctx, a.ID)
	if err != nil || was.ID != "" && !closed {
		return was, a, err
	}
	a, err = b.cfg.Bookings.CheckIn(ctx, a.ID)
	if err != nil {
		return session.Doc{}, a, err
	}
	d := b.store.shaped(session.Open(visitOf(newID("s_"), a), by, b.now()))
	id, err := b.store.openOnce(ctx, d, was.ID)
	if err != nil {
		return d, a, err
	}
	if id != d.ID { // the other side was faster
		d, _, err = b.newest(ctx, id)
		return d, a, err
	}
	b.hub.update(d)
	b.timelines.note(d.ID, d.OpenedAt, MomentOpened, session.BoothSeat(d.Booth), "by", string(by), "booth", d.Booth)
	b.logFailed("index timeline", d.ID, b.timelines.index(ctx, d, a.Reception))
	b.log.Info("session opened", "session", d.ID, "appointment", a.ID, "office", a.Office, "booth", a.Booth, "by", by)
	b.expect(ctx, d)
	return d, a, nil
}

// sessionOf finds the session that was opened last for an appointment.
func (b *Broker) sessionOf(ctx context.Context, appointment string) (d session.Doc, closed bool, err error) {
	id, err := b.store.ofAppointment(ctx, appointment)
	if err != nil || id == "" {
		return d, false, err
	}
	d, err = b.store.load(ctx, id)
	if errors.Is(err, errNoSession) {
		return session.Doc{ID: id}, true, nil // forgotten, only the index is left
	}
	return d, d.State == protocol.StateClosed, err
}

// expect gives up a visit whose booth never comes: some time after its planned end nobody waits for it any more.
func (b *Broker) expect(ctx context.Context, d session.Doc) {
	end := d.Legs[len(d.Legs)-1].EndsAt
	if now := b.clock.Now(); end.Before(now) {
		end = now
	}
	w := who{d.ID, session.BoothSeat(d.Booth)}
	b.logFailed("expect booth", d.ID, b.lines.watch(ctx, w, end.Add(b.cfg.Unattended)))
}

type listSessionsOutput struct {
	Body struct {
		Counts   map[protocol.State]int `json:"counts"`
		Sessions []SessionLine          `json:"sessions"`
	}
}

// SessionLine is an open session as an administrator sees it.
type SessionLine struct {
	ID       string         `json:"id"`
	State    protocol.State `json:"state"`
	Office   string         `json:"office"`
	Booth    string         `json:"booth"`
	Pool     string         `json:"pool"`
	Desk     string         `json:"desk"`
	Number   int            `json:"number"`
	Leg      int            `json:"leg"`
	Legs     int            `json:"legs"`
	OpenedAt time.Time      `json:"openedAt"`
}

func (b *Broker) listSessions(ctx context.Context, _ *struct{}) (*listSessionsOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	if seat.Role != roleAdmin {
		return nil, problem(http.StatusForbidden, "not-yours", "Not yours", "only administrators list sessions")
	}
	out := &listSessionsOutput{}
	out.Body.Counts = map[protocol.State]int{}
	out.Body.Sessions = []SessionLine{}
	for _, d := range b.hub.open() {
		leg := d.Current()
		out.Body.Counts[d.State]++
		out.Body.Sessions = append(out.Body.Sessions, SessionLine{
			ID: d.ID, State: d.State, Office: d.Office, Booth: d.Booth, Pool: leg.Pool, Desk: leg.Desk,
			Number: d.Number, Leg: d.Leg, Legs: len(d.Legs), OpenedAt: d.OpenedAt.In(tokyo),
		})
	}
	return out, nil
}

package booking

import (
	"log/slog"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// States of an appointment as the outside sees them.
const (
	StateBooked    = redisstore.StateBooked
	StateArrived   = redisstore.StateArrived
	StateDone      = redisstore.StateDone
	StateCancelled = redisstore.StateCancelled
	StateNoShow    = redisstore.StateNoShow
	StateUnserved  = redisstore.StateUnserved // the resident came and nobody served
	StateDisputed  = redisstore.StateDisputed // Redis has lost what somebody was told, and somebody else has the time: staff decide
	StateUnknown   = "unknown"                // booked, moved or cancelled, perhaps: it is not known yet whether that lasts
)

// Appointment is a visit that has been booked, with the names of what it books. Resident is only set where Service.View
// made it for a caller who may know.
type Appointment struct {
	ID         string           `json:"id"`
	State      string           `json:"state" enum:"held,booked,arrived,done,cancelled,noshow,unserved,unknown,disputed" doc:"unknown: being checked, tell nobody that it is booked; disputed: staff decide"`
	Version    int64            `json:"version" doc:"grows with every change"`
	Sequence   int              `json:"sequence" doc:"how often its times were changed, as calendars count"`
	Office     string           `json:"office"`
	OfficeName string           `json:"officeName"`
	Booth      string           `json:"booth"`
	BoothName  string           `json:"boothName"`
	Number     int              `json:"number" doc:"call number, from 1 each day at each office"`
	Reception  string           `json:"reception" doc:"reception number, six digits, one of its kind at the office that day; empty for booths and administrators"`
	Start      time.Time        `json:"start"`
	End        time.Time        `json:"end" doc:"of the last leg; cleaning comes after"`
	Legs       []AppointmentLeg `json:"legs"`
	Resident   *ResidentView    `json:"resident,omitempty"`
	Anonymous  bool             `json:"anonymous"`
	BoothUntil *time.Time       `json:"boothUntil,omitempty" doc:"until when it has the booth, cleaning included; left out where it has none"`
	Choice     bool             `json:"choice,omitempty" doc:"could not be pushed back with the others: its resident has to be offered another time"`
	Prepared   []string         `json:"prepared,omitempty" doc:"checks and consents prepared before the visit, as service/check, and notes for the desk, as note/companion; for desks and receptions"`
	Series     string           `json:"series,omitempty" doc:"the row of visits it belongs to"`
	Unknown    *UnknownStep     `json:"unknown,omitempty" doc:"its last step, while it is not known whether that lasts"`
	Dispute    *Dispute         `json:"dispute,omitempty" doc:"what somebody was told, where staff have to decide"`

	area string
}

// UnknownStep is a step that was carried out, or may have been, and may be lost again. It settles itself within seconds of
// the replicas' being there.
type UnknownStep struct {
	Step  string    `json:"step" enum:"confirm,move,delay,cancel,keep"`
	Since time.Time `json:"since"`
}

// Dispute is what somebody was told of an appointment and Redis has lost.
type Dispute struct {
	Reason    string    `json:"reason" enum:"taken,changed" doc:"taken: somebody else has the time by now; changed: it has been changed otherwise since"`
	State     string    `json:"state" doc:"what the resident was told: booked, or cancelled"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Office    string    `json:"office"`
	Booth     string    `json:"booth"`
	BoothName string    `json:"boothName"`
	Placed    bool      `json:"placed" doc:"it still has the place its own start, booth and legs name; else it has none"`
}

// AppointmentLeg is one part of a visit: one professional side.
type AppointmentLeg struct {
	Service     string    `json:"service"`
	ServiceName string    `json:"serviceName" doc:"counters get the neutral word here too, and receptions for the legs of others"`
	PublicName  string    `json:"publicName" doc:"neutral word: 医院, 薬局, 市役所"`
	Role        string    `json:"role"`
	Pool        string    `json:"pool"`
	PoolName    string    `json:"poolName"`
	Desk        string    `json:"desk"`
	DeskName    string    `json:"deskName"`
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Planned     time.Time `json:"planned" doc:"when it was to start; earlier than start where a desk runs late"`
	Started     bool      `json:"started"`
	Done        bool      `json:"done"`
	Freed       bool      `json:"freed,omitempty" doc:"not needed after all"`
	First       bool      `json:"first,omitempty" doc:"the resident comes there for the first time"`
}

// LogValue logs what may be logged: ids and state.
func (a Appointment) LogValue() slog.Value {
	return slog.GroupValue(slog.String("appointment", a.ID), slog.String("state", a.State), slog.String("office", a.Office))
}

func (a Appointment) hasDesk(id string) bool {
	for _, l := range a.Legs {
		if l.Desk == id {
			return true
		}
	}
	return false
}

func (a Appointment) hasPool(id string) bool {
	for _, l := range a.Legs {
		if l.Pool == id {
			return true
		}
	}
	return false
}

// appointment names what a record holds. Things that have left the catalogue keep their id as their name.
func (d *Directory) appointment(area string, r redisstore.Record) Appointment {
	a := Appointment{
		ID: r.ID, State: r.State, Version: r.Version, Office: r.Office, OfficeName: r.Office, Booth: r.Booth, BoothName: r.Booth,
		Number: r.Number, Reception: r.Reception, Start: r.Start.In(calendar.Tokyo), End: r.End.In(calendar.Tokyo),
		Anonymous: r.Anonymous, Sequence: r.Sequence, Series: r.Series, area: area,
	}
	if r.State == redisstore.StateMoving {
		a.State = r.Was // to everybody but the steps it is what it was
	}
	if r.Unknown.Op != "" {
		a.Unknown = &UnknownStep{Step: r.Unknown.Op, Since: r.Unknown.Since.In(calendar.Tokyo)}
		if r.State == StateBooked || r.State == StateCancelled {
			a.State = StateUnknown
		}
	}
	a.Dispute = d.dispute(r)
	if o, ok := d.Office(r.Office); ok {
		a.OfficeName = o.Name
	}
	if b, ok := d.Booth(r.Booth); ok {
		a.BoothName = b.Name
	}
	if until := r.BoothTime().End; !until.IsZero() {
		until = until.In(calendar.Tokyo)
		a.BoothUntil = &until
	}
	for _, l := range r.Legs {
		a.Legs = append(a.Legs, d.leg(l))
	}
	return a
}

func (d *Directory) dispute(r redisstore.Record) *Dispute {
	if r.Wanted == nil {
		return nil
	}
	w := r.Wanted
	v := &Dispute{
		Reason: r.Dispute, State: w.State, Start: w.Start.In(calendar.Tokyo), End: w.End.In(calendar.Tokyo), Office: w.Office,
		Booth: w.Booth, BoothName: w.Booth, Placed: !r.BoothTime().Start.IsZero(),
	}
	if b, ok := d.Booth(w.Booth); ok {
		v.BoothName = b.Name
	}
	return v
}

func (d *Directory) leg(l redisstore.Leg) AppointmentLeg {
	v := AppointmentLeg{
		Service: l.Service, ServiceName: l.Service, PublicName: l.Service, Pool: l.Pool, PoolName: l.Pool, Desk: l.Desk, DeskName: l.Desk,
		Start: l.Start.In(calendar.Tokyo), End: l.End.In(calendar.Tokyo), Planned: l.Planned.In(calendar.Tokyo),
		Started: !l.Started.IsZero(), Done: !l.Done.IsZero(), Freed: l.Freed, First: l.First,
	}
	if s, ok := d.Service(l.Service); ok {
		v.ServiceName, v.PublicName, v.Role = s.Name, s.PublicName, s.Role
	}
	if p, ok := d.Pool(l.Pool); ok {
		v.PoolName = p.Name
	}
	if desk, ok := d.Desk(l.Desk); ok {
		v.DeskName = desk.Name
	}
	return v
}

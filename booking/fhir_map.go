package booking

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
	"madoguchi/booking/fhir"
	"madoguchi/booking/redisstore"
)

// Ids of resources. FHIR allows letters, digits, - and . in them, 64 at most; ours have no dot, so it separates.
//
//	Location          office.<id>  booth.<id>
//	PractitionerRole  <desk>
//	HealthcareService <service>.<pool>
//	Schedule          desk.<id>    booth.<id>
//	Slot              <schedule>.<start in seconds, base 36>
//	Appointment       a-…          our a_…; a proposal of $find is plan.<plan>.<start>
const maxFHIRID = 64

func serviceRef(service, pool string) string {
	id := service + "." + pool
	if len(id) > maxFHIRID {
		id = "x." + strings.ToLower(letters.EncodeToString(sha256.New().Sum([]byte(id))[:24]))
	}
	return id
}

func appointmentRef(id string) string  { return strings.Replace(id, "_", "-", 1) }
func appointmentFrom(id string) string { return strings.Replace(id, "-", "_", 1) }

func slotRef(schedule string, start time.Time) string {
	return schedule + "." + strconv.FormatInt(start.Unix(), 36)
}

// slotFrom takes an id of a slot apart.
func slotFrom(id string) (schedule string, start time.Time, ok bool) {
	at := strings.LastIndexByte(id, '.')
	if at < 0 {
		return "", start, false
	}
	n, err := strconv.ParseInt(id[at+1:], 36, 64)
	return id[:at], time.Unix(n, 0).In(calendar.Tokyo), err == nil && n >= 0
}

func refTo(kind, id, display string) *fhir.Reference {
	return &fhir.Reference{Reference: kind + "/" + id, Display: display}
}

func instant(t time.Time) *fhir.Instant {
	i := fhir.Instant(t.In(calendar.Tokyo))
	return &i
}

// coded is a code of ours. Its system is a URN, since the standard's lists know nothing of counters.
func coded(what, code, display string) fhir.CodeableConcept {
	return fhir.CodeableConcept{Coding: []fhir.Coding{{System: "urn:madoguchi:" + what, Code: code, Display: display}}, Text: display}
}

func phones(number string) []fhir.ContactPoint {
	if number == "" {
		return nil
	}
	return []fhir.ContactPoint{{System: "phone", Value: number}}
}

// organization is a pool, which is no resource here: it is named.
func organization(p Pool) *fhir.Reference {
	return &fhir.Reference{Type: "Organization", Identifier: &fhir.Identifier{System: "urn:madoguchi:pool", Value: p.ID}, Display: p.Name}
}

func (d *Directory) fhirServices() []fhir.HealthcareService {
	var list []fhir.HealthcareService
	for _, p := range d.Pools() {
		for _, id := range p.Services {
			info, ok := d.Service(id)
			if !ok {
				continue
			}
			s := fhir.HealthcareService{
				ResourceType: "HealthcareService", ID: serviceRef(id, p.ID), Active: true, ProvidedBy: organization(p),
				Type: []fhir.CodeableConcept{coded("service", id, info.PublicName)}, Name: info.PublicName + " " + p.Name,
				Telecom: phones(p.Phone), AppointmentRequired: true,
			}
			for _, o := range d.Offices() {
				if offers(o, id, p.ID) {
					s.Location = append(s.Location, *refTo("Location", "office."+o.ID, o.Name))
				}
			}
			list = append(list, s)
		}
	}
	return list
}

func offers(o Office, service, pool string) bool {
	return slices.ContainsFunc(o.Offers, func(f catalogue.Offer) bool { return f.Service == service && f.Pool == pool })
}

func (d *Directory) fhirLocations() []fhir.Location {
	var list []fhir.Location
	place := func(code, display string) *fhir.CodeableConcept {
		return &fhir.CodeableConcept{Coding: []fhir.Coding{{
			System: "http://terminology.hl7.org/CodeSystem/location-physical-type", Code: code, Display: display,
		}}}
	}
	for _, o := range d.Offices() {
		office := fhir.Location{
			ResourceType: "Location", ID: "office." + o.ID, Status: "active", Mode: "instance", Name: o.Name, Telecom: phones(o.Phone),
			PhysicalType: place("bu", "Building"),
		}
		if o.Address != "" {
			office.Address = &fhir.Address{Text: o.Address}
		}
		list = append(list, office)
		for _, b := range o.Booths {
			list = append(list, fhir.Location{
				ResourceType: "Location", ID: "booth." + b.ID, Status: "active", Mode: "instance", Name: o.Name + " " + b.Name,
				PhysicalType: place("ro", "Room"), PartOf: refTo("Location", office.ID, o.Name),
			})
		}
	}
	return list
}

func (d *Directory) fhirRoles() []fhir.PractitionerRole {
	var list []fhir.PractitionerRole
	for _, p := range d.Pools() {
		for _, k := range p.Desks {
			r := fhir.PractitionerRole{
				ResourceType: "PractitionerRole", ID: k.ID, Active: true, Practitioner: &fhir.Reference{Type: "Practitioner", Display: k.Name},
				Organization: organization(p), Code: []fhir.CodeableConcept{coded("role", k.Role, k.Title)}, Telecom: phones(k.Phone),
				AvailableTime: availability(k.Roster),
			}
			for _, id := range p.Services {
				if info, ok := d.Service(id); ok && info.Role == k.Role {
					r.HealthcareService = append(r.HealthcareService, *refTo("HealthcareService", serviceRef(id, p.ID), info.PublicName))
				}
			}
			list = append(list, r)
		}
	}
	return list
}

// fhirDays are the codes of weekdays, Sunday first as time.Weekday counts.
var fhirDays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func availability(shifts []catalogue.Shift) []fhir.AvailableTime {
	var list []fhir.AvailableTime
	for _, s := range shifts {
		var days []string
		for n, on := range s.Days {
			if on {
				days = append(days, fhirDays[n])
			}
		}
		t := fhir.AvailableTime{DaysOfWeek: days, AvailableStartTime: s.From.String() + ":00", AvailableEndTime: s.To.String() + ":00"}
		if s.To == 24*60 { // the type time ends at 23:59:59
			t.AvailableEndTime = "23:59:59"
		}
		if s.From == 0 && s.To == 24*60 {
			t.AllDay, t.AvailableStartTime, t.AvailableEndTime = true, "", ""
		}
		list = append(list, t)
	}
	return list
}

func (d *Directory) fhirSchedules(now time.Time) []fhir.Schedule {
	until := calendar.DateOf(now).Add(horizonDays).At(0)
	horizon := &fhir.Period{Start: instant(now.Truncate(time.Second)), End: instant(until)}
	var list []fhir.Schedule
	for _, r := range d.fhirRoles() {
		s := fhir.Schedule{ResourceType: "Schedule", ID: "desk." + r.ID, Active: true, PlanningHorizon: horizon,
			Actor: []fhir.Reference{*refTo("PractitionerRole", r.ID, r.Practitioner.Display)}}
		desk, _ := d.Desk(r.ID)
		for _, info := range d.servedBy(desk) {
			s.ServiceType = append(s.ServiceType, coded("service", info.ID, info.PublicName))
		}
		list = append(list, s)
	}
	for _, l := range d.fhirLocations() {
		if strings.HasPrefix(l.ID, "booth.") {
			list = append(list, fhir.Schedule{ResourceType: "Schedule", ID: l.ID, Active: true, PlanningHorizon: horizon,
				Actor: []fhir.Reference{*refTo("Location", l.ID, l.Name)}})
		}
	}
	return list
}

// servedBy are the services a desk can serve.
func (d *Directory) servedBy(k Desk) []ServiceInfo {
	var list []ServiceInfo
	pool, _ := d.Pool(k.Pool)
	for _, id := range pool.Services {
		if info, ok := d.Service(id); ok && info.Role == k.Role {
			list = append(list, info)
		}
	}
	return list
}

// fhirStates are the states of records as IHE ITI Scheduling names them.
var fhirStates = map[string]string{
	redisstore.StateHeld: fhir.Pending, redisstore.StateDisputed: fhir.Pending, redisstore.StateBooked: fhir.Booked, redisstore.StateArrived: fhir.Arrived,
	redisstore.StateDone: fhir.Fulfilled, redisstore.StateCancelled: fhir.Cancelled, redisstore.StateNoShow: fhir.NoShow,
	redisstore.StateUnserved: fhir.Cancelled, redisstore.StateReleased: fhir.Cancelled, redisstore.StateExpired: fhir.Cancelled,
}

// fhirAppointment shows a visit as the caller may see it. The resident is a reference that means something to this
// caller only: the same resident has another one for everybody else.
func (s *Service) fhirAppointment(c Caller, r redisstore.Record, area string) fhir.Appointment {
	a := c.view(s.dir().appointment(area, r), Person{})
	v := fhir.Appointment{
		ResourceType: "Appointment", ID: appointmentRef(a.ID), Meta: &fhir.Meta{VersionID: fmt.Sprint(r.Version)}, Status: fhirStates[r.State],
		Description: words(a), Start: instant(a.Start), End: instant(a.End), MinutesDuration: int(a.End.Sub(a.Start) / time.Minute),
	}
	if v.Status == "" {
		v.Status = fhir.Cancelled
	}
	booth := "booth." + a.Booth
	v.Slot = append(v.Slot, *refTo("Slot", slotRef(booth, a.Start), ""))
	v.Participant = append(v.Participant, participant(refTo("Location", booth, a.OfficeName+" "+a.BoothName)))
	for _, l := range a.Legs {
		v.ServiceType = append(v.ServiceType, coded("service", l.Service, l.ServiceName))
		v.Slot = append(v.Slot, *refTo("Slot", slotRef("desk."+l.Desk, l.Start), ""))
		v.Participant = append(v.Participant, participant(refTo("PractitionerRole", l.Desk, l.DeskName)))
	}
	if r.Resident != "" {
		alias := mac(s.secrets.print, 16, "patient", c.Seat, area, r.Resident)
		v.Participant = append(v.Participant, participant(&fhir.Reference{
			Type: "Patient", Identifier: &fhir.Identifier{System: "urn:madoguchi:resident", Value: alias},
		}))
	}
	return v
}

func participant(actor *fhir.Reference) fhir.Participant {
	return fhir.Participant{Actor: actor, Required: "required", Status: "accepted"}
}

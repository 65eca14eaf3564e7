package signaling

import (
	"regexp"
	"strings"

	"madoguchi/booking"
	"madoguchi/signaling/protocol"
)

// PlacesOf answers the broker's questions from the directory in force at the moment of the question: it is replaced when
// the rules change.
func PlacesOf(now func() *booking.Directory) Places { return directory{now} }

type directory struct{ now func() *booking.Directory }

// Roles of seats that are no professional's.
const (
	roleBooth = "booth"
	roleStaff = "staff"
	roleAdmin = "admin"
	// roleLobby is a screen in an office's lobby: it shows numbers and takes no part in anything.
	roleLobby = "lobby"
	// roleAssistant is the reception of a pool: it books for its desks and takes no part in any session.
	roleAssistant = "assistant"
)

// adminName is what may stand after "admin:"; administrators are not in the directory.
var adminName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Seat looks a seat up by its id.
func (d directory) Seat(id string) (Place, bool) {
	kind, name, _ := strings.Cut(id, ":")
	switch kind {
	case "booth":
		booth, ok := d.now().Booth(name)
		office, known := d.now().Office(booth.Office)
		return Place{ID: id, Role: roleBooth, Name: booth.Name, Area: office.Area, Office: office.ID, Booth: name}, ok && known
	case "desk":
		desk, ok := d.now().Desk(name)
		return Place{ID: id, Role: desk.Role, Name: desk.Name, Area: desk.Area, Desk: name, Pool: desk.Pool}, ok
	case "assistant":
		pool, ok := d.now().Pool(name)
		return Place{ID: id, Role: roleAssistant, Name: pool.Name, Area: pool.Area, Pool: name}, ok
	case "counter":
		office, ok := d.now().Office(name)
		return Place{ID: id, Role: roleStaff, Name: office.Name, Area: office.Area, Office: name}, ok
	case "lobby":
		office, ok := d.now().Office(name)
		return Place{ID: id, Role: roleLobby, Name: office.Name, Area: office.Area, Office: name}, ok
	case "admin":
		areas := d.now().Areas()
		if len(areas) == 0 || !adminName.MatchString(name) {
			return Place{}, false
		}
		return Place{ID: id, Role: roleAdmin, Name: name, Area: areas[0].ID}, true
	default:
		return Place{}, false
	}
}

// OfficeName is the office's name, or its id if it has left the directory.
func (d directory) OfficeName(id string) string {
	if o, ok := d.now().Office(id); ok {
		return o.Name
	}
	return id
}

// BoothName is the booth's name, or its id.
func (d directory) BoothName(id string) string {
	if b, ok := d.now().Booth(id); ok {
		return b.Name
	}
	return id
}

// PoolName is the pool's name, or its id.
func (d directory) PoolName(id string) string {
	if p, ok := d.now().Pool(id); ok {
		return p.Name
	}
	return id
}

// DesksOf lists the desks of a pool.
func (d directory) DesksOf(id string) []string {
	pool, _ := d.now().Pool(id)
	list := make([]string, len(pool.Desks))
	for i, desk := range pool.Desks {
		list[i] = desk.ID
	}
	return list
}

// InEmergency is where an office is, and whom to turn to there.
func (d directory) InEmergency(office string) protocol.Emergency {
	o, _ := d.now().Office(office)
	return protocol.Emergency{
		Address: o.Address, OfficePhone: o.Phone, Hospital: o.Emergency.Hospital, HospitalPhone: o.Emergency.Phone,
	}
}

// ServiceName is the service's name and its neutral word.
func (d directory) ServiceName(id string) (name, public string) {
	if s, ok := d.now().Service(id); ok {
		return s.Name, s.PublicName
	}
	return id, id
}

// Professional is who sits at a desk, or what is known of the pool where no desk is named.
func (d directory) Professional(desk, pool string) protocol.Professional {
	p, _ := d.now().Pool(pool)
	known := protocol.Professional{Name: p.Name, Organisation: p.Name, Phone: p.Phone}
	k, ok := d.now().Desk(desk)
	if !ok {
		return known
	}
	known.Name, known.Kana, known.Title, known.RegistrationYear = k.Name, k.Kana, k.Title, k.Registration
	if k.Phone != "" {
		known.Phone = k.Phone
	}
	return known
}

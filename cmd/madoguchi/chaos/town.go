package chaos

import (
	"fmt"
	"sync/atomic"
	"testing/fstest"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
)

// Of the area made up for a run: each office has one booth, and a desk that serves it alone, so that a visit is booked in
// a place and not wherever there is room, and two visits at one time and place are one too many.
const (
	offices  = 100
	startsAt = time.Hour // between two starts of an office; half way between them is room to move to
	aDay     = int(24 * time.Hour / startsAt)
	days     = 85 // that can be booked
)

// town is the area of a run: its directory, and the times nobody has asked for yet.
type town struct {
	area      string
	directory *booking.Directory
	day       calendar.Date // the first that is booked
	next      atomic.Int64
}

func newTown(area string) (*town, error) {
	text := fmt.Sprintf("areas: [{id: %s, name: 試験}]\n", area) +
		"services: [{id: talk, name: 相談, publicName: 相談, role: counselor, minutes: 20}]\npools:\n"
	for n := range offices {
		text += fmt.Sprintf("  - {id: p%d, name: 相談%d, area: %s, services: [talk], desks: [{id: d%d, name: 机%d, role: counselor, title: 相談員, "+
			"roster: [{days: Mon-Sun, from: \"00:00\", to: \"24:00\"}]}]}\n", n, n, area, n, n)
	}
	text += "offices:\n"
	for n := range offices {
		text += fmt.Sprintf("  - {id: o%d, name: 局%d, area: %s, booths: [{id: b%d, name: ブース}], hours: [{days: Mon-Sun, open: \"00:00\", close: \"24:00\"}], "+
			"offers: [{service: talk, pool: p%d, basis: {kind: agreement, reference: 協定, on: 2026-01-05}, trained: 2026-01-05, from: 2026-01-05}]}\n", n, n, area, n, n)
	}
	directory, err := booking.Load(fstest.MapFS{"town.yaml": {Data: []byte(text)}}, booking.AlwaysOpen())
	if err != nil {
		return nil, fmt.Errorf("make up an area: %w", err)
	}
	return &town{area: area, directory: directory, day: calendar.DateOf(time.Now()).Add(2)}, nil
}

// slot is a time and a place.
type slot struct {
	office int
	start  time.Time
}

// slot gives a time and place that nobody has asked for before; false when all have been.
func (t *town) slot() (slot, bool) {
	n := int(t.next.Add(1)) - 1
	at := n / offices
	if at/aDay >= days {
		return slot{}, false
	}
	return slot{n % offices, t.day.Add(at / aDay).At(at % aDay * int(startsAt/time.Minute))}, true
}

// later is a time that nobody else asks for.
func (s slot) later() slot { return slot{s.office, s.start.Add(startsAt / 2)} }

func (s slot) caller(area string) booking.Caller {
	return booking.Caller{Seat: fmt.Sprintf("counter:o%d", s.office), Role: "staff", Area: area, Office: fmt.Sprintf("o%d", s.office)}
}

func (s slot) legs() []booking.LegRequest {
	return []booking.LegRequest{{Service: "talk", Pool: fmt.Sprintf("p%d", s.office)}}
}

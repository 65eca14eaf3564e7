package booking

import (
	"context"
	"slices"
	"strings"
)

// notes are what a reception may tell a desk about how to meet somebody, besides the checks of the service. They are a
// fixed list, so that nothing clinical and nobody's name can be among them.
var notes = []string{"note/companion", "note/interpreter", "note/writing", "note/papers"}

// Mark notes, or takes back, one thing prepared for a visit: a check or consent of one of the caller's own legs
// ("medical/identity"), or one of the notes. Doing it again changes nothing.
func (s *Service) Mark(ctx context.Context, c Caller, id, mark string, on bool) (Appointment, error) {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	a := s.dir().appointment(store.Area(), r)
	if !c.prepares() || !c.sees(a) {
		return a, problemNotYours("prepare this appointment")
	}
	if a.State != StateBooked && a.State != StateArrived {
		return a, problemWrongState(a.State)
	}
	if !slices.Contains(s.dir().marksOf(c, a), mark) {
		return a, problemInvalid("body.mark", "must be a check or consent of a service of yours, as service/check, or one of "+strings.Join(notes, ", "))
	}
	return a, asProblem(store.Mark(ctx, r, mark, on))
}

// prepares reports whether the caller is one of those who prepare visits and are shown what is prepared.
func (c Caller) prepares() bool {
	kind, _ := c.seat()
	return kind == seatDesk || kind == seatAssistant
}

// marksOf lists what a caller may mark of a visit.
func (d *Directory) marksOf(c Caller, a Appointment) []string {
	list := slices.Clone(notes)
	for _, l := range a.Legs {
		kind, id := c.seat()
		desk, _ := d.Desk(id)
		if kind == seatAssistant && l.Pool != id || kind == seatDesk && l.Pool != desk.Pool {
			continue
		}
		info, _ := d.Service(l.Service)
		for _, item := range append(slices.Clone(info.Checks), info.Consents...) {
			list = append(list, l.Service+"/"+item.ID)
		}
	}
	return list
}

// marked adds what is prepared, for those who prepare.
func (s *Service) marked(ctx context.Context, c Caller, list []Appointment) error {
	if !c.prepares() {
		return nil
	}
	byArea := map[string][]int{}
	for i, a := range list {
		if c.sees(a) {
			byArea[a.area] = append(byArea[a.area], i)
		}
	}
	for area, places := range byArea {
		ids := make([]string, len(places))
		for n, i := range places {
			ids[n] = list[i].ID
		}
		marks, err := s.stores[area].Marks(ctx, ids)
		if err != nil {
			return asProblem(err)
		}
		for n, i := range places {
			list[i].Prepared = marks[n]
		}
	}
	return nil
}

package booking

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/fhir"
	"madoguchi/booking/redisstore"
)

// slots lists the stretches of one schedule: what is taken, from its ledger, and the free starts of visits of one leg.
// Starts that somebody holds are busy-tentative.
func (f *fhirAPI) slots(ctx context.Context, q fhir.Query) ([]fhir.Resource, error) {
	schedule := strings.TrimPrefix(fhir.Target(q.First("schedule")), "Schedule/")
	var from, to time.Time
	var err error
	if id := q.First("_id"); id != "" {
		var ok bool
		if schedule, from, ok = slotFrom(id); !ok {
			return nil, nil
		}
		to = from.Add(time.Minute)
	} else if q.First("schedule") == "" || q.First("start") == "" {
		return nil, &fhir.ParamError{Name: "schedule", Why: "schedule and start are required"}
	} else if from, to, err = f.span(q, "start"); err != nil {
		return nil, err
	}
	taken, err := f.taken(ctx, schedule, from, to)
	if err != nil {
		return nil, err
	}
	free, err := f.free(ctx, schedule, from, to)
	if err != nil {
		return nil, err
	}
	var found []fhir.Resource
	for _, s := range slices.Concat(taken, free) {
		serves := len(s.ServiceType) == 0 && q.First("service-type") == ""
		for _, t := range s.ServiceType {
			serves = serves || q.Token("service-type", t.Coding[0].Code)
		}
		if serves && q.Token("status", s.Status) && q.Token("_id", s.ID) {
			found = append(found, s)
		}
	}
	slices.SortStableFunc(found, func(a, b fhir.Resource) int {
		return time.Time(a.(fhir.Slot).Start).Compare(time.Time(b.(fhir.Slot).Start))
	})
	return found, nil
}

// ledgerOf finds the ledger and area of a schedule.
func (f *fhirAPI) ledgerOf(schedule string) (redisstore.Ledger, string, error) {
	kind, id, _ := strings.Cut(schedule, ".")
	d := f.s.dir()
	if k, ok := d.Desk(id); ok && kind == "desk" {
		return redisstore.Ledger{Kind: redisstore.KindDesk, ID: id}, k.Area, nil
	}
	if b, ok := d.Booth(id); ok && kind == "booth" {
		o, _ := d.Office(b.Office)
		return redisstore.Ledger{Kind: redisstore.KindBooth, ID: id}, o.Area, nil
	}
	return redisstore.Ledger{}, "", problem(http.StatusNotFound, SlugUnknown, "Unknown schedule", "there is no Schedule %q here", cutText(schedule))
}

func (f *fhirAPI) taken(ctx context.Context, schedule string, from, to time.Time) ([]fhir.Slot, error) {
	ledger, area, err := f.ledgerOf(schedule)
	if err != nil {
		return nil, err
	}
	entries, err := f.s.stores[area].Taken(ctx, ledger, from, to)
	if err != nil {
		return nil, err
	}
	var list []fhir.Slot
	for _, e := range entries {
		status := fhir.SlotBusy
		if e.Held {
			status = fhir.SlotHeld
		}
		list = append(list, fhirSlot(schedule, status, e.Start, e.End))
	}
	return list, nil
}

func fhirSlot(schedule, status string, start, end time.Time) fhir.Slot {
	return fhir.Slot{
		ResourceType: "Slot", ID: slotRef(schedule, start), Schedule: *refTo("Schedule", schedule, ""), Status: status,
		Start: *instant(start), End: *instant(end),
	}
}

// free lists the free starts of a schedule, each once with the services that can start there.
func (f *fhirAPI) free(ctx context.Context, schedule string, from, to time.Time) ([]fhir.Slot, error) {
	kind, id, _ := strings.Cut(schedule, ".")
	byStart := map[int64]*fhir.Slot{}
	d := f.s.dir()
	for _, o := range d.Offices() {
		if b, _ := d.Booth(id); kind == "booth" && b.Office != o.ID {
			continue
		}
		for _, offer := range o.Offers {
			leg := LegRequest{Service: offer.Service, Pool: offer.Pool}
			if k, ok := d.Desk(id); kind == "desk" {
				info, _ := d.Service(offer.Service)
				if !ok || k.Pool != offer.Pool || info.Role != k.Role {
					continue
				}
				leg.Desk = id
			}
			answers, err := f.starts(ctx, o.ID, []LegRequest{leg}, from, to)
			if err != nil {
				return nil, err
			}
			for _, a := range answers {
				if kind == "booth" && !slices.ContainsFunc(a.Booths, func(n int) bool { return o.Booths[n].ID == id }) {
					continue
				}
				slot := byStart[a.Start.Unix()]
				if slot == nil {
					one := fhirSlot(schedule, fhir.SlotFree, a.Start, a.End)
					slot, byStart[a.Start.Unix()] = &one, &one
				}
				info, _ := d.Service(offer.Service)
				if code := coded("service", info.ID, info.PublicName); !slices.ContainsFunc(slot.ServiceType, func(t fhir.CodeableConcept) bool {
					return t.Coding[0].Code == info.ID
				}) {
					slot.ServiceType = append(slot.ServiceType, code)
				}
			}
		}
	}
	list := make([]fhir.Slot, 0, len(byStart))
	for _, s := range byStart {
		list = append(list, *s)
	}
	return list, nil
}

// starts gives the free starts of a visit within [from, to).
func (f *fhirAPI) starts(ctx context.Context, office string, legs []LegRequest, from, to time.Time) ([]calendar.Answer, error) {
	first := calendar.DateOf(from)
	days := 1
	for first.Add(days).At(0).Before(to) {
		days++
	}
	asked, err := f.s.search(ctx, office, legs, first, min(days, maxSearchDays))
	if err != nil {
		return nil, err
	}
	var free []calendar.Answer
	for n := range days {
		for _, a := range asked.ask.Day(first.Add(n)) {
			if a.Free() && !a.Start.Before(from) && a.Start.Before(to) {
				free = append(free, a)
			}
		}
	}
	return free, nil
}

package booking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/calendar"
	"madoguchi/booking/fhir"
	"madoguchi/booking/redisstore"
)

// operation carries out $find, $hold or $book. What goes wrong is an outcome within a bundle, as IHE asks for.
func (f *fhirAPI) operation(r *http.Request, c Caller, name string, params url.Values, body []byte) (fhirAnswer, error) {
	var p fhir.Parameters
	if len(body) > 0 {
		var err error
		if p, err = fhir.ReadParameters(body); err != nil {
			return fhirAnswer{}, err
		}
	}
	var list []fhir.Resource
	var err error
	switch name {
	case "$find":
		list, err = f.propose(r.Context(), c, p, params)
	case "$hold":
		list, err = f.hold(r, c, p)
	case "$book":
		list, err = f.book(r, c, p)
	default:
		return fhirAnswer{}, problem(http.StatusNotFound, SlugUnknown, "Unknown operation", "there is no operation %q here", cutText(name))
	}
	status := http.StatusOK
	if err != nil {
		refused := f.refusal(r.Context(), err)
		status, list = refused.status, []fhir.Resource{refused.body}
	}
	return fhirAnswer{status, fhir.Answer(f.baseOf(r), fhirID, list...)}, nil
}

// plan is what a proposal is about besides its start; it is remembered for a day.
type plan struct {
	Office string       `json:"office"`
	Legs   []LegRequest `json:"legs"`
}

const planTTL = 24 * time.Hour

func planKey(area, id string) string { return "{" + area + "}:plan:" + id }

// remember stores a plan and gives its id: equal plans have equal ids.
func (f *fhirAPI) remember(ctx context.Context, area string, p plan) (string, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	id := strings.ToLower(letters.EncodeToString(sum[:10]))
	if err := f.s.rdb.Set(ctx, planKey(area, id), text, planTTL).Err(); err != nil {
		return "", errors.Join(redisstore.ErrUnavailable, err)
	}
	return id, nil
}

// recall gives the plan and the start of a proposal.
func (f *fhirAPI) recall(ctx context.Context, id string) (plan, time.Time, error) {
	gone := problem(http.StatusNotFound, SlugUnknown, "Unknown appointment", "there is no proposal %q: find again", cutText(id))
	name, start, ok := slotFrom(strings.TrimPrefix(id, "plan."))
	if !ok || !strings.HasPrefix(id, "plan.") {
		return plan{}, start, gone
	}
	for _, area := range f.s.dir().Areas() {
		text, err := f.s.rdb.Get(ctx, planKey(area.ID, name)).Bytes()
		if errors.Is(err, redis.Nil) {
			continue
		}
		var p plan
		if err == nil {
			err = json.Unmarshal(text, &p)
		}
		if err != nil {
			return p, start, errors.Join(redisstore.ErrUnavailable, err)
		}
		return p, start, nil
	}
	return plan{}, start, gone
}

// propose answers $find (ITI-115): visits that could be held now.
func (f *fhirAPI) propose(ctx context.Context, c Caller, p fhir.Parameters, params url.Values) ([]fhir.Resource, error) {
	known := []string{
		"start", "end", "visit-type", "service-type", "organization", "practitioner", "location-reference", "location-string", "leg", "_count", "_format",
	}
	given, err := p.Values(known...)
	if err != nil {
		return nil, err
	}
	for name, values := range params {
		given[name] = append(given[name], values...)
	}
	if err := fhir.OnlyKnown(given, known...); err != nil {
		return nil, err
	}
	// The names are those of searches, so the same reader judges them.
	q, err := fhir.ParseSearch("Appointment", url.Values{"_count": given["_count"], "date": {"ge" + given.Get("start"), "lt" + given.Get("end")}})
	if err != nil {
		return nil, err
	}
	from, to, err := f.span(q, "date")
	if err != nil {
		return nil, &fhir.ParamError{Name: "start", Why: "start and end are required: " + err.Error()}
	}
	plans := f.plans(c, given)
	type proposal struct {
		plan
		answer calendar.Answer
	}
	var all []proposal
	for _, one := range plans {
		answers, err := f.starts(ctx, one.Office, one.Legs, from, to)
		if err != nil {
			return nil, err
		}
		for _, a := range answers {
			all = append(all, proposal{one, a})
		}
	}
	slices.SortStableFunc(all, func(a, b proposal) int { return a.answer.Start.Compare(b.answer.Start) })
	if len(all) > q.Count {
		all = all[:q.Count]
	}
	list := make([]fhir.Resource, 0, len(all))
	ids := map[string]string{}
	for _, one := range all {
		key := one.Office + legKey(one.Legs)
		o, _ := f.s.dir().Office(one.Office)
		if ids[key] == "" {
			if ids[key], err = f.remember(ctx, o.Area, one.plan); err != nil {
				return nil, err
			}
		}
		list = append(list, f.proposal("plan."+slotRef(ids[key], one.answer.Start), o, one.Legs, one.answer))
	}
	return list, nil
}

func legKey(legs []LegRequest) string {
	var b strings.Builder
	for _, l := range legs {
		b.WriteString(" " + l.Service + "@" + l.Pool + "/" + l.Desk)
	}
	return b.String()
}

// plans are the visits that fit what was asked for and that the caller may book.
func (f *fhirAPI) plans(c Caller, given url.Values) []plan {
	d := f.s.dir()
	fits := func(name, kind string, is ...string) bool {
		list := given[name]
		return len(list) == 0 || slices.ContainsFunc(list, func(v string) bool {
			_, code, ok := strings.Cut(v, "|")
			if !ok {
				code = strings.TrimPrefix(fhir.Target(v), kind)
			}
			return slices.Contains(is, code)
		})
	}
	var list []plan
	for _, o := range d.Offices() {
		places := []string{"office." + o.ID}
		for _, b := range o.Booths {
			places = append(places, "booth."+b.ID)
		}
		near := len(given["location-string"]) == 0 || slices.ContainsFunc(given["location-string"], func(v string) bool {
			return strings.Contains(o.Name+" "+o.Address, v)
		})
		if !near || !fits("location-reference", "Location/", places...) {
			continue
		}
		if texts := given["leg"]; len(texts) > 0 {
			if p := (plan{o.ID, legsOf(texts)}); f.bookable(c, p) {
				list = append(list, p)
			}
			continue
		}
		for _, offer := range o.Offers {
			if !fits("visit-type", "", offer.Service) || !fits("service-type", "", offer.Service) || !fits("organization", "Organization/", offer.Pool) {
				continue
			}
			desks := []string{""}
			if len(given["practitioner"]) > 0 {
				desks = nil
				pool, _ := d.Pool(offer.Pool)
				for _, k := range pool.Desks {
					if fits("practitioner", "PractitionerRole/", k.ID) {
						desks = append(desks, k.ID)
					}
				}
			}
			for _, desk := range desks {
				if p := (plan{o.ID, []LegRequest{{Service: offer.Service, Pool: offer.Pool, Desk: desk}}}); f.bookable(c, p) {
					list = append(list, p)
				}
			}
		}
	}
	return list
}

func (f *fhirAPI) bookable(c Caller, p plan) bool {
	q, err := f.s.dir().inquire(p.Office, "", p.Legs)
	return err == nil && c.books(q)
}

func (f *fhirAPI) proposal(id string, o Office, legs []LegRequest, a calendar.Answer) fhir.Appointment {
	v := fhir.Appointment{
		ResourceType: "Appointment", ID: id, Status: fhir.Proposed, Start: instant(a.Start), End: instant(a.End),
		MinutesDuration: int(a.End.Sub(a.Start) / time.Minute),
	}
	needed := func(r *fhir.Reference) fhir.Participant {
		return fhir.Participant{Actor: r, Required: "required", Status: "needs-action"}
	}
	b := o.Booths[a.Booths[0]]
	v.Participant = append(v.Participant, needed(refTo("Location", "booth."+b.ID, o.Name+" "+b.Name)))
	for i, l := range legs {
		info, _ := f.s.dir().Service(l.Service)
		pool, _ := f.s.dir().Pool(l.Pool)
		v.ServiceType = append(v.ServiceType, coded("service", l.Service, info.PublicName))
		desk := l.Desk
		if desk == "" && len(a.Desks) > i && len(a.Desks[i]) == 1 {
			// With one free desk it is known who it will be; with several the hold decides.
			q, err := f.s.dir().inquire(o.ID, "", legs)
			if err == nil {
				desk = q.legs[i].desks[a.Desks[i][0]].ID
			}
		}
		if k, ok := f.s.dir().Desk(desk); ok {
			v.Participant = append(v.Participant, needed(refTo("PractitionerRole", k.ID, k.Name)))
		} else {
			v.Participant = append(v.Participant, needed(refTo("HealthcareService", serviceRef(l.Service, l.Pool), info.PublicName+" "+pool.Name)))
		}
	}
	return v
}

// reference gives the id an operation is about.
func reference(p fhir.Parameters, known ...string) (string, error) {
	values, err := p.Values(known...)
	if err != nil {
		return "", err
	}
	return strings.TrimPrefix(fhir.Target(values.Get("appointment-reference")), "Appointment/"), nil
}

// hold answers $hold (ITI-116).
func (f *fhirAPI) hold(r *http.Request, c Caller, p fhir.Parameters) ([]fhir.Resource, error) {
	id, err := reference(p, "appointment-reference")
	if err != nil {
		return nil, err
	}
	if id == "" {
		return nil, &fhir.ParamError{Name: "appointment-reference", Why: "is required"}
	}
	held, err := f.holdPlan(r, c, id)
	if err != nil {
		return nil, err
	}
	found, err := f.appointment(r.Context(), c, fhir.Query{}, held.ID)
	return append(found, fhir.Told("held until "+held.ExpiresAt.Format(time.RFC3339))), err
}

// holdPlan holds a proposal. Without an Idempotency-Key every call is a new wish.
func (f *fhirAPI) holdPlan(r *http.Request, c Caller, id string) (Hold, error) {
	p, start, err := f.recall(r.Context(), id)
	if err != nil {
		return Hold{}, err
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" {
		key = "fhir-" + rand.Text()
	}
	held, err := f.s.Hold(r.Context(), c, HoldRequest{Key: key, Office: p.Office, Start: start, Legs: p.Legs})
	if err == nil {
		f.note("$hold", c, held.ID)
	}
	return held, err
}

// book answers $book (ITI-117): it books what is proposed or held, or cancels.
func (f *fhirAPI) book(r *http.Request, c Caller, p fhir.Parameters) ([]fhir.Resource, error) {
	known := []string{"appointment-reference", "appointment-resource", "patient-resource", "anonymous"}
	id, err := reference(p, known...)
	if err != nil {
		return nil, err
	}
	var wanted fhir.Appointment
	if given, err := p.Resource("appointment-resource", &wanted); err != nil {
		return nil, err
	} else if given && id == "" {
		id = wanted.ID
	}
	switch {
	case id == "":
		return nil, &fhir.ParamError{Name: "appointment-reference", Why: "is required, or appointment-resource with an id"}
	case wanted.Status == fhir.Cancelled:
		return f.cancel(r.Context(), c, appointmentFrom(id))
	case strings.HasPrefix(id, "plan."):
		held, err := f.holdPlan(r, c, id)
		if err != nil {
			return nil, err
		}
		id = held.ID
	default:
		id = appointmentFrom(id)
	}
	who, err := f.confirmation(p)
	if err != nil {
		return nil, err
	}
	if _, err := f.s.Confirm(r.Context(), c, id, who); err != nil {
		return nil, err
	}
	f.note("$book", c, id)
	return f.appointment(r.Context(), c, fhir.Query{}, id)
}

// confirmation reads whom a visit is for.
func (f *fhirAPI) confirmation(p fhir.Parameters) (ConfirmRequest, error) {
	var patient fhir.Patient
	given, err := p.Resource("patient-resource", &patient)
	if err != nil || !given {
		values, _ := p.Values("appointment-reference", "appointment-resource", "anonymous")
		return ConfirmRequest{Anonymous: values.Get("anonymous") == "true"}, err
	}
	body := residentBody{}
	for _, n := range patient.Name {
		if body.Kana = n.Text; body.Kana == "" {
			body.Kana = strings.TrimSpace(n.Family + " " + strings.Join(n.Given, " "))
		}
		if _, err := NormalizeKana(body.Kana); err == nil {
			break // of several names, the one in kana
		}
	}
	for _, t := range patient.Telecom {
		switch {
		case t.System == "phone" && body.Phone == "":
			body.Phone = t.Value
		case t.System == "email" && body.Mail == "":
			body.Mail = t.Value
		}
	}
	if len(patient.Identifier) > 0 {
		body.PatientNumber = patient.Identifier[0].Value
	}
	who, err := body.person()
	return ConfirmRequest{Resident: who}, err
}

// cancel gives a hold or an appointment up.
func (f *fhirAPI) cancel(ctx context.Context, c Caller, id string) ([]fhir.Resource, error) {
	store, r, err := f.s.get(ctx, id)
	if err != nil {
		return nil, err
	}
	a := f.s.dir().appointment(store.Area(), r)
	switch {
	case !c.changes(a) && r.By != c.Seat:
		return nil, problemNotYours("cancel this appointment")
	case r.State == redisstore.StateHeld:
		err = f.s.Release(ctx, c, id)
	default:
		_, err = f.s.Cancel(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	f.note("$book cancelled", c, id)
	return f.appointment(ctx, c, fhir.Query{}, id)
}

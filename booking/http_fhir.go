package booking

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/fhir"
	"madoguchi/booking/redisstore"
)

// fhirPath is where the FHIR API begins.
const fhirPath = "/fhir/R4"

// fhirAPI serves FHIR R4 from a service.
type fhirAPI struct {
	s       *Service
	base    string // of addresses of resources; "" takes the host of the request
	version string
	began   time.Time
}

// FHIR gives the handler of everything below /fhir/R4/: reading and searching, and the operations of IHE ITI Scheduling.
// origin is the address people type, "" for that of the request.
func (s *Service) FHIR(origin, version string) http.Handler {
	f := &fhirAPI{s: s, version: version, began: s.now()}
	if origin != "" {
		f.base = strings.TrimSuffix(origin, "/") + fhirPath
	}
	return http.HandlerFunc(f.serve)
}

// fhirAnswer is what a request is answered with.
type fhirAnswer struct {
	status int
	body   fhir.Resource
}

func (f *fhirAPI) serve(w http.ResponseWriter, r *http.Request) {
	a, err := f.handle(w, r)
	if err != nil {
		a = f.refusal(r.Context(), err)
		var headers interface{ GetHeaders() http.Header }
		if errors.As(err, &headers) {
			for name, values := range headers.GetHeaders() {
				w.Header()[name] = values
			}
		}
	}
	w.Header().Set("Content-Type", fhir.MediaType+"; charset=utf-8")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // an error can only be a client that has gone
}

// handle finds out what is asked for: metadata, Type, Type/id, Type/_search or Appointment/$operation.
func (f *fhirAPI) handle(w http.ResponseWriter, r *http.Request) (fhirAnswer, error) {
	path := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, fhirPath), "/"), "/")
	if len(path) == 1 && path[0] == "metadata" && r.Method == http.MethodGet {
		return fhirAnswer{http.StatusOK, fhir.Capability(f.baseOf(r), f.version, f.began.Format(time.RFC3339))}, nil
	}
	c, ok := CallerFrom(r.Context())
	if !ok {
		return fhirAnswer{}, problemNotSignedIn()
	}
	if !slices.ContainsFunc(fhir.Searches(), func(s fhir.Search) bool { return s.Type == path[0] }) {
		return fhirAnswer{}, problem(http.StatusNotFound, SlugUnknown, "Unknown type", "there is no type %q here", cutText(path[0]))
	}
	params, body, err := fhirInput(w, r)
	if err != nil {
		return fhirAnswer{}, err
	}
	switch get, post := r.Method == http.MethodGet, r.Method == http.MethodPost; {
	case len(path) == 2 && path[0] == "Appointment" && strings.HasPrefix(path[1], "$") && (post || get && path[1] == "$find"):
		return f.operation(r, c, path[1], params, body)
	case get && len(path) == 1, post && len(path) == 2 && path[1] == "_search":
		return f.search(r, c, path[0], params)
	case get && len(path) == 2:
		found, err := f.read(r.Context(), c, path[0], path[1])
		return fhirAnswer{http.StatusOK, found}, err
	default:
		return fhirAnswer{}, problem(http.StatusMethodNotAllowed, SlugInvalid, "Not supported", "%s is not answered here", r.Method)
	}
}

func (f *fhirAPI) baseOf(r *http.Request) string {
	if f.base != "" {
		return f.base
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + fhirPath
}

// fhirInput reads the parameters of a request: from its address, from a form, or, as they are, from its body.
func fhirInput(w http.ResponseWriter, r *http.Request) (url.Values, []byte, error) {
	params, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, nil, problemInvalid("query", "cannot be read")
	}
	if r.Method != http.MethodPost {
		return params, nil, nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, nil, problem(http.StatusRequestEntityTooLarge, SlugInvalid, "Too large", "at most %d bytes are read", maxBody)
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); kind == "application/x-www-form-urlencoded" {
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, nil, problemInvalid("body", "cannot be read as a form")
		}
		for name, values := range form {
			params[name] = append(params[name], values...)
		}
		body = nil
	}
	return params, body, nil
}

// refusal turns an error into an outcome: parameters and problems by name, faults of ours without details.
func (f *fhirAPI) refusal(ctx context.Context, err error) fhirAnswer {
	var param *fhir.ParamError
	if errors.As(err, &param) {
		code := fhir.IssueInvalid
		if strings.Contains(param.Why, "known") {
			code = fhir.IssueNotSupported
		}
		return fhirAnswer{http.StatusBadRequest, fhir.Failed(code, param.Error(), param.Name)}
	}
	err = f.s.told(ctx, "fhir", asProblem(err))
	var p *Problem
	if !errors.As(err, &p) {
		status, _ := statusOf(err)
		return fhirAnswer{max(status, http.StatusInternalServerError), fhir.Failed(fhir.IssueTransient, "ask again", "")}
	}
	where := ""
	if len(p.Errors) > 0 {
		where = p.Errors[0].Location
	}
	code := map[int]string{
		http.StatusUnauthorized: fhir.IssueLogin, http.StatusForbidden: fhir.IssueForbidden, http.StatusNotFound: fhir.IssueNotFound,
		http.StatusConflict: fhir.IssueConflict, http.StatusServiceUnavailable: fhir.IssueTransient,
		http.StatusInternalServerError: fhir.IssueException, http.StatusMethodNotAllowed: fhir.IssueNotSupported,
	}[p.Status]
	if code == "" {
		code = fhir.IssueInvalid
	}
	return fhirAnswer{p.Status, fhir.Failed(code, p.Detail, where)}
}

// fhirID is a resource's id.
func fhirID(r fhir.Resource) string {
	switch r := r.(type) {
	case fhir.HealthcareService:
		return r.ID
	case fhir.Location:
		return r.ID
	case fhir.PractitionerRole:
		return r.ID
	case fhir.Schedule:
		return r.ID
	case fhir.Slot:
		return r.ID
	case fhir.Appointment:
		return r.ID
	default:
		return ""
	}
}

// read gives one resource.
func (f *fhirAPI) read(ctx context.Context, c Caller, kind, id string) (fhir.Resource, error) {
	q, err := fhir.ParseSearch(kind, url.Values{"_id": {id}})
	if err != nil {
		return nil, err
	}
	found, err := f.find(ctx, c, q)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, problem(http.StatusNotFound, SlugUnknown, "Unknown", "there is no %s %q here", kind, cutText(id))
	}
	return found[0], nil
}

func (f *fhirAPI) search(r *http.Request, c Caller, kind string, params url.Values) (fhirAnswer, error) {
	q, err := fhir.ParseSearch(kind, params)
	if err != nil {
		return fhirAnswer{}, err
	}
	found, err := f.find(r.Context(), c, q)
	if err != nil {
		return fhirAnswer{}, err
	}
	return fhirAnswer{http.StatusOK, q.Bundle(f.baseOf(r), params, found, fhirID)}, nil
}

// find gives everything of a type that a query finds.
func (f *fhirAPI) find(ctx context.Context, c Caller, q fhir.Query) ([]fhir.Resource, error) {
	d := f.s.dir()
	var found []fhir.Resource
	add := func(r fhir.Resource, fits ...bool) {
		if q.Token("_id", fhirID(r)) && !slices.Contains(fits, false) {
			found = append(found, r)
		}
	}
	switch q.Type {
	case "HealthcareService":
		for _, s := range d.fhirServices() {
			at := make([]string, len(s.Location))
			for i, l := range s.Location {
				at[i] = l.Reference
			}
			add(s, q.Token("active", "true"), q.Begins("name", s.Name), q.Token("service-type", s.Type[0].Coding[0].Code), q.Refers("location", at...),
				q.Token("organization", s.ProvidedBy.Identifier.Value))
		}
	case "Location":
		for _, l := range d.fhirLocations() {
			address, part := "", ""
			if l.Address != nil {
				address = l.Address.Text
			}
			if l.PartOf != nil {
				part = l.PartOf.Reference
			}
			add(l, q.Begins("name", l.Name), q.Contains("address", address), q.Refers("partof", part), q.Token("status", l.Status))
		}
	case "PractitionerRole":
		for _, r := range d.fhirRoles() {
			gives := make([]string, len(r.HealthcareService))
			for i, s := range r.HealthcareService {
				gives[i] = s.Reference
			}
			add(r, q.Token("active", "true"), q.Token("role", r.Code[0].Coding[0].Code), q.Refers("service", gives...),
				q.Token("organization", r.Organization.Identifier.Value))
		}
	case "Schedule":
		for _, s := range d.fhirSchedules(f.s.now()) {
			serves := len(s.ServiceType) == 0 && q.First("service-type") == ""
			for _, t := range s.ServiceType {
				serves = serves || q.Token("service-type", t.Coding[0].Code)
			}
			add(s, q.Token("active", "true"), q.Refers("actor", s.Actor[0].Reference), serves)
		}
	case "Slot":
		return f.slots(ctx, q)
	default:
		return f.appointments(ctx, c, q)
	}
	return found, nil
}

// appointments lists visits the caller may see, by ids or by date.
func (f *fhirAPI) appointments(ctx context.Context, c Caller, q fhir.Query) ([]fhir.Resource, error) {
	if id := q.First("_id"); id != "" {
		return f.appointment(ctx, c, q, appointmentFrom(id))
	}
	from, to, err := f.span(q, "date")
	if err != nil {
		return nil, err
	}
	in := listInput{From: calendar.DateOf(from).String(), To: calendar.DateOf(to.Add(-time.Nanosecond)).Add(1).String()}
	for _, name := range []string{"actor", "location", "practitioner"} {
		switch kind, id, _ := strings.Cut(fhir.Target(q.First(name)), "/"); {
		case kind == "PractitionerRole":
			in.Desk = id
		case strings.HasPrefix(id, "booth."):
			in.Booth = strings.TrimPrefix(id, "booth.")
		case strings.HasPrefix(id, "office."):
			in.Office = strings.TrimPrefix(id, "office.")
		case q.First(name) != "":
			return nil, &fhir.ParamError{Name: name, Why: "must be PractitionerRole/… or Location/…"}
		}
	}
	want, err := f.s.wanted(c, in)
	if err != nil {
		return nil, err
	}
	dates, err := datesOf(in.From, in.To)
	if err != nil {
		return nil, err
	}
	var found []fhir.Resource
	for _, store := range want.stores {
		records, err := want.records(ctx, store, dates)
		if err != nil {
			return nil, err
		}
		for _, r := range records {
			a := f.s.dir().appointment(store.Area(), r)
			in := !r.Start.Before(from) && r.Start.Before(to) && (want.booth == "" || r.Booth == want.booth)
			if v := f.s.fhirAppointment(c, r, store.Area()); in && c.sees(a) && q.Token("status", v.Status) {
				found = append(found, v)
			}
		}
	}
	return found, nil
}

// appointment reads one visit, or hold of the caller's own. What is not the caller's is not found.
func (f *fhirAPI) appointment(ctx context.Context, c Caller, q fhir.Query, id string) ([]fhir.Resource, error) {
	store, r, err := f.s.get(ctx, id)
	if errors.Is(err, redisstore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := f.s.fhirAppointment(c, r, store.Area())
	seen := c.sees(f.s.dir().appointment(store.Area(), r)) || r.By == c.Seat
	if !seen || !q.Token("status", v.Status) {
		return nil, nil
	}
	return []fhir.Resource{v}, nil
}

// span reads the time a search is about: today where nothing is said, 31 days at most.
func (f *fhirAPI) span(q fhir.Query, name string) (from, to time.Time, err error) {
	if from, to, err = q.Span(name, calendar.Tokyo); err != nil {
		return from, to, err
	}
	if from.IsZero() {
		from = calendar.DateOf(f.s.now()).At(0)
		if !to.IsZero() && to.Before(from) {
			from = to.AddDate(0, 0, -maxListDays)
		}
	}
	if to.IsZero() {
		to = calendar.DateOf(from).Add(1).At(0)
	}
	if !from.Before(to) || to.Sub(from) > maxListDays*24*time.Hour {
		return from, to, &fhir.ParamError{Name: name, Why: "must span more than nothing and at most 31 days"}
	}
	return from, to, nil
}

// note logs an operation that changed something.
func (f *fhirAPI) note(op string, c Caller, id string) {
	f.s.log.Info("fhir operation", slog.String("op", op), slog.String("seat", c.Seat), slog.String("appointment", id))
}

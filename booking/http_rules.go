package booking

import (
	"context"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
)

// registerRules adds what the catalogue says to anybody, and what administrators may do to it.
func (s *Service) registerRules(api huma.API) {
	refusals := []int{401, 403, 404, 409, 422, 503}
	anybody := []map[string][]string{{}}
	huma.Register(api, huma.Operation{
		OperationID: "services", Method: http.MethodGet, Path: "/v1/services", Tags: []string{"facts"}, Security: anybody,
		Summary: "The services: words in three languages, length, what they need, consents and checks",
	}, s.listServices)
	administered(s, api, huma.Operation{
		OperationID: "offers", Method: http.MethodGet, Path: "/v1/offers", Tags: []string{"rules"}, Errors: refusals,
		Summary: "Which office gives which service, on what ground, from when until when", Description: "For administrators.",
	}, s.listOffers)
	administered(s, api, huma.Operation{
		OperationID: "suspend", Method: http.MethodPost, Path: "/v1/suspensions", Tags: []string{"rules"}, DefaultStatus: http.StatusCreated,
		Summary:      "Suspend a service at once",
		Description:  "On the word of the municipality: at one office or all, by one pool or all. For administrators. Appointments made before stay.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postSuspension)
	administered(s, api, huma.Operation{
		OperationID: "resume", Method: http.MethodPost, Path: "/v1/suspensions/{id}/resume", Tags: []string{"rules"},
		Summary: "Resume a service", DefaultStatus: http.StatusNoContent, MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postResume)
	administered(s, api, huma.Operation{
		OperationID: "reload-catalogue", Method: http.MethodPost, Path: "/v1/catalogue/reload", Tags: []string{"rules"},
		Summary:     "Read the catalogue files again and put them in force",
		Description: "For administrators. Where the files are wrong, everything found is told with file, line and column, and the rules stay as they are.",
		Errors:      refusals,
	}, s.postReload)
}

// WordingView is something said in three languages.
type WordingView struct {
	Ja   string `json:"ja"`
	Easy string `json:"easy" doc:"やさしい日本語"`
	En   string `json:"en"`
}

func wordingView(w catalogue.Wording) WordingView {
	return WordingView{w.In("ja"), w.In("easy"), w.In("en")}
}

type itemView struct {
	ID   string      `json:"id"`
	Text WordingView `json:"text"`
}

type serviceView struct {
	ID         string      `json:"id"`
	Name       WordingView `json:"name"`
	PublicName WordingView `json:"publicName" doc:"neutral word for the other side"`
	Role       string      `json:"role"`
	Minutes    int         `json:"minutes"`
	Before     int         `json:"before" doc:"minutes the desk is kept free before"`
	After      int         `json:"after" doc:"minutes the desk is kept free after"`
	Cleaning   int         `json:"cleaning"`
	Needs      []string    `json:"needs" doc:"equipment of the booth"`
	Anonymous  bool        `json:"anonymous"`
	FollowedBy []string    `json:"followedBy"`
	Languages  []string    `json:"languages"`
	Law        string      `json:"law"`
	Lead       int         `json:"lead" doc:"minutes before the start until which it can be booked"`
	Ahead      int         `json:"ahead,omitempty" doc:"days ahead it can be booked"`
	First      FirstView   `json:"firstVisit"`
	Consents   []itemView  `json:"consents"`
	Checks     []itemView  `json:"checks"`
	Vitals     []string    `json:"vitals" doc:"what may be measured during it: blood-pressure, oximeter, thermometer, scales"`
}

// FirstView is how a service treats somebody who comes for the first time.
type FirstView struct {
	Accepted bool        `json:"accepted"`
	Minutes  int         `json:"minutes,omitempty" doc:"length of a first visit's leg; left out: as any other"`
	Note     WordingView `json:"note" doc:"what to bring; empty where there is nothing to say"`
}

func firstView(r catalogue.FirstRule) FirstView {
	return FirstView{Accepted: !r.Refused, Minutes: r.Minutes, Note: wordingView(r.Note)}
}

type servicesOutput struct {
	Body struct {
		Rules    int64         `json:"rules"`
		Services []serviceView `json:"services"`
	}
}

func (s *Service) listServices(context.Context, *struct{}) (*servicesOutput, error) {
	d := s.dir()
	out := &servicesOutput{}
	out.Body.Rules = d.Rules()
	for _, info := range d.Services() {
		v := serviceView{
			ID: info.ID, Name: wordingView(info.Names), PublicName: wordingView(info.PublicNames), Role: info.Role, Minutes: info.Minutes,
			Before: info.Before, After: info.After, Cleaning: info.Cleaning, Needs: append([]string{}, info.Needs...), Anonymous: info.Anonymous,
			FollowedBy: append([]string{}, info.FollowedBy...), Languages: languagesOf(info), Law: info.Law, Lead: info.Lead, Ahead: info.Ahead,
			First: firstView(info.FirstVisit), Consents: itemViews(info.Consents), Checks: itemViews(info.Checks),
			Vitals: append([]string{}, info.Vitals...),
		}
		out.Body.Services = append(out.Body.Services, v)
	}
	return out, nil
}

func itemViews(items []catalogue.Item) []itemView {
	list := []itemView{}
	for _, i := range items {
		list = append(list, itemView{i.ID, wordingView(i.Text)})
	}
	return list
}

// languagesOf is Japanese where nothing is written.
func languagesOf(info ServiceInfo) []string {
	if len(info.Languages) == 0 {
		return []string{"ja"}
	}
	return append([]string{}, info.Languages...)
}

// States of an offer on a day.
const (
	offerGiven      = "given"
	offerNotYet     = "not-yet"
	offerEnded      = "ended"
	offerSuspended  = "suspended"
	offerUnprepared = "unprepared"
)

// OfferState tells whether an office gives a service by an offer on a day.
func (d *Directory) OfferState(office string, f catalogue.Offer, on calendar.Date) string {
	switch _, suspended := d.Suspended(office, f.Service, f.Pool); {
	case f.Until != (catalogue.Date{}) && f.Until.Civil().Before(on):
		return offerEnded
	case suspended:
		return offerSuspended
	case len(d.lacks(d.offices[office], f)) > 0:
		return offerUnprepared
	case on.Before(f.From.Civil()):
		return offerNotYet
	default:
		return offerGiven
	}
}

type basisView struct {
	Kind      string `json:"kind" enum:"council,contract,notification,agreement"`
	Reference string `json:"reference"`
	On        string `json:"on"`
}

type offerView struct {
	Office      string      `json:"office"`
	OfficeName  string      `json:"officeName"`
	Service     string      `json:"service"`
	ServiceName string      `json:"serviceName"`
	Pool        string      `json:"pool"`
	PoolName    string      `json:"poolName"`
	Basis       basisView   `json:"basis"`
	Trained     string      `json:"trained" doc:"when the staff were trained for it"`
	From        string      `json:"from"`
	Until       string      `json:"until,omitempty"`
	State       string      `json:"state" enum:"given,not-yet,ended,suspended,unprepared"`
	Facility    bool        `json:"facility,omitempty" doc:"received at a notified facility, which has papers"`
	Lacks       []string    `json:"lacks,omitempty" doc:"what is not on record of the facility; until it is, nothing can be booked"`
	Suspension  *Suspension `json:"suspension,omitempty"`
}

type offersOutput struct {
	Body struct {
		Rules       int64        `json:"rules" doc:"version of the rules in force"`
		Catalogue   string       `json:"catalogue" doc:"fingerprint of the files in force"`
		Offers      []offerView  `json:"offers"`
		Suspensions []Suspension `json:"suspensions"`
	}
}

func (s *Service) listOffers(ctx context.Context, _ Caller, _ *struct{}) (*offersOutput, error) {
	d, err := s.rules()
	if err != nil {
		return nil, err
	}
	today := calendar.DateOf(s.now())
	out := &offersOutput{}
	out.Body.Rules, out.Body.Catalogue, out.Body.Offers, out.Body.Suspensions = d.Rules(), d.Fingerprint(), []offerView{}, d.Suspensions()
	for _, o := range d.Offices() {
		for _, f := range o.Offers {
			out.Body.Offers = append(out.Body.Offers, d.offerView(o, f, today))
		}
	}
	return out, nil
}

func (d *Directory) offerView(o Office, f catalogue.Offer, on calendar.Date) offerView {
	v := offerView{
		Office: o.ID, OfficeName: o.Name, Service: f.Service, ServiceName: d.services[f.Service].Name, Pool: f.Pool, PoolName: d.pools[f.Pool].Name,
		Basis: basisView{f.Basis.Kind, f.Basis.Reference, f.Basis.On.String()}, Trained: f.Trained.String(), From: f.From.String(),
		State: d.OfferState(o.ID, f, on), Lacks: d.lacks(o, f), Facility: d.services[f.Service].Facility,
	}
	if f.Until != (catalogue.Date{}) {
		v.Until = f.Until.String()
	}
	if found, ok := d.Suspended(o.ID, f.Service, f.Pool); ok {
		v.Suspension = &found
	}
	return v
}

type suspensionInput struct {
	Body struct {
		Office  string `json:"office,omitempty" maxLength:"40" doc:"every office where left out"`
		Service string `json:"service" minLength:"1" maxLength:"40"`
		Pool    string `json:"pool,omitempty" maxLength:"40" doc:"every pool where left out"`
		Reason  string `json:"reason" maxLength:"200" doc:"why, and on whose word; name nobody else"`
	}
}

type suspensionOutput struct{ Body Suspension }

func (s *Service) postSuspension(ctx context.Context, c Caller, in *suspensionInput) (*suspensionOutput, error) {
	what, err := s.Suspend(ctx, c.Seat, Suspension{Office: in.Body.Office, Service: in.Body.Service, Pool: in.Body.Pool, Reason: in.Body.Reason})
	return &suspensionOutput{what}, err
}

type resumeInput struct {
	ID   string `path:"id" pattern:"^[a-z0-9_-]{1,40}\\.[a-z0-9-]{1,40}\\.[a-z0-9_-]{1,40}$"`
	Body struct {
		Reason string `json:"reason" maxLength:"200"`
	}
}

func (s *Service) postResume(ctx context.Context, c Caller, in *resumeInput) (*struct{}, error) {
	return nil, s.Resume(ctx, c.Seat, in.ID, in.Body.Reason)
}

type reloadOutput struct {
	Body struct {
		Rules     int64  `json:"rules" doc:"version of the rules in force"`
		Catalogue string `json:"catalogue" doc:"fingerprint of the files in force"`
	}
}

func (s *Service) postReload(ctx context.Context, c Caller, _ *struct{}) (*reloadOutput, error) {
	if err := s.Reload(ctx, c.Seat); err != nil {
		return nil, catalogueProblem(err)
	}
	out := &reloadOutput{}
	out.Body.Rules, out.Body.Catalogue = s.dir().Rules(), s.dir().Fingerprint()
	return out, nil
}

// catalogueProblem tells every finding with its place.
func catalogueProblem(err error) error {
	if errors.Is(err, ErrUnavailable) {
		return asProblem(err)
	}
	p := problem(http.StatusUnprocessableEntity, SlugCatalogue, "Catalogue wrong", "the catalogue stays as it is: %v", err).because(err)
	var wrong *catalogue.Error
	if errors.As(err, &wrong) {
		p.Detail = "the catalogue stays as it is: see errors for what is wrong with the files"
		for _, f := range wrong.Findings {
			p.at(f.Place(), f.Text)
		}
	}
	return p
}

package booking

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// maxSearchDays bounds how many days one search covers.
const maxSearchDays = 31

// registerFacts adds what anybody may ask: offices, what they offer, and when there is room. None of it says who.
func (s *Service) registerFacts(api huma.API) {
	refusals := []int{404, 422, 503}
	anybody := []map[string][]string{{}} // no token is needed
	huma.Register(api, huma.Operation{
		OperationID: "offices", Method: http.MethodGet, Path: "/v1/offices", Tags: []string{"facts"}, Summary: "List offices", Security: anybody,
	}, s.listOffices)
	huma.Register(api, huma.Operation{
		OperationID: "office", Method: http.MethodGet, Path: "/v1/offices/{office}", Tags: []string{"facts"},
		Summary: "One office: booths, hours, notices, what it offers", Errors: refusals, Security: anybody,
	}, s.getOffice)
	huma.Register(api, huma.Operation{
		OperationID: "days", Method: http.MethodGet, Path: "/v1/offices/{office}/days", Tags: []string{"facts"},
		Summary: "How many starts are free on each day", Errors: refusals, Security: anybody,
	}, s.getDays)
	huma.Register(api, huma.Operation{
		OperationID: "times", Method: http.MethodGet, Path: "/v1/offices/{office}/times", Tags: []string{"facts"},
		Summary: "The starts of one day, and why those that are not free are not", Errors: refusals, Security: anybody,
	}, s.getTimes)
}

type officeLine struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Area string `json:"area"`
}

type officesOutput struct {
	Body struct {
		Offices []officeLine `json:"offices"`
	}
}

func (s *Service) listOffices(context.Context, *struct{}) (*officesOutput, error) {
	out := &officesOutput{}
	for _, o := range s.dir().Offices() {
		out.Body.Offices = append(out.Body.Offices, officeLine{o.ID, o.Name, o.Area})
	}
	return out, nil
}

// OfficeFacts is what anybody may know of an office.
type OfficeFacts struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Kana      string         `json:"kana"`
	Address   string         `json:"address"`
	Phone     string         `json:"phone"`
	Area      string         `json:"area"`
	Tenant    string         `json:"tenant"`
	Booths    []BoothFacts   `json:"booths"`
	Hours     []HoursFacts   `json:"hours"`
	Notices   []NoticeFacts  `json:"notices"`
	Offers    []OfferFacts   `json:"offers"`
	Emergency EmergencyFacts `json:"emergency"`
	NoShow    int            `json:"noShowAfter" doc:"seconds after its start from which an appointment may be called a no-show"`
}

// BoothFacts is what anybody may know of a booth.
type BoothFacts struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Equipment []string `json:"equipment"`
}

// HoursFacts are opening hours; "24:00" is the end of a day.
type HoursFacts struct {
	Days     string `json:"days" example:"Mon-Fri"`
	Open     string `json:"open" example:"09:00"`
	Close    string `json:"close" example:"17:00"`
	NoonFrom string `json:"noonFrom,omitempty"`
	NoonTo   string `json:"noonTo,omitempty"`
}

// NoticeFacts is a line on the idle screen.
type NoticeFacts struct {
	Icon  string `json:"icon"`
	Title string `json:"title"`
	Body  string `json:"body"`
}

// OfferFacts is one service by one pool.
type OfferFacts struct {
	Service     string    `json:"service"`
	Pool        string    `json:"pool"`
	Name        string    `json:"name" doc:"of the pool"`
	PublicName  string    `json:"publicName" doc:"neutral word for the other side"`
	ServiceName string    `json:"serviceName"`
	Minutes     int       `json:"minutes"`
	Role        string    `json:"role"`
	Anonymous   bool      `json:"anonymous"`
	FollowedBy  []string  `json:"followedBy" doc:"pools of this office whose leg may come straight after"`
	First       FirstView `json:"firstVisit"`
}

// EmergencyFacts is whom to turn to when somebody falls ill.
type EmergencyFacts struct {
	Hospital string `json:"hospital"`
	Phone    string `json:"phone"`
}

type officeInput struct {
	Office string `path:"office" maxLength:"40"`
}

type officeOutput struct{ Body OfficeFacts }

func (s *Service) getOffice(_ context.Context, in *officeInput) (*officeOutput, error) {
	o, ok := s.dir().Office(in.Office)
	if !ok {
		return nil, problemUnknown("office", in.Office)
	}
	f := s.dir().facts(o)
	f.NoShow = int(s.stores[o.Area].NoShowAfter().Seconds())
	return &officeOutput{f}, nil
}

func (d *Directory) facts(o Office) OfficeFacts {
	f := OfficeFacts{
		ID: o.ID, Name: o.Name, Kana: o.Kana, Address: o.Address, Phone: o.Phone, Area: o.Area, Tenant: o.Tenant,
		Booths: []BoothFacts{}, Hours: []HoursFacts{}, Notices: []NoticeFacts{}, Offers: []OfferFacts{},
		Emergency: EmergencyFacts{o.Emergency.Hospital, o.Emergency.Phone},
	}
	for _, b := range o.Booths {
		f.Booths = append(f.Booths, BoothFacts{b.ID, b.Name, append([]string{}, b.Equipment...)})
	}
	for _, h := range o.Hours {
		line := HoursFacts{Days: h.Days.String(), Open: h.Open.String(), Close: h.Close.String()}
		if h.NoonFrom < h.NoonTo {
			line.NoonFrom, line.NoonTo = h.NoonFrom.String(), h.NoonTo.String()
		}
		f.Hours = append(f.Hours, line)
	}
	for _, n := range o.Notices {
		f.Notices = append(f.Notices, NoticeFacts(n))
	}
	for _, offer := range o.Offers {
		info := d.services[offer.Service]
		f.Offers = append(f.Offers, OfferFacts{
			Service: offer.Service, Pool: offer.Pool, Name: d.pools[offer.Pool].Name, PublicName: info.PublicName, ServiceName: info.Name,
			Minutes: info.Minutes, Role: info.Role, Anonymous: info.Anonymous, FollowedBy: d.followers(o, info),
			First: firstView(info.FirstVisit),
		})
	}
	return f
}

// followers are the pools at an office that give a service which may follow info.
func (d *Directory) followers(o Office, info ServiceInfo) []string {
	pools := []string{}
	for _, next := range info.FollowedBy {
		for _, offer := range o.Offers {
			if offer.Service == next && !slices.Contains(pools, offer.Pool) {
				pools = append(pools, offer.Pool)
			}
		}
	}
	return pools
}

// The office is repeated in each input: huma does not look into embedded structs that are not exported.
type daysInput struct {
	Office string   `path:"office" maxLength:"40"`
	Legs   []string `query:"leg,explode" required:"true" minItems:"1" maxItems:"4" doc:"service@pool, in order; service@pool/desk for one desk; ;first after it for a first visit"`
	From   string   `query:"from" doc:"first day; today where left out"`
	Days   int      `query:"days" default:"14" minimum:"1" maximum:"31"`
	Moving string   `query:"moving" pattern:"^(a_[a-z2-7]{20,40})?$" doc:"an appointment the caller may change: its own present time and resident are no hindrance"`
}

type dayLine struct {
	Date   string      `json:"date"`
	Free   int         `json:"free" doc:"starts that are free"`
	Reason *ReasonView `json:"reason,omitempty" doc:"where none is"`

	Provisional bool `json:"provisional,omitempty" doc:"the list of national holidays has not been published for this day; it may turn out to be one"`
}

type daysOutput struct {
	Body struct {
		Rules int64     `json:"rules" doc:"rule version; send it along with the hold"`
		Days  []dayLine `json:"days"`
	}
}

func (s *Service) getDays(ctx context.Context, in *daysInput) (*daysOutput, error) {
	first := calendar.DateOf(s.now())
	if in.From != "" {
		var err error
		if first, err = calendar.ParseDate(in.From); err != nil {
			return nil, problemInvalid("query.from", err.Error())
		}
	}
	found, err := s.searchFor(ctx, in.Moving, in.Office, legsOf(in.Legs), first, in.Days)
	if err != nil {
		return nil, s.told(ctx, "days", err)
	}
	out := &daysOutput{}
	out.Body.Rules = found.rules
	for n := range in.Days {
		d := first.Add(n)
		free, why := calendar.ForDay(found.ask.Day(d))
		line := dayLine{Date: d.String(), Free: free, Provisional: calendar.Provisional(d)}
		if free == 0 {
			reason := ReasonView(why)
			line.Reason = &reason
		}
		out.Body.Days = append(out.Body.Days, line)
	}
	return out, nil
}

type timesInput struct {
	Office string   `path:"office" maxLength:"40"`
	Legs   []string `query:"leg,explode" required:"true" minItems:"1" maxItems:"4" doc:"service@pool, in order; service@pool/desk for one desk; ;first after it for a first visit"`
	Date   string   `query:"date" required:"true"`
	Moving string   `query:"moving" pattern:"^(a_[a-z2-7]{20,40})?$" doc:"an appointment the caller may change: its own present time and resident are no hindrance"`
}

type timeLine struct {
	Start     time.Time    `json:"start"`
	End       time.Time    `json:"end" doc:"of the last leg"`
	Free      bool         `json:"free"`
	Booth     string       `json:"booth,omitempty" doc:"the booth a hold would take first"`
	BoothName string       `json:"boothName,omitempty"`
	Reasons   []ReasonView `json:"reasons,omitempty"`
}

type timesOutput struct {
	Body struct {
		Rules int64      `json:"rules" doc:"rule version; send it along with the hold"`
		Times []timeLine `json:"times"`
	}
}

// staleAfter is how long a start that has passed is still listed, so that a clerk sees why it is gone.
const staleAfter = time.Hour

func (s *Service) getTimes(ctx context.Context, in *timesInput) (*timesOutput, error) {
	d, err := calendar.ParseDate(in.Date)
	if err != nil {
		return nil, problemInvalid("query.date", err.Error())
	}
	found, err := s.searchFor(ctx, in.Moving, in.Office, legsOf(in.Legs), d, 1)
	if err != nil {
		return nil, s.told(ctx, "times", err)
	}
	out := &timesOutput{}
	out.Body.Rules, out.Body.Times = found.rules, []timeLine{}
	for _, a := range found.ask.Day(d) {
		if s.now().Sub(a.Start) > staleAfter {
			continue
		}
		line := timeLine{Start: a.Start, End: a.End, Free: a.Free()}
		if line.Free {
			b := found.office.Booths[a.Booths[0]]
			line.Booth, line.BoothName = b.ID, b.Name
		} else {
			line.Reasons = reasonViews(a.Reasons)
		}
		out.Body.Times = append(out.Body.Times, line)
	}
	return out, nil
}

func legsOf(texts []string) []LegRequest {
	legs := make([]LegRequest, len(texts))
	for i, text := range texts {
		legs[i] = parseLeg(text)
	}
	return legs
}

// Times answers for every start of a day that is worth showing, for a visit of these legs at an office.
func (s *Service) Times(ctx context.Context, office string, legs []LegRequest, d calendar.Date) ([]calendar.Answer, error) {
	found, err := s.search(ctx, office, legs, d, 1)
	if err != nil {
		return nil, err
	}
	return found.ask.Day(d), nil
}

// found is the question of one search, and the version of the rules it goes by.
type found struct {
	ask    calendar.Question
	rules  int64
	office Office
}

// searchFor puts the question for a new visit or, where one is named, for moving an appointment the caller may change.
func (s *Service) searchFor(ctx context.Context, moving, office string, legs []LegRequest, first calendar.Date, days int) (found, error) {
	if moving == "" {
		return s.search(ctx, office, legs, first, days)
	}
	c, ok := CallerFrom(ctx)
	if !ok {
		return found{}, problemNotSignedIn()
	}
	a, err := s.visible(ctx, c, moving)
	if err != nil {
		return found{}, asProblem(err)
	}
	if !c.changes(a) {
		return found{}, problemNotYours("move this appointment")
	}
	_, r, err := s.get(ctx, moving)
	if err != nil {
		return found{}, asProblem(err)
	}
	return s.searchAs(ctx, office, legs, first, days, r)
}

// search puts the question for a run of days at one office.
func (s *Service) search(ctx context.Context, office string, legs []LegRequest, first calendar.Date, days int) (found, error) {
	return s.searchAs(ctx, office, legs, first, days, redisstore.Record{})
}

// searchAs does so for an appointment that is to be moved; for a new visit the record is empty.
func (s *Service) searchAs(ctx context.Context, office string, legs []LegRequest, first calendar.Date, days int, moving redisstore.Record) (found, error) {
	d, err := s.rules()
	if err != nil {
		return found{}, err
	}
	q, err := d.inquire(office, "", legs)
	if err != nil {
		return found{}, err
	}
	if days > maxSearchDays {
		return found{}, problemInvalid("query.days", fmt.Sprintf("at most %d", maxSearchDays))
	}
	store, from, to := s.stores[q.office.Area], first.At(0), first.Add(days).At(0)
	var ask calendar.Question
	if moving.ID == "" {
		ask, err = s.ask(ctx, store, q, from, to, "")
	} else {
		ask, err = s.askBut(ctx, store, q, from, to, moving)
	}
	return found{ask, d.rulesIn(q.office.Area), q.office}, asProblem(err)
}

package booking

import (
	"context"
	"math"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/calendar"
)

// registerWhy adds the questions over several offices and the one after a reason. Anybody may ask them; only naming a
// resident takes a seat that books for one.
func (s *Service) registerWhy(api huma.API) {
	refusals := []int{401, 403, 404, 422, 503}
	anybody := []map[string][]string{{}}
	huma.Register(api, huma.Operation{
		OperationID: "search", Method: http.MethodGet, Path: "/v1/offices/{office}/nearby", Tags: []string{"facts"},
		Summary:     "Free starts at every office of the area, nearest first",
		Description: "A leg without a pool (service instead of service@pool) means any pool the office has for it.",
		Errors:      refusals, Security: anybody,
	}, s.getNearby)
	huma.Register(api, huma.Operation{
		OperationID: "why", Method: http.MethodPost, Path: "/v1/offices/{office}/why", Tags: []string{"facts"},
		Summary:      "Why not then: every reason, and the nearest alternatives",
		Description:  "It changes nothing; it is a POST so that a resident's name stays out of addresses and logs. Reasons say nothing about anybody.",
		MaxBodyBytes: maxBody, Errors: refusals, Security: []map[string][]string{{}, {"seat": {}}},
	}, s.postWhy)
}

type nearbyInput struct {
	Office string   `path:"office" maxLength:"40" doc:"near which, and in whose area"`
	Legs   []string `query:"leg,explode" required:"true" minItems:"1" maxItems:"4" doc:"service or service@pool, in order; ;first after it for a first visit"`
	From   string   `query:"from" doc:"first day; today where left out"`
	Days   int      `query:"days" default:"7" minimum:"1" maximum:"14"`
	Starts int      `query:"starts" default:"3" minimum:"1" maximum:"50" doc:"how many starts to list at each office"`
}

type foundView struct {
	Office     string      `json:"office"`
	Name       string      `json:"name"`
	DistanceKm *float64    `json:"distanceKm,omitempty" doc:"left out where it is not known where the offices lie"`
	Free       int         `json:"free" doc:"starts that are free in those days"`
	Legs       []legBody   `json:"legs" doc:"by which pools; send them along with the hold"`
	Starts     []startView `json:"starts" doc:"the first of them"`
}

type startView struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

type nearbyOutput struct {
	Body struct {
		Rules   int64       `json:"rules" doc:"rule version; send it along with the hold"`
		Offices []foundView `json:"offices"`
	}
}

func (s *Service) getNearby(ctx context.Context, in *nearbyInput) (*nearbyOutput, error) {
	first := calendar.DateOf(s.now())
	if in.From != "" {
		var err error
		if first, err = calendar.ParseDate(in.From); err != nil {
			return nil, problemInvalid("query.from", err.Error())
		}
	}
	found, rules, err := s.Find(ctx, in.Office, legsOf(in.Legs), first, in.Days)
	if err != nil {
		return nil, s.told(ctx, "nearby", err)
	}
	out := &nearbyOutput{}
	out.Body.Rules, out.Body.Offices = rules, []foundView{}
	for _, f := range found {
		out.Body.Offices = append(out.Body.Offices, f.view(in.Starts))
	}
	return out, nil
}

func (f Found) view(starts int) foundView {
	v := foundView{Office: f.Office.ID, Name: f.Office.Name, Free: f.Free, Legs: legBodies(f.Legs), Starts: []startView{}}
	if f.Distance >= 0 {
		km := math.Round(f.Distance*10) / 10
		v.DistanceKm = &km
	}
	for _, a := range f.Starts[:min(starts, len(f.Starts))] {
		v.Starts = append(v.Starts, startView{a.Start, a.End})
	}
	return v
}

func legBodies(legs []LegRequest) []legBody {
	list := make([]legBody, len(legs))
	for i, l := range legs {
		list[i] = legBody(l)
	}
	return list
}

type whyInput struct {
	Office string `path:"office" maxLength:"40"`
	Body   struct {
		Start    time.Time     `json:"start"`
		Booth    string        `json:"booth,omitempty" maxLength:"40" doc:"only this booth"`
		Legs     []legBody     `json:"legs" minItems:"1" maxItems:"4"`
		Resident *residentBody `json:"resident,omitempty" doc:"for seats that book there: whether the resident has another visit then"`
	}
}

type whyReasonView struct {
	ReasonView
	Booth   string `json:"booth,omitempty" doc:"where it concerns one booth"`
	Service string `json:"service,omitempty" doc:"where it concerns one leg"`
	Desk    string `json:"desk,omitempty" doc:"where it concerns one desk; told to seats only"`
}

type whyOutput struct {
	Body struct {
		Free    bool            `json:"free" doc:"it can start then"`
		Rules   int64           `json:"rules" doc:"rule version; send it along with the hold"`
		Reasons []whyReasonView `json:"reasons"`
		Before  *startView      `json:"before,omitempty" doc:"the last free start before, at the same office"`
		After   *startView      `json:"after,omitempty" doc:"the first after, at the same office"`
		Desks   []legBody       `json:"desks" doc:"other desks of the same pools that are free then; told to seats only"`
		Offices []foundView     `json:"offices" doc:"other offices, nearest first, each with the start nearest in time"`
	}
}

func (s *Service) postWhy(ctx context.Context, in *whyInput) (*whyOutput, error) {
	c, seated := CallerFrom(ctx)
	w := WhyRequest{Office: in.Office, Booth: in.Body.Booth, Start: in.Body.Start}
	w.Legs = requests(in.Body.Legs)
	if in.Body.Resident != nil {
		if err := s.mayName(c, seated, w); err != nil {
			return nil, err
		}
		var err error
		if w.Resident, err = in.Body.Resident.person(); err != nil {
			return nil, err
		}
	}
	why, err := s.Why(ctx, w)
	if err != nil {
		return nil, s.told(ctx, "why", err)
	}
	out := &whyOutput{}
	out.Body.Free, out.Body.Rules, out.Body.Reasons = why.Free, why.Rules, []whyReasonView{}
	out.Body.Before, out.Body.After = startOf(why.Before), startOf(why.After)
	out.Body.Desks, out.Body.Offices = []legBody{}, []foundView{}
	for _, r := range why.Reasons {
		v := whyReasonView{ReasonView: ReasonView(r.Reason), Booth: r.Booth, Service: r.Service}
		if seated {
			v.Desk = r.Desk
		}
		out.Body.Reasons = append(out.Body.Reasons, v)
	}
	if seated {
		out.Body.Desks = append(out.Body.Desks, legBodies(why.Desks)...)
	}
	for _, f := range why.Offices {
		out.Body.Offices = append(out.Body.Offices, f.view(1))
	}
	return out, nil
}

// mayName lets only those ask about a resident who may book for one there.
func (s *Service) mayName(c Caller, seated bool, w WhyRequest) error {
	if !seated {
		return problemNotSignedIn()
	}
	d, err := s.rules()
	if err != nil {
		return err
	}
	q, err := d.inquire(w.Office, w.Booth, w.Legs)
	if err != nil {
		return err
	}
	if !c.books(q) {
		return problemNotYours("ask about a resident here")
	}
	return nil
}

func startOf(a *calendar.Answer) *startView {
	if a == nil {
		return nil
	}
	return &startView{a.Start, a.End}
}

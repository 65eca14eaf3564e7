package booking

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// Wrong numbers on the residents' page: after so many, for one reception number or from one address, nobody is answered
// until the first of them is so old. Six digits and four more: guessing both would take longer than anybody lives.
const (
	myMissesAtMost = 5
	myMissesFor    = 15 * time.Minute
)

type addressKey struct{}

// WithAddress puts the network address a request came from into its context. Requests without one count as one address.
func WithAddress(ctx context.Context, a netip.Addr) context.Context {
	if a = a.Unmap(); a.Is6() { // whoever has one IPv6 address has its network
		if p, err := a.WithZone("").Prefix(64); err == nil {
			a = p.Addr()
		}
	}
	return context.WithValue(ctx, addressKey{}, a)
}

func addressOf(ctx context.Context) string {
	a, _ := ctx.Value(addressKey{}).(netip.Addr)
	return a.String()
}

func (s *Service) registerMy(api huma.API) {
	anybody := []map[string][]string{{}}
	refusals := []int{404, 409, 422, 429, 503}
	const how = "Asks for the reception number of the slip, or the number of the waiting list, and the last four digits of the telephone number given. " +
		"After five wrong tries for one number, or from one address, nobody is answered for a quarter of an hour."
	huma.Register(api, huma.Operation{
		OperationID: "my-appointment", Method: http.MethodPost, Path: "/v1/my/appointment", Tags: []string{"residents"},
		Summary: "A resident looks at the own appointment or place on the waiting list", Description: how, MaxBodyBytes: 4 << 10, Errors: refusals, Security: anybody,
	}, s.postMy)
	huma.Register(api, huma.Operation{
		OperationID: "my-cancel", Method: http.MethodPost, Path: "/v1/my/cancel", Tags: []string{"residents"},
		Summary: "A resident cancels the own appointment, or waits no longer", Description: how, MaxBodyBytes: 4 << 10, Errors: refusals, Security: anybody,
	}, s.postMyCancel)
	huma.Register(api, huma.Operation{
		OperationID: "my-accept", Method: http.MethodPost, Path: "/v1/my/accept", Tags: []string{"residents"},
		Summary: "A resident on the waiting list takes the time offered", Description: how, MaxBodyBytes: 4 << 10, Errors: refusals, Security: anybody,
	}, s.postMyAccept)
	huma.Register(api, huma.Operation{
		OperationID: "my-decline", Method: http.MethodPost, Path: "/v1/my/decline", Tags: []string{"residents"},
		Summary: "A resident on the waiting list passes the time offered on, and waits for another", Description: how, MaxBodyBytes: 4 << 10,
		Errors: refusals, Security: anybody,
	}, s.postMyDecline)
}

type myInput struct {
	Body struct {
		Office    string `json:"office" minLength:"1" maxLength:"40"`
		Reception string `json:"reception" pattern:"^[0-9]{6}$" doc:"six digits"`
		Last4     string `json:"last4" pattern:"^[0-9]{4}$" doc:"last four digits of the telephone number"`
	}
}

// MyAppointment is what a resident sees: when, where, which number, and the neutral word; or how it stands on the waiting
// list.
type MyAppointment struct {
	State       string        `json:"state" enum:"booked,arrived,done,cancelled,noshow,unserved,unknown,disputed,waiting,offered,left" doc:"unknown: being checked; disputed: the office will call; waiting, offered and left are of the waiting list"`
	Office      string        `json:"office"`
	OfficeName  string        `json:"officeName"`
	OfficePhone string        `json:"officePhone"`
	BoothName   string        `json:"boothName,omitempty"`
	Number      int           `json:"number,omitempty" doc:"call number of the day"`
	Start       time.Time     `json:"start" doc:"of a place on the waiting list: from when a time would do"`
	End         time.Time     `json:"end" doc:"of a place on the waiting list: until when"`
	Planned     time.Time     `json:"planned" doc:"when it was to start; earlier than start where something runs late"`
	Words       []string      `json:"words" doc:"neutral: 医院, 薬局, 市役所"`
	Names       []WordingView `json:"names" doc:"the same in each language"`
	Cancellable bool          `json:"cancellable"`
	Place       int           `json:"place,omitempty" doc:"on the waiting list: how many come before, plus one"`
	AnswerBy    time.Time     `json:"answerBy,omitzero" doc:"until when the time offered is kept"`
	Reception   string        `json:"reception,omitempty" doc:"reception number of an appointment just made by accepting; never of one looked at"`
}

type myOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         MyAppointment
}

func (s *Service) postMy(ctx context.Context, in *myInput) (*myOutput, error) {
	m, err := s.mine(ctx, in.Body.Office, in.Body.Reception, in.Body.Last4)
	return s.myView(ctx, "my appointment", m, err)
}

func (s *Service) postMyCancel(ctx context.Context, in *myInput) (*myOutput, error) {
	m, err := s.mine(ctx, in.Body.Office, in.Body.Reception, in.Body.Last4)
	switch {
	case err != nil:
	case m.waiter != nil:
		if err = s.leaveList(ctx, m.store, *m.waiter); err == nil {
			s.log.Info("waits no longer, by the resident", "waiting", m.waiter.ID)
			m.waiter.State = redisstore.WaitLeft
		}
	default:
		if m.appointment, err = s.Cancel(ctx, m.appointment.ID); err == nil {
			s.log.Info("cancelled by the resident", "appointment", m.appointment.ID)
		}
	}
	return s.myView(ctx, "my cancel", m, err)
}

// myView answers with what a resident may see.
func (s *Service) myView(ctx context.Context, what string, m mine, err error) (*myOutput, error) {
	v := MyAppointment{}
	if err == nil && m.waiter != nil {
		v, err = s.myWaiting(ctx, m)
	} else if err == nil {
		v = s.myAppointment(m.appointment)
	}
	if err != nil {
		return nil, s.told(ctx, what, asProblem(err))
	}
	if o, ok := s.dir().Office(v.Office); ok {
		v.OfficeName, v.OfficePhone = o.Name, o.Phone
	}
	return &myOutput{"no-store", v}, nil
}

func (s *Service) myAppointment(a Appointment) MyAppointment {
	v := MyAppointment{
		State: a.State, Office: a.Office, OfficeName: a.OfficeName, BoothName: a.BoothName, Number: a.Number, Start: a.Start, End: a.End,
		Planned: a.Legs[0].Planned, Cancellable: a.State == StateBooked, Words: []string{}, Names: []WordingView{},
	}
	for _, l := range a.Legs {
		if !l.Freed {
			v.say(s.dir(), l.Service)
		}
	}
	return v
}

// say adds the neutral word of a service; one that has left the catalogue is left out.
func (v *MyAppointment) say(d *Directory, service string) {
	if info, ok := d.Service(service); ok {
		v.Words = append(v.Words, info.PublicName)
		v.Names = append(v.Names, wordingView(info.PublicNames))
	}
}

// mine is what a resident who knows both numbers has: an appointment or a place on the waiting list.
type mine struct {
	appointment Appointment
	waiter      *redisstore.Waiter // nil for an appointment
	store       *redisstore.Store
}

// mine finds it. A wrong one of the two numbers, an anonymous matter and nothing at all are answered in the same words.
func (s *Service) mine(ctx context.Context, office, reception, last4 string) (mine, error) {
	o, ok := s.dir().Office(office)
	if !ok {
		return mine{}, problemUnknown("office", office)
	}
	store := s.stores[o.Area]
	tries := []string{
		"{" + o.Area + "}:my:n:" + mac(s.secrets.print, 16, "my number", office, reception),
		"{" + o.Area + "}:my:a:" + mac(s.secrets.print, 16, "my address", addressOf(ctx)),
	}
	if err := s.mayTry(ctx, tries); err != nil {
		return mine{}, err
	}
	var dates []string
	first := calendar.DateOf(s.now()).Add(-1)
	for n := range horizonDays + 2 {
		dates = append(dates, first.Add(n).String())
	}
	ids, err := store.Receptions(ctx, office, dates, reception)
	if err != nil {
		return mine{}, err
	}
	waiting, err := s.waitingUnder(ctx, store, office, reception)
	if err != nil {
		return mine{}, err
	}
	people := map[string]Person{}
	if err := s.unseal(ctx, store, append(slices.Clone(ids), slices.Collect(maps.Keys(waiting))...), people); err != nil {
		return mine{}, err
	}
	for id, p := range people {
		if !p.endsIn(last4) {
			continue
		}
		s.triedWell(ctx, tries)
		concerns(ctx, id)
		if w, waits := waiting[id]; waits {
			return mine{waiter: &w, store: store}, nil
		}
		a, err := s.Appointment(ctx, id)
		return mine{appointment: a, store: store}, err
	}
	return mine{}, fmt.Errorf("find a resident's appointment: %w", redisstore.ErrNotFound)
}

// mayTry counts a try before it is made, so that many at once gain nothing.
func (s *Service) mayTry(ctx context.Context, keys []string) error {
	ctx, cancel := context.WithTimeout(ctx, s.vault.timeout)
	defer cancel()
	counts := make([]*redis.IntCmd, len(keys))
	left := make([]*redis.DurationCmd, len(keys))
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			p.SetNX(ctx, key, 0, myMissesFor)
			counts[i], left[i] = p.Incr(ctx, key), p.PTTL(ctx, key)
		}
		return nil
	})
	if err != nil {
		return errors.Join(redisstore.ErrUnavailable, err)
	}
	for i := range keys {
		if counts[i].Val() > myMissesAtMost {
			p := problem(http.StatusTooManyRequests, SlugTooManyTries, "Too many tries", "too many wrong numbers: wait, or telephone the office")
			wait := max(left[i].Val(), time.Second)
			return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(int((wait + time.Second - 1) / time.Second))}})
		}
	}
	return nil
}

// triedWell takes a try that was right out of the counts. The others stay: one right number does not pay for wrong ones.
func (s *Service) triedWell(ctx context.Context, keys []string) {
	ctx, cancel := context.WithTimeout(ctx, s.vault.timeout)
	defer cancel()
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		for _, key := range keys {
			p.Decr(ctx, key)
		}
		return nil
	})
	if err != nil {
		s.log.Debug("a good try stays counted until it expires", "err", err)
	}
}

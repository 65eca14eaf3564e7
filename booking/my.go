package booking

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
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
	const how = "Asks for the reception number of the slip and the last four digits of the telephone number given. " +
		"After five wrong tries for one number, or from one address, nobody is answered for a quarter of an hour."
	huma.Register(api, huma.Operation{
		OperationID: "my-appointment", Method: http.MethodPost, Path: "/v1/my/appointment", Tags: []string{"residents"},
		Summary: "A resident looks at the own appointment", Description: how, MaxBodyBytes: 4 << 10, Errors: refusals, Security: anybody,
	}, s.postMy)
	huma.Register(api, huma.Operation{
		OperationID: "my-cancel", Method: http.MethodPost, Path: "/v1/my/cancel", Tags: []string{"residents"},
		Summary: "A resident cancels the own appointment", Description: how, MaxBodyBytes: 4 << 10, Errors: refusals, Security: anybody,
	}, s.postMyCancel)
}

type myInput struct {
	Body struct {
		Office    string `json:"office" minLength:"1" maxLength:"40"`
		Reception string `json:"reception" pattern:"^[0-9]{6}$" doc:"six digits"`
		Last4     string `json:"last4" pattern:"^[0-9]{4}$" doc:"last four digits of the telephone number"`
	}
}

// MyAppointment is what a resident sees: when, where, which number, and the neutral word.
type MyAppointment struct {
	State       string    `json:"state" enum:"booked,arrived,done,cancelled,noshow,unserved"`
	Office      string    `json:"office"`
	OfficeName  string    `json:"officeName"`
	OfficePhone string    `json:"officePhone"`
	BoothName   string    `json:"boothName"`
	Number      int       `json:"number" doc:"call number of the day"`
	Start       time.Time `json:"start"`
	End         time.Time `json:"end"`
	Words       []string  `json:"words" doc:"neutral: 医院, 薬局, 市役所"`
	Cancellable bool      `json:"cancellable"`
}

type myOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         MyAppointment
}

func (s *Service) postMy(ctx context.Context, in *myInput) (*myOutput, error) {
	a, err := s.mine(ctx, in.Body.Office, in.Body.Reception, in.Body.Last4)
	if err != nil {
		return nil, s.told(ctx, "my appointment", asProblem(err))
	}
	return s.myView(a), nil
}

func (s *Service) postMyCancel(ctx context.Context, in *myInput) (*myOutput, error) {
	a, err := s.mine(ctx, in.Body.Office, in.Body.Reception, in.Body.Last4)
	if err == nil {
		a, err = s.Cancel(ctx, a.ID)
	}
	if err != nil {
		return nil, s.told(ctx, "my cancel", asProblem(err))
	}
	s.log.Info("cancelled by the resident", "appointment", a.ID)
	return s.myView(a), nil
}

func (s *Service) myView(a Appointment) *myOutput {
	v := MyAppointment{
		State: a.State, Office: a.Office, OfficeName: a.OfficeName, BoothName: a.BoothName, Number: a.Number, Start: a.Start, End: a.End,
		Cancellable: a.State == StateBooked,
	}
	if o, ok := s.dir().Office(a.Office); ok {
		v.OfficePhone = o.Phone
	}
	for _, l := range a.Legs {
		v.Words = append(v.Words, l.PublicName)
	}
	return &myOutput{"no-store", v}
}

// mine finds the appointment of a resident who knows both numbers. A wrong one of the two, an anonymous matter and
// nothing at all are answered in the same words.
func (s *Service) mine(ctx context.Context, office, reception, last4 string) (Appointment, error) {
	o, ok := s.dir().Office(office)
	if !ok {
		return Appointment{}, problemUnknown("office", office)
	}
	store := s.stores[o.Area]
	tries := []string{
		"{" + o.Area + "}:my:n:" + mac(s.secrets.print, 16, "my number", office, reception),
		"{" + o.Area + "}:my:a:" + mac(s.secrets.print, 16, "my address", addressOf(ctx)),
	}
	if err := s.mayTry(ctx, tries); err != nil {
		return Appointment{}, err
	}
	var dates []string
	first := calendar.DateOf(s.now()).Add(-1)
	for n := range horizonDays + 2 {
		dates = append(dates, first.Add(n).String())
	}
	ids, err := store.Receptions(ctx, office, dates, reception)
	if err != nil {
		return Appointment{}, err
	}
	people := map[string]Person{}
	if err := s.unseal(ctx, store, ids, people); err != nil {
		return Appointment{}, err
	}
	for _, id := range ids {
		if p, known := people[id]; known && p.endsIn(last4) {
			s.triedWell(ctx, tries)
			return s.Appointment(ctx, id)
		}
	}
	return Appointment{}, fmt.Errorf("find a resident's appointment: %w", redisstore.ErrNotFound)
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

package signaling

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/signaling/audit"
)

// registerOperating adds what helps whoever looks after the booths.
func (b *Broker) registerOperating(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "timelines", Method: http.MethodGet, Path: "/v1/offices/{office}/timelines", Summary: "What happened to a visit",
		Description: "For administrators: by an office's day and the number called or the reception number of the slip, what happened " +
			"when, who was connected and let in, by seat. No names, no addresses, nothing of what was talked about.",
		Tags: []string{"sessions"}, Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusServiceUnavailable},
	}, b.readTimelines)
	huma.Register(api, huma.Operation{
		OperationID: "remote", Method: http.MethodPost, Path: "/v1/booths/{booth}/remote", Summary: "Have a booth do something to itself",
		Description: "For administrators, the booth's own counter, and the desk that talks with the booth: load the page again, or put the volume back. " +
			"Answers when the booth has said so.",
		Tags: []string{"sessions"}, MaxBodyBytes: 1 << 10,
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusGatewayTimeout},
	}, b.remote)
}

type timelinesInput struct {
	Office string `path:"office" maxLength:"64"`
	Day    string `query:"day" format:"date" doc:"in Japan; today if left out"`
	Number string `query:"number" required:"true" minLength:"1" maxLength:"8" pattern:"^[0-9]+$" doc:"call number of the day, or reception number"`
}

type timelinesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Visits []Timeline `json:"visits" doc:"oldest first; more than one where a visit was opened again"`
	}
}

// Timeline is what happened to one visit.
type Timeline struct {
	Session  string    `json:"session"`
	Booth    string    `json:"booth"`
	Number   int       `json:"number"`
	OpenedAt time.Time `json:"openedAt"`
	Moments  []Moment  `json:"moments"`
}

func (b *Broker) readTimelines(ctx context.Context, in *timelinesInput) (*timelinesOutput, error) {
	seat, err := b.caller(ctx)
	if err != nil {
		return nil, err
	}
	if seat.Role != roleAdmin {
		return nil, problem(http.StatusForbidden, "not-yours", "Not yours", "only administrators read timelines")
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	day := in.Day
	if day == "" {
		day = dayOf(b.now())
	}
	of, err := b.timelines.ofDay(ctx, in.Office, day)
	if err != nil {
		return nil, b.failed("timelines", err)
	}
	out := &timelinesOutput{CacheControl: "no-store"}
	out.Body.Visits = []Timeline{}
	for id, one := range of {
		if strconv.Itoa(one.Number) != in.Number && one.Reception != in.Number {
			continue
		}
		moments, err := b.timelines.read(ctx, id)
		if err != nil {
			return nil, b.failed("timelines", err)
		}
		slices.SortStableFunc(moments, func(a, b Moment) int { return a.At.Compare(b.At) })
		out.Body.Visits = append(out.Body.Visits, Timeline{id, one.Booth, one.Number, one.OpenedAt.In(tokyo), moments})
	}
	slices.SortFunc(out.Body.Visits, func(a, b Timeline) int { return a.OpenedAt.Compare(b.OpenedAt) })
	b.note(ctx, audit.Entry{Action: audit.TimelineRead, Office: in.Office, Detail: map[string]string{"day": day, "number": in.Number}})
	b.log.Info("timeline read", "seat", seat.ID, "office", in.Office, "day", day, "visits", len(out.Body.Visits))
	return out, nil
}

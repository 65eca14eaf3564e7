package booking

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/courier"
)

// Register adds what administrators see of notices to an API.
func (n *Notifier) Register(api huma.API) {
	refusals := []int{401, 403, 404, 503}
	administered(n.s, api, huma.Operation{
		OperationID: "deliveries", Method: http.MethodGet, Path: "/v1/deliveries", Tags: []string{"notices"},
		Summary:     "What waits to be sent, and what was given up",
		Description: "For administrators. One entry for each receiver: webhooks (hook-ID), mail, sms, voice.", Errors: refusals,
	}, n.listDeliveries)
	administered(n.s, api, huma.Operation{
		OperationID: "deliver-again", Method: http.MethodPost, Path: "/v1/deliveries/{channel}/{id}/again", Tags: []string{"notices"},
		Summary: "Send something again that was given up", Description: "For administrators. It keeps its id and its content.",
		DefaultStatus: http.StatusNoContent, Errors: refusals,
	}, n.postAgain)
}

type deliveriesOutput struct {
	Body struct {
		Channels []DeliveryLine `json:"channels"`
	}
}

// DeliveryLine is how one receiver stands.
type DeliveryLine struct {
	Area    string        `json:"area"`
	Channel string        `json:"channel" example:"hook-clinic"`
	Waiting int64         `json:"waiting" doc:"in the queue, those being tried included"`
	GivenUp []GivenUpLine `json:"givenUp" doc:"the oldest first"`
	Missed  []courier.Gap `json:"missed" doc:"times of which the receiver was told nothing because the outbox no longer had it, the latest first: have it read everything anew"`
}

// GivenUpLine is a notice that no try has delivered.
type GivenUpLine struct {
	ID          string    `json:"id"`
	Appointment string    `json:"appointment"`
	Type        string    `json:"type"`
	At          time.Time `json:"at"`
	Tries       int       `json:"tries"`
	Failed      string    `json:"failed" doc:"why the last try failed"`
}

func (n *Notifier) listDeliveries(ctx context.Context, _ Caller, _ *struct{}) (*deliveriesOutput, error) {
	out := &deliveriesOutput{}
	out.Body.Channels = []DeliveryLine{}
	for _, area := range n.s.dir().Areas() {
		for _, ch := range n.channels {
			line, err := n.delivery(ctx, area.ID, ch.id)
			if err != nil {
				return nil, unavailableProblem(err)
			}
			out.Body.Channels = append(out.Body.Channels, line)
		}
	}
	return out, nil
}

func (n *Notifier) delivery(ctx context.Context, area, ch string) (DeliveryLine, error) {
	q := courier.NewQueue(n.s.rdb, area, ch)
	line := DeliveryLine{Area: area, Channel: ch, GivenUp: []GivenUpLine{}}
	var err error
	if line.Waiting, err = q.Waiting(ctx); err != nil {
		return line, err
	}
	if line.Missed, err = q.Missed(ctx); err != nil {
		return line, err
	}
	aside, err := q.Aside(ctx)
	for _, j := range aside {
		line.GivenUp = append(line.GivenUp, GivenUpLine{j.ID, j.Subject, j.Type, j.At, j.Tries, j.Failed})
	}
	return line, err
}

type againInput struct {
	Channel string `path:"channel" maxLength:"60"`
	ID      string `path:"id" maxLength:"120"`
}

func (n *Notifier) postAgain(ctx context.Context, _ Caller, in *againInput) (*struct{}, error) {
	for _, area := range n.s.dir().Areas() {
		for _, ch := range n.channels {
			if ch.id != in.Channel {
				continue
			}
			err := courier.NewQueue(n.s.rdb, area.ID, ch.id).Again(ctx, in.ID)
			if errors.Is(err, courier.ErrNoJob) {
				continue
			}
			if err != nil {
				return nil, unavailableProblem(err)
			}
			return nil, nil
		}
	}
	return nil, problem(http.StatusNotFound, SlugUnknownNotice, "Unknown notice", "nothing of that id was given up there")
}

package booking

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// registerBlocks adds what keeps places and desks from being booked.
func (s *Service) registerBlocks(api huma.API) {
	refusals := []int{400, 401, 403, 404, 409, 422, 503}
	seated(s, api, huma.Operation{
		OperationID: "block", Method: http.MethodPost, Path: "/v1/blocks", Tags: []string{"blocks"}, DefaultStatus: http.StatusCreated,
		Summary: "Keep a booth, a desk or all booths of an office from being booked",
		Description: "Anything booked then refuses the block and is named, unless it goes around: then visits get another booth at the same time where " +
			"there is one, the others are listed and keep their time until they have been moved.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postBlock)
	seated(s, api, huma.Operation{
		OperationID: "blocks", Method: http.MethodGet, Path: "/v1/blocks", Tags: []string{"blocks"},
		Summary: "List the blocks in force and to come", Description: "Those the seat may lift.", Errors: refusals,
	}, s.getBlocks)
	seated(s, api, huma.Operation{
		OperationID: "unblock", Method: http.MethodDelete, Path: "/v1/blocks/{id}", Tags: []string{"blocks"},
		Summary: "Lift a block from now on", Errors: refusals,
	}, s.deleteBlock)
}

type blockInput struct {
	Key  string `header:"Idempotency-Key" doc:"required: new for each block, the same for each repetition"`
	Body struct {
		Office string    `json:"office,omitempty" maxLength:"40" doc:"one of office, booth and desk"`
		Booth  string    `json:"booth,omitempty" maxLength:"40"`
		Desk   string    `json:"desk,omitempty" maxLength:"40"`
		Kind   string    `json:"kind" enum:"closure,cleaning,sick,away"`
		Start  time.Time `json:"start"`
		End    time.Time `json:"end" doc:"at most 92 days later"`
		Around bool      `json:"around,omitempty" doc:"leave what is booked to be moved"`
	}
}

type blockOutput struct{ Body Block }

func (s *Service) postBlock(ctx context.Context, c Caller, in *blockInput) (*blockOutput, error) {
	b := in.Body
	block, err := s.Block(ctx, c, BlockRequest{
		Key: in.Key, Office: b.Office, Booth: b.Booth, Desk: b.Desk, Kind: b.Kind, Start: b.Start, End: b.End, Around: b.Around,
	})
	if err == nil {
		block.Rehoused, err = s.View(ctx, block.Rehoused...)
	}
	for i := 0; i < len(block.InTheWay) && err == nil; i++ {
		var view []Appointment
		if view, err = s.View(ctx, block.InTheWay[i].Appointment); err == nil {
			block.InTheWay[i].Appointment = view[0]
		}
	}
	if err != nil {
		return nil, err
	}
	return &blockOutput{block}, nil
}

type blocksInput struct {
	Area string `query:"area" required:"true" maxLength:"40"`
}

type blocksOutput struct {
	Body struct {
		Blocks []Block `json:"blocks"`
	}
}

func (s *Service) getBlocks(ctx context.Context, c Caller, in *blocksInput) (*blocksOutput, error) {
	list, err := s.Blocks(ctx, c, in.Area)
	if err != nil {
		return nil, err
	}
	out := &blocksOutput{}
	out.Body.Blocks = list
	return out, nil
}

type blockIDInput struct {
	ID string `path:"id" pattern:"^x_[a-z2-7]{20,40}$" doc:"id of the block"`
}

func (s *Service) deleteBlock(ctx context.Context, c Caller, in *blockIDInput) (*blockOutput, error) {
	b, err := s.Unblock(ctx, c, in.ID)
	return &blockOutput{b}, err
}

package booking

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// A desk is lent to another area for a window of time. No step reaches over two areas, so it is done in two halves, each
// of which alone is safe: first the desk is blocked at home, then the window is opened in the area that borrows. What
// dies in between leaves a desk nobody can book; within openWithin somebody opens the window, and after that it can no
// longer be opened and the block is lifted. Giving back goes the other way round: first the window is closed, then the
// block is lifted.

const (
	openWithin = time.Minute
	maxLend    = 31 * 24 * time.Hour
)

// Lend is a desk lent to another area for a while.
type Lend struct {
	ID    string    `json:"id"`
	Desk  string    `json:"desk"`
	Area  string    `json:"area" doc:"that borrows"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Open  bool      `json:"open" doc:"it can be booked there"`
}

// LendRequest asks to lend a desk.
type LendRequest struct {
	Key, Desk, Area string
	Start, End      time.Time
}

// Lend lends a desk to another area for a window of time. What is booked there then at home refuses it.
func (s *Service) Lend(ctx context.Context, c Caller, l LendRequest) (Lend, error) {
	if err := checkKey(l.Key); err != nil {
		return Lend{}, err
	}
	k, ok := s.dir().Desk(l.Desk)
	pool, _ := s.dir().Pool(k.Pool)
	guest, there := s.stores[l.Area]
	switch {
	case !ok:
		return Lend{}, problemUnknown("desk", l.Desk)
	case !c.tends(k):
		return Lend{}, problemNotYours("lend this desk")
	case !there || !slices.Contains(pool.Lends, l.Area):
		return Lend{}, problemInvalid("body.area", "the pool of this desk does not lend to it")
	case !l.End.After(l.Start) || l.End.Sub(l.Start) > maxLend || !l.End.After(s.now()):
		return Lend{}, problemInvalid("body.end", "must be after start and now, and at most 31 days later")
	}
	request, err := s.request(c, l.Key, "lend", l.Desk, l.Area, l.Start.UnixMilli(), l.End.UnixMilli())
	if err != nil {
		return Lend{}, asProblem(err)
	}
	now, err := guest.Now(ctx)
	if err != nil {
		return Lend{}, asProblem(err)
	}
	home := s.stores[k.Area]
	block, err := home.Lend(ctx, redisstore.LendRequest{
		ID: "x_" + request.Key, Fingerprint: request.Fingerprint, By: c.Seat, Desk: l.Desk, Guest: l.Area, Start: l.Start, End: l.End,
		OpenUntil: now.Add(openWithin),
	})
	var refused *redisstore.InTheWayError
	if errors.As(err, &refused) {
		return Lend{}, s.inTheWay(ctx, home, refused)
	}
	if err != nil {
		return Lend{}, asProblem(err)
	}
	if err := guest.Open(ctx, block); err != nil {
		return Lend{}, asProblem(err)
	}
	return lendView(block, true), nil
}

func lendView(b redisstore.Block, open bool) Lend {
	return Lend{
		ID: b.ID, Desk: b.Ledgers[0].ID, Area: b.Guest, Start: b.Start.In(calendar.Tokyo), End: b.End.In(calendar.Tokyo), Open: open,
	}
}

// GiveBack ends a lend: what is booked in what is left of the window refuses it.
func (s *Service) GiveBack(ctx context.Context, c Caller, id string) error {
	for _, a := range s.dir().Areas() {
		home := s.stores[a.ID]
		b, err := home.GetBlock(ctx, id)
		if errors.Is(err, redisstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return asProblem(err)
		}
		k, _ := s.dir().Desk(b.Ledgers[0].ID)
		if b.Kind != blockLend || !c.tends(k) {
			return problemNotYours("give this desk back")
		}
		return asProblem(s.giveBack(ctx, home, b))
	}
	return asProblem(redisstore.ErrNotFound)
}

func (s *Service) giveBack(ctx context.Context, home *redisstore.Store, b redisstore.Block) error {
	guest, there := s.stores[b.Guest]
	if !there {
		return errors.New("the area that borrows is no longer in the catalogue")
	}
	err := guest.Close(ctx, b)
	var refused *redisstore.InTheWayError
	if errors.As(err, &refused) {
		return s.inTheWay(ctx, guest, refused)
	}
	if err == nil {
		// Not before it is certain that nobody opens it again.
		var can bool
		if can, err = guest.CanOpen(ctx, b); err == nil && can {
			return nil // the next round lifts the block
		}
	}
	if err == nil {
		_, err = home.Unblock(ctx, b.ID)
	}
	return err
}

// tendLends lifts the blocks of lends whose window is not open and never will be: those given back, and those whose
// opening somebody did not live to see.
func (s *Service) tendLends(ctx context.Context, home *redisstore.Store) error {
	blocks, err := home.Blocks(ctx)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		guest, there := s.stores[b.Guest]
		if b.Kind != blockLend || !there {
			continue
		}
		can, err := guest.CanOpen(ctx, b)
		if err == nil && !can {
			_, err = home.Unblock(ctx, b.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) registerLends(api huma.API) {
	refusals := []int{400, 401, 403, 404, 409, 422, 503}
	seated(s, api, huma.Operation{
		OperationID: "lend", Method: http.MethodPost, Path: "/v1/lends", Tags: []string{"blocks"}, DefaultStatus: http.StatusCreated,
		Summary: "Lend a desk to another area for a window of time",
		Description: "Within the window it can be booked there and not at home. Refused where something is booked then. For the desk, its reception " +
			"and administrators.",
		MaxBodyBytes: maxBody, Errors: refusals,
	}, s.postLend)
	seated(s, api, huma.Operation{
		OperationID: "give-back", Method: http.MethodDelete, Path: "/v1/lends/{id}", Tags: []string{"blocks"},
		Summary: "Give a desk back before its window ends", DefaultStatus: http.StatusNoContent, Errors: refusals,
	}, s.deleteLend)
}

type lendInput struct {
	Key  string `header:"Idempotency-Key" doc:"required: new for each lend, the same for each repetition"`
	Body struct {
		Desk  string    `json:"desk" minLength:"1" maxLength:"40"`
		Area  string    `json:"area" minLength:"1" maxLength:"40" doc:"that borrows"`
		Start time.Time `json:"start"`
		End   time.Time `json:"end" doc:"at most 31 days later"`
	}
}

type lendOutput struct{ Body Lend }

func (s *Service) postLend(ctx context.Context, c Caller, in *lendInput) (*lendOutput, error) {
	l, err := s.Lend(ctx, c, LendRequest{Key: in.Key, Desk: in.Body.Desk, Area: in.Body.Area, Start: in.Body.Start, End: in.Body.End})
	return &lendOutput{l}, err
}

func (s *Service) deleteLend(ctx context.Context, c Caller, in *blockIDInput) (*struct{}, error) {
	return nil, s.GiveBack(ctx, c, in.ID)
}

package booking

import (
	"context"
	"errors"
	"slices"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// Kinds of blocks.
const (
	BlockClosure  = "closure"  // the place is closed for once
	BlockCleaning = "cleaning" // the booth is cleaned
	BlockSick     = "sick"     // the booth's self-test has failed
	BlockAway     = "away"     // the desk is not served
	blockLend     = "lend"     // the desk is another area's
)

// maxBlock bounds how long one block is.
const maxBlock = 92 * 24 * time.Hour

// BlockRequest keeps a booth, a desk or all booths of an office from being booked.
type BlockRequest struct {
	Key                 string // idempotency key
	Office, Booth, Desk string // one of them
	Kind                string
	Start, End          time.Time
	Around              bool // leave what is booked, to be moved, and take the rest; else anything booked refuses the block
}

// Block is something that keeps a place or desk from being booked.
type Block struct {
	ID       string          `json:"id"`
	Kind     string          `json:"kind" enum:"closure,cleaning,sick,away,lend"`
	State    string          `json:"state" enum:"blocked,lifted"`
	Office   string          `json:"office,omitempty"`
	Booths   []string        `json:"booths"`
	Desks    []string        `json:"desks"`
	Area     string          `json:"area,omitempty" doc:"that borrows, where a desk is lent"`
	AreaName string          `json:"areaName,omitempty"`
	Start    time.Time       `json:"start"`
	End      time.Time       `json:"end"`
	Rehoused []Appointment   `json:"rehoused,omitempty" doc:"visits that were in the way and have another booth at the same time now"`
	InTheWay []DelayConflict `json:"inTheWay,omitempty" doc:"visits that keep their time until staff have moved them"`
}

// Block keeps something from being booked. Where it goes around what is booked, visits that have not begun get another
// booth at the same time if there is one; the others keep their time until they have been moved, and then the block takes
// it.
func (s *Service) Block(ctx context.Context, c Caller, b BlockRequest) (Block, error) {
	if err := checkKey(b.Key); err != nil {
		return Block{}, err
	}
	area, office, ledgers, err := s.dir().blocked(b)
	if err != nil {
		return Block{}, err
	}
	switch {
	case !c.blocks(office, b.Desk, s.dir()):
		return Block{}, problemNotYours("block this")
	case !slices.Contains([]string{BlockClosure, BlockCleaning, BlockSick, BlockAway}, b.Kind):
		return Block{}, problemInvalid("body.kind", "must be closure, cleaning, sick or away")
	case !b.End.After(b.Start) || b.End.Sub(b.Start) > maxBlock:
		return Block{}, problemInvalid("body.end", "must be after start and at most 92 days later")
	}
	request, err := s.request(c, b.Key, "block", b.Office, b.Booth, b.Desk, b.Kind, b.Start.UnixMilli(), b.End.UnixMilli(), b.Around)
	if err != nil {
		return Block{}, asProblem(err)
	}
	store := s.stores[area]
	block, way, err := store.Block(ctx, redisstore.BlockRequest{
		ID: "x_" + request.Key, Fingerprint: request.Fingerprint, Office: officeOr(office), Kind: b.Kind, By: c.Seat, Ledgers: ledgers,
		Start: b.Start, End: b.End, Around: b.Around,
	})
	var refused *redisstore.InTheWayError
	if errors.As(err, &refused) {
		return Block{}, s.inTheWay(ctx, store, refused)
	}
	if err != nil {
		return Block{}, asProblem(err)
	}
	view := blockView(block)
	if err := s.rehouse(ctx, store, &view, block, way); err != nil {
		return view, asProblem(err)
	}
	return view, nil
}

// officeOr gives the store's word for no office.
func officeOr(id string) string {
	if id == "" {
		return "-"
	}
	return id
}

// blocked finds what a block takes.
func (d *Directory) blocked(b BlockRequest) (area, office string, ledgers []redisstore.Ledger, err error) {
	switch {
	case b.Desk != "" && b.Booth == "" && b.Office == "":
		k, ok := d.Desk(b.Desk)
		if !ok {
			return "", "", nil, problemUnknown("desk", b.Desk)
		}
		return k.Area, "", []redisstore.Ledger{{Kind: redisstore.KindDesk, ID: k.ID}}, nil
	case b.Booth != "" && b.Desk == "" && b.Office == "":
		booth, ok := d.Booth(b.Booth)
		if !ok {
			return "", "", nil, problemUnknown("booth", b.Booth)
		}
		o, _ := d.Office(booth.Office)
		return o.Area, o.ID, []redisstore.Ledger{{Kind: redisstore.KindBooth, ID: b.Booth}}, nil
	case b.Office != "" && b.Desk == "" && b.Booth == "":
		o, ok := d.Office(b.Office)
		if !ok {
			return "", "", nil, problemUnknown("office", b.Office)
		}
		for _, booth := range o.Booths {
			ledgers = append(ledgers, redisstore.Ledger{Kind: redisstore.KindBooth, ID: booth.ID})
		}
		return o.Area, o.ID, ledgers, nil
	default:
		return "", "", nil, problemInvalid("body", "name one of office, booth and desk")
	}
}

// blocks reports whether the caller may block: the counter its office and booths, whoever tends a desk the desk, a booth
// itself when its self-test fails, and administrators everything.
func (c Caller) blocks(office, desk string, d *Directory) bool {
	kind, id := c.seat()
	switch {
	case kind == seatAdmin:
		return true
	case desk != "":
		k, _ := d.Desk(desk)
		return c.tends(k)
	case kind == seatBooth:
		b, _ := d.Booth(id)
		return b.Office == office
	default:
		return kind == seatCounter && id == office
	}
}

func blockView(b redisstore.Block) Block {
	v := Block{ID: b.ID, Kind: b.Kind, State: b.State, Booths: []string{}, Desks: []string{}, Area: b.Guest, Start: b.Start.In(calendar.Tokyo), End: b.End.In(calendar.Tokyo)}
	if b.Office != "-" {
		v.Office = b.Office
	}
	for _, l := range b.Ledgers {
		if l.Kind == redisstore.KindBooth {
			v.Booths = append(v.Booths, l.ID)
		} else {
			v.Desks = append(v.Desks, l.ID)
		}
	}
	return v
}

// inTheWay refuses a block by naming what it met.
func (s *Service) inTheWay(ctx context.Context, store *redisstore.Store, refused *redisstore.InTheWayError) error {
	p := problem(409, SlugInTheWay, "Bookings are in the way", "%d bookings are in the way: move them, or block around them", len(refused.IDs)).because(refused)
	for _, id := range refused.IDs {
		p.at("booking", id)
	}
	return p
}

// rehouse gives visits in the way of a block another booth at the same time where there is one, lists the others, and
// lets the block take what has become free.
func (s *Service) rehouse(ctx context.Context, store *redisstore.Store, view *Block, b redisstore.Block, way []string) error {
	moved := false
	for _, id := range way {
		r, err := store.Get(ctx, id)
		if errors.Is(err, redisstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if r.State != StateBooked && r.State != StateArrived {
			continue // a hold, which confirms or dies soon; or another block
		}
		after, err := s.otherBooth(ctx, store, r, b)
		switch {
		case err == nil:
			moved = true
			view.Rehoused = append(view.Rehoused, s.dir().appointment(store.Area(), after))
		case errors.Is(err, ErrUnavailable):
			return err
		default:
			conflict, err := s.conflict(ctx, store, r, nil, nil, r.Start)
			if err != nil {
				return err
			}
			view.InTheWay = append(view.InTheWay, conflict)
		}
	}
	if !moved {
		return nil
	}
	_, err := store.Refill(ctx, b)
	return err
}

// otherBooth moves a visit to another booth of its office, at the same time with the same desks.
func (s *Service) otherBooth(ctx context.Context, store *redisstore.Store, r redisstore.Record, b redisstore.Block) (redisstore.Record, error) {
	if err := movable(r); err != nil {
		return r, err
	}
	legs := legsAfter(r, nil)
	needed := slices.DeleteFunc(slices.Clone(r.Legs), func(l redisstore.Leg) bool { return l.Freed })
	for i := range legs {
		legs[i].Desk = needed[i].Desk
	}
	q, err := s.dir().inquire(r.Office, "", legs)
	if err != nil {
		return r, err
	}
	to, err := s.relocation(ctx, store, q, r, r.Start)
	if err != nil {
		return r, err
	}
	to.Booth.Candidates = slices.DeleteFunc(to.Booth.Candidates, func(id string) bool {
		return slices.Contains(b.Ledgers, redisstore.Ledger{Kind: redisstore.KindBooth, ID: id})
	})
	if len(to.Booth.Candidates) == 0 {
		return r, refusal(nil)
	}
	return store.Move(ctx, redisstore.MoveRequest{
		Request: redisstore.Request{Key: b.ID + ":" + r.ID, Fingerprint: b.ID}, Rules: s.dir().Rules(), Relocation: to,
	})
}

// Blocks lists the blocks of the caller's office or desk that are in force or to come; all of the area for
// administrators.
func (s *Service) Blocks(ctx context.Context, c Caller, area string) ([]Block, error) {
	store, ok := s.stores[area]
	if !ok {
		return nil, problemInvalid("query.area", "unknown")
	}
	blocks, err := store.Blocks(ctx)
	if err != nil {
		return nil, asProblem(err)
	}
	list := []Block{}
	for _, b := range blocks {
		if s.mayBlock(c, b) {
			v := blockView(b)
			for _, a := range s.dir().Areas() {
				if a.ID == v.Area {
					v.AreaName = a.Name
				}
			}
			list = append(list, v)
		}
	}
	return list, nil
}

// mayBlock reports whether a block is the caller's to know and to lift.
func (s *Service) mayBlock(c Caller, b redisstore.Block) bool {
	v := blockView(b)
	if len(v.Desks) > 0 {
		return c.blocks("", v.Desks[0], s.dir())
	}
	return c.blocks(v.Office, "", s.dir())
}

// Unblock lifts a block from now on.
func (s *Service) Unblock(ctx context.Context, c Caller, id string) (Block, error) {
	for _, a := range s.dir().Areas() {
		b, err := s.stores[a.ID].GetBlock(ctx, id)
		if errors.Is(err, redisstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return Block{}, asProblem(err)
		}
		if !s.mayBlock(c, b) || b.Kind == blockLend {
			return Block{}, problemNotYours("lift this block")
		}
		b, err = s.stores[a.ID].Unblock(ctx, id)
		return blockView(b), asProblem(err)
	}
	return Block{}, asProblem(redisstore.ErrNotFound)
}

// refill lets blocks take what was in their way and has been moved since.
func (s *Service) refill(ctx context.Context, store *redisstore.Store) error {
	blocks, err := store.Blocks(ctx)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if !b.Around || b.State != redisstore.StateBlocked {
			continue
		}
		if _, err := store.Refill(ctx, b); err != nil && !errors.As(err, new(*redisstore.StateError)) {
			return err
		}
	}
	return nil
}

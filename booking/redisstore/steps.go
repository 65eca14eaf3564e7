package redisstore

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Confirmation is who a hold is for.
type Confirmation struct {
	Resident   string // index of the resident's ledger; "" for an anonymous matter
	Anonymous  bool
	Who        []byte   // sealed personal record; nil keeps the one given with the hold
	Date       string   // civil date of the start, for the office's numbers
	Receptions []string // random reception numbers to try, in order
}

// ErrResidentBusy says that the resident has another appointment during the visit.
var ErrResidentBusy = errors.New("the resident has another appointment then")

// ErrNoReception says that none of the reception numbers given was free; ask again with others.
var ErrNoReception = errors.New("no reception number was free")

// Confirm makes a live hold an appointment. Repeating it for the same resident changes nothing. It gives ErrExpired,
// ErrLost, ErrResidentBusy, ErrMismatch (confirmed before for somebody else), ErrUnnamed, ErrNoReception, ErrNotFound.
func (s *Store) Confirm(ctx context.Context, id string, c Confirmation) (Record, error) {
	err := again(func() error { return s.confirm(ctx, id, c) })
	if err != nil {
		return Record{}, fmt.Errorf("confirm hold %s: %w", id, err)
	}
	return s.Get(ctx, id)
}

func (s *Store) confirm(ctx context.Context, id string, c Confirmation) error {
	r, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	keys := []string{
		s.record(id), s.due(), s.outbox(), s.rev(), s.who(id), s.sequence(r.Office, c.Date), s.receptions(r.Office, c.Date),
		s.day("office", r.Office, c.Date),
	}
	keys = append(keys, s.ledgers(r)...)
	fresh := c.Resident != "" && c.Resident != r.Resident
	if fresh {
		keys = append(keys, s.ledger("resident:"+c.Resident))
	}
	for _, l := range r.Legs {
		keys = append(keys, s.day("desk", l.Desk, c.Date))
	}
	args := []any{
		id, r.Version, c.Resident, flag(c.Anonymous), string(c.Who), millis(r.End.Add(s.opts.KeepWho)), s.Channel(), s.opts.Outbox,
		millis(r.End.Add(s.opts.KeepRecord)), len(r.claims), flag(fresh), len(r.Legs), len(s.ledger("")), ledgerTTL.Milliseconds(),
	}
	for _, number := range c.Receptions {
		args = append(args, number)
	}
	answer, err := s.run(ctx, s.steps.confirm, keys, args...)
	if err != nil {
		return err
	}
	switch answer[0] {
	case "booked", "replay":
		return nil
	case "taken":
		return ErrResidentBusy
	case "again":
		return ErrNoReception
	default:
		return refused(answer)
	}
}

// Cancel gives an appointment up before arrival. It gives *StateError after.
func (s *Store) Cancel(ctx context.Context, id string) (Record, error) {
	return s.step(ctx, "cancel", id, func(r Record) ([]string, error) {
		keys := append([]string{s.record(id), s.outbox(), s.rev(), s.who(id)}, s.ledgers(r)...)
		return s.run(ctx, s.steps.cancel, keys, id, r.Version, s.Channel(), s.opts.Outbox)
	})
}

// CheckIn says that the resident is here. It gives *StateError for anything but an appointment not yet begun.
func (s *Store) CheckIn(ctx context.Context, id string) (Record, error) {
	return s.step(ctx, "check in", id, func(Record) ([]string, error) {
		return s.run(ctx, s.steps.checkIn, []string{s.record(id), s.outbox(), s.rev()}, id, s.Channel(), s.opts.Outbox)
	})
}

// LegStarted says that the consultation of a leg, counted from 0, has begun.
func (s *Store) LegStarted(ctx context.Context, id string, leg int) (Record, error) {
	return s.step(ctx, "start leg of", id, func(r Record) ([]string, error) {
		if err := r.hasLeg(leg); err != nil {
			return nil, err
		}
		return s.run(ctx, s.steps.legStart, []string{s.record(id), s.outbox(), s.rev()}, id, leg, s.Channel(), s.opts.Outbox)
	})
}

// LegDone says that a leg is over and frees what is left of its desk's time.
func (s *Store) LegDone(ctx context.Context, id string, leg int) (Record, error) {
	return s.step(ctx, "end leg of", id, func(r Record) ([]string, error) {
		if err := r.hasLeg(leg); err != nil {
			return nil, err
		}
		keys := append([]string{s.record(id), s.outbox(), s.rev()}, s.ledgers(r)...)
		return s.run(ctx, s.steps.legDone, keys, id, r.Version, leg, s.Channel(), s.opts.Outbox)
	})
}

// Finish ends a visit as StateDone or StateNoShow and frees what is left of everybody's time, the booth's cleaning
// excepted.
func (s *Store) Finish(ctx context.Context, id, outcome string) (Record, error) {
	if outcome != StateDone && outcome != StateNoShow {
		return Record{}, fmt.Errorf("finish %s: outcome %q is neither %s nor %s", id, outcome, StateDone, StateNoShow)
	}
	return s.step(ctx, "finish", id, func(r Record) ([]string, error) {
		keys := append([]string{s.record(id), s.outbox(), s.rev()}, s.ledgers(r)...)
		return s.run(ctx, s.steps.finish, keys, id, r.Version, outcome, s.Channel(), s.opts.Outbox)
	})
}

// step reads the record its keys are made from, runs, and reads the record it left.
func (s *Store) step(ctx context.Context, what, id string, run func(Record) ([]string, error)) (Record, error) {
	err := again(func() error {
		r, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		answer, err := run(r)
		if err != nil {
			return err
		}
		return refused(answer)
	})
	if err != nil {
		return Record{}, fmt.Errorf("%s %s: %w", what, id, err)
	}
	return s.Get(ctx, id)
}

func (r Record) hasLeg(leg int) error {
	if leg < 0 || leg >= len(r.Legs) {
		return fmt.Errorf("leg %d of %d: %w", leg, len(r.Legs), ErrNotFound)
	}
	return nil
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// Rev is the area's revision: it grows with every change.
func (s *Store) Rev(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	return s.number(ctx, s.rev())
}

// PublishRules makes version the one by which holds must have been judged.
func (s *Store) PublishRules(ctx context.Context, version int64) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	if err := s.rdb.Set(ctx, s.rules(), version, 0).Err(); err != nil {
		return fmt.Errorf("publish rules of area %s: %w", s.area, unavailable(err))
	}
	return nil
}

// HoldTTL is how long a hold lives.
func (s *Store) HoldTTL() time.Duration { return s.opts.HoldTTL }

// KeepWho is how long the sealed personal record stays after the visit.
func (s *Store) KeepWho() time.Duration { return s.opts.KeepWho }

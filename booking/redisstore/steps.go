package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Confirmation is who a hold is for.
type Confirmation struct {
	Resident   string // index of the resident's ledger; "" for an anonymous matter
	Anonymous  bool
	Who        []byte   // sealed personal record; nil keeps the one given with the hold
	Number     int      // call number given before, as to somebody who walked in; 0 for the next
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
	var booked Record
	err := again(func() (err error) {
		booked, err = s.confirm(ctx, id, c)
		return err
	})
	if err != nil {
		return Record{}, fmt.Errorf("confirm hold %s: %w", id, err)
	}
	return booked, nil
}

func (s *Store) confirm(ctx context.Context, id string, c Confirmation) (Record, error) {
	r, err := s.Get(ctx, id)
	if err != nil {
		return Record{}, err
	}
	keys := []string{
		s.record(id), s.due(), s.outbox(), s.who(id), s.sequence(r.Office, c.Date), s.receptions(r.Office, c.Date),
		s.day("office", r.Office, c.Date), s.alarms(),
	}
	keys = append(keys, s.ledgers(r)...)
	label, fresh := KindResident+":"+c.Resident, c.Resident != "" && c.Resident != r.Resident
	if fresh {
		keys = append(keys, s.ledger(label))
	}
	for _, l := range r.Legs {
		keys = append(keys, s.day("desk", l.Desk, c.Date))
	}
	keys = append(keys, s.pools(r)...)
	args := []any{
		id, r.Version, c.Resident, flag(c.Anonymous), whoText(c.Who), millis(r.End.Add(s.opts.KeepWho)),
		millis(r.End.Add(s.opts.KeepRecord)), flag(fresh), label, ledgerTTL.Milliseconds(), c.Number, len(c.Receptions),
	}
	for _, number := range c.Receptions {
		args = append(args, number)
	}
	args = append(args, s.alarmWords(r.Start), tokenConfirm)
	intent := Entry{Op: OpConfirm, ID: id, Token: tokenConfirm}
	answer, err := s.tell(ctx, []Entry{intent}, s.steps.confirm, keys, args, func(answer []string) []Entry {
		if answer[0] != "booked" && answer[0] != "replay" {
			return nil
		}
		intent.Image, intent.Who = answer[1], answer[2]
		return []Entry{intent}
	})
	if err != nil {
		return Record{}, err
	}
	switch answer[0] {
	case "booked", "replay":
		r, err := s.recordOf(id, answer[1])
		r.Unknown = Unknown{} // whatever it was before
		return r, err
	case "taken":
		return Record{}, ErrResidentBusy
	case "again":
		return Record{}, ErrNoReception
	default:
		return Record{}, refused(answer)
	}
}

// alarmWords are what the alarm of an appointment with this start rings for, in the order of time: reminders, then absence.
// The scripts pass over what is past.
func (s *Store) alarmWords(start time.Time) string {
	reminders := s.opts.Reminders
	if s.opts.RemindAt != nil {
		reminders = slices.Clone(reminders)
		for _, at := range s.opts.RemindAt(start) {
			if before := start.Sub(at); before > 0 {
				reminders = append(reminders, before)
			}
		}
		slices.Sort(reminders)
		slices.Reverse(reminders)
		reminders = slices.Compact(reminders)
	}
	words := ""
	for _, before := range reminders { // the longest first
		words += fmt.Sprintf("%d:r%d,", -int(before.Seconds()), int(before.Minutes()))
	}
	return words + fmt.Sprintf("%d:a", int(s.opts.NoShowAfter.Seconds()))
}

// pools are where the minutes of a visit's desks are counted, leg by leg.
func (s *Store) pools(r Record) []string {
	keys := make([]string, len(r.Legs))
	for i, l := range r.Legs {
		keys[i] = s.assigned(l.Pool, r.Start)
	}
	return keys
}

// Cancel gives an appointment up before arrival. It gives *StateError after.
func (s *Store) Cancel(ctx context.Context, id string) (Record, error) {
	return s.step(ctx, "cancel", id, func(r Record) ([]string, error) {
		keys := append([]string{s.record(id), s.outbox(), s.who(id), s.alarms()}, s.ledgers(r)...)
		intent := Entry{Op: OpCancel, ID: id, Token: tokenCancel}
		args := []any{id, r.Version, tokenCancel}
		return s.tell(ctx, []Entry{intent}, s.steps.cancel, append(keys, s.pools(r)...), args, func(answer []string) []Entry {
			if answer[0] != "cancelled" && answer[0] != "replay" {
				return nil
			}
			intent.Image = answer[1]
			return []Entry{intent}
		})
	})
}

// CheckIn says that the resident is here. It gives *StateError for anything but an appointment not yet begun.
func (s *Store) CheckIn(ctx context.Context, id string) (Record, error) {
	return s.step(ctx, "check in", id, func(Record) ([]string, error) {
		return s.run(ctx, s.steps.checkIn, []string{s.record(id), s.outbox(), s.alarms()}, id)
	})
}

// LegStarted says that the consultation of a leg, counted from 0, has begun.
func (s *Store) LegStarted(ctx context.Context, id string, leg int) (Record, error) {
	return s.step(ctx, "start leg of", id, func(r Record) ([]string, error) {
		if err := r.hasLeg(leg); err != nil {
			return nil, err
		}
		return s.run(ctx, s.steps.legStart, []string{s.record(id), s.outbox(), s.alarms()}, id, leg, s.opts.OverrunIn.Milliseconds())
	})
}

// LegDone says that a leg is over and frees what is left of its desk's time.
func (s *Store) LegDone(ctx context.Context, id string, leg int) (Record, error) {
	return s.step(ctx, "end leg of", id, func(r Record) ([]string, error) {
		if err := r.hasLeg(leg); err != nil {
			return nil, err
		}
		keys := append([]string{s.record(id), s.outbox(), s.alarms()}, s.ledgers(r)...)
		return s.run(ctx, s.steps.legDone, keys, id, r.Version, leg)
	})
}

// LegFree gives a later leg back that is not needed after all. It gives *StateError where the leg has begun or is the
// only one.
func (s *Store) LegFree(ctx context.Context, id string, leg int) (Record, error) {
	return s.step(ctx, "free leg of", id, func(r Record) ([]string, error) {
		if err := r.hasLeg(leg); err != nil {
			return nil, err
		}
		keys := append([]string{s.record(id), s.outbox()}, s.ledgers(r)...)
		return s.run(ctx, s.steps.legFree, append(keys, s.pools(r)[leg]), id, r.Version, leg)
	})
}

// Finish ends a visit as StateDone, StateUnserved or StateNoShow and frees what is left of everybody's time, the booth's
// cleaning excepted. A no-show is judged here: it gives ErrEarly before the time of grace is over, ErrUnattended where
// the first desk was not seen since the start, and *StateError once the resident has arrived or for a cancelled visit.
func (s *Store) Finish(ctx context.Context, id, outcome string) (Record, error) {
	if outcome != StateDone && outcome != StateNoShow && outcome != StateUnserved {
		return Record{}, fmt.Errorf("finish %s: outcome %q is none of %s, %s, %s", id, outcome, StateDone, StateNoShow, StateUnserved)
	}
	return s.step(ctx, "finish", id, func(r Record) ([]string, error) {
		keys := append([]string{s.record(id), s.outbox(), s.alarms(), s.seen(r.firstDesk())}, s.ledgers(r)...)
		return s.run(ctx, s.steps.finish, keys, id, r.Version, outcome, s.opts.NoShowAfter.Milliseconds())
	})
}

// BoothFree says that the booth of a visit that is over has been cleaned before its time.
func (s *Store) BoothFree(ctx context.Context, id string) (Record, error) {
	return s.step(ctx, "free booth of", id, func(r Record) ([]string, error) {
		keys := append([]string{s.record(id), s.outbox()}, s.ledgers(r)...)
		return s.run(ctx, s.steps.boothFree, keys, id, r.Version)
	})
}

// Seen notes that a professional is at a desk now, by Redis's clock; no-shows are judged by it. The note is kept for a
// day.
func (s *Store) Seen(ctx context.Context, desk string) error {
	now, err := s.Now(ctx)
	if err != nil {
		return fmt.Errorf("note presence at desk %s: %w", desk, err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	if err := s.rdb.Set(ctx, s.seen(desk), millis(now), 24*time.Hour).Err(); err != nil {
		return fmt.Errorf("note presence at desk %s: %w", desk, unavailable(err))
	}
	return nil
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

func (r Record) firstDesk() string {
	if len(r.Legs) == 0 {
		return ""
	}
	return r.Legs[0].Desk
}

func (r Record) hasLeg(leg int) error {
	if leg < 0 || leg >= len(r.Legs) {
		return fmt.Errorf("leg %d of %d: %w", leg, len(r.Legs), ErrNotFound)
	}
	return nil
}

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

func text(n int64) string { return strconv.FormatInt(n, 10) }

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

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
	last, err := s.rdb.XRevRangeN(ctx, s.outbox(), "+", "-", 1).Result()
	if err != nil || len(last) == 0 {
		return 0, unavailable(err)
	}
	return revOf(last[0].ID), nil
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

// NoShowAfter is the grace after the start until somebody who is not here may count as a no-show.
func (s *Store) NoShowAfter() time.Duration { return s.opts.NoShowAfter }

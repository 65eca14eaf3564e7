package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Relocation gives one appointment another time, booth or desks. Legs that are done keep what they have; Legs names all
// legs, and those not done are claimed anew.
type Relocation struct {
	ID         string
	Version    int64 // the appointment as the caller knows it
	Office     string
	Start, End time.Time
	Booth      Claim
	Legs       []LegClaim
	Resident   string // index of the resident's ledger; "" where there is none
	Date       string // civil date of the new start
	OldDate    string // civil date of the present start
	Receptions []string
	Keep       []Leg // the present legs, with what has been started and done; nil where the legs are others
}

// Request is what makes a repetition of a step recognised: the same key gives the first answer again, and with another
// fingerprint ErrMismatch. The zero value is never recognised.
type Request struct{ Key, Fingerprint string }

// MoveRequest asks to move one appointment.
type MoveRequest struct {
	Request
	Rules int64 // version of the rules the request was judged by
	Relocation
}

// Move gives an appointment another time, booth or desks, or leaves everything as it was. It gives *TakenError,
// *StaleError, *StateError, ErrVersion, ErrMismatch, ErrNoReception or ErrNotFound. Every move raises the record's
// Sequence.
func (s *Store) Move(ctx context.Context, m MoveRequest) (Record, error) {
	answer, err := s.relocate(ctx, relocations{
		Request: m.Request, rules: text(m.Rules), event: EventMoved, token: tokenOf(m.Request), list: []Relocation{m.Relocation},
	})
	if err == nil {
		err = answer[0].inTheWay
	}
	if err != nil {
		return Record{}, fmt.Errorf("move %s: %w", m.ID, err)
	}
	return s.Get(ctx, m.ID)
}

// Delayed is what became of one appointment that was to be pushed back.
type Delayed struct {
	ID       string
	InTheWay *TakenError // nil where it was pushed back
}

// Delay pushes appointments back, each whole or not at all, in the order given: later ones first, so that each finds its
// new time left by the one after it. It gives ErrVersion where one of them has changed; then nothing was done.
func (s *Store) Delay(ctx context.Context, r Request, list []Relocation) ([]Delayed, error) {
	answer, err := s.relocate(ctx, relocations{Request: r, event: EventDelayed, token: tokenOf(r), conflicts: true, list: list})
	if err != nil {
		return nil, fmt.Errorf("delay %d appointments: %w", len(list), err)
	}
	return delayedOf(answer)
}

// Delayed gives the answer to a delay that was asked for before, and reports whether one was. It gives ErrMismatch where
// that one was another.
func (s *Store) Delayed(ctx context.Context, r Request) ([]Delayed, bool, error) {
	return s.remembered(ctx, OpDelay, r)
}

func (s *Store) recall(ctx context.Context, r Request) ([]Delayed, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	known, err := s.rdb.Get(ctx, s.answer(r.Key)).Result()
	if errors.Is(err, redis.Nil) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("look for an answer: %w", unavailable(err))
	}
	print, answer, _ := strings.Cut(known, " ")
	if print != r.Fingerprint {
		return nil, true, ErrMismatch
	}
	list, err := delayedOf(outcomes(answer))
	return list, true, err
}

// Moved reports whether a move was made before under the same key. It gives ErrMismatch where that one was another.
func (s *Store) Moved(ctx context.Context, r Request) (bool, error) {
	_, known, err := s.remembered(ctx, OpMove, r)
	return known, err
}

// remembered gives an answer of old once that is sure to last: the first time it may have been unknown.
func (s *Store) remembered(ctx context.Context, op string, r Request) ([]Delayed, bool, error) {
	list, known, err := s.recall(ctx, r)
	if err != nil || !known {
		return nil, known, err
	}
	return list, true, s.kept(ctx, op, tokenOf(r), movedOf(list)...)
}

// movedOf are those that were pushed back.
func movedOf(list []Delayed) []string {
	var ids []string
	for _, one := range list {
		if one.InTheWay == nil {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

func delayedOf(answer []outcome) ([]Delayed, error) {
	list := make([]Delayed, len(answer))
	for i, o := range answer {
		list[i].ID = o.id
		if o.inTheWay != nil && !errors.As(o.inTheWay, &list[i].InTheWay) {
			return nil, fmt.Errorf("delay %s: %w", o.id, o.inTheWay)
		}
	}
	return list, nil
}

// outcome is what the step says of one visit: inTheWay is nil, *TakenError or ErrNoReception.
type outcome struct {
	id       string
	inTheWay error
}

func outcomes(answer string) []outcome {
	words := strings.Fields(answer)
	list := make([]outcome, len(words))
	for i, word := range words {
		id, claims, _ := strings.Cut(word, ":")
		list[i].id = id
		switch claims {
		case "":
		case "again":
			list[i].inTheWay = ErrNoReception
		default:
			list[i].inTheWay = takenError(claims)
		}
	}
	return list
}

type relocations struct {
	Request
	rules     string
	event     string
	token     string
	conflicts bool
	list      []Relocation
}

// relocate runs the step.
func (s *Store) relocate(ctx context.Context, r relocations) ([]outcome, error) {
	c := &call{
		keys: []string{s.outbox(), s.alarms(), s.answer(r.Key), s.rules()},
		args: []any{
			r.Fingerprint, s.opts.Remember.Milliseconds(), r.rules, r.event, ledgerTTL.Milliseconds(), flag(r.conflicts), len(r.list),
			r.token,
		},
	}
	named := map[string]bool{}
	for _, one := range r.list {
		if named[one.ID] {
			return nil, fmt.Errorf("appointment %s is named twice", one.ID)
		}
		named[one.ID] = true
		if err := s.relocation(ctx, c, one); err != nil {
			return nil, err
		}
	}
	answer, err := s.tell(ctx, r.intent(), s.steps.relocate, c.keys, c.args, r.done)
	if err == nil {
		err = refused(answer)
	}
	if errors.Is(err, errChanged) {
		err = ErrVersion
	}
	if err == nil && answer[0] == "replay" {
		var list []Delayed
		if list, err = delayedOf(outcomes(answer[1])); err == nil {
			err = s.kept(ctx, r.op(), r.token, movedOf(list)...)
		}
	}
	if err != nil {
		return nil, err
	}
	return outcomes(answer[1]), nil
}

// op is how the journal names it.
func (r relocations) op() string {
	if r.event == EventMoved {
		return OpMove
	}
	return OpDelay
}

func (r relocations) intent() []Entry {
	list := make([]Entry, len(r.list))
	for i, one := range r.list {
		list[i] = Entry{Op: r.op(), ID: one.ID, Token: r.token}
	}
	return list
}

// done are the visits that were given another time. A repetition does not say what they look like by now.
func (r relocations) done(answer []string) []Entry {
	if answer[0] != "moved" {
		return nil
	}
	images := answer[2:]
	var list []Entry
	for _, o := range outcomes(answer[1]) {
		if o.inTheWay == nil && len(images) > 0 {
			list = append(list, Entry{Op: r.op(), ID: o.id, Token: r.token, Image: images[0]})
			images = images[1:]
		}
	}
	return list
}

// relocation adds the keys and arguments of one visit.
func (s *Store) relocation(ctx context.Context, c *call, m Relocation) error {
	r, err := s.Get(ctx, m.ID)
	if err != nil {
		return err
	}
	c.keys = append(c.keys, s.record(m.ID), s.who(m.ID))
	c.keys = append(c.keys, s.ledgers(r)...)
	c.keys = append(c.keys, s.day("office", r.Office, m.OldDate))
	for _, l := range r.Legs {
		c.keys = append(c.keys, s.day("desk", l.Desk, m.OldDate))
	}
	c.keys = append(c.keys, s.pools(r)...)
	legs := m.legs()
	c.keys = append(c.keys, s.day("office", m.Office, m.Date))
	for _, l := range legs {
		c.keys = append(c.keys, s.assigned(l.Pool, m.Start))
	}
	c.keys = append(c.keys, s.sequence(m.Office, m.Date), s.receptions(r.Office, m.OldDate), s.receptions(m.Office, m.Date))

	anotherDay := m.Date != m.OldDate || m.Office != r.Office
	c.args = append(c.args, m.ID, m.Version,
		fieldsText("office", m.Office, "start", text(millis(m.Start)), "end", text(millis(m.End)), "legs", legsText(legs)),
		millis(m.End.Add(s.opts.KeepRecord)), millis(m.End.Add(s.opts.KeepWho)), flag(anotherDay), len(m.Receptions))
	for _, number := range m.Receptions {
		c.args = append(c.args, number)
	}
	c.args = append(c.args, s.alarmsAfter(r, m))
	claims := 1 + count(m.Resident != "")
	for _, l := range legs {
		claims += count(l.Done.IsZero())
	}
	c.args = append(c.args, flag(m.Resident != ""), claims)
	c.claim(s, KindBooth, m.Booth, nil)
	for i, l := range m.Legs {
		if legs[i].Done.IsZero() {
			c.claim(s, KindDesk, l.Claim, func(desk string) string { return s.day("desk", desk, m.Date) })
		}
	}
	if m.Resident != "" {
		c.claim(s, KindResident, Claim{Candidates: []string{m.Resident}, Start: m.Start, End: m.End}, nil)
	}
	return c.err
}

// legs are the legs as they will be, what has happened to them kept.
func (m Relocation) legs() []Leg {
	legs := make([]Leg, len(m.Legs))
	for i, l := range m.Legs {
		legs[i] = l.leg()
		if m.Keep == nil {
			continue
		}
		was := m.Keep[i]
		if !was.Done.IsZero() {
			legs[i] = was
			continue
		}
		legs[i].Planned, legs[i].Started = was.Planned, was.Started
	}
	return legs
}

// alarmsAfter are what an appointment's alarm rings for after a relocation: a resident who is here needs no reminder, but a
// leg in progress its overrun.
func (s *Store) alarmsAfter(r Record, m Relocation) string {
	if r.State != StateArrived {
		return s.alarmWords(m.Start)
	}
	for i, l := range m.legs() {
		if !l.Started.IsZero() && l.Done.IsZero() {
			return fmt.Sprintf("%d:o%d", int(l.End.Add(s.opts.OverrunIn).Sub(m.Start).Seconds()), i)
		}
	}
	return ""
}

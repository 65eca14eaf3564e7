package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// MaxCandidates bounds the ledgers one claim may choose from.
const MaxCandidates = 16

// Claim asks for one of several things that can stand in for each other, for an interval.
type Claim struct {
	Candidates []string // ids, in order of preference
	Start, End time.Time
	Lent       bool // the candidates are desks of another area, to be had only within the windows lent
}

// LegClaim asks for a desk for one leg.
type LegClaim struct {
	Service, Pool string
	Claim
	First    bool      // the resident comes there for the first time
	From, To time.Time // the leg itself where the desk is claimed for longer, with buffers; the claim's own where zero
}

func (l LegClaim) leg() Leg {
	leg := Leg{Service: l.Service, Pool: l.Pool, First: l.First, Start: l.From, End: l.To}
	if l.From.IsZero() {
		leg.Start, leg.End = l.Start, l.End
	}
	leg.Planned = leg.Start
	return leg
}

// HoldRequest is everything a hold claims.
type HoldRequest struct {
	ID          string
	Fingerprint string // of what was asked; a repetition with another one is refused
	Rules       int64  // version of the rules the request was judged by
	Office      string
	By          string // seat that books
	Start, End  time.Time
	Booth       Claim
	Legs        []LegClaim
	Resident    string        // index of the resident's ledger; "" while not known
	Who         []byte        // sealed personal record; nil while not known
	TTL         time.Duration // how long the hold lives; Options.HoldTTL where zero
	Series      string        // the row of visits it belongs to; "" for none
	Waiting     string        // who on the waiting list it is offered to; "" for nobody
}

// Held is the answer to a hold. A repetition gets the first answer again.
type Held struct {
	Replayed bool
	Deadline time.Time
	Booth    string
	Desks    []string
	Now      time.Time // by Redis's clock
}

// Hold claims the booth, a desk for every leg and the resident together, or nothing. It gives *TakenError, *StaleError,
// ErrMismatch or ErrUnavailable.
func (s *Store) Hold(ctx context.Context, h HoldRequest) (Held, error) {
	ttl := orElse(h.TTL, s.opts.HoldTTL)
	call := &call{
		keys: []string{s.record(h.ID), s.rules(), s.due(), s.outbox()},
		args: []any{
			h.ID, h.Fingerprint, h.Rules, ttl.Milliseconds(), (ttl + s.opts.Remember).Milliseconds(), h.fields(), h.Office,
			flag(h.Resident != ""), len(h.Legs) + 1 + count(h.Resident != ""),
		},
	}
	call.claim(s, KindBooth, h.Booth, nil)
	for _, l := range h.Legs {
		call.claim(s, KindDesk, l.Claim, nil)
	}
	if h.Resident != "" {
		call.claim(s, KindResident, Claim{Candidates: []string{h.Resident}, Start: h.Start, End: h.End}, nil)
	}
	answer, err := []string(nil), call.err
	if err == nil {
		answer, err = s.run(ctx, s.steps.hold, call.keys, call.args...)
	}
	if err == nil {
		err = holdRefused(answer)
	}
	if err != nil {
		return Held{}, fmt.Errorf("hold %s: %w", h.ID, err)
	}
	return Held{
		Replayed: answer[0] == "replay", Deadline: fromMillis(answer[1]), Booth: answer[2], Desks: splitList(answer[3]),
		Now: fromMillis(answer[4]),
	}, nil
}

// fields are those of the record that the request alone decides.
func (h HoldRequest) fields() string {
	legs := make([]Leg, len(h.Legs))
	for i, l := range h.Legs {
		legs[i] = l.leg()
	}
	pairs := []string{
		"office", h.Office, "start", text(millis(h.Start)), "end", text(millis(h.End)), "legs", legsText(legs), "by", h.By,
		"res", h.Resident, "anon", "0",
	}
	if len(h.Who) > 0 {
		pairs = append(pairs, "who", whoText(h.Who))
	}
	if h.Series != "" {
		pairs = append(pairs, "series", h.Series)
	}
	if h.Waiting != "" {
		pairs = append(pairs, "waiting", h.Waiting)
	}
	return fieldsText(pairs...)
}

// call gathers the keys and arguments of a step that claims.
type call struct {
	keys []string
	args []any
	err  error
}

// claim adds one claim with its candidates, and beside each the key it gives where beside is not nil.
func (c *call) claim(s *Store, kind string, claim Claim, beside func(id string) string) {
	n := len(claim.Candidates)
	if n == 0 || n > MaxCandidates {
		c.err = fmt.Errorf("a claim of a %s has %d candidates; possible are 1 to %d", kind, n, MaxCandidates)
		return
	}
	for _, id := range claim.Candidates {
		c.keys = append(c.keys, s.ledger(kind+":"+id))
		if beside != nil {
			c.keys = append(c.keys, beside(id))
		}
		if claim.Lent {
			c.keys = append(c.keys, s.windows(id))
		}
	}
	if claim.Lent {
		n = -n
	}
	c.args = append(c.args, millis(claim.Start), millis(claim.End), n)
}

func holdRefused(answer []string) error {
	if answer[0] == "taken" {
		return takenError(answer[1])
	}
	return refused(answer)
}

// takenError reads the claims in the way, which the scripts count from 1.
func takenError(list string) error {
	taken := &TakenError{}
	for _, text := range splitList(list) {
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("claims in the way: %w", err)
		}
		taken.Claims = append(taken.Claims, n-1)
	}
	return taken
}

// Repeat answers a hold that was made before under the same id, and reports whether one was. It gives ErrMismatch where
// that one asked for something else. Where none was, from is the area the office has come from lately, whose holds have
// other ids; "" where it has always been here.
func (s *Store) Repeat(ctx context.Context, id, fingerprint, office string) (held Held, known bool, from string, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	var record, came *redis.StringCmd
	var clock clock
	_, err = s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		record, came = p.Get(ctx, s.record(id)), p.Get(ctx, s.came(office))
		clock = s.clockOf(ctx, p)
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return Held{}, false, "", fmt.Errorf("repeat hold %s: %w", id, unavailable(err))
	}
	if f := fieldsOf(record.Val()); record.Err() == nil && f["state"] != stateLeft {
		held, err = repeated(id, fingerprint, f, clock)
		return held, true, "", err
	}
	return Held{}, false, came.Val(), nil
}

// repeated is what a hold was answered with.
func repeated(id, fingerprint string, f map[string]string, clock clock) (Held, error) {
	if f["fp"] != fingerprint {
		return Held{}, fmt.Errorf("repeat hold %s: %w", id, ErrMismatch)
	}
	first := func(names ...string) string { // as the hold was, whatever has become of it
		if value, changed := f[names[0]]; changed {
			return value
		}
		return f[names[1]]
	}
	now, err := clock.time()
	if err != nil {
		return Held{}, fmt.Errorf("repeat hold %s: %w", id, unavailable(err))
	}
	return Held{
		Replayed: true, Deadline: fromMillis(first("until", "deadline")), Booth: first("booth0", "booth"),
		Desks: splitList(first("desks0", "desks")), Now: now,
	}, nil
}

// Release gives a hold back. It gives *StateError where the hold has been confirmed meanwhile.
func (s *Store) Release(ctx context.Context, id string) error {
	err := again(func() error {
		r, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		keys := append([]string{s.record(id), s.due(), s.outbox()}, s.ledgers(r)...)
		answer, err := s.run(ctx, s.steps.release, keys, id, r.Version)
		if err != nil {
			return err
		}
		return refused(answer)
	})
	if err != nil {
		return fmt.Errorf("release hold %s: %w", id, err)
	}
	return nil
}

// Expired is a hold that has been cleared away.
type Expired struct {
	ID  string
	Who []byte // the sealed personal record it had, so that its key can be destroyed; nil where there was none
}

// Expire clears up to limit dead holds away, tells alarms whose time has come through the outbox and trims that.
// Together with an error it gives the holds cleared before.
func (s *Store) Expire(ctx context.Context, limit int) ([]Expired, error) {
	ids, err := s.run(ctx, s.steps.due, []string{s.due(), s.alarms(), s.outbox()}, limit, s.opts.Outbox)
	if err != nil {
		return nil, fmt.Errorf("list dead holds of area %s: %w", s.area, err)
	}
	var gone []Expired
	for _, id := range ids {
		var who []byte
		var done bool
		err := again(func() (err error) {
			who, done, err = s.expire(ctx, id)
			return err
		})
		if err != nil {
			return gone, fmt.Errorf("expire hold %s: %w", id, err)
		}
		if done {
			gone = append(gone, Expired{id, who})
		}
	}
	return gone, nil
}

// expire clears one hold away and reports whether it was there to be cleared.
func (s *Store) expire(ctx context.Context, id string) (who []byte, done bool, err error) {
	r, err := s.Get(ctx, id)
	if err != nil && !isNotFound(err) {
		return nil, false, err
	}
	keys := append([]string{s.record(id), s.due(), s.outbox()}, s.ledgers(r)...)
	answer, err := s.run(ctx, s.steps.expire, keys, id, r.Version)
	if err == nil && answer[0] == "changed" {
		err = errChanged
	}
	if err != nil || answer[0] != "expired" {
		return nil, false, err
	}
	return whoBytes(answer[1]), true, nil
}

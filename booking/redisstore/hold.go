package redisstore

import (
	"context"
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
}

// LegClaim asks for a desk for one leg.
type LegClaim struct {
	Service, Pool string
	Claim
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
	Resident    string // index of the resident's ledger; "" while not known
	Who         []byte // sealed personal record; nil while not known
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
	claims := make([]Claim, 0, len(h.Legs)+2)
	keys := []string{s.record(h.ID), s.due(), s.outbox(), s.rev(), s.rules(), s.who(h.ID)}
	add := func(kind string, c Claim) {
		claims = append(claims, c)
		for _, id := range c.Candidates {
			keys = append(keys, s.ledger(kind+":"+id))
		}
	}
	add("booth", h.Booth)
	for _, l := range h.Legs {
		add("desk", l.Claim)
	}
	if h.Resident != "" {
		add("resident", Claim{Candidates: []string{h.Resident}, Start: h.Start, End: h.End})
	}
	args := []any{
		h.ID, h.Fingerprint, h.Rules, s.opts.HoldTTL.Milliseconds(), s.opts.Remember.Milliseconds(),
		len(s.ledger("")), s.Channel(), s.opts.Outbox, h.Office, millis(h.Start), millis(h.End), plan(h.Legs), h.By, h.Resident,
		string(h.Who), len(claims),
	}
	for i, c := range claims {
		if n := len(c.Candidates); n == 0 || n > MaxCandidates {
			return Held{}, fmt.Errorf("hold %s: claim %d has %d candidates; possible are 1 to %d", h.ID, i, n, MaxCandidates)
		}
		args = append(args, millis(c.Start), millis(c.End), len(c.Candidates))
	}
	answer, err := s.run(ctx, s.steps.hold, keys, args...)
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

func holdRefused(answer []string) error {
	switch answer[0] {
	case "stale":
		version, err := strconv.ParseInt(answer[1], 10, 64)
		if err != nil {
			return fmt.Errorf("rule version in force: %w", err)
		}
		return &StaleError{Rules: version}
	case "taken":
		taken := &TakenError{}
		for _, text := range splitList(answer[1]) {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("claims in the way: %w", err)
			}
			taken.Claims = append(taken.Claims, n-1)
		}
		return taken
	default:
		return refused(answer)
	}
}

// Repeat answers a hold that was made before under the same id, and reports whether one was. It gives ErrMismatch where
// that one asked for something else.
func (s *Store) Repeat(ctx context.Context, id, fingerprint string) (Held, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	var known *redis.SliceCmd
	var clock *redis.TimeCmd
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		known = p.HMGet(ctx, s.record(id), "fp", "booth", "desks", "heldUntil")
		clock = p.Time(ctx)
		return nil
	})
	if err != nil {
		return Held{}, false, fmt.Errorf("repeat hold %s: %w", id, unavailable(err))
	}
	var f struct {
		Print     string `redis:"fp"`
		Booth     string `redis:"booth"`
		Desks     string `redis:"desks"`
		HeldUntil string `redis:"heldUntil"`
	}
	if err := known.Scan(&f); err != nil {
		return Held{}, false, fmt.Errorf("repeat hold %s: %w", id, err)
	}
	switch f.Print {
	case "":
		return Held{}, false, nil
	case fingerprint:
		return Held{
			Replayed: true, Deadline: fromMillis(f.HeldUntil), Booth: f.Booth, Desks: splitList(f.Desks), Now: clock.Val(),
		}, true, nil
	default:
		return Held{}, true, fmt.Errorf("repeat hold %s: %w", id, ErrMismatch)
	}
}

// Release gives a hold back. It gives *StateError where the hold has been confirmed meanwhile.
func (s *Store) Release(ctx context.Context, id string) error {
	err := again(func() error {
		r, err := s.Get(ctx, id)
		if err != nil {
			return err
		}
		keys := append([]string{s.record(id), s.due(), s.outbox(), s.rev(), s.who(id)}, s.ledgers(r)...)
		answer, err := s.run(ctx, s.steps.release, keys, id, r.Version, s.Channel(), s.opts.Outbox)
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

// Expire clears up to limit dead holds away. Together with an error it gives those cleared before.
func (s *Store) Expire(ctx context.Context, limit int) ([]Expired, error) {
	ids, err := s.run(ctx, s.steps.due, []string{s.due()}, limit)
	if err != nil {
		return nil, fmt.Errorf("list dead holds of area %s: %w", s.area, err)
	}
	var gone []Expired
	for _, id := range ids {
		who, done, err := s.expire(ctx, id)
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
	keys := append([]string{s.record(id), s.due(), s.outbox(), s.rev(), s.who(id)}, s.ledgers(r)...)
	answer, err := s.run(ctx, s.steps.expire, keys, id, s.Channel(), s.opts.Outbox)
	if err != nil || answer[0] != "expired" {
		return nil, false, err
	}
	if answer[1] != "" {
		who = []byte(answer[1])
	}
	return who, true, nil
}

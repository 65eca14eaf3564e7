package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// KindLent is the ledger of a desk that another area lends here: where no window is open it is taken.
const KindLent = "lent"

// kindLend is the kind of block that keeps a lent desk from being booked at home.
const kindLend = "lend"

// LendRequest lends a desk of this area to another for a window of time.
type LendRequest struct {
	ID, Fingerprint string
	By              string
	Desk            string
	Guest           string // the area that borrows
	Start, End      time.Time
	OpenUntil       time.Time // by the clock of the area that borrows; after that it cannot be opened any more
}

// ErrLate says that a window was not opened in time. The desk is free at home again.
var ErrLate = errors.New("the window was not opened in time")

// Lend blocks a desk at home, which is the first half of lending it: from now on nobody books it here. It gives
// *InTheWayError where something is booked then.
func (s *Store) Lend(ctx context.Context, r LendRequest) (Block, error) {
	b, _, err := s.block(ctx, BlockRequest{
		ID: r.ID, Fingerprint: r.Fingerprint, Office: "-", Kind: kindLend, By: r.By, Ledgers: []Ledger{{KindDesk, r.Desk}},
		Start: r.Start, End: r.End,
	}, r.Guest, text(millis(r.OpenUntil)))
	return b, err
}

// OpenUntil is until when the window of a lend may be opened.
func (b Block) OpenUntil() time.Time { return fromMillis(b.Step) }

// Open opens the window of a lend here, which is the second half: from now on it can be booked here. It gives ErrLate, or
// *InTheWayError where another window is open then.
func (s *Store) Open(ctx context.Context, b Block) error { return s.window(ctx, b, "open") }

// Close closes the window of a lend here, which is the first half of giving a desk back. It gives *InTheWayError where
// something is booked in what is left of it.
func (s *Store) Close(ctx context.Context, b Block) error { return s.window(ctx, b, "close") }

func (s *Store) window(ctx context.Context, b Block, what string) error {
	desk := b.Ledgers[0].ID
	answer, err := s.run(ctx, s.steps.lend, []string{s.windows(desk), s.outbox(), s.ledger(KindDesk + ":" + desk)},
		b.ID, millis(b.Start), millis(b.End), what, b.Step)
	switch {
	case err != nil:
	case answer[0] == "late":
		err = ErrLate
	case answer[0] == "taken":
		err = &InTheWayError{IDs: answer[1:]}
	}
	if err != nil {
		return fmt.Errorf("%s window %s: %w", what, b.ID, err)
	}
	return nil
}

// CanOpen reports whether the window of a lend is open here or may still be opened. Once it says no it stays no, so that
// the desk may be booked at home again.
func (s *Store) CanOpen(ctx context.Context, b Block) (bool, error) {
	now, err := s.Now(ctx) // before looking: what is not open after the time is over never will be
	if err != nil {
		return false, err
	}
	open, err := s.IsOpen(ctx, b)
	return open || !now.After(b.OpenUntil()), err
}

// IsOpen reports whether the window of a lend is open here.
func (s *Store) IsOpen(ctx context.Context, b Block) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	err := s.rdb.ZScore(ctx, s.windows(b.Ledgers[0].ID), text(millis(b.End))+"|"+b.ID).Err()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	return err == nil, unavailable(err)
}

// outside gives the time within [from, to) at which none of the windows is open.
func outside(windows []redis.Z, from, to time.Time) []Interval {
	var gaps []Interval
	at := from
	for _, z := range windows {
		member, _ := z.Member.(string)
		stop, _, _ := strings.Cut(member, "|")
		ms, err := strconv.ParseInt(stop, 10, 64)
		if err != nil {
			continue
		}
		start, end := time.UnixMilli(int64(z.Score)), time.UnixMilli(ms)
		if start.After(at) {
			gaps = append(gaps, Interval{Start: at, End: start, Block: true})
		}
		if end.After(at) {
			at = end
		}
	}
	if to.After(at) {
		gaps = append(gaps, Interval{Start: at, End: to, Block: true})
	}
	return gaps
}

package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// BlockRequest keeps things from being booked for a while.
type BlockRequest struct {
	ID          string // x_…
	Fingerprint string
	Office      string // whose day it concerns; "-" where none
	Kind        string // closure, cleaning, sick, away, lend
	Reason      string // one word, no blanks or line breaks
	By          string // seat that asks
	Ledgers     []Ledger
	Start, End  time.Time
	Around      bool // take what is free and leave what is booked to be moved
}

// Block is something that keeps things from being booked.
type Block struct {
	ID, Office, Kind, Reason, By string
	State                        string // StateBlocked or StateLifted
	Version                      int64
	Ledgers                      []Ledger
	Start, End                   time.Time
	Around                       bool
	Guest                        string // the area a desk is lent to; "" for other kinds
	Step                         string // how far a lend has come; "" for other kinds

	fingerprint string
	claims      []claimed
}

// longestEntry bounds one entry of a ledger, so that a window that began long before another is still seen from it.
const longestEntry = 24 * time.Hour

// Block takes the times asked for. It gives the ids of what stands in the way: with Around they keep their time and the
// rest is blocked, else nothing is and the error is *InTheWayError. Asked again, it takes what has become free since.
func (s *Store) Block(ctx context.Context, b BlockRequest) (Block, []string, error) {
	return s.block(ctx, b, "", "")
}

func (s *Store) block(ctx context.Context, b BlockRequest, guest, step string) (Block, []string, error) {
	labels := ""
	for i, l := range b.Ledgers {
		if i > 0 {
			labels += ","
		}
		labels += l.Kind + ":" + l.ID
	}
	static := fieldsText("kind", b.Kind, "reason", b.Reason, "office", b.Office, "by", b.By, "start", text(millis(b.Start)),
		"end", text(millis(b.End)), "ledgers", labels, "around", flag(b.Around), "guest", guest, "step", step)
	keys := []string{s.record(b.ID), s.outbox(), s.blocks()}
	args := []any{
		b.ID, b.Fingerprint, static, flag(b.Around), ledgerTTL.Milliseconds(), millis(b.End.Add(s.opts.KeepRecord)), millis(b.End), 0,
	}
	for _, l := range b.Ledgers {
		for at := b.Start; at.Before(b.End); at = at.Add(longestEntry) {
			end := at.Add(longestEntry)
			if end.After(b.End) {
				end = b.End
			}
			keys = append(keys, s.ledger(l.Kind+":"+l.ID))
			args = append(args, l.Kind+":"+l.ID, millis(at), millis(end))
		}
	}
	args[7] = len(keys) - 3
	answer, err := s.run(ctx, s.steps.block, keys, args...)
	if err == nil {
		err = refused(answer)
	}
	if err == nil && answer[0] == "taken" {
		err = &InTheWayError{IDs: answer[1:]}
	}
	if err != nil {
		return Block{}, nil, fmt.Errorf("block %s: %w", b.ID, err)
	}
	block, err := s.GetBlock(ctx, b.ID)
	return block, answer[1:], err
}

// InTheWayError says what a block met.
type InTheWayError struct{ IDs []string }

// Error counts them.
func (e *InTheWayError) Error() string { return fmt.Sprintf("%d bookings are in the way", len(e.IDs)) }

// Refill takes what has become free of a block's times since, and gives what is still in the way.
func (s *Store) Refill(ctx context.Context, b Block) ([]string, error) {
	_, way, err := s.block(ctx, BlockRequest{
		ID: b.ID, Fingerprint: b.fingerprint, Office: b.Office, Kind: b.Kind, Reason: b.Reason, By: b.By, Ledgers: b.Ledgers,
		Start: b.Start, End: b.End, Around: b.Around,
	}, b.Guest, b.Step)
	return way, err
}

// Unblock lifts a block from now on. Repeating it changes nothing.
func (s *Store) Unblock(ctx context.Context, id string) (Block, error) {
	err := again(func() error {
		b, err := s.GetBlock(ctx, id)
		if err != nil {
			return err
		}
		keys := []string{s.record(id), s.outbox(), s.blocks()}
		for _, c := range b.claims {
			keys = append(keys, s.ledger(c.label))
		}
		answer, err := s.run(ctx, s.steps.unblock, keys, id, b.Version, EventUnblocked)
		if err != nil {
			return err
		}
		return refused(answer)
	})
	if err != nil {
		return Block{}, fmt.Errorf("unblock %s: %w", id, err)
	}
	return s.GetBlock(ctx, id)
}

// GetBlock reads one block. It gives ErrNotFound for an id never seen or forgotten.
func (s *Store) GetBlock(ctx context.Context, id string) (Block, error) {
	f, err := s.fields(ctx, id)
	if err != nil {
		return Block{}, err
	}
	return parseBlock(id, f)
}

// Blocks lists the blocks that are in force or still to come, by end.
func (s *Store) Blocks(ctx context.Context) ([]Block, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("list blocks of area %s: %w", s.area, err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	ids, err := s.rdb.ZRangeByScore(ctx, s.blocks(), &redis.ZRangeBy{Min: text(millis(now)), Max: "+inf"}).Result()
	if err != nil {
		return nil, fmt.Errorf("list blocks of area %s: %w", s.area, unavailable(err))
	}
	list := make([]Block, 0, len(ids))
	for _, id := range ids {
		b, err := s.GetBlock(ctx, id)
		switch {
		case err == nil:
			list = append(list, b)
		case !isNotFound(err):
			return nil, err
		}
	}
	return list, nil
}

func parseBlock(id string, f map[string]string) (Block, error) {
	b := Block{
		ID: id, Office: f["office"], Kind: f["kind"], Reason: f["reason"], By: f["by"], State: f["state"], Start: fromMillis(f["start"]),
		End: fromMillis(f["end"]), Around: f["around"] == "1", Guest: f["guest"], Step: f["step"], fingerprint: f["fp"],
	}
	var err error
	if b.Version, err = strconv.ParseInt(f["v"], 10, 64); err != nil {
		return Block{}, fmt.Errorf("block %s: version: %w", id, err)
	}
	for _, label := range splitList(f["ledgers"]) {
		kind, name, _ := strings.Cut(label, ":")
		b.Ledgers = append(b.Ledgers, Ledger{kind, name})
	}
	if b.claims, err = parseClaims(f["claims"]); err != nil {
		return Block{}, fmt.Errorf("block %s: %w", id, err)
	}
	return b, nil
}

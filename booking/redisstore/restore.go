package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Found says what became of a step after Redis may have lost it.
type Found string

// What the store finds and does. Survived and Superseded need nothing; Superseded is an appointment that has gone on
// without the step: the resident is here, or it was given up since.
const (
	Survived   Found = "survived"
	Restored   Found = "restored"
	Disputed   Found = "disputed"
	Superseded Found = "superseded"
)

// Reasons of a dispute.
const (
	DisputeTaken   = "taken"   // somebody else has the time by now
	DisputeChanged = "changed" // it has been changed otherwise since
)

// Reconciled is what became of each appointment of a journal.
type Reconciled struct {
	Survived, Superseded int
	Restored, Disputed   []string // ids
}

// reconcileBatch is how many records are looked at in one command.
const reconcileBatch = 200

// Reconcile sees to it that what somebody was told still holds: entries are those of one journal, oldest first. What
// Redis has lost is restored where it is free and disputed where it is not. It can be repeated, and several may do it at
// once with journals of their own. date gives the civil date of a time ("2026-12-02"). Together with an error it gives
// what was done before.
func (s *Store) Reconcile(ctx context.Context, entries []Entry, date func(time.Time) string) (Reconciled, error) {
	var done Reconciled
	for batch := range slices.Chunk(newestOf(entries), reconcileBatch) {
		lost, err := s.lost(ctx, batch)
		if err != nil {
			return done, err
		}
		done.Survived += len(batch) - len(lost)
		for _, e := range lost {
			found, err := s.Restore(ctx, e, date)
			if err != nil {
				return done, err
			}
			switch found {
			case Survived:
				done.Survived++
			case Superseded:
				done.Superseded++
			case Restored:
				done.Restored = append(done.Restored, e.ID)
			case Disputed:
				done.Disputed = append(done.Disputed, e.ID)
			}
		}
	}
	return done, nil
}

// newestOf leaves the last step of each appointment, in the order of those steps: a time that was given up is free before
// somebody else gets it back.
func newestOf(entries []Entry) []Entry {
	seen := map[string]bool{}
	var list []Entry
	for _, e := range slices.Backward(entries) {
		if e.Image != "" && !seen[e.ID] {
			seen[e.ID] = true
			list = append(list, e)
		}
	}
	slices.Reverse(list)
	return list
}

// lost are the steps whose mark their record does not carry.
func (s *Store) lost(ctx context.Context, entries []Entry) ([]Entry, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = s.record(e.ID)
	}
	texts, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("look for %d appointments: %w", len(entries), unavailable(err))
	}
	var lost []Entry
	for i, e := range entries {
		text, _ := texts[i].(string)
		f, err := s.shapes.read(text)
		if err != nil {
			return nil, fmt.Errorf("look for %s: %w", e.ID, err)
		}
		if !slices.Contains(splitList(f["acks"]), e.Token) {
			lost = append(lost, e)
		}
	}
	return lost, nil
}

// Restore sees to one step.
func (s *Store) Restore(ctx context.Context, e Entry, date func(time.Time) string) (Found, error) {
	var answer []string
	err := again(func() (err error) {
		answer, err = s.restore(ctx, e, date, "restore")
		return err
	})
	if err != nil {
		return "", fmt.Errorf("restore %s: %w", e.ID, err)
	}
	return map[string]Found{"there": Survived, "restored": Restored, "disputed": Disputed, "superseded": Superseded}[answer[0]], nil
}

// restore runs the step on the record as it is now.
func (s *Store) restore(ctx context.Context, e Entry, date func(time.Time) string, mode string) ([]string, error) {
	want, err := s.recordOf(e.ID, e.Image)
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", e.ID, err)
	}
	now, err := s.Get(ctx, e.ID)
	if err != nil && !isNotFound(err) {
		return nil, err
	}
	day := date(want.Start)
	keys := []string{
		s.record(e.ID), s.outbox(), s.who(e.ID), s.alarms(), s.due(), s.receptions(want.Office, day), s.sequence(want.Office, day),
		s.day("office", want.Office, day),
	}
	keys = append(keys, s.ledgers(now)...)
	keys = append(keys, s.ledgers(want)...)
	keys = append(keys, s.desksOf(want, day)...)
	keys = append(keys, s.pools(want)...)
	if now.ID != "" {
		was := date(now.Start)
		keys = append(keys, s.day("office", now.Office, was), s.receptions(now.Office, was))
		keys = append(keys, s.desksOf(now, was)...)
		keys = append(keys, s.pools(now)...)
	}
	args := []any{
		e.ID, now.Version, e.Token, e.Image, e.Who, millis(want.End.Add(s.opts.KeepRecord)), millis(want.End.Add(s.opts.KeepWho)),
		ledgerTTL.Milliseconds(), s.alarmWords(want.Start), mode,
	}
	if mode == "restore" {
		answer, err := s.run(ctx, s.steps.restore, keys, args...)
		if err == nil {
			err = refused(answer)
		}
		return answer, err
	}
	intent := Entry{Op: OpKeep, ID: e.ID, Token: e.Token}
	return s.tell(ctx, []Entry{intent}, s.steps.restore, keys, args, func(answer []string) []Entry {
		if answer[0] != "kept" && answer[0] != "there" {
			return nil
		}
		intent.Image = answer[1]
		return []Entry{intent}
	})
}

// desksOf are the day indexes of a visit's desks, leg by leg.
func (s *Store) desksOf(r Record, date string) []string {
	keys := make([]string, len(r.Legs))
	for i, l := range r.Legs {
		keys[i] = s.day("desk", l.Desk, date)
	}
	return keys
}

// Keep says that a disputed appointment stands: in the place it still has or, where it has none, in the one it was given
// before. It gives *InTheWayError, naming ledgers, where that is still taken, ErrVersion where the appointment has changed
// since the caller saw it, and *StateError where it is not disputed.
func (s *Store) Keep(ctx context.Context, id string, version int64, date func(time.Time) string) (Record, error) {
	text, err := s.image(ctx, id)
	if err != nil {
		return Record{}, fmt.Errorf("keep %s: %w", id, err)
	}
	f, err := s.shapes.read(text)
	if err != nil {
		return Record{}, fmt.Errorf("keep %s: %w", id, err)
	}
	image := strings.ReplaceAll(f["wanted"], "\t", "\n")
	if f["claims"] != "" || image == "" {
		image = text
	}
	token := fmt.Sprint("k", version)
	if f["v"] != fmt.Sprint(version) && !slices.Contains(splitList(f["acks"]), token) {
		return Record{}, fmt.Errorf("keep %s: %w", id, ErrVersion)
	}
	answer, err := s.restore(ctx, Entry{ID: id, Token: token, Image: image}, date, "keep")
	switch {
	case err != nil:
	case answer[0] == "taken":
		err = &InTheWayError{IDs: answer[1:]}
	case answer[0] == "changed":
		err = ErrVersion
	default:
		err = refused(answer)
	}
	if err != nil {
		return Record{}, fmt.Errorf("keep %s: %w", id, err)
	}
	return s.Get(ctx, id)
}

// Primary tells one state of Redis's memory from another: the process that has the area's keys, and the history it
// carries on. Where it is another than before, something may be lost. It is "" for a server that does not say.
func (s *Store) Primary(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	node, err := s.primary(ctx)
	if err != nil {
		return "", err
	}
	p := node.Pipeline()
	server, replication := p.Info(ctx, "server"), p.Info(ctx, "replication")
	if _, err := p.Exec(ctx); err != nil {
		if isReply(err) {
			return "", nil // miniredis: it has one life and no replicas
		}
		return "", unavailable(err)
	}
	return infoOf(server, "run_id") + " " + infoOf(replication, "master_replid"), nil
}

func infoOf(info *redis.StringCmd, name string) string {
	for line := range strings.Lines(info.Val()) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Fate says what has become of a step whose outcome was unknown.
type Fate string

// Fates. A step that is not done will not be carried out late either.
const (
	FateUnknown Fate = "unknown"  // still
	FateLasting Fate = "lasting"  // done, and its replicas and the journal have it
	FateNotDone Fate = "not-done" // its appointment is as it was before
	FateGone    Fate = "gone"     // with its appointment, which Redis does not know
)

// Settle asks again what has become of steps, and gives their fates in the same order. While one is unknown its
// appointment says so. A fate is only told once enough replicas have what it rests on: a server that has been cut off and
// replaced does not know of the steps its successor has carried out, and must not call them not done. Together with an
// error it gives what is known nevertheless.
func (s *Store) Settle(ctx context.Context, steps ...Entry) ([]Fate, error) {
	fates := make([]Fate, len(steps))
	found := make([]Fate, 0, len(steps))
	there, undone := make([]Entry, 0, len(steps)), make([]Entry, 0)
	for i, e := range steps {
		fates[i] = FateUnknown
		answer, err := s.note(ctx, e, e.Op)
		if err != nil {
			return fates[:i], fmt.Errorf("settle %s of %s: %w", e.Op, e.ID, err)
		}
		switch answer[0] {
		case "gone":
			found, undone = append(found, FateGone), append(undone, e)
		case "not-done":
			found, undone = append(found, FateNotDone), append(undone, e)
		default:
			e.Image, e.Who = answer[1], answer[2]
			found, there = append(found, FateLasting), append(there, e)
		}
	}
	have, err := s.vouched(ctx, there, undone) // once for all of them
	if err != nil || have < s.opts.Durability.Replicas {
		return fates, err
	}
	if s.opts.Journal != nil && len(there) > 0 {
		if err := s.opts.Journal.Done(ctx, s.area, there); err != nil {
			return fates, err
		}
	}
	for i, e := range steps {
		if found[i] == FateLasting {
			if _, err := s.note(ctx, e, ""); err != nil {
				return fates, fmt.Errorf("settle %s of %s: %w", e.Op, e.ID, err)
			}
		}
		fates[i] = found[i]
	}
	return fates, nil
}

// note looks for a step's mark where op says what it was, and lets its appointment no longer say unknown where it is "".
func (s *Store) note(ctx context.Context, e Entry, op string) ([]string, error) {
	return s.run(ctx, s.steps.note, []string{s.record(e.ID), s.outbox(), s.who(e.ID), s.unsettled()}, e.ID, e.Token, op)
}

// Unsettled lists steps that are known to be unknown since before a time, whoever noticed: at most limit.
func (s *Store) Unsettled(ctx context.Context, before time.Time, limit int64) ([]Entry, error) {
	bound, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	ids, err := s.rdb.ZRangeByScore(bound, s.unsettled(), &redis.ZRangeBy{Min: "-inf", Max: text(millis(before)), Count: limit}).Result()
	if err != nil {
		return nil, fmt.Errorf("list unsettled steps of area %s: %w", s.area, unavailable(err))
	}
	var list []Entry
	for _, id := range ids {
		r, err := s.Get(ctx, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
		list = append(list, Entry{Op: r.Unknown.Op, ID: id, Token: r.Unknown.token})
	}
	return list, nil
}

func (s *Store) unsettled() string { return s.prefix + "unknown" }

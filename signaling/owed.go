package signaling

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/signaling/session"
)

// What a changed document brings about is stored in the same step as the document, and struck off once it has been carried out.
// So nothing is lost when the node that stored it dies before it acts, or never learns whether its step was carried out; it may
// be done twice, which changes nothing.

// debt is what is owed on account of one version of a document.
type debt struct {
	key     string
	session string
	version int64
	effects []session.Effect
}

// settleMost bounds what one node takes over at once, and settleFor is how long it has for it.
const (
	settleMost = 64
	settleFor  = 15 * time.Second
)

// takeOver claims what is owed and due, in the order of each session's versions.
func (s *store) takeOver(ctx context.Context) (list []debt, err error) {
	defer s.meters.step("claim")(&err)
	answer, err := s.claim.Run(ctx, s.redis, []string{s.keys.owed(), s.keys.owedDue()}, settleFor.Milliseconds(), settleMost).StringSlice()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("take over what is owed: %w", err)
	}
	for i := 0; i+1 < len(answer); i += 2 {
		id, version, _ := strings.Cut(answer[i], ":")
		d := debt{key: answer[i], session: id}
		if d.version, err = strconv.ParseInt(version, 10, 64); err != nil {
			return nil, fmt.Errorf("owed %q: want session and version", answer[i])
		}
		var unknown int
		if d.effects, unknown, err = session.DecodeEffects([]byte(answer[i+1])); err != nil {
			return nil, fmt.Errorf("owed %s: %w", answer[i], err)
		}
		if unknown > 0 {
			s.log.Warn("left to a newer version of this program", "session", id, "version", d.version, "effects", unknown)
			continue
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b debt) int {
		return cmp.Or(cmp.Compare(a.session, b.session), cmp.Compare(a.version, b.version))
	})
	return list, nil
}

// paid strikes off what has been carried out.
func (s *store) paid(ctx context.Context, key string) error {
	_, err := s.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HDel(ctx, s.keys.owed(), key)
		p.ZRem(ctx, s.keys.owedDue(), key)
		return nil
	})
	if err != nil {
		return fmt.Errorf("strike off %s: %w", key, err)
	}
	return nil
}

// settle carries out what others have stored and not carried out: they died, or never learned that it was stored.
func (b *Broker) settle(ctx context.Context) {
	list, err := b.store.takeOver(ctx)
	if err != nil {
		b.log.Warn("settle", "error", err)
		return
	}
	for _, owed := range list {
		d, err := b.store.load(ctx, owed.session)
		if errors.Is(err, errNoSession) {
			b.logFailed("strike off", owed.session, b.store.paid(ctx, owed.key)) // over for an hour
			continue
		}
		if err != nil {
			b.log.Warn("settle", "session", owed.session, "version", owed.version, "error", err)
			continue
		}
		b.hub.update(d)
		b.log.Info("carrying out what was left undone", "session", d.ID, "version", owed.version, "effects", len(owed.effects))
		b.carryOut(ctx, d, owed.key, owed.effects)
	}
}

// holderOf is the session that holds a booth, "" for none.
func (s *store) holderOf(ctx context.Context, booth string) (string, error) {
	id, err := s.redis.HGet(ctx, s.keys.booths(), booth).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("holder of booth %s: %w", booth, err)
	}
	return id, nil
}

// freeBooth takes a booth from a session that Redis no longer knows.
func (s *store) freeBooth(ctx context.Context, booth string) error {
	if err := s.redis.HDel(ctx, s.keys.booths(), booth).Err(); err != nil {
		return fmt.Errorf("free booth %s: %w", booth, err)
	}
	return nil
}

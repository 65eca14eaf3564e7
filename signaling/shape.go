package signaling

import (
	"context"
	"errors"
	"fmt"
	"time"

	"madoguchi/booking/redisstore"
	"madoguchi/signaling/session"
)

// Brokers of one area may be of different versions for a while, and each reads what the others write: documents, the effects owed on
// account of them, presence, and what is said between nodes. So each says which shape it reads (agree.lua of booking), and all write
// the newest that every one of them has been reading for ten minutes. Within a shape, a new kind of effect or of message is passed
// over by those who do not know it, and a field may be added only where its absence means what it meant before and where only the
// one who writes it needs it.

// agreeEvery is how often a broker says which shape it reads: many times within the time for which the others count it as being here.
const agreeEvery = 5 * time.Second

// agreement is what a store's brokers agree by; writes is what is in force where nothing has been agreed upon.
func (s *store) agreement(writes int64) redisstore.Agreement {
	return redisstore.Agreement{Redis: s.redis, Area: s.keys.area, Of: "ses-", Newest: int64(s.reads), Least: writes, After: s.shapeAfter}
}

// unagreed is the shape in force in an area whose brokers have not agreed upon any. Where there has been a session, older programs may
// run that do not even agree; an area that begins, begins with the newest.
func (s *store) unagreed(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	there, err := s.redis.Exists(ctx, s.keys.outbox()).Result()
	if err != nil {
		return 0, fmt.Errorf("look for earlier sessions: %w", err)
	}
	if there > 0 {
		return session.LeastShape, nil
	}
	return int64(s.reads), nil
}

// shaped is a document as it is to be written now.
func (s *store) shaped(d session.Doc) session.Doc { return d.In(int(s.writes.Load())) }

// agree tells the other brokers of the area what this one reads, and writes a newer shape once all read it, until ctx ends.
func (b *Broker) agree(ctx context.Context) error {
	tick, stop := b.clock.Every(agreeEvery)
	defer stop()
	before, old := int64(0), false
	for {
		shape, err := b.agreeOnce(ctx)
		tooOld := errors.As(err, new(*redisstore.ShapeError))
		switch {
		case tooOld && !old:
			b.log.Error("this program is too old for the sessions that are stored, and refuses those it cannot read", "error", err)
		case err == nil && shape != before:
			b.log.Info("shape of sessions", "shape", shape)
			before = shape
		case err != nil && !tooOld && ctx.Err() == nil:
			b.log.Debug("shape of sessions not agreed upon", "error", err) // others say that Redis is away
		}
		old = tooOld
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick:
		}
	}
}

// agreeOnce says it once. Only a broker that has just started may take the area for one that begins: Redis may also have lost
// everything, while an older broker runs.
func (b *Broker) agreeOnce(ctx context.Context) (int64, error) {
	least := int64(session.LeastShape)
	if !b.agreed.Load() {
		var err error
		if least, err = b.store.unagreed(ctx); err != nil {
			return 0, err
		}
	}
	shape, err := b.store.agreement(least).Say(ctx, b.node)
	if err == nil {
		b.store.writes.Store(shape)
	}
	if err == nil || errors.As(err, new(*redisstore.ShapeError)) {
		b.agreed.Store(true)
	}
	return shape, err
}

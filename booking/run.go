package booking

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"madoguchi/booking/redisstore"
)

// sweepBatch bounds how many dead holds one round clears away in an area.
const sweepBatch = 200

// giveOutEvery is how often those who wait are looked at even where nothing has happened: offers end, and time passes.
const giveOutEvery = 15 * time.Second

// Run puts the catalogue in force, follows the rules and what happens, and clears dead holds away until ctx ends, then
// returns nil. A Redis that does not answer is waited for.
func (s *Service) Run(ctx context.Context) error {
	var g errgroup.Group
	for _, a := range s.dir().Areas() {
		store := s.stores[a.ID]
		g.Go(func() error {
			s.tend(ctx, store)
			return nil
		})
		g.Go(func() error {
			s.followRules(ctx, store)
			return nil
		})
		g.Go(func() error {
			s.vouch(ctx, store)
			return nil
		})
		g.Go(func() error {
			s.agree(ctx, store)
			return nil
		})
	}
	return g.Wait()
}

// tend looks after one area.
func (s *Service) tend(ctx context.Context, store *redisstore.Store) {
	tick := time.NewTicker(s.sweep)
	defer tick.Stop()
	var gaveOut time.Time
	warner := s.newWarner(store)
	for {
		err := s.clear(ctx, store)
		if err == nil {
			err = s.follow(ctx, store)
		}
		if err == nil {
			err = warner.look(ctx)
		}
		if err == nil && time.Since(gaveOut) > giveOutEvery {
			gaveOut, err = time.Now(), errors.Join(s.giveOut(ctx, store), s.tendLends(ctx, store), s.carryOn(ctx, store))
		}
		if ctx.Err() != nil {
			return
		}
		s.noteOutage(store.Area(), err)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// followRules puts the catalogue in force once, unless a newer one is, and then looks for changes made elsewhere. A Redis
// that has lost its rules is given them again.
func (s *Service) followRules(ctx context.Context, store *redisstore.Store) {
	tick := time.NewTicker(min(rulesEvery, s.sweep))
	defer tick.Stop()
	for opened := false; ; {
		version, err := store.RulesVersion(ctx)
		switch known := s.dir().rulesIn(store.Area()); {
		case err != nil:
		case !opened || version == 0:
			err = s.publishAtStart(ctx, store)
			opened = err == nil
		case version != known:
			err = s.refresh(ctx, store)
		}
		s.noteRefresh(store, err)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// clear clears dead holds away, and the keys of what they knew of residents.
func (s *Service) clear(ctx context.Context, store *redisstore.Store) error {
	gone, err := store.Expire(ctx, sweepBatch)
	for _, hold := range gone {
		if name, sealed := keyName(hold.Who); sealed {
			s.destroy(ctx, store, hold.ID, name)
		}
	}
	return err
}

// destroy makes a sealed record unreadable wherever a copy of it may be. The record itself is gone already and the key
// would expire by itself, so a failure is no more than a delay. Whoever has begun to stop finishes this.
func (s *Service) destroy(ctx context.Context, store *redisstore.Store, id, key string) {
	if key == "" {
		return
	}
	if err := s.vault.destroy(context.WithoutCancel(ctx), store.Area(), key); err != nil {
		s.log.Warn("the key of a personal record stays until it expires", "appointment", id, "err", err)
	}
}

// noteOutage logs the beginning and the end of an outage, not its seconds.
func (s *Service) noteOutage(area string, err error) {
	_, was := s.outage.Load(area)
	switch {
	case err != nil && !was:
		s.outage.Store(area, true)
		s.log.Error("bookings wait for redis", "area", area, "err", err)
	case err == nil && was:
		s.outage.Delete(area)
		s.log.Info("redis answers again", "area", area)
	}
}

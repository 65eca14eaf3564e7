package booking

import (
	"context"
	"errors"
	"time"

	"madoguchi/booking/redisstore"
)

// keeper looks after what people of one area were told: it settles what is unknown, and when Redis may have forgotten
// something it replays the journal.
type keeper struct {
	s       *Service
	store   *redisstore.Store
	knows   bool      // the journal has been replayed
	primary string    // as it was then
	again   time.Time // when it is replayed once more; zero where that is done
	others  time.Time // when others' unknown steps were last looked for
}

// vouch runs until ctx ends.
func (s *Service) vouch(ctx context.Context, store *redisstore.Store) {
	k := &keeper{s: s, store: store}
	look, settle := time.NewTicker(lookForPrimary), time.NewTicker(settleEvery)
	defer look.Stop()
	defer settle.Stop()
	k.look(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.witness.news:
			k.settle(ctx)
		case <-settle.C:
			k.settle(ctx)
		case <-look.C:
			k.look(ctx)
		}
	}
}

// look replays the journal where the primary is another than before, and again a little later: an answer may have been on
// its way. A Redis that does not answer is asked the next time.
func (k *keeper) look(ctx context.Context) {
	primary, err := k.store.Primary(ctx)
	if err != nil {
		return
	}
	now := time.Now()
	switch {
	case !k.knows || primary != k.primary:
		if k.reconcile(ctx) {
			k.s.log.Info("compared with what was told", "area", k.store.Area(), "primary", primary, "before", k.primary)
			k.knows, k.primary, k.again = true, primary, now.Add(reconcileAgain)
		}
	case !k.again.IsZero() && now.After(k.again) && k.reconcile(ctx):
		k.again = time.Time{}
	}
}

// reconcile replays the journal and reports whether that went through.
func (k *keeper) reconcile(ctx context.Context) bool {
	told, report, err := k.s.witness.told(k.store.Area())
	if err == nil {
		for _, broken := range report.Broken {
			k.s.log.Error("the journal is damaged: what stood there cannot be restored", "area", k.store.Area(), "err", broken)
		}
		var done redisstore.Reconciled
		done, err = k.store.Reconcile(ctx, told, civilDate)
		if len(done.Restored)+len(done.Disputed) > 0 {
			k.s.log.Warn("redis had lost appointments", "area", k.store.Area(), "restored", done.Restored, "disputed", done.Disputed,
				"survived", done.Survived, "superseded", done.Superseded)
		}
	}
	if err == nil {
		err = k.resume(ctx, told)
	}
	if err != nil && ctx.Err() == nil {
		k.s.log.Error("what was told could not be compared with redis: it is tried again", "area", k.store.Area(), "err", err)
	}
	return err == nil
}

// resume lets disputed appointments stand that have lost their place to nobody: what was in the way was moved there by a
// step that another broker has restored since.
func (k *keeper) resume(ctx context.Context, told []redisstore.Entry) error {
	seen := map[string]bool{}
	for _, e := range told {
		if seen[e.ID] {
			continue
		}
		seen[e.ID] = true
		r, err := k.store.Get(ctx, e.ID)
		if errors.Is(err, redisstore.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if r.State != redisstore.StateDisputed || r.Dispute != redisstore.DisputeTaken || !r.BoothTime().Start.IsZero() {
			continue
		}
		_, err = k.store.Keep(ctx, e.ID, r.Version, civilDate)
		if errors.Is(err, ErrUnavailable) {
			return err
		}
		if err == nil {
			k.s.log.Info("disputed appointment stands: its time is free", "area", k.store.Area(), "appointment", e.ID)
		}
	}
	return nil
}

// settle asks again what has become of steps nobody knows of.
func (k *keeper) settle(ctx context.Context) {
	open := k.s.witness.unknown(k.store.Area())
	if now := time.Now(); now.Sub(k.others) > settleOthers {
		k.others = now
		if left, err := k.store.Unsettled(ctx, now.Add(-othersAreLate), settleAtMost); err == nil {
			for _, e := range left {
				open = append(open, unsettled{area: k.store.Area(), step: e})
			}
		}
	}
	if len(open) == 0 {
		return
	}
	open = open[:min(len(open), settleAtMost)]
	steps := make([]redisstore.Entry, len(open))
	for i, u := range open {
		steps[i] = u.step
	}
	fates, err := k.store.Settle(ctx, steps...)
	if err != nil {
		k.s.log.Debug("still unknown", "area", k.store.Area(), "steps", len(open), "err", err)
	}
	for i, fate := range fates {
		e := open[i].step
		switch fate {
		case redisstore.FateUnknown:
		case redisstore.FateLasting:
			k.s.witness.remove(k.store.Area(), e)
			k.s.log.Info("settled: it lasts", "step", e.Op, "appointment", e.ID)
		default:
			k.s.log.Warn("settled: it did not happen", "step", e.Op, "appointment", e.ID, "fate", fate)
			if err := k.s.witness.not(ctx, open[i]); err != nil {
				k.s.log.Warn("the journal does not know that yet", "appointment", e.ID, "err", err)
			}
		}
	}
}

package fleet

import (
	"context"
	"time"
)

// settleWithin is how long nodes may take at first to tell everything.
const settleWithin = 2 * time.Second

// watch reads the registry again and again, and judges.
func (f *Fleet) watch(ctx context.Context) error {
	tick := time.NewTicker(f.cfg.beat)
	defer tick.Stop()
	blind, said := false, false
	last, compared := f.now(), f.now()
	for {
		err := f.look(ctx)
		now := f.now()
		switch asleep := now-last > f.cfg.beat+asleepAfter; {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			if !said {
				f.log.Warn("registry of media nodes", "error", err)
			}
			blind, said = true, true
		case blind || asleep:
			// We have seen nothing for a while: every heart gets a new time.
			f.reprieve()
			blind, said = false, false
		default:
			f.judge(awake(now-last, f.cfg.beat))
		}
		last = now
		f.settleAfter(now)
		f.endBefore()
		f.buryDead(ctx)
		if err == nil && now-compared > checkEvery {
			compared = now
			f.compare(ctx)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// look reads the registry.
func (f *Fleet) look(ctx context.Context) error {
	reading, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	list, err := f.store.all(reading)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.base == nil || f.base.Err() != nil {
		return nil // not running (any more)
	}
	for id, r := range list {
		f.note(id, r)
	}
	for id, m := range f.nodes {
		// A registry that Redis has lost is written anew within a beat; meanwhile a node that talks to us is no dead one.
		if _, there := list[id]; !there && (m.link.down() || m.voice.time >= f.cfg.lost) {
			f.log.Info("media node is gone", "node", id)
			delete(f.nodes, id)
			f.lose(id)
			m.link.end()
			f.closing.Go(func() { <-m.link.done })
		}
	}
	return nil
}

// note takes a record in.
func (f *Fleet) note(id string, r Record) {
	m := f.nodes[id]
	if m == nil {
		m = &member{link: f.connect(f.base, r)}
		f.nodes[id] = m
		f.log.Info("media node found", "node", id, "at", r.Address, "zone", r.Zone, "version", r.Version, "state", r.State)
	}
	if r.Beat != m.record.Beat && m.lost {
		m.lost, m.witnesses = false, witnesses{}
		f.log.Info("media node is back", "node", id)
	}
	m.record = r
	if r.State == StateDraining && !m.draining {
		m.draining = true
		wakeUp(f.wake)
	}
}

func (f *Fleet) reprieve() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log.Warn("nothing was seen for a while: no media node is judged now")
	for _, m := range f.nodes {
		m.witnesses = witnesses{}
	}
}

// judge finds the nodes that are lost, so long after the look before.
func (f *Fleet) judge(after time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, m := range f.nodes {
		m.heart.looked(m.record.Beat, after)
		m.voice.looked(m.link.heard.Load(), after)
		f.judgePort(id, m, after)
		if m.lost || !m.agree(f.cfg.lost, m.link.refused.Load()) {
			continue
		}
		m.lost, m.lostAt = true, f.now()
		f.meters.nodeLost(m.heart.time)
		f.log.Error("media node is lost", "node", id, "heart", m.heart.time.Round(time.Millisecond), "voice", m.voice.time.Round(time.Millisecond))
		f.lose(id)
	}
}

// lose tells that nothing comes from a node any more, with the lock held, and has its rooms moved.
func (f *Fleet) lose(node string) {
	for id, r := range f.rooms {
		if r.Node == node {
			f.silence(id, r.people)
		}
	}
	for id, t := range f.tickets {
		if t.node == node {
			delete(f.tickets, id)
			f.endings = append(f.endings, t.ended)
			wakeUp(f.ended)
		}
	}
	wakeUp(f.wake)
}

// drains notes that a node takes no new rooms.
func (f *Fleet) drains(node string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m := f.nodes[node]; m != nil && !m.draining {
		m.draining = true
		f.log.Info("media node drains", "node", node)
		wakeUp(f.wake)
	}
}

// deadKept is how long a node that is lost stays in the registry.
const deadKept = 10 * time.Minute

// buryDead takes those out of the registry who have been lost for long: each start of a node is another, and nobody else does it
// for one that was killed. One that lives after all writes itself in again with its next beat.
func (f *Fleet) buryDead(ctx context.Context) {
	var dead []string
	f.mu.Lock()
	for id, m := range f.nodes {
		if m.lost && f.now()-m.lostAt > deadKept {
			dead = append(dead, id)
			m.lostAt = f.now() // not again at once where Redis refuses
		}
	}
	f.mu.Unlock()
	for _, id := range dead {
		burying, cancel := context.WithTimeout(ctx, beatWithin)
		if err := f.store.unregister(burying, id); err != nil {
			f.log.Warn("lost media node stays in the registry", "node", id, "error", err)
		}
		cancel()
	}
}

// settleAfter notes once that what goes on at the nodes is known, as far as it can be.
func (f *Fleet) settleAfter(now time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked = true
	for _, m := range f.nodes {
		if !m.whole && now < settleWithin {
			return
		}
	}
	f.markSettled()
}

func (f *Fleet) markSettled() {
	select {
	case <-f.settled:
	default:
		close(f.settled)
	}
}

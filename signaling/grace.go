package signaling

import (
	"context"
	"errors"
	"strings"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// How often the keeper looks.
const (
	sweepEvery = time.Second      // for leases and times of grace that ran out
	waitsEvery = 15 * time.Second // to tell waiting booths how time passes
	pruneEvery = time.Minute
)

// keep is the keeper: the one goroutine that owns every timer of sessions. The deadlines are in Redis, in one sorted
// set for the area, so it does not matter which node's keeper acts, nor whether the node that set one is still there;
// acting twice changes nothing.
func (b *Broker) keep(ctx context.Context) error {
	sweep, stopSweep := b.clock.Every(sweepEvery)
	defer stopSweep()
	renew, stopRenew := b.clock.Every(b.cfg.Lease / 3)
	defer stopRenew()
	waits, stopWaits := b.clock.Every(waitsEvery)
	defer stopWaits()
	prune, stopPrune := b.clock.Every(pruneEvery)
	defer stopPrune()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-sweep:
			b.cutOffAgain(ctx)
			b.sweep(ctx)
			b.settle(ctx)
		case <-renew:
			b.renew(ctx)
		case <-waits:
			b.hub.do(b.hub.tellWaits)
			b.closeExpired()
			b.tellPresent(ctx)
		case <-prune:
			b.logFailed("drop calls", "", b.calls.drop(ctx, b.hub.prune(time.UnixMilli(b.compared.Load()))))
		}
	}
}

// tellPresent tells booking which desks somebody sits at here: whether a resident who does not come is a no-show is
// judged by it. Missing one does no harm, so an outage is no news.
func (b *Broker) tellPresent(ctx context.Context) {
	var desks []string
	b.hub.do(func() {
		for seat := range b.hub.seats {
			if desk, is := strings.CutPrefix(seat, "desk:"); is {
				desks = append(desks, desk)
			}
		}
	})
	for _, desk := range desks {
		if err := b.cfg.Bookings.Present(ctx, desk); err != nil {
			b.log.Debug("presence not told", "desk", desk, "error", err)
			return
		}
	}
}

func (b *Broker) renew(ctx context.Context) {
	if err := b.lines.renew(ctx, b.hub.members(), b.clock.Now().Add(b.cfg.Lease)); err != nil {
		b.log.Warn("leases not renewed", "error", err)
	}
}

// sweep judges everybody whose time is up: who was online has lost its node and is offline from now on; who was
// offline is not coming back.
func (b *Broker) sweep(ctx context.Context) {
	now := b.clock.Now()
	if now.UnixMilli() < b.settled.Load() {
		return
	}
	list, err := b.lines.overdue(ctx, now)
	if err != nil {
		b.log.Warn("sweep", "error", err)
		return
	}
	for _, w := range list {
		if err := b.judge(ctx, w); err != nil {
			b.log.Warn("sweep", "session", w.session, "participant", w.participant, "error", err)
		}
	}
}

func (b *Broker) judge(ctx context.Context, w who) error {
	people, err := b.lines.ofSession(ctx, w.session)
	if err != nil {
		return err
	}
	// The line is read before its deadline: whoever says something new sets both at once.
	if overdue, err := b.lines.stillOverdue(ctx, w, b.clock.Now()); err != nil || !overdue {
		return err
	}
	if p := people[w.participant]; p.Online {
		if b.adopt(ctx, w, p.line) {
			return nil
		}
		b.log.Warn("lease ran out", "session", w.session, "participant", w.participant)
		b.offline(ctx, w, p.Socket, protocol.AwayNetwork)
		return nil
	}
	event := session.Event{
		Type: session.GraceExpired, By: session.Actor{Side: session.SideSystem}, Whom: w.participant, At: b.now(),
	}
	_, err = b.apply(ctx, w.session, event)
	var refused *session.Refusal
	if err != nil && !errors.As(err, &refused) && !errors.Is(err, errNoSession) {
		return err
	}
	return b.lines.forget(ctx, w)
}

// offline notes that a participant's socket is gone and why, unless a newer one has taken its place, and starts its
// time of grace.
func (b *Broker) offline(ctx context.Context, w who, socket string, why protocol.Away) {
	p := b.hub.person(w)
	if p.Socket != socket && p.Socket != "" {
		return
	}
	l := p.line
	l.Node, l.Socket, l.Online, l.Reason, l.Word = b.node, socket, false, why, l.Word+1
	if ours := b.hub.setLine(w, l); ours != nil {
		l = *ours
		b.logFailed("renew presence", w.session, b.lines.setLine(ctx, w, l, b.clock.Now().Add(b.cfg.Lease)))
		return
	}
	if err := b.lines.setLine(ctx, w, l, b.clock.Now().Add(b.graceOf(w))); err != nil {
		b.log.Warn("presence not stored", "session", w.session, "participant", w.participant, "error", err)
	}
}

func (b *Broker) graceOf(w who) time.Duration {
	if side(w.participant) == string(session.SideBooth) {
		return b.cfg.BoothGrace
	}
	return b.cfg.DeskGrace
}

// closeExpired closes the sockets whose token has run out, but nobody's in the middle of a session.
func (b *Broker) closeExpired() {
	for _, s := range b.hub.idleSince(b.clock.Now()) {
		s.finish(protocol.CloseExpired, "token expired")
	}
}

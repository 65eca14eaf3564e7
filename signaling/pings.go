package signaling

import (
	"context"
	"time"
)

// pingBeats is how often in PingEvery all sockets are looked at.
const pingBeats = 8

// ping asks sockets that have been silent for a sign of life. One goroutine does it for all of them: a timer each would
// cost more than the pings, most of which are not needed, for clients say something themselves every PingEvery. It goes
// by the real clock, as what it guards against does.
func (b *Broker) ping(ctx context.Context) error {
	every := b.cfg.Limits.PingEvery
	beat := time.NewTicker(max(every/pingBeats, time.Millisecond))
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-beat.C:
			b.hub.do(func() { b.hub.pingSilent(now, every) })
		}
	}
}

// pingSilent pings whoever has said nothing for a third longer than clients are to, and so again at each beat until it
// answers; whoever does not is given up.
func (h *hub) pingSilent(now time.Time, every time.Duration) {
	silent, gone := now.Add(-every-every/3).UnixNano(), now.Add(-3*every).UnixNano()
	for s := range h.all {
		switch heard := s.heardAt.Load(); {
		case heard < gone:
			s.giveUp()
		case heard < silent:
			s.out.pingNow()
		}
	}
}

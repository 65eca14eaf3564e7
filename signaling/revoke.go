package signaling

import (
	"context"
	"time"

	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
)

// cutAgain is how long after a revocation whoever has come in meanwhile is put out again: a request that was checked just
// before it may take so long to be carried out.
const cutAgain = 5 * time.Second

// revoke takes tokens back on every node of the area, and with them the sockets and media that were opened by them.
func (b *Broker) revoke(ctx context.Context, what access.Revocation) error {
	err := b.revocations.Revoke(ctx, what)
	b.log.Warn("signed out", "seat", what.Seat, "signIn", what.SignIn)
	b.cutOff(ctx, what)
	if err != nil {
		return err
	}
	return b.tellNodes(ctx, change{Revoked: &what})
}

// hearRevoked takes in what another node has revoked.
func (b *Broker) hearRevoked(ctx context.Context, what access.Revocation) {
	b.revocations.Take(what)
	b.cutOff(ctx, what)
}

// readRevoked finds revocations that were not heard of.
func (b *Broker) readRevoked(ctx context.Context) error {
	news, err := b.revocations.Load(ctx)
	for _, what := range news {
		b.cutOff(ctx, what)
	}
	return err
}

// cutOffAgain puts those out who have come in while something was being revoked.
func (b *Broker) cutOffAgain(ctx context.Context) {
	for _, what := range b.revocations.Since(b.clock.Now().Add(-cutAgain)) {
		b.cutOff(ctx, what)
	}
}

// cutOff closes the sockets here that a revocation covers, and ends the seat's sound and pictures wherever they are carried.
// Media that the same seat has opened by a newer signing-in end with them; its page opens them again by itself.
func (b *Broker) cutOff(ctx context.Context, what access.Revocation) {
	sockets, sessions := b.hub.covered(what)
	for _, s := range sockets {
		s.finish(protocol.CloseRevoked, "signed out")
	}
	ctx, cancel := context.WithTimeout(ctx, effectWithin)
	defer cancel()
	for _, id := range sessions {
		b.logFailed("cut media", id, b.media.Leave(ctx, id, what.Seat))
	}
}

// covered lists the sockets here that a revocation covers, and the sessions in which its seat has media by them: those it
// has entered here, and those where it is connected as equipment. Once its newer signing-in is here, its media are the newer one's.
func (h *hub) covered(what access.Revocation) (sockets []*socket, sessions []string) {
	h.do(func() {
		newer := false
		if there := h.seats[what.Seat]; there != nil {
			if newer = !what.Covers(there.socket.who.seat.SignIn, what.Seat, there.socket.who.seat.Issued); !newer {
				sockets = append(sockets, there.socket)
			}
		}
		for id, v := range h.sessions {
			_, in := v.doc.Participant(what.Seat)
			_, seen := v.people[what.Seat]
			equipment := h.visitors[who{id, what.Seat}] != nil
			if (in || seen) && (!newer || equipment) {
				sessions = append(sessions, id)
			}
		}
	})
	return sockets, sessions
}

// followKeys looks for signing keys that were added or retired, so that nobody has to be restarted for it.
func (b *Broker) followKeys(ctx context.Context) error {
	again, stop := b.clock.Every(access.PublishedFirst / 3)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again:
			before := b.cfg.Keys.IDs()
			if err := b.cfg.Keys.Reload(); err != nil {
				b.log.Error("keys not read again: the former ones stay", "error", err)
			}
			b.keysChanged(ctx, before, b.cfg.Keys.IDs())
		}
	}
}

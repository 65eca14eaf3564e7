package signaling

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"madoguchi/sfu"
	"madoguchi/sfu/whip"
	"madoguchi/signaling/access"
	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// WhipAuth lets WHIP and WHEP peers in by room tokens. In a session they stand before the gate as equipment, named on
// every screen, until the desk admits them. With the grant bench, where the configuration allows it, they meet in
// rooms that are no session at all; a session's room is never opened that way.
func (b *Broker) WhipAuth() interface {
	whip.Auth
	whip.Rooms
} {
	return equipment{b}
}

type equipment struct{ *Broker }

// Authorize reads a room token for exactly this room.
func (e equipment) Authorize(ctx context.Context, bearer, room string) (whip.Grant, error) {
	g, err := e.authorize(ctx, strings.TrimSpace(bearer), room)
	if errors.Is(err, whip.ErrUnauthorized) || errors.Is(err, whip.ErrForbidden) {
		e.noteToken(ctx, access.WHIP, "", err)
	}
	return g, err
}

func (e equipment) authorize(ctx context.Context, bearer, room string) (whip.Grant, error) {
	if !e.Running() {
		return whip.Grant{}, errStopped
	}
	if bearer == "" {
		return whip.Grant{}, fmt.Errorf("no token: %w", whip.ErrUnauthorized)
	}
	token, err := e.verifier.RoomOver(bearer, certificateOf(ctx))
	if err != nil {
		return whip.Grant{}, fmt.Errorf("%w: %w", whip.ErrUnauthorized, err)
	}
	if token.Room != room {
		return whip.Grant{}, fmt.Errorf("the token is for another room: %w", whip.ErrForbidden)
	}
	g := whip.Grant{
		Participant: token.Participant, Name: token.Name,
		Publish: token.Grants.Has(access.Publish), Subscribe: token.Grants.Has(access.Subscribe),
	}
	if g.Name == "" {
		g.Name = token.Participant
	}
	if !token.Grants.Has(access.Bench) {
		return g, nil
	}
	if !e.cfg.AllowBench {
		return whip.Grant{}, fmt.Errorf("tokens for measuring are not taken in service: %w", whip.ErrForbidden)
	}
	_, _, err = e.newest(ctx, room)
	if err != nil && !errors.Is(err, errNoSession) {
		return whip.Grant{}, err
	}
	g.Bench = err != nil // a room that is no session
	return g, nil
}

// Enter puts equipment before the gate of its session.
func (e equipment) Enter(ctx context.Context, room string, g whip.Grant, k sfu.Kind) error {
	if g.Bench {
		return nil
	}
	_, err := e.apply(ctx, room, e.event(session.EquipmentJoined, g))
	defer e.noteEquipment(ctx, who{room, g.Participant}, string(k), err)
	if err != nil {
		return equipmentRefused(err)
	}
	w := who{room, g.Participant}
	// Each offer is a line of its own: the end of an older one, here or at another broker, says nothing of it.
	l := line{Node: e.node, Socket: newID("e_"), Online: true, Label: g.Name}
	e.hub.visitorArrived(w, string(k), l)
	e.logFailed("store presence", room, e.lines.setLine(ctx, w, l, e.clock.Now().Add(e.cfg.Lease)))
	e.log.Info("equipment at the gate", "session", room, "participant", g.Participant, "kind", k)
	return nil
}

// Lost gives equipment its time of grace: it keeps its place, and whether it is admitted, until then.
func (e equipment) Lost(room string, g whip.Grant, k sfu.Kind) {
	if g.Bench {
		return
	}
	w := who{room, g.Participant}
	socket, since, last := e.hub.visitorLeft(w, string(k))
	if !last {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), effectWithin)
	defer cancel()
	defer e.noteEquipmentGone(ctx, w, string(k), since)
	d, ok := e.hub.doc(room)
	if _, in := d.Participant(g.Participant); !ok || !in || d.State == protocol.StateClosed { // sent away, or all is over
		e.logFailed("forget", room, e.lines.forget(ctx, w))
		return
	}
	e.log.Info("equipment lost: it may come again", "session", room, "participant", g.Participant, "kind", k)
	e.offline(ctx, w, socket, protocol.AwayNetwork)
}

// Left takes equipment out of its session when the last of its connections has gone.
func (e equipment) Left(room string, g whip.Grant, k sfu.Kind) {
	if g.Bench {
		return
	}
	w := who{room, g.Participant}
	socket, since, last := e.hub.visitorLeft(w, string(k))
	if now := e.hub.person(w).Socket; !last || now != "" && now != socket {
		return
	}
	event := e.event(session.Gone, g)
	gone := func(ctx context.Context) error {
		_, err := e.apply(ctx, room, event)
		var refused *session.Refusal
		if errors.As(err, &refused) || errors.Is(err, errNoSession) {
			return nil // the session is over
		}
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), effectWithin)
	defer cancel()
	defer e.noteEquipmentGone(ctx, w, string(k), since)
	if err := gone(ctx); err != nil {
		e.log.Warn("equipment left", "session", room, "participant", g.Participant, "error", err)
		e.retries.add("equipment left "+room, gone)
	}
	e.logFailed("forget", room, e.lines.forget(ctx, who{room, g.Participant}))
}

func (e equipment) event(t session.Type, g whip.Grant) session.Event {
	return session.Event{Type: t, By: session.Actor{Side: session.SideEquipment, ID: g.Participant}, At: e.now()}
}

// equipmentRefused says it in the words of package whip.
func equipmentRefused(err error) error {
	switch {
	case errors.Is(err, errNoSession), errors.Is(err, session.ErrClosed):
		return fmt.Errorf("%w: %w", whip.ErrNoRoom, err)
	case errors.Is(err, session.ErrForbidden), errors.Is(err, session.ErrNotNow):
		return fmt.Errorf("%w: %w", whip.ErrForbidden, err)
	default:
		return err
	}
}

// visitorArrived notes that equipment is connected here.
func (h *hub) visitorArrived(w who, kind string, l line) {
	h.do(func() {
		if h.visitors[w] == nil {
			h.visitors[w] = &visitor{kinds: map[string]bool{}, since: h.clock.Now()}
		}
		h.visitors[w].kinds[kind], h.visitors[w].adopted = true, false
		h.visitors[w].socket = l.Socket
		v := h.sessions[w.session]
		if v == nil {
			return
		}
		p := v.people[w.participant]
		p.line = l
		p.said++
		v.people[w.participant] = p
		h.tellSession(v) // its name was not known when the document came
	})
}

// visitorLeft notes that one connection of equipment has gone; true if it was the last, with the newest line it had here and since
// when it was.
func (h *hub) visitorLeft(w who, kind string) (socket string, since time.Time, last bool) {
	h.do(func() {
		there := h.visitors[w]
		if there == nil {
			return
		}
		delete(there.kinds, kind)
		if last = len(there.kinds) == 0; last {
			socket, since = there.socket, there.since
			delete(h.visitors, w)
		}
	})
	return socket, since, last
}

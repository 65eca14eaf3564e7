package signaling

import (
	"context"

	"madoguchi/signaling/protocol"
)

// Equipment has no socket that comes back to another broker: the one that took its offer renews its line. When that broker
// dies the camera goes on sending, and its media node says so to everybody. So whichever broker finds that the line was not
// renewed asks what is known of its media: while they are connected it renews the line from now on, and once they are not the
// line runs out as anybody's does.

// adopt has this broker vouch for equipment whose line was not renewed, if its media node says that it is connected.
func (b *Broker) adopt(ctx context.Context, w who, said line) bool {
	d, ok := b.hub.doc(w.session)
	if !ok || b.nodes == nil {
		return false // one node alone: media end with it
	}
	p, in := d.Participant(w.participant)
	if !in || p.Kind != protocol.KindEquipment || !b.hub.vouch(w, said.Socket) {
		return false
	}
	said.Node, said.Word = b.node, said.Word+1
	b.hub.setLine(w, said)
	b.logFailed("store presence", w.session, b.lines.setLine(ctx, w, said, b.clock.Now().Add(b.cfg.Lease)))
	b.log.Info("equipment goes on: its line is renewed here from now on", "session", w.session, "participant", w.participant)
	return true
}

// vouch notes that the line of equipment is renewed here while its media are connected; false if they are not.
func (h *hub) vouch(w who, socket string) (connected bool) {
	h.do(func() {
		if connected = h.connected(w); connected && h.visitors[w] == nil {
			h.visitors[w] = &visitor{kinds: map[string]bool{}, socket: socket, adopted: true}
		}
	})
	return connected
}

// connected says, in the hub's goroutine, whether somebody's media are.
func (h *hub) connected(w who) bool {
	v := h.sessions[w.session]
	return v != nil && v.people[w.participant].Connected
}

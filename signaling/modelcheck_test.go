package signaling

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// check looks at what must never be.
func (m *model) check() {
	talking := map[string]string{}
	for _, id := range modelVisits {
		d := m.redis.docs[id].doc
		if d.State != protocol.StateConsultation {
			continue
		}
		if other, taken := talking[d.Booth]; taken {
			m.wrong("booth %s is in two consultations: %s and %s", d.Booth, other, id)
		}
		talking[d.Booth] = id
	}
	m.checkTrail()
}

// checkTrail wants every version of every document in the trail, once and in order; what Redis has lost is said to be.
func (m *model) checkTrail() {
	last := map[string]int64{}
	for _, e := range m.redis.trail {
		switch {
		case e.version == last[e.session]+1:
		case m.failed && e.version > last[e.session] && (e.event == "restored" || e.event == "lost"):
		default:
			m.wrong("the trail of %s goes from version %d to %d (%s)", e.session, last[e.session], e.version, e.event)
		}
		last[e.session] = e.version
	}
	for id, s := range m.redis.docs {
		if last[id] != s.doc.Version {
			m.wrong("the trail of %s ends at version %d of %d", id, last[id], s.doc.Version)
		}
	}
}

// comeToRest lets no more faults happen: everybody's time of grace runs out, booths confirm, brokers settle. Then every visit must
// have reached its end.
func (m *model) comeToRest() {
	m.pending = nil
	m.openLate(true)
	for range 3 {
		m.pass(time.Minute)
		for _, n := range m.nodes {
			m.reload(n)
			m.settle(n)
			m.openLate(true)
		}
	}
	m.checkRooms()
	for range 40 {
		m.pass(time.Minute)
		for _, n := range m.nodes {
			m.reload(n)
			m.settle(n)
			m.openLate(true)
		}
		for _, id := range modelVisits {
			d := m.redis.docs[id].doc
			if d.State != protocol.StateClosed {
				m.apply(m.nodes[0], id, session.Event{Type: session.GraceExpired, By: session.Actor{Side: session.SideSystem}, Whom: session.BoothSeat(d.Booth), At: m.clock})
			}
			if d.Stage() == protocol.StageClosing {
				m.apply(m.nodes[0], id, session.Event{Type: session.Wiped, By: boothActor(d.Booth), At: m.clock})
			}
		}
		if m.check(); m.fault != nil || m.atRest() == nil {
			return
		}
	}
	m.fault = m.atRest()
}

// checkRooms wants every room to be as its newest document says, now that everybody has had time to say so.
func (m *model) checkRooms() {
	for _, id := range modelVisits {
		d, r := m.redis.docs[id].doc, m.rooms[id]
		if d.State != protocol.StateClosed && !r.closed && !m.failed && !slices.EqualFunc(d.Gate(), r.groups, slices.Equal) {
			m.wrong("in %s hear each other %v, and should %v", id, r.groups, d.Gate())
		}
	}
}

// atRest says what has not come to its end.
func (m *model) atRest() error {
	for _, id := range modelVisits {
		d := m.redis.docs[id].doc
		switch {
		case d.Stage() != protocol.StageClosed:
			return fmt.Errorf("%s is %s and was never wiped", id, d.Stage())
		case len(m.rooms[id].groups) > 0:
			return fmt.Errorf("the room of %s is still open", id)
		case !m.told[id]["finish"] && !m.failed:
			return fmt.Errorf("the booking never heard that %s is over", id)
		case d.Met() && !m.failed && !m.told[id]["started 0"]:
			return fmt.Errorf("the booking never heard that %s began", id)
		}
	}
	if len(m.redis.booths) > 0 || len(m.redis.owed) > 0 {
		return fmt.Errorf("still held %v, still owed %v", m.redis.booths, slices.Sorted(maps.Keys(m.redis.owed)))
	}
	return nil
}

// word is what the media node is told of one gate.
type word struct {
	room    string
	version int64
	groups  [][]string
}

// open is the media node, which takes no older word for a newer one.
func (m *model) open(w word) {
	r := m.rooms[w.room]
	switch {
	case r.closed || w.version < r.version && m.bug != lateGateCounts:
	case m.bug == differenceInGate:
		r.version, r.groups = w.version, append(slices.Clone(r.groups), w.groups...)
	default:
		r.version, r.groups = w.version, w.groups
	}
}

// openLate lets what was told to the media node long ago arrive.
func (m *model) openLate(all bool) {
	for len(m.late) > 0 {
		i := m.rand.IntN(len(m.late))
		w := m.late[i]
		m.late = slices.Delete(m.late, i, i+1)
		m.open(w)
		if !all {
			return
		}
	}
}

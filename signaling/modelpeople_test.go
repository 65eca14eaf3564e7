package signaling

import (
	"cmp"
	"slices"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// ask has somebody ask for something; mostly what makes sense as things stand, sometimes anything.
func (m *model) ask() {
	id := m.pick(modelVisits)
	d := m.redis.docs[id].doc
	var e session.Event
	if m.rand.IntN(10) < 9 {
		e = m.sensible(d)
	} else {
		e = session.Event{Type: session.Types[m.rand.IntN(len(session.Types))], By: m.anybody(d), Whom: m.anyone(d)}
		e.Desk, e.Pool, e.Role, e.Private = "x1", "ward", "nurse", true
		e.Reason = protocol.PauseOther
	}
	e.At = m.clock
	if e.Type == session.Entered && e.By.Side == session.SideBooth {
		e.Wipes = true
	}
	m.send(id, e)
}

func (m *model) send(id string, e session.Event) {
	m.asked++
	r := request{m.asked, id, e}
	switch m.rand.IntN(20) {
	case 0: // lost on the way
	case 1: // said twice
		m.pending = append(m.pending, r, r)
	default:
		m.pending = append(m.pending, r)
	}
}

func (m *model) anybody(d session.Doc) session.Actor {
	all := append(slices.Clone(modelDesks), boothActor(d.Booth), boothActor("b3"),
		session.Actor{Side: session.SideGuest, ID: "g1"}, session.Actor{Side: session.SideEquipment, ID: "cam1"},
		session.Actor{Side: session.SideCounter, ID: "counter:o1"})
	return all[m.rand.IntN(len(all))]
}

func boothActor(booth string) session.Actor {
	return session.Actor{Side: session.SideBooth, ID: session.BoothSeat(booth)}
}

func (m *model) anyone(d session.Doc) string {
	ids := []string{session.BoothSeat(d.Booth), "g1", "cam1", "desk:d1", "desk:x1", "nobody", ""}
	return m.pick(ids)
}

// sensible is what somebody might well want now.
func (m *model) sensible(d session.Doc) session.Event {
	lead := modelDesks[slices.IndexFunc(modelDesks, func(a session.Actor) bool { return a.Desk == cmp.Or(d.Current().Desk, "d1") })]
	booth := boothActor(d.Booth)
	if _, in := d.Participant(booth.ID); !in {
		return session.Event{Type: session.Entered, By: booth}
	}
	if _, in := d.Participant(lead.ID); !in {
		return session.Event{Type: session.Entered, By: lead}
	}
	by := func(t session.Type, a session.Actor) session.Event { return session.Event{Type: t, By: a} }
	visitor := session.Event{Type: session.GuestJoined, By: session.Actor{Side: session.SideGuest, ID: "g1"}, Role: "family"}
	choose := func(list ...session.Event) session.Event { return list[m.rand.IntN(len(list))] }
	switch d.State {
	case protocol.StateArrived:
		return choose(by(session.Ready, booth), by(session.Ready, booth), visitor, by(session.StaffCame, session.Actor{Side: session.SideCounter, ID: "counter:o1"}))
	case protocol.StateWaiting:
		return choose(
			session.Event{Type: session.Admit, By: lead, Whom: booth.ID}, session.Event{Type: session.Admit, By: lead, Whom: booth.ID},
			session.Event{Type: session.Admit, By: modelDesks[1], Whom: booth.ID}, by(session.Entered, modelDesks[1]),
			by(session.Summon, lead), visitor, by(session.Alarm, booth), by(session.Entered, lead),
			session.Event{Type: session.Admit, By: lead, Whom: booth.ID})
	case protocol.StateConsultation:
		other := m.pick(modelVisits)
		if d.Word != nil && m.rand.IntN(2) == 0 {
			asked := modelDesks[slices.IndexFunc(modelDesks, func(a session.Actor) bool { return a.Desk == d.Word.Desk })]
			return choose(by(session.Entered, asked), by(session.Entered, asked), by(session.Leave, asked), by(session.Handover, lead),
				session.Event{Type: session.Dismiss, By: lead, Whom: asked.ID},
				session.Event{Type: session.Confer, By: lead, Desk: asked.Desk, Role: "x", Private: !d.Word.Private})
		}
		return choose(
			visitor, session.Event{Type: session.Admit, By: lead, Whom: "g1"}, session.Event{Type: session.Dismiss, By: lead, Whom: "g1"},
			session.Event{Type: session.Confer, By: lead, Desk: "p1", Role: "pharmacist", Private: m.rand.IntN(2) == 0},
			by(session.Entered, modelDesks[2]), session.Event{Type: session.Dismiss, By: lead, Whom: "desk:p1"},
			by(session.Handover, lead), by(session.Requeue, lead), by(session.End, lead),
			session.Event{Type: session.Pause, By: booth, Reason: protocol.PausePrivacy}, by(session.Resume, booth),
			session.Event{Type: session.Gather, By: lead, Other: other, Booth: m.redis.docs[other].doc.Booth},
			session.Event{Type: session.Release, By: lead, Other: other}, by(session.Alarm, booth), by(session.Leave, lead),
			by(session.EquipmentJoined, session.Actor{Side: session.SideEquipment, ID: "cam1"}))
	default:
		return by(session.Wiped, booth)
	}
}

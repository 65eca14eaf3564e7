package signaling

import (
	"cmp"
	"reflect"
	"slices"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// This file adds to what people are shown how their visit goes on; it runs in the hub's goroutine.

// sideLobby is the kind of seat that shows numbers in an office's lobby.
const sideLobby session.Side = "lobby"

// stageOf is the stage as people see it. That one end is lost is known from its line, not from the document.
func stageOf(v *visit) protocol.Stage {
	stage := v.doc.Stage()
	if stage != protocol.StageTalking {
		return stage
	}
	for _, end := range []string{session.BoothSeat(v.doc.Booth), session.DeskSeat(v.doc.Current().Desk)} {
		if p, known := v.people[end]; known && !p.Online && p.Socket != "" {
			return protocol.StageInterrupted
		}
	}
	return stage
}

// addCourse tells the rest of where a visit stands.
func (h *hub) addCourse(out *protocol.Session, v *visit) {
	d := v.doc
	out.Stage, out.NotBefore, out.Host = stageOf(v), d.NotBefore, d.Host
	if c := d.Called; c != nil {
		out.Called = &protocol.Called{Desk: c.Desk, Name: h.deskName(c.Desk), At: c.At}
	}
	if p := d.Paused; p != nil {
		out.Pause = &protocol.Paused{By: p.By, Reason: p.Reason, At: p.At}
	} else if d.State == protocol.StateConsultation && d.StaffHolds() {
		out.Pause = &protocol.Paused{Reason: protocol.PauseVisitor, At: d.Staff.At}
	}
	if w := d.Word; w != nil {
		out.Word = &protocol.Word{
			Desk: w.Desk, Name: h.deskName(w.Desk), Role: w.Role, By: w.By, Private: w.Private, Joined: d.Joined(), At: w.At,
		}
	}
	if s := d.Staff; s != nil {
		out.Staff = &protocol.StaffState{Present: s.Present, At: s.At, Accepted: slices.Clone(s.Accepted)}
	}
	if e := d.Emergency; e != nil {
		panel := h.places.InEmergency(d.Office)
		who := h.places.Professional(d.Current().Desk, d.Current().Pool)
		panel.By, panel.At, panel.DeskName, panel.DeskPhone = e.By, e.At, who.Name, who.Phone
		out.Emergency = &panel
	}
	for _, g := range d.Gathered {
		one := protocol.Gathered{Session: g.Session, Booth: g.Booth, BoothName: h.places.BoothName(g.Booth)}
		if other := h.sessions[g.Session]; other != nil {
			one.Number = other.doc.Number
		}
		out.Gathered = append(out.Gathered, one)
	}
}

func (h *hub) deskName(desk string) string {
	if place, ok := h.places.Seat(session.DeskSeat(desk)); ok {
		return place.Name
	}
	return desk
}

// apart says whether somebody is let in and neither heard nor hearing just now.
func apart(d session.Doc, p session.Participant) bool {
	return p.Admitted && !slices.ContainsFunc(d.Gate(), func(group []string) bool { return slices.Contains(group, p.ID) })
}

// unwiped lists the sessions that are over and that a booth has still to confirm.
func (h *hub) unwiped(w identity) (list []string) {
	if w.side != session.SideBooth {
		return nil
	}
	for id, v := range h.sessions {
		if v.doc.Booth == w.seat.Booth && v.doc.State == protocol.StateClosed && v.doc.HoldsBooth() {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list
}

// tellLobby sends a lobby's screen its numbers, if they have changed.
func (h *hub) tellLobby(there *seated) {
	now := h.lobby(there.socket.who.seat.Office)
	if there.lobby == nil {
		there.socket.send(protocol.Seat{})
	} else if reflect.DeepEqual(*there.lobby, now) {
		return
	}
	there.lobby = &now
	there.socket.send(now)
}

// lobby is what the screen of an office's lobby shows: who is called or talks, then who waits, in their order.
func (h *hub) lobby(office string) protocol.Lobby {
	out := protocol.Lobby{Office: office, OfficeName: h.places.OfficeName(office)}
	now := h.clock.Now()
	type line struct {
		rank int
		doc  session.Doc
	}
	var lines []line
	for _, d := range h.openDocs() {
		if rank := lobbyRank(d); d.Office == office && rank < notShown {
			lines = append(lines, line{rank, d})
		}
	}
	slices.SortFunc(lines, func(a, b line) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), compareTurns(a.doc, b.doc, now))
	})
	for i, l := range lines {
		stage := []protocol.Stage{protocol.StageCalled, protocol.StageTalking, protocol.StageWaiting}[l.rank]
		if i == lobbyMost {
			break
		}
		out.Numbers = append(out.Numbers, protocol.LobbyEntry{Number: l.doc.Number, BoothName: h.places.BoothName(l.doc.Booth), Stage: stage})
	}
	if out.Numbers == nil {
		out.Numbers = []protocol.LobbyEntry{}
	}
	return out
}

// lobbyMost bounds the numbers on a screen.
const lobbyMost = 50

const notShown = 3

func lobbyRank(d session.Doc) int {
	switch {
	case d.State == protocol.StateConsultation:
		return 1
	case d.State != protocol.StateWaiting:
		return notShown
	case d.Called != nil:
		return 0
	default:
		return 2
	}
}

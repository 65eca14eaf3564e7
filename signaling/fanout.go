package signaling

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// This file runs in the hub's goroutine: what is new, and who is told.

// take takes a document in if it is newer than the one known.
func (h *hub) take(d session.Doc) (news, gate bool) {
	v := h.sessions[d.ID]
	if v == nil {
		v = &visit{people: map[string]presence{}, members: map[string]*member{}}
		h.sessions[d.ID] = v
	} else if d.Version <= v.doc.Version {
		return false, false
	}
	before := v.doc
	h.replace(v, d)
	return true, !slices.EqualFunc(before.Gate(), d.Gate(), slices.Equal)
}

// replace puts a document in the place of another and tells everybody here.
func (h *hub) replace(v *visit, d session.Doc) {
	before := v.doc
	v.doc = d
	releaseHeld(v, before)
	h.tellSession(v)
	h.tellSeatsOf(before)
	h.tellSeatsOf(d)
	h.tellQueue(d)
}

// adopt takes what is stored for what holds, though it is no newer than the copy here.
func (h *hub) adopt(d session.Doc) {
	h.do(func() {
		if v := h.sessions[d.ID]; v != nil && v.doc.Version == d.Version {
			h.replace(v, d)
		}
	})
}

// tellSession sends the session to everybody here who takes part, and goodbye to whom it is over for.
func (h *hub) tellSession(v *visit) {
	for participant, m := range v.members {
		if _, in := v.doc.Participant(participant); in {
			m.socket.send(h.sessionFor(v, m.socket))
		}
		if why := overFor(v.doc, participant); why != "" {
			delete(v.members, participant)
			m.socket.send(protocol.Ended{Session: v.doc.ID, Reason: why})
		}
	}
	if v.doc.State != protocol.StateClosed {
		h.tellPresence(v)
	}
}

// overFor says why a session is over for a participant, or "" if it goes on.
func overFor(d session.Doc, participant string) protocol.Reason {
	if d.State == protocol.StateClosed {
		return d.Reason
	}
	if _, in := d.Participant(participant); in {
		return ""
	}
	switch side(participant) {
	case "desk":
		return protocol.ReasonHandover
	case "booth":
		return protocol.ReasonReleased
	}
	return protocol.ReasonDismissed
}

// tellPresence sends everybody here who is connected.
func (h *hub) tellPresence(v *visit) {
	if len(v.members) == 0 {
		return
	}
	p := presenceOf(v)
	for _, m := range v.members {
		m.socket.send(p)
	}
}

// tellSeatsOf sends their snapshot to the seats a document concerns, where it has changed.
func (h *hub) tellSeatsOf(d session.Doc) {
	if d.ID == "" {
		return
	}
	h.tellSeat(session.BoothSeat(d.Booth))
	h.tellSeat("counter:" + d.Office)
	h.tellSeat("lobby:" + d.Office)
	for _, leg := range d.Legs {
		h.tellSeat(session.DeskSeat(leg.Desk))
		h.tellSeat("assistant:" + leg.Pool)
	}
	if d.Word != nil {
		h.tellSeat(session.DeskSeat(d.Word.Desk))
	}
	if leg := d.Current(); leg.Desk == "" {
		for _, desk := range h.places.DesksOf(leg.Pool) {
			h.tellSeat(session.DeskSeat(desk))
		}
	}
}

// tellSeat sends a seat its snapshot if it has changed since.
func (h *hub) tellSeat(id string) {
	there := h.seats[id]
	if there == nil {
		return
	}
	if there.socket.who.side == sideLobby {
		h.tellLobby(there)
		return
	}
	now := h.seatFor(there.socket)
	if there.told != nil && reflect.DeepEqual(*there.told, now) {
		return
	}
	there.told = &now
	there.socket.send(now)
}

// tellOffice sends their snapshot to an office's counter and booths, where it has changed.
func (h *hub) tellOffice(office string) {
	for id := range h.offices[office] {
		h.tellSeat(id)
	}
}

// tellDay lets every seat know that the appointments may have changed, and gives how many seats were told.
func (h *hub) tellDay(rev int64) int {
	if rev == h.dayRev {
		return 0
	}
	h.dayRev = rev // it may have gone back: Redis may have lost something, and then all the more is to be read again
	told := 0
	for id, there := range h.seats {
		if hasDay(there.socket.who) {
			h.tellSeat(id)
			told++
		}
	}
	return told
}

// hasDay says whether a seat shows the day's appointments. A booth does not, and there are thousands of them.
func hasDay(w identity) bool { return w.side != session.SideBooth }

// dayFor is the revision of the day that a seat is told.
func (h *hub) dayFor(w identity) int64 {
	if hasDay(w) {
		return h.dayRev
	}
	return 0
}

// tellQueue sends their expected wait to the booths here that wait for the same desk or pool as d.
func (h *hub) tellQueue(d session.Doc) {
	for _, v := range h.sessions {
		if len(v.members) > 0 && sharesQueue(v.doc, d) {
			h.tellWaiting(v, session.BoothSeat(v.doc.Booth))
		}
	}
}

// tellWaits does so for every booth here: time passes.
func (h *hub) tellWaits() {
	for _, v := range h.sessions {
		if len(v.members) > 0 {
			h.tellWaiting(v, session.BoothSeat(v.doc.Booth))
		}
	}
}

func (h *hub) tellWaiting(v *visit, booth string) {
	m := v.members[booth]
	if m == nil || booth != session.BoothSeat(v.doc.Booth) || v.doc.State != protocol.StateWaiting {
		return
	}
	now := estimate(v.doc, h.openDocs(), len(h.places.DesksOf(v.doc.Current().Pool)), h.clock.Now())
	if m.waiting != nil && reflect.DeepEqual(*m.waiting, now) {
		return
	}
	m.waiting = &now
	m.socket.send(now)
}

// setLine takes presence in. It returns our own line if we know better: somebody declares a participant lost whose
// socket is here, or has carried out a mute of it since.
func (h *hub) setLine(w who, l line) (ours *line) {
	h.do(func() {
		if v := h.sessions[w.session]; v != nil {
			ours = h.takeLine(v, w, l)
		}
	})
	return ours
}

func (h *hub) takeLine(v *visit, w who, l line) (ours *line) {
	p := v.people[w.participant]
	p.said++
	late := l.Arrival.before(p.Arrival) || l.Socket == p.Socket && l.Word < p.Word
	if v.members[w.participant] != nil && (!l.Online || late || p.Socket != l.Socket && l.MutedAt > p.MutedAt) {
		muted := p.keepMutes(l)
		if l.Socket == p.Socket {
			p.Word = max(p.Word, l.Word+1)
		}
		v.people[w.participant] = p
		if muted {
			h.tellPresence(v)
		}
		return &p.line
	}
	if late {
		p.keepMutes(l)
		v.people[w.participant] = p
		return nil
	}
	l.keepMutes(p.line)
	named := l.Label != "" && l.Label != p.Label
	p.line = l
	v.people[w.participant] = p
	if named {
		h.tellSession(v)
	} else {
		h.tellPresence(v)
	}
	h.tellSeatsOf(v.doc)
	return nil
}

// said counts what has been said of each participant of a session, for reread.
func (h *hub) said(id string) (counts map[string]int) {
	counts = map[string]int{}
	h.do(func() {
		if v := h.sessions[id]; v != nil {
			for participant, p := range v.people {
				counts[participant] = p.said
			}
		}
	})
	return counts
}

// reread takes in what Redis had of a participant, unless something has been said since said was counted: what was read
// before that is older, and nobody would say the newer again. It returns our own line as setLine does.
func (h *hub) reread(w who, stored presence, said int, node string) (ours *line) {
	h.do(func() {
		v := h.sessions[w.session]
		if v == nil || v.people[w.participant].said != said {
			return
		}
		if v.doc.State != protocol.StateClosed && stored.From != node && stored.From != "" {
			h.takeMedia(v, w, stored.media)
		}
		if stored.Node != node && stored.Node != "" {
			ours = h.takeLine(v, w, stored.line)
		}
	})
	return ours
}

// setMedia likewise for media; the tracks go to the participant itself. False means that no open session of that id
// is known.
func (h *hub) setMedia(w who, now media) (ok bool) {
	h.do(func() {
		v := h.sessions[w.session]
		if v == nil || v.doc.State == protocol.StateClosed {
			return
		}
		ok = true
		h.takeMedia(v, w, now)
	})
	return ok
}

func (h *hub) takeMedia(v *visit, w who, now media) {
	p := v.people[w.participant]
	before := p.media
	p.media = now
	p.said++
	v.people[w.participant] = p
	if m := v.members[w.participant]; m != nil && !slices.Equal(before.Tracks, now.Tracks) {
		m.socket.send(h.tracksFor(v, w.participant))
	}
	if before.Connected != now.Connected || before.Up != now.Up || before.Down != now.Down || before.SoundOnly != now.SoundOnly {
		h.tellPresence(v)
	}
}

// person is one participant's presence.
func (h *hub) person(w who) (p presence) {
	h.do(func() {
		if v := h.sessions[w.session]; v != nil {
			p = v.people[w.participant]
		}
	})
	return p
}

// mute notes that a participant's own sound or picture is off.
func (h *hub) mute(w who, audio, video bool) (l line) {
	h.do(func() {
		v := h.sessions[w.session]
		if v == nil {
			return
		}
		p := v.people[w.participant]
		p.keepMutes(line{Audio: audio, Video: video, MutedAt: max(h.clock.Now().UnixMilli(), p.MutedAt+1)})
		p.said++
		v.people[w.participant] = p
		l = p.line
		h.tellPresence(v)
	})
	return l
}

// setCall takes a call in and rings, or stops ringing, at the counters here. It returns the call as it is now known; false
// if it is over or has nothing new.
func (h *hub) setCall(c call) (now call, ok bool) {
	h.do(func() {
		if c.over(h.clock.Now()) {
			return // an older word on a call that has been forgotten
		}
		there, known := h.calls[c.ID]
		now = c
		if known {
			now = there.with(c)
		}
		if ok = !known || !reflect.DeepEqual(now, there); !ok {
			return
		}
		h.calls[c.ID] = now
		h.tellOffice(c.Office)
	})
	return now, ok
}

// rememberedFor is how long a closed session is remembered here: long enough that no late word on it can come. Whoever comes back
// later still learns of the end, from Redis.
const rememberedFor = 5 * time.Minute

// prune forgets what is over: calls, and sessions closed long enough ago, if Redis has been compared with what is known here that
// long after. Until then it may come back without their end, which only this copy knows.
func (h *hub) prune(compared time.Time) (callsOver []string) {
	now := h.clock.Now()
	h.do(func() {
		offices := map[string]bool{}
		for id, c := range h.calls {
			if c.over(now) {
				delete(h.calls, id)
				callsOver = append(callsOver, id)
				offices[c.Office] = true
			}
		}
		for office := range offices {
			h.tellOffice(office)
		}
		before := len(h.sessions)
		for id, v := range h.sessions {
			if v.doc.ClosedAt != nil && !v.doc.HoldsBooth() && compared.Sub(*v.doc.ClosedAt) > rememberedFor {
				delete(h.sessions, id)
			}
		}
		if forgotten := before - len(h.sessions); forgotten > len(h.sessions) {
			h.sessions = maps.Collect(maps.All(h.sessions)) // the one of a busy hour keeps its size
		}
	})
	return callsOver
}

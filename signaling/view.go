package signaling

import (
	"cmp"
	"slices"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// This file makes messages from what the hub holds; it runs in the hub's goroutine. Documents hold ids; the words are
// added here, for the one who reads them.

// sessionFor is the session as the participant of s may see it.
func (h *hub) sessionFor(v *visit, s *socket) protocol.Session {
	d := v.doc
	out := protocol.Session{
		ID: d.ID, Version: d.Version, State: d.State, Appointment: d.Appointment,
		Office: d.Office, OfficeName: h.places.OfficeName(d.Office),
		Booth: d.Booth, BoothName: h.places.BoothName(d.Booth),
		Number: d.Number, CheckedInBy: string(d.CheckedInBy), Leg: d.Leg,
		WaitingSince: d.WaitingSince, StartedAt: d.StartedAt,
	}
	h.addCourse(&out, v)
	atTheEnds := s.who.side == session.SideBooth || s.who.side == session.SideDesk
	for _, leg := range d.Legs {
		name, public := h.places.ServiceName(leg.Service)
		if !atTheEnds {
			name = public
		}
		out.Legs = append(out.Legs, protocol.Leg{
			Service: leg.Service, ServiceName: name, Role: leg.Role, Pool: leg.Pool, PoolName: h.places.PoolName(leg.Pool),
			Desk: leg.Desk, StartsAt: leg.StartsAt, EndsAt: leg.EndsAt, PlannedAt: leg.PlannedAt(), Done: leg.Done,
			Professional: h.places.Professional(leg.Desk, leg.Pool),
		})
	}
	for _, p := range d.Participants {
		out.Participants = append(out.Participants, h.participant(v, p))
	}
	return out
}

// participant adds a name and a role: the seat's, or for a visitor what its token said.
func (h *hub) participant(v *visit, p session.Participant) protocol.Participant {
	out := protocol.Participant{ID: p.ID, Kind: p.Kind, Role: string(p.Kind), Name: p.ID, Admitted: p.Admitted, Apart: apart(v.doc, p)}
	if p.Role != "" {
		out.Role = p.Role
	}
	if place, ok := h.places.Seat(p.ID); ok {
		out.Role, out.Name = place.Role, place.Name
		if p.Kind == protocol.KindBooth && h.officesOf(v.doc) > 1 { // each calls its booths the same
			out.Name = h.places.OfficeName(place.Office) + " " + place.Name
		}
	} else if label := v.people[p.ID].Label; label != "" {
		out.Name = label
	}
	return out
}

// officesOf is of how many offices booths take part.
func (h *hub) officesOf(d session.Doc) int {
	offices := map[string]bool{}
	for _, p := range d.Participants {
		if place, ok := h.places.Seat(p.ID); ok && p.Kind == protocol.KindBooth {
			offices[place.Office] = true
		}
	}
	return len(offices)
}

// presenceOf is who of the participants is connected.
func presenceOf(v *visit) protocol.Presence {
	out := protocol.Presence{Session: v.doc.ID}
	for _, p := range v.doc.Participants {
		now := v.people[p.ID]
		out.People = append(out.People, protocol.PresenceItem{
			Participant: p.ID, Online: now.Online, Connected: now.Connected,
			AudioMuted: now.Audio, VideoMuted: now.Video, Reason: now.Reason, Up: now.Up, Down: now.Down, SoundOnly: now.SoundOnly,
		})
	}
	return out
}

func (h *hub) tracksFor(v *visit, participant string) protocol.Tracks {
	return protocol.Tracks{Session: v.doc.ID, Tracks: v.people[participant].Tracks}
}

// seatFor is everything live that concerns a seat.
func (h *hub) seatFor(s *socket) protocol.Seat {
	out := protocol.Seat{DayRev: h.dayFor(s.who)}
	for _, v := range h.sessions {
		if v.doc.State != protocol.StateClosed && concerns(v.doc, s.who) {
			line := h.summary(v)
			line.Asked = v.doc.Asks(s.who.seat.Desk)
			line.Joined = line.Asked && v.doc.Joined()
			out.Sessions = append(out.Sessions, line)
		}
	}
	slices.SortFunc(out.Sessions, func(a, b protocol.SessionSummary) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Number, b.Number), cmp.Compare(a.ID, b.ID))
	})
	out.Wipe = h.unwiped(s.who)
	for _, c := range h.calls {
		if s.who.side == session.SideCounter && c.Office == s.who.seat.Office ||
			s.who.side == session.SideBooth && c.Booth == s.who.seat.Booth {
			out.Calls = append(out.Calls, c.Call)
		}
	}
	slices.SortFunc(out.Calls, func(a, b protocol.Call) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// rank puts first what goes on: a booth that comes back belongs to the first session of its list.
func rank(s protocol.SessionSummary) int {
	switch {
	case s.State == protocol.StateConsultation:
		return 0
	case s.State == protocol.StateWaiting:
		return 1
	case s.BoothOnline:
		return 2
	default:
		return 3
	}
}

// concerns says whether a seat lists a session: the booth its own, the counter those of its office, the desk those with
// a leg of its own that is not done, the assistant those with a leg of its pool's that is not. A desk of the same pool may stand in, but is not shown what it was not booked for.
func concerns(d session.Doc, w identity) bool {
	switch w.side {
	case session.SideBooth:
		return d.Booth == w.seat.Booth
	case session.SideCounter:
		return d.Office == w.seat.Office
	case session.SideDesk:
		leg := d.Current()
		return d.Asks(w.seat.Desk) || leg.Desk == "" && leg.Pool == w.seat.Pool ||
			slices.ContainsFunc(d.Legs, func(l session.Leg) bool { return !l.Done && l.Desk == w.seat.Desk })
	case session.SideAssistant:
		return slices.ContainsFunc(d.Legs, func(l session.Leg) bool { return !l.Done && l.Pool == w.seat.Pool })
	default:
		return false
	}
}

func (h *hub) summary(v *visit) protocol.SessionSummary {
	d := v.doc
	leg := d.Current()
	out := protocol.SessionSummary{
		ID: d.ID, Appointment: d.Appointment, State: d.State,
		Office: d.Office, OfficeName: h.places.OfficeName(d.Office),
		Booth: d.Booth, BoothName: h.places.BoothName(d.Booth),
		Number: d.Number, Leg: d.Leg, Desk: leg.Desk, Pool: leg.Pool,
		WaitingSince: d.WaitingSince, BoothOnline: v.people[session.BoothSeat(d.Booth)].Online,
		Stage: stageOf(v), NotBefore: d.NotBefore, Emergency: d.Emergency != nil,
		Staff: d.Staff != nil && d.Staff.Present,
	}
	if d.Called != nil {
		out.CalledBy = d.Called.Desk
	}
	if d.State == protocol.StateWaiting {
		out.Place = place(d, h.openDocs(), h.clock.Now())
	}
	return out
}

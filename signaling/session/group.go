package session

import (
	"slices"
	"strings"

	"madoguchi/signaling/protocol"
)

// This file is group sessions: several booths in one room. Each keeps its own document; that of the session in whose room they
// are lists the others' booths as participants, and so has the whole gate.

// MaxGathered is how many other sessions can be in one room.
const MaxGathered = 7

// gather takes another booth in. It is admitted: the professional has named it. Its own session hears of it.
func gather(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	switch {
	case e.Other == "" || e.Other == d.ID || e.Booth == "" || e.Booth == d.Booth:
		return nil, notNow(e, "name the session of another booth")
	case slices.ContainsFunc(d.Gathered, func(g Gathered) bool { return g.Session == e.Other }):
		return []Effect{Host{e.Other, e.By.Desk, e.By.Pool}}, nil
	case d.Hosts(e.Booth):
		return nil, notNow(e, "that booth is in the room")
	case len(d.Gathered) >= MaxGathered || len(d.Participants) >= MaxParticipants:
		return nil, notNow(e, "the room is full")
	}
	d.Gathered = append(d.Gathered, Gathered{e.Other, e.Booth})
	d.Participants = append(d.Participants, Participant{ID: BoothSeat(e.Booth), Kind: protocol.KindBooth, Admitted: true})
	return []Effect{Host{e.Other, e.By.Desk, e.By.Pool}}, nil
}

// release lets one go back, or takes it out because its own session would not have it so.
func release(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		if err := d.professional(e); err != nil {
			return nil, err
		}
	}
	i := slices.IndexFunc(d.Gathered, func(g Gathered) bool { return g.Session == e.Other })
	if i < 0 {
		return nil, nil
	}
	return d.release(d.Gathered[i], Unhost{Other: e.Other}), nil
}

// release takes one out of the room; said is what its own session is told.
func (d *Doc) release(g Gathered, said Unhost) []Effect {
	d.Gathered = slices.DeleteFunc(d.Gathered, func(one Gathered) bool { return one.Session == g.Session })
	d.remove(BoothSeat(g.Booth))
	return []Effect{Expel{BoothSeat(g.Booth), protocol.ReasonReleased}, said}
}

// releaseAll takes everybody else out.
func (d *Doc) releaseAll(over bool) []Effect {
	var effects []Effect
	for _, g := range slices.Clone(d.Gathered) {
		effects = append(effects, d.release(g, Unhost{Other: g.Session, Over: over})...)
	}
	return effects
}

// gatheredBooth finds the session of another booth in this room by the booth's participant id.
func (d *Doc) gatheredBooth(id string) (Gathered, bool) {
	booth := boothOf(id)
	i := slices.IndexFunc(d.Gathered, func(g Gathered) bool { return booth != "" && g.Booth == booth })
	if i < 0 {
		return Gathered{}, false
	}
	return d.Gathered[i], true
}

// boothOf is the booth of a participant id, "" if it is none.
func boothOf(id string) string {
	booth, ok := strings.CutPrefix(id, "booth:")
	if !ok {
		return ""
	}
	return booth
}

// hosted is the other side of gather: this session's booth is in the room of another from now on.
func hosted(d *Doc, e Event) ([]Effect, error) {
	switch {
	case e.By.Side != SideSystem:
		return nil, forbidden(e, "only the broker may")
	case !d.Serves(e.By.Desk, e.By.Pool):
		return nil, forbidden(e, "it is not this desk's leg")
	case d.index(BoothSeat(d.Booth)) < 0:
		return nil, notNow(e, "the booth is not there")
	}
	effects := d.begin(e.By.Desk, e.At)
	d.Host = e.Other
	return effects, nil
}

// hostedAgain says what is so already; in another room it cannot be.
func hostedAgain(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		return nil, forbidden(e, "only the broker may")
	}
	if d.Host != e.Other {
		return nil, notNow(e, "it is in another room")
	}
	return nil, nil
}

// unhosted is the other side of release and of whatever else ends it.
func unhosted(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		return nil, forbidden(e, "only the broker may")
	}
	if d.Host != e.Other {
		return nil, nil
	}
	d.Host = ""
	if !e.Over {
		since := d.WaitingSince
		effects := d.wait(e.At)
		if since != nil {
			d.WaitingSince = since
		}
		return effects, nil
	}
	done := d.Leg
	d.Legs[done].Done = true
	if next := d.next(); next >= 0 {
		d.Leg = next
		return append(d.passTo("", e.At), LegDone{done}), nil
	}
	return append([]Effect{LegDone{done}}, d.close(protocol.ReasonDone, e.At)...), nil
}

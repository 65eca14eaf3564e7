package session

import (
	"time"

	"madoguchi/signaling/protocol"
)

// This file is how somebody goes, and how a visit ends.

// close ends the visit for everybody. The participants stay listed, so that each can be told. A booth that never came has
// nothing to wipe, and one whose page knows of no wiping has had its last word.
func (d *Doc) close(why protocol.Reason, at time.Time) []Effect {
	effects := d.releaseAll(why == protocol.ReasonDone)
	d.State = protocol.StateClosed
	d.Reason = why
	d.ClosedAt = &at
	if d.Host != "" {
		effects = append(effects, Part{d.Host})
	}
	d.StartedAt, d.Called, d.Paused, d.Word, d.NotBefore, d.Host = nil, nil, nil, nil, nil, ""
	if d.index(BoothSeat(d.Booth)) < 0 || !d.Wipes {
		d.WipedAt = &at
	}
	return append(effects, CloseRoom{}, Finish{Reason: why, Met: d.Met()})
}

func wiped(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem && e.By.ID != BoothSeat(d.Booth) {
		return nil, forbidden(e, "only the booth may")
	}
	if d.Stage() == protocol.StageClosing {
		d.WipedAt = &e.At
	}
	return nil, nil
}

func leave(d *Doc, e Event) ([]Effect, error) {
	switch e.By.Side {
	case SideBooth:
		if other, ok := d.gatheredBooth(e.By.ID); ok {
			return d.release(other, Unhost{Other: other.Session, Left: true}), nil
		}
		if e.By.ID != BoothSeat(d.Booth) {
			return nil, forbidden(e, "it is another booth's session")
		}
		return d.close(protocol.ReasonLeft, e.At), nil
	case SideDesk, SideGuest, SideEquipment:
		return d.depart(e.By.ID, protocol.ReasonLeft, e.At), nil
	default:
		return nil, forbidden(e, "it takes no part")
	}
}

// depart takes one participant out. A consultation whose desk is gone waits again; a call of a desk that is gone is off.
func (d *Doc) depart(id string, why protocol.Reason, at time.Time) []Effect {
	p, ok := d.Participant(id)
	if !ok {
		return nil
	}
	if d.Word != nil && id == DeskSeat(d.Word.Desk) {
		return d.forgetWord(why)
	}
	d.remove(id)
	effects := []Effect{Expel{id, why}}
	if p.Kind != protocol.KindDesk {
		return effects
	}
	if d.Called != nil && id == DeskSeat(d.Called.Desk) {
		d.Called = nil
	}
	if d.State == protocol.StateConsultation && d.Host == "" {
		return append(effects, d.wait(at)...)
	}
	return effects
}

func graceExpired(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		return nil, forbidden(e, "only the broker may")
	}
	if other, ok := d.gatheredBooth(e.Whom); ok {
		return d.release(other, Unhost{Other: other.Session, Lost: true}), nil
	}
	if e.Whom != BoothSeat(d.Booth) {
		return d.depart(e.Whom, protocol.ReasonAbandoned, e.At), nil
	}
	if d.index(e.Whom) < 0 && !d.Met() {
		return d.close(protocol.ReasonNoShow, e.At), nil
	}
	return d.close(protocol.ReasonAbandoned, e.At), nil
}

package session

import (
	"slices"
	"time"

	"madoguchi/signaling/protocol"
)

// This file is calling, putting back and passing on: who is next, and with whom.

// summon calls the resident: from now on the visit is this desk's, unless it is put back or the desk goes.
func summon(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	if d.index(BoothSeat(d.Booth)) < 0 {
		return nil, notNow(e, "the booth is not there")
	}
	effects := d.sendDesksAway(e.By.ID)
	d.Called = &Called{e.By.Desk, e.At}
	d.NotBefore = nil
	return effects, nil
}

// summonAgain says what is so already, to the desk that has called.
func summonAgain(d *Doc, e Event) ([]Effect, error) { return nil, d.professional(e) }

// requeue puts the visit back. The desk stays before the gate; what the resident has waited counts on.
func requeue(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	if d.WaitingSince == nil {
		d.WaitingSince = &e.At
	}
	var until *time.Time
	if !e.Until.IsZero() {
		until = &e.Until
	}
	if d.State == protocol.StateWaiting && d.Called == nil && sameTime(d.NotBefore, until) {
		return nil, nil
	}
	effects := d.queue(protocol.StateWaiting)
	d.NotBefore = until
	return effects, nil
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// transfer passes the current leg on to another desk or pool. A desk that was asked in and has come takes over at once.
func transfer(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	leg := &d.Legs[d.Leg]
	switch {
	case e.Desk == "" && e.Pool == "":
		return nil, notNow(e, "to nobody")
	case e.Desk != "" && e.Desk == leg.Desk, e.Desk == "" && leg.Desk == "" && e.Pool == leg.Pool:
		return nil, notNow(e, "it is there already")
	}
	leg.Desk, leg.Pool, leg.Role = e.Desk, e.Pool, e.Role
	heir := ""
	if d.Joined() && d.Word.Desk == e.Desk {
		heir = e.Desk
	}
	since := d.WaitingSince
	effects := d.passTo(heir, e.At)
	if since != nil {
		d.WaitingSince = since // nobody goes to the end of the queue because somebody else is to help them
	}
	return effects, nil
}

// confer asks another desk in, or makes what is said with it private or not.
func confer(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	switch {
	case e.Desk == "" || e.Desk == e.By.Desk:
		return nil, notNow(e, "name another desk")
	case d.Word != nil && d.Word.Desk != e.Desk:
		return nil, notNow(e, "another desk has been asked: dismiss it first")
	case d.Word != nil && d.Word.Private == e.Private:
		return nil, nil
	}
	word := Word{Desk: e.Desk, Role: e.Role, By: e.By.ID, Private: e.Private, At: e.At}
	if d.Word != nil {
		word.At, word.Role = d.Word.At, d.Word.Role
	}
	d.Word = &word
	return nil, nil
}

// forgetWord ends a word: the desk that was asked is asked no longer, and sent away if it has come.
func (d *Doc) forgetWord(why protocol.Reason) []Effect {
	id := DeskSeat(d.Word.Desk)
	d.Word = nil
	if d.index(id) < 0 {
		return nil
	}
	d.remove(id)
	return []Effect{Expel{id, why}}
}

// pause turns sound and pictures off for everybody. Whoever paused is the only one to go on: a resident who changes clothes
// is not to be seen before they say so.
func pause(d *Doc, e Event) ([]Effect, error) {
	if err := d.eitherEnd(e); err != nil {
		return nil, err
	}
	switch {
	case d.Paused != nil && d.Paused.By != e.By.ID:
		return nil, notNow(e, "it is paused already")
	case d.Paused != nil && d.Paused.Reason == e.Reason:
		return nil, nil
	}
	d.Paused = &Paused{e.By.ID, e.Reason, e.At}
	return nil, nil
}

func resume(d *Doc, e Event) ([]Effect, error) {
	if err := d.eitherEnd(e); err != nil {
		return nil, err
	}
	if d.Paused != nil && d.Paused.By != e.By.ID {
		return nil, forbidden(e, "only whoever paused may")
	}
	d.Paused = nil
	return nil, nil
}

// eitherEnd refuses everybody but the booth and the desk of the current leg.
func (d *Doc) eitherEnd(e Event) error {
	if e.By.Side != SideBooth {
		return d.professional(e)
	}
	if e.By.ID != BoothSeat(d.Booth) {
		return forbidden(e, "it is another booth's session")
	}
	if d.index(e.By.ID) < 0 {
		return notNow(e, "enter the session first")
	}
	return nil
}

// staff notes that somebody of the post office is in the booth, or has left it; consent is asked anew each time.
func staff(present bool) step {
	return func(d *Doc, e Event) ([]Effect, error) {
		if e.By.Side != SideCounter && (e.By.Side != SideBooth || e.By.ID != BoothSeat(d.Booth)) {
			return nil, forbidden(e, "only the post office says who of it is there")
		}
		if d.Staff != nil && d.Staff.Present == present || d.Staff == nil && !present {
			return nil, nil
		}
		d.Staff = &Staff{Present: present, At: e.At}
		return nil, nil
	}
}

func acceptStaff(d *Doc, e Event) ([]Effect, error) {
	if err := d.eitherEnd(e); err != nil {
		return nil, err
	}
	if d.Staff == nil || !d.Staff.Present {
		return nil, notNow(e, "nobody of the post office is there")
	}
	if slices.Contains(d.Staff.Accepted, e.By.ID) {
		return nil, nil
	}
	accepted := *d.Staff
	accepted.Accepted = append(slices.Clone(accepted.Accepted), e.By.ID)
	d.Staff = &accepted
	return nil, nil
}

// alarm is the emergency button of either side, pressed. Everybody hears everybody from now on.
func alarm(d *Doc, e Event) ([]Effect, error) {
	switch p, there := d.Participant(e.By.ID); {
	case e.By.Side != SideBooth && e.By.Side != SideDesk:
		return nil, forbidden(e, "only booth and desk may")
	case e.By.Side == SideBooth && e.By.ID != BoothSeat(d.Booth) && !d.Hosts(boothOf(e.By.ID)):
		return nil, forbidden(e, "it is another booth's session")
	case !there, p.Kind == protocol.KindDesk && e.By.ID != DeskSeat(e.By.Desk):
		return nil, notNow(e, "enter the session first")
	case d.index(BoothSeat(d.Booth)) < 0:
		return nil, notNow(e, "nobody is in the booth")
	case d.Emergency != nil:
		return nil, nil
	}
	d.Emergency = &Emergency{e.By.ID, e.At}
	d.Paused = nil
	if d.Word != nil && d.Word.Private {
		word := *d.Word
		word.Private = false
		d.Word = &word
	}
	return []Effect{Ring{e.At}}, nil
}

// calm ends an emergency.
func calm(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideCounter {
		if err := d.professional(e); err != nil {
			return nil, err
		}
	}
	d.Emergency = nil
	return nil, nil
}

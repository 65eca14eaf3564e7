package session

import (
	"slices"
	"strings"
	"time"

	"madoguchi/signaling/protocol"
)

// MaxParticipants bounds a session: two ends, guests and equipment.
const MaxParticipants = 16

// step carries out one event in one state. It may change d, which is a copy, and refuses by an error.
type step func(d *Doc, e Event) ([]Effect, error)

// table is the machine: an event that a state does not list is refused with ErrNotNow.
var table = map[protocol.State]map[Type]step{
	protocol.StateArrived: {
		Entered: enter, GuestJoined: join, EquipmentJoined: join, Gone: gone,
		Ready: ready, Dismiss: dismiss, End: end, Leave: leave, GraceExpired: graceExpired, Cancelled: cancel,
		Rescheduled: reschedule,
	},
	protocol.StateWaiting: {
		Entered: enter, GuestJoined: join, EquipmentJoined: join, Gone: gone,
		Ready: stay(SideBooth), Admit: start, Dismiss: dismiss, End: end, Leave: leave, GraceExpired: graceExpired, Cancelled: cancel,
		Rescheduled: reschedule,
	},
	protocol.StateConsultation: {
		Entered: enter, GuestJoined: join, EquipmentJoined: join, Gone: gone,
		Ready: stay(SideBooth), Admit: letIn, Dismiss: dismiss, Handover: handover, End: end, Leave: leave, GraceExpired: graceExpired,
		Rescheduled: reschedule,
	},
	protocol.StateClosed: {
		Gone: nothing, Leave: nothing, GraceExpired: nothing, Cancelled: nothing, Rescheduled: nothing,
	},
}

// Next computes what e does to d: the next document and the effects that follow, in order. A document that comes back
// with the same version has not changed and needs no storing. Errors are *Refusal; d is then still what holds.
func Next(d Doc, e Event) (Doc, []Effect, error) {
	do, ok := table[d.State][e.Type]
	if !ok {
		if d.State == protocol.StateClosed {
			return d, nil, &Refusal{e.Type, ErrClosed, string(d.Reason)}
		}
		return d, nil, &Refusal{e.Type, ErrNotNow, "the session is " + string(d.State)}
	}
	next := d.clone()
	before := d.Gate()
	effects, err := do(&next, e)
	if err != nil {
		return d, nil, err
	}
	if gate := next.Gate(); !slices.Equal(before, gate) {
		// The gate comes first: whatever else an event brings, nobody is heard for longer than they should be.
		effects = append([]Effect{Gate{gate}}, effects...)
	}
	if !changed(d, next) {
		return d, effects, nil
	}
	next.Version++
	return next, effects, nil
}

func changed(a, b Doc) bool {
	return a.State != b.State || a.Leg != b.Leg ||
		!slices.Equal(a.Participants, b.Participants) || !slices.Equal(a.Legs, b.Legs)
}

// nothing is for events that may arrive late and no longer matter.
func nothing(*Doc, Event) ([]Effect, error) { return nil, nil }

// stay accepts a repeated request of the side that may make it.
func stay(side Side) step {
	return func(_ *Doc, e Event) ([]Effect, error) {
		if e.By.Side != side {
			return nil, forbidden(e, "only the "+string(side)+" may")
		}
		return nil, nil
	}
}

func enter(d *Doc, e Event) ([]Effect, error) {
	switch e.By.Side {
	case SideBooth:
		if e.By.ID != BoothSeat(d.Booth) {
			return nil, forbidden(e, "it is another booth's session")
		}
		return nil, d.add(e, protocol.KindBooth)
	case SideDesk:
		if e.By.ID != DeskSeat(e.By.Desk) || !d.Serves(e.By.Desk, e.By.Pool) {
			return nil, forbidden(e, "it is not this desk's leg")
		}
		return nil, d.add(e, protocol.KindDesk)
	default:
		return nil, forbidden(e, "only booth and desk enter")
	}
}

// join puts a guest or equipment before the gate. It may not take the name of a seat.
func join(d *Doc, e Event) ([]Effect, error) {
	kind, side := protocol.KindGuest, SideGuest
	if e.Type == EquipmentJoined {
		kind, side = protocol.KindEquipment, SideEquipment
	}
	if e.By.Side != side {
		return nil, forbidden(e, "only "+string(side)+" may")
	}
	if isSeat(e.By.ID) {
		return nil, forbidden(e, "that is the id of a seat")
	}
	return nil, d.add(e, kind)
}

// isSeat says whether an id is, or looks like, that of a booth, desk, counter, assistant or administrator.
func isSeat(id string) bool {
	kind, _, ok := strings.Cut(id, ":")
	return ok && slices.Contains([]string{"booth", "desk", "counter", "assistant", "admin"}, kind)
}

// add lists the actor, not admitted; one who is already there stays as it is.
func (d *Doc) add(e Event, kind protocol.Kind) error {
	if p, ok := d.Participant(e.By.ID); ok {
		if p.Kind != kind {
			return forbidden(e, "that id is taken")
		}
		return nil
	}
	if len(d.Participants) >= MaxParticipants {
		return &Refusal{e.Type, ErrNotNow, "the session is full"}
	}
	d.Participants = append(d.Participants, Participant{ID: e.By.ID, Kind: kind})
	return nil
}

func (d *Doc) remove(id string) {
	d.Participants = slices.DeleteFunc(d.Participants, func(p Participant) bool { return p.ID == id })
}

func gone(d *Doc, e Event) ([]Effect, error) {
	if p, ok := d.Participant(e.By.ID); ok && visitor(p) {
		d.remove(p.ID)
	}
	return nil, nil
}

// visitor says whether a participant is there only by the professional's leave.
func visitor(p Participant) bool {
	return p.Kind == protocol.KindGuest || p.Kind == protocol.KindEquipment
}

func ready(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideBooth || e.By.ID != BoothSeat(d.Booth) {
		return nil, forbidden(e, "only the booth may")
	}
	if err := d.add(e, protocol.KindBooth); err != nil {
		return nil, err
	}
	d.wait(e.At)
	return nil, nil
}

// wait puts the visit into the queue of its current leg; everybody stands before the gate again.
func (d *Doc) wait(at time.Time) {
	d.State = protocol.StateWaiting
	d.WaitingSince = &at
	d.StartedAt = nil
	for i := range d.Participants {
		d.Participants[i].Admitted = false
	}
}

// professional refuses everybody but a desk that serves the current leg and has entered.
func (d *Doc) professional(e Event) error {
	if e.By.Side != SideDesk || e.By.ID != DeskSeat(e.By.Desk) || !d.Serves(e.By.Desk, e.By.Pool) {
		return forbidden(e, "only the desk of the current leg may")
	}
	if _, ok := d.Participant(e.By.ID); !ok {
		return &Refusal{e.Type, ErrNotNow, "enter the session first"}
	}
	return nil
}

// start is admit while waiting: letting the booth in begins the consultation. Another desk of the pool that was
// looking on is sent away: from here on the leg is this desk's.
func start(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	whom, ok := d.Participant(e.Whom)
	if !ok {
		return nil, &Refusal{e.Type, ErrUnknownParticipant, e.Whom}
	}
	if whom.Kind != protocol.KindBooth {
		return nil, &Refusal{e.Type, ErrNotNow, "admit the booth first"}
	}
	effects := d.sendDesksAway(e.By.ID)
	leg := &d.Legs[d.Leg]
	leg.Desk = e.By.Desk
	if !leg.Started {
		leg.Started = true
		effects = append(effects, LegStarted{d.Leg})
	}
	d.State = protocol.StateConsultation
	d.StartedAt = &e.At
	d.admit(whom.ID)
	d.admit(e.By.ID)
	return effects, nil
}

func (d *Doc) admit(id string) { d.Participants[d.index(id)].Admitted = true }

// sendDesksAway removes every desk but one.
func (d *Doc) sendDesksAway(but string) []Effect {
	var effects []Effect
	for _, p := range slices.Clone(d.Participants) {
		if p.Kind == protocol.KindDesk && p.ID != but {
			d.remove(p.ID)
			effects = append(effects, Expel{p.ID, protocol.ReasonHandover})
		}
	}
	return effects
}

// letIn is admit during a consultation: a guest or equipment passes the gate.
func letIn(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	whom, ok := d.Participant(e.Whom)
	if !ok {
		return nil, &Refusal{e.Type, ErrUnknownParticipant, e.Whom}
	}
	d.admit(whom.ID)
	return nil, nil
}

func dismiss(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	whom, ok := d.Participant(e.Whom)
	if !ok {
		return nil, &Refusal{e.Type, ErrUnknownParticipant, e.Whom}
	}
	if !visitor(whom) {
		return nil, forbidden(e, "only guests and equipment are sent away")
	}
	d.remove(whom.ID)
	return []Effect{Expel{whom.ID, protocol.ReasonDismissed}}, nil
}

func handover(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	next := d.next()
	if next < 0 {
		return nil, &Refusal{e.Type, ErrNotNow, "this is the last leg"}
	}
	done := d.Leg
	d.Legs[done].Done = true
	d.Leg = next
	effects := d.sendDesksAway("")
	d.wait(e.At)
	return append(effects, LegDone{done}), nil
}

func end(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	var effects []Effect
	if leg := &d.Legs[d.Leg]; leg.Started {
		leg.Done = true
		effects = append(effects, LegDone{d.Leg})
	}
	return append(effects, d.close(protocol.ReasonDone, e.At)...), nil
}

// next is the leg after the current one that is still needed; -1 where none is.
func (d *Doc) next() int {
	for i := d.Leg + 1; i < len(d.Legs); i++ {
		if !d.Legs[i].Done {
			return i
		}
	}
	return -1
}

// reschedule takes over the times of the booking, the desks of legs that nobody has begun, and which later legs are not
// needed after all. Where the leg that is waited for has been freed, the visit goes on with the next one, or is over.
func reschedule(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		return nil, forbidden(e, "only the booking may")
	}
	if len(e.Legs) != len(d.Legs) {
		return nil, &Refusal{e.Type, ErrNotNow, "the visit has other legs"}
	}
	freed := false
	for i := range d.Legs {
		leg, now := &d.Legs[i], e.Legs[i]
		if leg.Done {
			continue
		}
		if !leg.StartsAt.Equal(now.StartsAt) || !leg.EndsAt.Equal(now.EndsAt) {
			leg.StartsAt, leg.EndsAt = now.StartsAt, now.EndsAt
		}
		if leg.Started {
			continue
		}
		leg.Desk = now.Desk
		if i > 0 && i >= d.Leg && now.Done {
			leg.Done = true
			freed = freed || i == d.Leg
		}
	}
	if !freed {
		return nil, nil
	}
	if next := d.next(); next >= 0 {
		d.Leg = next
		effects := d.sendDesksAway("")
		d.wait(e.At)
		return effects, nil
	}
	return d.close(protocol.ReasonDone, e.At), nil
}

func cancel(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		return nil, forbidden(e, "only the booking may")
	}
	return d.close(protocol.ReasonCancelled, e.At), nil
}

// close ends the visit for everybody. The participants stay listed, so that each can be told.
func (d *Doc) close(why protocol.Reason, at time.Time) []Effect {
	d.State = protocol.StateClosed
	d.Reason = why
	d.ClosedAt = &at
	d.StartedAt = nil
	return []Effect{CloseRoom{}, Finish{Reason: why, Met: d.Met()}}
}

func leave(d *Doc, e Event) ([]Effect, error) {
	switch e.By.Side {
	case SideBooth:
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

// depart takes one participant out. A consultation whose desk is gone waits again.
func (d *Doc) depart(id string, why protocol.Reason, at time.Time) []Effect {
	p, ok := d.Participant(id)
	if !ok {
		return nil
	}
	d.remove(id)
	if p.Kind == protocol.KindDesk && d.State == protocol.StateConsultation {
		d.wait(at)
	}
	return []Effect{Expel{id, why}}
}

func graceExpired(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		return nil, forbidden(e, "only the broker may")
	}
	if e.Whom == BoothSeat(d.Booth) {
		return d.close(protocol.ReasonAbandoned, e.At), nil
	}
	return d.depart(e.Whom, protocol.ReasonAbandoned, e.At), nil
}

func forbidden(e Event, why string) error { return &Refusal{e.Type, ErrForbidden, why} }

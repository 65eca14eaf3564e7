package session

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"madoguchi/signaling/protocol"
)

// MaxParticipants bounds a session: two ends, guests and equipment.
const MaxParticipants = 16

// step carries out one event in one state. It may change d, which is a copy, and refuses by an error.
type step func(d *Doc, e Event) ([]Effect, error)

// steps are the events a row of the table answers.
type steps map[Type]step

// and adds to a row, or replaces in it.
func (s steps) and(more steps) steps {
	row := maps.Clone(s)
	maps.Copy(row, more)
	return row
}

// open is what is answered in the same way wherever a visit stands before its end.
var open = steps{
	Entered: enter, GuestJoined: join, EquipmentJoined: join, Gone: gone, Dismiss: dismiss,
	End: end, Leave: leave, GraceExpired: graceExpired, Rescheduled: reschedule,
	StaffCame: staff(true), StaffLeft: staff(false), StaffAccepted: acceptStaff, Alarm: alarm, Calm: calm,
	Unhosted: nothing,
}

// The rows that several stages share.
var (
	arriving = open.and(steps{Ready: ready, Cancelled: cancel})
	queueing = open.and(steps{
		Ready: stay(SideBooth), Cancelled: cancel, Admit: start, Summon: summon, Requeue: requeue, Transfer: transfer, Hosted: hosted,
	})
	talking = open.and(steps{
		Ready: stay(SideBooth), Admit: letIn, Handover: handover, Requeue: requeue, Transfer: transfer,
		Pause: pause, Resume: resume, Confer: confer, Gather: gather, Release: release,
	})
	over = steps{
		Gone: nothing, Leave: nothing, GraceExpired: nothing, Cancelled: nothing, Rescheduled: nothing, StaffLeft: nothing,
		Resume: nothing, Calm: nothing, Release: nothing, Unhosted: nothing, Wiped: wiped,
	}
)

// table is the machine: an event that a stage does not list is refused with ErrNotNow, or ErrClosed after the end.
var table = map[protocol.Stage]steps{
	protocol.StageArrived:    arriving,
	protocol.StageSeated:     arriving,
	protocol.StageWaiting:    queueing,
	protocol.StageLater:      queueing,
	protocol.StageBetween:    queueing,
	protocol.StageCalled:     queueing.and(steps{Summon: summonAgain}),
	protocol.StageTalking:    talking,
	protocol.StagePaused:     talking,
	protocol.StageConferring: talking,
	protocol.StageGathered: open.and(steps{
		Ready: stay(SideBooth), Hosted: hostedAgain, Unhosted: unhosted, End: refuse("release it from the group first"),
	}),
	protocol.StageClosing: over,
	protocol.StageClosed:  over,
}

// Next computes what e does to d: the next document and the effects that follow, in order. A document that comes back
// with the same version has not changed and needs no storing. Errors are *Refusal; d is then still what holds.
func Next(d Doc, e Event) (Doc, []Effect, error) {
	do, ok := table[d.Stage()][e.Type]
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
	if gate := next.Gate(); !slices.EqualFunc(before, gate, slices.Equal) {
		// The gate comes first: whatever else an event brings, nobody is heard for longer than they should be.
		effects = append([]Effect{Gate{gate}}, effects...)
	}
	if reflect.DeepEqual(d, next) {
		return d, effects, nil
	}
	next.Shape = max(d.Shape, LeastShape)
	next.Version++
	return next, effects, nil
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

// refuse is for what this stage has another way for.
func refuse(why string) step {
	return func(_ *Doc, e Event) ([]Effect, error) { return nil, notNow(e, why) }
}

func notNow(e Event, why string) error { return &Refusal{e.Type, ErrNotNow, why} }

func enter(d *Doc, e Event) ([]Effect, error) {
	switch e.By.Side {
	case SideBooth:
		if _, ok := d.gatheredBooth(e.By.ID); ok {
			return nil, nil // named by the professional, and there already
		}
		if e.By.ID != BoothSeat(d.Booth) {
			return nil, forbidden(e, "it is another booth's session")
		}
		d.Wipes = e.Wipes
		return nil, d.add(e, protocol.KindBooth)
	case SideDesk:
		return nil, d.enterDesk(e)
	default:
		return nil, forbidden(e, "only booth and desk enter")
	}
}

// enterDesk lets the desk of the leg come, and one that has been asked in: the professional has named it, so it is admitted.
func (d *Doc) enterDesk(e Event) error {
	asked := d.Asks(e.By.Desk)
	if e.By.ID != DeskSeat(e.By.Desk) || !asked && !d.Serves(e.By.Desk, e.By.Pool) {
		return forbidden(e, "it is not this desk's leg")
	}
	if err := d.add(e, protocol.KindDesk); err != nil {
		return err
	}
	if asked {
		d.admit(e.By.ID)
	}
	return nil
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
	if slices.Contains(d.Dismissed, e.By.ID) {
		return nil, &Refusal{e.Type, ErrDismissed, "ask for a new invitation"}
	}
	return nil, d.add(e, kind)
}

// isSeat says whether an id is, or looks like, that of a booth, desk, counter, assistant or administrator.
func isSeat(id string) bool {
	kind, _, ok := strings.Cut(id, ":")
	return ok && slices.Contains([]string{"booth", "desk", "counter", "assistant", "admin", "lobby"}, kind)
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
	p := Participant{ID: e.By.ID, Kind: kind}
	if kind == protocol.KindGuest {
		p.Role = e.Role
	}
	d.Participants = append(d.Participants, p)
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

// wait puts the visit into the queue of its current leg.
func (d *Doc) wait(at time.Time) []Effect {
	d.WaitingSince = &at
	return d.queue(protocol.StateWaiting)
}

// queue puts everybody before the gate again and ends what belongs to a consultation. What has been waited already counts on.
func (d *Doc) queue(to protocol.State) []Effect {
	var effects []Effect
	if d.Word != nil {
		effects = d.forgetWord(protocol.ReasonHandover)
	}
	effects = append(effects, d.releaseAll(false)...)
	d.State = to
	d.StartedAt, d.Called, d.Paused, d.NotBefore = nil, nil, nil, nil
	for i := range d.Participants {
		d.Participants[i].Admitted = false
	}
	return effects
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
	if whom.ID != BoothSeat(d.Booth) {
		return nil, forbidden(e, "it is another booth's")
	}
	effects := d.begin(e.By.Desk, e.At)
	d.admit(whom.ID)
	d.admit(e.By.ID)
	return effects, nil
}

// begin makes the leg this desk's and the visit a consultation; every other desk is sent away.
func (d *Doc) begin(desk string, at time.Time) []Effect {
	effects := d.sendDesksAway(DeskSeat(desk))
	leg := &d.Legs[d.Leg]
	leg.Desk = desk
	if !leg.Started {
		leg.Started = true
		effects = append(effects, LegStarted{d.Leg})
	}
	d.State = protocol.StateConsultation
	d.StartedAt = &at
	d.Called, d.NotBefore = nil, nil
	return effects
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

// dismiss sends a guest or equipment away, or a desk that has been asked in. A guest has come by an invitation, which is used up by
// it: the same guest does not stand at the gate again, only one who is invited anew. Equipment has one id for ever and stands where it
// was put up, so it may come to the gate again, and is let in or not.
func dismiss(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	if d.Word != nil && e.Whom == DeskSeat(d.Word.Desk) {
		return d.forgetWord(protocol.ReasonDismissed), nil
	}
	whom, ok := d.Participant(e.Whom)
	if !ok {
		return nil, &Refusal{e.Type, ErrUnknownParticipant, e.Whom}
	}
	if !visitor(whom) {
		return nil, forbidden(e, "only guests and equipment are sent away")
	}
	d.remove(whom.ID)
	if whom.Kind == protocol.KindGuest {
		d.Dismissed = append(d.Dismissed, whom.ID)
		d.Dismissed = d.Dismissed[max(0, len(d.Dismissed)-MaxDismissed):]
	}
	return []Effect{Expel{whom.ID, protocol.ReasonDismissed}}, nil
}

// handover passes the visit to its next leg. A desk of that leg that has been asked in takes over at once.
func handover(d *Doc, e Event) ([]Effect, error) {
	if err := d.professional(e); err != nil {
		return nil, err
	}
	next := d.next()
	if next < 0 {
		return nil, notNow(e, "this is the last leg")
	}
	done := d.Leg
	heir := ""
	if d.Joined() && d.Word.Desk == d.Legs[next].Desk {
		heir = d.Word.Desk
	}
	d.Legs[done].Done = true
	d.Leg = next
	return append(d.passTo(heir, e.At), LegDone{done}), nil
}

// passTo has the visit wait for the current leg; a desk that is there already, the heir, has called it.
func (d *Doc) passTo(heir string, at time.Time) []Effect {
	if heir != "" {
		d.Word = nil // it stays
	}
	effects := d.sendDesksAway(DeskSeat(heir))
	effects = append(effects, d.wait(at)...)
	if heir != "" {
		d.Called = &Called{heir, at}
	}
	return effects
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
		return d.passTo("", e.At), nil
	}
	return d.close(protocol.ReasonDone, e.At), nil
}

func cancel(d *Doc, e Event) ([]Effect, error) {
	if e.By.Side != SideSystem {
		return nil, forbidden(e, "only the booking may")
	}
	return d.close(protocol.ReasonCancelled, e.At), nil
}

func forbidden(e Event, why string) error { return &Refusal{e.Type, ErrForbidden, why} }

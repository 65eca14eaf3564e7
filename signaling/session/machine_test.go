package session

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"madoguchi/signaling/protocol"
)

var (
	ten = time.Date(2026, 11, 25, 10, 0, 0, 0, time.FixedZone("JST", 9*60*60))

	booth    = Actor{Side: SideBooth, ID: "booth:b1"}
	booth2   = Actor{Side: SideBooth, ID: "booth:b2"}
	doctor   = Actor{Side: SideDesk, ID: "desk:d1", Desk: "d1", Pool: "clinic"}
	standIn  = Actor{Side: SideDesk, ID: "desk:d2", Desk: "d2", Pool: "clinic"}
	pharma   = Actor{Side: SideDesk, ID: "desk:p1", Desk: "p1", Pool: "pharmacy"}
	counter  = Actor{Side: SideCounter, ID: "counter:o1"}
	guest    = Actor{Side: SideGuest, ID: "g1"}
	camera   = Actor{Side: SideEquipment, ID: "cam1"}
	system   = Actor{Side: SideSystem}
	stranger = Actor{Side: SideDesk, ID: "desk:d1", Desk: "p1", Pool: "clinic"} // says one id, sits at another desk
)

// visit is a doctor and then a pharmacist, checked in at the counter.
func visit() Doc {
	return Open(Visit{
		Session: "s_1", Appointment: "a_1", Office: "o1", Booth: "b1", Number: 3,
		Legs: []Leg{
			{Service: "medical", Role: "doctor", Pool: "clinic", Desk: "d1", StartsAt: ten, EndsAt: ten.Add(20 * time.Minute)},
			{Service: "guidance", Role: "pharmacist", Pool: "pharmacy", Desk: "p1", StartsAt: ten.Add(20 * time.Minute), EndsAt: ten.Add(30 * time.Minute)},
		},
	}, SideCounter, ten)
}

// after is a visit in which these events have happened.
func after(t testing.TB, events ...Event) Doc {
	t.Helper()
	d := visit()
	for _, e := range events {
		next, _, err := Next(d, e)
		if err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
		d = next
	}
	return d
}

func does(by Actor, what Type, whom ...string) Event {
	e := Event{Type: what, By: by, At: ten.Add(time.Minute)}
	if len(whom) > 0 {
		e.Whom = whom[0]
	}
	return e
}

// reschedules is the booking's word: everything later by so much, the pharmacist freed or not.
func reschedules(by time.Duration, freed bool) Event {
	e := does(system, Rescheduled)
	for _, l := range visit().Legs {
		l.StartsAt, l.EndsAt = l.StartsAt.Add(by), l.EndsAt.Add(by)
		l.Done = freed && l.Pool == "pharmacy"
		e.Legs = append(e.Legs, l)
	}
	return e
}

func TestNewTimesAreTakenOverOnceAndDeskOnlyWhileNobodyHasBegun(t *testing.T) {
	e := reschedules(15*time.Minute, false)
	e.Legs[0].Desk, e.Legs[1].Desk = "d2", "p2"
	d, _, err := Next(after(t, consultation...), e)
	if err != nil || !d.Legs[0].StartsAt.Equal(ten.Add(15*time.Minute)) || d.Legs[0].Desk != "d1" || d.Legs[1].Desk != "p2" {
		t.Fatalf("%+v, %v", d.Legs, err)
	}
	for i := range e.Legs { // the same times in another zone, as they come back from the store
		e.Legs[i].StartsAt, e.Legs[i].EndsAt = e.Legs[i].StartsAt.UTC(), e.Legs[i].EndsAt.UTC()
	}
	if again, _, err := Next(d, e); err != nil || again.Version != d.Version {
		t.Errorf("told again: version %d after %d, %v", again.Version, d.Version, err)
	}
}

// The situations every row starts from.
var (
	arrived      = []Event{does(booth, Entered), does(doctor, Entered), does(guest, GuestJoined), does(camera, EquipmentJoined)}
	waiting      = append(append([]Event{}, arrived...), does(booth, Ready))
	consultation = append(append([]Event{}, waiting...), does(doctor, Admit, "booth:b1"))
	cameraInside = append(append([]Event{}, consultation...), does(doctor, Admit, "cam1"))
	secondLeg    = append(append([]Event{}, cameraInside...), does(doctor, Handover))
	lastLeg      = append(append([]Event{}, secondLeg...), does(pharma, Entered), does(pharma, Admit, "booth:b1"))
	closed       = append(append([]Event{}, consultation...), does(doctor, End))
)

// row reads: in this situation, this event leads to that state, with these effects, or is refused.
type row struct {
	situation string
	given     []Event
	event     Event
	state     protocol.State
	effects   []Effect
	refused   error
}

var rows = []row{
	// arrived
	{"the booth enters again after a reload: nothing changes", arrived, does(booth, Entered), protocol.StateArrived, nil, nil},
	{"another booth may not enter", arrived, does(booth2, Entered), "", nil, ErrForbidden},
	{"the pharmacist may not enter the doctor's leg", arrived, does(pharma, Entered), "", nil, ErrForbidden},
	{"a desk may not pretend to be another", arrived, does(stranger, Entered), "", nil, ErrForbidden},
	{"a desk of the same pool may look in before anybody is admitted", arrived, does(standIn, Entered), protocol.StateArrived, nil, nil},
	{"a counter takes no part", arrived, does(counter, Entered), "", nil, ErrForbidden},
	{"equipment may not take the booth's name", arrived, does(Actor{Side: SideEquipment, ID: "booth:b1"}, EquipmentJoined), "", nil, ErrForbidden},
	{"a guest may not take the doctor's name", arrived, does(Actor{Side: SideGuest, ID: "desk:d1"}, GuestJoined), "", nil, ErrForbidden},
	{"equipment may not take the name of a desk that stands in", arrived, does(Actor{Side: SideEquipment, ID: "desk:d2"}, EquipmentJoined), "", nil, ErrForbidden},
	{"a guest may not take the camera's name", arrived, does(Actor{Side: SideGuest, ID: "cam1"}, GuestJoined), "", nil, ErrForbidden},
	{"equipment that is back stands where it stood", arrived, does(camera, EquipmentJoined), protocol.StateArrived, nil, nil},
	{"equipment that leaves is gone", arrived, does(camera, Gone), protocol.StateArrived, nil, nil},
	{"the booth is not gone because somebody says so in its name", arrived, does(Actor{Side: SideEquipment, ID: "booth:b1"}, Gone), protocol.StateArrived, nil, nil},
	{"the booth has tested its devices and waits", arrived, does(booth, Ready), protocol.StateWaiting, nil, nil},
	{"the doctor is not ready in the booth's place", arrived, does(doctor, Ready), "", nil, ErrForbidden},
	{"arriving early gains nothing: nobody is admitted before ready", arrived, does(doctor, Admit, "booth:b1"), "", nil, ErrNotNow},
	{"nothing is handed over before it began", arrived, does(doctor, Handover), "", nil, ErrNotNow},
	{"the doctor sends a guest away", arrived, does(doctor, Dismiss, "g1"), protocol.StateArrived, []Effect{Expel{"g1", protocol.ReasonDismissed}}, nil},
	{"the doctor cannot send the resident away", arrived, does(doctor, Dismiss, "booth:b1"), "", nil, ErrForbidden},
	{"nobody can send away who is not there", arrived, does(doctor, Dismiss, "nobody"), "", nil, ErrUnknownParticipant},
	{"the doctor ends a visit that never began: a no-show", arrived, does(doctor, End), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonDone, false}}, nil},
	{"the resident leaves", arrived, does(booth, Leave), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonLeft, false}}, nil},
	{"the doctor looks elsewhere", arrived, does(doctor, Leave), protocol.StateArrived, []Effect{Expel{"desk:d1", protocol.ReasonLeft}}, nil},
	{"the lost booth does not come back", arrived, does(system, GraceExpired, "booth:b1"), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonAbandoned, false}}, nil},
	{"the lost desk does not come back", arrived, does(system, GraceExpired, "desk:d1"), protocol.StateArrived, []Effect{Expel{"desk:d1", protocol.ReasonAbandoned}}, nil},
	{"no participant declares another lost", arrived, does(doctor, GraceExpired, "booth:b1"), "", nil, ErrForbidden},
	{"the appointment is cancelled", arrived, does(system, Cancelled), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonCancelled, false}}, nil},
	{"nobody but the booking cancels", arrived, does(doctor, Cancelled), "", nil, ErrForbidden},

	// waiting
	{"ready twice is ready", waiting, does(booth, Ready), protocol.StateWaiting, nil, nil},
	{"the doctor admits the resident", waiting, does(doctor, Admit, "booth:b1"), protocol.StateConsultation, []Effect{Gate{[][]string{{"booth:b1", "desk:d1"}}}, LegStarted{0}}, nil},
	{"the resident cannot admit", waiting, does(booth, Admit, "booth:b1"), "", nil, ErrForbidden},
	{"a guest cannot admit itself", waiting, does(guest, Admit, "g1"), "", nil, ErrForbidden},
	{"equipment cannot admit itself", waiting, does(camera, Admit, "cam1"), "", nil, ErrForbidden},
	{"the counter cannot admit", waiting, does(counter, Admit, "booth:b1"), "", nil, ErrForbidden},
	{"the next leg's desk cannot admit", waiting, does(pharma, Admit, "booth:b1"), "", nil, ErrForbidden},
	{"a desk admits only where it has entered", waiting, does(standIn, Admit, "booth:b1"), "", nil, ErrNotNow},
	{"equipment is not admitted before the resident", waiting, does(doctor, Admit, "cam1"), "", nil, ErrNotNow},
	{"nobody is admitted who is not there", waiting, does(doctor, Admit, "nobody"), "", nil, ErrUnknownParticipant},
	{"of two desks of the pool the first takes the visit", append(append([]Event{}, waiting...), does(standIn, Entered)), does(standIn, Admit, "booth:b1"), protocol.StateConsultation,
		[]Effect{Gate{[][]string{{"booth:b1", "desk:d2"}}}, Expel{"desk:d1", protocol.ReasonHandover}, LegStarted{0}}, nil},
	{"the resident gives up waiting", waiting, does(booth, Leave), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonLeft, false}}, nil},
	{"the lost booth is given up", waiting, does(system, GraceExpired, "booth:b1"), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonAbandoned, false}}, nil},
	{"the appointment is cancelled while waiting", waiting, does(system, Cancelled), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonCancelled, false}}, nil},

	// consultation
	{"admitting twice is admitting", consultation, does(doctor, Admit, "booth:b1"), protocol.StateConsultation, nil, nil},
	{"a late ready of the booth changes nothing", consultation, does(booth, Ready), protocol.StateConsultation, nil, nil},
	{"the doctor lets the camera in", consultation, does(doctor, Admit, "cam1"), protocol.StateConsultation, []Effect{Gate{[][]string{{"booth:b1", "desk:d1", "cam1"}}}}, nil},
	{"the resident cannot let the camera in", consultation, does(booth, Admit, "cam1"), "", nil, ErrForbidden},
	{"no other desk of the pool enters a consultation", consultation, does(standIn, Entered), "", nil, ErrForbidden},
	{"the doctor enters again after a reload", consultation, does(doctor, Entered), protocol.StateConsultation, nil, nil},
	{"whoever joins a consultation stands before the gate", consultation, does(Actor{Side: SideGuest, ID: "g2"}, GuestJoined), protocol.StateConsultation, nil, nil},
	{"the camera is sent away", cameraInside, does(doctor, Dismiss, "cam1"), protocol.StateConsultation, []Effect{Gate{[][]string{{"booth:b1", "desk:d1"}}}, Expel{"cam1", protocol.ReasonDismissed}}, nil},
	{"the camera is unplugged", cameraInside, does(camera, Gone), protocol.StateConsultation, []Effect{Gate{[][]string{{"booth:b1", "desk:d1"}}}}, nil},
	{"the guest leaves", consultation, does(guest, Leave), protocol.StateConsultation, []Effect{Expel{"g1", protocol.ReasonLeft}}, nil},
	{"the doctor hands over to the pharmacist", cameraInside, does(doctor, Handover), protocol.StateWaiting, []Effect{Gate{}, Expel{"desk:d1", protocol.ReasonHandover}, LegDone{0}}, nil},
	{"the resident cannot hand over", consultation, does(booth, Handover), "", nil, ErrForbidden},
	{"the last leg is ended, not handed over", lastLeg, does(pharma, Handover), "", nil, ErrNotNow},
	{"the doctor of the first leg has no say in the second", lastLeg, does(doctor, End), "", nil, ErrForbidden},
	{"the doctor of the first leg cannot come back in", secondLeg, does(doctor, Entered), "", nil, ErrForbidden},
	{"the pharmacist ends the visit", lastLeg, does(pharma, End), protocol.StateClosed, []Effect{Gate{}, LegDone{1}, CloseRoom{}, Finish{protocol.ReasonDone, true}}, nil},
	{"the doctor ends the visit before its second leg", consultation, does(doctor, End), protocol.StateClosed, []Effect{Gate{}, LegDone{0}, CloseRoom{}, Finish{protocol.ReasonDone, true}}, nil},
	{"the resident cannot end, but may always leave", consultation, does(booth, End), "", nil, ErrForbidden},
	{"the resident leaves in the middle", consultation, does(booth, Leave), protocol.StateClosed, []Effect{Gate{}, CloseRoom{}, Finish{protocol.ReasonLeft, true}}, nil},
	{"the doctor leaves without ending: the resident waits again", consultation, does(doctor, Leave), protocol.StateWaiting, []Effect{Gate{}, Expel{"desk:d1", protocol.ReasonLeft}}, nil},
	{"the lost doctor does not come back: the resident waits again", consultation, does(system, GraceExpired, "desk:d1"), protocol.StateWaiting, []Effect{Gate{}, Expel{"desk:d1", protocol.ReasonAbandoned}}, nil},
	{"the lost booth does not come back to its consultation", consultation, does(system, GraceExpired, "booth:b1"), protocol.StateClosed, []Effect{Gate{}, CloseRoom{}, Finish{protocol.ReasonAbandoned, true}}, nil},
	{"grace runs out for somebody who has left: nothing", consultation, does(system, GraceExpired, "nobody"), protocol.StateConsultation, nil, nil},
	{"a running consultation is not cancelled under people's hands", consultation, does(system, Cancelled), "", nil, ErrNotNow},
	{"the counter does not leave what it is not in", consultation, does(counter, Leave), "", nil, ErrForbidden},

	// rescheduled, in every state
	{"the doctor is late before the devices are tested", arrived, reschedules(15*time.Minute, false), protocol.StateArrived, nil, nil},
	{"late news of the booking no longer matter", closed, reschedules(15*time.Minute, false), protocol.StateClosed, nil, nil},
	{"the doctor is late", waiting, reschedules(15*time.Minute, false), protocol.StateWaiting, nil, nil},
	{"the booking says what is known", waiting, reschedules(0, false), protocol.StateWaiting, nil, nil},
	{"the pharmacist is not needed", consultation, reschedules(0, true), protocol.StateConsultation, nil, nil},
	{"the pharmacist who is waited for is not needed: the visit is over", secondLeg, reschedules(0, true), protocol.StateClosed, []Effect{CloseRoom{}, Finish{protocol.ReasonDone, true}}, nil},
	{"a pharmacist who has begun is not freed", lastLeg, reschedules(0, true), protocol.StateConsultation, nil, nil},
	{"after the pharmacist was freed there is nobody to hand over to", append(slices.Clone(consultation), reschedules(0, true)), does(doctor, Handover), "", nil, ErrNotNow},
	{"nobody but the booking reschedules", waiting, does(doctor, Rescheduled), "", nil, ErrForbidden},
	{"a visit of other legs is not this one", waiting, does(system, Rescheduled), "", nil, ErrNotNow},

	// closed
	{"nobody enters what is over", closed, does(booth, Entered), "", nil, ErrClosed},
	{"nobody is admitted to what is over", closed, does(doctor, Admit, "booth:b1"), "", nil, ErrClosed},
	{"leaving what is over is no fault", closed, does(booth, Leave), protocol.StateClosed, nil, nil},
	{"late words of the keeper no longer matter", closed, does(system, GraceExpired, "booth:b1"), protocol.StateClosed, nil, nil},
	{"late words of equipment no longer matter", closed, does(camera, Gone), protocol.StateClosed, nil, nil},
	{"a late cancellation no longer matters", closed, does(system, Cancelled), protocol.StateClosed, nil, nil},
}

func TestTheMachine(t *testing.T) {
	for _, r := range rows {
		t.Run(r.situation, func(t *testing.T) {
			d := after(t, r.given...)
			before := after(t, r.given...)
			next, effects, err := Next(d, r.event)
			if !reflect.DeepEqual(d, before) {
				t.Error("the document given was changed")
			}
			if r.refused != nil {
				if !errors.Is(err, r.refused) {
					t.Fatalf("got %v, want %v", err, r.refused)
				}
				if !reflect.DeepEqual(next, before) || effects != nil {
					t.Error("a refused event changed something")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if next.State != r.state {
				t.Errorf("state %s, want %s", next.State, r.state)
			}
			if !reflect.DeepEqual(effects, r.effects) && len(effects)+len(r.effects) > 0 {
				t.Errorf("effects %+v\nwant    %+v", effects, r.effects)
			}
			if same := reflect.DeepEqual(next, before); same != (next.Version == before.Version) {
				t.Errorf("changed: %v, but version %d after %d", !same, next.Version, before.Version)
			}
		})
	}
}

func TestAfterHandoverEverybodyStandsBeforeTheGateAgain(t *testing.T) {
	d := after(t, secondLeg...)
	for _, p := range d.Participants {
		if p.Admitted || p.Kind == protocol.KindDesk {
			t.Errorf("%+v", p)
		}
	}
	if d.Leg != 1 || !d.Legs[0].Done || d.StartedAt != nil || d.WaitingSince == nil {
		t.Errorf("%+v", d)
	}
}

func TestTheLegBelongsToTheDeskThatAdmitted(t *testing.T) {
	d := after(t, append(append([]Event{}, waiting...), does(standIn, Entered), does(standIn, Admit, "booth:b1"))...)
	if d.Current().Desk != "d2" || !d.Current().Started {
		t.Errorf("%+v", d.Current())
	}
}

func TestALegIsStartedOnce(t *testing.T) {
	d := after(t, append(append([]Event{}, consultation...), does(doctor, Leave), does(doctor, Entered))...)
	_, effects, err := Next(d, does(doctor, Admit, "booth:b1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range effects {
		if _, again := e.(LegStarted); again {
			t.Error("the booking was told twice that the leg began")
		}
	}
}

func TestASessionIsNotFilledWithGuests(t *testing.T) {
	d := after(t, arrived...)
	for i := len(d.Participants); i < MaxParticipants; i++ {
		next, _, err := Next(d, does(Actor{Side: SideGuest, ID: string(rune('h' + i))}, GuestJoined))
		if err != nil {
			t.Fatal(err)
		}
		d = next
	}
	if _, _, err := Next(d, does(Actor{Side: SideGuest, ID: "one too many"}, GuestJoined)); !errors.Is(err, ErrNotNow) {
		t.Fatalf("got %v", err)
	}
}

func TestAGuestWhoWasSentAwayIsRememberedAndEquipmentIsNot(t *testing.T) {
	d := after(t, consultation...)
	away := func(d Doc, who Actor) Doc {
		e := does(doctor, Dismiss)
		e.Whom = who.ID
		next, _, err := Next(d, e)
		if err != nil {
			t.Fatal(err)
		}
		return next
	}
	d = away(away(d, guest), camera)
	if _, _, err := Next(d, does(guest, GuestJoined)); !errors.Is(err, ErrDismissed) {
		t.Errorf("the guest stands at the gate again: %v", err)
	}
	if _, _, err := Next(d, does(camera, EquipmentJoined)); err != nil {
		t.Errorf("the camera is put up again: %v", err)
	}
	for n := range 2 * MaxDismissed {
		another := Actor{Side: SideGuest, ID: fmt.Sprint("g_", n)}
		next, _, err := Next(d, does(another, GuestJoined))
		if err != nil {
			t.Fatal(err)
		}
		d = away(next, another)
	}
	if len(d.Dismissed) != MaxDismissed || d.Dismissed[MaxDismissed-1] != fmt.Sprint("g_", 2*MaxDismissed-1) {
		t.Errorf("%d are remembered, the last %s", len(d.Dismissed), d.Dismissed[len(d.Dismissed)-1])
	}
}

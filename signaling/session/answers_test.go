package session

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"madoguchi/signaling/protocol"
)

var write = flag.Bool("write", false, "write testdata/session/answers.txt and the diagram in PROTOCOL.md anew")

func then(before []Event, more ...Event) []Event {
	return append(append([]Event{}, before...), more...)
}

// entersWiping is the booth's page of today.
func entersWiping() Event {
	e := does(booth, Entered)
	e.Wipes = true
	return e
}

func asks(desk string, private bool) Event {
	e := does(doctor, Confer)
	e.Desk, e.Role, e.Private = desk, "pharmacist", private
	return e
}

func pauses(who Actor, why protocol.PauseReason) Event {
	e := does(who, Pause)
	e.Reason = why
	return e
}

func later(who Actor) Event {
	e := does(who, Requeue)
	e.Until = ten.Add(20 * time.Minute)
	return e
}

func ofOther(who Actor, what Type) Event {
	e := does(who, what)
	e.Other, e.Booth = "s_2", "b2"
	return e
}

// hostedBy is the broker saying that the doctor has taken this session's booth into the room of another.
func hostedBy() Event {
	e := ofOther(Actor{Side: SideSystem, Desk: "d1", Pool: "clinic"}, Hosted)
	e.Booth = "b1"
	return e
}

// situations holds one for every stage: the doctor's leg, whose desk has entered, and a camera and a guest at the gate.
var situations = []struct {
	stage protocol.Stage
	given []Event
}{
	{protocol.StageArrived, then(arrived, entersWiping())},
	{protocol.StageSeated, then(arrived, entersWiping(), does(counter, StaffCame))},
	{protocol.StageWaiting, then(waiting, entersWiping())},
	{protocol.StageLater, then(waiting, entersWiping(), later(doctor))},
	{protocol.StageBetween, then(secondLeg, entersWiping(), does(pharma, Entered))},
	{protocol.StageCalled, then(waiting, entersWiping(), does(doctor, Summon))},
	{protocol.StageTalking, then(consultation, entersWiping())},
	{protocol.StagePaused, then(consultation, entersWiping(), pauses(doctor, protocol.PauseLookup))},
	{protocol.StageConferring, then(consultation, entersWiping(), asks("p1", true), does(pharma, Entered))},
	{protocol.StageGathered, then(waiting, entersWiping(), hostedBy())},
	{protocol.StageClosing, then(consultation, entersWiping(), does(doctor, End))},
	{protocol.StageClosed, then(consultation, entersWiping(), does(doctor, End), does(booth, Wiped))},
}

// everybody is who may cause something, as columns.
var everybody = []struct {
	name  string
	actor Actor
}{
	{"booth", booth}, {"other booth", booth2}, {"desk", doctor}, {"its pool", standIn}, {"next desk", pharma},
	{"counter", counter}, {"guest", guest}, {"equipment", camera}, {"system", Actor{Side: SideSystem, Desk: "d1", Pool: "clinic"}},
}

// asked is an event of a type with everything it may need.
func asked(what Type, by Actor, d Doc) Event {
	e := does(by, what)
	switch what {
	case Admit, GraceExpired:
		e.Whom = "booth:b1"
	case Dismiss:
		e.Whom = "g1"
	case Rescheduled:
		e = reschedules(5*time.Minute, false)
		e.By = by
	case Confer, Transfer:
		e.Desk, e.Pool, e.Role, e.Private = "x1", "elsewhere", "nurse", true
	case Requeue:
		e.Until = ten.Add(30 * time.Minute)
	case Pause:
		e.Reason = protocol.PauseAway
	case Gather, Release, Hosted, Unhosted:
		e.Other, e.Booth = "s_2", "b2"
	}
	return e
}

// answer is what the machine says, in a word or two.
func answer(d Doc, e Event) string {
	next, _, err := Next(d, e)
	switch {
	case errors.Is(err, ErrForbidden):
		return "forbidden"
	case errors.Is(err, ErrClosed):
		return "over"
	case errors.Is(err, ErrNotNow):
		return "not now"
	case errors.Is(err, ErrUnknownParticipant):
		return "unknown"
	case err != nil:
		return err.Error()
	case next.Stage() != d.Stage():
		return "→ " + string(next.Stage())
	case next.Version != d.Version:
		return "done"
	default:
		return "same"
	}
}

// answers is the whole machine as a table: every stage and event by everybody.
func answers(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# What the machine answers: every stage × event × side. Made by go test ./signaling/session -write; look at what changes.\n")
	for _, s := range situations {
		d := after(t, s.given...)
		if d.Stage() != s.stage {
			t.Fatalf("the situation of %s is %s", s.stage, d.Stage())
		}
		fmt.Fprintf(&b, "\n%-16s", s.stage)
		for _, who := range everybody {
			fmt.Fprintf(&b, " | %-14s", who.name)
		}
		b.WriteString("\n")
		for _, what := range Types {
			fmt.Fprintf(&b, "%-16s", what)
			for _, who := range everybody {
				fmt.Fprintf(&b, " | %-14s", answer(d, asked(what, who.actor, d)))
			}
			b.WriteString("\n")
		}
	}
	var lines []string
	for _, line := range strings.Split(b.String(), "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.Join(lines, "\n")
}

func TestEveryStageEventAndSideHasADecidedAnswer(t *testing.T) {
	file := filepath.Join("..", "..", "testdata", "session", "answers.txt")
	got := answers(t)
	if *write {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the machine answers otherwise than %s says; look at the difference after go test -write:\n%s", file, difference(string(want), got))
	}
	if len(situations) != len(table) {
		t.Errorf("%d situations for %d stages", len(situations), len(table))
	}
}

// difference is the lines that are only in one of two texts.
func difference(want, got string) string {
	there := map[string]bool{}
	for _, l := range strings.Split(want, "\n") {
		there[l] = true
	}
	var b strings.Builder
	for _, l := range strings.Split(got, "\n") {
		if !there[l] {
			b.WriteString("+ " + l + "\n")
		}
	}
	return b.String()
}

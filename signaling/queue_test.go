package signaling

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// queued is a visit that waits: appointed and come so many minutes after ten.
func queued(id string, appointed, came int) session.Doc {
	at, since := modelDay.Add(time.Duration(appointed)*time.Minute), modelDay.Add(time.Duration(came)*time.Minute)
	return session.Doc{
		ID: id, State: protocol.StateWaiting, WaitingSince: &since,
		Legs: []session.Leg{{Pool: "clinic", Desk: "d1", StartsAt: at, EndsAt: at.Add(10 * time.Minute)}},
	}
}

// However many come after, whenever they were appointed: nobody who comes more than the grace for latecomers after somebody's turn is
// seen before them. So whoever waits is seen after those who were before them and those who came within that grace.
func TestNobodyStarvesHoweverManyCome(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		mine := queued("mine", rapid.IntRange(0, 60).Draw(r, "appointed"), rapid.IntRange(0, 60).Draw(r, "came"))
		waiting := []session.Doc{mine}
		grace := int(lateGrace / time.Minute)
		myTurn := int(turn(mine).Sub(modelDay) / time.Minute)
		mayOvertake := 0
		for minute := range 400 { // the desk sees one in five minutes, and two come meanwhile
			now := modelDay.Add(time.Duration(minute) * time.Minute)
			if minute%2 == 0 {
				came := queued(fmt.Sprint("other", minute), rapid.IntRange(-120, 500).Draw(r, "appointed"), minute)
				waiting = append(waiting, came)
				if minute <= myTurn+grace {
					mayOvertake++
				} else if minute >= int(mine.WaitingSince.Sub(modelDay)/time.Minute) && before(came, mine, now) {
					r.Fatalf("came at %d, appointed %v, and is before one whose turn was at %d", minute, came.Current().StartsAt, myTurn)
				}
			}
			if minute%5 == 0 && minute >= int(mine.WaitingSince.Sub(modelDay)/time.Minute) {
				slices.SortFunc(waiting, func(a, b session.Doc) int { return compareTurns(a, b, now) })
				if waiting[0].ID == "mine" {
					return
				}
				if mayOvertake--; mayOvertake < 0 && minute > myTurn+grace {
					r.Fatalf("still waiting at %d, whose turn was at %d", minute, myTurn)
				}
				waiting = waiting[1:]
			}
		}
		r.Fatal("never seen")
	})
}

func TestTheOrderOfTheQueue(t *testing.T) {
	now := modelDay.Add(time.Hour)
	later := modelDay.Add(2 * time.Hour)
	back := queued("back", 0, 0)
	back.NotBefore = &later
	urgent := queued("urgent", 50, 50)
	urgent.Emergency = &session.Emergency{By: "booth:b1", At: now}
	called := queued("called", 50, 50)
	called.Called = &session.Called{Desk: "d1", At: now}
	for _, c := range []struct {
		what  string
		first session.Doc
		then  session.Doc
	}{
		{"arriving early gains nothing", queued("b", 10, 9), queued("a", 20, -60)},
		{"who is a little late has the appointed turn", queued("b", 10, 20), queued("a", 12, 0)},
		{"who is very late has the turn of coming", queued("b", 20, 15), queued("a", 0, 30)},
		{"of two appointed alike who has waited longer", queued("b", 10, 5), queued("a", 10, 6)},
		{"who is to be called later holds up nobody", queued("a", 40, 40), back},
		{"an emergency goes first", urgent, queued("a", 0, 0)},
		{"who is called is next", called, queued("a", 0, 0)},
	} {
		t.Run(c.what, func(t *testing.T) {
			if !before(c.first, c.then, now) || before(c.then, c.first, now) {
				t.Error("the other way round")
			}
			if at := place(c.then, []session.Doc{c.first, c.then}, now); at != 2 {
				t.Errorf("place %d", at)
			}
		})
	}
	if !before(back, queued("a", 40, 40), later) {
		t.Error("what was waited before being called later does not count")
	}
}

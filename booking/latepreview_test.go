package booking_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/redisstore/redistest"
)

// outline is what a delay does to a day, in words that can be compared.
func outline(d booking.Delay) string {
	text := ""
	for _, a := range d.Moved {
		text += fmt.Sprintf("%s %s in %s", a.ID, a.Start.Format("15:04"), a.Booth)
		for _, l := range a.Legs {
			text += fmt.Sprintf(" %s %s–%s", l.Desk, l.Start.Format("15:04"), l.End.Format("15:04"))
		}
		text += "\n"
	}
	keeps := map[string]string{}
	for _, c := range d.Conflicts {
		for _, r := range c.Reasons {
			keeps[c.Appointment.ID] += " " + r.Code
		}
		keeps[c.Appointment.ID] += " keeps " + c.Appointment.Start.Format("15:04")
	}
	return text + fmt.Sprint(keeps)
}

func TestThePreviewOfADelayIsWhatTheAnnouncementThenDoes(t *testing.T) {
	conflicts, moved := 0, 0
	for seed := range uint64(25) {
		k := newDesk(t, redistest.Mini(t), setting{})
		chance := rand.New(rand.NewPCG(seed, 4))
		for minutes := 0; minutes < 180; minutes += 20 {
			if chance.IntN(3) == 0 {
				continue // a gap
			}
			legs := [][]booking.LegRequest{{medical}, {medical, then}, {then}, {card}, {medical, card}}[chance.IntN(5)]
			h := wish()
			h.Start, h.Legs = clinicMorning().Add(time.Duration(minutes)*time.Minute), legs
			if held, err := k.Hold(context.Background(), counter, h); err == nil {
				who := person("ミナミ フサエ", fmt.Sprintf("0999-00-%04d", minutes)) // each once
				if _, err := k.Confirm(context.Background(), counter, held.ID, booking.ConfirmRequest{Resident: who}); err != nil {
					refusedAs(t, err, booking.SlugResidentBusy)
				}
			}
		}
		k.now = clinicMorning().Add(time.Duration(chance.IntN(90)) * time.Minute)
		late := 5 + chance.IntN(40)
		before, err := k.PreviewDelay(context.Background(), morita, "morita", late)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := k.PreviewDelay(context.Background(), morita, "morita", late); err != nil || outline(again) != outline(before) {
			t.Fatalf("looking changed something: %v\n%s\n%s", err, outline(before), outline(again))
		}
		after := k.mustDelay(t, late)
		if got, want := outline(before), outline(after); got != want {
			t.Fatalf("seed %d, %d minutes late: previewed\n%s\nannounced\n%s", seed, late, got, want)
		}
		conflicts, moved = conflicts+len(after.Conflicts), moved+len(after.Moved)
	}
	t.Logf("%d pushed back, %d kept their time", moved, conflicts)
	if conflicts < 10 || moved < 10 {
		t.Errorf("%d pushed back, %d kept their time: these days show too little", moved, conflicts)
	}
}

func TestOnlyWhoTendsADeskPreviewsItsDelay(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.at(t, 0)
	w.now = a.Start
	d := want[booking.Delay](t, w.ask("assistant:morita", "GET", "/v1/desks/morita/delay?minutes=15", ""), 200)
	if len(d.Moved) != 1 || d.Moved[0].Resident == nil || d.Moved[0].Start.Sub(a.Start) != 15*time.Minute {
		t.Errorf("%+v", d)
	}
	refused(t, w.ask("counter:shiomachihama", "GET", "/v1/desks/morita/delay?minutes=15", ""), 403, booking.SlugNotYours)
	refused(t, w.ask("desk:shiokaze-1", "GET", "/v1/desks/morita/delay?minutes=15", ""), 403, booking.SlugNotYours)
	if r := w.ask("desk:morita", "GET", "/v1/desks/morita/delay?minutes=181", ""); r.Code != 422 {
		t.Errorf("too many minutes: %d", r.Code)
	}
	if again, err := w.Appointment(context.Background(), a.ID); err != nil || again.Version != a.Version {
		t.Errorf("looking changed it: %+v, %v", again, err)
	}
}

package booking_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"madoguchi/booking"
)

func TestAResidentOnTheWaitingListAnswersTheOfferWithoutLogin(t *testing.T) {
	w := newWeb(t, setting{})
	ctx := context.Background()
	day := w.full(t)
	first, second := w.waits(t, 1, false), w.waits(t, 2, false)
	if len(first.Reception) != 6 {
		t.Fatalf("the number of the waiting list is %q", first.Reception)
	}
	list := want[struct{ Waiting []booking.Waiting }](t, w.ask("counter:shiomachihama", "GET", "/v1/waitlist?office=shiomachihama", ""), 200)
	if len(list.Waiting) != 2 || list.Waiting[0].Reception != first.Reception {
		t.Fatalf("the counter reads %+v", list)
	}
	mine := want[booking.MyAppointment](t, w.asks(home, "appointment", hama, first.Reception, "0001"), 200)
	if mine.State != "waiting" || mine.Place != 1 || mine.Names[0].En != "Clinic" || mine.Names[0].Easy != "おいしゃさん" || !mine.AnswerBy.IsZero() {
		t.Errorf("waiting: %+v", mine)
	}
	refused(t, w.asks(home, "appointment", hama, first.Reception, "0002"), 404, booking.SlugUnknown)
	refused(t, w.asks(home, "accept", hama, first.Reception, "0001"), 409, booking.SlugWrongState)

	w.runs(t)
	if _, err := w.Cancel(ctx, day[3].ID); err != nil {
		t.Fatal(err)
	}
	w.offered(t)
	mine = want[booking.MyAppointment](t, w.asks(home, "appointment", hama, first.Reception, "0001"), 200)
	if mine.State != "offered" || !mine.Start.Equal(day[3].Start) || mine.AnswerBy.IsZero() || mine.BoothName == "" {
		t.Fatalf("offered: %+v", mine)
	}
	if mine = want[booking.MyAppointment](t, w.asks(home, "decline", hama, first.Reception, "0001"), 200); mine.State != "waiting" {
		t.Errorf("after declining: %+v", mine)
	}
	if passed := w.offered(t); passed.ID != second.ID {
		t.Fatalf("it was passed on to %s", passed.ID)
	}
	r := w.asks(home, "accept", hama, second.Reception, "0002")
	mine = want[booking.MyAppointment](t, r, 200)
	if mine.State != "booked" || len(mine.Reception) != 6 || !mine.Start.Equal(day[3].Start) || strings.Contains(r.Body.String(), "ミナミ") {
		t.Fatalf("accepted: %s", r.Body)
	}
	again := want[booking.MyAppointment](t, w.asks(home, "appointment", hama, mine.Reception, "0002"), 200)
	if again.State != "booked" || again.Reception != "" {
		t.Errorf("looked at later: %+v", again)
	}
	gone := want[booking.MyAppointment](t, w.asks(home, "cancel", hama, first.Reception, "0001"), 200)
	if gone.State != "left" || gone.Cancellable {
		t.Errorf("waits no longer: %+v", gone)
	}
	refused(t, w.asks("203.0.113.8", "appointment", hama, first.Reception, "0001"), 404, booking.SlugUnknown)
}

func TestAfterFiveWrongTriesAWaitingNumberIsLockedToo(t *testing.T) {
	w := newWeb(t, setting{})
	waiting := w.waits(t, 1, false)
	for i := range 5 {
		refused(t, w.asks(fmt.Sprint("203.0.113.", i), "accept", hama, waiting.Reception, "9999"), 404, booking.SlugUnknown)
	}
	refused(t, w.asks(home, "appointment", hama, waiting.Reception, "0001"), 429, booking.SlugTooManyTries)
}

func TestWhoeverAsksSomebodyToComeAgainNeedsNoTelephoneNumber(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	body := fmt.Sprintf(`{"office":"shiomachihama","start":%q,"legs":[{"service":"medical","pool":"morita"}],"of":%q}`,
		a.Start.AddDate(0, 0, 14).Format("2006-01-02T15:04:05Z07:00"), a.ID)
	held := want[booking.Hold](t, w.ask("desk:morita", "POST", "/v1/holds", body, "Idempotency-Key: again"), 201)
	next := want[booking.Appointment](t, w.ask("desk:morita", "POST", "/v1/holds/"+held.ID+"/confirm", `{}`), 200)
	if next.State != "booked" || next.Anonymous || next.Resident == nil || next.Resident.Kana != "ミナミ フサエ" || next.Resident.Phone != "" {
		t.Fatalf("%+v", next)
	}
	seen := want[booking.Appointment](t, w.ask("counter:shiomachihama", "GET", "/v1/appointments/"+next.ID, ""), 200)
	if seen.Resident == nil || seen.Resident.Phone != "0999-00-1456" {
		t.Errorf("the counter knows %+v", seen.Resident)
	}
	refused(t, w.ask("desk:gyosei-1", "POST", "/v1/holds", strings.ReplaceAll(strings.ReplaceAll(body, "medical", "gyosei"), "morita", "gyosei"), "Idempotency-Key: k"),
		403, booking.SlugNotYours)
	both := strings.Replace(body, `"of"`, `"resident":{"kana":"ミナミ","phone":"0999001456"},"of"`, 1)
	refused(t, w.ask("desk:morita", "POST", "/v1/holds", both, "Idempotency-Key: both"), 422, booking.SlugInvalid)
	row := fmt.Sprintf(`{"office":"shiomachihama","start":%q,"weeks":1,"count":2,"legs":[{"service":"medical","pool":"morita"}],"of":%q}`,
		a.Start.AddDate(0, 0, 7).Format("2006-01-02T15:04:05Z07:00"), a.ID)
	if s := want[booking.Series](t, w.ask("desk:morita", "POST", "/v1/series", row, "Idempotency-Key: row"), 201); s.Times[0].Hold == nil {
		t.Errorf("%+v", s)
	}
}

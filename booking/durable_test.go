package booking_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2/humatest"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// journalIn opens a journal until the end of the test.
func journalIn(t *testing.T, folder string) *journal.Journal {
	t.Helper()
	j, _, report, err := journal.Open(folder, journal.Options{})
	if err != nil || len(report.Broken) > 0 {
		t.Fatal(err, report)
	}
	t.Cleanup(func() { // at the latest: a test may have closed it, as a broker's end does
		_ = j.Close()
	})
	return j
}

// webOn is the HTTP API over a service on a server.
func webOn(t *testing.T, s *redistest.Server, set setting) *web {
	t.Helper()
	k := newDesk(t, s, set)
	_, api := humatest.New(t)
	k.Register(api)
	return &web{k, api, t}
}

const atHama = "counter:shiomachihama"

// day is the day the tests book on, as the counter sees it, by appointment.
func (w *web) day() map[string]booking.Appointment {
	w.t.Helper()
	list := want[struct{ Appointments []booking.Appointment }](w.t,
		w.ask(atHama, "GET", "/v1/appointments?from="+calendar.DateOf(clinicMorning()).String(), ""), 200)
	day := map[string]booking.Appointment{}
	for _, a := range list.Appointments {
		day[a.ID] = a
	}
	return day
}

func TestAClerkReadsUnknownUntilTheReplicaIsBackAlsoAcrossARestart(t *testing.T) {
	pair := redistest.Paired(t)
	folder := t.TempDir()
	set := setting{store: redisstore.Options{Durability: redisstore.Durability{Replicas: 1, Within: 300 * time.Millisecond}}, journal: journalIn(t, folder)}
	w := webOn(t, pair.Server, set)
	held := want[booking.Hold](t, w.ask(atHama, "POST", "/v1/holds", holdBody(nil), key()), 201)

	pair.Freeze(t)
	confirm := "/v1/holds/" + held.ID + "/confirm"
	for range 2 { // asked again, the answer is the same
		answer := w.ask(atHama, "POST", confirm, minamiBody)
		p := refused(t, answer, http.StatusServiceUnavailable, booking.SlugOutcomeUnknown)
		if p.Instance != "/v1/appointments/"+held.ID || answer.Header().Get("Retry-After") == "" || strings.Contains(p.Detail, "booked") {
			t.Errorf("said %+v", p)
		}
	}
	if err := set.journal.Close(); err != nil { // the broker ends before anybody knows
		t.Fatal(err)
	}
	set.journal = journalIn(t, folder)
	w = webOn(t, pair.Server, set)
	w.runs(t)
	until(t, "the day says unknown", func() bool { return w.day()[held.ID].State == booking.StateUnknown })
	if a := w.day()[held.ID]; a.Unknown == nil || a.Unknown.Step != "confirm" || time.Since(a.Unknown.Since).Abs() > time.Minute {
		t.Errorf("the day has %+v", a)
	}

	pair.Thaw(t)
	until(t, "it is settled", func() bool { return w.day()[held.ID].State == booking.StateBooked })
	if a := want[booking.Appointment](t, w.ask(atHama, "POST", confirm, minamiBody), 200); a.State != booking.StateBooked || a.Unknown != nil {
		t.Errorf("asked again: %+v", a)
	}
}

func TestEverythingAcceptedIsUnknownWithoutItsReplica(t *testing.T) {
	pair := redistest.Paired(t)
	w := webOn(t, pair.Server, setting{store: redisstore.Options{Durability: redisstore.Durability{Replicas: 1, Within: 300 * time.Millisecond}}})
	ctx := context.Background()
	at := func(hour int) booking.HoldRequest {
		h := wish()
		h.Start = clinicMorning().Add(time.Duration(hour) * time.Hour)
		return h
	}
	moving, cancelling := w.mustBook(t, at(0), minami), w.mustBook(t, at(1), isobe)
	move := booking.MoveRequest{Key: newKey(), Version: moving.Version, Start: clinicMorning().Add(2 * time.Hour)}

	pair.Freeze(t)
	_, err := w.Move(ctx, counter, moving.ID, move)
	refusedAs(t, err, booking.SlugOutcomeUnknown)
	_, err = w.Move(ctx, counter, moving.ID, move)
	refusedAs(t, err, booking.SlugOutcomeUnknown)
	refused(t, w.ask(atHama, "POST", "/v1/appointments/"+cancelling.ID+"/cancel", ""), 503, booking.SlugOutcomeUnknown)
	_, err = w.DelayDesk(ctx, booking.Caller{Seat: "desk:morita"}, "morita", newKey(), 10)
	if err != nil {
		t.Errorf("nothing was to be pushed back today: %v", err)
	}

	pair.Thaw(t)
	until(t, "the move is acknowledged", func() bool {
		a, err := w.Move(ctx, counter, moving.ID, move)
		return err == nil && a.Start.Equal(move.Start) && a.Sequence == 1
	})
	until(t, "the cancellation is acknowledged", func() bool {
		return w.ask(atHama, "POST", "/v1/appointments/"+cancelling.ID+"/cancel", "").Code == 200
	})
}

func TestABrokerRestoresWhatRedisHasForgotten(t *testing.T) {
	store, apart := redistest.Real(t), redistest.Real(t)
	folder := t.TempDir()
	set := setting{journal: journalIn(t, folder), keys: apart.Client}
	w := webOn(t, store, set)
	a := w.mustBook(t, wish(), minami)
	if err := store.Client.FlushAll(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := set.journal.Close(); err != nil {
		t.Fatal(err)
	}
	set.journal = journalIn(t, folder)
	w = webOn(t, store, set)
	w.runs(t)
	until(t, "it is there again", func() bool { return len(w.day()) == 1 })
	got := w.day()[a.ID]
	if got.State != booking.StateBooked || got.Reception != a.Reception || got.Number != a.Number || got.Resident == nil || got.Resident.Kana != "ミナミ フサエ" {
		t.Errorf("restored %+v", got)
	}
	_, err := w.Hold(context.Background(), counter, wish())
	refusedAs(t, err, booking.SlugSlotTaken)
}

// disputed gives the API over a service that has found an appointment lost and its time taken.
func disputed(t *testing.T) (*web, booking.Appointment) {
	t.Helper()
	store, apart := redistest.Real(t), redistest.Real(t)
	lost := webOn(t, store, setting{journal: journalIn(t, t.TempDir()), keys: apart.Client})
	a := lost.mustBook(t, wish(), minami)
	if err := store.Client.FlushAll(context.Background()).Err(); err != nil {
		t.Fatal(err)
	}
	webOn(t, store, setting{}).mustBook(t, wish(), isobe)
	lost.runs(t)
	until(t, "it is disputed", func() bool { return lost.day()[a.ID].State == booking.StateDisputed })
	return lost, lost.day()[a.ID]
}

func TestStaffSettleADisputeOverHTTP(t *testing.T) {
	w, a := disputed(t)
	if d := a.Dispute; d == nil || d.Reason != "taken" || d.State != booking.StateBooked || d.Placed || !d.Start.Equal(a.Start) || d.BoothName == "" {
		t.Fatalf("disputed %+v", a.Dispute)
	}
	path := "/v1/appointments/" + a.ID + "/settle"
	body := func(choice, more string) string {
		return fmt.Sprintf(`{"choice":%q,"version":%d%s}`, choice, a.Version, more)
	}
	refused(t, w.ask("", "POST", path, body("keep", "")), 401, booking.SlugNotSignedIn)
	for _, seat := range []string{"counter:okuse", "booth:shiomachihama-1", "desk:kimura", "admin:a"} {
		refused(t, w.ask(seat, "POST", path, body("drop", "")), 403, booking.SlugNotYours)
	}
	p := refused(t, w.ask(atHama, "POST", path, body("keep", "")), 409, booking.SlugSlotTaken)
	if len(p.Reasons) == 0 {
		t.Error("it does not say what is in the way")
	}
	refused(t, w.ask(atHama, "POST", path, body("rebook", "")), 422, booking.SlugInvalid)
	refused(t, w.ask(atHama, "POST", path, fmt.Sprintf(`{"choice":"drop","version":%d}`, a.Version+3)), 409, booking.SlugChanged)
	at := fmt.Sprintf(`,"start":%q`, clinicMorning().Add(2*time.Hour).Format(time.RFC3339))
	again := key()
	for range 2 { // repeating it changes nothing
		got := want[booking.Appointment](t, w.ask(atHama, "POST", path, body("rebook", at), again), 200)
		if got.State != booking.StateBooked || got.Dispute != nil || !got.Start.Equal(clinicMorning().Add(2*time.Hour)) || got.Reception != a.Reception || got.Resident == nil {
			t.Errorf("rebooked %+v", got)
		}
	}
	refused(t, w.ask(atHama, "POST", path, body("drop", "")), 409, booking.SlugWrongState)
}

func TestADisputedAppointmentIsDroppedOrKept(t *testing.T) {
	t.Run("dropped", func(t *testing.T) {
		w, a := disputed(t)
		for range 2 {
			got, err := w.Decide(context.Background(), counter, a.ID, booking.Decision{Version: a.Version, Choice: booking.DecideDrop})
			if err != nil || got.State != booking.StateCancelled {
				t.Errorf("dropped %+v, %v", got, err)
			}
		}
	})
	t.Run("kept once the other is gone", func(t *testing.T) {
		w, a := disputed(t)
		ctx := context.Background()
		for id, other := range w.day() {
			if id != a.ID {
				if _, err := w.Cancel(ctx, other.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 2 {
			got, err := w.Decide(ctx, counter, a.ID, booking.Decision{Version: a.Version, Choice: booking.DecideKeep})
			if err != nil || got.State != booking.StateBooked || got.Dispute != nil || !got.Start.Equal(a.Start) {
				t.Errorf("kept %+v, %v", got, err)
			}
		}
	})
}

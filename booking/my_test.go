package booking_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/booking"
)

// asks is a resident at the page, from an address.
func (w *web) asks(address, what, office, reception, last4 string) *httptest.ResponseRecorder {
	w.t.Helper()
	ctx := booking.WithAddress(context.Background(), netip.MustParseAddr(address))
	body := fmt.Sprintf(`{"office":%q,"reception":%q,"last4":%q}`, office, reception, last4)
	return w.api.DoCtx(ctx, "POST", "/v1/my/"+what, "Content-Type: application/json", strings.NewReader(body))
}

const hama, home = "shiomachihama", "203.0.113.7"

func TestAResidentLooksAndCancelsWithoutLogin(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), withExtras(t, minami))
	r := w.asks(home, "appointment", hama, a.Reception, "1456")
	mine := want[booking.MyAppointment](t, r, 200)
	if mine.State != "booked" || !mine.Cancellable || mine.OfficeName != "汐待浜郵便局" || mine.Number != 1 || !mine.Start.Equal(a.Start) ||
		strings.Join(mine.Words, " ") != "医院 薬局" || mine.OfficePhone == "" || r.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("sees %+v", mine)
	}
	for _, secret := range []string{"ミナミ", "1456", "fusae", "M-00731", "診療", "森田", a.ID, a.Reception} {
		if strings.Contains(r.Body.String(), secret) {
			t.Errorf("is told %q: %s", secret, r.Body)
		}
	}
	gone := want[booking.MyAppointment](t, w.asks(home, "cancel", hama, a.Reception, "1456"), 200)
	if gone.State != "cancelled" || gone.Cancellable {
		t.Errorf("after cancelling: %+v", gone)
	}
	w.mustHold(t, wish()) // the time is free again
	refused(t, w.asks(home, "appointment", hama, a.Reception, "1456"), 404, booking.SlugUnknown)
}

func TestWhatDoesNotFitIsAnsweredInTheSameWords(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	h := wish()
	h.Start, h.Legs = h.Start.Add(time.Hour), []booking.LegRequest{gyosei}
	held := w.mustHold(t, h)
	anonymous, err := w.Confirm(context.Background(), counter, held.ID, booking.ConfirmRequest{Anonymous: true})
	if err != nil {
		t.Fatal(err)
	}
	var first string
	for i, row := range [][3]string{{hama, a.Reception, "1457"}, {hama, "123456", "1456"}, {"okuse", a.Reception, "1456"}, {hama, anonymous.Reception, "0000"}} {
		p := refused(t, w.asks(fmt.Sprint("203.0.113.", i), "appointment", row[0], row[1], row[2]), 404, booking.SlugUnknown)
		text, _ := json.Marshal(p)
		if first == "" {
			first = string(text)
		}
		if string(text) != first {
			t.Errorf("%v: %s, another said %s", row, text, first)
		}
	}
	for _, row := range [][3]string{{hama, "12345", "1456"}, {hama, "1234567", "1456"}, {hama, a.Reception, "14567"}, {hama, a.Reception, "abcd"}} {
		if r := w.asks(home, "appointment", row[0], row[1], row[2]); r.Code != 422 {
			t.Errorf("%v: %d", row, r.Code)
		}
	}
}

func TestAfterFiveWrongTriesANumberIsLockedForEverybody(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	for i := range 5 {
		refused(t, w.asks(fmt.Sprint("203.0.113.", i), "appointment", hama, a.Reception, "9999"), 404, booking.SlugUnknown)
	}
	r := w.asks(home, "appointment", hama, a.Reception, "1456") // the right one, from elsewhere
	refused(t, r, 429, booking.SlugTooManyTries)
	if r.Header().Get("Retry-After") == "" {
		t.Error("does not say when to come back")
	}
	refused(t, w.asks(home, "cancel", hama, a.Reception, "1456"), 429, booking.SlugTooManyTries)
	w.Expire(t, 15*time.Minute+time.Second)
	want[booking.MyAppointment](t, w.asks(home, "appointment", hama, a.Reception, "1456"), 200)
}

func TestAfterFiveWrongTriesAnAddressIsLockedForEveryNumber(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	for i := range 4 {
		refused(t, w.asks(home, "appointment", hama, fmt.Sprint(200000+i), "1456"), 404, booking.SlugUnknown)
		// A right number in between does not pay for the wrong ones.
		want[booking.MyAppointment](t, w.asks(home, "appointment", hama, a.Reception, "1456"), 200)
	}
	refused(t, w.asks(home, "appointment", hama, "300000", "1456"), 404, booking.SlugUnknown)
	refused(t, w.asks(home, "appointment", hama, a.Reception, "1456"), 429, booking.SlugTooManyTries)
	want[booking.MyAppointment](t, w.asks("203.0.113.8", "appointment", hama, a.Reception, "1456"), 200)
	// Of an IPv6 network every address is the same one.
	for i := range 5 {
		w.asks(fmt.Sprintf("2001:db8::%d", i), "appointment", hama, fmt.Sprint(400000+i), "1456")
	}
	refused(t, w.asks("2001:db8::99", "appointment", hama, a.Reception, "1456"), 429, booking.SlugTooManyTries)
}

func TestManyTriesAtOnceGainNothing(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	var all sync.WaitGroup
	var mu sync.Mutex
	counts := map[int]int{}
	for i := range 40 {
		all.Go(func() {
			r := w.asks(fmt.Sprint("203.0.113.", i), "appointment", hama, a.Reception, fmt.Sprintf("%04d", i))
			mu.Lock()
			defer mu.Unlock()
			counts[r.Code]++
		})
	}
	all.Wait()
	if counts[404] != 5 || counts[429] != 35 {
		t.Errorf("answers %v", counts)
	}
}

func TestADeskIsSubscribedToByASecretThatCanBeRevoked(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), withExtras(t, minami))
	type opened struct{ Path string }
	path := want[opened](t, w.ask("assistant:morita", "POST", "/v1/desks/morita/feed", ""), 201).Path
	secret := path[strings.Index(path, "key=")+4:]
	if dump := w.Dump(t); strings.Contains(dump, secret[strings.Index(secret, ".")+1:]) {
		t.Error("the secret is kept")
	}
	r := w.ask("", "GET", path, "")
	if r.Code != 200 || !strings.Contains(r.Body.String(), "SUMMARY:医院") || r.Header().Get("Content-Type") != "text/calendar; charset=utf-8" {
		t.Fatalf("feed %d %s", r.Code, r.Body)
	}
	for _, secret := range []string{"ミナミ", "1456", "fusae", "M-00731", "診療", a.Reception, "薬局"} {
		if strings.Contains(r.Body.String(), secret) {
			t.Errorf("the feed tells %q", secret)
		}
	}
	tag := r.Header().Get("ETag")
	if again := w.ask("", "GET", path, "", "If-None-Match: "+tag); again.Code != 304 || again.Body.Len() != 0 {
		t.Errorf("unchanged: %d %s", again.Code, again.Body)
	}
	if _, err := w.Cancel(context.Background(), a.ID); err != nil {
		t.Fatal(err)
	}
	changed := w.ask("", "GET", path, "", "If-None-Match: "+tag)
	if text := changed.Body.String(); changed.Code != 200 || !strings.Contains(text, "STATUS:CANCELLED") || !strings.Contains(text, "SEQUENCE:1") {
		t.Errorf("after cancelling: %d %s", changed.Code, text)
	}
	for seat, status := range map[string]int{"desk:morita": 201, "admin:ueda": 201, "assistant:shimin": 403, "desk:shimin-1": 403, "counter:shiomachihama": 403, "": 401} {
		if r := w.ask(seat, "POST", "/v1/desks/morita/feed", ""); r.Code != status {
			t.Errorf("%q opens a feed: %d, want %d", seat, r.Code, status)
		}
	}
	refused(t, w.ask("", "GET", path, ""), 404, booking.SlugUnknown) // a newer one has taken its place
	path = want[opened](t, w.ask("desk:morita", "POST", "/v1/desks/morita/feed", ""), 201).Path
	if r := w.ask("desk:morita", "DELETE", "/v1/desks/morita/feed", ""); r.Code != 204 {
		t.Errorf("revoke: %d", r.Code)
	}
	refused(t, w.ask("", "GET", path, ""), 404, booking.SlugUnknown)
	refused(t, w.ask("", "GET", "/v1/feed.ics?key=nobody.x", ""), 404, booking.SlugUnknown)
}

package booking_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2/humatest"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// web is the HTTP API over a service under test.
type web struct {
	*desk
	api humatest.TestAPI
	t   *testing.T
}

func newWeb(t *testing.T, set setting) *web {
	t.Helper()
	k := newDesk(t, redistest.Mini(t), set)
	_, api := humatest.New(t)
	k.Register(api)
	return &web{k, api, t}
}

// ask sends a request from a seat; "" is nobody. Body is JSON text or "".
func (w *web) ask(seat, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	ctx := context.Background()
	if seat != "" {
		ctx = booking.WithCaller(ctx, booking.Caller{Seat: seat})
	}
	args := make([]any, 0, len(headers)+2)
	for _, h := range headers {
		args = append(args, h)
	}
	if body != "" {
		args = append(args, "Content-Type: application/json", strings.NewReader(body))
	}
	return w.api.DoCtx(ctx, method, path, args...)
}

// want fails the test unless the answer has that status, and reads its body.
func want[T any](t *testing.T, r *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var v T
	if r.Code != status {
		t.Fatalf("status %d, want %d: %s", r.Code, status, r.Body)
	}
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v: %s", err, r.Body)
	}
	return v
}

// refused fails the test unless the answer is that problem.
func refused(t *testing.T, r *httptest.ResponseRecorder, status int, slug string) booking.Problem {
	t.Helper()
	p := want[booking.Problem](t, r, status)
	if p.Type != "/problems/"+slug || r.Header().Get("Content-Type") != "application/problem+json" || p.Status != status || p.Title == "" {
		t.Fatalf("want the problem %s, got %s: %s", slug, r.Header().Get("Content-Type"), r.Body)
	}
	return p
}

func holdBody(change func(body map[string]any)) string {
	body := map[string]any{
		"office": "shiomachihama", "start": clinicMorning().Add(time.Hour),
		"legs": []map[string]string{{"service": "medical", "pool": "morita"}, {"service": "guidance", "pool": "shiokaze"}},
	}
	if change != nil {
		change(body)
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func key() string { return "Idempotency-Key: " + newKey() }

const minamiBody = `{"resident":{"kana":"みなみ ふさえ","phone":"０９９９-00-1456"}}`

func TestACounterBooksOverHTTP(t *testing.T) {
	w := newWeb(t, setting{})
	hama := "counter:shiomachihama"
	day := calendar.DateOf(clinicMorning()).String()
	legs := "leg=" + url.QueryEscape("medical@morita") + "&leg=" + url.QueryEscape("guidance@shiokaze")

	days := want[struct {
		Rules int64
		Days  []struct {
			Date   string
			Free   int
			Reason *booking.ReasonView
		}
	}](t, w.ask("", "GET", "/v1/offices/shiomachihama/days?days=9&from="+day+"&"+legs, ""), 200)
	if len(days.Days) != 9 || days.Days[0].Free == 0 || days.Days[1].Free != 0 || days.Days[1].Reason.Text != "医院は 休み" {
		t.Errorf("days %+v", days)
	}
	times := want[struct {
		Rules int64
		Times []struct {
			Start, End       string
			Free             bool
			Booth, BoothName string
			Reasons          []booking.ReasonView
		}
	}](t, w.ask("", "GET", "/v1/offices/shiomachihama/times?date="+day+"&"+legs, ""), 200)
	ten := times.Times[2]
	if !strings.HasSuffix(ten.Start, "T10:00:00+09:00") || !strings.HasSuffix(ten.End, "T10:30:00+09:00") || !ten.Free || ten.BoothName != "ブース1" {
		t.Fatalf("ten o'clock is %+v", ten)
	}

	body := holdBody(func(b map[string]any) { b["start"], b["rules"] = ten.Start, times.Rules })
	hold := want[booking.Hold](t, w.ask(hama, "POST", "/v1/holds", body, key()), 201)
	if hold.State != "held" || hold.Booth != "shiomachihama-1" || hold.Legs[0].DeskName != "森田 千尋" || hold.ExpiresAt.Sub(hold.Now).Round(time.Second) != 5*time.Minute {
		t.Errorf("hold %+v", hold)
	}
	a := want[booking.Appointment](t, w.ask(hama, "POST", "/v1/holds/"+hold.ID+"/confirm", minamiBody), 200)
	if a.State != "booked" || a.Number != 1 || a.Resident.Kana != "ミナミ フサエ" || a.Resident.Phone != "0999-00-1456" || a.Legs[0].ServiceName != "医院" {
		t.Errorf("appointment %+v of %q", a, a.Resident.Kana)
	}
	again := want[booking.Appointment](t, w.ask(hama, "POST", "/v1/holds/"+hold.ID+"/confirm", minamiBody), 200)
	if again.Reception != a.Reception || again.Version != a.Version {
		t.Errorf("confirmed twice: %+v", again)
	}

	svg := w.ask(hama, "GET", "/v1/appointments/"+a.ID+"/qr", "")
	if svg.Code != 200 || svg.Header().Get("Content-Type") != "image/svg+xml" || xml.Unmarshal(svg.Body.Bytes(), new(struct{ XMLName xml.Name })) != nil {
		t.Errorf("QR: %d %s", svg.Code, svg.Body)
	}
	cancelled := want[booking.Appointment](t, w.ask(hama, "POST", "/v1/appointments/"+a.ID+"/cancel", ""), 200)
	if cancelled.State != "cancelled" || cancelled.Resident != nil {
		t.Errorf("cancelled %+v", cancelled)
	}
	hold = want[booking.Hold](t, w.ask(hama, "POST", "/v1/holds", body, key()), 201)
	for range 2 {
		if r := w.ask(hama, "DELETE", "/v1/holds/"+hold.ID, ""); r.Code != 204 {
			t.Errorf("released: %d %s", r.Code, r.Body)
		}
	}
}

func TestPublicFactsNeedNoSeat(t *testing.T) {
	w := newWeb(t, setting{})
	offices := want[struct {
		Offices []struct{ ID, Name, Area string }
	}](t, w.ask("", "GET", "/v1/offices", ""), 200)
	if len(offices.Offices) != 3 || offices.Offices[1].ID != "okuse" && offices.Offices[1].Name == "" {
		t.Errorf("offices %+v", offices)
	}
	f := want[booking.OfficeFacts](t, w.ask("", "GET", "/v1/offices/shiomachihama", ""), 200)
	if f.Name != "汐待浜郵便局" || len(f.Booths) != 2 || f.Hours[0].Days != "Mon-Fri" || f.Hours[0].NoonFrom != "12:00" || len(f.Notices) != 3 || f.Emergency.Phone == "" || f.NoShow != 15*60 {
		t.Errorf("office %+v", f)
	}
	if o := f.Offers[0]; o.Service != "medical" || o.PublicName != "医院" || o.Minutes != 20 || len(o.FollowedBy) != 3 || o.FollowedBy[0] != "shiokaze" {
		t.Errorf("offer %+v", o)
	}
	if first := f.Offers[0].First; !first.Accepted || first.Minutes != 30 || !strings.Contains(first.Note.En, "insurance card") {
		t.Errorf("a first visit: %+v", first)
	}
}

func TestEverySeatSeesWhatItMay(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	day := calendar.DateOf(a.Start).String()
	for seat, c := range map[string]struct {
		query  string
		status int
		found  int
		kana   string
		phone  string
		word   string
	}{
		"counter:shiomachihama":  {"", 200, 1, "ミナミ フサエ", "0999-00-1456", "医院"},
		"counter:misakiguchi":    {"", 200, 0, "", "", ""},
		"counter:okuse":          {"&office=shiomachihama", 403, 0, "", "", ""},
		"counter:shiomachihama ": {"&desk=morita", 403, 0, "", "", ""},
		"desk:morita":            {"", 200, 1, "ミナミ フサエ", "", "診療"},
		"desk:morita ":           {"&desk=shiokaze-1", 403, 0, "", "", ""},
		"desk:shiokaze-1":        {"&office=shiomachihama", 403, 0, "", "", ""},
		"desk:shimin-1":          {"", 200, 0, "", "", ""},
		"booth:shiomachihama-1":  {"", 200, 1, "", "", "診療"},
		"booth:shiomachihama-2":  {"&booth=shiomachihama-1", 403, 0, "", "", ""},
		"booth:shiomachihama-2 ": {"", 200, 0, "", "", ""},
		"admin:hayashi":          {"&office=shiomachihama", 200, 1, "", "", "診療"},
		"admin:hayashi ":         {"", 422, 0, "", "", ""},
		"stranger:1":             {"&office=shiomachihama", 403, 0, "", "", ""},
		"":                       {"&office=shiomachihama", 401, 0, "", "", ""},
	} {
		t.Run(seat+c.query, func(t *testing.T) {
			w.t = t
			r := w.ask(strings.TrimSpace(seat), "GET", "/v1/appointments?from="+day+c.query, "")
			if r.Code != c.status {
				t.Fatalf("status %d: %s", r.Code, r.Body)
			}
			if c.status != 200 {
				return
			}
			list := want[struct {
				Rev          int64
				Appointments []booking.Appointment
			}](t, r, 200)
			if len(list.Appointments) != c.found || list.Rev == 0 {
				t.Fatalf("found %+v", list)
			}
			if c.found == 0 {
				return
			}
			var kana, phone string
			if who := list.Appointments[0].Resident; who != nil {
				kana, phone = who.Kana, who.Phone
			}
			if kana != c.kana || phone != c.phone || list.Appointments[0].Legs[0].ServiceName != c.word {
				t.Errorf("sees %q %q %q", kana, phone, list.Appointments[0].Legs[0].ServiceName)
			}
		})
	}
}

func TestWhatIsNotYoursIsRefused(t *testing.T) {
	w := newWeb(t, setting{})
	held := w.mustHold(t, wish())
	other := wish()
	other.Start = other.Start.Add(time.Hour)
	a := w.mustBook(t, other, minami)
	for name, c := range map[string]struct {
		seat, method, path, body string
		status                   int
		slug                     string
	}{
		"nobody holds":                      {"", "POST", "/v1/holds", holdBody(nil), 401, booking.SlugNotSignedIn},
		"nobody confirms":                   {"", "POST", "/v1/holds/" + held.ID + "/confirm", minamiBody, 401, booking.SlugNotSignedIn},
		"nobody releases":                   {"", "DELETE", "/v1/holds/" + held.ID, "", 401, booking.SlugNotSignedIn},
		"nobody reads":                      {"", "GET", "/v1/appointments/" + a.ID, "", 401, booking.SlugNotSignedIn},
		"nobody cancels":                    {"", "POST", "/v1/appointments/" + a.ID + "/cancel", "", 401, booking.SlugNotSignedIn},
		"another counter holds":             {"counter:okuse", "POST", "/v1/holds", holdBody(nil), 403, booking.SlugNotYours},
		"a booth holds":                     {"booth:shiomachihama-1", "POST", "/v1/holds", holdBody(nil), 403, booking.SlugNotYours},
		"a desk of another pool holds":      {"desk:shimin-1", "POST", "/v1/holds", holdBody(nil), 403, booking.SlugNotYours},
		"an admin holds":                    {"admin:a", "POST", "/v1/holds", holdBody(nil), 403, booking.SlugNotYours},
		"another counter confirms":          {"counter:okuse", "POST", "/v1/holds/" + held.ID + "/confirm", minamiBody, 403, booking.SlugNotYours},
		"another counter releases":          {"counter:okuse", "DELETE", "/v1/holds/" + held.ID, "", 403, booking.SlugNotYours},
		"another counter reads":             {"counter:okuse", "GET", "/v1/appointments/" + a.ID, "", 403, booking.SlugNotYours},
		"another counter cancels":           {"counter:okuse", "POST", "/v1/appointments/" + a.ID + "/cancel", "", 403, booking.SlugNotYours},
		"the booth cancels":                 {"booth:" + a.Booth, "POST", "/v1/appointments/" + a.ID + "/cancel", "", 403, booking.SlugNotYours},
		"an admin cancels":                  {"admin:a", "POST", "/v1/appointments/" + a.ID + "/cancel", "", 403, booking.SlugNotYours},
		"another booth reads":               {"booth:okuse-1", "GET", "/v1/appointments/" + a.ID, "", 403, booking.SlugNotYours},
		"a desk that takes no part reads":   {"desk:shimin-1", "GET", "/v1/appointments/" + a.ID, "", 403, booking.SlugNotYours},
		"the desk prints the QR":            {"desk:morita", "GET", "/v1/appointments/" + a.ID + "/qr", "", 403, booking.SlugNotYours},
		"an appointment nobody knows":       {"counter:okuse", "GET", "/v1/appointments/a_aaaaaaaaaaaaaaaaaaaaaaaaaa", "", 404, booking.SlugUnknown},
		"a hold that is not an appointment": {"counter:shiomachihama", "GET", "/v1/appointments/" + held.ID, "", 404, booking.SlugUnknown},
		"a hold nobody knows":               {"counter:okuse", "DELETE", "/v1/holds/a_aaaaaaaaaaaaaaaaaaaaaaaaaa", "", 404, booking.SlugUnknown},
		"releasing what is booked":          {"counter:shiomachihama", "DELETE", "/v1/holds/" + a.ID, "", 409, booking.SlugAlreadyConfirmed},
		"confirming for another":            {"counter:shiomachihama", "POST", "/v1/holds/" + a.ID + "/confirm", `{"resident":{"kana":"イソベ","phone":"0999001457"}}`, 409, booking.SlugIdempotency},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			refused(t, w.ask(c.seat, c.method, c.path, c.body, key()), c.status, c.slug)
		})
	}
}

func TestEveryBadHoldHasItsProblem(t *testing.T) {
	set := func(field string, value any) func(map[string]any) {
		return func(b map[string]any) { b[field] = value }
	}
	leg := func(pairs ...string) any {
		var legs []map[string]string
		for _, p := range pairs {
			service, pool, _ := strings.Cut(p, "@")
			legs = append(legs, map[string]string{"service": service, "pool": pool})
		}
		return legs
	}
	morning := clinicMorning()
	for name, c := range map[string]struct {
		change func(map[string]any)
		status int
		slug   string
		reason string
	}{
		"an office that is not":     {set("office", "nowhere"), 404, booking.SlugUnknownOffice, ""},
		"a booth that is not":       {set("booth", "okuse-1"), 422, booking.SlugUnknownBooth, ""},
		"a service that is not":     {set("legs", leg("surgery@morita")), 422, booking.SlugUnknownService, ""},
		"a service by another pool": {set("legs", leg("medical@shiokaze")), 422, booking.SlugUnknownService, ""},
		"a desk of another pool":    {set("legs", []map[string]string{{"service": "medical", "pool": "morita", "desk": "shimin-1"}}), 422, booking.SlugUnknownDesk, ""},
		"legs in the wrong order":   {set("legs", leg("guidance@shiokaze", "medical@morita")), 422, booking.SlugLegs, ""},
		"a past time":               {set("start", morning.Add(-48*time.Hour)), 422, booking.SlugPastTime, "もう 過ぎました"},
		"the noon closing":          {set("start", morning.Add(3*time.Hour)), 422, booking.SlugClosedTime, "局の 昼休み"},
		"the clinic's free day":     {set("start", morning.Add(24*time.Hour)), 422, booking.SlugClosedTime, "医院は 休み"},
		"an odd minute":             {set("start", morning.Add(7*time.Minute)), 422, booking.SlugClosedTime, "この 時刻からは 始められません"},
		"far ahead":                 {set("start", morning.Add(200*24*time.Hour)), 422, booking.SlugClosedTime, ""},
		"old rules":                 {set("rules", 1), 409, booking.SlugStaleRules, ""},
		"a name in kanji":           {set("resident", map[string]string{"kana": "南 房江", "phone": "0999001456"}), 422, booking.SlugInvalid, ""},
		"a number too short":        {set("resident", map[string]string{"kana": "ミナミ", "phone": "110"}), 422, booking.SlugInvalid, ""},
		"a taken time":              {set("start", morning.Add(2*time.Hour)), 409, booking.SlugSlotTaken, "医院に 空きがありません"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWeb(t, setting{})
			taken := wish()
			taken.Start = morning.Add(2 * time.Hour)
			w.mustHold(t, taken)
			p := refused(t, w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(c.change), key()), c.status, c.slug)
			if c.reason != "" && (len(p.Reasons) == 0 || p.Reasons[0].Text != c.reason) {
				t.Errorf("reasons %+v, want %q first", p.Reasons, c.reason)
			}
			if strings.Contains(p.Detail+fmt.Sprint(p.Errors), "南") {
				t.Errorf("the problem repeats the name: %+v", p)
			}
		})
	}
	t.Run("no legs, unknown fields, no JSON, too much", func(t *testing.T) {
		w := newWeb(t, setting{})
		for _, body := range []string{
			holdBody(set("legs", []any{})), holdBody(set("legs", leg("a@b", "a@b", "a@b", "a@b", "a@b"))), holdBody(set("surprise", 1)),
			holdBody(set("start", "soon")), "{", `{"office":"` + strings.Repeat("x", 20_000) + `"}`,
		} {
			r := w.ask("counter:shiomachihama", "POST", "/v1/holds", body, key())
			if r.Code < 400 || r.Code > 422 || r.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("%.60s: %d %s", body, r.Code, r.Body)
			}
		}
	})
	t.Run("no idempotency key", func(t *testing.T) {
		w := newWeb(t, setting{})
		refused(t, w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(nil)), 400, booking.SlugIdempotencyKey)
		refused(t, w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(nil), "Idempotency-Key: "+strings.Repeat("k", 129)), 400, booking.SlugIdempotencyKey)
	})
	t.Run("the same key for another wish", func(t *testing.T) {
		w := newWeb(t, setting{})
		same := key()
		want[booking.Hold](t, w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(nil), same), 201)
		refused(t, w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(set("booth", "shiomachihama-2")), same), 409, booking.SlugIdempotency)
	})
}

func TestAHoldConfirmedTooLateHasItsProblem(t *testing.T) {
	w := newWeb(t, setting{})
	held := w.mustHold(t, wish())
	w.Expire(t, 6*time.Minute)
	refused(t, w.ask("counter:shiomachihama", "POST", "/v1/holds/"+held.ID+"/confirm", minamiBody), 409, booking.SlugHoldExpired)
}

func TestSearchesThatMakeNoSenseHaveTheirProblem(t *testing.T) {
	w := newWeb(t, setting{})
	for path, c := range map[string]struct {
		status int
		slug   string
	}{
		"/v1/offices/nowhere":                                                              {404, booking.SlugUnknownOffice},
		"/v1/offices/nowhere/days?leg=medical@morita":                                      {404, booking.SlugUnknownOffice},
		"/v1/offices/okuse/days?leg=medical":                                               {422, booking.SlugUnknownService},
		"/v1/offices/okuse/days?leg=medical@morita&from=yesterday":                         {422, booking.SlugInvalid},
		"/v1/offices/okuse/times?leg=medical@morita&date=2026-02-30":                       {422, booking.SlugInvalid},
		"/v1/offices/okuse/times?leg=guidance@shiokaze&leg=medical@morita&date=2026-12-02": {422, booking.SlugLegs},
	} {
		refused(t, w.ask("", "GET", path, ""), c.status, c.slug)
	}
	for _, path := range []string{
		"/v1/offices/okuse/days", "/v1/offices/okuse/days?leg=medical@morita&days=32", "/v1/offices/okuse/times?leg=medical@morita",
	} {
		if r := w.ask("", "GET", path, ""); r.Code != 422 {
			t.Errorf("%s: %d %s", path, r.Code, r.Body)
		}
	}
	for _, query := range []string{"from=x", "from=2026-12-02&to=2026-12-02", "from=2026-12-02&to=2027-12-02", "from=2026-12-02&to=x"} {
		refused(t, w.ask("counter:okuse", "GET", "/v1/appointments?"+query, ""), 422, booking.SlugInvalid)
	}
}

func TestWhenRedisIsDownBookingsSayComeBack(t *testing.T) {
	w := newWeb(t, setting{store: redisstore.Options{Timeout: 200 * time.Millisecond}})
	held := w.mustHold(t, wish())
	w.Mini.Close()
	for name, r := range map[string]*httptest.ResponseRecorder{
		"hold":    w.ask("counter:shiomachihama", "POST", "/v1/holds", holdBody(nil), key()),
		"confirm": w.ask("counter:shiomachihama", "POST", "/v1/holds/"+held.ID+"/confirm", minamiBody),
		"list":    w.ask("counter:shiomachihama", "GET", "/v1/appointments", ""),
		"search":  w.ask("", "GET", "/v1/offices/okuse/days?leg=medical@morita", ""),
	} {
		refused(t, r, http.StatusServiceUnavailable, booking.SlugUnavailable)
		if r.Header().Get("Retry-After") == "" {
			t.Errorf("%s does not say when to come back", name)
		}
	}
	if r := w.ask("", "GET", "/v1/offices/okuse", ""); r.Code != 200 {
		t.Errorf("public facts need no Redis: %d", r.Code)
	}
}

func TestTheReceptionNumberIsToldOnlyToThoseWhoBook(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	for seat, told := range map[string]bool{
		"counter:shiomachihama": true, "desk:morita": true, "booth:" + a.Booth: false, "admin:hayashi": false,
	} {
		seen := want[booking.Appointment](t, w.ask(seat, "GET", "/v1/appointments/"+a.ID, ""), 200)
		if (seen.Reception == a.Reception) != told || !told && seen.Reception != "" {
			t.Errorf("%s is told %q", seat, seen.Reception)
		}
	}
	if r := w.ask("booth:"+a.Booth, "GET", "/v1/appointments?from="+calendar.DateOf(a.Start).String(), ""); r.Code != 200 || strings.Contains(r.Body.String(), a.Reception) {
		t.Errorf("the booth's list: %d %s", r.Code, r.Body)
	}
}

func TestWhoWaitsIsTellableInTheWordsItWasAskedIn(t *testing.T) {
	w := newWeb(t, setting{})
	body := holdBody(func(b map[string]any) {
		b["from"], b["to"] = clinicMorning().Add(time.Hour), clinicMorning().Add(2*time.Hour)
		b["resident"] = map[string]string{"kana": "ミナミ フサエ", "phone": "0999-00-1456"}
		delete(b, "start")
	})
	type waiting struct{ Legs []map[string]any }
	joined := want[waiting](t, w.ask("counter:shiomachihama", "POST", "/v1/waitlist", body, key()), 201)
	listed := want[struct{ Waiting []waiting }](t, w.ask("counter:shiomachihama", "GET", "/v1/waitlist?office=shiomachihama", ""), 200)
	if len(joined.Legs) != 2 || len(listed.Waiting) != 1 {
		t.Fatalf("joined %+v, listed %+v", joined, listed)
	}
	for _, legs := range [][]map[string]any{joined.Legs, listed.Waiting[0].Legs} {
		if legs[0]["service"] != "medical" || legs[1]["pool"] != "shiokaze" {
			t.Errorf("legs %v, want service and pool as they were asked for", legs)
		}
	}
}

func TestTheCounterIsToldUntilWhenTheBoothIsCleaned(t *testing.T) {
	w := newWeb(t, setting{options: []booking.Option{booking.AlwaysOpen()}, now: time.Now()})
	h := wish()
	h.Start = time.Now().Add(10 * time.Minute).Truncate(5 * time.Minute)
	ctx := context.Background()
	a := w.mustBook(t, h, minami)
	if a.BoothUntil == nil || a.BoothUntil.Sub(a.End) != 5*time.Minute {
		t.Fatalf("it ends at %v and has the booth until %v", a.End, a.BoothUntil)
	}
	if _, err := w.CheckIn(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(ctx, a.ID, booking.StateDone); err != nil {
		t.Fatal(err)
	}
	over := want[booking.Appointment](t, w.ask("counter:shiomachihama", "GET", "/v1/appointments/"+a.ID, ""), 200)
	if over.BoothUntil != nil {
		t.Errorf("over before it began, it has the booth until %v", over.BoothUntil)
	}
}

func TestATimeToMoveToIsNotHinderedByTheVisitItself(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.at(t, 60) // ten o'clock: 医院, then 薬局
	type list struct {
		Times []struct {
			Start time.Time
			Free  bool
		}
	}
	times := "/v1/offices/shiomachihama/times?leg=medical%40morita&leg=guidance%40shiokaze&date=" + calendar.DateOf(a.Start).String()
	freeAt := func(l list, at time.Time) bool {
		for _, one := range l.Times {
			if one.Start.Equal(at) {
				return one.Free
			}
		}
		return false
	}
	hama := "counter:shiomachihama"
	if l := want[list](t, w.ask(hama, "GET", times, ""), 200); freeAt(l, a.Start) {
		t.Error("its own time is free for others")
	}
	if l := want[list](t, w.ask(hama, "GET", times+"&moving="+a.ID, ""), 200); !freeAt(l, a.Start) {
		t.Errorf("its own time is not free for itself: %+v", l)
	}
	refused(t, w.ask("", "GET", times+"&moving="+a.ID, ""), 401, booking.SlugNotSignedIn)
	refused(t, w.ask("counter:okuse", "GET", times+"&moving="+a.ID, ""), 403, booking.SlugNotYours)
	refused(t, w.ask("booth:"+a.Booth, "GET", times+"&moving="+a.ID, ""), 403, booking.SlugNotYours)
}

func TestWhoHasToBeOfferedAnotherTimeIsMarkedForTheCounterUntilMoved(t *testing.T) {
	w := newWeb(t, setting{})
	last := w.at(t, 160, medical) // 11:40 to 12:00, when the clinic closes
	w.now = last.Start.Add(-time.Minute)
	d := w.mustDelay(t, 10)
	if len(d.Conflicts) != 1 || !d.Conflicts[0].Appointment.Choice {
		t.Fatalf("%+v", d)
	}
	type list struct {
		Rev          int64
		Appointments []booking.Appointment
	}
	day := "/v1/appointments?from=" + calendar.DateOf(last.Start).String()
	marked := want[list](t, w.ask("counter:shiomachihama", "GET", day, ""), 200)
	if len(marked.Appointments) != 1 || !marked.Appointments[0].Choice {
		t.Fatalf("listed %+v", marked)
	}
	to := booking.MoveRequest{Key: newKey(), Version: last.Version, Start: last.Start.Add(7 * 24 * time.Hour)}
	if _, err := w.Move(context.Background(), counter, last.ID, to); err != nil {
		t.Fatal(err)
	}
	moved := want[list](t, w.ask("counter:shiomachihama", "GET", "/v1/appointments?from="+calendar.DateOf(to.Start).String(), ""), 200)
	if len(moved.Appointments) != 1 || moved.Appointments[0].Choice || moved.Rev <= marked.Rev {
		t.Errorf("after the move %+v", moved)
	}
}

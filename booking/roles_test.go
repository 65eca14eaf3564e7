package booking_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"madoguchi/booking"
)

// whoMay is a visit of clinic and pharmacy in booth 1 of 汐待浜, seen from every kind of seat. The columns are the answers:
//
//	read     status of reading it
//	kana, phone, reception   whether the answer shows them; mail goes with phone
//	patient  whether it shows the clinic's own number
//	words    the names of the two services as told: own names, or neutral words
//	listed   the status of listing one's own, and whether it is in the list
//	book     status of holding the next free time with these legs
//	qr       status of printing the slip
//	cancel   status of cancelling, asked last
var whoMay = []struct {
	seat                          string
	read                          int
	kana, phone, reception        bool
	patient                       bool
	words                         string
	listed                        string
	book, qr, cancel, confirmHold int
}{
	{"counter:shiomachihama", 200, true, true, true, false, "医院 薬局", "200 yes", 201, 200, 200, 200},
	{"counter:okuse", 403, false, false, false, false, "", "200 no", 403, 403, 403, 403},
	{"desk:morita", 200, true, false, true, true, "診療 服薬指導", "200 yes", 201, 403, 200, 200},
	{"desk:shiokaze-1", 200, true, false, true, false, "診療 服薬指導", "200 yes", 201, 403, 200, 200},
	{"desk:shiokaze-2", 403, false, false, false, false, "", "200 no", 201, 403, 403, 403},
	{"desk:shimin-1", 403, false, false, false, false, "", "200 no", 403, 403, 403, 403},
	{"assistant:morita", 200, true, true, true, true, "診療 薬局", "200 yes", 201, 403, 200, 200},
	{"assistant:shiokaze", 200, true, true, true, false, "医院 服薬指導", "200 yes", 201, 403, 200, 200},
	{"assistant:shimin", 403, false, false, false, false, "", "200 no", 403, 403, 403, 403},
	{"booth:shiomachihama-1", 200, false, false, false, false, "診療 服薬指導", "200 yes", 403, 403, 403, 403},
	{"booth:shiomachihama-2", 403, false, false, false, false, "", "200 no", 403, 403, 403, 403},
	{"admin:ueda", 200, false, false, false, false, "診療 服薬指導", "422 no", 403, 403, 403, 403},
	{"", 401, false, false, false, false, "", "401 no", 401, 401, 401, 401},
}

func TestWhoMayDoWhatCellByCell(t *testing.T) {
	for _, row := range whoMay {
		t.Run(row.seat, func(t *testing.T) {
			w := newWeb(t, setting{})
			a := w.mustBook(t, wish(), withExtras(t, minami))
			day := a.Start.Format("2006-01-02")

			r := w.ask(row.seat, "GET", "/v1/appointments/"+a.ID, "")
			same(t, "read", r.Code, row.read)
			same(t, "kana", strings.Contains(r.Body.String(), "ミナミ"), row.kana)
			same(t, "phone", strings.Contains(r.Body.String(), "1456"), row.phone)
			same(t, "mail", strings.Contains(r.Body.String(), "fusae@example.jp"), row.phone)
			same(t, "patient number", strings.Contains(r.Body.String(), "M-00731"), row.patient)
			same(t, "reception", strings.Contains(r.Body.String(), a.Reception), row.reception)
			same(t, "words", wordsOf(t, r), row.words)

			r = w.ask(row.seat, "GET", "/v1/appointments?from="+day, "")
			in := "no"
			if strings.Contains(r.Body.String(), a.ID) {
				in = "yes"
			}
			same(t, "listed", fmt.Sprint(r.Code, " ", in), row.listed)

			next := holdBody(func(body map[string]any) { body["start"] = a.Start.Add(3600e9) })
			same(t, "book", w.ask(row.seat, "POST", "/v1/holds", next, key()).Code, row.book)
			same(t, "qr", w.ask(row.seat, "GET", "/v1/appointments/"+a.ID+"/qr", "").Code, row.qr)

			later := wish()
			later.Start = a.Start.Add(90 * 60e9)
			later.Legs = []booking.LegRequest{medical, {Service: "guidance", Pool: "shiokaze", Desk: "shiokaze-1"}}
			held := w.mustHold(t, later)
			same(t, "confirm", w.ask(row.seat, "POST", "/v1/holds/"+held.ID+"/confirm", strings.Replace(minamiBody, "1456", "1457", 1)).Code, row.confirmHold)
			same(t, "cancel", w.ask(row.seat, "POST", "/v1/appointments/"+a.ID+"/cancel", "").Code, row.cancel)
		})
	}
}

func withExtras(t *testing.T, p booking.Person) booking.Person {
	t.Helper()
	p, err := p.With(booking.Extras{Mail: "fusae@example.jp", PatientNumber: "M-00731", Remind: []string{"mail"}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func wordsOf(t *testing.T, r *httptest.ResponseRecorder) string {
	t.Helper()
	if r.Code != 200 {
		return ""
	}
	var words []string
	for _, l := range want[booking.Appointment](t, r, 200).Legs {
		words = append(words, l.ServiceName)
	}
	return strings.Join(words, " ")
}

func TestAnAssistantListsItsOwnDesksOnly(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	day := a.Start.Format("2006-01-02")
	for _, row := range []struct {
		query  string
		status int
	}{
		{"&pool=morita", 200}, {"&desk=morita", 200}, {"&pool=morita&desk=morita", 200}, {"&pool=morita&office=shiomachihama", 200},
		{"&pool=shiokaze", 403}, {"&desk=shiokaze-1", 403}, {"&office=shiomachihama", 403}, {"&booth=shiomachihama-1", 403},
		{"&pool=nowhere", 422}, {"&pool=morita&desk=shiokaze-1", 422},
	} {
		if r := w.ask("assistant:morita", "GET", "/v1/appointments?from="+day+row.query, ""); r.Code != row.status {
			t.Errorf("%s: status %d, want %d: %s", row.query, r.Code, row.status, r.Body)
		}
	}
}

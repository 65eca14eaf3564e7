package booking_test

import (
	"slices"
	"testing"

	"madoguchi/booking"
)

func TestAReceptionPreparesAndItsDeskSees(t *testing.T) {
	w := newWeb(t, setting{})
	a := w.mustBook(t, wish(), minami)
	path := "/v1/appointments/" + a.ID
	for _, mark := range []string{"medical/identity", "note/companion", "note/companion"} {
		want[booking.Appointment](t, w.ask("assistant:morita", "POST", path+"/marks", `{"mark":"`+mark+`","on":true}`), 200)
	}
	for seat, sees := range map[string][]string{
		"desk:morita": {"medical/identity", "note/companion"}, "assistant:shiokaze": {"medical/identity", "note/companion"}, "counter:shiomachihama": nil,
	} {
		if got := want[booking.Appointment](t, w.ask(seat, "GET", path, ""), 200).Prepared; !slices.Equal(got, sees) {
			t.Errorf("%s sees %q", seat, got)
		}
	}
	want[booking.Appointment](t, w.ask("desk:morita", "POST", path+"/marks", `{"mark":"note/companion","on":false}`), 200)
	if got := want[booking.Appointment](t, w.ask("desk:morita", "GET", path, ""), 200).Prepared; !slices.Equal(got, []string{"medical/identity"}) {
		t.Errorf("after taking one back: %q", got)
	}
	refused(t, w.ask("counter:shiomachihama", "POST", path+"/marks", `{"mark":"note/companion","on":true}`), 403, booking.SlugNotYours)
	refused(t, w.ask("assistant:gyosei", "POST", path+"/marks", `{"mark":"note/companion","on":true}`), 403, booking.SlugNotYours)
	for _, mark := range []string{"guidance/route", "medical/nothing", "note/熱がある", "ミナミ"} {
		refused(t, w.ask("assistant:morita", "POST", path+"/marks", `{"mark":"`+mark+`","on":true}`), 422, booking.SlugInvalid)
	}
}

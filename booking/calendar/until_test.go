package calendar

import (
	"testing"
	"time"
)

func TestWhenAPlaceShutsNext(t *testing.T) {
	week := [7]bool{false, true, true, true, true, true, false}
	hours := []Window{{Days: week, From: 9 * 60, To: 17 * 60, NoonFrom: 12 * 60, NoonTo: 13 * 60}}
	d := Date{2026, time.November, 25} // a Wednesday
	for _, c := range []struct {
		name    string
		at      time.Time
		want    string
		noon    bool
		open    bool
		windows []Window
	}{
		{"in the morning it is noon", d.At(10 * 60), "12:00", true, true, hours},
		{"just before noon too", d.At(12*60 - 1), "12:00", true, true, hours},
		{"in the afternoon it is closing", d.At(13 * 60), "17:00", false, true, hours},
		{"at noon it is shut", d.At(12 * 60), "", false, false, hours},
		{"at night it is shut", d.At(20 * 60), "", false, false, hours},
		{"two windows that touch are one", d.At(9 * 60), "15:00", false, true, []Window{{Days: week, From: 9 * 60, To: 12 * 60}, {Days: week, From: 12 * 60, To: 15 * 60}}},
	} {
		at, noon, open := Place{}.ShutsNext(c.windows, nil, c.at)
		if open != c.open || open && (at.Format("15:04") != c.want || noon != c.noon) {
			t.Errorf("%s: %v %v %v", c.name, at, noon, open)
		}
	}
	all := [7]bool{true, true, true, true, true, true, true}
	if _, _, open := (Place{OpenOnHolidays: true}).ShutsNext([]Window{{Days: all, From: 0, To: 24 * 60}}, nil, d.At(0)); !open {
		t.Error("what never shuts is open")
	}
}

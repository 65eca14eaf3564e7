package main

import (
	"strings"
	"testing"
	"time"

	"madoguchi/booking/calendar"
)

func TestTheDemosClockBeginsAtTheNextSuchTimeInTokyo(t *testing.T) {
	day := calendar.DateOf(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
	for _, row := range []struct {
		asked string
		now   time.Time
		want  time.Time
	}{
		{"10:00", day.At(9 * 60), day.At(10 * 60)},
		{"10:00", day.At(10 * 60), day.At(10 * 60)},
		{"10:00", day.At(23*60 + 50), day.Add(1).At(10 * 60)},
		{"10:00", day.At(5), day.At(10 * 60)},
		{"00:00", day.At(1), day.Add(1).At(0)},
		{"", day.At(1), day.At(1)},
	} {
		clock, err := (&demoCommand{BeginsAt: row.asked}).clock(row.now)
		if got := row.now.Add(clock.ahead); err != nil || !got.Equal(row.want) {
			t.Errorf("asked for %q at %s it begins at %s, %v; want %s", row.asked, row.now, got, err, row.want)
		}
	}
	for field, d := range map[string]demoCommand{"10 o'clock": {BeginsAt: "10 o'clock"}, "25:00": {BeginsAt: "25:00"}, "redis": {BeginsAt: "10:00", Redis: "redis://h/0"}} {
		if _, err := d.clock(day.At(0)); err == nil || !strings.Contains(err.Error(), "begins-at") || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
}

func TestADemoWithAClockOfItsOwnSaysSo(t *testing.T) {
	at := time.Now().In(calendar.Tokyo).Add(5 * time.Hour)
	demo := launch(t, []string{home(t)}, append(anyPort, "--begins-at", at.Format("15:04"))...)
	if told := strings.Join(demo.untilReady(), "\n"); !strings.Contains(told, "The clock of this demo says "+at.Format("2006-01-02T15:04:")) {
		t.Errorf("printed:\n%s", told)
	}
	if code, _ := demo.terminate(); code != 0 {
		t.Errorf("ended with code %d", code)
	}
}

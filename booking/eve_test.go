package booking_test

import (
	"context"
	"testing"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
)

// firstAlarm is when anything rings first in the sample area.
func firstAlarm(t *testing.T, s *redistest.Server) time.Time {
	t.Helper()
	list, err := s.Client.ZRangeWithScores(context.Background(), "{shiomachi}:alarms", 0, 0).Result()
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return time.UnixMilli(int64(list[0].Score))
}

// nextHoliday is a national holiday that can be booked around.
func nextHoliday() calendar.Date {
	for d := calendar.DateOf(time.Now()).Add(3); ; d = d.Add(1) {
		if _, holiday := calendar.Holiday(d); holiday {
			return d
		}
	}
}

func TestAResidentIsRemindedTheDayBeforeAtFive(t *testing.T) {
	day := calendar.DateOf(time.Now()).Add(10)
	holiday := nextHoliday()
	for name, row := range map[string]struct{ start, want time.Time }{
		"in the morning":          {day.At(10 * 60), day.Add(-1).At(17 * 60)},
		"just after midnight":     {day.At(5), day.Add(-1).At(17 * 60)},
		"just before midnight":    {day.At(23*60 + 30), day.Add(-1).At(17 * 60)},
		"the day after a holiday": {holiday.Add(1).At(10 * 60), holiday.At(17 * 60)},
		"on a holiday":            {holiday.At(10 * 60), holiday.Add(-1).At(17 * 60)},
		"on the first of a month": {firstOfMonth(day).At(9 * 60), firstOfMonth(day).Add(-1).At(17 * 60)},
	} {
		t.Run(name, func(t *testing.T) {
			s := redistest.Mini(t)
			k := newDesk(t, s, setting{
				options: []booking.Option{booking.AlwaysOpen()}, now: time.Now(), eves: []booking.Eve{{Days: 1, Minute: 17 * 60}},
				store: redisstore.Options{Reminders: []time.Duration{2 * time.Hour}},
			})
			h := wish()
			h.Start = row.start
			a := k.mustBook(t, h, minami)
			if got := firstAlarm(t, s); !got.Equal(row.want) {
				t.Errorf("%s: it rings at %s, want %s", row.start, got.In(calendar.Tokyo), row.want)
			}
			later := booking.MoveRequest{Key: newKey(), Version: a.Version, Start: row.start.Add(48 * time.Hour)}
			if _, err := k.Move(context.Background(), counter, a.ID, later); err != nil {
				t.Fatal(err)
			}
			if got := firstAlarm(t, s); !got.Equal(row.want.Add(48 * time.Hour)) {
				t.Errorf("moved by two days it rings at %s", got.In(calendar.Tokyo))
			}
		})
	}
}

func firstOfMonth(d calendar.Date) calendar.Date {
	for d.Day != 1 {
		d = d.Add(1)
	}
	return d
}

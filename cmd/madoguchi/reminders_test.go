package main

import (
	"slices"
	"testing"
	"time"

	"madoguchi/booking"
)

func TestRemindersAreHowLongBeforeOrOnADayBefore(t *testing.T) {
	list, eves, err := reminders(&[]string{"1d 17:00", "2h", "3d 08:30"})
	if err != nil || !slices.Equal(list, []time.Duration{2 * time.Hour}) || !slices.Equal(eves, []booking.Eve{{Days: 1, Minute: 1020}, {Days: 3, Minute: 510}}) {
		t.Errorf("read %v, %v, %v", list, eves, err)
	}
}

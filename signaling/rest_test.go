package signaling

import (
	"testing"
	"time"
)

func TestABrokerRestsSoThatItsSeatsReadNoMoreThan500TimesASecond(t *testing.T) {
	for seats, want := range map[int]time.Duration{
		0: 0, 3: 6 * time.Millisecond, 50: 100 * time.Millisecond, 500: time.Second, 24_000: longestRest,
	} {
		if got := restAfter(seats); got != want {
			t.Errorf("%d seats: %s, want %s", seats, got, want)
		}
	}
}

package signaling

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"madoguchi/booking"
)

func TestWhatIsRefusedForGoodHoldsUpNothing(t *testing.T) {
	r := newRetries(slog.New(slog.DiscardHandler))
	var done []string
	away := true
	r.add("refused", func(context.Context) error { return errors.New("no such appointment") })
	r.add("call", func(context.Context) error {
		if away {
			return booking.ErrUnavailable
		}
		done = append(done, "call")
		return nil
	})
	r.add("leave", func(context.Context) error { done = append(done, "leave"); return nil })

	r.tryAll(t.Context())
	if len(done) != 0 {
		t.Fatalf("nothing is done out of its turn, yet %v", done)
	}
	away = false
	r.tryAll(t.Context())
	if !slices.Equal(done, []string{"call", "leave"}) {
		t.Errorf("done %v", done)
	}
	if _, more := r.first(); more {
		t.Error("the list is not empty")
	}
}

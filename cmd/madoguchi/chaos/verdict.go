package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/redisstore"
)

// verdict is what became of what clerks were told.
type verdict struct {
	kept, lost, disputed int
	left                 int // steps of which still nobody knows, or which still seem unknown
	doubled              int // pairs of appointments at one place and time
	restored             int // that the service says it has restored
	examples             []string
}

// judge looks every visit up.
func (o *office) judge(ctx context.Context, visits []*visit) (v verdict, err error) {
	entries, err := o.ledgers(ctx, &v)
	if err != nil {
		return v, err
	}
	for _, one := range visits {
		if one.open != "" {
			v.left++
			v.tell("%s of %s is not settled", one.open, one.id)
			continue
		}
		if one.told == "" {
			continue
		}
		a, err := o.settled(ctx, one.id)
		switch {
		case err != nil && !errors.Is(err, booking.ErrNotFound):
			return v, fmt.Errorf("look for %s: %w", one.id, err)
		case a.State == booking.StateUnknown:
			v.left++
			v.tell("%s is unknown", one.id)
		case a.State == booking.StateDisputed:
			v.disputed++
		case err == nil && one.holds(a, entries):
			v.kept++
		default:
			v.lost++
			v.tell("%s, told %s at %s, is %q at %s: %v", one.id, one.told, one.slot.start.Format(time.RFC3339), a.State, a.Start.Format(time.RFC3339), err)
		}
	}
	return v, nil
}

// settled looks an appointment up, again and again while it still seems unknown or cannot be read: a clerk may know before
// the broker has settled what it had noted, but not for longer than settleWithin.
func (o *office) settled(ctx context.Context, id string) (booking.Appointment, error) {
	limit := time.Now().Add(settleWithin)
	for {
		a, err := o.brokers[0].Appointment(ctx, id)
		waits := err == nil && a.State == booking.StateUnknown || errors.Is(err, booking.ErrUnavailable)
		if !waits || time.Now().After(limit) {
			return a, err
		}
		if err := pass(ctx, lookAgain); err != nil {
			return a, err
		}
	}
}

// holds reports whether an appointment is as a clerk was told, in the ledgers too.
func (v *visit) holds(a booking.Appointment, entries map[entry]bool) bool {
	if v.told == toldCancelled {
		return a.State == booking.StateCancelled
	}
	start := v.slot.start
	return a.State == booking.StateBooked && a.Start.Equal(start) &&
		entries[entry{redisstore.KindBooth, a.ID, start.UnixMilli()}] && entries[entry{redisstore.KindDesk, a.ID, start.UnixMilli()}]
}

// tell remembers a few examples of what is wrong.
func (v *verdict) tell(format string, args ...any) {
	if len(v.examples) < 5 {
		v.examples = append(v.examples, fmt.Sprintf(format, args...))
	}
}

// entry is one of a ledger of a kind.
type entry struct {
	kind, id string
	start    int64 // ms
}

// ledgers reads the ledgers of every booth and desk, and counts what overlaps there.
func (o *office) ledgers(ctx context.Context, v *verdict) (map[entry]bool, error) {
	from := o.town.day.At(0)
	all := map[entry]bool{}
	for n := range offices {
		for _, l := range []redisstore.Ledger{{Kind: redisstore.KindBooth, ID: fmt.Sprint("b", n)}, {Kind: redisstore.KindDesk, ID: fmt.Sprint("d", n)}} {
			list, err := o.store.Taken(ctx, l, from, from.Add((days+1)*24*time.Hour))
			if err != nil {
				return nil, err
			}
			slices.SortFunc(list, func(a, b redisstore.Taken) int { return a.Start.Compare(b.Start) })
			for i, e := range list {
				all[entry{l.Kind, e.ID, e.Start.UnixMilli()}] = true
				if i > 0 && list[i-1].End.After(e.Start) {
					v.doubled++
					v.tell("%s and %s overlap in the ledger of %s %s", list[i-1].ID, e.ID, l.Kind, l.ID)
				}
			}
		}
	}
	return all, nil
}

// eventBatch is how many events are read at once.
const eventBatch = 1000

// events counts the different appointments that events of a type are of since a place in the outbox.
func (o *office) events(ctx context.Context, after string) (restored, disputed int, last string, err error) {
	seen := map[string]map[string]bool{redisstore.EventRestored: {}, redisstore.EventDisputed: {}}
	for last = after; ; {
		list, err := o.store.Events(ctx, last, eventBatch)
		if err != nil {
			return 0, 0, last, err
		}
		for _, e := range list {
			if of := seen[e.Type]; of != nil {
				of[e.ID] = true
			}
			last = e.Cursor
		}
		if len(list) < eventBatch {
			return len(seen[redisstore.EventRestored]), len(seen[redisstore.EventDisputed]), last, nil
		}
	}
}

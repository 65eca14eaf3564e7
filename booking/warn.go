package booking

import (
	"context"
	"slices"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// closingWarning is how long before closing and noon the office is warned of visits that will still be going on.
const closingWarning = 10 * time.Minute

// warnSweeps is how many sweeps pass between two looks at the offices about to shut. All offices of an area shut at about
// the same time, and ten minutes do not need a look each second.
const warnSweeps = 10

// warnTogether is how many offices' days are read at once, so that nobody else waits for Redis meanwhile.
const warnTogether = 50

// warner warns the offices of one area. The goroutine that tends the area owns it.
type warner struct {
	s      *Service
	store  *redisstore.Store
	sweeps int
	told   map[string]time.Time // office → the closing it has been warned of
}

func (s *Service) newWarner(store *redisstore.Store) *warner {
	return &warner{s: s, store: store, told: map[string]time.Time{}}
}

// closing is an office about to shut.
type closing struct {
	office string
	at     time.Time
	noon   bool
}

// look tells offices that closing or noon is near while somebody is being served or waits to be. Each is told once for
// each closing, which the step itself sees to where several brokers tell it.
func (w *warner) look(ctx context.Context) error {
	w.sweeps++
	if w.sweeps%warnSweeps != 1 {
		return nil
	}
	for near := range slices.Chunk(w.near(w.s.now()), warnTogether) {
		if err := w.tell(ctx, near); err != nil {
			return err
		}
	}
	return nil
}

// tell reads the days of some offices and warns those that are busy.
func (w *warner) tell(ctx context.Context, near []closing) error {
	offices := make([]string, len(near))
	for i, c := range near {
		offices[i] = c.office
	}
	days, err := w.store.OfficeDays(ctx, offices, calendar.DateOf(w.s.now()).String())
	if err != nil {
		return err
	}
	for i, c := range near {
		if !busyUntil(days[i], c.at) {
			continue
		}
		kind := redisstore.EventClosingSoon
		if c.noon {
			kind = redisstore.EventNoonSoon
		}
		if err := w.store.Warn(ctx, kind, c.office, c.at); err != nil {
			return err
		}
		w.told[c.office] = c.at
	}
	return nil
}

// near lists the offices that shut soon and have not been told.
func (w *warner) near(now time.Time) []closing {
	var list []closing
	for _, o := range w.s.dir().Offices() {
		if o.Area != w.store.Area() {
			continue
		}
		at, noon, ok := w.s.dir().shutsNext(o, now)
		if ok && at.Sub(now) <= closingWarning && !w.told[o.ID].Equal(at) {
			list = append(list, closing{o.ID, at, noon})
		}
	}
	return list
}

// busyUntil reports whether, of the appointments of an office's day, somebody is served or waits to be whose visit ends
// only after a time.
func busyUntil(day []redisstore.Record, at time.Time) bool {
	for _, r := range day {
		if (r.State == StateBooked || r.State == StateArrived) && r.Start.Before(at) && r.End.After(at) {
			return true
		}
		if r.State == StateArrived && r.Running() >= 0 {
			return true
		}
	}
	return false
}

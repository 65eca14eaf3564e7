package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// States of somebody on the waiting list.
const (
	WaitWaiting  = "waiting"
	WaitOffered  = "offered"  // a time is held in that name
	WaitAccepted = "accepted" // the offer has become an appointment
	WaitLeft     = "left"     // given up, or the last day wanted is over
)

// Waiter is somebody who waits for a time to become free. It holds nothing personal.
type Waiter struct {
	ID            string // w_…
	State         string
	Version       int64
	Office, Booth string // Booth "" for any
	Legs          []WaitLeg
	From, To      time.Time // the times that would do: starts within [From, To)
	Resident      string    // index of the resident's ledger; "" for an anonymous matter
	Anonymous     bool
	Joined        time.Time
	Boost         time.Duration // how much longer it counts as waiting than it has; bounded, so nobody waits for ever
	Number        int           // call number of a walk-in; 0 for those who are not here
	By            string        // seat that put it on the list
	Hold          string        // the offer; "" while there is none
	Until         time.Time     // of the offer
	Passed        []time.Time   // starts that were offered and not taken
	Appointment   string        // what became of it

	fingerprint string
}

// WaitLeg is one leg waited for.
type WaitLeg struct {
	Service, Pool, Desk string
	First               bool // the resident comes there for the first time
}

// place is where it stands: everybody ages alike, so the time of joining less the boost does not have to be touched
// again.
// Microseconds tell those apart who join at once.
func (w Waiter) place() string { return text(w.Joined.Add(-w.Boost).UnixMicro()) }

// Join puts somebody on the waiting list. Repeating it changes nothing; ErrMismatch says that it was another wish.
func (s *Store) Join(ctx context.Context, w Waiter, fingerprint string, who []byte) (Waiter, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return Waiter{}, fmt.Errorf("join %s: %w", w.ID, err)
	}
	w.Joined, w.State, w.Version, w.fingerprint = now, WaitWaiting, 0, fingerprint
	return s.waitStep(ctx, w, whoText(who), EventWaiting, "")
}

// Offer says that a time is held for somebody on the list.
func (s *Store) Offer(ctx context.Context, w Waiter, hold string, until time.Time) (Waiter, error) {
	w.State, w.Hold, w.Until = WaitOffered, hold, until
	return s.waitStep(ctx, w, "", EventOffered, fmt.Sprintf(" hold=%s until=%d", hold, millis(until)))
}

// PassOn says that the offer, which was for start, was not taken: the next one's turn.
func (s *Store) PassOn(ctx context.Context, w Waiter, start time.Time) (Waiter, error) {
	hold := w.Hold
	w.State, w.Hold, w.Until, w.Passed = WaitWaiting, "", time.Time{}, append(w.Passed, start)
	return s.waitStep(ctx, w, "", EventPassedOn, " hold="+hold)
}

// Accept says that the offer has become an appointment.
func (s *Store) Accept(ctx context.Context, w Waiter, appointment string) (Waiter, error) {
	hold := w.Hold
	w.State, w.Hold, w.Until, w.Appointment = WaitAccepted, "", time.Time{}, appointment
	return s.waitStep(ctx, w, "-", EventAccepted, " hold="+hold)
}

// Leave takes somebody off the list.
func (s *Store) Leave(ctx context.Context, w Waiter) (Waiter, error) {
	w.State, w.Hold, w.Until = WaitLeft, "", time.Time{}
	return s.waitStep(ctx, w, "-", EventWaitLeft, "")
}

// waitStep writes w as its next version. It gives ErrVersion where somebody else was quicker.
func (s *Store) waitStep(ctx context.Context, w Waiter, who, event, detail string) (Waiter, error) {
	place := w.place()
	if w.State == WaitAccepted || w.State == WaitLeft {
		place = ""
	}
	answer, err := s.run(ctx, s.steps.wait, []string{s.record(w.ID), s.waiting(), s.outbox(), s.who(w.ID)},
		w.ID, w.Version, w.fingerprint, w.fields(), place, millis(w.To.Add(s.opts.KeepWho)), who, event, detail)
	if err == nil && answer[0] == "changed" {
		err = ErrVersion
	}
	if err == nil {
		err = refused(answer)
	}
	if err != nil {
		return Waiter{}, fmt.Errorf("%s %s: %w", event, w.ID, err)
	}
	return s.Waiter(ctx, w.ID)
}

func (w Waiter) fields() string {
	legs := make([]string, len(w.Legs))
	for i, l := range w.Legs {
		legs[i] = whatOf(l.Service, l.Pool, l.First) + "/" + l.Desk
	}
	passed := make([]string, len(w.Passed))
	for i, at := range w.Passed {
		passed[i] = text(millis(at))
	}
	return fieldsText("state", w.State, "office", w.Office, "booth", w.Booth, "legs", strings.Join(legs, ","), "from", text(millis(w.From)),
		"to", text(millis(w.To)), "res", w.Resident, "anon", flag(w.Anonymous), "joined", text(w.Joined.UnixMicro()),
		"boost", text(w.Boost.Milliseconds()), "num", strconv.Itoa(w.Number), "by", w.By, "hold", w.Hold,
		"until", text(millisOrZero(w.Until)), "passed", strings.Join(passed, ","), "appointment", w.Appointment)
}

// Waiter reads one. It gives ErrNotFound for an id never seen or forgotten.
func (s *Store) Waiter(ctx context.Context, id string) (Waiter, error) {
	f, err := s.fields(ctx, id)
	if err != nil {
		return Waiter{}, err
	}
	return parseWaiter(id, f)
}

// Waiting lists up to limit of those who wait or have an offer, in the order of their turn.
func (s *Store) Waiting(ctx context.Context, limit int64) ([]Waiter, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	ids, err := s.rdb.ZRange(ctx, s.waiting(), 0, limit-1).Result()
	if err != nil || len(ids) == 0 {
		return nil, unavailable(err)
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = s.record(id)
	}
	texts, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("read %d waiting: %w", len(ids), unavailable(err))
	}
	var gone []any
	list := make([]Waiter, 0, len(ids))
	for i, id := range ids {
		text, ok := texts[i].(string)
		if !ok {
			gone = append(gone, id) // expired: nobody has to wait behind it
			continue
		}
		f, err := s.shapes.read(text)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", id, err)
		}
		w, err := parseWaiter(id, f)
		if err != nil {
			return nil, err
		}
		list = append(list, w)
	}
	if len(gone) > 0 {
		err = s.rdb.ZRem(ctx, s.waiting(), gone...).Err()
	}
	return list, unavailable(err)
}

// Ticket gives the next call number of an office's day to somebody who walked in, and keeps the count until then.
func (s *Store) Ticket(ctx context.Context, office, date string, keep time.Time) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	var number *redis.IntCmd
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		number = p.Incr(ctx, s.sequence(office, date))
		p.PExpireAt(ctx, s.sequence(office, date), keep)
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("ticket of office %s: %w", office, unavailable(err))
	}
	return int(number.Val()), nil
}

func parseWaiter(id string, f map[string]string) (Waiter, error) {
	w := Waiter{
		ID: id, State: f["state"], Office: f["office"], Booth: f["booth"], From: fromMillis(f["from"]), To: fromMillis(f["to"]),
		Resident: f["res"], Anonymous: f["anon"] == "1", By: f["by"], Hold: f["hold"],
		Until: fromMillis(f["until"]), Appointment: f["appointment"], fingerprint: f["fp"],
	}
	numbers := map[string]int64{}
	for _, name := range []string{"v", "boost", "num", "joined"} {
		n, err := strconv.ParseInt(f[name], 10, 64)
		if err != nil {
			return Waiter{}, fmt.Errorf("waiting %s: %s: %w", id, name, err)
		}
		numbers[name] = n
	}
	w.Version, w.Boost, w.Number = numbers["v"], time.Duration(numbers["boost"])*time.Millisecond, int(numbers["num"])
	w.Joined = time.UnixMicro(numbers["joined"])
	for _, text := range splitList(f["legs"]) {
		what, desk, _ := strings.Cut(text, "/")
		service, pool, first := parseWhat(what)
		w.Legs = append(w.Legs, WaitLeg{Service: service, Pool: pool, Desk: desk, First: first})
	}
	for _, text := range splitList(f["passed"]) {
		w.Passed = append(w.Passed, fromMillis(text))
	}
	return w, nil
}

package booking

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// MaxDelay bounds what one announcement pushes back.
const MaxDelay = 3 * time.Hour

// Delay is what became of a desk's day after it was said to run late.
type Delay struct {
	Desk      string          `json:"desk"`
	Minutes   int             `json:"minutes"`
	Moved     []Appointment   `json:"moved" doc:"pushed back, by their new start"`
	Conflicts []DelayConflict `json:"conflicts" doc:"not pushed back: staff have to move them"`
}

// DelayConflict is an appointment that could not be pushed back with the others, and what it could do instead.
type DelayConflict struct {
	Appointment  Appointment  `json:"appointment"`
	Reasons      []ReasonView `json:"reasons"`
	Alternatives []time.Time  `json:"alternatives" doc:"the next starts that are free at the same office"`
}

// conflictTexts say why a visit was not pushed back.
var conflictTexts = map[string]ReasonView{
	redisstore.KindBooth: {
		calendar.CodeBoothsBusy, "ブースを 次の 予約が 使います", "ブースを つぎの ひとが つかいます", "the booth is taken by the next booking",
	},
	redisstore.KindDesk: {
		calendar.CodeDesksBusy, "相手先に 次の 予約が あります", "あいてに つぎの よやくが あります", "the other side has its next booking",
	},
	redisstore.KindResident: {
		calendar.CodeResidentBusy, "同じ 時間に ほかの 予約が あります", "おなじ じかんに ほかの よやくが あります", "the resident has another booking then",
	},
}

// DelayDesk pushes the later visits of a desk's day back by minutes, or less where there is room between them: booth, the
// professionals that come after, and the resident, each visit whole or not at all. What cannot be pushed back keeps its
// time and is listed. A leg in progress is given the minutes; without one they count from when the next was to start.
func (s *Service) DelayDesk(ctx context.Context, c Caller, desk, key string, minutes int) (Delay, error) {
	k, err := s.mayDelay(c, desk, minutes, "body.minutes")
	if err != nil {
		return Delay{}, err
	}
	if err := checkKey(key); err != nil {
		return Delay{}, err
	}
	request, err := s.request(c, key, "delay", desk, minutes)
	if err != nil {
		return Delay{}, asProblem(err)
	}
	delay, err := s.delay(ctx, request, k, minutes)
	return delay, asProblem(err)
}

// mayDelay finds the desk, and refuses who may not say how its day goes; field is where the minutes were given.
func (s *Service) mayDelay(c Caller, desk string, minutes int, field string) (Desk, error) {
	k, ok := s.dir().Desk(desk)
	switch {
	case !ok:
		return k, problemUnknown("desk", desk)
	case !c.tends(k):
		return k, problemNotYours("announce a delay of this desk")
	case minutes < 1 || time.Duration(minutes)*time.Minute > MaxDelay:
		return k, problemInvalid(field, "must be 1 to 180")
	}
	return k, nil
}

// tends reports whether the caller may say how a desk's day goes: the desk, the reception of its pool, administrators.
func (c Caller) tends(k Desk) bool {
	switch kind, id := c.seat(); kind {
	case seatDesk:
		return id == k.ID
	case seatAssistant:
		return id == k.Pool
	default:
		return kind == seatAdmin
	}
}

// delay plans and pushes back until no visit changes in between.
func (s *Service) delay(ctx context.Context, request redisstore.Request, k Desk, minutes int) (Delay, error) {
	var err error
	for range 5 {
		d := Delay{Desk: k.ID, Minutes: minutes, Moved: []Appointment{}, Conflicts: []DelayConflict{}}
		if err = s.pushBack(ctx, request, k, &d); err == nil {
			slices.SortFunc(d.Moved, func(a, b Appointment) int { return a.Start.Compare(b.Start) })
			return d, nil
		}
		if !errors.Is(err, redisstore.ErrVersion) {
			break
		}
	}
	return Delay{}, err
}

// theirDay is what a desk has to do today in one area, and what of it is to be pushed back.
type theirDay struct {
	store *redisstore.Store
	list  []redisstore.Record
	plan  []push
}

// last is when the last visit to be pushed back was to start; zero where there is none.
func (d theirDay) last() time.Time {
	var at time.Time
	for _, p := range d.plan {
		at = latest(at, p.Start)
	}
	return at
}

// deskDays reads a desk's day in every area it may be lent to and plans the delay over all of them: the desk is one,
// wherever it is booked. Areas come latest first, so that an announcement whose second half got lost finds the first
// visits of the day as they were when it is repeated.
func (s *Service) deskDays(ctx context.Context, k Desk, by time.Duration) ([]theirDay, error) {
	now := s.now()
	var days []theirDay
	var all []redisstore.Record
	for _, store := range s.around(k) {
		list, err := store.DeskDay(ctx, k.ID, []string{calendar.DateOf(now).String()})
		if err != nil {
			return nil, err
		}
		days, all = append(days, theirDay{store: store, list: list}), append(all, list...)
	}
	for _, p := range planDelay(all, k.ID, now, by) {
		n := slices.IndexFunc(days, func(d theirDay) bool {
			return slices.ContainsFunc(d.list, func(r redisstore.Record) bool { return r.ID == p.ID })
		})
		days[n].plan = append(days[n].plan, p)
	}
	slices.SortStableFunc(days, func(a, b theirDay) int { return b.last().Compare(a.last()) })
	return days, nil
}

// pushBack runs the step once in each area, unless it has been run there for this request, and adds what became of it.
func (s *Service) pushBack(ctx context.Context, request redisstore.Request, k Desk, d *Delay) error {
	days, err := s.deskDays(ctx, k, time.Duration(d.Minutes)*time.Minute)
	if err != nil {
		return err
	}
	for _, day := range days {
		done, known, err := day.store.Delayed(ctx, request)
		var hours map[string][]ReasonView
		if err == nil && !known {
			done, hours, err = s.pushBackIn(ctx, request, day)
		}
		if err == nil {
			err = s.delayed(ctx, day.store, d, done, hours)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pushBackIn runs the step in one area. For visits that rules keep from their new time it gives the rules' reasons.
func (s *Service) pushBackIn(ctx context.Context, request redisstore.Request, day theirDay) ([]redisstore.Delayed, map[string][]ReasonView, error) {
	plan := s.planPush(day)
	if len(plan.list) == 0 {
		return plan.shut, plan.hours, nil
	}
	done, err := day.store.Delay(ctx, request, plan.list)
	return append(done, plan.shut...), plan.hours, err
}

// pushPlan is how a desk's day is to give way in one area.
type pushPlan struct {
	pushes []push                  // to be tried, latest first
	list   []redisstore.Relocation // the same as the step wants them
	shut   []redisstore.Delayed    // not to be tried: rules keep them from their new time
	hours  map[string][]ReasonView // why, by id
}

// planPush asks the rules about what is to be pushed back in one area.
func (s *Service) planPush(day theirDay) pushPlan {
	plan := pushPlan{hours: map[string][]ReasonView{}}
	today := calendar.DateOf(s.now()).String()
	for _, p := range day.plan {
		to, reasons := s.dir().pushed(p, today)
		if len(reasons) > 0 {
			plan.hours[p.ID] = reasons
			plan.shut = append(plan.shut, redisstore.Delayed{ID: p.ID, InTheWay: &redisstore.TakenError{}})
			continue
		}
		plan.pushes, plan.list = append(plan.pushes, p), append(plan.list, to)
	}
	return plan
}

// delayed looks up what was pushed back and what others could do instead, and lists those for their counters.
func (s *Service) delayed(ctx context.Context, store *redisstore.Store, d *Delay, done []redisstore.Delayed, hours map[string][]ReasonView) error {
	var left []redisstore.Record
	for _, one := range done {
		r, err := store.Get(ctx, one.ID)
		if err != nil {
			return err
		}
		if one.InTheWay == nil {
			d.Moved = append(d.Moved, s.dir().appointment(store.Area(), r))
			continue
		}
		if movable(r) == nil {
			left = append(left, r)
		}
		conflict, err := s.conflict(ctx, store, r, one.InTheWay.Claims, hours[one.ID], r.Start)
		if err != nil {
			return err
		}
		conflict.Appointment.Choice = true
		d.Conflicts = append(d.Conflicts, conflict)
	}
	return store.Choose(ctx, left)
}

// conflict is a visit that keeps its time, with the reasons, and what it could do instead after a time.
func (s *Service) conflict(ctx context.Context, store *redisstore.Store, r redisstore.Record, claims []int, hours []ReasonView, after time.Time) (DelayConflict, error) {
	c := DelayConflict{Appointment: s.dir().appointment(store.Area(), r), Reasons: hours}
	for _, n := range claims {
		c.Reasons = append(c.Reasons, conflictTexts[claimKind(r, n)])
	}
	var err error
	c.Alternatives, err = s.alternatives(ctx, store, r, after)
	return c, err
}

// claimKind says of what kind the nth claim of a visit is: booth, then the legs that are not over, then the resident.
func claimKind(r redisstore.Record, n int) string {
	open := 0
	for _, l := range r.Legs {
		if l.Done.IsZero() {
			open++
		}
	}
	switch {
	case n == 0:
		return redisstore.KindBooth
	case n <= open:
		return redisstore.KindDesk
	default:
		return redisstore.KindResident
	}
}

// maxAlternatives bounds how many other starts are named.
const maxAlternatives = 3

// alternatives are the next free starts of the day after a time for a visit that cannot have its own, at the same office.
func (s *Service) alternatives(ctx context.Context, store *redisstore.Store, r redisstore.Record, after time.Time) ([]time.Time, error) {
	starts := []time.Time{}
	q, err := s.dir().inquire(r.Office, "", legsAfter(r, nil))
	if err != nil {
		return starts, nil // no longer offered: there is none, and that is no failure
	}
	d := calendar.DateOf(r.Start)
	ask, err := s.askBut(ctx, store, q, d.At(0), d.Add(1).At(0), r)
	if err != nil {
		return starts, err
	}
	for _, a := range ask.Day(d) {
		if a.Free() && a.Start.After(after) && len(starts) < maxAlternatives {
			starts = append(starts, a.Start)
		}
	}
	return starts, nil
}

// FreeLeg gives a later leg of a visit back that is not needed after all, in one touch: its desk is free at once, and
// where the visit ends earlier by that, so are the booth and the resident.
func (s *Service) FreeLeg(ctx context.Context, c Caller, id string, leg int) (Appointment, error) {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if !c.changes(s.dir().appointment(store.Area(), r)) {
		return Appointment{}, problemNotYours("free a leg of this appointment")
	}
	if leg == 0 {
		return Appointment{}, problem(http.StatusUnprocessableEntity, SlugLegs, "Legs", "the first leg cannot be freed: move or cancel the appointment").
			at("path.leg", "the first")
	}
	r, err = store.LegFree(ctx, id, leg)
	return s.stepped(store, r, err)
}

// BoothCleaned says that the booth of a visit that is over is clean before its time: it is free from now on.
func (s *Service) BoothCleaned(ctx context.Context, c Caller, id string) (Appointment, error) {
	store, r, err := s.get(ctx, id)
	if err != nil {
		return Appointment{}, asProblem(err)
	}
	if kind, _ := c.seat(); kind != seatCounter || !c.sees(s.dir().appointment(store.Area(), r)) {
		return Appointment{}, problemNotYours("say that this booth is clean")
	}
	r, err = store.BoothFree(ctx, id)
	return s.stepped(store, r, err)
}

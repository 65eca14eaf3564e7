package booking

import (
	"context"
	"slices"
	"time"

	"madoguchi/booking/redisstore"
)

// PreviewDelay tells what would become of a desk's day if it were said to run late by so much, and changes nothing:
// which visits would be pushed back, and which would keep their time. Others may book before it is announced; then the
// announcement decides.
func (s *Service) PreviewDelay(ctx context.Context, c Caller, desk string, minutes int) (Delay, error) {
	k, err := s.mayDelay(c, desk, minutes, "query.minutes")
	if err != nil {
		return Delay{}, err
	}
	d := Delay{Desk: desk, Minutes: minutes, Moved: []Appointment{}, Conflicts: []DelayConflict{}}
	days, err := s.deskDays(ctx, k, time.Duration(minutes)*time.Minute)
	for _, day := range days {
		if err == nil {
			err = s.preview(ctx, day, &d)
		}
	}
	slices.SortFunc(d.Moved, func(a, b Appointment) int { return a.Start.Compare(b.Start) })
	slices.SortFunc(d.Conflicts, func(a, b DelayConflict) int { return a.Appointment.Start.Compare(b.Appointment.Start) })
	return d, asProblem(err)
}

// preview adds what would become of the day in one area.
func (s *Service) preview(ctx context.Context, day theirDay, d *Delay) error {
	store, plan := day.store, s.planPush(day)
	try, err := s.rehearsal(ctx, store, plan)
	if err != nil {
		return err
	}
	var late time.Time // until when the desk would be taken
	stay := map[string][]int{}
	for i, to := range plan.list {
		after, way := try.relocate(plan.pushes[i], to)
		if len(way) > 0 {
			stay[to.ID] = way
			continue
		}
		late = latest(late, after.End)
		d.Moved = append(d.Moved, s.dir().appointment(store.Area(), after))
	}
	for _, one := range plan.shut {
		stay[one.ID] = nil
	}
	for id, claims := range stay {
		r, err := store.Get(ctx, id)
		if err != nil {
			return err
		}
		c, err := s.conflict(ctx, store, r, claims, plan.hours[id], latest(r.Start, late))
		if err != nil {
			return err
		}
		c.Appointment.Choice = true
		d.Conflicts = append(d.Conflicts, c)
	}
	return nil
}

// rehearsal is a copy of the ledgers a plan touches, on which it can be tried out: what others hold, and what the visits
// of the plan do.
type rehearsal struct {
	others map[redisstore.Ledger][]redisstore.Interval
	own    map[string][]entry // by visit
}

// entry is one claim in one ledger.
type entry struct {
	redisstore.Ledger
	redisstore.Interval
}

func (s *Service) rehearsal(ctx context.Context, store *redisstore.Store, plan pushPlan) (rehearsal, error) {
	try := rehearsal{others: map[redisstore.Ledger][]redisstore.Interval{}, own: map[string][]entry{}}
	if len(plan.list) == 0 {
		return try, nil
	}
	var ids []string
	var ledgers []redisstore.Ledger
	from, to := plan.list[0].Booth.Start, plan.list[0].Booth.End
	for i, one := range plan.list {
		ids = append(ids, one.ID)
		for _, c := range claimsOf(one) {
			for _, id := range c.Candidates {
				ledgers = append(ledgers, redisstore.Ledger{Kind: c.kind, ID: id})
			}
		}
		r, err := store.Get(ctx, one.ID)
		if err != nil {
			return try, err
		}
		try.own[one.ID] = entriesOf(r, plan.list[i])
		if one.Booth.Start.Before(from) {
			from = one.Booth.Start
		}
		to = latest(to, one.Booth.End)
	}
	busy, err := store.Busy(ctx, ledgers, from.Add(-longestVisit), to.Add(longestVisit), ids...)
	if err != nil {
		return try, err
	}
	for i, l := range ledgers {
		try.others[l] = busy[i]
	}
	return try, nil
}

// claim is one thing a visit wants after it has been pushed back.
type claim struct {
	redisstore.Claim
	kind string
	leg  int // -1 for booth and resident
}

// claimsOf lists them as the step counts them: the booth, the legs that are not over, the resident.
func claimsOf(to redisstore.Relocation) []claim {
	list := []claim{{to.Booth, redisstore.KindBooth, -1}}
	for n, l := range to.Legs {
		if to.Keep[n].Done.IsZero() {
			list = append(list, claim{l.Claim, deskKind(l), n})
		}
	}
	if to.Resident != "" {
		resident := redisstore.Claim{Candidates: []string{to.Resident}, Start: to.Start, End: to.End}
		list = append(list, claim{resident, redisstore.KindResident, -1})
	}
	return list
}

func deskKind(l redisstore.LegClaim) string {
	if l.Lent {
		return redisstore.KindLent
	}
	return redisstore.KindDesk
}

// entriesOf lists what a visit holds now.
func entriesOf(r redisstore.Record, to redisstore.Relocation) []entry {
	list := []entry{{redisstore.Ledger{Kind: redisstore.KindBooth, ID: r.Booth}, r.BoothTime()}}
	for n, l := range r.Legs {
		if held := r.DeskTime(n); !held.End.IsZero() {
			list = append(list, entry{redisstore.Ledger{Kind: deskKind(to.Legs[n]), ID: l.Desk}, held})
		}
	}
	if r.Resident != "" {
		whole := redisstore.Interval{Start: r.Start, End: r.End}
		list = append(list, entry{redisstore.Ledger{Kind: redisstore.KindResident, ID: r.Resident}, whole})
	}
	return list
}

// relocate tries one visit: it gives the visit as it would be, or which of its claims are in somebody's way.
func (t rehearsal) relocate(p push, to redisstore.Relocation) (after redisstore.Record, way []int) {
	was := t.own[to.ID]
	delete(t.own, to.ID)
	after = p.Record
	after.Start, after.End = to.Start, to.End
	var picked []entry
	for n, c := range claimsOf(to) {
		at := redisstore.Interval{Start: c.Start, End: c.End}
		i := slices.IndexFunc(c.Candidates, func(id string) bool { return t.free(redisstore.Ledger{Kind: c.kind, ID: id}, at) })
		if i < 0 {
			way = append(way, n)
			continue
		}
		id := c.Candidates[i]
		picked = append(picked, entry{redisstore.Ledger{Kind: c.kind, ID: id}, at})
		switch {
		case c.kind == redisstore.KindBooth:
			after.Booth = id
		case c.leg >= 0:
			after.Legs[c.leg].Desk = id
		}
	}
	if len(way) > 0 {
		t.own[to.ID] = was
		return after, way
	}
	t.own[to.ID] = picked
	return after, nil
}

func (t rehearsal) free(l redisstore.Ledger, at redisstore.Interval) bool {
	overlaps := func(b redisstore.Interval) bool { return b.Start.Before(at.End) && at.Start.Before(b.End) }
	if slices.ContainsFunc(t.others[l], overlaps) {
		return false
	}
	for _, held := range t.own {
		if slices.ContainsFunc(held, func(e entry) bool { return e.Ledger == l && overlaps(e.Interval) }) {
			return false
		}
	}
	return true
}

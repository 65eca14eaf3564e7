package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

// want notes what is not as it should be.
type wants []error

func (w *wants) that(ok bool, format string, args ...any) {
	if !ok {
		*w = append(*w, fmt.Errorf(format, args...))
	}
}

// restores goes through what restoring has to do and gives what it did wrong.
func restores(t *testing.T, r *redistest.Server, plant func(*steps)) error {
	ctx := context.Background()
	var w wants
	begin := func() (*Store, *notes) {
		if err := r.Client.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		j := &notes{}
		s := New(r.Client, "area", Options{Journal: j})
		if plant != nil {
			plant(&s.steps)
		}
		return s, j
	}
	reconcile := func(s *Store, j *notes) Reconciled {
		done, err := s.Reconcile(ctx, j.all(), civil)
		w.that(err == nil, "reconcile: %v", err)
		return done
	}

	s, j := begin()
	empty := snap(t, r.Client)
	lost := mustBook(t, s, visitFor("1"))
	failOver(t, r.Client, empty)
	w.that(slices.Equal(reconcile(s, j).Restored, []string{lost.ID}), "what is lost and free is not restored")
	version := record(t, s, lost.ID).Version
	again, err := s.Restore(ctx, j.all()[0], civil)
	w.that(err == nil && again == Survived && record(t, s, lost.ID).Version == version, "restored twice: %s, %v", again, err)
	_, err = s.Hold(ctx, visitFor("1"))
	w.that(errors.As(err, new(*TakenError)), "what is restored has no place: %v", err)
	if err == nil {
		return errors.Join(w...)
	}
	w.that(mustBook(t, s, visitFor("2")).Number == lost.Number+1, "a call number is given twice")
	minutes, err := s.Assigned(ctx, []string{"morita"}, ten)
	w.that(err == nil && minutes["d1"] == 20, "minutes assigned %v, %v", minutes, err)

	s, j = begin()
	lost = mustBook(t, s, visitFor("1"))
	failOver(t, r.Client, empty)
	other := mustBook(t, s, visitFor("1"))
	w.that(slices.Equal(reconcile(s, j).Disputed, []string{lost.ID}), "somebody else has the time, and it is not disputed")
	_, err = s.Keep(ctx, lost.ID, record(t, s, lost.ID).Version, civil)
	w.that(errors.As(err, new(*InTheWayError)), "kept although it is taken: %v", err)
	w.that(record(t, s, other.ID).State == StateBooked, "whoever has the time has lost it")

	s, j = begin()
	a := mustBook(t, s, visitFor("1"))
	before := snap(t, r.Client)
	if _, err := s.Cancel(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	failOver(t, r.Client, before)
	if _, err := s.CheckIn(ctx, a.ID); err != nil {
		t.Fatal(err)
	}
	w.that(reconcile(s, j).Superseded == 1 && record(t, s, a.ID).State == StateArrived, "a visit that has gone on is taken back")

	s, j = begin()
	a = mustBook(t, s, visitFor("1"))
	before = snap(t, r.Client)
	if _, err := s.Move(ctx, moved(a, at(ten.Add(time.Hour), "1"))); err != nil {
		t.Fatal(err)
	}
	told := j.all()
	failOver(t, r.Client, before)
	if _, err := s.Move(ctx, moved(a, at(ten.Add(3*time.Hour), "1"))); err != nil {
		t.Fatal(err)
	}
	done, err := s.Reconcile(ctx, told, civil)
	w.that(err == nil && slices.Equal(done.Disputed, []string{a.ID}), "changed otherwise since, and not disputed: %+v, %v", done, err)
	return errors.Join(w...)
}

func TestBugsPlantedInRestoreAreNoticed(t *testing.T) {
	r := redistest.Real(t)
	if err := restores(t, r, nil); err != nil {
		t.Fatal(err)
	}
	for name, bug := range map[string][2]string{
		"what is in the way is not looked for":    {"if clash(KEYS[wanted + i - 1], tonumber(c.s), c.e, now) then way[#way + 1] = c.label end", ""},
		"ledgers are forgotten":                   {"for i, c in ipairs(claims) do settle(KEYS[wanted + i - 1], c.s, c.e, id, now, ARGV[8]) end", ""},
		"what is there is restored again":         {"if f and marked(f, token) then return {'there', text_of(f)} end", ""},
		"a visit that has gone on is not spared":  {"if not open and not forgotten then return {'superseded'} end", "forgotten = forgotten or not open"},
		"another change since is not seen":        {"forked = forked or not marked(want, other)", "forked = false"},
		"the last call number stays where it was": {"if tonumber(want.num or '0') > tonumber(redis.call('GET', KEYS[7]) or '0') then", "if false then"},
		"the desks' minutes are not counted":      {"if #claims > 0 then assign(pools, words_of(want.desks, ','), legs, 1) end", ""},
		"a dispute is kept over whoever has it":   {"if keeping and #way > 0 then return {'taken', unpack(way)} end", "if keeping then way = {} end"},
	} {
		t.Run(name, func(t *testing.T) {
			err := restores(t, r, func(s *steps) { s.restore = mutant(t, "restore", bug[0], bug[1]) })
			if err == nil {
				t.Fatal("nothing of it was noticed")
			}
			t.Log(err)
		})
	}
}

// agrees goes through what brokers have to do to raise the shape, and gives what they did wrong.
func agrees(t *testing.T, r *redistest.Server, plant func(*steps)) error {
	ctx := context.Background()
	if err := r.Client.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	const after = 400 * time.Millisecond
	old, later := New(r.Client, "area", Options{ShapeAfter: after}), newer(r, Options{ShapeAfter: after})
	if plant != nil {
		plant(&old.steps)
		plant(&later.steps)
	}
	var w wants
	agree := func(s *Store, name string) int64 {
		shape, err := s.Agree(ctx, name)
		w.that(err == nil, "%s: %v", name, err)
		return shape
	}
	agree(old, "old")
	w.that(agree(later, "new") == 1, "raised while an old broker is here")
	agree(old, "old")
	w.that(agree(later, "new") == 1, "raised while an old broker is here")
	begun := time.Now()
	var took time.Duration
	for limit := time.After(6 * after); took == 0; { // the old one says nothing more
		select {
		case <-limit:
			w.that(false, "never raised after the last old broker has gone")
			return errors.Join(w...)
		default:
		}
		if agree(later, "new") == 2 {
			took = time.Since(begun)
		}
	}
	w.that(took >= 2*after-after/10, "raised %s after the last old broker was heard, not when it had been gone for long enough", took)
	w.that(agree(later, "new") == 2, "lowered again")
	return errors.Join(w...)
}

func TestBugsPlantedInAgreeAreNoticed(t *testing.T) {
	r := redistest.Real(t)
	if err := agrees(t, r, nil); err != nil {
		t.Fatal(err)
	}
	for name, bug := range map[string][2]string{
		"old brokers do not count":             {"least = math.min(least, tonumber(string.match(one, '^(%d+)')))", ""},
		"who has gone counts for ever":         {"redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ms(now))", ""},
		"nobody waits until all have been new": {"elseif now - since >= tonumber(ARGV[3]) then", "elseif true then"},
		"the time begins anew at every look":   {"elseif tonumber(next) ~= least then", "elseif tonumber(next) ~= least or true then"},
	} {
		t.Run(name, func(t *testing.T) {
			err := agrees(t, r, func(s *steps) { s.agree = mutant(t, "agree", bug[0], bug[1]) })
			if err == nil {
				t.Fatal("nothing of it was noticed")
			}
			t.Log(err)
		})
	}
}

package redisstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"madoguchi/booking/redisstore/redistest"
)

// next is what a later program might know: what everything hangs on is called by shorter names, and claims lie in less
// room, as minutes from the start would.
var next = []form{forms[0], {
	read: func(f map[string]string) {
		f["office"], f["booth"], f["start"] = f["o"], f["place"], f["from"]
		for _, short := range []string{"o", "place", "from"} {
			delete(f, short)
		}
		start, _ := strconv.ParseInt(f["start"], 10, 64)
		claims := splitList(f["claims"])
		for i, claim := range claims { // "tag label after minutes", from the start
			words := strings.Fields(claim)
			after, _ := strconv.ParseInt(words[2], 10, 64)
			long, _ := strconv.ParseInt(words[3], 10, 64)
			claims[i] = fmt.Sprint(words[0], " ", words[1], " ", start+after, " ", start+after+long)
		}
		f["claims"] = strings.Join(claims, ",")
	},
	lua: `{
  read = function(f)
    f.office, f.booth, f.start, f.o, f.place, f.from = f.o, f.place, f.from, nil, nil, nil
    f.claims = string.gsub(f.claims or '', '(%S+ %S+) (%-?%d+) (%d+)', function(what, after, long)
      local s = tonumber(f.start) + tonumber(after)
      return what .. ' ' .. ms(s) .. ' ' .. ms(s + tonumber(long))
    end)
  end,
  write = function(f)
    f.claims = string.gsub(f.claims or '', '(%S+ %S+) (%d+) (%d+)', function(what, s, e)
      return what .. ' ' .. ms(tonumber(s) - tonumber(f.start)) .. ' ' .. ms(tonumber(e) - tonumber(s))
    end)
    f.o, f.place, f.from, f.office, f.booth, f.start = f.office, f.booth, f.start, nil, nil, nil
  end,
}`,
}}

// newer is the store of a program that knows the next shape.
func newer(r *redistest.Server, o Options) *Store {
	s := New(r.Client, "area", o)
	s.shapes = newShapes(next)
	return s
}

// raw is a record as it is stored.
func raw(t testing.TB, s *Store, id string) string {
	t.Helper()
	text, err := s.rdb.Get(context.Background(), s.record(id)).Result()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// upgrade is a rolling upgrade under load: brokers that book, move and cancel each other's appointments all the time.
type upgrade struct {
	t *testing.T

	mu    sync.Mutex
	known []string // appointments, whoever made them
	slot  int
}

// broker works until stop and tells the others what it reads, as brokers do. It fails the test on anything but a refusal
// that clerks know.
func (u *upgrade) broker(s *Store, name string, stop <-chan struct{}) {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(rand.Uint64(), 3))
	for {
		select {
		case <-stop:
			return
		default:
		}
		if _, err := s.Agree(ctx, name); err != nil {
			u.t.Errorf("%s: %v", name, err)
			return
		}
		if err := u.work(ctx, s, random); err != nil {
			u.t.Errorf("%s: %v", name, err)
			return
		}
	}
}

// work does one thing to an appointment of anybody's.
func (u *upgrade) work(ctx context.Context, s *Store, random *rand.Rand) error {
	if random.IntN(3) == 0 {
		return u.book(ctx, s)
	}
	u.mu.Lock()
	id := ""
	if len(u.known) > 0 {
		id = u.known[random.IntN(len(u.known))]
	}
	u.mu.Unlock()
	if id == "" {
		return nil
	}
	r, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if random.IntN(4) == 0 {
		_, err = s.Cancel(ctx, id)
	} else {
		to := request(r.Start.Add(30*time.Minute), []string{r.Booth}, []string{"d1"}, []string{"p1"}, r.Resident)
		_, err = s.Move(ctx, moved(r, to))
	}
	if errors.Is(err, ErrVersion) || errors.As(err, new(*StateError)) || errors.As(err, new(*TakenError)) {
		return nil
	}
	return err
}

func (u *upgrade) book(ctx context.Context, s *Store) error {
	u.mu.Lock()
	u.slot++
	h := request(ten.Add(time.Duration(u.slot)*2*time.Hour), []string{"b1"}, []string{"d1"}, []string{"p1"}, fmt.Sprint("r", u.slot%7))
	u.mu.Unlock()
	c := confirmation(h.Resident)
	c.Receptions = []string{fmt.Sprint(100_000 + ids.Add(1)), fmt.Sprint(500_000 + ids.Add(1))}
	if _, err := s.Hold(ctx, h); errors.As(err, new(*TakenError)) {
		return nil // by one that has been moved there
	} else if err != nil {
		return err
	}
	if _, err := s.Confirm(ctx, h.ID, c); err != nil {
		return err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.known = append(u.known, h.ID)
	return nil
}

// shapesOf counts the appointments by the shape they are stored in.
func (u *upgrade) shapesOf(s *Store) map[string]int {
	count := map[string]int{}
	for _, id := range u.known {
		if strings.Contains(raw(u.t, s, id), "\nshape=2\n") {
			count["2"]++
		} else {
			count["1"]++
		}
	}
	return count
}

// during lets brokers work until enough has been booked, and gives which shape is in force then.
func (u *upgrade) during(booked int, brokers map[string]*Store) {
	u.t.Helper()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for name, s := range brokers {
		all.Go(func() { u.broker(s, name, stop) })
	}
	u.mu.Lock()
	want := len(u.known) + booked
	u.mu.Unlock()
	waitUntil(u.t, "enough is booked", func() bool {
		u.mu.Lock()
		defer u.mu.Unlock()
		return len(u.known) >= want || u.t.Failed()
	})
	close(stop)
	all.Wait()
	if u.t.Failed() {
		u.t.FailNow()
	}
}

func waitUntil(t testing.TB, what string, ok func() bool) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("waited in vain until %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestTheStoredShapeChangesDuringARollingUpgradeAndNobodyNotices(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		ctx := context.Background()
		o := Options{ShapeAfter: 300 * time.Millisecond}
		old1, old2, new1, new2 := New(r.Client, "area", o), New(r.Client, "area", o), newer(r, o), newer(r, o)
		u := &upgrade{t: t}

		u.during(40, map[string]*Store{"old1": old1, "old2": old2})
		u.during(40, map[string]*Store{"old1": old1, "new2": new2}) // old2 has been replaced
		if got := u.shapesOf(new1); got["2"] > 0 || new2.shapes.writing.Load() != 1 {
			t.Fatalf("%v while an old broker runs", got)
		}
		beforeAll := len(u.known)
		waitUntil(t, "all new brokers agree", func() bool { // old1 has been replaced too; nobody says goodbye
			shape1, err1 := new1.Agree(ctx, "new1")
			shape2, err2 := new2.Agree(ctx, "new2")
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			return shape1 == 2 && shape2 == 2
		})
		u.during(40, map[string]*Store{"new1": new1, "new2": new2})
		if got := u.shapesOf(new1); got["2"] < len(u.known)-beforeAll || got["1"] == 0 {
			t.Errorf("%v: new ones are to be in shape 2, and untouched ones in shape 1", got)
		}
		for _, id := range u.known { // before, during and after: whoever made it, it can be read and cancelled
			if _, err := new1.Cancel(ctx, id); err != nil && !errors.As(err, new(*StateError)) {
				t.Error(err)
			}
			if a, err := new2.Get(ctx, id); err != nil || a.State != StateCancelled || a.Office != "hama" || a.Booth != "b1" {
				t.Errorf("%+v, %v", a, err)
			}
		}
		checkInvariants(t, new1)
	})
}

func TestAnOldBrokerRefusesWhatItCannotReadAndHarmsNothing(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		ctx := context.Background()
		o := Options{ShapeAfter: time.Millisecond}
		old, later := New(r.Client, "area", o), newer(r, o)
		before := mustBook(t, old, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		waitUntil(t, "the new shape is in force", func() bool {
			shape, err := later.Agree(ctx, "new")
			return err == nil && shape == 2
		})
		after := mustBook(t, later, request(ten.Add(time.Hour), []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1"))
		text := raw(t, later, after.ID)
		if !strings.Contains(text, "shape=2") || !strings.Contains(text, "o=hama") || strings.Contains(text, "office=") {
			t.Fatalf("stored as\n%s", text)
		}

		refused := func(what string, err error) {
			t.Helper()
			var shape *ShapeError
			if !errors.As(err, &shape) || shape.Stored != 2 || shape.Reads != 1 || errors.Is(err, ErrUnavailable) {
				t.Errorf("%s: %v, want a ShapeError", what, err)
			}
		}
		_, err := old.Agree(ctx, "old")
		refused("agree", err)
		_, err = old.Get(ctx, after.ID)
		refused("read", err)
		_, err = old.Cancel(ctx, after.ID)
		refused("cancel", err)
		_, err = old.run(ctx, old.steps.cancel, []string{old.record(after.ID), old.outbox(), old.who(after.ID), old.alarms()}, after.ID, "2")
		refused("a step that was begun before", err)
		if now := raw(t, later, after.ID); now != text {
			t.Errorf("changed to\n%s", now)
		}
		if _, err := old.Hold(ctx, request(ten.Add(time.Hour), []string{"b1"}, []string{"d2"}, []string{"p2"}, "")); !errors.As(err, new(*TakenError)) {
			t.Errorf("the old broker books what is taken: %v", err)
		}
		if r, err := old.Cancel(ctx, before.ID); err != nil || r.State != StateCancelled { // nobody has rewritten it
			t.Errorf("what is in the old shape: %+v, %v", r, err)
		}
		checkInvariants(t, later)
	})
}

func TestAnUpgradeTakenBackInTimeStaysInTheOldShape(t *testing.T) {
	r := redistest.Real(t)
	ctx := context.Background()
	o := Options{ShapeAfter: time.Hour}
	old, later := New(r.Client, "area", o), newer(r, o)
	for _, step := range []struct {
		s    *Store
		name string
	}{{old, "a"}, {later, "b"}, {later, "b"}, {old, "a"}} {
		if shape, err := step.s.Agree(ctx, step.name); err != nil || shape != 1 {
			t.Fatalf("%s: shape %d, %v", step.name, shape, err)
		}
	}
	id := mustBook(t, later, request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "r1")).ID
	if a, err := old.Cancel(ctx, id); err != nil || a.State != StateCancelled {
		t.Errorf("%+v, %v", a, err)
	}
}

package redisstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
)

// A history is what several clients asked and were told, with the times of asking and telling. It is linearizable if
// some order of the requests, true to those times, gives a store that does one thing after another the same answers.

type asked struct {
	op       string // hold, confirm, cancel, release
	id       string
	hold     HoldRequest
	resident string
}

type told struct {
	status string // ok, or the refusal
	booth  string
	desks  []string
	taken  []int
}

// world is the model: who stands in which ledger when, and how far each appointment is. It is never changed in place.
type world struct {
	entries []entry // sorted
	states  map[string]string
}

func (w world) free(ledger string, c Claim, not string) bool {
	for _, e := range w.entries {
		if e.ledger == ledger && e.id != not && e.start < millis(c.End) && e.end > millis(c.Start) {
			return false
		}
	}
	return true
}

func (w world) with(id, state string, add ...entry) world {
	next := world{entries: slices.Clone(w.entries), states: maps.Clone(w.states)}
	next.states[id] = state
	next.entries = append(next.entries, add...)
	slices.SortFunc(next.entries, compareEntries)
	return next
}

func (w world) without(id, state string) world {
	next := w.with(id, state)
	next.entries = slices.DeleteFunc(next.entries, func(e entry) bool { return e.id == id })
	return next
}

func compareEntries(a, b entry) int {
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

var model = porcupine.Model{
	Init: func() any { return world{states: map[string]string{}} },
	Step: func(state, input, output any) (bool, any) {
		w, in, out := state.(world), input.(asked), output.(told)
		switch in.op {
		case "hold":
			return stepHold(w, in, out)
		case "confirm":
			return stepConfirm(w, in, out)
		case "cancel":
			switch w.states[in.id] {
			case StateBooked:
				return out.status == "ok", w.without(in.id, StateCancelled)
			case StateCancelled:
				return out.status == "ok", w
			default:
				return out.status == "state", w
			}
		default: // release
			switch w.states[in.id] {
			case StateHeld:
				return out.status == "ok", w.without(in.id, StateReleased)
			case StateReleased:
				return out.status == "ok", w
			default:
				return out.status == "state", w
			}
		}
	},
	Equal: func(a, b any) bool {
		x, y := a.(world), b.(world)
		return slices.Equal(x.entries, y.entries) && maps.Equal(x.states, y.states)
	},
	DescribeOperation: func(input, output any) string { return fmt.Sprintf("%+v → %+v", input, output) },
}

func stepHold(w world, in asked, out told) (bool, world) {
	claims := append([]Claim{in.hold.Booth}, in.hold.Legs[0].Claim, in.hold.Legs[1].Claim)
	kinds := []string{"booth:", "desk:", "desk:"}
	if out.status == "ok" {
		add := make([]entry, 3)
		for i, chosen := range append([]string{out.booth}, out.desks...) {
			if !slices.Contains(claims[i].Candidates, chosen) || !w.free(kinds[i]+chosen, claims[i], in.id) {
				return false, w
			}
			add[i] = entry{ledger: kinds[i] + chosen, start: millis(claims[i].Start), end: millis(claims[i].End), id: in.id}
		}
		return true, w.with(in.id, StateHeld, add...)
	}
	var taken []int
	for i, c := range claims {
		if !slices.ContainsFunc(c.Candidates, func(id string) bool { return w.free(kinds[i]+id, c, in.id) }) {
			taken = append(taken, i)
		}
	}
	return out.status == "taken" && slices.Equal(taken, out.taken), w
}

func stepConfirm(w world, in asked, out told) (bool, world) {
	switch w.states[in.id] {
	case StateHeld:
		at := Claim{Start: in.hold.Start, End: in.hold.End}
		if !w.free("resident:"+in.resident, at, in.id) {
			return out.status == "busy", w
		}
		return out.status == "ok", w.with(in.id, StateBooked,
			entry{ledger: "resident:" + in.resident, start: millis(at.Start), end: millis(at.End), id: in.id})
	case StateBooked:
		return out.status == "ok", w // confirmed before for the same resident: each appointment has one here
	default:
		return out.status == "gone", w
	}
}

// record lets clients work on a few times, booths and desks at once, and gives the history.
func record(t *testing.T, s *Store, clients, each int) []porcupine.Operation {
	t.Helper()
	var (
		all     sync.WaitGroup
		mutex   sync.Mutex
		history []porcupine.Operation
		known   []asked // holds that were made, for anybody to go on with
		began   = time.Now()
	)
	for client := range clients {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(client), 7))
			for range each {
				mutex.Lock()
				in := next(random, known)
				mutex.Unlock()
				call := time.Since(began).Nanoseconds()
				out, err := perform(s, in)
				back := time.Since(began).Nanoseconds()
				if err != nil {
					t.Error(err)
					return
				}
				mutex.Lock()
				history = append(history, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: back})
				if in.op == "hold" && out.status == "ok" {
					known = append(known, in)
				}
				mutex.Unlock()
			}
		})
	}
	all.Wait()
	return history
}

// next makes up a request: a new hold, or a step further with one of the last few.
func next(random *rand.Rand, known []asked) asked {
	if len(known) == 0 || random.IntN(2) == 0 {
		h := request(ten.Add(time.Duration(random.IntN(6))*10*time.Minute), []string{"b1", "b2"}, []string{"d1", "d2"}, []string{"p1"}, "")
		return asked{op: "hold", id: h.ID, hold: h, resident: fmt.Sprint("r", random.IntN(2))}
	}
	in := known[len(known)-1-random.IntN(min(4, len(known)))]
	in.op = []string{"confirm", "confirm", "cancel", "release"}[random.IntN(4)]
	return in
}

func perform(s *Store, in asked) (told, error) {
	ctx := context.Background()
	var (
		held  Held
		err   error
		taken *TakenError
		state *StateError
	)
	switch in.op {
	case "hold":
		held, err = s.Hold(ctx, in.hold)
	case "confirm":
		_, err = s.Confirm(ctx, in.id, confirmation(in.resident))
	case "cancel":
		_, err = s.Cancel(ctx, in.id)
	case "release":
		err = s.Release(ctx, in.id)
	}
	switch {
	case err == nil:
		return told{status: "ok", booth: held.Booth, desks: held.Desks}, nil
	case errors.As(err, &taken):
		return told{status: "taken", taken: taken.Claims}, nil
	case errors.As(err, &state):
		return told{status: "state"}, nil
	case errors.Is(err, ErrResidentBusy):
		return told{status: "busy"}, nil
	case errors.Is(err, ErrNotFound):
		return told{status: "gone"}, nil
	default:
		return told{}, err
	}
}

const checkTimeout = time.Minute

func TestAConcurrentHistoryIsLinearizable(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := New(r.Client, "area", Options{HoldTTL: time.Hour, Timeout: 30 * time.Second})
		history := record(t, s, 8, 150)
		if result := porcupine.CheckOperationsTimeout(model, history, checkTimeout); result != porcupine.Ok {
			t.Fatalf("%d operations: %s", len(history), result)
		}
		checkInvariants(t, s)
	})
}

// mutant plants a bug into a step. A checker that lets one of these pass would prove nothing.
func mutant(t *testing.T, step, from, to string) *redis.Script {
	t.Helper()
	text := source(step)
	if strings.Count(text, from) != 1 {
		t.Fatalf("the place to plant the bug in is there %d times: %s", strings.Count(text, from), from)
	}
	return redis.NewScript(strings.Replace(text, from, to, 1))
}

func TestPlantedBugsAreNoticed(t *testing.T) {
	for name, plant := range map[string]func(t *testing.T, s *steps){
		"desks are not checked": func(t *testing.T, s *steps) {
			s.hold = mutant(t, "hold", "local ok = not clash(led, from, e, now)", "local ok = (string.find(led, 'led:desk') or not clash(led, from, e, now))")
		},
		"only the first claim decides": func(t *testing.T, s *steps) {
			s.hold = mutant(t, "hold", "if not picked[i] then taken[#taken + 1] = tostring(i) end", "if not picked[i] and i == 1 then taken[1] = '1' elseif not picked[i] then picked[i] = {led = KEYS[key], key = key, s = s, e = e} end")
		},
		"the resident is not checked": func(t *testing.T, s *steps) {
			s.confirm = mutant(t, "confirm", "if fresh and clash(KEYS[9 + n], tonumber(f.start), f['end'], now) then", "if fresh and clash(KEYS[9 + n], tonumber(f.start), f['end'], now) == 'never' then")
		},
		"cancelling frees nothing": func(t *testing.T, s *steps) {
			s.cancel = mutant(t, "cancel", "drop(claims, 5, '0', id)", "")
		},
		"an interval that touches counts as taken": func(t *testing.T, s *steps) {
			s.hold = mutant(t, "hold", "tonumber(stop) <= s", "tonumber(stop) < s")
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := redistest.Mini(t)
			// What the clients happen to ask decides whether they come across the bug, so they get several tries.
			for try := range 8 {
				s := New(r.Client, fmt.Sprint("area", try), Options{HoldTTL: time.Hour, Timeout: 30 * time.Second})
				plant(t, &s.steps)
				history := record(t, s, 8, 30)
				if porcupine.CheckOperationsTimeout(model, history, checkTimeout) == porcupine.Illegal {
					return
				}
			}
			t.Fatal("eight histories of a store with a bug were taken for right")
		})
	}
}

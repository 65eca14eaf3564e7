package redisstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
)

// briefly is how long some holds live, so that deadlines pass while others look.
const briefly = 8 * time.Millisecond

// noted is one operation of a history. Times are of the machine's clock, which Redis's is too, in nanoseconds.
type noted struct {
	Client     int
	In         asked
	Out        told
	Call, Back int64
}

// client asks for this and that, and takes up what others have begun. Holds that were made are listed in Redis beside
// the store, so that clients in other processes see them.
type client struct {
	*Store
	n      int
	random *rand.Rand
	last   asked // to be asked again
}

func newClient(s *Store, n int) *client {
	return &client{Store: s, n: n, random: rand.New(rand.NewPCG(uint64(n), 7))}
}

func (c *client) shared() string { return c.prefix + "known" }

// work asks each times and gives what was told.
func (c *client) work(ctx context.Context, each int) ([]noted, error) {
	var history []noted
	for k := range each {
		in, err := c.next(ctx, k)
		if err != nil {
			return history, err
		}
		call := time.Now().UnixNano()
		out, err := c.perform(ctx, in)
		if err != nil {
			return history, fmt.Errorf("%+v: %w", in, err)
		}
		history = append(history, noted{c.n, in, out, call, time.Now().UnixNano()})
		c.last = in
		if in.Op == "hold" && out.Status == "ok" {
			text, _ := json.Marshal(in)
			if err := c.rdb.RPush(ctx, c.shared(), text).Err(); err != nil {
				return history, err
			}
		}
		if k%10 == 0 { // sweeping only tidies up, so it is no part of the history
			if _, err := c.Expire(ctx, 5); err != nil {
				return history, err
			}
		}
	}
	return history, nil
}

// next makes up a request: a new hold, the last request again, or a step further with one of the last few holds.
func (c *client) next(ctx context.Context, k int) (asked, error) {
	if c.last.Op != "" && c.random.IntN(8) == 0 {
		return c.last, nil // as go-redis does when an answer gets lost
	}
	texts, err := c.rdb.LRange(ctx, c.shared(), -5, -1).Result()
	if err != nil {
		return asked{}, err
	}
	if len(texts) == 0 || c.random.IntN(5) < 2 {
		return asked{
			Op: "hold", ID: fmt.Sprintf("a_%d_%d", c.n, k), Slot: c.random.IntN(7), Resident: fmt.Sprint("r", c.random.IntN(2)), Brief: c.random.IntN(3) == 0,
		}, nil
	}
	var in asked
	if err := json.Unmarshal([]byte(texts[c.random.IntN(len(texts))]), &in); err != nil {
		return asked{}, err
	}
	in.Op = []string{"confirm", "confirm", "confirm", "cancel", "release", "move", "move", "delay", "delay"}[c.random.IntN(9)]
	switch in.Op {
	case "move":
		return c.move(ctx, in, k)
	case "delay":
		return c.delay(ctx, texts, k)
	}
	return in, nil
}

func (c *client) move(ctx context.Context, in asked, k int) (asked, error) {
	r, err := c.Get(ctx, in.ID)
	if r.State == StateHeld {
		in.Op = "confirm" // so that there is something to move the next time
		return in, err
	}
	in.Version, in.Resident, in.Slot, in.Key = r.Version, r.Resident, c.random.IntN(7), fmt.Sprintf("m_%d_%d", c.n, k)
	return in, err
}

// delay pushes one or two of the last visits back by a slot, the later one first.
func (c *client) delay(ctx context.Context, texts []string, k int) (asked, error) {
	in := asked{Op: "delay", Key: fmt.Sprintf("d_%d_%d", c.n, k)}
	for _, text := range texts {
		var known asked
		if err := json.Unmarshal([]byte(text), &known); err != nil {
			return in, err
		}
		r, err := c.Get(ctx, known.ID)
		if err != nil {
			return in, err
		}
		twice := len(in.Pushed) > 0 && in.Pushed[0].ID == r.ID
		if r.State != StateBooked || len(in.Pushed) == 2 || twice {
			continue
		}
		p := pushed{r.ID, r.Resident, r.Booth, r.Legs[0].Desk, r.Legs[1].Desk, int(r.Start.Sub(ten) / (10 * time.Minute)), r.Version}
		if len(in.Pushed) == 1 && in.Pushed[0].Slot < p.Slot {
			in.Pushed = []pushed{p, in.Pushed[0]}
		} else {
			in.Pushed = append(in.Pushed, p)
		}
	}
	if len(in.Pushed) == 0 {
		return asked{Op: "hold", ID: fmt.Sprintf("a_%d_%d", c.n, k), Slot: c.random.IntN(7), Resident: "r0"}, nil
	}
	return in, nil
}

func (c *client) perform(ctx context.Context, in asked) (told, error) {
	var (
		out  told
		held Held
		err  error
	)
	switch in.Op {
	case "hold":
		h := request(slotAt(in.Slot), anyBooth, anyDoctor, anyPharmacist, "")
		h.ID = in.ID
		if in.Brief {
			h.TTL = briefly
		}
		held, err = c.Hold(ctx, h)
		out.Booth, out.Desks, out.Deadline = held.Booth, held.Desks, millisOrZero(held.Deadline)
	case "confirm":
		_, err = c.Confirm(ctx, in.ID, Confirmation{Resident: in.Resident, Date: "2026-12-02", Receptions: numbers(c.random)})
	case "cancel":
		_, err = c.Cancel(ctx, in.ID)
	case "release":
		err = c.Release(ctx, in.ID)
	case "move":
		h := request(slotAt(in.Slot), anyBooth, anyDoctor, anyPharmacist, in.Resident)
		_, err = c.Move(ctx, MoveRequest{Request: Request{in.Key, "f"}, Rules: 1, Relocation: relocated(in.ID, in.Version, h)})
	case "delay":
		out.Pushed, err = c.push(ctx, in)
	}
	return classify(out, err)
}

func numbers(random *rand.Rand) []string {
	list := make([]string, 8)
	for i := range list {
		list[i] = fmt.Sprint(100_000 + random.IntN(900_000))
	}
	return list
}

func relocated(id string, version int64, h HoldRequest) Relocation {
	return Relocation{
		ID: id, Version: version, Office: h.Office, Start: h.Start, End: h.End, Booth: h.Booth, Legs: h.Legs, Resident: h.Resident,
		Date: "2026-12-02", OldDate: "2026-12-02",
	}
}

func (c *client) push(ctx context.Context, in asked) ([]string, error) {
	var list []Relocation
	for _, p := range in.Pushed {
		h := request(slotAt(p.Slot+1), []string{p.Booth}, []string{p.Doctor}, []string{p.Pharmacist}, p.Resident)
		list = append(list, relocated(p.ID, p.Version, h))
	}
	done, err := c.Delay(ctx, Request{in.Key, "f"}, list)
	var pushed []string
	for _, d := range done {
		if d.InTheWay == nil {
			pushed = append(pushed, "")
		} else {
			pushed = append(pushed, listed(d.InTheWay.Claims))
		}
	}
	return pushed, err
}

// classify turns a refusal into its word; other errors are none.
func classify(out told, err error) (told, error) {
	var taken *TakenError
	switch {
	case err == nil:
		out.Status = "ok"
		return out, nil
	case errors.As(err, &taken):
		return told{Status: "taken", Taken: taken.Claims}, nil
	case errors.As(err, new(*StateError)):
		return told{Status: "state"}, nil
	}
	for word, refusal := range map[string]error{"busy": ErrResidentBusy, "gone": ErrNotFound, "expired": ErrExpired, "version": ErrVersion, "lost": ErrLost} {
		if errors.Is(err, refusal) {
			return told{Status: word}, nil
		}
	}
	return told{}, err
}

// operations makes porcupine's history, with the passing of each brief hold's deadline as an operation of its own: at
// that moment, give or take what clocks are read late.
func operations(history []noted) []porcupine.Operation {
	const late = 3 * time.Millisecond
	var list []porcupine.Operation
	passed := map[string]bool{}
	for _, n := range history {
		list = append(list, porcupine.Operation{ClientId: n.Client, Input: n.In, Call: n.Call, Output: n.Out, Return: n.Back})
		if n.In.Op == "hold" && n.In.Brief && n.Out.Status == "ok" && !passed[n.In.ID] {
			passed[n.In.ID] = true
			at := n.Out.Deadline * int64(time.Millisecond)
			list = append(list, porcupine.Operation{
				ClientId: 1000 + len(list), Input: asked{Op: "expire", ID: n.In.ID}, Call: at - int64(late), Output: told{}, Return: at + int64(late),
			})
		}
	}
	return list
}

// together lets clients of this process work at once.
func together(t *testing.T, s *Store, clients, each int) []noted {
	t.Helper()
	var (
		all     sync.WaitGroup
		mutex   sync.Mutex
		history []noted
	)
	for n := range clients {
		all.Go(func() {
			mine, err := newClient(s, n).work(t.Context(), each)
			mutex.Lock()
			defer mutex.Unlock()
			history = append(history, mine...)
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	return history
}

// counts tells how often each kind of answer came, to see that a history is worth something.
func counts(history []noted) string {
	n := map[string]int{}
	for _, one := range history {
		n[one.In.Op+" "+one.Out.Status]++
	}
	return fmt.Sprint(n)
}

const checkTimeout = time.Minute

func newWorld(r *redistest.Server, area string) *Store {
	return New(r.Client, area, Options{HoldTTL: time.Hour, Timeout: 30 * time.Second})
}

func TestAConcurrentHistoryIsLinearizable(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		s := newWorld(r, "area")
		history := together(t, s, 8, 150)
		t.Log(counts(history))
		if result := porcupine.CheckOperationsTimeout(model, operations(history), checkTimeout); result != porcupine.Ok {
			t.Fatalf("%d operations: %s", len(history), result)
		}
		checkInvariants(t, s)
	})
}

// clientEnv makes this test binary a client of the Redis it names.
const clientEnv = "MADOGUCHI_TEST_HISTORY"

// beClient works as one client of a process of its own and prints what it was told.
func beClient(spec string) error {
	var n, each int
	var addr string
	if _, err := fmt.Sscan(spec, &addr, &n, &each); err != nil {
		return err
	}
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	defer func() { _ = rdb.Close() }()
	history, err := newClient(newWorld(&redistest.Server{Client: rdb}, "area"), n).work(context.Background(), each)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(history)
}

func TestAHistoryOfSeveralProcessesIsLinearizable(t *testing.T) {
	r := redistest.Real(t)
	var (
		all     sync.WaitGroup
		mutex   sync.Mutex
		history []noted
	)
	for n := range 4 {
		all.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %d 150", clientEnv, r.Addr, n))
			cmd.Stderr = os.Stderr
			text, err := cmd.Output()
			var mine []noted
			if err == nil {
				err = json.Unmarshal(text, &mine)
			}
			mutex.Lock()
			defer mutex.Unlock()
			history = append(history, mine...)
			if err != nil {
				t.Errorf("client %d: %v", n, err)
			}
		})
	}
	all.Wait()
	t.Log(counts(history))
	if result := porcupine.CheckOperationsTimeout(model, operations(history), checkTimeout); result != porcupine.Ok {
		t.Fatalf("%d operations of 4 processes: %s", len(history), result)
	}
	checkInvariants(t, newWorld(r, "area"))
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
		"a hold that is refused keeps the legs it found": func(t *testing.T, s *steps) {
			s.hold = mutant(t, "hold", "if #taken > 0 then return", "if #taken > 0 then for _, c in pairs(picked) do redis.call('ZADD', c.led, c.s, c.e .. '|0|' .. id) end return")
		},
		"deadlines do not matter": func(t *testing.T, s *steps) {
			s.hold = mutant(t, "hold", "if deadline > 0 and deadline <= now then", "if false then")
		},
		"a dead hold is confirmed": func(t *testing.T, s *steps) {
			s.confirm = mutant(t, "confirm", "if tonumber(f.deadline) <= now then return {'expired'} end", "")
		},
		"a hold asked for again is made again": func(t *testing.T, s *steps) {
			s.hold = mutant(t, "hold", "if known then", "if false then")
		},
		"a move asked for again is made again": func(t *testing.T, s *steps) {
			s.relocate = mutant(t, "relocate", "if ARGV[1] ~= '' then\n  local known", "if false then\n  local known")
		},
		"a move that finds no room forgets what it had": func(t *testing.T, s *steps) {
			s.relocate = mutant(t, "relocate", "  if #taken > 0 then\n    for i, c in ipairs(v.claims) do redis.call('ZADD', KEYS[v.own + i - 1], c.s, member(c.e, '0', id)) end", "  if #taken > 0 then")
		},
		"a delay overlaps what is in its way": func(t *testing.T, s *steps) {
			s.relocate = mutant(t, "relocate", "local picked, taken = pick(v.count, v.candidates, v.first, v.stride, now)",
				"local picked, taken = pick(v.count, v.candidates, v.first, v.stride, now)\n"+
					"if ARGV[6] == '1' and #taken == 1 and taken[1] == '2' then picked[2] = {led = KEYS[v.candidates + 1], key = v.candidates + 1, s = ARGV[v.first + 3], e = ARGV[v.first + 4]} taken = {} end")
		},
		"a move goes by an old version": func(t *testing.T, s *steps) {
			s.relocate = mutant(t, "relocate", "if f.v ~= ARGV[arg + 1] then return nil, {'changed'} end", "")
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
			for try := range 20 {
				s := newWorld(r, fmt.Sprint("area", try))
				plant(t, &s.steps)
				history := together(t, s, 6, 50)
				if porcupine.CheckOperationsTimeout(model, operations(history), checkTimeout) == porcupine.Illegal {
					t.Logf("noticed in try %d", try+1)
					return
				}
			}
			t.Fatal("twenty histories of a store with a bug were taken for right")
		})
	}
}

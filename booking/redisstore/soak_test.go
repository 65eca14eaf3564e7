package redisstore

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore/redistest"
)

// Many clients in several processes want few times. Processes are killed in the middle of whatever they do and others
// take their place, as brokers do. In the end no ledger may overlap, every record own exactly its entries, and every
// time that was refused be full: a refusal of a time with room left is a false one. And whatever a client was told is
// confirmed must be so, whenever the client died.
//
// Once on one server, and once as brokers run where nothing may be lost: with a replica that has each confirmation before
// anybody is told, and a journal on disk.
//
// MADOGUCHI_SOAK says how many attempts; make soak makes a million.

// soakEnv makes this test binary a client that attempts until it is killed.
const soakEnv = "MADOGUCHI_TEST_SOAK"

const (
	soakPlaces = 50 // sets of two booths, two doctors and two pharmacists
	soakRoom   = 2  // so many visits find room at each time
	soakRivals = 20 // attempts for each time and place
)

// contested gives the request for a time and place. Times are far enough apart that they never meet.
func contested(slot int, id string) HoldRequest {
	place := slot % soakPlaces
	two := func(kind string) []string {
		return []string{fmt.Sprint(kind, place, "-1"), fmt.Sprint(kind, place, "-2")}
	}
	h := request(ten.Add(time.Duration(slot/soakPlaces)*time.Hour), two("b"), two("d"), two("p"), "")
	h.ID = id
	return h
}

// beRival attempts until it is killed. It prints how many attempts it has made and, once each, which times it was
// refused.
func beRival(spec string) error {
	var addr, name, folder string
	var slots int
	if _, err := fmt.Sscan(spec, &addr, &name, &slots, &folder); err != nil {
		return err
	}
	rdb := redis.NewClient(&redis.Options{Addr: addr, PoolSize: 8})
	defer func() { _ = rdb.Close() }()
	options := Options{HoldTTL: 6 * time.Hour, Timeout: 30 * time.Second}
	if folder != bare {
		j, _, _, err := journal.Open(filepath.Join(folder, name), journal.Options{})
		if err != nil {
			return err
		}
		options.Journal = onDisk{j}
		options.Durability = Durability{Replicas: 1, Within: 10 * time.Second}
	}
	s := New(rdb, "area", options)
	var out sync.Mutex
	refused := map[int]bool{}
	errs := make(chan error, 8)
	for k := range 8 {
		go func() { errs <- attempts(s, fmt.Sprint(name, "_", k), slots, &out, refused) }() // ends with the process
	}
	return <-errs
}

// bare stands for the folder of journals where there is none, nor a replica.
const bare = "-"

func attempts(s *Store, name string, slots int, out *sync.Mutex, refused map[int]bool) error {
	ctx := context.Background()
	random := rand.New(rand.NewPCG(rand.Uint64(), 1))
	for n := 1; ; n++ {
		slot := random.IntN(slots)
		h := contested(slot, fmt.Sprintf("a_%s_%d", name, n))
		_, err := s.Hold(ctx, h)
		switch {
		case errors.As(err, new(*TakenError)):
			out.Lock()
			if !refused[slot] {
				refused[slot] = true
				fmt.Println("refused", slot)
			}
			out.Unlock()
		case err != nil:
			return err
		case random.IntN(4) == 0:
			_, err := s.Confirm(ctx, h.ID, Confirmation{Anonymous: true, Date: "2026-12-02", Receptions: numbers(random)})
			switch {
			case err == nil:
				out.Lock()
				fmt.Println("confirmed", h.ID)
				out.Unlock()
			case !errors.Is(err, ErrNoReception):
				return err
			}
		}
		if n%100 == 0 {
			fmt.Println("attempts", 100)
		}
	}
}

// rivals keeps processes attempting, and kills one after another.
type rivals struct {
	t       *testing.T
	addr    string
	folder  string // of the journals, or bare
	slots   int
	mutex   sync.Mutex
	total   int
	refused map[int]bool
	told    []string // visits of which somebody was told that they are confirmed
	started int
}

// one runs a process until it is killed.
func (r *rivals) one(ctx context.Context) {
	r.mutex.Lock()
	r.started++
	name := fmt.Sprint("x", r.started)
	r.mutex.Unlock()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d %s", soakEnv, r.addr, name, r.slots, r.folder))
	cmd.Stderr = os.Stderr
	pipe, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		r.t.Error(err)
		return
	}
	for lines := bufio.NewScanner(pipe); lines.Scan(); {
		r.note(lines.Text())
	}
	err = cmd.Wait()
	if ctx.Err() == nil {
		r.t.Errorf("process %s ended by itself: %v", name, err)
	}
}

func (r *rivals) note(line string) {
	word, number, _ := strings.Cut(line, " ")
	if word == "confirmed" {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		r.told = append(r.told, number)
		return
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return // cut short by the kill
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if word == "attempts" {
		r.total += n
	} else {
		r.refused[n] = true
	}
}

func (r *rivals) made() int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.total
}

func TestContestedTimesNeverOverlapAndAreNeverRefusedFalsely(t *testing.T) {
	contest(t, redistest.Real(t), bare, 15_000)
}

func TestContestedTimesAreKeptByReplicaAndJournalToo(t *testing.T) {
	contest(t, redistest.Paired(t).Server, t.TempDir(), 5_000)
}

// contest makes so many attempts, or as many as MADOGUCHI_SOAK says, and judges what has come of them.
func contest(t *testing.T, server *redistest.Server, folder string, want int) {
	t.Helper()
	if text := os.Getenv("MADOGUCHI_SOAK"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("MADOGUCHI_SOAK: want a number of attempts, got %q", text)
		}
		want = n
	}
	r := &rivals{t: t, addr: server.Addr, folder: folder, slots: max(want/soakRivals, 1), refused: map[int]bool{}}
	killed := 0
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(rand.Uint64(), 2))
			for r.made() < want && !t.Failed() {
				ctx, kill := context.WithTimeout(t.Context(), time.Duration(500+random.IntN(2500))*time.Millisecond)
				r.one(ctx)
				kill()
				r.mutex.Lock()
				killed++
				r.mutex.Unlock()
			}
		})
	}
	all.Wait()
	s := New(server.Client, "area", Options{})
	checkInvariants(t, s)
	now, err := s.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	winners := map[int64]map[string]int{} // start → place → visits
	for _, e := range s.allEntries(t, now) {
		if place, is := strings.CutPrefix(e.ledger, "booth:b"); is {
			if winners[e.start] == nil {
				winners[e.start] = map[string]int{}
			}
			place, _, _ = strings.Cut(place, "-")
			winners[e.start][place]++
		}
	}
	won := 0
	for slot := range r.slots {
		h := contested(slot, "")
		n := winners[millis(h.Start)][fmt.Sprint(slot%soakPlaces)]
		won += n
		if n > soakRoom || r.refused[slot] && n < soakRoom {
			t.Errorf("time and place %d: %d visits where there is room for %d, refused: %v", slot, n, soakRoom, r.refused[slot])
		}
	}
	lost := 0
	for _, id := range r.told {
		if record, err := s.Get(t.Context(), id); err != nil || record.State != StateBooked {
			lost++
			t.Errorf("%s was confirmed to somebody and is %v, %v", id, record.State, err)
		}
	}
	t.Logf("%d attempts for %d times and places by processes of which %d were killed: %d won, %d times refused, %d told, %d of them lost",
		r.made(), r.slots, killed, won, len(r.refused), len(r.told), lost)
}

package auditor

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"madoguchi/booking/redisstore/redistest"
	"madoguchi/signaling/audit"
)

// childEnv makes the test binary a consumer instead: "<address of Redis> <folder>".
const childEnv = "MADOGUCHI_AUDIT_CHILD"

func TestMain(m *testing.M) {
	if what := os.Getenv(childEnv); what != "" {
		os.Exit(child(what))
	}
	goleak.VerifyTestMain(redistest.Suite{M: m})
}

// child is a process that writes a trail until it is killed, or told to end.
func child(what string) int {
	addr, folder, _ := strings.Cut(what, " ")
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	defer func() { _ = rdb.Close() }()
	secret, err := audit.NewSecret([]byte(strings.Repeat("k", 32)))
	if err != nil {
		return 1
	}
	c, err := NewConsumer(Consuming{
		Area: "east", Folder: folder, Redis: rdb, Secret: secret, Signer: ours, Trust: ours.trust, Log: quiet,
		Every: time.Millisecond, Lease: 300 * time.Millisecond,
	})
	if err != nil {
		return 1
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	fmt.Println("writing")
	_ = c.Run(ctx)
	return 0
}

// TestAConsumerThatIsKilledAtAnyMomentNeitherLosesNorDoublesAnEntry kills a real process, over and over, while all three outboxes and
// the inbox fill.
func TestAConsumerThatIsKilledAtAnyMomentNeitherLosesNorDoublesAnEntry(t *testing.T) {
	s := redistest.Real(t)
	folder := t.TempDir()
	ctx := context.Background()
	n := notesOf(t, s, "")
	box, err := audit.Inbox(folder)
	if err != nil {
		t.Fatal(err)
	}
	const kills, perLife = 25, 40
	random := rand.New(rand.NewPCG(1, 2))
	made := 0
	for life := range kills + 1 {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childEnv+"="+s.Addr+" "+folder)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		until := time.Now().Add(time.Duration(20+random.IntN(150)) * time.Millisecond)
		for i := range perLife {
			made++
			book(t, s.Client, fmt.Sprintf("booked a_%d 2 hama", made))
			if err := s.Client.XAdd(ctx, &redis.XAddArgs{Stream: "{east}:ses-out", Values: []any{
				"event", "admit", "session", fmt.Sprint("s_", made), "doc", fmt.Sprintf(`{"id":"s_%d"}`, made),
			}}).Err(); err != nil {
				t.Fatal(err)
			}
			if err := n.Note(ctx, audit.Entry{Action: audit.TokenMint, Who: fmt.Sprint("n_", made), Personal: audit.Personal{Address: "192.0.2.1"}}); err != nil {
				t.Fatal(err)
			}
			if i%10 == 0 {
				text, err := secretOf(t).EncodeNote(audit.Entry{At: time.Now(), Action: audit.AuditRead, Who: fmt.Sprint("f_", made)})
				if err == nil {
					err = box.Put(audit.NewNoteID(int64(made), [8]byte{1}), text)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if life == kills {
			awaitAll(t, s, n, box)
			_ = cmd.Process.Signal(syscall.SIGTERM)
		} else {
			waitUntil(until)
			_ = cmd.Process.Kill()
		}
		_ = cmd.Wait() // it was killed
	}
	seen := map[string]int{}
	torn := 0
	for _, r := range trailOf(t, folder) {
		switch {
		case r.Action == audit.TrailTorn:
			torn++
		case strings.HasPrefix(string(r.Action), "booking."):
			seen["b "+r.Visit]++
		case strings.HasPrefix(string(r.Action), "visit."):
			seen["s "+r.Session]++
		case strings.HasPrefix(string(r.Action), "trail.") && r.Action != audit.TrailBegin:
			t.Errorf("the trail says %s %v", r.Action, r.Detail)
		default:
			seen[r.Who]++
		}
	}
	for i := 1; i <= made; i++ {
		for _, what := range []string{"b a_", "s s_", "n_"} {
			if got := seen[fmt.Sprint(what, i)]; got != 1 {
				t.Fatalf("%s%d is there %d times", what, i, got)
			}
		}
		if f := seen[fmt.Sprint("f_", i)]; (i-1)%perLife%10 == 0 && f != 1 {
			t.Fatalf("f_%d is there %d times", i, f)
		}
	}
	t.Logf("%d kills, %d events of each outbox, %d torn tails", kills, made, torn)
}

// waitUntil waits for a moment; what happens then is the test, so there is nothing to wait for instead.
func waitUntil(at time.Time) {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	<-timer.C
}

// awaitAll waits until a process has written everything.
func awaitAll(t *testing.T, s *redistest.Server, n *Notes, box *audit.Spool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.Now().Add(20 * time.Second)
	for range tick.C {
		left, err := box.List(10)
		if err != nil {
			t.Fatal(err)
		}
		if s.Client.XLen(context.Background(), n.keys.notes()).Val() == 0 && len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("it was not written within 20 s")
		}
	}
}

package booking_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"madoguchi/booking"
	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
	"madoguchi/booking/redisstore"
	"madoguchi/booking/redisstore/redistest"
	"madoguchi/deploy"
)

// sampleFiles is the sample catalogue as files that can be edited.
func sampleFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(deploy.Sample(), "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(deploy.Sample(), name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	return files
}

func edit(t testing.TB, files fstest.MapFS, name, old, new string) {
	t.Helper()
	text := string(files[name].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s does not say %q", name, old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
}

// broker is a service that runs, on files of its own.
func broker(t testing.TB, s *redistest.Server, files fs.FS) *desk {
	return brokerThatLooks(t, s, files, 20*time.Millisecond)
}

func brokerThatLooks(t testing.TB, s *redistest.Server, files fs.FS, every time.Duration) *desk {
	t.Helper()
	dir, err := booking.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	k := &desk{Server: s, now: clinicMorning().Add(-24 * time.Hour)}
	k.Service, err = booking.New(booking.Config{
		Directory: dir, Redis: s.Client, Secret: []byte("a secret of at least thirty-two bytes"),
		Now: func() time.Time { return k.now }, Sweep: every, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = k.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return k
}

// until waits for something that happens soon.
func until(t testing.TB, what string, ok func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for !ok() {
		if time.Since(began) > 15*time.Second {
			t.Fatalf("%s: not within 15 s", what)
		}
		<-time.After(2 * time.Millisecond)
	}
	return time.Since(began)
}

func at10(t testing.TB, k *desk) booking.HoldRequest {
	t.Helper()
	h := wish()
	h.Rules = k.Directory().Rules()
	return h
}

func TestASuspensionHoldsForEveryBrokerAtOnce(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		a, b := broker(t, s, deploy.Sample()), broker(t, s, deploy.Sample())
		idle := brokerThatLooks(t, s, deploy.Sample(), 0) // as often as in earnest, and nobody holds there
		until(t, "all go by the same rules", func() bool {
			return a.Directory().Rules() == 1 && b.Directory().Rules() == 1 && idle.Directory().Rules() == 1
		})
		ctx := context.Background()
		if _, err := a.Suspend(ctx, "admin:admin", booking.Suspension{Office: "shiomachihama", Service: "medical", Reason: "汐待市から 連絡があったため"}); err != nil {
			t.Fatal(err)
		}
		// b may not have looked yet; its hold is refused all the same, with the reason.
		_, err := b.Hold(ctx, counter, at10(t, b))
		var p *booking.Problem
		if !errors.As(err, &p) || (p.Slug() != booking.SlugStaleRules && p.Slug() != booking.SlugClosedTime) {
			t.Fatalf("the other broker still holds a suspended service: %v", err)
		}
		took := until(t, "the other brokers' searches follow", func() bool {
			times, err := idle.Times(ctx, "shiomachihama", []booking.LegRequest{medical}, calendar.DateOf(clinicMorning()))
			return err == nil && !times[2].Free() && times[2].Reasons[0].Code == calendar.CodeSuspended
		})
		t.Logf("the search of an idle broker followed %v after the suspension", took)
		if took > time.Second {
			t.Errorf("it took %v", took)
		}
		h := wish()
		h.Legs = []booking.LegRequest{card}
		h.Rules = 1 // found before the suspension, which has nothing to do with it
		if _, err := b.Hold(ctx, counter, h); err != nil {
			t.Errorf("a visit that has nothing to do with the suspension is refused: %v", err)
		}
		refusedAs(t, a.Resume(ctx, "admin:admin", "shiomachihama.medical._", ""), booking.SlugInvalid)
		refusedAs(t, a.Resume(ctx, "admin:admin", "okuse.medical._", "再開"), booking.SlugUnknownSuspension)
		if err := a.Resume(ctx, "admin:admin", "shiomachihama.medical._", "再開"); err != nil {
			t.Fatal(err)
		}
		until(t, "it is given again", func() bool {
			_, err := b.Hold(ctx, counter, wish())
			return err == nil
		})
		events, err := redisstore.New(s.Client, "shiomachi", redisstore.Options{}).Events(ctx, "", 100)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, e := range events {
			if e.Type == redisstore.EventSuspended || e.Type == redisstore.EventResumed {
				told = append(told, fmt.Sprint(e.Type, " ", e.ID, " ", e.Version, " ", e.Office, " by ", e.Detail["by"], " ", e.Detail["reason"] != ""))
			}
		}
		want := "suspended shiomachihama.medical._ 2 shiomachihama by admin:admin true; resumed shiomachihama.medical._ 3 shiomachihama by admin:admin true"
		if strings.Join(told, "; ") != want {
			t.Errorf("the outbox tells %q", told)
		}
	})
}

// What search offered under version v, HOLD accepts on the same ledgers: changes that do not concern the visit do not
// matter, one that does sends the caller back to searching.
func TestAHoldIsStaleOnlyWhereTheChangeMatters(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		files := sampleFiles(t)
		k := broker(t, s, files)
		until(t, "the rules are in force", func() bool { return k.Directory().Rules() == 1 })
		ctx := context.Background()
		offered := at10(t, k)
		edit(t, files, "office-okuse.yaml", `close: "16:00"`, `close: "15:00"`)
		if err := k.Reload(ctx, "admin:admin"); err != nil {
			t.Fatal(err)
		}
		if got := k.Directory().Rules(); got != 2 {
			t.Fatalf("version %d after a change", got)
		}
		held, err := k.Hold(ctx, counter, offered)
		if err != nil {
			t.Fatalf("another office's hours have nothing to do with it: %v", err)
		}
		if err := k.Release(ctx, counter, held.ID); err != nil {
			t.Fatal(err)
		}
		edit(t, files, "services.yaml", "minutes: 20", "minutes: 25")
		if err := k.Reload(ctx, "admin:admin"); err != nil {
			t.Fatal(err)
		}
		offered.Key = newKey()
		_, err = k.Hold(ctx, counter, offered)
		refusedAs(t, err, booking.SlugStaleRules)
		offered.Key, offered.Rules = newKey(), k.Directory().Rules()
		if held, err = k.Hold(ctx, counter, offered); err != nil || held.End.Sub(held.Start) != 35*time.Minute {
			t.Fatalf("by the new rules: %v, %v", held.End.Sub(held.Start), err)
		}
		offered.Key, offered.Rules = newKey(), 4711
		_, err = k.Hold(ctx, counter, offered)
		refusedAs(t, err, booking.SlugStaleRules)
	})
}

func TestABrokerWithOlderFilesTakesTheNewerRules(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		old, new := sampleFiles(t), sampleFiles(t)
		edit(t, new, "services.yaml", "minutes: 20", "minutes: 25")
		first := broker(t, s, old)
		until(t, "the first rules are in force", func() bool { return first.Directory().Rules() == 1 })
		second := broker(t, s, new)
		until(t, "the newer rules are in force", func() bool { return second.Directory().Rules() == 2 })
		minutes := func(k *desk) int { info, _ := k.Directory().Service("medical"); return info.Minutes }
		until(t, "the first broker follows", func() bool { return minutes(first) == 25 })
		third := broker(t, s, old) // a restart with the old files does not bring them back
		until(t, "the third broker follows", func() bool { return minutes(third) == 25 && third.Directory().Rules() == 2 })
		if err := third.Reload(context.Background(), "signal"); err != nil || minutes(third) != 25 {
			t.Errorf("unchanged old files came into force: %d minutes, %v", minutes(third), err)
		}
		edit(t, new, "services.yaml", "minutes: 25", "minutes: 20") // somebody means it
		if err := second.Reload(context.Background(), "signal"); err != nil || minutes(second) != 20 {
			t.Errorf("files changed back are not in force: %d minutes, %v", minutes(second), err)
		}
		until(t, "all follow", func() bool { return minutes(first) == 20 && minutes(third) == 20 })
	})
}

func TestRulesThatCannotBeReadAreNotGuessed(t *testing.T) {
	s := redistest.Mini(t)
	k := broker(t, s, deploy.Sample())
	until(t, "the rules are in force", func() bool { return k.Directory().Rules() == 1 })
	ctx := context.Background()
	if _, _, err := redisstore.New(s.Client, "shiomachi", redisstore.Options{}).Publish(ctx, "newer", []byte("of a newer program"), "test", false); err != nil {
		t.Fatal(err)
	}
	until(t, "searches are refused", func() bool {
		_, err := k.Times(ctx, "shiomachihama", []booking.LegRequest{medical}, calendar.DateOf(clinicMorning()))
		var p *booking.Problem
		return errors.As(err, &p) && p.Slug() == booking.SlugRulesUnreadable
	})
	_, err := k.Hold(ctx, counter, wish())
	refusedAs(t, err, booking.SlugRulesUnreadable)
}

func TestAWrongCatalogueIsNotPutInForce(t *testing.T) {
	s := redistest.Mini(t)
	files := sampleFiles(t)
	k := broker(t, s, files)
	until(t, "the rules are in force", func() bool { return k.Directory().Rules() == 1 })
	edit(t, files, "services.yaml", "minutes: 20", "minutes: twenty")
	edit(t, files, "pools.yaml", "role: doctor", "role: docter")
	err := k.Reload(context.Background(), "admin:admin")
	var wrong *catalogue.Error
	if !errors.As(err, &wrong) || len(wrong.Findings) < 2 || k.Directory().Rules() != 1 {
		t.Fatalf("got %v at version %d", err, k.Directory().Rules())
	}
	edit(t, files, "services.yaml", "minutes: twenty", "minutes: 20")
	edit(t, files, "pools.yaml", "role: docter", "role: doctor")
	edit(t, files, "area.yaml", "id: shiomachi\n    name: 汐待圏域", "id: shiomachi\n    name: 汐待圏域\n  - id: other\n    name: 隣")
	if err := k.Reload(context.Background(), "admin:admin"); err == nil || !strings.Contains(err.Error(), "restart") {
		t.Errorf("another area: %v", err)
	}
}

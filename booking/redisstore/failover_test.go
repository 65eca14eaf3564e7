package redisstore

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore/redistest"
)

// Orderly failovers in the middle of a visit: nothing is lost, scripts are taught again, and who listens goes on hearing.
// What is lost when a primary dies under load is measured by madoguchi loadtest failover.

// persist repeats a step for as long as Redis does not answer, as callers do.
func persist(t *testing.T, what string, step func() error) {
	t.Helper()
	until := time.After(20 * time.Second)
	for {
		err := step()
		if err == nil {
			return
		}
		if !errors.Is(err, ErrUnavailable) {
			t.Fatalf("%s: %v", what, err)
		}
		select {
		case <-until:
			t.Fatalf("%s: %v", what, err)
		case <-time.After(20 * time.Millisecond): // the pace of somebody who asks again
		}
	}
}

// wholeVisit takes one visit through its life; between is called between the steps.
func wholeVisit(t *testing.T, s *Store, between func()) {
	t.Helper()
	ctx := context.Background()
	h := request(ten, []string{"b1", "b2"}, []string{"d1", "d2"}, []string{"p1"}, "r1")
	persist(t, "hold", func() error { _, err := s.Hold(ctx, h); return err })
	between()
	c := confirmation("r1")
	var booked Record
	persist(t, "confirm", func() (err error) { booked, err = s.Confirm(ctx, h.ID, c); return err })
	between()
	m := moved(booked, request(ten.Add(time.Hour), []string{"b2"}, []string{"d2"}, []string{"p1"}, "r1"))
	persist(t, "move", func() error { _, err := s.Move(ctx, m); return err })
	between()
	persist(t, "cancel", func() error { _, err := s.Cancel(ctx, h.ID); return err })
	r, err := s.Get(ctx, h.ID)
	if err != nil || r.State != StateCancelled || r.Booth != "b2" || r.Sequence != 1 {
		t.Errorf("in the end %+v, %v", r, err)
	}
	checkInvariants(t, s)
}

// hears fails the test unless a listener hears of changes, be it of a later one: what is said while it connects again is
// lost, which is why whoever listens also looks now and then.
func hears(t *testing.T, s *Store, listener *redis.PubSub) {
	t.Helper()
	ctx, until := context.Background(), time.After(20*time.Second)
	messages := listener.Channel()
	for {
		h := request(ten.Add(6*time.Hour), []string{"b9"}, []string{"d9"}, []string{"p9"}, "")
		persist(t, "hold", func() error { _, err := s.Hold(ctx, h); return err })
		persist(t, "release", func() error { return s.Release(ctx, h.ID) })
		select {
		case <-messages:
			return
		case <-time.After(50 * time.Millisecond):
		case <-until:
			t.Fatal("the listener hears nothing any more")
		}
	}
}

func TestAVisitGoesThroughAFailoverBySentinels(t *testing.T) {
	service, server := redistest.WatchedService(t), redistest.Watched(t)
	s := New(server.Client, "area", Options{})
	listener := server.Client.Subscribe(t.Context(), s.Channel())
	defer func() { _ = listener.Close() }()
	hears(t, s, listener)
	failOver := sync.OnceFunc(func() { // Sentinels take a while to agree to another
		if err := service.Failover(t.Context()); err != nil {
			t.Fatal(err)
		}
		hears(t, s, listener)
	})
	wholeVisit(t, s, failOver)
}

func TestAVisitGoesThroughFailoversOfAClusterAndTheOtherAreaNoticesNothing(t *testing.T) {
	service, server := redistest.ClusteredService(t), redistest.Clustered(t)
	ctx := t.Context()
	names, err := service.Apart(ctx, "here", "there")
	if err != nil {
		t.Fatal(err)
	}
	here, there := New(server.Client, names[0], Options{}), New(server.Client, names[1], Options{})
	listener := server.Client.Subscribe(ctx, here.Channel())
	defer func() { _ = listener.Close() }()
	wholeVisit(t, here, func() {
		stop, done := make(chan struct{}), make(chan int)
		go func() { // ends with stop
			visits := 0
			defer func() { done <- visits }()
			for {
				select {
				case <-stop:
					return
				case <-time.After(2 * time.Millisecond): // the pace of a busy office
				}
				h := request(ten, []string{"b1"}, []string{"d1"}, []string{"p1"}, "")
				if _, err := there.Hold(ctx, h); err != nil {
					t.Errorf("hold in the other area: %v", err)
				} else if err := there.Release(ctx, h.ID); err != nil {
					t.Errorf("release in the other area: %v", err)
				}
				visits++
			}
		}()
		err := service.Failover(ctx, here.OutboxKey())
		hears(t, here, listener)
		close(stop)
		if visits := <-done; err != nil || visits == 0 {
			t.Fatalf("%d visits in the other area meanwhile, %v", visits, err)
		}
	})
	if err := service.AwaitWhole(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestScriptsThatEveryServerHasForgottenAreTaughtAgain(t *testing.T) {
	redistest.Each(t, func(t *testing.T, r *redistest.Server) {
		wholeVisit(t, New(r.Client, "area", Options{}), func() { r.ForgetScripts(t) })
	})
}

package courier_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore/redistest"
)

func job(subject, place string) courier.Job {
	return courier.Job{ID: "msg_" + place, Subject: subject, Place: place, Type: "booked", Body: []byte(`{}`)}
}

func queue(t *testing.T, s *redistest.Server) *courier.Queue {
	return courier.NewQueue(s.Client, "shiomachi", "hook-x")
}

func taken(t *testing.T, q *courier.Queue, after, next string, jobs ...courier.Job) {
	t.Helper()
	if done, err := q.Take(context.Background(), after, next, jobs); err != nil || !done {
		t.Fatalf("take: %v, %v", done, err)
	}
}

// due are the ids that can be claimed now.
func due(t *testing.T, q *courier.Queue) []courier.Job {
	t.Helper()
	jobs, err := q.Claim(context.Background(), 100)
	if err != nil {
		t.Fatal(err)
	}
	return jobs
}

func TestJobsOfOneSubjectGoOutOneAfterAnother(t *testing.T) {
	redistest.Each(t, func(t *testing.T, s *redistest.Server) {
		q, ctx := queue(t, s), context.Background()
		taken(t, q, "", "10-0", job("a", "9-0"), job("b", "9-1"), job("a", "10-0"))
		first := due(t, q)
		if len(first) != 2 || first[0].ID != "msg_9-0" || first[1].ID != "msg_9-1" {
			t.Fatalf("claimed %+v", first)
		}
		if again := due(t, q); len(again) != 0 {
			t.Fatalf("claimed twice: %+v", again)
		}
		first[0].Tries = 1
		if err := q.Retry(ctx, first[0], time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := q.Done(ctx, first[1]); err != nil {
			t.Fatal(err)
		}
		if waiting := due(t, q); len(waiting) != 0 {
			t.Fatalf("one overtook the one before it: %+v", waiting)
		}
		if err := q.LayAside(ctx, first[0]); err != nil {
			t.Fatal(err)
		}
		if next := due(t, q); len(next) != 1 || next[0].ID != "msg_10-0" {
			t.Fatalf("after the first was given up: %+v", next)
		}
		aside, err := q.Aside(ctx)
		if err != nil || len(aside) != 1 || aside[0].Tries != 1 {
			t.Fatalf("laid aside: %+v, %v", aside, err)
		}
		if err := q.Again(ctx, "msg_9-0"); err != nil {
			t.Fatal(err)
		}
		if err := q.Again(ctx, "msg_9-0"); !errors.Is(err, courier.ErrNoJob) {
			t.Errorf("again twice: %v", err)
		}
		if n, err := q.Waiting(ctx); n != 2 || err != nil {
			t.Errorf("%d wait, %v", n, err)
		}
	})
}

func TestWhatIsTakenIsTakenOnce(t *testing.T) {
	q, ctx := queue(t, redistest.Mini(t)), context.Background()
	var all sync.WaitGroup
	wins := make(chan bool, 8)
	for range 8 {
		all.Go(func() {
			done, err := q.Take(ctx, "", "1-0", []courier.Job{job("a", "1-0")})
			if err != nil {
				t.Error(err)
			}
			wins <- done
		})
	}
	all.Wait()
	close(wins)
	n := 0
	for won := range wins {
		if won {
			n++
		}
	}
	if n != 1 || len(due(t, q)) != 1 {
		t.Errorf("%d took it", n)
	}
}

func TestAClaimOfSomebodyWhoDiedRunsOut(t *testing.T) {
	s := redistest.Mini(t)
	q := queue(t, s)
	taken(t, q, "", "1-0", job("a", "1-0"))
	if len(due(t, q)) != 1 || len(due(t, q)) != 0 {
		t.Fatal("not claimed once")
	}
	s.Expire(t, 61*time.Second)
	if len(due(t, q)) != 1 {
		t.Error("nobody finds the job of one who died")
	}
}

// Whatever workers do, each subject's jobs are delivered in order, each at least once, and none is left.
func TestOrderHoldsWhateverFails(t *testing.T) {
	s := redistest.Real(t)
	ctx := context.Background()
	q := queue(t, s)
	const subjects, each = 20, 10
	var jobs []courier.Job
	for n := range each {
		for a := range subjects {
			jobs = append(jobs, job(fmt.Sprint("a_", a), fmt.Sprintf("%d-%d", n+1, a)))
		}
	}
	taken(t, q, "", "99-0", jobs...)
	var mu sync.Mutex
	got := map[string][]string{}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for {
				list, err := q.Claim(ctx, 5)
				if err != nil {
					t.Error(err)
					return
				}
				for _, j := range list {
					if rand.IntN(3) == 0 {
						if err := q.Retry(ctx, j, time.Millisecond); err != nil {
							t.Error(err)
						}
						continue
					}
					mu.Lock()
					got[j.Subject] = append(got[j.Subject], j.ID)
					mu.Unlock()
					if err := q.Done(ctx, j); err != nil {
						t.Error(err)
					}
				}
				if n, err := q.Waiting(ctx); n == 0 || err != nil {
					return
				}
			}
		})
	}
	workers.Wait()
	for a := range subjects {
		subject := fmt.Sprint("a_", a)
		if len(got[subject]) != each {
			t.Errorf("%s: %d delivered", subject, len(got[subject]))
		}
		for n, id := range got[subject] {
			if id != fmt.Sprintf("msg_%d-%d", n+1, a) {
				t.Errorf("%s: number %d is %s", subject, n, id)
			}
		}
	}
}

func TestBackingOffDoublesAndEnds(t *testing.T) {
	b := courier.Backoff{First: time.Second, Most: 10 * time.Second, Tries: 8}
	for tries, most := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 7: 10} {
		for range 50 {
			after, again := b.After(tries)
			if !again || after < most*time.Second/2 || after > most*time.Second {
				t.Errorf("after %d tries: %s, %v", tries, after, again)
			}
		}
	}
	if _, again := b.After(8); again {
		t.Error("it never ends")
	}
}

package booking

import (
	"context"
	"sync"
	"time"

	"madoguchi/booking/redisstore"
)

// Change says that appointments or holds of an area may have changed.
type Change struct {
	Area string
	Rev  int64 // another one after every change; it grows, except when Redis has lost something
}

// pollEvery bounds how long a change stays unnoticed when its message got lost.
const pollEvery = 3 * time.Second

// Watch tells of changes in every area until ctx ends, then closes the channel. Messages come through Redis's
// publish and subscribe; since that may lose some, the revision is also read every few seconds. A slow reader gets the
// newest revision and misses those between.
func (s *Service) Watch(ctx context.Context) <-chan Change {
	out := make(chan Change)
	var areas sync.WaitGroup
	for _, a := range s.dir().Areas() {
		areas.Go(func() { s.watch(ctx, s.stores[a.ID], out) })
	}
	go func() { // ends when every area's watcher has, which is when ctx ends
		areas.Wait()
		close(out)
	}()
	return out
}

// watch follows one area. It owns the subscription and closes it.
func (s *Service) watch(ctx context.Context, store *redisstore.Store, out chan<- Change) {
	sub := s.rdb.Subscribe(ctx, store.Channel())
	defer func() { _ = sub.Close() }() // nothing is left to do with it
	messages := sub.Channel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	newest := s.revision(ctx, store, 0)
	told := newest - 1 // so that the first revision is told
	for {
		var send chan<- Change
		if newest != told {
			send = out
		}
		select {
		case <-ctx.Done():
			return
		case _, open := <-messages:
			if !open {
				return
			}
			newest = s.revision(ctx, store, newest)
		case <-poll.C:
			newest = s.revision(ctx, store, newest)
		case send <- Change{Area: store.Area(), Rev: newest}:
			told = newest
		}
	}
}

// revision reads the area's revision, or gives what was known where Redis does not answer.
func (s *Service) revision(ctx context.Context, store *redisstore.Store, known int64) int64 {
	rev, err := store.Rev(ctx)
	if err != nil {
		return known
	}
	return rev
}

package booking

import (
	"context"
	"errors"
	"net/http"
	"time"

	"madoguchi/booking/redisstore"
)

// agreeEvery is how often a broker says which shape of records it reads: many times within the time for which the others
// count it as being here.
const agreeEvery = 5 * time.Second

// agree tells the other brokers of an area what this one reads, and writes a newer shape once all read it, until ctx ends.
func (s *Service) agree(ctx context.Context, store *redisstore.Store) {
	tick := time.NewTicker(agreeEvery)
	defer tick.Stop()
	before, old := int64(0), false
	for {
		shape, err := store.Agree(ctx, s.broker)
		tooOld := errors.As(err, new(*redisstore.ShapeError))
		switch {
		case tooOld && !old:
			s.log.Error("this program is too old for what is stored, and refuses what it cannot read", "area", store.Area(), "err", err)
		case err == nil && shape != before:
			s.log.Info("shape of records", "area", store.Area(), "shape", shape)
			before = shape
		}
		old = tooOld
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// problemShape says that an appointment was written by a newer program than this one.
func problemShape(err *redisstore.ShapeError) *Problem {
	return problem(http.StatusServiceUnavailable, SlugShapeUnreadable, "Record unreadable",
		"this is stored in shape %d, and this server reads up to %d: update it, or ask another server", err.Stored, err.Reads).because(err)
}

package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// ShapeAfter is how long all brokers must have been reading a new shape before it is written, and so for how long an
// upgrade can be taken back without a thought.
const ShapeAfter = 10 * time.Minute

// Agreement is how the brokers of an area agree on the shape of something they write: the newest that all of them read. Appointments
// have one, and sessions have another.
type Agreement struct {
	Redis  redis.UniversalClient
	Area   string
	Of     string        // what is agreed upon, as the beginning of two keys: "ses-"; empty: records of appointments
	Newest int64         // newest shape this program reads
	Least  int64         // shape in force where none has been agreed upon yet
	After  time.Duration // how long a broker counts after it was last heard, and all must have been reading: ShapeAfter where 0
	Within time.Duration // bound of the step: 2 seconds where 0

	step *redis.Script // agree.lua where nil
}

// Say tells the other brokers what this one reads, and raises the shape that is written once all have been reading a newer one for
// long enough. It is called every few seconds, by a name that is this process's own, and gives the shape in force. *ShapeError says
// that this program is too old for the area.
func (a Agreement) Say(ctx context.Context, broker string) (force int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, orElse(a.Within, 2*time.Second))
	defer cancel()
	keys := []string{"{" + a.Area + "}:" + a.Of + "shape", "{" + a.Area + "}:" + a.Of + "readers"}
	step := a.step
	if step == nil {
		step = standard.agree
	}
	answer, err := step.Run(ctx, a.Redis, keys, broker, a.Newest, orElse(a.After, ShapeAfter).Milliseconds(), a.Least).StringSlice()
	if err != nil {
		return 0, fmt.Errorf("agree on the %sshape of area %s: %w", a.Of, a.Area, unavailable(err))
	}
	if force, err = strconv.ParseInt(answer[0], 10, 64); err != nil {
		return 0, fmt.Errorf("%sshape of area %s: %w", a.Of, a.Area, err)
	}
	if force > a.Newest {
		return force, fmt.Errorf("area %s: %w", a.Area, &ShapeError{force, a.Newest})
	}
	return force, nil
}

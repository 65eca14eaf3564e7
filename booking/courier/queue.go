package courier

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Bounds of a queue.
const (
	maxDead     = 1000             // laid aside at most; the oldest go first
	stepTimeout = 2 * time.Second  // of one step in Redis
	lease       = 60 * time.Second // how long a claimed job is nobody else's; longer than any try takes
)

var (
	//go:embed lua/take.lua
	takeSource string
	//go:embed lua/claim.lua
	claimSource string
	//go:embed lua/settle.lua
	settleSource string

	take   = redis.NewScript(takeSource)
	claim  = redis.NewScript(claimSource)
	settle = redis.NewScript(settleSource)
)

// ErrNoJob says that no job of that id has been laid aside.
var ErrNoJob = errors.New("no such job")

// Job is one thing to be sent to one receiver. It holds nothing of a person.
type Job struct {
	ID      string          `json:"id"`      // the same at every try; the receiver knows a double by it
	Subject string          `json:"subject"` // what it is about; jobs of one subject go out in order
	Place   string          `json:"place"`   // place in the outbox: the order
	Type    string          `json:"type"`
	Body    json.RawMessage `json:"body"`
	Tries   int             `json:"tries"`
	Failed  string          `json:"failed,omitempty"` // why the last try failed
	At      time.Time       `json:"at"`               // of the event
}

func (j Job) member() string { return j.Subject + "|" + padded(j.Place) }

// padded makes places of a stream ("1732262400000-0") sort as text.
func padded(place string) string {
	ms, n, _ := strings.Cut(place, "-")
	return fmt.Sprintf("%016s-%08s", ms, n)
}

// Queue is what is to be sent to one receiver. It is safe for use from several goroutines and processes.
type Queue struct {
	rdb    redis.UniversalClient
	prefix string
	lease  time.Duration
}

// NewQueue gives the queue of a receiver in an area. Its keys carry the tag {area}.
func NewQueue(rdb redis.UniversalClient, area, receiver string) *Queue {
	return &Queue{rdb, "{" + area + "}:send:" + receiver + ":", lease}
}

// Lend changes how long a claimed job is nobody else's, a minute at first. It must be longer than a try takes.
func (q *Queue) Lend(d time.Duration) *Queue { q.lease = d; return q }

func (q *Queue) key(name string) string { return q.prefix + name }

// Cursor is the place in the outbox up to which jobs were taken; "" where none ever were.
func (q *Queue) Cursor(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	at, err := q.rdb.Get(ctx, q.key("at")).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return at, err
}

// Take puts jobs read after the cursor was in the queue and moves the cursor to next. It reports false, and does
// nothing, where the cursor is elsewhere by now: somebody else has taken them.
func (q *Queue) Take(ctx context.Context, cursor, next string, jobs []Job) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	args := []any{cursor, next}
	for _, j := range jobs {
		text, err := json.Marshal(j)
		if err != nil {
			return false, fmt.Errorf("take %s: %w", j.ID, err)
		}
		args = append(args, j.Subject, j.member(), text)
	}
	done, err := take.Run(ctx, q.rdb, []string{q.key("at"), q.key("q"), q.key("job"), q.key("due")}, args...).Int()
	return done == 1, err
}

// Gap is a time of which a receiver was told nothing, because what happened was gone before it was taken.
type Gap struct {
	After  time.Time `json:"after"`  // the last that was taken
	Before time.Time `json:"before"` // the next
}

// maxGaps is how many gaps are remembered, the latest.
const maxGaps = 20

// Miss remembers a gap.
func (q *Queue) Miss(ctx context.Context, g Gap) error {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	text, err := json.Marshal(g)
	if err != nil {
		return err
	}
	p := q.rdb.TxPipeline()
	p.LPush(ctx, q.key("gaps"), text)
	p.LTrim(ctx, q.key("gaps"), 0, maxGaps-1)
	_, err = p.Exec(ctx)
	return err
}

// Missed lists the gaps that are remembered, the latest first.
func (q *Queue) Missed(ctx context.Context) ([]Gap, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	texts, err := q.rdb.LRange(ctx, q.key("gaps"), 0, -1).Result()
	if err != nil {
		return nil, err
	}
	list := make([]Gap, len(texts))
	for i, text := range texts {
		if err := json.Unmarshal([]byte(text), &list[i]); err != nil {
			return nil, fmt.Errorf("gap %q: %w", text, err)
		}
	}
	return list, nil
}

// Claim lends at most limit jobs that are due, of different subjects.
func (q *Queue) Claim(ctx context.Context, limit int) ([]Job, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	list, err := claim.Run(ctx, q.rdb, []string{q.key("due"), q.key("q"), q.key("job")}, q.lease.Milliseconds(), limit).StringSlice()
	if err != nil {
		return nil, err
	}
	var jobs []Job
	for i := 0; i+2 < len(list); i += 3 {
		var j Job
		if err := json.Unmarshal([]byte(list[i+2]), &j); err != nil {
			return nil, fmt.Errorf("job %s: %w", list[i+1], err)
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// Done takes a delivered job out of the queue; the next of its subject is due.
func (q *Queue) Done(ctx context.Context, j Job) error {
	_, err := q.settle(ctx, j, "done", 0)
	return err
}

// Retry lets a job, and those behind it, wait.
func (q *Queue) Retry(ctx context.Context, j Job, after time.Duration) error {
	_, err := q.settle(ctx, j, "retry", after.Milliseconds())
	return err
}

// LayAside gives a job up; the next of its subject is due.
func (q *Queue) LayAside(ctx context.Context, j Job) error {
	_, err := q.settle(ctx, j, "dead", maxDead)
	return err
}

// Again puts a job that was laid aside back into the queue. It gives ErrNoJob where there is none of that id.
func (q *Queue) Again(ctx context.Context, id string) error {
	aside, err := q.Aside(ctx)
	if err != nil {
		return err
	}
	for _, j := range aside {
		if j.ID != id {
			continue
		}
		j.Tries, j.Failed = 0, ""
		found, err := q.settle(ctx, j, "again", 0)
		if err != nil || found {
			return err
		}
	}
	return ErrNoJob
}

func (q *Queue) settle(ctx context.Context, j Job, how string, n int64) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	text := []byte{}
	if how != "done" {
		var err error
		if text, err = json.Marshal(j); err != nil {
			return false, err
		}
	}
	done, err := settle.Run(ctx, q.rdb, []string{q.key("due"), q.key("q"), q.key("job"), q.key("aside")}, j.Subject, j.member(), how, text, n).Int()
	return done == 1, err
}

// Aside lists what was laid aside, the oldest first.
func (q *Queue) Aside(ctx context.Context) ([]Job, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	members, err := q.rdb.ZRange(ctx, q.key("aside"), 0, -1).Result()
	if err != nil || len(members) == 0 {
		return nil, err
	}
	texts, err := q.rdb.HMGet(ctx, q.key("job"), members...).Result()
	if err != nil {
		return nil, err
	}
	var jobs []Job
	for _, text := range texts {
		var j Job
		if s, ok := text.(string); ok && json.Unmarshal([]byte(s), &j) == nil {
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}

// Waiting counts the jobs in the queue, those being tried included.
func (q *Queue) Waiting(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	return q.rdb.ZCard(ctx, q.key("q")).Result()
}

package redisstore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Durability says what must have a booking before anybody is told that it is made.
type Durability struct {
	Replicas int           // replicas that must have it; 0 where there are none
	Within   time.Duration // how long they may take: half a second where zero, less than Options.Timeout. After that nobody knows
	Disk     bool          // on the disk of the primary too, and of those replicas (WAITAOF): Redis 7.2 or later
}

// waits reports whether an acknowledgement waits for more than the primary's own answer.
func (d Durability) waits() bool { return d.Replicas > 0 || d.Disk }

// ErrUnknown says that a step may have been carried out and may be lost again: its answer did not come, or too few
// replicas have said in time that they have it, or the journal could not be written. Nobody may be told that it is done;
// asked again with the same key, the store gives the true answer. It is an *UnknownError and counts as ErrUnavailable.
var ErrUnknown = errors.New("the outcome is not known yet: ask again with the same key")

// UnknownError is ErrUnknown with what is known.
type UnknownError struct {
	Entry Entry // the step; its Image is empty where Redis did not answer
	Have  int   // replicas that have it, of those asked for
	Cause error // nil where too few replicas answered
}

// Error says what is missing.
func (e *UnknownError) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s %s: %v: %v", e.Entry.Op, e.Entry.ID, ErrUnknown, e.Cause)
	}
	return fmt.Sprintf("%s %s: %v: %d replicas have it", e.Entry.Op, e.Entry.ID, ErrUnknown, e.Have)
}

// Is makes it both: whoever only knows that Redis did not answer does the right thing, which is to ask again.
func (e *UnknownError) Is(target error) bool { return target == ErrUnknown || target == ErrUnavailable }

// Unwrap gives what went wrong on the way.
func (e *UnknownError) Unwrap() error { return e.Cause }

// Marks of steps that happen to an appointment once; others are marked by their request.
const (
	tokenConfirm = "b"
	tokenCancel  = "x"
)

// tokenOf is the mark of a request's step: short, since the record keeps it. A request without a key is never repeated.
func tokenOf(r Request) string {
	if r.Key == "" {
		return rand.Text()[:tokenLetters]
	}
	sum := sha256.Sum256([]byte(r.Key))
	return tokenBase.EncodeToString(sum[:])[:tokenLetters]
}

const tokenLetters = 8

var tokenBase = base32.StdEncoding.WithPadding(base32.NoPadding)

// Steps somebody is told of, as the journal names them.
const (
	OpConfirm = "confirm"
	OpMove    = "move"
	OpDelay   = "delay"
	OpCancel  = "cancel"
	OpKeep    = "keep" // a disputed appointment stands
)

// Entry is one step that somebody is told of, with what Redis would have to hold if it lost it. It names nobody: the
// image has ids and a resident's index, Who is sealed under a key that is kept elsewhere and destroyed in time.
type Entry struct {
	Op    string
	ID    string
	Token string // what the record is marked with once the step is done
	Image string // the record after the step; "" where Redis did not answer
	Who   string // sealed personal record; "" where there is none, or it has not changed
}

// Journal keeps what has been acknowledged where it outlives Redis. Both methods return once it is there.
type Journal interface {
	// Done notes steps before somebody is told that they are done.
	Done(ctx context.Context, area string, steps []Entry) error
	// Unknown notes steps of which nobody knows whether they are done.
	Unknown(ctx context.Context, area string, steps []Entry) error
}

// patient is a client that asks once. go-redis repeats a command whose answer got lost, and hides that it did; what
// somebody is told of has to know.
type patient struct {
	mu     sync.Mutex
	of, to *redis.Client
}

func (p *patient) client(c *redis.Client) *redis.Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of != c {
		o := c.Options()
		once := c.WithTimeout(o.ReadTimeout) // a clone with options of its own and the same connections
		once.Options().MaxRetries = 0
		p.of, p.to = c, once
	}
	return p.to
}

// primary is a client of the server that has this area's keys now.
func (s *Store) primary(ctx context.Context) (*redis.Client, error) {
	switch c := s.rdb.(type) {
	case *redis.Client:
		return s.once.client(c), nil
	case *redis.ClusterClient:
		node, err := c.MasterForKey(ctx, s.outbox())
		if err != nil {
			return nil, unavailable(err)
		}
		return s.once.client(node), nil
	default:
		return nil, fmt.Errorf("a store needs a client of one server, of Sentinel or of Cluster, not a %T", c)
	}
}

// maxHops bounds how often a step follows a cluster that moves its keys, or teaches a server the script.
const maxHops = 4

// acknowledged executes a step somebody is told of: the step and the wait for its replicas go over one connection, since
// WAIT covers only what its own connection has written. It gives the answer, how many replicas have it, and an error
// that is ErrUnavailable where nothing was done and anything else where that is not known.
func (s *Store) acknowledged(ctx context.Context, step *redis.Script, keys []string, args ...any) ([]string, int, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	whole := false
	for range maxHops {
		node, err := s.primary(ctx)
		if err != nil {
			return nil, 0, err
		}
		answer, have, err := s.ask(ctx, node, step, whole, keys, args)
		switch {
		case err == nil:
			return answer, have, nil
		case redis.HasErrorPrefix(err, "NOSCRIPT"):
			whole = true
		case redis.HasErrorPrefix(err, "MOVED") || redis.HasErrorPrefix(err, "ASK"):
			if c, ok := s.rdb.(*redis.ClusterClient); ok {
				c.ReloadState(ctx)
			}
		default:
			return nil, have, err
		}
	}
	return nil, 0, fmt.Errorf("%w: the keys of area %s go from server to server", ErrUnavailable, s.area)
}

func (s *Store) ask(ctx context.Context, node *redis.Client, step *redis.Script, whole bool, keys []string, args []any) ([]string, int, error) {
	p := node.Pipeline()
	step = s.shapes.variant(step)
	var answer *redis.Cmd
	if whole {
		answer = step.Eval(ctx, p, keys, args...)
	} else {
		answer = step.EvalSha(ctx, p, keys, args...)
	}
	have := s.wait(ctx, p)
	_, err := p.Exec(ctx)
	text, failed := answer.StringSlice()
	switch {
	case failed == nil:
		n, err := have()
		return text, n, err
	case isReply(failed) || notSent(failed):
		return nil, 0, unavailable(failed)
	default:
		return nil, 0, errors.Join(failed, err)
	}
}

// wait puts the wait behind what is in the pipeline, and gives how to read it.
func (s *Store) wait(ctx context.Context, p redis.Pipeliner) func() (int, error) {
	d := s.opts.Durability
	switch {
	case d.Disk:
		cmd := redis.NewIntSliceCmd(ctx, "waitaof", 1, d.Replicas, d.Within.Milliseconds())
		_ = p.Process(ctx, cmd) // only queues it
		return func() (int, error) {
			n, err := cmd.Result()
			if err != nil || len(n) != 2 {
				return 0, errors.Join(errWaiting, err)
			}
			if n[0] < 1 {
				return int(n[1]), errors.New("the primary has not written it to disk yet")
			}
			return int(n[1]), nil
		}
	case d.Replicas > 0:
		cmd := redis.NewIntCmd(ctx, "wait", d.Replicas, d.Within.Milliseconds())
		_ = p.Process(ctx, cmd) // only queues it
		return func() (int, error) {
			n, err := cmd.Result()
			if err != nil {
				return 0, errors.Join(errWaiting, err)
			}
			return int(n), nil
		}
	default:
		return func() (int, error) { return 0, nil }
	}
}

var errWaiting = errors.New("the wait for replicas was not answered")

// isReply reports whether the server itself has answered with an error: then nothing was done.
func isReply(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply) && !errors.Is(err, redis.Nil) && !strings.HasPrefix(err.Error(), "redis: ")
}

// notSent reports whether a request did not leave this machine.
func notSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || errors.Is(err, redis.ErrPoolTimeout)
}

// tell executes a step somebody is told of and makes sure that it lasts: its replicas have it, or the outcome is unknown;
// it is in the journal, or the outcome is unknown. intent is what is noted where Redis does not answer; done reads from
// the answer what goes into the journal, nothing where the step was refused.
func (s *Store) tell(ctx context.Context, intent []Entry, step *redis.Script, keys []string, args []any, done func(answer []string) []Entry) ([]string, error) {
	answer, have, err := s.acknowledged(ctx, step, keys, args...)
	if answer == nil && (errors.Is(err, ErrUnavailable) || errors.As(err, new(*ShapeError))) {
		return nil, err
	}
	if answer == nil {
		return nil, s.unknown(ctx, intent, have, err)
	}
	entries := done(answer)
	if len(entries) == 0 {
		return answer, nil // refused: there is nothing to keep
	}
	if answer[0] == "replay" && err == nil {
		have, err = s.flush(ctx, entries...) // a repetition has written nothing this connection could wait for
	}
	return answer, s.keep(ctx, entries, have, err)
}

// keep gives nil once enough replicas have what was done and the journal has it.
func (s *Store) keep(ctx context.Context, entries []Entry, have int, err error) error {
	if err == nil && have < s.opts.Durability.Replicas {
		return s.unknown(ctx, entries, have, nil)
	}
	if err == nil && s.opts.Journal != nil {
		err = s.opts.Journal.Done(ctx, s.area, entries)
	}
	if err != nil {
		return s.unknown(ctx, entries, have, err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Image, "unknown=") && !strings.Contains(e.Image, "\nunknown=") {
			continue
		}
		if _, err := s.note(ctx, e, ""); err != nil {
			return nil // it lasts; that it no longer says otherwise can wait for whoever settles
		}
	}
	return nil
}

// unknown notes that nobody knows. That the note fails changes nothing for the caller, who asks again in any case.
func (s *Store) unknown(ctx context.Context, entries []Entry, have int, cause error) error {
	if s.opts.Journal != nil {
		cause = errors.Join(cause, s.opts.Journal.Unknown(context.WithoutCancel(ctx), s.area, entries))
	}
	return &UnknownError{Entry: entries[0], Have: have, Cause: cause}
}

// flush waits until the replicas have everything this area's primary has carried out before, whoever asked for it, and
// gives how many do. Since Redis 7.2 WAIT covers only what its own connection has written, so something has to be. The
// server that vouches has to hold the marks of the steps in question itself: while a primary is being replaced, a
// connection to the old one may still be in use, and what that one has carried out the new one does not know.
func (s *Store) flush(ctx context.Context, steps ...Entry) (int, error) {
	return s.vouched(ctx, steps, nil)
}

// vouched is flush for steps that are done and for others that are not: the same server must not hold their marks.
func (s *Store) vouched(ctx context.Context, done, undone []Entry) (int, error) {
	if !s.opts.Durability.waits() {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	node, err := s.primary(ctx)
	if err != nil {
		return 0, err
	}
	steps := slices.Concat(done, undone)
	p := node.Pipeline() // one connection: one server
	records := make([]*redis.StringCmd, len(steps))
	for i, e := range steps {
		records[i] = p.Get(ctx, s.record(e.ID))
	}
	p.Set(ctx, s.prefix+"flushed", "1", time.Hour)
	have := s.wait(ctx, p)
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return 0, err
	}
	for i, e := range steps {
		f, err := s.shapes.read(records[i].Val())
		if err != nil {
			return 0, err
		}
		if slices.Contains(splitList(f["acks"]), e.Token) != (i < len(done)) {
			return 0, fmt.Errorf("%s of %s: %w", e.Op, e.ID, errElsewhere)
		}
	}
	return have()
}

var errElsewhere = errors.New("the server that would keep it knows otherwise")

// kept makes sure that steps answered from memory last too, and gives their records as they are now.
func (s *Store) kept(ctx context.Context, op, token string, ids ...string) error {
	if s.opts.Journal == nil && !s.opts.Durability.waits() {
		return nil
	}
	var entries []Entry
	for _, id := range ids {
		text, err := s.image(ctx, id)
		if err != nil {
			return err
		}
		entries = append(entries, Entry{Op: op, ID: id, Token: token, Image: text})
	}
	if len(entries) == 0 {
		return nil
	}
	have, err := s.flush(ctx, entries...)
	return s.keep(ctx, entries, have, err)
}

// image is a record as it lies in Redis.
func (s *Store) image(ctx context.Context, id string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	text, err := s.rdb.Get(ctx, s.record(id)).Result()
	if errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("read %s: %w", id, ErrNotFound)
	}
	return text, unavailable(err)
}

package redisstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

//go:embed lua/*.lua
var lua embed.FS

// steps are the scripts. Each runs by its digest and is sent whole only to a server that does not know it, which is what
// go-redis does on NOSCRIPT; nothing has to be loaded beforehand, and a restarted or promoted server is taught again by
// the next call.
type steps struct {
	hold, confirm, release, expire, due, cancel, relocate  *redis.Script
	checkIn, legStart, legDone, legFree, finish, boothFree *redis.Script
	block, unblock, lend, wait, warn, choose               *redis.Script
	note, restore, mark, agree                             *redis.Script
}

var standard = steps{
	hold: script("hold"), confirm: script("confirm"), release: script("release"), expire: script("expire"), due: script("due"),
	cancel: script("cancel"), relocate: script("relocate"), checkIn: script("checkin"), legStart: script("leg_start"),
	legDone: script("leg_done"), legFree: script("leg_free"), finish: script("finish"), boothFree: script("booth_free"),
	block: script("block"), unblock: script("unblock"), lend: script("lend"), wait: script("wait"), warn: script("warn"), choose: script("choose"),
	note: script("note"), restore: script("restore"), mark: script("mark"), agree: script("agree"),
}

// stepNames are the files of the steps.
var stepNames = map[*redis.Script]string{}

// script makes a step while the program starts.
func script(name string) *redis.Script {
	step := redis.NewScript(source(name))
	stepNames[step] = name
	return step
}

// source puts what steps share before one of them: HOLD, which is the one that has to be fast, does without records.lua.
func source(name string) string { return sourceIn(name, 1, forms) }

// sourceIn is a step that writes a shape of records.
func sourceIn(name string, writes int, known []form) string {
	text := file("core")
	if name != "hold" {
		text += shapeHead(writes, known) + file("record")
	}
	return text + file(name)
}

func file(name string) string {
	text, err := lua.ReadFile("lua/" + name + ".lua")
	if err != nil {
		panic(err) // embedded, so it is there
	}
	return string(text)
}

// Errors of the steps. Each says when it happens; StateError and TakenError carry more.
var (
	ErrNotFound    = errors.New("no such appointment")                                 // unknown here, or forgotten
	ErrMismatch    = errors.New("the same request was made before with other content") // a repetition that is none
	ErrExpired     = errors.New("hold expired")                                        // confirmed too late
	ErrLost        = errors.New("ledger entries are missing")                          // Redis lost them; what the hold claimed may belong to another
	ErrUnnamed     = errors.New("neither a resident nor anonymous")                    // confirmed without saying who
	ErrUnavailable = errors.New("redis does not answer")                               // nothing is known about the outcome; ask again
	ErrEarly       = errors.New("too early for a no-show")                             // the time of grace is not over
	ErrUnattended  = errors.New("the professional was not there")                      // so it is no no-show
	ErrVersion     = errors.New("the appointment has changed meanwhile")               // moved by somebody else; look again
	errChanged     = errors.New("the record changed under the step")
)

// StaleError says that the caller judged by other rules than those in force.
type StaleError struct{ Rules int64 }

// Error names the rule version in force.
func (e *StaleError) Error() string { return fmt.Sprintf("rules are at version %d by now", e.Rules) }

// TakenError says which claims of a hold had no free ledger: indices into Claims order, booth first.
type TakenError struct{ Claims []int }

// Error counts the claims in the way.
func (e *TakenError) Error() string { return fmt.Sprintf("taken: claims %v", e.Claims) }

// StateError says that the appointment's state forbids the step.
type StateError struct{ State string }

// Error names the state.
func (e *StateError) Error() string { return "the appointment is " + e.State }

// Options are the times and bounds of a store. Zero values stand for the defaults named.
type Options struct {
	HoldTTL    time.Duration // how long a hold lives: 5 minutes
	Remember   time.Duration // how long a dead hold's record and other answers stay, so that a repeated request meets them: 24 hours
	KeepRecord time.Duration // how long an appointment's record stays after the visit: 35 days
	KeepWho    time.Duration // how long the sealed personal record stays after the visit: 7 days
	Timeout    time.Duration // bound of one step: 2 seconds
	Outbox     int64         // events kept: about 100,000

	Reminders   []time.Duration                   // how long before the start an appointment reminds of itself: 24 and 2 hours; none where empty and not nil
	RemindAt    func(start time.Time) []time.Time // when else, by the clock on the wall; never where nil
	NoShowAfter time.Duration                     // grace after the start until somebody who is not here counts as a no-show: 15 minutes
	OverrunIn   time.Duration                     // grace after a leg's end until it counts as overrun: 1 minute

	ShapeAfter time.Duration // how long all brokers must have been reading a new shape of records before it is written: 10 minutes

	Durability Durability // what must have a booking before anybody is told
	Journal    Journal    // where what somebody is told of is noted first; nowhere where nil
}

func (o Options) withDefaults() Options {
	o.HoldTTL = orElse(o.HoldTTL, 5*time.Minute)
	o.Remember = orElse(o.Remember, 24*time.Hour)
	o.KeepRecord = orElse(o.KeepRecord, 35*24*time.Hour)
	o.KeepWho = orElse(o.KeepWho, 7*24*time.Hour)
	o.Timeout = orElse(o.Timeout, 2*time.Second)
	o.NoShowAfter = orElse(o.NoShowAfter, 15*time.Minute)
	o.OverrunIn = orElse(o.OverrunIn, time.Minute)
	o.ShapeAfter = orElse(o.ShapeAfter, ShapeAfter)
	if o.Outbox == 0 {
		o.Outbox = 100_000
	}
	o.Durability.Within = orElse(o.Durability.Within, 500*time.Millisecond)
	if o.Reminders == nil {
		o.Reminders = []time.Duration{24 * time.Hour, 2 * time.Hour}
	}
	o.Reminders = slices.Clone(o.Reminders)
	slices.Sort(o.Reminders)
	slices.Reverse(o.Reminders)
	return o
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

// ledgerTTL is how long a ledger nobody writes to is kept. It must exceed how far ahead can be booked.
const ledgerTTL = 200 * 24 * time.Hour

// Store is one area's holds and appointments. It is safe for use by several goroutines; all its state is in Redis.
type Store struct {
	rdb    redis.UniversalClient
	area   string
	prefix string // "{area}:"
	opts   Options
	steps  steps
	shapes *shapes
	once   patient
}

// New gives the store of one area.
func New(rdb redis.UniversalClient, area string, opts Options) *Store {
	return &Store{rdb: rdb, area: area, prefix: "{" + area + "}:", opts: opts.withDefaults(), steps: standard, shapes: newShapes(forms)}
}

// Area is the area this store keeps.
func (s *Store) Area() string { return s.area }

func (s *Store) record(id string) string    { return s.prefix + "bk:" + id }
func (s *Store) who(id string) string       { return s.prefix + "who:" + id }
func (s *Store) due() string                { return s.prefix + "due" }
func (s *Store) alarms() string             { return s.prefix + "alarms" }
func (s *Store) outbox() string             { return s.prefix + "out" }
func (s *Store) choices() string            { return s.prefix + "choices" }
func (s *Store) marks(id string) string     { return s.prefix + "mark:" + id }
func (s *Store) rules() string              { return s.prefix + "rules" }
func (s *Store) ledger(label string) string { return s.prefix + "led:" + label }
func (s *Store) windows(desk string) string { return s.prefix + "win:" + desk }
func (s *Store) seen(desk string) string    { return s.prefix + "seen:" + desk }
func (s *Store) came(office string) string  { return s.prefix + "came:" + office }
func (s *Store) blocks() string             { return s.prefix + "blocks" }
func (s *Store) waiting() string            { return s.prefix + "wl" }
func (s *Store) followed() string           { return s.prefix + "followed" }
func (s *Store) answer(key string) string   { return s.prefix + "idem:" + key }

// Channel is where every change is published; the message is the event's place in the outbox.
func (s *Store) Channel() string { return s.outbox() }

func (s *Store) day(kind, id, date string) string {
	return s.prefix + "day:" + kind + ":" + id + ":" + date
}
func (s *Store) sequence(office, date string) string { return s.prefix + "seq:" + office + ":" + date }
func (s *Store) receptions(office, date string) string {
	return s.prefix + "recv:" + office + ":" + date
}

// assigned is where the minutes a pool's desks have been given in a month are counted.
func (s *Store) assigned(pool string, at time.Time) string {
	return s.prefix + "rr:" + pool + ":" + at.UTC().Format("200601")
}

// run executes one step within the time bound and gives its answer, the first word of which is the status.
func (s *Store) run(ctx context.Context, step *redis.Script, keys []string, args ...any) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	answer, err := s.shapes.variant(step).Run(ctx, s.rdb, keys, args...).StringSlice()
	if err != nil {
		return nil, unavailable(err)
	}
	return answer, nil
}

// refused turns the statuses steps share into errors; nil means the step was carried out, now or before.
func refused(answer []string) error {
	switch answer[0] {
	case "gone":
		return ErrNotFound
	case "mismatch":
		return ErrMismatch
	case "expired":
		return ErrExpired
	case "lost":
		return ErrLost
	case "changed":
		return errChanged
	case "unnamed":
		return ErrUnnamed
	case "early":
		return ErrEarly
	case "unattended":
		return ErrUnattended
	case "state":
		return &StateError{State: answer[1]}
	case "stale":
		version, err := strconv.ParseInt(answer[1], 10, 64)
		if err != nil {
			return fmt.Errorf("rule version in force: %w", err)
		}
		return &StaleError{Rules: version}
	case "booked":
		return &StateError{State: StateBooked}
	default:
		return nil
	}
}

// again repeats a step whose keys were made from a record that changed meanwhile. Each round means that somebody else
// moved the same appointment forward, so few are enough; where they are not, the record is read from one server and changed
// at another, which is over once a primary has been replaced.
func again(step func() error) error {
	var err error
	for range 5 {
		if err = step(); !errors.Is(err, errChanged) {
			return err
		}
	}
	return unavailable(err)
}

// unavailable marks errors of the way to Redis, so that callers can tell them from refusals.
func unavailable(err error) error {
	if err == nil || errors.Is(err, redis.Nil) {
		return err
	}
	if old := shapeError(err); old != nil {
		return old
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

func millis(t time.Time) int64 { return t.UnixMilli() }

func millisOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n)
}

func splitList(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

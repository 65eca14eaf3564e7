package redisstore

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Types of events of the rules. Their version is the rule version, not a record's.
const (
	EventRules     = "rules"     // a catalogue came into force; Detail "by"
	EventSuspended = "suspended" // of a suspension: Detail "by" and "reason", the latter escaped as in a query
	EventResumed   = "resumed"   // of a suspension: Detail likewise
)

// MaxSuspensions bounds how many suspensions an area may have at once.
const MaxSuspensions = 1000

// ErrTooManySuspensions is given where an area has MaxSuspensions.
var ErrTooManySuspensions = errors.New("too many services are suspended one by one")

var (
	publishStep = script("publish")
	suspendStep = script("suspend")
)

// Rulebook is the rules in force in an area, read at one instant.
type Rulebook struct {
	Version   int64
	Print     string            // fingerprint of the catalogue; "" where none has been published
	Files     []byte            // the catalogue, packed as it was published
	Suspended map[string]string // suspensions by id
}

func (s *Store) rulebook() string    { return s.prefix + "rulebook" }
func (s *Store) prints() string      { return s.prefix + "prints" }
func (s *Store) suspensions() string { return s.prefix + "suspended" }

// RulesVersion is the rule version in force; 0 where no rules have been published.
func (s *Store) RulesVersion(ctx context.Context) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	version, err := s.rdb.Get(ctx, s.rules()).Int64()
	if errors.Is(err, redis.Nil) {
		return 0, nil
	}
	return version, unavailable(err)
}

// Rulebook reads the rules in force.
func (s *Store) Rulebook(ctx context.Context) (Rulebook, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	var version *redis.StringCmd
	var book *redis.SliceCmd
	var suspended *redis.MapStringStringCmd
	_, err := s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		version = p.Get(ctx, s.rules())
		book = p.HMGet(ctx, s.rulebook(), "print", "files")
		suspended = p.HGetAll(ctx, s.suspensions())
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return Rulebook{}, fmt.Errorf("read rules of area %s: %w", s.area, unavailable(err))
	}
	b := Rulebook{Suspended: suspended.Val()}
	if err := version.Err(); err == nil {
		if b.Version, err = version.Int64(); err != nil {
			return Rulebook{}, fmt.Errorf("rule version of area %s: %w", s.area, err)
		}
	}
	if fields := book.Val(); len(fields) == 2 {
		b.Print, _ = fields[0].(string)
		files, _ := fields[1].(string)
		b.Files = []byte(files)
	}
	return b, nil
}

// Publish puts a catalogue in force and gives the version in force afterwards. What is in force already stays as it is.
// A catalogue that was in force before and is no longer is older: it comes back only where again says so, which is for
// somebody who means it, and older tells the others.
func (s *Store) Publish(ctx context.Context, print string, files []byte, by string, again bool) (version int64, older bool, err error) {
	keys := []string{s.rules(), s.rulebook(), s.prints(), s.outbox()}
	answer, err := s.run(ctx, publishStep, keys, print, files, by, flag(again))
	if err == nil {
		version, err = strconv.ParseInt(answer[1], 10, 64)
	}
	if err != nil {
		return 0, false, fmt.Errorf("publish rules of area %s: %w", s.area, err)
	}
	return version, answer[0] == "older", nil
}

// Suspend takes a service out of what is offered, from this moment on for every broker. text says what and why; reason
// goes into the event as well.
func (s *Store) Suspend(ctx context.Context, id, text, office, by, reason string) (version int64, err error) {
	return s.suspend(ctx, id, text, office, by, reason)
}

// Resume ends a suspension. It gives ErrNotFound where there is none of that id.
func (s *Store) Resume(ctx context.Context, id, office, by, reason string) (version int64, err error) {
	return s.suspend(ctx, id, "", office, by, reason)
}

func (s *Store) suspend(ctx context.Context, id, text, office, by, reason string) (int64, error) {
	words := "by=" + by + " reason=" + url.QueryEscape(reason)
	keys := []string{s.rules(), s.suspensions(), s.outbox()}
	answer, err := s.run(ctx, suspendStep, keys, id, text, office, words, MaxSuspensions)
	if err == nil {
		err = refused(answer)
	}
	if err == nil && answer[0] == "full" {
		err = ErrTooManySuspensions
	}
	if err != nil {
		return 0, fmt.Errorf("suspension %s: %w", id, err)
	}
	return strconv.ParseInt(answer[1], 10, 64)
}

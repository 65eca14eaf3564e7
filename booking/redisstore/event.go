package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Types of events. Those of appointments come once for each version of the record, in order; an appointment's key to
// tell doubles from news is its ID with the Version. Types may be added: a reader passes over what it does not know.
const (
	// Of appointments. Detail is empty where nothing is said.
	EventHeld        = "held"         // claimed until its deadline; nobody outside hears of it
	EventReleased    = "released"     // given back before it was confirmed
	EventExpired     = "expired"      // not confirmed in time
	EventBooked      = "booked"       // confirmed: an appointment
	EventMoved       = "moved"        // to another time, booth or desk; Detail "start=<old start, ms>"
	EventDelayed     = "delayed"      // pushed back because a desk runs late; Detail "start=<old start, ms>"
	EventCancelled   = "cancelled"    // given up before arrival
	EventArrived     = "arrived"      // the resident is here
	EventLegStarted  = "leg-started"  // Detail "leg=<n>", counted from 0
	EventLegDone     = "leg-done"     // Detail "leg=<n>"; the rest of the desk's time is free
	EventLegFreed    = "leg-freed"    // Detail "leg=<n>": not needed after all
	EventDone        = "done"         // the visit took place
	EventNoShow      = "noshow"       // the resident did not come although the professional was there
	EventUnserved    = "unserved"     // the resident came and nobody served
	EventBoothFree   = "booth-free"   // cleaned before its time
	EventRestored    = "restored"     // Redis had lost it, or its last change, and has it again
	EventDisputed    = "disputed"     // Redis had lost it, or its last change, and staff have to decide
	EventKept        = "kept"         // disputed, it was decided to stand
	EventNotDone     = "not-done"     // a step whose outcome was unknown did not happen; Detail "step=<confirm, move …>"
	EventUnknown     = "unknown"      // version 0: the outcome of its last step is not known yet
	EventSettled     = "settled"      // version 0: it is known, and lasts
	EventUnattended  = "unattended"   // version 0: the resident is not here, and neither was a professional: no no-show
	EventAbsent      = "absent"       // version 0: the resident is not here by the end of the time of grace; judged next
	EventRemind      = "remind"       // version 0: the appointment is near; Detail "before=<minutes>"
	EventOverrun     = "overrun"      // version 0: a leg is over its time and goes on; Detail "leg=<n>"
	EventConflict    = "conflict"     // version 0: could not be pushed back with the others; staff have to move it
	EventChoice      = "choice"       // version 0: staff have to offer another time; listed until the appointment changes
	EventBlocked     = "blocked"      // of a block (x_…): a booth or desk is not to be had
	EventUnblocked   = "unblocked"    // of a block
	EventLent        = "lent"         // of a lend (x_…): a desk is another area's for a while
	EventReturned    = "returned"     // of a lend
	EventLeaving     = "leaving"      // frozen, to go to another area with its office
	EventStayed      = "stayed"       // could not go after all, and may be changed again
	EventRehomed     = "rehomed"      // taken in from another area; its versions go on counting
	EventLeft        = "left"         // version 0: it has gone to another area
	EventWaiting     = "waiting"      // of somebody on the waiting list (w_…)
	EventOffered     = "offered"      // Detail "hold=<id> until=<ms>": a time is held in that name
	EventAccepted    = "accepted"     // Detail "hold=<id>"
	EventPassedOn    = "passed-on"    // declined, or not answered in time: the next one's turn; Detail "hold=<id>"
	EventWaitLeft    = "wait-left"    // no longer waiting
	EventMarked      = "marked"       // version 0: something has been prepared for it
	EventClosingSoon = "closing-soon" // of an office (ID): Detail "at=<ms>"
	EventNoonSoon    = "noon-soon"    // of an office (ID): Detail "at=<ms>"
)

// Event is one entry of the outbox: that something changed, not what it is like now. Whoever reads one looks the
// appointment up; it is at least as new as the event.
type Event struct {
	Cursor  string // place in the outbox; read on from here
	At      time.Time
	Type    string
	ID      string // a_… appointment, w_… waiting, x_… block or lend, or an office's id
	Version int64  // of the record; 0 for events that change none
	Office  string
	Detail  map[string]string
}

// Rev is the area's revision at the event, as Rev and Watch tell it.
func (e Event) Rev() int64 { return revOf(e.Cursor) }

// Events reads the outbox after a cursor, oldest first, at most limit; "" or "0" is its beginning. It is bounded (see
// Options.Outbox), so a reader that was away too long misses the oldest.
func (s *Store) Events(ctx context.Context, after string, limit int64) ([]Event, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	from := "-"
	if after != "" && after != "0" {
		from = "(" + after
	}
	entries, err := s.rdb.XRangeN(ctx, s.outbox(), from, "+", limit).Result()
	if err != nil {
		return nil, fmt.Errorf("read outbox of area %s: %w", s.area, unavailable(err))
	}
	list := make([]Event, 0, len(entries))
	for _, e := range entries {
		event, err := ParseEvent(e)
		if err != nil {
			return nil, err
		}
		list = append(list, event)
	}
	return list, nil
}

// Gap reports whether entries may have left the outbox that came after a place in it: the place itself has, which somebody
// who keeps up never sees, since it is the newest then. "" and "0" are before everything.
func (s *Store) Gap(ctx context.Context, after string) (bool, error) {
	if after == "" || after == "0" {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	there, err := s.rdb.XRangeN(ctx, s.outbox(), after, after, 1).Result()
	if err != nil {
		return false, fmt.Errorf("read outbox of area %s: %w", s.area, unavailable(err))
	}
	if len(there) > 0 {
		return false, nil
	}
	first, err := s.rdb.XRangeN(ctx, s.outbox(), "-", "+", 1).Result()
	if err != nil || len(first) == 0 {
		return false, unavailable(err)
	}
	return revOf(first[0].ID) > revOf(after), nil
}

// ParseEvent reads one entry of the outbox's stream, for those who read it themselves (XREADGROUP on OutboxKey). Its
// one field is "e": type, id, version and office, then name=value words.
func ParseEvent(m redis.XMessage) (Event, error) {
	text, _ := m.Values["e"].(string)
	words := strings.Fields(text)
	if len(words) < 4 {
		return Event{}, fmt.Errorf("outbox entry %s is %q: want type, id, version and office", m.ID, text)
	}
	version, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return Event{}, fmt.Errorf("outbox entry %s: version %q is no number", m.ID, words[2])
	}
	e := Event{Cursor: m.ID, Type: words[0], ID: words[1], Version: version, Detail: map[string]string{}}
	if words[3] != "-" {
		e.Office = words[3]
	}
	for _, word := range words[4:] {
		name, value, _ := strings.Cut(word, "=")
		e.Detail[name] = value
	}
	ms, _, _ := strings.Cut(m.ID, "-")
	e.At = fromMillis(ms)
	return e, nil
}

// OutboxKey is the key of the area's outbox, a stream.
func (s *Store) OutboxKey() string { return s.outbox() }

// revOf makes a number that grows from a stream's id: milliseconds times a thousand, plus the place within one.
func revOf(cursor string) int64 {
	ms, seq, _ := strings.Cut(cursor, "-")
	m, err := strconv.ParseInt(ms, 10, 64)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil {
		return 0
	}
	return m*1000 + min(n, 999)
}

// Warn tells once, whoever asks, that an office shuts at a time.
func (s *Store) Warn(ctx context.Context, event, office string, at time.Time) error {
	key := s.prefix + "warned:" + event + ":" + office + ":" + text(millis(at))
	_, err := s.run(ctx, s.steps.warn, []string{key, s.outbox()},
		fmt.Sprintf("%s %s 0 %s at=%d", event, office, office, millis(at)), (24 * time.Hour).Milliseconds())
	if err != nil {
		return fmt.Errorf("warn office %s: %w", office, err)
	}
	return nil
}

// Followed is the place in the outbox up to which events have been acted on; "" for its beginning.
func (s *Store) Followed(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	cursor, err := s.rdb.Get(ctx, s.followed()).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return cursor, unavailable(err)
}

// Follow notes up to where events have been acted on.
func (s *Store) Follow(ctx context.Context, cursor string) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	return unavailable(s.rdb.Set(ctx, s.followed(), cursor, 0).Err())
}

package auditor

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking/redisstore"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/session"
)

// Visit is what the trail has to know of an appointment beyond its id.
type Visit struct {
	Office, Booth string
	Service       string // of its first leg
	Resident      string // keyed index
	By            string // seat that booked
}

// Lookup gives the visit of an appointment; false for one that is forgotten.
type Lookup func(ctx context.Context, appointment string) (Visit, bool)

// visitsKnown bounds what is remembered of visits.
const visitsKnown = 4096

// reader turns what stands in the outboxes into entries.
type reader struct {
	secret *audit.Secret
	look   Lookup
	visits map[string]Visit
	begun  map[string]time.Time // consultations under way, by session
}

func newReader(secret *audit.Secret, look Lookup) *reader {
	return &reader{secret: secret, look: look, visits: map[string]Visit{}, begun: map[string]time.Time{}}
}

// ofBooking is an event of booking's outbox. What cannot be read becomes an entry that says so: nothing is passed over.
func (r *reader) ofBooking(m redis.XMessage) audit.Entry {
	e, err := redisstore.ParseEvent(m)
	if err != nil {
		return unreadable(m, "booking")
	}
	entry := audit.Entry{At: e.At, Action: audit.Action("booking." + e.Type), Office: e.Office, Who: "system", Detail: map[string]string{}}
	for name, value := range e.Detail {
		entry.Detail[name] = value
	}
	if by := e.Detail["by"]; by != "" {
		entry.Who = by
		delete(entry.Detail, "by")
	}
	if strings.HasPrefix(e.ID, "a_") {
		entry.Visit = e.ID
	} else if e.ID != e.Office {
		entry.Detail["id"] = e.ID
	}
	if e.Version > 0 {
		entry.Detail["version"] = strconv.FormatInt(e.Version, 10)
	}
	return entry
}

// ofSession is a change of a session's document.
func (r *reader) ofSession(m redis.XMessage) audit.Entry {
	text := func(name string) string { s, _ := m.Values[name].(string); return s }
	var d session.Doc
	if err := json.Unmarshal([]byte(text("doc")), &d); err != nil {
		return unreadable(m, "signaling")
	}
	e := audit.Entry{
		At: placeTime(m.ID), Action: audit.Action("visit." + strings.ReplaceAll(text("event"), "_", "-")), Who: text("by"), Role: text("side"),
		Office: d.Office, Booth: d.Booth, Visit: d.Appointment, Session: d.ID,
		Detail: map[string]string{"state": string(d.State), "version": strconv.FormatInt(d.Version, 10), "whom": text("whom"), "via": text("via"), "reason": string(d.Reason)},
	}
	if e.Who == "" {
		e.Who = "system"
	}
	if d.Leg < len(d.Legs) {
		e.Service = d.Legs[d.Leg].Service
		e.Detail["leg"], e.Detail["desk"] = strconv.Itoa(d.Leg), d.Legs[d.Leg].Desk
	}
	e.Took = r.took(d, e.At)
	return e
}

// took is how long what has ended with this change had lasted: the consultation, or the whole visit.
func (r *reader) took(d session.Doc, at time.Time) time.Duration {
	begun, under := r.begun[d.ID]
	switch {
	case d.ClosedAt != nil:
		delete(r.begun, d.ID)
		return d.ClosedAt.Sub(d.OpenedAt)
	case d.StartedAt != nil:
		if len(r.begun) > visitsKnown {
			clear(r.begun)
		}
		r.begun[d.ID] = *d.StartedAt
		if under && !begun.Equal(*d.StartedAt) {
			return d.StartedAt.Sub(begun)
		}
	case under:
		delete(r.begun, d.ID)
		return at.Sub(begun)
	}
	return 0
}

// ofNote is what somebody has noted.
func (r *reader) ofNote(m redis.XMessage) audit.Entry {
	text, _ := m.Values["e"].(string)
	e, err := r.secret.DecodeNote(text)
	if err != nil {
		return unreadable(m, "notes")
	}
	return e
}

// unreadable stands for what could not be understood.
func unreadable(m redis.XMessage, outbox string) audit.Entry {
	return audit.Entry{At: placeTime(m.ID), Action: "unreadable", Outcome: audit.Failed, Who: "system", Detail: map[string]string{"outbox": outbox}}
}

// complete adds what is known of an entry's visit.
func (r *reader) complete(ctx context.Context, e audit.Entry) audit.Entry {
	if !strings.HasPrefix(e.Visit, "a_") || r.look == nil {
		return e
	}
	v, known := r.visits[e.Visit]
	if !known {
		if v, known = r.look(ctx, e.Visit); known {
			if len(r.visits) >= visitsKnown {
				clear(r.visits)
			}
			r.visits[e.Visit] = v
		}
	}
	set := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	set(&e.Office, v.Office)
	set(&e.Booth, v.Booth)
	set(&e.Service, v.Service)
	set(&e.Personal.Resident, v.Resident)
	if e.Action == "booking."+redisstore.EventBooked && e.Who == "system" && v.By != "" {
		e.Who = v.By
	}
	return e
}

// placeTime is when a place in a stream was written, by the clock of Redis.
func placeTime(place string) time.Time {
	ms, _, _ := strings.Cut(place, "-")
	n, _ := strconv.ParseInt(ms, 10, 64) // a place is made by Redis
	return time.UnixMilli(n)
}

// stream is one outbox: where it is, and how its messages are read.
type stream struct {
	letter, name string
	key          string
	entry        func(redis.XMessage) audit.Entry
	trimmed      bool // by us: what is gone from it is in the trail
}

func (k keyspace) streams(r *reader) []stream {
	return []stream{
		{audit.OutboxBooking, "booking", k.booking(), r.ofBooking, false},
		{audit.OutboxSignaling, "signaling", k.signaling(), r.ofSession, false},
		{audit.OutboxNotes, "notes", k.notes(), r.ofNote, true},
	}
}

// readOnce is how much of each outbox is read at once.
const readOnce = 500

// read gives what is new in an outbox after a place, as records, and before them what has to be said of the outbox itself.
func (s stream) read(ctx context.Context, rdb redis.UniversalClient, after string) ([]audit.Record, error) {
	from := "-"
	if after != "" {
		from = "(" + after
	}
	list, err := rdb.XRangeN(ctx, s.key, from, "+", readOnce).Result()
	if err != nil {
		return nil, fmt.Errorf("read the outbox of %s: %w", s.name, err)
	}
	var records []audit.Record
	switch {
	case after == "":
	case len(list) > 0 && !s.trimmed:
		there, err := rdb.XRangeN(ctx, s.key, after, after, 1).Result()
		if err != nil {
			return nil, fmt.Errorf("read the outbox of %s: %w", s.name, err)
		}
		if len(there) == 0 {
			records = append(records, said(audit.TrailGap, list[0].ID, "outbox", s.letter, "after", after, "before", list[0].ID))
		}
	case len(list) == 0:
		back, err := s.goneBack(ctx, rdb, after)
		if err != nil || back == "" {
			return nil, err
		}
		records = append(records, said(audit.TrailBack, after, "outbox", s.letter, "was", after, "is", back))
	}
	for _, m := range list {
		records = append(records, audit.Record{Entry: s.entry(m), Source: s.letter + ":" + m.ID})
	}
	return records, nil
}

// goneBack says to where an outbox has gone back, "" if it has not: Redis came back from a failover without its newest entries.
func (s stream) goneBack(ctx context.Context, rdb redis.UniversalClient, after string) (string, error) {
	newest, err := rdb.XRevRangeN(ctx, s.key, "+", "-", 1).Result()
	if err != nil {
		return "", fmt.Errorf("read the outbox of %s: %w", s.name, err)
	}
	if len(newest) == 0 || s.trimmed || !audit.After(after, newest[0].ID) {
		return "", nil
	}
	return newest[0].ID, nil
}

// said is what the trail says of itself, at the time of a place in a stream.
func said(action audit.Action, place string, detail ...string) audit.Record {
	e := audit.Entry{At: placeTime(place), Action: action, Outcome: audit.Failed, Who: "system", Detail: map[string]string{}}
	for i := 0; i+1 < len(detail); i += 2 {
		e.Detail[detail[i]] = detail[i+1]
	}
	return audit.Record{Entry: e}
}

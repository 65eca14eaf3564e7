package redisstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// States of a record.
const (
	StateHeld      = "held"      // claimed until its deadline
	StateReleased  = "released"  // given back before it was confirmed
	StateExpired   = "expired"   // not confirmed in time
	StateBooked    = "booked"    // an appointment
	StateArrived   = "arrived"   // the resident is here
	StateDone      = "done"      // the visit took place
	StateCancelled = "cancelled" // given up before arrival
	StateNoShow    = "noshow"    // nobody came, or nobody served
)

// Record is what is kept of a hold or appointment. It holds nothing personal.
type Record struct {
	ID        string
	State     string
	Version   int64
	Office    string
	Booth     string
	Start     time.Time
	End       time.Time // cleaning not included
	Legs      []Leg
	Deadline  time.Time // of the hold; zero once confirmed
	Resident  string    // index of the resident's ledger; "" where there is none
	Anonymous bool
	Number    int    // call number of the office's day
	Reception string // reception number of the office's day
	By        string // seat that booked

	claims []claimed
}

// Leg is one part of a visit with the desk that was claimed for it.
type Leg struct {
	Service, Pool, Desk string
	Start, End          time.Time
	Started, Done       time.Time // zero until it has
}

type claimed struct{ label string }

// Get reads one record. It gives ErrNotFound for an id never seen or forgotten.
func (s *Store) Get(ctx context.Context, id string) (Record, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	fields, err := s.rdb.HGetAll(ctx, s.record(id)).Result()
	if err != nil {
		return Record{}, fmt.Errorf("read appointment %s: %w", id, unavailable(err))
	}
	if len(fields) == 0 {
		return Record{}, fmt.Errorf("read appointment %s: %w", id, ErrNotFound)
	}
	return parseRecord(id, fields)
}

// Has reports whether this area knows the id.
func (s *Store) Has(ctx context.Context, id string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	n, err := s.rdb.Exists(ctx, s.record(id)).Result()
	return n == 1, unavailable(err)
}

// Now is the time by Redis's clock, which judges deadlines.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	now, err := s.rdb.Time(ctx).Result()
	return now, unavailable(err)
}

// OfficeDay lists the appointments that start at an office on a civil date ("2026-11-25"), by start, cancelled and
// finished ones included.
func (s *Store) OfficeDay(ctx context.Context, office string, dates []string) ([]Record, error) {
	return s.days(ctx, "office", office, dates)
}

// DeskDay lists the appointments with a leg at a desk likewise.
func (s *Store) DeskDay(ctx context.Context, desk string, dates []string) ([]Record, error) {
	return s.days(ctx, "desk", desk, dates)
}

func (s *Store) days(ctx context.Context, kind, id string, dates []string) ([]Record, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	lists := make([]*redis.StringSliceCmd, len(dates))
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, date := range dates {
			lists[i] = p.ZRange(ctx, s.day(kind, id, date), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list appointments of %s %s: %w", kind, id, unavailable(err))
	}
	var ids []string
	for _, list := range lists {
		ids = append(ids, list.Val()...)
	}
	return s.records(ctx, ids)
}

func (s *Store) records(ctx context.Context, ids []string) ([]Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found := make([]*redis.MapStringStringCmd, len(ids))
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, id := range ids {
			found[i] = p.HGetAll(ctx, s.record(id))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %d appointments: %w", len(ids), unavailable(err))
	}
	list := make([]Record, 0, len(ids))
	for i, id := range ids {
		if len(found[i].Val()) == 0 {
			continue // expired between the two reads
		}
		r, err := parseRecord(id, found[i].Val())
		if err != nil {
			return nil, err
		}
		list = append(list, r)
	}
	return list, nil
}

// Reception finds the appointment with a reception number on an office's day, or gives ErrNotFound.
func (s *Store) Reception(ctx context.Context, office, date, number string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	id, err := s.rdb.HGet(ctx, s.receptions(office, date), number).Result()
	if err == redis.Nil {
		return "", fmt.Errorf("find reception number at office %s: %w", office, ErrNotFound)
	}
	return id, unavailable(err)
}

// Who reads the sealed personal records of appointments; nil where there is none, or none any more.
func (s *Store) Who(ctx context.Context, ids []string) ([][]byte, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = s.who(id)
	}
	values, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("read personal records: %w", unavailable(err))
	}
	sealed := make([][]byte, len(ids))
	for i, v := range values {
		if text, ok := v.(string); ok {
			sealed[i] = []byte(text)
		}
	}
	return sealed, nil
}

func parseRecord(id string, f map[string]string) (Record, error) {
	r := Record{
		ID: id, State: f["state"], Office: f["office"], Booth: f["booth"], Start: fromMillis(f["start"]), End: fromMillis(f["end"]),
		Deadline: fromMillis(f["deadline"]), Resident: f["res"], Anonymous: f["anon"] == "1", Reception: f["recv"], By: f["by"],
	}
	var err error
	if r.Version, err = strconv.ParseInt(f["v"], 10, 64); err != nil {
		return Record{}, fmt.Errorf("appointment %s: version: %w", id, err)
	}
	if f["num"] != "" {
		if r.Number, err = strconv.Atoi(f["num"]); err != nil {
			return Record{}, fmt.Errorf("appointment %s: call number: %w", id, err)
		}
	}
	if r.Legs, err = parsePlan(f["plan"], splitList(f["desks"])); err != nil {
		return Record{}, fmt.Errorf("appointment %s: %w", id, err)
	}
	for i := range r.Legs {
		r.Legs[i].Started = fromMillis(f["started"+strconv.Itoa(i)])
		r.Legs[i].Done = fromMillis(f["done"+strconv.Itoa(i)])
	}
	for _, line := range strings.Split(f["claims"], "\n") {
		if label, _, ok := strings.Cut(line, " "); ok {
			r.claims = append(r.claims, claimed{label})
		}
	}
	return r, nil
}

// plan writes legs as "service@pool start end" lines; the scripts read the times, this package all of it.
func plan(legs []LegClaim) string {
	lines := make([]string, len(legs))
	for i, l := range legs {
		lines[i] = fmt.Sprintf("%s@%s %d %d", l.Service, l.Pool, millis(l.Start), millis(l.End))
	}
	return strings.Join(lines, "\n")
}

func parsePlan(text string, desks []string) ([]Leg, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != len(desks) {
		return nil, fmt.Errorf("%d legs but %d desks", len(lines), len(desks))
	}
	legs := make([]Leg, len(lines))
	for i, line := range lines {
		words := strings.Fields(line)
		if len(words) != 3 {
			return nil, fmt.Errorf("leg %d is %q", i, line)
		}
		service, pool, _ := strings.Cut(words[0], "@")
		legs[i] = Leg{Service: service, Pool: pool, Desk: desks[i], Start: fromMillis(words[1]), End: fromMillis(words[2])}
	}
	return legs, nil
}

// ledgers are the keys of the record's claims, in the order the scripts expect.
func (s *Store) ledgers(r Record) []string {
	keys := make([]string, len(r.claims))
	for i, c := range r.claims {
		keys[i] = s.ledger(c.label)
	}
	return keys
}

package redisstore

import (
	"context"
	"encoding/base64"
	"errors"
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
	StateNoShow    = "noshow"    // the resident did not come although the professional was there
	StateUnserved  = "unserved"  // the resident came and was not served
	StateBlocked   = "blocked"   // no appointment: something is kept from being booked
	StateLifted    = "lifted"    // a block that is no more
	StateDisputed  = "disputed"  // Redis has lost something somebody was told of, and it cannot simply be restored: staff decide
)

// Record is what is kept of a hold or appointment. It holds nothing personal.
type Record struct {
	ID        string
	State     string
	Version   int64
	Sequence  int // how often its times were changed, as calendars count
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
	Series    string // the row of visits it belongs to; "" for none
	Waiting   string // who on the waiting list it was offered to; "" for nobody
	Arrived   time.Time
	Finished  time.Time
	Unknown   Unknown // a step whose outcome is not known yet; the zero value where there is none
	Dispute   string  // why it is disputed: DisputeTaken or DisputeChanged; "" while it is not
	Wanted    *Record // what somebody was told of it, where that is disputed
	Was       string  // state before it was frozen to go to another area; "" where it is not

	claims []claimed
}

// Unknown is a step that Redis has carried out and may lose again.
type Unknown struct {
	Op    string // OpConfirm, OpMove …; "" where nothing is unknown
	Since time.Time

	token string
}

// Leg is one part of a visit with the desk that was claimed for it.
type Leg struct {
	Service, Pool, Desk string
	Start, End          time.Time
	Planned             time.Time // when it was to start before anything ran late
	Started, Done       time.Time // zero until it has
	Freed               bool      // not needed after all
	First               bool      // the resident comes there for the first time
}

type claimed struct {
	tag, label string
	start, end time.Time
}

// Get reads one record. It gives ErrNotFound for an id never seen or forgotten.
func (s *Store) Get(ctx context.Context, id string) (Record, error) {
	f, err := s.fields(ctx, id)
	if err != nil {
		return Record{}, err
	}
	return s.parseRecord(id, f)
}

// recordOf reads a record from its text.
func (s *Store) recordOf(id, text string) (Record, error) {
	f, err := s.shapes.read(text)
	if err != nil {
		return Record{}, fmt.Errorf("read %s: %w", id, err)
	}
	return s.parseRecord(id, f)
}

func (s *Store) fields(ctx context.Context, id string) (map[string]string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	text, err := s.rdb.Get(ctx, s.record(id)).Result()
	if errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read %s: %w", id, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, unavailable(err))
	}
	f, err := s.shapes.read(text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", id, err)
	}
	if f["state"] == stateLeft {
		return nil, fmt.Errorf("read %s: it has gone to area %s: %w", id, f["to"], ErrNotFound)
	}
	return f, nil
}

// Has reports whether this area knows the id.
func (s *Store) Has(ctx context.Context, id string) (bool, error) {
	_, err := s.fields(ctx, id)
	if isNotFound(err) {
		return false, nil
	}
	return err == nil, err
}

// Now is the time by Redis's clock, which judges deadlines.
func (s *Store) Now(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	now, err := s.clockOf(ctx, s.rdb).time()
	return now, unavailable(err)
}

// OfficeDay lists the appointments that start at an office on a civil date ("2026-11-25"), by start, cancelled and
// finished ones included.
func (s *Store) OfficeDay(ctx context.Context, office string, dates []string) ([]Record, error) {
	return s.days(ctx, "office", office, dates)
}

// OfficeDays lists the appointments of one civil date at each of some offices, in two round trips.
func (s *Store) OfficeDays(ctx context.Context, offices []string, date string) ([][]Record, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	lists := make([]*redis.StringSliceCmd, len(offices))
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, office := range offices {
			lists[i] = p.ZRange(ctx, s.day("office", office, date), 0, -1)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list appointments of %d offices: %w", len(offices), unavailable(err))
	}
	var ids []string
	for _, list := range lists {
		ids = append(ids, list.Val()...)
	}
	records, err := s.records(ctx, ids)
	if err != nil {
		return nil, err
	}
	of := make(map[string]int, len(offices))
	for i, office := range offices {
		of[office] = i
	}
	days := make([][]Record, len(offices))
	for _, r := range records {
		if i, ok := of[r.Office]; ok {
			days[i] = append(days[i], r)
		}
	}
	return days, nil
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

// records reads many at once. All keys are in one slot, so one command does.
func (s *Store) records(ctx context.Context, ids []string) ([]Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = s.record(id)
	}
	texts, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("read %d appointments: %w", len(ids), unavailable(err))
	}
	list := make([]Record, 0, len(ids))
	for i, id := range ids {
		text, ok := texts[i].(string)
		if !ok {
			continue // expired between the two reads
		}
		r, err := s.recordOf(id, text)
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
	keys := make([]string, 0, 2*len(ids))
	for _, id := range ids {
		keys = append(keys, s.who(id), s.record(id))
	}
	values, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("read personal records: %w", unavailable(err))
	}
	sealed := make([][]byte, len(ids))
	for i := range ids {
		if text, own := values[2*i].(string); own {
			sealed[i] = whoBytes(text)
		} else if text, held := values[2*i+1].(string); held {
			f, err := s.shapes.read(text)
			if err != nil {
				return nil, fmt.Errorf("read personal record of %s: %w", ids[i], err)
			}
			sealed[i] = whoBytes(f["who"]) // while it is held the record has it
		}
	}
	return sealed, nil
}

// whoText writes a sealed record without line breaks; whoBytes reads it, nil where there is none.
func whoText(record []byte) string { return base64.RawStdEncoding.EncodeToString(record) }

func whoBytes(text string) []byte {
	record, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(record) == 0 {
		return nil
	}
	return record
}

// fieldsOf reads the lines of a record.
func fieldsOf(text string) map[string]string {
	f := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		if name, value, ok := strings.Cut(line, "="); ok {
			f[name] = value
		}
	}
	return f
}

// fieldsText writes lines for a step to put into a record. Values hold no line breaks: they are ids and numbers.
func fieldsText(pairs ...string) string {
	var b strings.Builder
	size := len(pairs)
	for _, p := range pairs {
		size += len(p)
	}
	b.Grow(size)
	for i := 0; i < len(pairs); i += 2 {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(pairs[i])
		b.WriteByte('=')
		b.WriteString(pairs[i+1])
	}
	return b.String()
}

func (s *Store) parseRecord(id string, f map[string]string) (Record, error) {
	r := Record{
		ID: id, State: f["state"], Office: f["office"], Booth: f["booth"], Start: fromMillis(f["start"]), End: fromMillis(f["end"]),
		Deadline: fromMillis(f["deadline"]), Resident: f["res"], Anonymous: f["anon"] == "1", Reception: f["recv"], By: f["by"],
		Series: f["series"], Waiting: f["waiting"], Arrived: fromMillis(f["arrived"]), Finished: fromMillis(f["finished"]), Was: f["was"],
	}
	var err error
	if r.Version, err = strconv.ParseInt(f["v"], 10, 64); err != nil {
		return Record{}, fmt.Errorf("appointment %s: version: %w", id, err)
	}
	for name, to := range map[string]*int{"num": &r.Number, "seq": &r.Sequence} {
		if f[name] == "" {
			continue
		}
		if *to, err = strconv.Atoi(f[name]); err != nil {
			return Record{}, fmt.Errorf("appointment %s: %s: %w", id, name, err)
		}
	}
	if r.Legs, err = parseLegs(f["legs"], splitList(f["desks"])); err != nil {
		return Record{}, fmt.Errorf("appointment %s: %w", id, err)
	}
	if r.claims, err = parseClaims(f["claims"]); err != nil {
		return Record{}, fmt.Errorf("appointment %s: %w", id, err)
	}
	if words := strings.Fields(f["unknown"]); len(words) == 3 {
		r.Unknown = Unknown{Op: words[0], token: words[1], Since: fromMillis(words[2])}
	}
	if image := f["wanted"]; image != "" {
		wanted, err := s.recordOf(id, strings.ReplaceAll(image, "\t", "\n"))
		if err != nil {
			return Record{}, err
		}
		r.Wanted, r.Dispute = &wanted, f["dispute"]
	}
	return r, nil
}

// legsText writes legs as "service@pool start end started done planned freed"; the scripts read the times, this package
// all of it.
func legsText(legs []Leg) string {
	lines := make([]string, len(legs))
	for i, l := range legs {
		lines[i] = fmt.Sprintf("%s %d %d %d %d %d %s", whatOf(l.Service, l.Pool, l.First), millis(l.Start), millis(l.End), millisOrZero(l.Started),
			millisOrZero(l.Done), millis(l.Planned), flag(l.Freed))
	}
	return strings.Join(lines, ",")
}

// whatOf writes what a leg is: "service@pool", with a + for a first visit.
func whatOf(service, pool string, first bool) string {
	if first {
		return service + "@" + pool + "+"
	}
	return service + "@" + pool
}

func parseWhat(text string) (service, pool string, first bool) {
	text, first = strings.CutSuffix(text, "+")
	service, pool, _ = strings.Cut(text, "@")
	return service, pool, first
}

func parseLegs(text string, desks []string) ([]Leg, error) {
	lines := splitList(text)
	if len(lines) != len(desks) {
		return nil, fmt.Errorf("%d legs but %d desks", len(lines), len(desks))
	}
	legs := make([]Leg, len(lines))
	for i, line := range lines {
		words := strings.Fields(line)
		if len(words) != 7 {
			return nil, fmt.Errorf("leg %d is %q", i, line)
		}
		service, pool, first := parseWhat(words[0])
		legs[i] = Leg{
			First: first, Service: service, Pool: pool, Desk: desks[i], Start: fromMillis(words[1]), End: fromMillis(words[2]),
			Started: fromMillis(words[3]), Done: fromMillis(words[4]), Planned: fromMillis(words[5]), Freed: words[6] == "1",
		}
	}
	return legs, nil
}

func parseClaims(text string) ([]claimed, error) {
	lines := splitList(text)
	claims := make([]claimed, len(lines))
	for i, line := range lines {
		words := strings.Fields(line)
		if len(words) != 4 {
			return nil, fmt.Errorf("claim %d is %q", i, line)
		}
		claims[i] = claimed{words[0], words[1], fromMillis(words[2]), fromMillis(words[3])}
	}
	return claims, nil
}

// BoothTime is when the booth is claimed, cleaning included; zero where it no longer is.
func (r Record) BoothTime() Interval { return r.claimed("b") }

// DeskTime is when the desk of a leg, counted from 0, is claimed, buffers included; zero where it no longer is.
func (r Record) DeskTime(leg int) Interval { return r.claimed(strconv.Itoa(leg)) }

func (r Record) claimed(tag string) Interval {
	for _, c := range r.claims {
		if c.tag == tag {
			return Interval{Start: c.start, End: c.end}
		}
	}
	return Interval{}
}

// ledgers are the keys of the record's claims, in the order the scripts expect.
func (s *Store) ledgers(r Record) []string {
	keys := make([]string, len(r.claims))
	for i, c := range r.claims {
		keys[i] = s.ledger(c.label)
	}
	return keys
}

// Running is the leg that has begun and is not over, or -1.
func (r Record) Running() int {
	for n, l := range r.Legs {
		if !l.Started.IsZero() && l.Done.IsZero() {
			return n
		}
	}
	return -1
}

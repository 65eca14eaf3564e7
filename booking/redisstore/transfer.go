package redisstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// An appointment goes to another area in three steps, because no step reaches over two areas: Freeze holds it still where
// it is, TakeIn takes it in where it goes, TakeOut takes it out where it was. Each recognises its own repetition, so whoever
// finds one halfway goes on from there. Until it has left, its times are taken in both areas.

// stateLeft is the state of what stays of a record here for a while: to everybody but Leave it is not there.
const stateLeft = "moved-away"

// StateMoving is the state of an appointment that is frozen: it goes to another area and cannot be changed meanwhile.
const StateMoving = "moving"

// Departure is an appointment that is frozen, with everything that goes along.
type Departure struct {
	Record
	From string // the area it comes from

	fields map[string]string
	who    []byte
}

// Sealed is the sealed personal record that goes along; nil where there is none.
func (d Departure) Sealed() []byte { return d.who }

// Desks are the claims of desks, leg by leg.
func (d Departure) Desks() []DeskClaim {
	var list []DeskClaim
	for _, c := range d.claims {
		if desk, ok := strings.CutPrefix(c.label, KindDesk+":"); ok {
			list = append(list, DeskClaim{Desk: desk, Interval: Interval{Start: c.start, End: c.end}})
		}
	}
	return list
}

// DeskClaim is a desk and when an appointment has it, buffers included.
type DeskClaim struct {
	Desk string
	Interval
}

// Freeze holds an appointment still that goes to an area. It gives *StateError for holds and what was cancelled.
func (s *Store) Freeze(ctx context.Context, id, to string) (Departure, error) {
	if err := s.freeze(ctx, id, to); err != nil {
		return Departure{}, fmt.Errorf("freeze %s: %w", id, err)
	}
	f, err := s.fields(ctx, id)
	if err != nil {
		return Departure{}, err
	}
	r, err := s.parseRecord(id, f)
	if err != nil {
		return Departure{}, err
	}
	who, err := s.Who(ctx, []string{id})
	if err != nil {
		return Departure{}, err
	}
	return Departure{Record: r, From: s.area, fields: f, who: who[0]}, nil
}

// Thaw lets an appointment go again that was frozen and could not be taken in.
func (s *Store) Thaw(ctx context.Context, id string) error {
	if err := s.freeze(ctx, id, ""); err != nil {
		return fmt.Errorf("let %s go: %w", id, err)
	}
	return nil
}

func (s *Store) freeze(ctx context.Context, id, to string) error {
	answer, err := s.run(ctx, freezeStep, []string{s.record(id), s.outbox()}, id, to)
	if err == nil {
		err = refused(answer)
	}
	return err
}

var (
	freezeStep = script("freeze")
	arriveStep = script("arrive")
	leaveStep  = script("leave")
)

// TakeIn takes an appointment in. resident names its resident's ledger here; "" leaves that out. lends are the blocks of
// this area's desks that are lent to where it comes from: times of theirs are cut out. It gives *TakenError.
func (s *Store) TakeIn(ctx context.Context, d Departure, resident string, lends []Block) error {
	f := make(map[string]string, len(d.fields))
	for name, value := range d.fields {
		f[name] = value
	}
	f["state"], f["res"] = d.Was, resident
	delete(f, "was")
	delete(f, "to")
	date := d.date()
	keys := []string{
		s.record(d.ID), s.outbox(), s.who(d.ID), s.alarms(), s.day("office", d.Office, date), s.sequence(d.Office, date),
		s.receptions(d.Office, date),
	}
	var claims, blocks []string
	for _, c := range d.claims {
		if c.tag == "r" {
			if resident == "" {
				continue
			}
			c.label = KindResident + ":" + resident
		}
		claims = append(claims, fmt.Sprintf("%s %s %d %d", c.tag, c.label, millis(c.start), millis(c.end)))
		lend := lendOf(lends, c)
		blocks = append(blocks, lend)
		if lend == "" {
			lend = d.ID
		}
		keys = append(keys, s.ledger(c.label), s.record(lend))
	}
	f["claims"] = strings.Join(claims, ",")
	keys = append(keys, s.legKeys(d, date)...)
	var lines []string
	for name, value := range f {
		lines = append(lines, name+"="+value)
	}
	slices.Sort(lines)
	sealed := ""
	if len(d.who) > 0 {
		sealed = whoText(d.who)
	}
	args := []any{
		d.ID, strings.Join(lines, "\n"), millis(d.End.Add(s.opts.KeepRecord)), sealed, millis(d.End.Add(s.opts.KeepWho)), ledgerTTL.Milliseconds(),
	}
	for _, b := range blocks {
		args = append(args, b)
	}
	answer, err := s.run(ctx, arriveStep, keys, args...)
	if err == nil {
		err = holdRefused(answer)
	}
	if err == nil { // it must last here before it is taken out there
		err = s.kept(ctx, OpMove, lastOf(splitList(d.fields["acks"])), d.ID)
	}
	if err != nil {
		return fmt.Errorf("take %s in: %w", d.ID, err)
	}
	return nil
}

func lastOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

// Lasting makes sure that what this area was asked to do so far lasts: its replicas have it. It gives *UnknownError.
func (s *Store) Lasting(ctx context.Context) error {
	have, err := s.flush(ctx)
	if err != nil || have < s.opts.Durability.Replicas {
		return &UnknownError{Entry: Entry{Op: OpMove}, Have: have, Cause: err}
	}
	return nil
}

// lendOf gives the id of the block a claim is to be cut out of.
func lendOf(lends []Block, c claimed) string {
	for _, b := range lends {
		for _, own := range b.claims {
			if own.label == c.label && own.start.Before(c.end) && own.end.After(c.start) {
				return b.ID
			}
		}
	}
	return ""
}

func (d Departure) date() string { return civilDate(d.Start) }

// civilDate is the civil date of a time in Tokyo, by which days are listed.
func civilDate(t time.Time) string { return t.Add(9 * time.Hour).UTC().Format(time.DateOnly) }

// legKeys are the day of each leg's desk and where the minutes of its pool are counted.
func (s *Store) legKeys(d Departure, date string) []string {
	var days, pools []string
	for _, l := range d.Legs {
		days, pools = append(days, s.day("desk", l.Desk, date)), append(pools, s.assigned(l.Pool, d.Start))
	}
	return append(days, pools...)
}

// TakeOut takes an appointment out that area to has taken in. stays gives for a desk and its time what blocks it here from
// then on; an ID of "" leaves it free.
func (s *Store) TakeOut(ctx context.Context, d Departure, to string, stays func(DeskClaim) BlockRequest) error {
	date := d.date()
	keys := []string{
		s.record(d.ID), s.outbox(), s.who(d.ID), s.alarms(), s.blocks(), s.receptions(d.Office, date), s.day("office", d.Office, date),
	}
	args := []any{d.ID, to, ledgerTTL.Milliseconds(), millis(d.End.Add(s.opts.KeepRecord)), s.opts.Remember.Milliseconds()}
	for _, c := range d.claims {
		b := BlockRequest{}
		if desk, ok := strings.CutPrefix(c.label, KindDesk+":"); ok {
			b = stays(DeskClaim{desk, Interval{Start: c.start, End: c.end}})
		}
		static, key := "", s.record(d.ID)
		if b.ID != "" {
			key = s.record(b.ID)
			static = fieldsText("fp", b.Fingerprint, "kind", b.Kind, "reason", b.Reason, "office", "-", "by", b.By, "start", text(millis(c.start)),
				"end", text(millis(c.end)), "ledgers", c.label, "around", "0", "guest", guestOf(b, to), "step", text(millis(lendUntil(c.end))))
		}
		keys = append(keys, s.ledger(c.label), key)
		args = append(args, b.ID, static)
	}
	keys = append(keys, s.legKeys(d, date)...)
	answer, err := s.run(ctx, leaveStep, keys, args...)
	if err == nil {
		err = refused(answer)
	}
	if err != nil {
		return fmt.Errorf("take %s out: %w", d.ID, err)
	}
	return nil
}

func guestOf(b BlockRequest, to string) string {
	if b.Kind == kindLend {
		return to
	}
	return ""
}

// lendUntil is until when the window of a lend may be opened that an appointment's move has made: somebody may find it
// halfway much later, and until then the time stays the appointment's.
func lendUntil(end time.Time) time.Time { return end.Add(24 * time.Hour) }

// OpenFor opens the window in which a desk of another area can be booked here, for an appointment that comes along with
// its desk. Repeating it changes nothing. It gives *InTheWayError.
func (s *Store) OpenFor(ctx context.Context, id string, c DeskClaim) error {
	return s.Open(ctx, windowOf(id, c))
}

// CloseFor closes it again where the appointment could not come.
func (s *Store) CloseFor(ctx context.Context, id string, c DeskClaim) error {
	return s.Close(ctx, windowOf(id, c))
}

func windowOf(id string, c DeskClaim) Block {
	return Block{
		ID: id, Ledgers: []Ledger{{KindDesk, c.Desk}}, Start: c.Start, End: c.End, Step: text(millis(lendUntil(c.End))),
	}
}

// Came notes that an office has come from another area, for as long as requests made there may be repeated here.
func (s *Store) Came(ctx context.Context, office, from string) error {
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	if err := s.rdb.Set(ctx, s.came(office), from, s.opts.Remember).Err(); err != nil {
		return fmt.Errorf("note that office %s has come: %w", office, unavailable(err))
	}
	return nil
}

// KindLend is the kind of block that stands for a desk lent elsewhere.
const KindLend = kindLend

// HeldAt lists the holds at an office that are alive.
func (s *Store) HeldAt(ctx context.Context, office string) ([]Record, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, fmt.Errorf("list holds at office %s: %w", office, err)
	}
	asked, cancel := context.WithTimeout(ctx, s.opts.Timeout)
	defer cancel()
	ids, err := s.rdb.ZRangeByScore(asked, s.due(), &redis.ZRangeBy{Min: text(millis(now)), Max: "+inf"}).Result()
	if err != nil {
		return nil, fmt.Errorf("list holds at office %s: %w", office, unavailable(err))
	}
	var list []Record
	for _, id := range ids {
		r, err := s.Get(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case r.State == StateHeld && r.Office == office:
			list = append(list, r)
		}
	}
	return list, nil
}

package booking

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
	"madoguchi/booking/redisstore"
)

// An office goes to another area in this order, each part of which can be repeated, so that whoever finds a move halfway
// goes on from there:
//
//  1. Everything the office gives is suspended in both areas. HOLD compares rule versions in Redis, so from here on no
//     broker holds a time there.
//  2. What is booked is looked at. Where an appointment could not go along, nothing more happens and the office opens
//     again.
//  3. The catalogue with the office in its new area comes into force.
//  4. Appointments go over one by one (redisstore, transfer.go). Each keeps its id, its numbers and its desks; a desk of
//     the area left is lent for that time. Holds are waited for: they are confirmed and go over too, or die.
//  5. The office opens in its new area.
//
// Reload and a starting broker refuse a catalogue in which an office has changed its area without this.

// wholeOffice stands for every service in the id of the suspension that closes an office while it moves.
const wholeOffice = "_"

// Days listed of an office that moves: as long as records are kept, and as far ahead as can be booked.
const (
	moveDaysBack  = 36
	moveDaysAhead = horizonDays + 2
)

// OfficeMove is how far the move of an office has come.
type OfficeMove struct {
	Office string   `json:"office"`
	From   string   `json:"from" doc:"area it leaves"`
	To     string   `json:"to" doc:"area it goes to"`
	Moved  int      `json:"moved" doc:"appointments taken over by this request"`
	Left   []string `json:"left" doc:"what still has to go over: holds not confirmed yet, and what has to be settled first. The brokers see to it, or ask again"`
	Done   bool     `json:"done" doc:"the office is open in its new area"`
}

// MoveOffice moves an office to the area the catalogue files have it in by now. Repeating it goes on with a move that was
// interrupted.
func (s *Service) MoveOffice(ctx context.Context, c Caller, office, to string) (OfficeMove, error) {
	d, err := s.rules()
	if err != nil {
		return OfficeMove{}, err
	}
	o, known := d.Office(office)
	if !known {
		return OfficeMove{}, problemUnknown("office", office)
	}
	if _, ours := s.stores[to]; !ours {
		return OfficeMove{}, problemInvalid("body.area", "is no area of this server")
	}
	m := OfficeMove{Office: office, From: o.Area, To: to}
	begun, moving := d.moving(office)
	switch {
	case moving && o.Area == begun.From && to == begun.From: // given up before the catalogue was in force
		m.To, m.Left = begun.To, []string{}
		return m, asProblem(s.openAfter(ctx, c.Seat, m))
	case moving && begun.To != to:
		return m, problem(http.StatusConflict, SlugOfficeMove, "Moving already", "office %q is on its way from area %q to %q", office, begun.From, begun.To)
	case moving && o.Area == to:
		m.From = begun.From
	case o.Area == to:
		m.Done, m.Left = true, []string{}
		return m, nil
	default:
		if err := s.setOut(ctx, c, o, m); err != nil {
			return m, asProblem(err)
		}
	}
	err = s.carryOver(ctx, &m)
	return m, asProblem(err)
}

// setOut closes the office, looks whether everything can go along, and puts the new catalogue in force.
func (s *Service) setOut(ctx context.Context, c Caller, o Office, m OfficeMove) error {
	fresh, err := s.onDisk()
	if err != nil {
		return catalogueProblem(err)
	}
	if there, ok := fresh.Office(o.ID); !ok || there.Area != m.To {
		return problem(http.StatusConflict, SlugOfficeMove, "Files disagree", "the catalogue files do not have office %q in area %q: write that first", o.ID, m.To)
	}
	if all := s.dir().strayed(fresh); len(all) != 1 {
		return problem(http.StatusConflict, SlugOfficeMove, "One at a time", "the catalogue files move the offices %s: move one at a time", strings.Join(all, ", "))
	}
	if err := s.shutFor(ctx, c.Seat, m); err != nil {
		return err
	}
	if err := s.lastIn(ctx, m.From, m.To); err != nil { // a failover must not open the office again in one of the two alone
		return err
	}
	if err := s.mayGo(ctx, fresh, m); err != nil {
		return errors.Join(err, s.openAfter(context.WithoutCancel(ctx), c.Seat, m))
	}
	for _, area := range []string{m.From, m.To} {
		if err := s.publish(ctx, s.stores[area], fresh, c.Seat, true); err != nil {
			return err
		}
	}
	if err := s.lastIn(ctx, m.From, m.To); err != nil {
		return err
	}
	for _, a := range s.dir().Areas() { // the others follow, so that all have the same files
		if err := s.publish(ctx, s.stores[a.ID], fresh, c.Seat, true); err != nil {
			return err
		}
	}
	s.state.mu.Lock()
	s.state.onDisk = fresh.print
	s.state.mu.Unlock()
	s.log.Info("office moves", "office", m.Office, "from", m.From, "to", m.To, "by", c.Seat)
	return nil
}

// lastIn makes sure that what was done in some areas so far lasts.
func (s *Service) lastIn(ctx context.Context, areas ...string) error {
	for _, area := range areas {
		if err := s.stores[area].Lasting(ctx); err != nil {
			return err
		}
	}
	return nil
}

// onDisk reads the catalogue files as they are now.
func (s *Service) onDisk() (*Directory, error) {
	if s.origin == nil {
		return nil, errors.New("the catalogue was not read from files")
	}
	files, err := catalogue.Read(s.origin)
	if err != nil {
		return nil, err
	}
	fresh, err := parseDirectory(files, s.options)
	if err != nil {
		return nil, err
	}
	return fresh, s.sameAreas(fresh)
}

// strayed lists the offices that are in another area in next than in d.
func (d *Directory) strayed(next *Directory) []string {
	var list []string
	for _, o := range d.Offices() {
		if there, ok := next.Office(o.ID); ok && there.Area != o.Area {
			list = append(list, o.ID)
		}
	}
	return list
}

// moving gives the suspension under which an office moves.
func (d *Directory) moving(office string) (Suspension, bool) {
	for _, area := range d.suspended {
		if found, ok := area[suspensionID(office, wholeOffice, "")]; ok {
			return found, true
		}
	}
	return Suspension{}, false
}

// shutFor suspends everything an office gives, in both areas.
func (s *Service) shutFor(ctx context.Context, by string, m OfficeMove) error {
	what := Suspension{
		ID: suspensionID(m.Office, wholeOffice, ""), Office: m.Office, Service: wholeOffice, Reason: "moves to area " + m.To, By: by,
		At: s.now().UTC().Truncate(time.Second), From: m.From, To: m.To,
	}
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	for _, area := range []string{m.To, m.From} {
		if _, err := s.stores[area].Suspend(ctx, what.ID, string(text), m.Office, by, what.Reason); err != nil {
			return err
		}
		s.noteRefresh(s.stores[area], s.refresh(ctx, s.stores[area]))
	}
	return nil
}

// openAfter ends that suspension; the area left comes first, so that the last one to go is the one a repetition looks at.
func (s *Service) openAfter(ctx context.Context, by string, m OfficeMove) error {
	for _, area := range []string{m.From, m.To} {
		_, err := s.stores[area].Resume(ctx, suspensionID(m.Office, wholeOffice, ""), m.Office, by, "moved")
		if err != nil && !errors.Is(err, redisstore.ErrNotFound) {
			return err
		}
		s.noteRefresh(s.stores[area], s.refresh(ctx, s.stores[area]))
	}
	return nil
}

// mayGo refuses a move where something at the office could not go along, and names it all.
func (s *Service) mayGo(ctx context.Context, fresh *Directory, m OfficeMove) error {
	store := s.stores[m.From]
	p := problem(http.StatusConflict, SlugInTheWay, "Not everything can go along", "the office cannot move to area %q: see errors", m.To)
	blocks, err := store.Blocks(ctx)
	if err != nil {
		return err
	}
	for _, b := range blocks {
		if b.Office == m.Office && b.State == redisstore.StateBlocked {
			p.at("blocks/"+b.ID, "a block of this office: lift it, and set it again afterwards")
		}
	}
	waiting, err := store.Waiting(ctx, 10*waitersLooked)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if w.Office == m.Office {
			p.at("waitlist/"+w.ID, "somebody waits at this office: take them off the list first")
		}
	}
	list, err := s.toGo(ctx, m, true)
	if err != nil {
		return err
	}
	for _, r := range list {
		if why := fresh.keeps(r, m.To); why != "" {
			p.at("appointments/"+r.ID, why)
		}
	}
	if len(p.Errors) > 0 {
		return p
	}
	return nil
}

// keeps says why an appointment cannot go to an area with its desks, "" where it can.
func (d *Directory) keeps(r redisstore.Record, to string) string {
	if r.State != StateBooked && r.State != StateArrived && r.State != redisstore.StateHeld {
		return "" // over: it has no desks any more
	}
	for _, l := range r.Legs {
		pool, ok := d.Pool(l.Pool)
		if !ok || pool.Area != to && !slices.Contains(pool.Lends, to) {
			return fmt.Sprintf("desk %s belongs to neither area %s nor a pool that lends to it: move the appointment to another desk, or let pool %s lend", l.Desk, to, l.Pool)
		}
	}
	return ""
}

// toGo lists what has to go over: the appointments of an office, and its holds where asked for.
func (s *Service) toGo(ctx context.Context, m OfficeMove, holds bool) ([]redisstore.Record, error) {
	store := s.stores[m.From]
	var dates []string
	first := calendar.DateOf(s.now()).Add(-moveDaysBack)
	for n := range moveDaysBack + moveDaysAhead {
		dates = append(dates, first.Add(n).String())
	}
	list, err := store.OfficeDay(ctx, m.Office, dates)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(r redisstore.Record) bool { return r.State == StateCancelled })
	if holds {
		held, err := store.HeldAt(ctx, m.Office)
		if err != nil {
			return nil, err
		}
		list = append(list, held...)
	}
	return list, nil
}

// carryOver takes what is booked over and opens the office when nothing is left.
func (s *Service) carryOver(ctx context.Context, m *OfficeMove) error {
	old, next := s.stores[m.From], s.stores[m.To]
	for _, area := range []string{m.From, m.To} { // whoever began may have died between the two
		if err := s.publish(ctx, s.stores[area], s.dir(), "move", false); err != nil {
			return err
		}
	}
	if err := next.Came(ctx, m.Office, m.From); err != nil {
		return err
	}
	held, err := old.HeldAt(ctx, m.Office) // before looking: what is confirmed in between is seen as an appointment
	if err != nil {
		return err
	}
	m.Left = []string{}
	for _, h := range held {
		m.Left = append(m.Left, h.ID)
	}
	list, err := s.toGo(ctx, *m, false)
	if err != nil {
		return err
	}
	lends, err := next.Blocks(ctx)
	if err != nil {
		return err
	}
	lends = slices.DeleteFunc(lends, func(b redisstore.Block) bool { return b.Kind != blockLend || b.Guest != m.From })
	for _, r := range list {
		err := s.carry(ctx, *m, r.ID, lends)
		switch {
		case errors.As(err, new(*redisstore.StateError)): // disputed, or not known to last: somebody has to settle it first
			m.Left = append(m.Left, r.ID)
		case err != nil:
			return fmt.Errorf("move appointment %s: %w", r.ID, err)
		default:
			m.Moved++
		}
	}
	if err := old.Lasting(ctx); err != nil {
		return err
	}
	if len(m.Left) > 0 {
		return nil
	}
	if err := s.openAfter(ctx, "move", *m); err != nil {
		return err
	}
	m.Done = true
	s.log.Info("office moved", "office", m.Office, "from", m.From, "to", m.To)
	return nil
}

// carry takes one appointment over.
func (s *Service) carry(ctx context.Context, m OfficeMove, id string, lends []redisstore.Block) error {
	old, next := s.stores[m.From], s.stores[m.To]
	d, err := old.Freeze(ctx, id, m.To)
	if errors.Is(err, redisstore.ErrNotFound) {
		return nil // somebody else has taken it over
	}
	if err != nil {
		return err
	}
	resident, err := s.takeAlong(ctx, m, d)
	if err != nil {
		return err
	}
	opened, err := s.lendAlong(ctx, m, d)
	if err == nil {
		err = next.TakeIn(ctx, d, resident, lends)
	}
	if errors.As(err, new(*redisstore.TakenError)) || errors.As(err, new(*redisstore.InTheWayError)) {
		for _, c := range opened {
			err = errors.Join(err, next.CloseFor(ctx, s.lendID(m, d, c), c))
		}
		return errors.Join(err, old.Thaw(ctx, id))
	}
	if err != nil {
		return err
	}
	err = old.TakeOut(ctx, d, m.To, func(c redisstore.DeskClaim) redisstore.BlockRequest {
		k, _ := s.dir().Desk(c.Desk)
		kind := cmp.Or(map[bool]string{k.Area == m.From: blockLend}[true], BlockAway)
		return redisstore.BlockRequest{ID: s.lendID(m, d, c), Fingerprint: "move", Kind: kind, Reason: "moved", By: "move"}
	})
	if name, sealed := keyName(d.Sealed()); err == nil && sealed {
		s.destroy(ctx, old, id, name)
	}
	return err
}

// lendID names the lend, or the block, that goes with one desk of an appointment that moves.
func (s *Service) lendID(m OfficeMove, d redisstore.Departure, c redisstore.DeskClaim) string {
	return "x_" + mac(s.secrets.ids, 16, "move", m.To, d.ID, c.Desk, fmt.Sprint(c.Start.UnixMilli()))
}

// lendAlong opens a window in the new area for each desk of the old one.
func (s *Service) lendAlong(ctx context.Context, m OfficeMove, d redisstore.Departure) ([]redisstore.DeskClaim, error) {
	var opened []redisstore.DeskClaim
	for _, c := range d.Desks() {
		if k, _ := s.dir().Desk(c.Desk); k.Area != m.From || !c.End.After(s.now()) {
			continue
		}
		if err := s.stores[m.To].OpenFor(ctx, s.lendID(m, d, c), c); err != nil {
			return opened, err
		}
		opened = append(opened, c)
	}
	return opened, nil
}

// takeAlong copies the key of the personal record and gives the resident's ledger in the new area, "" where nobody knows
// any more who it is.
func (s *Service) takeAlong(ctx context.Context, m OfficeMove, d redisstore.Departure) (string, error) {
	old := s.stores[m.From]
	name, sealed := keyName(d.Sealed())
	if !sealed {
		return "", nil
	}
	wrapped, err := s.vault.get(ctx, m.From, []string{name})
	if err != nil {
		return "", fmt.Errorf("read key: %w: %w", redisstore.ErrUnavailable, err)
	}
	if wrapped[0] == nil { // forgotten, or taken along by somebody else before
		if wrapped, err = s.vault.get(ctx, m.To, []string{name}); err != nil || wrapped[0] == nil {
			return "", err
		}
	}
	if until := d.End.Add(old.KeepWho()).Sub(s.now()); until > 0 {
		if err := s.vault.put(ctx, m.To, name, wrapped[0], until); err != nil {
			return "", fmt.Errorf("put key away: %w: %w", redisstore.ErrUnavailable, err)
		}
	}
	p, err := s.secrets.open(d.ID, d.Sealed(), wrapped[0])
	if err != nil || d.Resident == "" {
		return "", err
	}
	return s.secrets.residentIndex(m.To, p), nil
}

// carryOn goes on with moves to an area that were interrupted, or that wait for holds.
func (s *Service) carryOn(ctx context.Context, store *redisstore.Store) error {
	d := s.dir()
	for _, found := range d.suspended[store.Area()] {
		o, ok := d.Office(found.Office)
		if found.Service != wholeOffice || found.To != store.Area() || !ok || o.Area != found.To {
			continue
		}
		if _, ours := s.stores[found.From]; !ours {
			continue
		}
		m := OfficeMove{Office: found.Office, From: found.From, To: found.To}
		if err := s.carryOver(ctx, &m); err != nil {
			if errors.Is(err, ErrUnavailable) {
				return err
			}
			s.log.Error("office move stands still", "office", m.Office, "to", m.To, "err", err)
		}
	}
	return nil
}

func (s *Service) registerOfficeMoves(api huma.API) {
	administered(s, api, huma.Operation{
		OperationID: "move-office", Method: http.MethodPost, Path: "/v1/offices/{office}/move", Tags: []string{"rules"},
		Summary: "Move an office to another area",
		Description: "Write the new area into the catalogue files first, for one office at a time. The office takes no bookings while its appointments " +
			"go over; they keep their ids, numbers and desks, and desks of the area left are lent for their times. Refused, with everything that " +
			"is in the way, where a desk belongs to neither the new area nor a pool that lends to it, where somebody waits, and where the office " +
			"has blocks. Repeating it goes on with a move that was interrupted. For administrators.",
		MaxBodyBytes: maxBody, Errors: []int{401, 403, 404, 409, 422, 503},
	}, s.postMoveOffice)
}

type moveOfficeInput struct {
	Office string `path:"office" maxLength:"40"`
	Body   struct {
		Area string `json:"area" minLength:"1" maxLength:"40" doc:"where it goes"`
	}
}

type moveOfficeOutput struct{ Body OfficeMove }

func (s *Service) postMoveOffice(ctx context.Context, c Caller, in *moveOfficeInput) (*moveOfficeOutput, error) {
	m, err := s.MoveOffice(ctx, c, in.Office, in.Body.Area)
	return &moveOfficeOutput{m}, err
}

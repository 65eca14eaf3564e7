package calendar

import (
	"sort"
	"time"
)

// Question is everything that decides when a visit can start, at one moment.
type Question struct {
	Now      time.Time // zero where nothing is to depend on it
	Until    Date      // last day that can be booked
	Office   Place
	Hours    []Window
	Extra    []Opening // days the office opens besides
	Every    int       // minutes between offered starts; divides the hour
	Fine     int       // minutes between the starts tried where an offered one is taken; divides Every
	Booths   []Booth
	Cleaning time.Duration // the booth stays taken this long after the visit
	Legs     []Leg
	Resident []Interval // what the resident already has; nil where not known
}

// Booth is a booth that could take the visit.
type Booth struct {
	Equipped bool     // it has what the legs need
	Missing  []string // what it lacks otherwise, for reasons
	Cleaning time.Duration
	Busy     []Interval // cleaning and blocks included
	Blocks   []Interval // those of Busy that are no visits
}

// Leg is one part of a visit. Word is the neutral public word of the other side, for reasons: 医院.
type Leg struct {
	Word             string
	WordEasy, WordEn string // Word where empty
	Length           time.Duration
	Before, After    time.Duration // the desk is kept free this long around the leg
	Place            Place
	Desks            []Desk
	Terms            []Term // when the office gives the service at all; nil: always
	Suspended        bool
	FirstRefused     bool // the resident comes for the first time, and first visits are not taken
	Lead             int  // minutes before the start until which it can be booked
	Ahead            int  // days ahead it can be booked; 0: as far as the question goes
}

// Term is a run of days on which an office gives a service, and the windows in which it does.
type Term struct {
	From, Until Date     // both included; a zero Until has no end
	Windows     []Window // nil: whenever the office is open
	Unprepared  bool     // the office lacks something that must be on record for it
}

// Desk is a desk that could serve a leg.
type Desk struct {
	Roster []Window
	Extra  []Opening  // days it is served besides
	Off    []Closure  // days it is not
	Busy   []Interval // buffers and blocks included
	Blocks []Interval // those of Busy that are no visits
}

// Answer is what Judge says about one start. Where Reasons is empty the start is free, and Booths and Desks hold the
// indices of everything that could take it, in the order of the question.
type Answer struct {
	Start, End time.Time
	Legs       []Interval
	Booths     []int
	Desks      [][]int
	Reasons    []Reason
}

// Free reports whether the visit can start then.
func (a Answer) Free() bool { return len(a.Reasons) == 0 }

// Length is how long the visit takes, cleaning not included.
func (q Question) Length() time.Duration {
	var sum time.Duration
	for _, l := range q.Legs {
		sum += l.Length
	}
	return sum
}

// BoothHeld is how long booth b is taken by a visit from start, cleaning included.
func (q Question) BoothHeld(b int, start time.Time) Interval {
	return Interval{start, start.Add(q.Length() + max(q.Cleaning, q.Booths[b].Cleaning))}
}

// DeskHeld is how long a desk is taken by leg i of a visit in which the leg takes the given time, buffers included.
func (q Question) DeskHeld(i int, leg Interval) Interval {
	return Interval{leg.Start.Add(-q.Legs[i].Before), leg.End.Add(q.Legs[i].After)}
}

// view is when things are open on one day and the next, worked out once for all starts of the day.
type view struct {
	date     Date
	midnight time.Time
	office   []span
	given    [][]span   // of each leg: the windows of its service; nil where none bound it
	desks    [][][]span // of each leg: of each desk
}

func (q Question) view(d Date) view {
	v := view{date: d, midnight: d.At(0), office: q.Office.spans(q.Hours, q.Extra, nil, d)}
	for _, l := range q.Legs {
		desks := make([][]span, len(l.Desks))
		for n, desk := range l.Desks {
			desks[n] = l.Place.spans(desk.Roster, desk.Extra, desk.Off, d)
		}
		v.desks = append(v.desks, desks)
		v.given = append(v.given, l.given(d))
	}
	return v
}

// given gives when a leg that begins on d can take place by the windows of its service, nil where none bound it.
func (l Leg) given(d Date) []span {
	term, ok := l.term(d)
	if !ok || term.Windows == nil {
		return nil
	}
	return append([]span{}, Place{OpenOnHolidays: true}.spans(term.Windows, nil, nil, d)...)
}

// term gives the term that holds on d.
func (l Leg) term(d Date) (Term, bool) {
	for _, t := range l.Terms {
		if !d.Before(t.From) && (t.Until == (Date{}) || !t.Until.Before(d)) {
			return t, true
		}
	}
	return Term{}, len(l.Terms) == 0
}

// Judge answers whether the visit can start at start, and with what, or gives the reasons why not, one for each thing in
// the way. Explain tells more.
func (q Question) Judge(start time.Time) Answer { return q.judge(q.view(DateOf(start)), start) }

// judge gives what accepts gives where the start is free, and the reasons where it is not.
func (q Question) judge(v view, start time.Time) Answer {
	a, ok := q.accepts(v, start)
	if ok {
		return a
	}
	a.Legs = q.legs(start)
	if start.Before(q.Now) {
		a.Booths, a.Desks, a.Reasons = nil, nil, []Reason{past}
		return a
	}
	a.Reasons = q.moment(v, start)
	a.Reasons = append(a.Reasons, first(q.officeReasons(v, Interval{a.Start, a.End}))...)
	a.Desks = make([][]int, len(q.Legs))
	for i := range q.Legs {
		a.Reasons = append(a.Reasons, q.service(v, i, a.Legs[i])...)
		a.Desks[i] = q.freeDesks(v, i, a.Legs[i])
		if len(a.Desks[i]) == 0 {
			a.Reasons = append(a.Reasons, q.noDesk(v, i, a.Legs[i]))
		}
	}
	a.Booths = q.freeBooths(start)
	if len(a.Booths) == 0 {
		a.Reasons = append(a.Reasons, q.noBooth(start))
	}
	if busy(q.Resident, Interval{a.Start, a.End}) {
		a.Reasons = append(a.Reasons, residentBusy)
	}
	return a
}

// accepts is the one place that says whether a start is free. It stops at the first thing in the way and says nothing
// about it, since a search asks it far more often than anybody asks why; most starts are refused, so what could take one
// is listed only after everything has been found free.
func (q Question) accepts(v view, start time.Time) (Answer, bool) {
	a := Answer{Start: start, End: start.Add(q.Length())}
	visit := Interval{a.Start, a.End}
	if start.Before(q.Now) || !q.opens(v, visit) || len(q.moment(v, start)) > 0 || busy(q.Resident, visit) {
		return a, false
	}
	if !q.seats(start) || !q.serves(v, start) {
		return a, false
	}
	a.Legs, a.Booths, a.Desks = q.legs(start), q.freeBooths(start), make([][]int, len(q.Legs))
	for i, at := range a.Legs {
		a.Desks[i] = q.freeDesks(v, i, at)
	}
	return a, true
}

// seats reports whether a booth is free for a visit from start.
func (q Question) seats(start time.Time) bool {
	for n := range q.Booths {
		if q.boothFree(n, start) {
			return true
		}
	}
	return false
}

// serves reports whether the office gives each leg's service at its time, and a desk is free for it.
func (q Question) serves(v view, start time.Time) bool {
	for i := range q.Legs {
		at := Interval{start, start.Add(q.Legs[i].Length)}
		held, free := q.DeskHeld(i, at), false
		for n := range q.Legs[i].Desks {
			if free = q.deskFree(v, i, n, at, held); free {
				break
			}
		}
		if !free || len(q.service(v, i, at)) > 0 {
			return false
		}
		start = at.End
	}
	return true
}

// legs gives the interval of each leg of a visit from start.
func (q Question) legs(start time.Time) []Interval {
	list := make([]Interval, len(q.Legs))
	for i, l := range q.Legs {
		end := start.Add(l.Length)
		list[i] = Interval{start, end}
		start = end
	}
	return list
}

func first(list []Reason) []Reason { return list[:min(1, len(list))] }

// moment says what is wrong with the start itself.
func (q Question) moment(v view, start time.Time) []Reason {
	var why []Reason
	if minuteOf(start)%q.Fine != 0 || start.Second() != 0 || start.Nanosecond() != 0 {
		why = append(why, offGrid)
	}
	if q.Until.Before(v.date) {
		why = append(why, tooFar)
	}
	return why
}

// opens reports whether the office is open during the whole visit.
func (q Question) opens(v view, visit Interval) bool {
	from := visit.Start.Sub(v.midnight)
	return within(v.office, from, from+visit.End.Sub(visit.Start))
}

// officeReasons lists why the office is not open during the whole visit.
func (q Question) officeReasons(v view, visit Interval) []Reason {
	if q.opens(v, visit) {
		return nil
	}
	opens := opensOn(q.Hours, q.Extra, v.date)
	extra := !q.Office.closed(v.date) && opensOn(nil, q.Extra, v.date)
	if why := q.Office.shutFor(v.date); len(why) > 0 && !extra {
		return why
	}
	switch {
	case !opens:
		return []Reason{officeClosed("", "", "")}
	case atNoon(q.Hours, visit):
		return []Reason{officeNoon}
	default:
		return []Reason{officeHours}
	}
}

// service lists why the office does not give leg i's service then, whoever is free.
func (q Question) service(v view, i int, at Interval) []Reason {
	l := q.Legs[i]
	var why []Reason
	if l.Suspended {
		why = append(why, l.words().suspended())
	}
	if l.FirstRefused {
		why = append(why, l.words().firstVisit())
	}
	why = append(why, l.terms(DateOf(at.Start))...)
	if !q.inWindows(v, i, at) {
		why = append(why, l.words().serviceHours())
	}
	if l.Lead > 0 && at.Start.Before(q.Now.Add(time.Duration(l.Lead)*time.Minute)) {
		why = append(why, tooSoon(l.Lead))
	}
	if l.Ahead > 0 && !q.Now.IsZero() && DateOf(q.Now).Add(l.Ahead).Before(DateOf(at.Start)) {
		why = append(why, l.words().tooFar(l.Ahead))
	}
	return why
}

// inWindows reports whether the windows of leg i's service allow it then. A leg after midnight goes by the term of its
// own day, not by that of the visit's.
func (q Question) inWindows(v view, i int, at Interval) bool {
	given, midnight := v.given[i], v.midnight
	if d := DateOf(at.Start); d != v.date {
		given, midnight = q.Legs[i].given(d), d.At(0)
	}
	from := at.Start.Sub(midnight)
	return given == nil || within(given, from, from+at.End.Sub(at.Start))
}

// terms says why the service is not given on d: something is not on record, the next term has not begun, or the last is over.
func (l Leg) terms(d Date) []Reason {
	switch t, ok := l.term(d); {
	case t.Unprepared:
		return []Reason{l.words().unprepared()}
	case ok:
		return nil
	}
	var next, last Date
	for _, t := range l.Terms {
		if d.Before(t.From) && (next == Date{} || t.From.Before(next)) {
			next = t.From
		}
		if t.Until.Before(d) && last.Before(t.Until) {
			last = t.Until
		}
	}
	if next != (Date{}) {
		return []Reason{l.words().notYet(next)}
	}
	return []Reason{l.words().ended(last)}
}

// freeDesks gives the desks that are on duty and free for leg i.
func (q Question) freeDesks(v view, i int, at Interval) []int {
	var free []int
	held := q.DeskHeld(i, at)
	for n := range q.Legs[i].Desks {
		if q.deskFree(v, i, n, at, held) {
			free = append(free, n)
		}
	}
	return free
}

func (q Question) deskFree(v view, i, desk int, at, held Interval) bool {
	return onDutyThen(v, i, desk, at) && !busy(q.Legs[i].Desks[desk].Busy, held)
}

// noDesk says why no desk is free for leg i.
func (q Question) noDesk(v view, i int, at Interval) Reason {
	l := q.Legs[i]
	onDuty := false
	taken := reasonSet{}
	for n, d := range l.Desks {
		if !onDutyThen(v, i, n, at) {
			continue
		}
		onDuty = true
		if r, ok := l.taken(d, at, q.DeskHeld(i, at)); ok {
			taken.add(r)
		}
	}
	if onDuty {
		return taken.most(l.words().desksBusy())
	}
	return l.offDuty(l.Desks, v.date, minuteOf(at.Start))
}

func onDutyThen(v view, i, desk int, at Interval) bool {
	from := at.Start.Sub(v.midnight)
	return within(v.desks[i][desk], from, from+at.End.Sub(at.Start))
}

// taken says what keeps a desk on duty from the leg: a visit, a block, or only the time around one of them.
func (l Leg) taken(d Desk, at, held Interval) (Reason, bool) {
	switch {
	case !busy(d.Busy, held):
		return Reason{}, false
	case busy(d.Blocks, at):
		return l.words().deskBlocked(), true
	case !busy(d.Busy, at):
		return l.words().deskBuffer(), true
	default:
		return l.words().desksBusy(), true
	}
}

// offDuty says how long the other side is away: the day, half of it, or just then.
func (l Leg) offDuty(desks []Desk, d Date, minute int) Reason {
	var morning, afternoon bool
	for _, desk := range desks {
		for _, s := range l.Place.spans(desk.Roster, desk.Extra, desk.Off, d) {
			if s.from >= 24*time.Hour {
				continue
			}
			morning = morning || s.from < noon*time.Minute
			afternoon = afternoon || s.to > noon*time.Minute
		}
	}
	switch {
	case !morning && !afternoon:
		return l.words().deskClosed()
	case !afternoon && minute >= noon:
		return l.words().afternoonOff()
	case !morning && minute < noon:
		return l.words().morningOff()
	default:
		return l.words().deskHours()
	}
}

// noon divides morning from afternoon in reasons, in minutes.
const noon = 12 * 60

// freeBooths gives the booths that have what is needed and are free.
func (q Question) freeBooths(start time.Time) []int {
	var free []int
	for n := range q.Booths {
		if q.boothFree(n, start) {
			free = append(free, n)
		}
	}
	return free
}

func (q Question) boothFree(booth int, start time.Time) bool {
	return q.Booths[booth].Equipped && !busy(q.Booths[booth].Busy, q.BoothHeld(booth, start))
}

// noBooth says why no booth is free.
func (q Question) noBooth(start time.Time) Reason {
	equipped := 0
	taken := reasonSet{}
	for n, b := range q.Booths {
		if !b.Equipped {
			continue
		}
		equipped++
		if r, ok := q.boothTaken(n, start); ok {
			taken.add(r)
		}
	}
	if equipped == 0 {
		return noEquipment
	}
	return taken.most(boothsBusy(equipped))
}

// boothTaken says what keeps an equipped booth from the visit.
func (q Question) boothTaken(n int, start time.Time) (Reason, bool) {
	b, visit := q.Booths[n], Interval{start, start.Add(q.Length())}
	switch {
	case !busy(b.Busy, q.BoothHeld(n, start)):
		return Reason{}, false
	case busy(b.Blocks, visit):
		return boothBlocked, true
	case !busy(b.Busy, visit):
		return boothClean, true
	case b.Cleaning > 0 && !busy(b.Busy, Interval{visit.Start.Add(b.Cleaning), visit.End}):
		return boothClean, true // only the end of what was before it is in the way, which is its cleaning
	default:
		return boothsBusy(1), true
	}
}

// reasonSet remembers whether several things are in the way for one reason.
type reasonSet struct {
	one   Reason
	mixed bool
}

func (s *reasonSet) add(r Reason) {
	s.mixed = s.mixed || (s.one != Reason{} && s.one != r)
	s.one = r
}

// most gives the reason all share, else the general one.
func (s *reasonSet) most(general Reason) Reason {
	if s.mixed || s.one.Code == general.Code {
		return general
	}
	return s.one
}

// opensOn reports whether windows or extra openings name d.
func opensOn(windows []Window, extra []Opening, d Date) bool {
	for _, w := range windows {
		if w.on(d) {
			return true
		}
	}
	for _, e := range extra {
		if e.Date == d {
			return true
		}
	}
	return false
}

// busy reports whether any of list overlaps i. list is sorted by start and its intervals do not overlap, as the ledgers
// keep them, so only the last one that starts before i ends can.
func busy(list []Interval, i Interval) bool {
	n := sort.Search(len(list), func(k int) bool { return !list[k].Start.Before(i.End) })
	return n > 0 && list[n-1].End.After(i.Start)
}

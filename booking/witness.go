package booking

import (
	"context"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore"
)

// witness remembers what people were told, and of what nobody knows yet whether it lasts: in the broker's journal where it
// has one, else only for as long as it runs. Lines are sealed under a key derived from the service's secret. They hold
// what a record holds, ids and a resident's index, and beside it a personal record that stays sealed under its own key,
// which is kept elsewhere and destroyed in time.
type witness struct {
	journal *journal.Journal // nil without one
	seal    cipher.AEAD

	mu    sync.Mutex
	open  []unsettled
	notes int           // how often something was noted as unknown
	news  chan struct{} // something has become unknown

	order sync.RWMutex // in the journal, that a step did not happen stands before whatever is noted of it afterwards
}

// unsettled is a step of which nobody knows yet whether it lasts.
type unsettled struct {
	area  string
	step  redisstore.Entry
	since time.Time // it was noticed
	note  int       // the last one of it: asked again, it may have been carried out since; 0 where others have noticed it
}

// Kinds of lines.
const (
	lineDone    = "done"    // somebody may be told
	lineUnknown = "unknown" // nobody knows
	lineNot     = "not"     // it did not happen, or is lost: nobody was told
)

// line is one line of the journal. Names are short because there are many.
type line struct {
	Kind  string `json:"k"`
	Area  string `json:"a"`
	Op    string `json:"o"`
	ID    string `json:"i"`
	Token string `json:"t"`
	Image string `json:"m,omitempty"`
	Who   string `json:"w,omitempty"`
}

func (l line) step() redisstore.Entry {
	return redisstore.Entry{Op: l.Op, ID: l.ID, Token: l.Token, Image: l.Image, Who: l.Who}
}

// newWitness goes on from what the journal says: what was unknown when the broker ended still is.
func newWitness(j *journal.Journal, seal cipher.AEAD) (*witness, error) {
	w := &witness{journal: j, seal: seal, news: make(chan struct{}, 1)}
	lines, _, err := w.read()
	for _, l := range lines {
		switch l.Kind {
		case lineUnknown:
			w.add(l.Area, []redisstore.Entry{l.step()})
		default:
			w.remove(l.Area, l.step())
		}
	}
	return w, err
}

// Done notes steps before somebody is told.
func (w *witness) Done(ctx context.Context, area string, steps []redisstore.Entry) error {
	if err := w.write(ctx, lineDone, area, steps); err != nil {
		return err
	}
	for _, e := range steps {
		w.remove(area, e)
	}
	return nil
}

// Unknown notes steps that have to be settled.
func (w *witness) Unknown(ctx context.Context, area string, steps []redisstore.Entry) error {
	w.order.RLock()
	defer w.order.RUnlock()
	w.add(area, steps)
	return w.write(ctx, lineUnknown, area, steps)
}

// not notes that a step did not happen or was lost before anybody was told. It does nothing where the step was noted as
// unknown again since it was looked for: it may have been carried out in between, and is looked for once more.
func (w *witness) not(ctx context.Context, u unsettled) error {
	w.order.Lock()
	defer w.order.Unlock()
	if !w.forget(u) {
		return nil
	}
	return w.write(ctx, lineNot, u.area, []redisstore.Entry{{Op: u.step.Op, ID: u.step.ID, Token: u.step.Token}})
}

// forget takes a step out of what has to be settled, unless it was noted again.
func (w *witness) forget(u unsettled) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.open, u.same)
	if i < 0 {
		return true
	}
	if w.open[i].note != u.note {
		return false
	}
	w.open = slices.Delete(w.open, i, i+1)
	return true
}

func (w *witness) add(area string, steps []redisstore.Entry) {
	w.mu.Lock()
	for _, e := range steps {
		w.notes++
		one := unsettled{area, e, time.Now(), w.notes}
		if i := slices.IndexFunc(w.open, one.same); i >= 0 {
			w.open[i].note = one.note
			continue
		}
		w.open = append(w.open, one)
	}
	w.mu.Unlock()
	select {
	case w.news <- struct{}{}:
	default: // it has not looked since the last one
	}
}

func (w *witness) remove(area string, e redisstore.Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = slices.DeleteFunc(w.open, unsettled{area: area, step: e}.same)
}

func (u unsettled) same(other unsettled) bool {
	return u.area == other.area && u.step.ID == other.step.ID && u.step.Token == other.step.Token
}

// doubt shows in a record what this broker knows to be unknown of it, which Redis is told a little later: while its primary
// is being replaced that takes seconds, and in the meantime nothing may seem certain here.
func (w *witness) doubt(area string, r redisstore.Record) redisstore.Record {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, u := range w.open {
		if r.Unknown.Op == "" && u.area == area && u.step.ID == r.ID {
			r.Unknown = redisstore.Unknown{Op: u.step.Op, Since: u.since}
		}
	}
	return r
}

// unknown lists what has to be settled in an area.
func (w *witness) unknown(area string) []unsettled {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []unsettled
	for _, u := range w.open {
		if u.area == area {
			list = append(list, u)
		}
	}
	return list
}

func (w *witness) write(ctx context.Context, kind, area string, steps []redisstore.Entry) error {
	if w.journal == nil {
		return nil
	}
	payloads := make([][]byte, len(steps))
	for i, e := range steps {
		text, err := json.Marshal(line{kind, area, e.Op, e.ID, e.Token, e.Image, e.Who})
		if err != nil {
			return fmt.Errorf("journal line of %s: %w", e.ID, err)
		}
		payloads[i] = w.seal.Seal(nil, nil, text, nil)
	}
	return w.journal.Append(ctx, payloads...)
}

// errForeign says that lines of a journal were sealed under another secret.
var errForeign = errors.New("lines cannot be opened: were they written under another secret?")

// read gives the lines that are kept, oldest first, and how many cannot be opened.
func (w *witness) read() ([]line, journal.Report, error) {
	if w.journal == nil {
		return nil, journal.Report{}, nil
	}
	sealed, report, err := w.journal.Read()
	if err != nil {
		return nil, report, err
	}
	lines := make([]line, 0, len(sealed))
	foreign := 0
	for _, s := range sealed {
		var l line
		text, err := w.seal.Open(nil, nil, s.Payload, nil)
		if err == nil {
			err = json.Unmarshal(text, &l)
		}
		if err != nil {
			foreign++
			continue
		}
		lines = append(lines, l)
	}
	if foreign > 0 {
		report.Broken = append(report.Broken, fmt.Errorf("%d %w", foreign, errForeign))
	}
	return lines, report, nil
}

// told gives what people of an area were told since the journal began, oldest first.
func (w *witness) told(area string) ([]redisstore.Entry, journal.Report, error) {
	lines, report, err := w.read()
	var list []redisstore.Entry
	for _, l := range lines {
		if l.Kind == lineDone && l.Area == area {
			list = append(list, l.step())
		}
	}
	return list, report, err
}

// Timing of looking after what was told.
const (
	lookForPrimary = time.Second     // how often it is asked whether the primary is still the same
	reconcileAgain = 5 * time.Second // after a change it is looked once more: an answer may have been on its way
	settleEvery    = 500 * time.Millisecond
	settleOthers   = 15 * time.Second // how often it is looked for steps other brokers have left unknown
	othersAreLate  = 30 * time.Second // how old those are
	settleAtMost   = 200
)

package catalogue

import (
	"regexp"
	"slices"
	"strconv"

	"madoguchi/booking/calendar"
)

// Bounds of what services and offers may say.
const (
	maxBuffer   = 60           // minutes a desk is kept free before or after a leg
	maxLead     = 7 * 24 * 60  // minutes
	maxAhead    = 92           // days; nothing can be booked further ahead
	maxItems    = 12           // consents or checks of one service
	maxFee      = 100_000      // yen
	longText    = 400          // characters of a consent, a check or a note
	firstOfDays = "2000-01-01" // acts and trainings before this are a slip of the keyboard
)

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}$`)

// wording reads what is said in three languages, ja being given elsewhere.
func (b *builder) wording(ja string, r rawWording) Wording {
	if r.has("ja") {
		b.fault(r.where, "ja", "ja is written beside it: only easy and en stand here")
	}
	return Wording{Ja: ja, Easy: b.text(r.where, "easy", r.Easy, false), En: b.text(r.where, "en", r.En, false)}
}

// note reads a whole wording; ja is needed where anything is written.
func (b *builder) note(r rawWording) Wording {
	if r.keys == nil {
		return Wording{}
	}
	return Wording{Ja: b.long(r.where, "ja", r.Ja, true), Easy: b.long(r.where, "easy", r.Easy, false), En: b.long(r.where, "en", r.En, false)}
}

// terms reads everything of a service but its name, role and length.
func (b *builder) terms(r rawService, s *Service) {
	for key, bound := range map[string]struct{ value, most int }{
		"before": {r.Before, maxBuffer}, "after": {r.After, maxBuffer}, "lead": {r.Lead, maxLead}, "ahead": {r.Ahead, maxAhead},
	} {
		if r.has(key) {
			b.between(r.where, key, bound.value, 0, bound.most)
		}
	}
	s.Before, s.After, s.Lead, s.Ahead = r.Before, r.After, r.Lead, r.Ahead
	s.Law = b.text(r.where, "law", r.Law, false)
	s.Languages = r.Languages
	for i, tag := range r.Languages {
		if !languageForm.MatchString(tag) {
			b.fault(r.where, "languages."+strconv.Itoa(i), "%q is no language tag: write for example ja, en or pt-BR", short(tag))
		}
	}
	s.Consents, s.Checks = b.items(r.where, "consents", r.Consents), b.items(r.where, "checks", r.Checks)
	s.FirstVisit = b.firstVisit(r.FirstVisit)
	s.Vitals = b.vitals(r)
}

// vitals checks what may be measured: a word nobody knows would leave a button out at the desk without a reason.
func (b *builder) vitals(r rawService) []string {
	for i, word := range r.Vitals {
		key := "vitals." + strconv.Itoa(i)
		switch {
		case !slices.Contains(Vitals(), word):
			b.fault(r.where, key, "vitals has %q: %s", short(word), suggestion(word, Vitals()))
		case slices.Index(r.Vitals, word) < i:
			b.fault(r.where, key, "vitals has %q twice", word)
		}
	}
	return r.Vitals
}

func (b *builder) firstVisit(r rawFirst) FirstRule {
	if r.keys == nil {
		return FirstRule{}
	}
	f := FirstRule{Refused: r.has("accepted") && !r.Accepted, Minutes: r.Minutes, Note: b.note(r.Note)}
	if r.has("minutes") {
		b.between(r.where, "minutes", r.Minutes, 5, maxLegMinutes)
		if f.Refused {
			b.fault(r.where, "minutes", "a first visit is not accepted, so it has no length: leave minutes out")
		}
	}
	return f
}

func (b *builder) items(w where, key string, raw []rawItem) []Item {
	if len(raw) > maxItems {
		b.fault(w, key, "there are %d %s: at most %d are possible", len(raw), key, maxItems)
	}
	var list []Item
	for _, r := range raw {
		if !idForm.MatchString(r.ID) {
			b.fault(r.where, "id", "id %q: use up to 40 small letters, digits and inner hyphens", short(r.ID))
		}
		if slices.ContainsFunc(list, func(known Item) bool { return known.ID == r.ID }) {
			b.fault(r.where, "id", "id %q stands twice in %s", r.ID, key)
		}
		list = append(list, Item{ID: r.ID, Text: Wording{
			Ja: b.long(r.where, "ja", r.Ja, true), Easy: b.long(r.where, "easy", r.Easy, false), En: b.long(r.where, "en", r.En, false),
		}})
	}
	return list
}

// offer reads on what ground and when an office gives a service. Without a recorded act, a day it begins and staff
// trained by then, the service may not be given, so all three must be written.
func (b *builder) offer(r rawOffer) Offer {
	o := Offer{
		Service: r.Service, Pool: r.Pool, Basis: b.basis(r), From: b.date(r.where, "from", r.From), Trained: b.past(r.where, "trained", r.Trained),
		Fee: b.fee(r.Fee), Contact: b.text(r.where, "contact", r.Contact, false),
	}
	if r.has("until") {
		o.Until = b.date(r.where, "until", r.Until)
		if o.Until.Before(o.From) {
			b.fault(r.where, "until", "until %s is before from %s", o.Until, o.From)
		}
	}
	if r.has("from") && o.From.Before(o.Basis.On) {
		b.fault(r.where, "from", "from %s is before the act of %s it rests on", o.From, o.Basis.On)
	}
	if r.has("from") && o.From.Before(o.Trained) {
		b.fault(r.where, "trained", "the staff are trained on %s, after the service begins on %s", o.Trained, o.From)
	}
	for _, rs := range r.Windows {
		o.Windows = append(o.Windows, b.shift(rs))
	}
	return o
}

func (b *builder) basis(r rawOffer) Basis {
	if r.Basis.keys == nil {
		if !r.bad["basis"] {
			b.fault(r.where, "basis", "service %q has no basis here: write on which act it rests, e.g. {kind: contract, reference: 委託契約 第3号, on: 2026-03-20}", short(r.Service))
		}
		return Basis{}
	}
	w := r.Basis.where
	if !w.has("kind") {
		b.missing(w, "kind")
	} else if !slices.Contains(BasisKinds(), r.Basis.Kind) {
		b.fault(w, "kind", "kind is %q: %s", short(r.Basis.Kind), suggestion(r.Basis.Kind, BasisKinds()))
	}
	return Basis{Kind: r.Basis.Kind, Reference: b.text(w, "reference", r.Basis.Reference, true), On: b.past(w, "on", r.Basis.On)}
}

// past reads a day on which something was done. It may lie ahead, since catalogues are written before they are in force.
func (b *builder) past(w where, key, s string) Date {
	d := b.date(w, key, s)
	if first, _ := ParseDate(firstOfDays); d != (Date{}) && d.Before(first) {
		b.fault(w, key, "%s is %s: write a day since %s", key, d, firstOfDays)
	}
	return d
}

func (b *builder) fee(r rawFee) Fee {
	if r.keys == nil {
		return Fee{}
	}
	b.between(r.where, "yen", r.Yen, 0, maxFee)
	return Fee{Stated: true, Yen: r.Yen, Note: Wording{
		Ja: b.long(r.where, "ja", r.Ja, false), Easy: b.long(r.where, "easy", r.Easy, false), En: b.long(r.where, "en", r.En, false),
	}}
}

// shift reads a recurring window.
func (b *builder) shift(r rawShift) Shift {
	s := Shift{From: b.clock(r.where, "from", r.From), To: b.clock(r.where, "to", r.To)}
	s.Days, s.Repeat = b.recurring(r.where, r.Days, r.Rule, r.Start)
	if s.To <= s.From && r.has("from") && r.has("to") {
		b.fault(r.where, "to", "to %s is not after from %s", s.To, s.From)
	}
	return s
}

// recurring reads the days of a window: weekdays, or a recurrence rule with the day it begins to count on.
func (b *builder) recurring(w where, days, rule, start string) (Days, Repeat) {
	switch {
	case !w.has("rule"):
		if w.has("start") {
			b.fault(w, "start", "start belongs to a rule: write both or neither")
		}
		return b.days(w, days), Repeat{}
	case w.has("days"):
		b.fault(w, "rule", "days and rule are two ways to say the same: write one of them")
		return Days{}, Repeat{}
	}
	r := Repeat{Rule: rule, Start: b.date(w, "start", start)}
	if w.bad["start"] || !w.has("start") {
		return Days{}, r
	}
	if _, err := calendar.ParseRecurrence(rule, r.Start.Civil()); err != nil {
		b.fault(w, "rule", "rule: %s", err)
	}
	return Days{}, r
}

// openings reads extra days. One that lies in a closure would never be open.
func (b *builder) openings(raw []rawOpening, closed []Closure) []Opening {
	var list []Opening
	for _, r := range raw {
		o := Opening{Date: b.date(r.where, "date", r.Date), From: b.clock(r.where, "from", r.From), To: b.clock(r.where, "to", r.To)}
		if o.To <= o.From && r.has("from") && r.has("to") {
			b.fault(r.where, "to", "to %s is not after from %s", o.To, o.From)
		}
		for _, c := range closed {
			if !o.Date.Before(c.From) && !c.To.Before(o.Date) {
				b.fault(r.where, "date", "%s lies in the closure from %s to %s, which wins: shorten that one", o.Date, c.From, c.To)
			}
		}
		list = append(list, o)
	}
	return list
}

func (b *builder) location(r rawLocation) Location {
	if r.keys == nil {
		return Location{}
	}
	return Location{Lat: b.degrees(r.where, "lat", r.Lat, 20, 46), Lon: b.degrees(r.where, "lon", r.Lon, 122, 154)}
}

// degrees reads a coordinate within Japan.
func (b *builder) degrees(w where, key, s string, least, most float64) float64 {
	if !w.has(key) {
		b.missing(w, key)
		return 0
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= least && n <= most) {
		b.fault(w, key, "%s is %q: write degrees from %g to %g, e.g. 34.0123", key, short(s), least, most)
	}
	return n
}

func (b *builder) long(w where, key, value string, needed bool) string {
	if len([]rune(value)) > longText {
		b.fault(w, key, "%s is longer than %d characters", key, longText)
		return ""
	}
	if needed && value == "" {
		return b.text(w, key, value, true)
	}
	return value
}

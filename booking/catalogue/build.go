package catalogue

import (
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Bounds of what a catalogue may hold. They keep a slip of the keyboard (200 minutes of cleaning) from becoming a rule.
const (
	maxBooths     = 16
	maxDesks      = 16
	maxLegMinutes = 240
	maxCleaning   = 60
	maxText       = 200
)

var idForm = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)

// builder turns raw lists into a Catalogue, one method a kind of thing, and collects findings.
type builder struct {
	out  *findings
	seen map[string]map[string]where // kind → id → where it was first written
}

func build(raw rawFile, out *findings) *Catalogue {
	b := &builder{out: out, seen: map[string]map[string]where{}}
	c := &Catalogue{}
	for _, r := range raw.Areas {
		c.Areas = append(c.Areas, b.area(r))
	}
	for _, r := range raw.Tenants {
		c.Tenants = append(c.Tenants, b.tenant(r))
	}
	for _, r := range raw.Services {
		c.Services = append(c.Services, b.service(r))
	}
	for _, r := range raw.Pools {
		c.Pools = append(c.Pools, b.pool(r))
	}
	for _, r := range raw.Offices {
		c.Offices = append(c.Offices, b.office(r))
	}
	b.references(raw, c)
	return c
}

func (b *builder) area(r rawArea) Area {
	b.id("area", r.where, r.ID)
	return Area{ID: r.ID, Name: b.text(r.where, "name", r.Name, true)}
}

func (b *builder) tenant(r rawTenant) Tenant {
	b.id("tenant", r.where, r.ID)
	return Tenant{ID: r.ID, Name: b.text(r.where, "name", r.Name, true), Area: r.Area}
}

func (b *builder) service(r rawService) Service {
	b.id("service", r.where, r.ID)
	b.role(r.where, r.Role)
	b.between(r.where, "minutes", r.Minutes, 5, maxLegMinutes)
	if r.has("cleaning") {
		b.between(r.where, "cleaning", r.Cleaning, 0, maxCleaning)
	}
	s := Service{
		ID: r.ID, Name: b.text(r.where, "name", r.Name, true), PublicName: b.text(r.where, "publicName", r.PublicName, true),
		Role: r.Role, Minutes: r.Minutes, Cleaning: r.Cleaning, Needs: r.Needs, Anonymous: r.Anonymous, FollowedBy: r.FollowedBy,
		Facility: r.Facility,
	}
	s.Names, s.PublicNames = b.wording(s.Name, r.Names), b.wording(s.PublicName, r.PublicNames)
	b.terms(r, &s)
	return s
}

func (b *builder) office(r rawOffice) Office {
	b.id("office", r.where, r.ID)
	o := Office{
		ID: r.ID, Name: b.text(r.where, "name", r.Name, true), Kana: b.text(r.where, "kana", r.Kana, false),
		Address: b.text(r.where, "address", r.Address, false), Phone: b.text(r.where, "phone", r.Phone, false),
		Area: r.Area, Tenant: r.Tenant, YearEnd: b.yearEnd(r.YearEnd), Holidays: b.holidays(r.where, r.Holidays),
		Every: r.Every, Fine: r.Fine,
		Emergency: b.emergency(r.Emergency), Location: b.location(r.Location), Facility: b.facility(r.Facility),
	}
	b.grid(r, &o)
	b.count(r.where, "booths", len(r.Booths), maxBooths)
	for _, rb := range r.Booths {
		o.Booths = append(o.Booths, b.booth(rb))
	}
	if len(r.Hours) == 0 {
		b.fault(r.where, "hours", "office %q has no hours: write when it is open, e.g. {days: Mon-Fri, open: \"09:00\", close: \"17:00\"}", r.ID)
	}
	for _, rh := range r.Hours {
		o.Hours = append(o.Hours, b.hours(rh))
	}
	o.Closures = b.closures(r.Closures)
	o.Extra = b.openings(r.Extra, o.Closures)
	for _, n := range r.Notices {
		o.Notices = append(o.Notices, Notice{Icon: n.Icon, Title: b.text(n.where, "title", n.Title, true), Body: b.text(n.where, "body", n.Body, false)})
	}
	for _, f := range r.Offers {
		o.Offers = append(o.Offers, b.offer(f))
	}
	return o
}

// grid fills in every (30 minutes) and fine (10 minutes) and checks that they divide an hour evenly between them.
func (b *builder) grid(r rawOffice, o *Office) {
	if !r.has("every") {
		o.Every = 30
	}
	if !r.has("fine") {
		o.Fine = min(10, o.Every)
	}
	if o.Every < 5 || 60%o.Every != 0 {
		b.fault(r.where, "every", "every is %d: write a number of minutes that divides the hour, from 5 to 60", o.Every)
		return
	}
	if o.Fine < 5 || o.Every%o.Fine != 0 {
		b.fault(r.where, "fine", "fine is %d: write a number of minutes, 5 or more, that divides every (%d)", o.Fine, o.Every)
	}
}

func (b *builder) booth(r rawBooth) Booth {
	b.id("booth", r.where, r.ID)
	if r.has("cleaning") {
		b.between(r.where, "cleaning", r.Cleaning, 0, maxCleaning)
	}
	return Booth{ID: r.ID, Name: b.text(r.where, "name", r.Name, true), Equipment: r.Equipment, Cleaning: r.Cleaning}
}

func (b *builder) hours(r rawHours) Hours {
	h := Hours{Open: b.clock(r.where, "open", r.Open), Close: b.clock(r.where, "close", r.Close)}
	h.Days, h.Repeat = b.recurring(r.where, r.Days, r.Rule, r.Start)
	if h.Close <= h.Open && r.has("open") && r.has("close") {
		b.fault(r.where, "close", "close %s is not after open %s", h.Close, h.Open)
	}
	if r.has("noonFrom") != r.has("noonTo") {
		b.fault(r.where, "noonFrom", "noonFrom and noonTo belong together: write both or neither")
		return h
	}
	if !r.has("noonFrom") {
		return h
	}
	h.NoonFrom, h.NoonTo = b.clock(r.where, "noonFrom", r.NoonFrom), b.clock(r.where, "noonTo", r.NoonTo)
	if h.NoonTo <= h.NoonFrom || h.NoonFrom < h.Open || h.NoonTo > h.Close {
		b.fault(r.where, "noonFrom", "the noon closing %s-%s does not lie within %s-%s", h.NoonFrom, h.NoonTo, h.Open, h.Close)
	}
	return h
}

func (b *builder) pool(r rawPool) Pool {
	b.id("pool", r.where, r.ID)
	p := Pool{
		ID: r.ID, Name: b.text(r.where, "name", r.Name, true), Area: r.Area, Phone: b.text(r.where, "phone", r.Phone, false),
		Services: r.Services, Lends: r.Lends, Closures: b.closures(r.Closures), YearEnd: b.yearEnd(r.YearEnd), Holidays: b.holidays(r.where, r.Holidays),
	}
	if len(r.Services) == 0 {
		b.fault(r.where, "services", "pool %q gives no service: list at least one", r.ID)
	}
	b.count(r.where, "desks", len(r.Desks), maxDesks)
	for _, rd := range r.Desks {
		p.Desks = append(p.Desks, b.desk(rd, p.Phone))
	}
	return p
}

func (b *builder) desk(r rawDesk, poolPhone string) Desk {
	b.id("desk", r.where, r.ID)
	b.role(r.where, r.Role)
	d := Desk{
		ID: r.ID, Name: b.text(r.where, "name", r.Name, true), Kana: b.text(r.where, "kana", r.Kana, false), Role: r.Role,
		Title: b.text(r.where, "title", r.Title, true), Registration: r.Registration, Phone: r.Phone,
	}
	if d.Phone == "" {
		d.Phone = poolPhone
	}
	if r.has("registration") {
		b.between(r.where, "registration", r.Registration, 1945, 2100)
	}
	if len(r.Roster) == 0 {
		b.fault(r.where, "roster", "desk %q has no roster: write when it is served, e.g. {days: Mon-Fri, from: \"09:00\", to: \"12:00\"}", r.ID)
	}
	for _, rs := range r.Roster {
		d.Roster = append(d.Roster, b.shift(rs))
	}
	d.Off = b.closures(r.Off)
	d.Extra = b.openings(r.Extra, d.Off)
	return d
}

func (b *builder) closures(raw []rawClosure) []Closure {
	var list []Closure
	for _, r := range raw {
		c := Closure{From: b.date(r.where, "from", r.From), Reason: b.text(r.where, "reason", r.Reason, false)}
		c.To = c.From
		if r.has("to") {
			c.To = b.date(r.where, "to", r.To)
		}
		if c.To.Before(c.From) {
			b.fault(r.where, "to", "to %s is before from %s", c.To, c.From)
		}
		list = append(list, c)
	}
	return list
}

// yearEnd reads the New Year closure; where nothing is written it is 12-31 to 01-03, as post offices and most
// municipalities keep it. "none" for both keeps a place open.
func (b *builder) yearEnd(r rawYearEnd) YearEnd {
	if r.keys == nil {
		return YearEnd{From: MonthDay{12, 31}, To: MonthDay{1, 3}}
	}
	if r.From == "none" && r.To == "none" {
		return YearEnd{}
	}
	return YearEnd{From: b.monthDay(r.where, "from", r.From), To: b.monthDay(r.where, "to", r.To)}
}

func (b *builder) holidays(w where, word string) bool {
	if w.has("holidays") && word != "open" && word != "closed" {
		b.fault(w, "holidays", "holidays is %q: write open or closed", short(word))
	}
	return word == "open"
}

func (b *builder) id(kind string, w where, id string) {
	if !w.has("id") {
		b.fault(w, "id", "this %s has no id", kind)
		return
	}
	if !idForm.MatchString(id) {
		b.fault(w, "id", "id %q of this %s: use up to 40 small letters, digits and inner hyphens", short(id), kind)
		return
	}
	if b.seen[kind] == nil {
		b.seen[kind] = map[string]where{}
	}
	if first, twice := b.seen[kind][id]; twice {
		b.fault(w, "id", "%s %q is already in %s:%d", kind, id, first.file, first.at("id").line)
		return
	}
	b.seen[kind][id] = w
}

func (b *builder) text(w where, key, value string, needed bool) string {
	switch {
	case needed && value == "" && !w.has(key):
		b.missing(w, key)
	case needed && value == "":
		b.fault(w, key, "%s is empty", key)
	case utf8.RuneCountInString(value) > maxText:
		b.fault(w, key, "%s is longer than %d characters", key, maxText)
	}
	return value
}

func (b *builder) role(w where, role string) {
	if !w.has("role") {
		b.missing(w, "role")
		return
	}
	if !slices.Contains(Roles(), role) {
		b.fault(w, "role", "role is %q: %s", short(role), suggestion(role, Roles()))
	}
}

// between checks a number that must be there.
func (b *builder) between(w where, key string, n, least, most int) {
	if !w.has(key) {
		b.missing(w, key)
		return
	}
	if n < least || n > most {
		b.fault(w, key, "%s is %d: write a number from %d to %d", key, n, least, most)
	}
}

func (b *builder) count(w where, key string, n, most int) {
	if n == 0 {
		b.fault(w, key, "there are no %s: list at least one", key)
	}
	if n > most {
		b.fault(w, key, "there are %d %s: at most %s are possible", n, key, strconv.Itoa(most))
	}
}

func (b *builder) days(w where, s string) Days {
	d, err := ParseDays(s)
	b.parsed(w, "days", err)
	return d
}

func (b *builder) clock(w where, key, s string) Clock {
	c, err := ParseClock(s)
	b.parsed(w, key, err)
	return c
}

func (b *builder) date(w where, key, s string) Date {
	d, err := ParseDate(s)
	b.parsed(w, key, err)
	return d
}

func (b *builder) monthDay(w where, key, s string) MonthDay {
	m, err := ParseMonthDay(s)
	b.parsed(w, key, err)
	return m
}

func (b *builder) parsed(w where, key string, err error) {
	switch {
	case err == nil:
	case !w.has(key):
		b.missing(w, key)
	default:
		b.fault(w, key, "%s: %s", key, err)
	}
}

func (b *builder) missing(w where, key string) {
	b.out.add(w.file, w.self, "key %q is missing", key)
}

// fault adds a finding about the value under key, or about the whole thing where the key was not written. One finding
// about a value is enough: a second would be an echo of the first.
func (b *builder) fault(w where, key, format string, args ...any) {
	if w.has(key) {
		if w.bad[key] {
			return
		}
		w.bad[key] = true
	}
	b.out.add(w.file, w.at(key), format, args...)
}

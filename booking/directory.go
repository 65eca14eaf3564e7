package booking

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
)

// What a Directory holds, as the catalogue describes it.
type (
	Area        = catalogue.Area
	Tenant      = catalogue.Tenant
	Office      = catalogue.Office
	Location    = catalogue.Location
	Pool        = catalogue.Pool
	ServiceInfo = catalogue.Service // a kind of consultation; Service is the working part of this package
	Booth       struct {
		catalogue.Booth
		Office string // id of the office it stands in
	}
	Desk struct {
		catalogue.Desk
		Pool string // id of the pool it belongs to
		Area string
	}
)

// Directory is an immutable snapshot of what can be booked, with lookups by id.
type Directory struct {
	catalogue *catalogue.Catalogue
	origin    fs.FS           // where it was read from, to be read again
	files     catalogue.Files // as they were read
	options   []Option
	print     string                           // of the files: equal for equal texts, on every node
	versions  map[string]int64                 // of the rules, by area; 0 before they have been published
	suspended map[string]map[string]Suspension // by area and id

	open  map[string]officeRules
	duty  map[string]poolRules
	terms map[offerKey][]calendar.Term

	areas    map[string]Area
	offices  map[string]Office
	booths   map[string]Booth
	pools    map[string]Pool
	desks    map[string]Desk
	services map[string]ServiceInfo
}

// Option changes a catalogue between reading and use.
type Option func(*catalogue.Catalogue)

// AlwaysOpen keeps every office and desk open round the clock, with a start every five minutes, so that a demo works
// whenever somebody tries it.
func AlwaysOpen() Option {
	return func(c *catalogue.Catalogue) {
		OpenDaily()(c)
		for i := range c.Offices {
			c.Offices[i].Hours = []catalogue.Hours{{Days: everyDay, Open: 0, Close: 24 * 60}}
		}
	}
}

var everyDay = catalogue.Days{true, true, true, true, true, true, true}

// OpenDaily keeps every office open at the first of its hours, noon closed, on each day of the year, and every desk round the
// clock, with a start every five minutes: for showing what happens towards noon and closing.
func OpenDaily() Option {
	return func(c *catalogue.Catalogue) {
		for i := range c.Offices {
			o := &c.Offices[i]
			if len(o.Hours) > 0 {
				o.Hours = o.Hours[:1]
				o.Hours[0].Days = everyDay
			}
			o.Closures, o.YearEnd, o.Holidays, o.Every, o.Fine = nil, catalogue.YearEnd{}, true, 5, 5
			for j := range o.Offers {
				o.Offers[j].Windows, o.Offers[j].Until = nil, catalogue.Date{}
			}
		}
		for i := range c.Services {
			c.Services[i].Lead = 0
		}
		for i := range c.Pools {
			p := &c.Pools[i]
			p.Closures, p.YearEnd, p.Holidays = nil, catalogue.YearEnd{}, true
			for j := range p.Desks {
				p.Desks[j].Roster, p.Desks[j].Off = []catalogue.Shift{{Days: everyDay, From: 0, To: 24 * 60}}, nil
			}
		}
	}
}

// Load reads the catalogue files (*.yaml) in the root of files. A *catalogue.Error says what is wrong with them, with
// file, line and column.
func Load(files fs.FS, options ...Option) (*Directory, error) {
	texts, err := catalogue.Read(files)
	if err != nil {
		return nil, err
	}
	d, err := parseDirectory(texts, options)
	if err != nil {
		return nil, err
	}
	d.origin = files
	return d, nil
}

func parseDirectory(texts catalogue.Files, options []Option) (*Directory, error) {
	c, err := catalogue.Parse(texts)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		o(c)
	}
	d := newDirectory(c)
	d.files, d.options, d.print = texts, options, printOf(texts)
	return d, d.schedule()
}

// printOf is equal for equal texts only.
func printOf(texts catalogue.Files) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(h, "%d %s %d ", len(name), name, len(texts[name]))
		h.Write(texts[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func newDirectory(c *catalogue.Catalogue) *Directory {
	d := &Directory{
		catalogue: c, areas: map[string]Area{}, offices: map[string]Office{}, booths: map[string]Booth{}, pools: map[string]Pool{},
		desks: map[string]Desk{}, services: map[string]ServiceInfo{}, versions: map[string]int64{}, suspended: map[string]map[string]Suspension{},
		open: map[string]officeRules{}, duty: map[string]poolRules{}, terms: map[offerKey][]calendar.Term{},
	}
	for _, a := range c.Areas {
		d.areas[a.ID] = a
	}
	for _, s := range c.Services {
		d.services[s.ID] = s
	}
	for _, o := range c.Offices {
		d.offices[o.ID] = o
		for _, b := range o.Booths {
			d.booths[b.ID] = Booth{b, o.ID}
		}
	}
	for _, p := range c.Pools {
		d.pools[p.ID] = p
		for _, desk := range p.Desks {
			d.desks[desk.ID] = Desk{desk, p.ID, p.Area}
		}
	}
	return d
}

// Fingerprint tells catalogues apart: equal for equal files, on every node.
func (d *Directory) Fingerprint() string { return d.print }

// Rules is the version of the rules in force that this snapshot stands for, in its first area: the one area of a broker.
// It grows with every change of the catalogue and every suspension, and is 0 before any has been published.
func (d *Directory) Rules() int64 { return d.rulesIn(d.catalogue.Areas[0].ID) }

func (d *Directory) rulesIn(area string) int64 { return d.versions[area] }

// Areas lists the areas in the order of the files.
func (d *Directory) Areas() []Area { return d.catalogue.Areas }

// Offices lists the offices in the order of the files.
func (d *Directory) Offices() []Office { return d.catalogue.Offices }

// Pools lists the pools in the order of the files.
func (d *Directory) Pools() []Pool { return d.catalogue.Pools }

// Services lists the services in the order of the files.
func (d *Directory) Services() []ServiceInfo { return d.catalogue.Services }

// Area looks an area up.
func (d *Directory) Area(id string) (Area, bool) { a, ok := d.areas[id]; return a, ok }

// Office looks an office up.
func (d *Directory) Office(id string) (Office, bool) { o, ok := d.offices[id]; return o, ok }

// Booth looks a booth up; its ids are unique across offices.
func (d *Directory) Booth(id string) (Booth, bool) { b, ok := d.booths[id]; return b, ok }

// Pool looks a pool up.
func (d *Directory) Pool(id string) (Pool, bool) { p, ok := d.pools[id]; return p, ok }

// Desk looks a desk up; its ids are unique across pools.
func (d *Directory) Desk(id string) (Desk, bool) { k, ok := d.desks[id]; return k, ok }

// Service looks a service up.
func (d *Directory) Service(id string) (ServiceInfo, bool) { s, ok := d.services[id]; return s, ok }

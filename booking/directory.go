package booking

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"

	"madoguchi/booking/catalogue"
)

// What a Directory holds, as the catalogue describes it.
type (
	Area        = catalogue.Area
	Tenant      = catalogue.Tenant
	Office      = catalogue.Office
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
	rules     int64
	areas     map[string]Area
	offices   map[string]Office
	booths    map[string]Booth
	pools     map[string]Pool
	desks     map[string]Desk
	services  map[string]ServiceInfo
}

// Option changes a catalogue between reading and use.
type Option func(*catalogue.Catalogue)

// AlwaysOpen keeps every office and desk open round the clock, with a start every five minutes, so that a demo works
// whenever somebody tries it.
func AlwaysOpen() Option {
	return func(c *catalogue.Catalogue) {
		all := catalogue.Days{true, true, true, true, true, true, true}
		for i := range c.Offices {
			o := &c.Offices[i]
			o.Hours = []catalogue.Hours{{Days: all, Open: 0, Close: 24 * 60}}
			o.Closures, o.YearEnd, o.Holidays, o.Every, o.Fine = nil, catalogue.YearEnd{}, true, 5, 5
		}
		for i := range c.Pools {
			p := &c.Pools[i]
			p.Closures, p.YearEnd, p.Holidays = nil, catalogue.YearEnd{}, true
			for j := range p.Desks {
				p.Desks[j].Roster = []catalogue.Shift{{Days: all, From: 0, To: 24 * 60}}
			}
		}
	}
}

// Load reads the catalogue files (*.yaml) in the root of files. A *catalogue.Error says what is wrong with them, with
// file, line and column.
func Load(files fs.FS, options ...Option) (*Directory, error) {
	c, err := catalogue.Load(files)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		o(c)
	}
	return newDirectory(c)
}

func newDirectory(c *catalogue.Catalogue) (*Directory, error) {
	d := &Directory{
		catalogue: c, areas: map[string]Area{}, offices: map[string]Office{}, booths: map[string]Booth{}, pools: map[string]Pool{},
		desks: map[string]Desk{}, services: map[string]ServiceInfo{},
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
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("fingerprint the catalogue: %w", err)
	}
	sum := sha256.Sum256(text)
	d.rules = int64(binary.BigEndian.Uint32(sum[:4])>>1) + 1
	return d, nil
}

// Rules is the version of the rules this snapshot stands for: equal for equal catalogues, on every node.
func (d *Directory) Rules() int64 { return d.rules }

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

package booking

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"madoguchi/booking/calendar"
	"madoguchi/booking/catalogue"
	"madoguchi/booking/redisstore"
)

// horizonDays is how far ahead can be booked.
const horizonDays = 92

// maxLegs bounds the legs of one visit.
const maxLegs = 4

// LegRequest asks for one leg of a visit: a service by a pool, at one desk where Desk is not empty.
type LegRequest struct {
	Service, Pool, Desk string
	First               bool `json:",omitempty"` // the resident comes there for the first time
}

// inquiry is a visit asked for at one office, checked against the directory: everything but the time.
type inquiry struct {
	office Office
	open   officeRules
	legs   []inquiryLeg
	booth  string // the only booth wanted; "" for any
}

type inquiryLeg struct {
	LegRequest
	info          ServiceInfo
	pool          Pool
	desks         []catalogue.Desk // who may serve it, in the order of the catalogue
	length        time.Duration
	before, after time.Duration // the desk is kept free around it
	rules         calendar.Leg  // everything that does not depend on what is booked
}

// inquire checks what was asked for: the office exists and offers each service by that pool, and each leg may follow
// the one before it.
func (d *Directory) inquire(office, booth string, legs []LegRequest) (inquiry, error) {
	o, ok := d.Office(office)
	if !ok {
		return inquiry{}, problemUnknown("office", office)
	}
	if b, ok := d.Booth(booth); booth != "" && (!ok || b.Office != office) {
		return inquiry{}, problemUnknown("booth", booth)
	}
	if len(legs) == 0 || len(legs) > maxLegs {
		return inquiry{}, problemLegCount(len(legs))
	}
	q := inquiry{office: o, open: d.open[o.ID], booth: booth}
	for i, l := range legs {
		leg, err := d.inquireLeg(o, l)
		if err != nil {
			return inquiry{}, err
		}
		if i > 0 && !slices.Contains(q.legs[i-1].info.FollowedBy, l.Service) {
			return inquiry{}, problemOrder(q.legs[i-1].info.ID, l.Service)
		}
		q.legs = append(q.legs, leg)
	}
	q.trimBuffers()
	return q, nil
}

// trimBuffers takes out of the buffers what one desk would need twice: who serves two legs of a visit goes from one to
// the next without notes in between, and a desk cannot be claimed twice for the same minute.
func (q inquiry) trimBuffers() {
	for i := range q.legs {
		gap := time.Duration(0)
		for j := i + 1; j < len(q.legs); j++ {
			if share(q.legs[i].desks, q.legs[j].desks) {
				q.legs[i].after = min(q.legs[i].after, gap)
				q.legs[j].before = min(q.legs[j].before, gap-q.legs[i].after)
			}
			gap += q.legs[j].length
		}
	}
}

func share(a, b []catalogue.Desk) bool {
	return slices.ContainsFunc(a, func(x catalogue.Desk) bool {
		return slices.ContainsFunc(b, func(y catalogue.Desk) bool { return x.ID == y.ID })
	})
}

func (d *Directory) inquireLeg(o Office, l LegRequest) (inquiryLeg, error) {
	info, ok := d.Service(l.Service)
	if !ok {
		return inquiryLeg{}, problemUnknown("service", l.Service)
	}
	if !slices.ContainsFunc(o.Offers, func(f catalogue.Offer) bool { return f.Service == l.Service && f.Pool == l.Pool }) {
		return inquiryLeg{}, problemNotOffered(o.ID, l)
	}
	leg := inquiryLeg{
		LegRequest: l, info: info, pool: d.pools[l.Pool], length: minutes(info.Minutes), before: minutes(info.Before), after: minutes(info.After),
	}
	if l.First && info.FirstVisit.Minutes > 0 {
		leg.length = minutes(info.FirstVisit.Minutes)
	}
	for _, k := range leg.pool.Desks {
		if k.Role == info.Role && (l.Desk == "" || l.Desk == k.ID) {
			leg.desks = append(leg.desks, k)
		}
	}
	if len(leg.desks) == 0 {
		return inquiryLeg{}, problemUnknown("desk", l.Desk)
	}
	leg.rules = d.legRules(o, leg)
	return leg, nil
}

// booths are the booths that come into question, in the order of the office.
func (q inquiry) booths() []catalogue.Booth {
	if q.booth == "" {
		return q.office.Booths
	}
	var list []catalogue.Booth
	for _, b := range q.office.Booths {
		if b.ID == q.booth {
			list = append(list, b)
		}
	}
	return list
}

// ledgers are all ledgers the answer depends on: booths, desks leg by leg, then the resident where known.
func (q inquiry) ledgers(resident string) []redisstore.Ledger {
	var list []redisstore.Ledger
	for _, b := range q.booths() {
		list = append(list, redisstore.Ledger{Kind: redisstore.KindBooth, ID: b.ID})
	}
	for _, l := range q.legs {
		kind := redisstore.KindDesk
		if q.lent(l) {
			kind = redisstore.KindLent
		}
		for _, k := range l.desks {
			list = append(list, redisstore.Ledger{Kind: kind, ID: k.ID})
		}
	}
	if resident != "" {
		list = append(list, redisstore.Ledger{Kind: redisstore.KindResident, ID: resident})
	}
	return list
}

// lent reports whether a leg is served by desks of another area, which can be had only within the windows lent.
func (q inquiry) lent(l inquiryLeg) bool { return l.pool.Area != q.office.Area }

// occupied is what a ledger holds, in the calendar's form.
type occupied struct{ taken, blocks []calendar.Interval }

func occupiedOf(lists [][]redisstore.Interval) []occupied {
	all := make([]occupied, len(lists))
	for n, list := range lists {
		all[n].taken = make([]calendar.Interval, 0, len(list))
		for _, i := range list {
			all[n].taken = append(all[n].taken, calendar.Interval{Start: i.Start, End: i.End})
			if i.Block {
				all[n].blocks = append(all[n].blocks, calendar.Interval{Start: i.Start, End: i.End})
			}
		}
	}
	return all
}

// question puts the inquiry to the calendar. busy is what the ledgers hold, in the order of ledgers; nil asks for the
// rules alone.
func (q inquiry) question(busy []occupied, now time.Time) calendar.Question {
	next := func() (taken, blocks []calendar.Interval) {
		if len(busy) == 0 {
			return nil, nil
		}
		taken, blocks = busy[0].taken, busy[0].blocks
		busy = busy[1:]
		return taken, blocks
	}
	c := calendar.Question{
		Now: now, Until: calendar.DateOf(now).Add(horizonDays), Office: q.open.place, Hours: q.open.hours, Extra: q.open.extra,
		Every: q.office.Every, Fine: q.office.Fine,
	}
	for _, b := range q.booths() {
		missing := q.missing(b)
		booth := calendar.Booth{Equipped: len(missing) == 0, Missing: missing, Cleaning: minutes(b.Cleaning)}
		booth.Busy, booth.Blocks = next()
		c.Booths = append(c.Booths, booth)
	}
	for _, l := range q.legs {
		c.Cleaning = max(c.Cleaning, minutes(l.info.Cleaning))
		leg := l.rules
		leg.Before, leg.After = l.before, l.after
		leg.Desks = slices.Clone(leg.Desks)
		for n := range leg.Desks {
			leg.Desks[n].Busy, leg.Desks[n].Blocks = next()
		}
		c.Legs = append(c.Legs, leg)
	}
	c.Resident, _ = next()
	return c
}

// missing lists what the legs need and a booth does not have.
func (q inquiry) missing(b catalogue.Booth) []string {
	var list []string
	for _, l := range q.legs {
		for _, need := range l.info.Needs {
			if !slices.Contains(b.Equipment, need) && !slices.Contains(list, need) {
				list = append(list, need)
			}
		}
	}
	return list
}

func (q inquiry) equipped(b catalogue.Booth) bool { return len(q.missing(b)) == 0 }

// claims turns an answer that is free into what a hold claims. Desks with the least to do around that day come first,
// so that a pool shares its work; booths keep the order of the office, so that the nearest to the counter fills first.
func (q inquiry) claims(c calendar.Question, a calendar.Answer) (booth redisstore.Claim, legs []redisstore.LegClaim) {
	booths := q.booths()
	held := calendar.Interval{}
	for _, n := range a.Booths {
		booth.Candidates = append(booth.Candidates, booths[n].ID)
		if i := c.BoothHeld(n, a.Start); i.End.After(held.End) {
			held = i
		}
	}
	booth.Candidates = booth.Candidates[:min(len(booth.Candidates), redisstore.MaxCandidates)]
	booth.Start, booth.End = held.Start, held.End
	for i, l := range q.legs {
		order := slices.Clone(a.Desks[i])
		slices.SortStableFunc(order, func(x, y int) int {
			return cmp.Compare(len(c.Legs[i].Desks[x].Busy), len(c.Legs[i].Desks[y].Busy))
		})
		held := c.DeskHeld(i, a.Legs[i])
		claim := redisstore.LegClaim{Service: l.Service, Pool: l.Pool, First: l.First, From: a.Legs[i].Start, To: a.Legs[i].End}
		claim.Start, claim.End, claim.Lent = held.Start, held.End, q.lent(l)
		for _, n := range order {
			claim.Candidates = append(claim.Candidates, l.desks[n].ID)
		}
		legs = append(legs, claim)
	}
	return booth, legs
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// parseLeg reads "medical@morita" or "medical@shimin/shimin-2", with ";first" after it for a first visit.
func parseLeg(text string) LegRequest {
	text, first := strings.CutSuffix(text, ";first")
	service, rest, _ := strings.Cut(text, "@")
	pool, desk, _ := strings.Cut(rest, "/")
	return LegRequest{Service: service, Pool: pool, Desk: desk, First: first}
}

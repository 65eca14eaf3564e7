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
}

// inquiry is a visit asked for at one office, checked against the directory: everything but the time.
type inquiry struct {
	office Office
	legs   []inquiryLeg
	booth  string // the only booth wanted; "" for any
}

type inquiryLeg struct {
	LegRequest
	info  ServiceInfo
	pool  Pool
	desks []catalogue.Desk // who may serve it, in the order of the catalogue
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
	q := inquiry{office: o, booth: booth}
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
	return q, nil
}

func (d *Directory) inquireLeg(o Office, l LegRequest) (inquiryLeg, error) {
	info, ok := d.Service(l.Service)
	if !ok {
		return inquiryLeg{}, problemUnknown("service", l.Service)
	}
	if !slices.ContainsFunc(o.Offers, func(f catalogue.Offer) bool { return f.Service == l.Service && f.Pool == l.Pool }) {
		return inquiryLeg{}, problemNotOffered(o.ID, l)
	}
	leg := inquiryLeg{LegRequest: l, info: info, pool: d.pools[l.Pool]}
	for _, k := range leg.pool.Desks {
		if k.Role == info.Role && (l.Desk == "" || l.Desk == k.ID) {
			leg.desks = append(leg.desks, k)
		}
	}
	if len(leg.desks) == 0 {
		return inquiryLeg{}, problemUnknown("desk", l.Desk)
	}
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
		for _, k := range l.desks {
			list = append(list, redisstore.Ledger{Kind: redisstore.KindDesk, ID: k.ID})
		}
	}
	if resident != "" {
		list = append(list, redisstore.Ledger{Kind: redisstore.KindResident, ID: resident})
	}
	return list
}

// question puts the inquiry to the calendar. busy is what the ledgers hold, in the order of ledgers.
func (q inquiry) question(busy [][]redisstore.Interval, now time.Time) calendar.Question {
	next := func() []calendar.Interval {
		if len(busy) == 0 {
			return nil
		}
		var list []calendar.Interval
		for _, i := range busy[0] {
			list = append(list, calendar.Interval{Start: i.Start, End: i.End})
		}
		busy = busy[1:]
		return list
	}
	c := calendar.Question{
		Now: now, Until: calendar.DateOf(now).Add(horizonDays), Office: placeOf(q.office.Closures, q.office.YearEnd, q.office.Holidays),
		Every: q.office.Every, Fine: q.office.Fine,
	}
	for _, h := range q.office.Hours {
		c.Hours = append(c.Hours, calendar.Window{
			Days: h.Days, From: int(h.Open), To: int(h.Close), NoonFrom: int(h.NoonFrom), NoonTo: int(h.NoonTo),
		})
	}
	for _, b := range q.booths() {
		c.Booths = append(c.Booths, calendar.Booth{Equipped: q.equipped(b), Cleaning: minutes(b.Cleaning), Busy: next()})
	}
	for _, l := range q.legs {
		c.Cleaning = max(c.Cleaning, minutes(l.info.Cleaning))
		leg := calendar.Leg{
			Word: l.info.PublicName, Length: minutes(l.info.Minutes), Place: placeOf(l.pool.Closures, l.pool.YearEnd, l.pool.Holidays),
		}
		for _, k := range l.desks {
			leg.Desks = append(leg.Desks, calendar.Desk{Roster: rosterOf(k.Roster), Busy: next()})
		}
		c.Legs = append(c.Legs, leg)
	}
	c.Resident = next()
	return c
}

func (q inquiry) equipped(b catalogue.Booth) bool {
	for _, l := range q.legs {
		for _, need := range l.info.Needs {
			if !slices.Contains(b.Equipment, need) {
				return false
			}
		}
	}
	return true
}

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
	booth.Start, booth.End = held.Start, held.End
	for i, l := range q.legs {
		order := slices.Clone(a.Desks[i])
		slices.SortStableFunc(order, func(x, y int) int {
			return cmp.Compare(len(c.Legs[i].Desks[x].Busy), len(c.Legs[i].Desks[y].Busy))
		})
		claim := redisstore.LegClaim{Service: l.Service, Pool: l.Pool}
		claim.Start, claim.End = a.Legs[i].Start, a.Legs[i].End
		for _, n := range order {
			claim.Candidates = append(claim.Candidates, l.desks[n].ID)
		}
		legs = append(legs, claim)
	}
	return booth, legs
}

func placeOf(closures []catalogue.Closure, yearEnd catalogue.YearEnd, holidays bool) calendar.Place {
	p := calendar.Place{
		OpenOnHolidays: holidays,
		YearEndFrom:    calendar.MonthDay{Month: time.Month(yearEnd.From.Month), Day: yearEnd.From.Day},
		YearEndTo:      calendar.MonthDay{Month: time.Month(yearEnd.To.Month), Day: yearEnd.To.Day},
	}
	for _, c := range closures {
		p.Closures = append(p.Closures, calendar.Closure{From: dateOf(c.From), To: dateOf(c.To), Reason: c.Reason})
	}
	return p
}

func rosterOf(shifts []catalogue.Shift) []calendar.Window {
	list := make([]calendar.Window, len(shifts))
	for i, s := range shifts {
		list[i] = calendar.Window{Days: s.Days, From: int(s.From), To: int(s.To)}
	}
	return list
}

func dateOf(d catalogue.Date) calendar.Date {
	return calendar.Date{Year: d.Year, Month: time.Month(d.Month), Day: d.Day}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// parseLeg reads "medical@morita" or "medical@shimin/shimin-2".
func parseLeg(text string) LegRequest {
	service, rest, _ := strings.Cut(text, "@")
	pool, desk, _ := strings.Cut(rest, "/")
	return LegRequest{Service: service, Pool: pool, Desk: desk}
}

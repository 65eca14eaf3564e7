package booking

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"madoguchi/booking/calendar"
	"madoguchi/booking/redisstore"
)

// Bounds of a search over offices.
const (
	maxFindOffices = 200 // the nearest come first
	maxFindWays    = 8   // combinations of pools tried at one office
)

// Found is what one office has for a visit within some days.
type Found struct {
	Office   Office
	Legs     []LegRequest // the pools that can do it
	Distance float64      // from the office asked near, in kilometres; -1 where not known
	Free     int          // starts that are free
	Starts   []calendar.Answer
}

// Find searches every office of the area that gives the services, nearest first where it is known where offices lie, and
// in the order of the catalogue otherwise. A leg without a pool means any pool the office has for it. near is an office.
func (s *Service) Find(ctx context.Context, near string, legs []LegRequest, first calendar.Date, days int) (list []Found, rules int64, err error) {
	d, err := s.rules()
	if err != nil {
		return nil, 0, err
	}
	from, ok := d.Office(near)
	if !ok {
		return nil, 0, problemUnknown("office", near)
	}
	if len(legs) == 0 || len(legs) > maxLegs {
		return nil, 0, problemLegCount(len(legs))
	}
	ways := d.ways(from, legs)
	asks, err := s.askAll(ctx, s.stores[from.Area], ways, first.At(0), first.Add(days).At(0))
	if err != nil {
		return nil, 0, asProblem(err)
	}
	for i, starts := range freeOf(asks, first, days) {
		w := ways[i]
		list = better(list, Found{Office: w.office, Legs: w.requests(), Distance: distance(from, w.office), Free: len(starts), Starts: starts})
	}
	return list, d.rulesIn(from.Area), nil
}

// freeOf gives the free starts of each question, worked out on every processor.
func freeOf(asks []calendar.Question, first calendar.Date, days int) [][]calendar.Answer {
	free := make([][]calendar.Answer, len(asks))
	var workers errgroup.Group
	workers.SetLimit(runtime.GOMAXPROCS(0))
	for i, ask := range asks {
		workers.Go(func() error {
			for n := range days {
				free[i] = append(free[i], ask.Free(first.Add(n))...)
			}
			return nil
		})
	}
	_ = workers.Wait() // none of them fails
	return free
}

// better keeps for each office the way with the most room.
func better(list []Found, f Found) []Found {
	if n := len(list); n > 0 && list[n-1].Office.ID == f.Office.ID {
		if list[n-1].Free < f.Free {
			list[n-1] = f
		}
		return list
	}
	return append(list, f)
}

// ways lists how each office could do the visit, nearest office first.
func (d *Directory) ways(from Office, legs []LegRequest) []inquiry {
	offices := slices.DeleteFunc(slices.Clone(d.Offices()), func(o Office) bool { return o.Area != from.Area })
	slices.SortStableFunc(offices, func(a, b Office) int { return cmp.Compare(rank(from, a), rank(from, b)) })
	var list []inquiry
	for _, o := range offices[:min(len(offices), maxFindOffices)] {
		for _, way := range d.pooled(o, legs) {
			if q, err := d.inquire(o.ID, "", way); err == nil {
				list = append(list, q)
			}
		}
	}
	return list
}

// pooled fills in pools where none is named, every combination the office has.
func (d *Directory) pooled(o Office, legs []LegRequest) [][]LegRequest {
	ways := [][]LegRequest{nil}
	for _, l := range legs {
		var pools []string
		for _, f := range o.Offers {
			if f.Service == l.Service && (l.Pool == "" || l.Pool == f.Pool) && !slices.Contains(pools, f.Pool) {
				pools = append(pools, f.Pool)
			}
		}
		var longer [][]LegRequest
		for _, way := range ways {
			for _, pool := range pools {
				leg := l
				leg.Pool = pool
				longer = append(longer, append(slices.Clone(way), leg))
			}
		}
		ways = longer[:min(len(longer), maxFindWays)]
	}
	return ways
}

func (q inquiry) requests() []LegRequest {
	list := make([]LegRequest, len(q.legs))
	for i, l := range q.legs {
		list[i] = l.LegRequest
	}
	return list
}

// askAll reads the ledgers of several inquiries in one go, each once: offices share the desks they call.
func (s *Service) askAll(ctx context.Context, store *redisstore.Store, list []inquiry, from, to time.Time) ([]calendar.Question, error) {
	place := map[redisstore.Ledger]int{}
	var ledgers []redisstore.Ledger
	for _, q := range list {
		for _, l := range q.ledgers("") {
			if _, known := place[l]; !known {
				place[l] = len(ledgers)
				ledgers = append(ledgers, l)
			}
		}
	}
	if len(ledgers) == 0 {
		return nil, nil
	}
	busy, err := store.Busy(ctx, ledgers, from, to.Add(longestVisit), "")
	if err != nil {
		return nil, err
	}
	now, all := s.now(), occupiedOf(busy)
	asks := make([]calendar.Question, len(list))
	for i, q := range list {
		needs := q.ledgers("")
		own := make([]occupied, len(needs))
		for n, l := range needs {
			own[n] = all[place[l]]
		}
		asks[i] = q.question(own, now)
	}
	return asks, nil
}

// distance gives kilometres along the great circle, -1 where one of the offices is nowhere.
func distance(a, b Office) float64 {
	if a.ID == b.ID {
		return 0
	}
	if (a.Location == Location{}) || (b.Location == Location{}) {
		return -1
	}
	const earth = 6371.0
	rad := func(deg float64) float64 { return deg * math.Pi / 180 }
	sin := func(deg float64) float64 { s := math.Sin(rad(deg) / 2); return s * s }
	h := sin(b.Location.Lat-a.Location.Lat) + math.Cos(rad(a.Location.Lat))*math.Cos(rad(b.Location.Lat))*sin(b.Location.Lon-a.Location.Lon)
	return 2 * earth * math.Asin(math.Sqrt(min(1, h)))
}

// rank sorts by distance, what is nowhere last.
func rank(from, o Office) float64 {
	if km := distance(from, o); km >= 0 {
		return km
	}
	return math.MaxFloat64
}

package access

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// revocationKept is how long a revocation is remembered: until every token that was good before it has expired by itself.
const revocationKept = SeatTTL + RoomTTL + time.Minute

// ErrNothing: nothing was named that could be revoked.
var ErrNothing = errors.New("name a seat")

// Revocation takes tokens of a seat back: all that go back to one signing-in, or, where none is named, all that were made
// up to a moment.
type Revocation struct {
	Seat   string    `json:"seat"`
	SignIn string    `json:"signIn,omitempty"`
	At     time.Time `json:"at"`
}

func (r Revocation) name() string {
	if r.SignIn != "" {
		return "in:" + r.SignIn
	}
	return "seat:" + r.Seat
}

// Covers says whether a token is taken back.
func (r Revocation) Covers(signIn, seat string, issued time.Time) bool {
	if r.SignIn != "" {
		return r.SignIn == signIn
	}
	// Tokens tell whole seconds only. In doubt it is the older one: whoever signs in anew in that very second comes again.
	return r.Seat == seat && !issued.After(r.At)
}

// Revocations are the tokens taken back of an area. Redis keeps them for as long as they matter, every node has them in
// memory, and whoever adds one tells the others (the broker does, on its bus): so a check costs no trip, and one that was
// not announced is found with the regular reload.
type Revocations struct {
	redis redis.UniversalClient
	key   string
	now   func() time.Time

	mu     sync.RWMutex
	byName map[string]Revocation
}

// NewRevocations keeps the revocations of an area in Redis; now tells the time.
func NewRevocations(r redis.UniversalClient, area string, now func() time.Time) *Revocations {
	return &Revocations{redis: r, key: "{" + area + "}:revoked", now: now, byName: map[string]Revocation{}}
}

// Revoke takes tokens back, here at once, and stores it for the others. If that fails it holds here all the same.
func (r *Revocations) Revoke(ctx context.Context, what Revocation) error {
	if what.Seat == "" {
		return ErrNothing
	}
	r.Take(what)
	_, err := r.redis.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, r.key, what.name(), strconv.FormatInt(what.At.UnixMilli(), 10)+" "+what.Seat)
		p.PExpire(ctx, r.key, revocationKept)
		return nil
	})
	if err != nil {
		return fmt.Errorf("store revocation of %s: %w", what.name(), err)
	}
	return nil
}

// Take takes a revocation in that somebody else has stored. Of two of the same seat the later one covers both.
func (r *Revocations) Take(what Revocation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if what.At.After(r.byName[what.name()].At) {
		r.byName[what.name()] = what
	}
}

// Load reads what is stored, strikes off what matters no longer, and returns those that are news here.
func (r *Revocations) Load(ctx context.Context) ([]Revocation, error) {
	stored, err := r.redis.HGetAll(ctx, r.key).Result()
	if err != nil {
		return nil, fmt.Errorf("read revocations: %w", err)
	}
	var news []Revocation
	var over []string
	r.mu.Lock()
	for name, value := range stored {
		what, ok := revocationOf(name, value)
		if !ok || r.now().Sub(what.At) > revocationKept {
			over = append(over, name)
			continue
		}
		if what.At.After(r.byName[name].At) {
			r.byName[name] = what
			news = append(news, what)
		}
	}
	for name, what := range r.byName {
		if r.now().Sub(what.At) > revocationKept {
			delete(r.byName, name)
		}
	}
	r.mu.Unlock()
	if len(over) > 0 {
		err = r.redis.HDel(ctx, r.key, over...).Err()
	}
	return news, err
}

// revocationOf reads what Revoke has stored.
func revocationOf(name, value string) (what Revocation, ok bool) {
	at, seat, _ := strings.Cut(value, " ")
	ms, err := strconv.ParseInt(at, 10, 64)
	what = Revocation{Seat: seat, At: time.UnixMilli(ms)}
	what.SignIn, _ = strings.CutPrefix(name, "in:")
	if strings.HasPrefix(name, "seat:") {
		what.SignIn = ""
	}
	return what, err == nil && what.name() == name
}

// Since lists what was revoked from a moment on.
func (r *Revocations) Since(moment time.Time) (list []Revocation) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, what := range r.byName {
		if !what.At.Before(moment) {
			list = append(list, what)
		}
	}
	return list
}

// Refuse says whether a seat's token has been taken back since it was verified.
func (r *Revocations) Refuse(s Seat) bool { return r.refuses(s.SignIn, s.ID, s.Issued) }

// refuses says whether a token has been taken back. Nil takes nothing back.
func (r *Revocations) refuses(signIn, seat string, issued time.Time) bool {
	if r == nil {
		return false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, is := r.byName["in:"+signIn]; is && signIn != "" {
		return true
	}
	what, is := r.byName["seat:"+seat]
	return is && what.Covers(signIn, seat, issued)
}

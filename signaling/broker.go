package signaling

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"madoguchi/signaling/access"
	"madoguchi/signaling/audit"
	"madoguchi/signaling/login"
	"madoguchi/signaling/protocol"
)

// Config says what a broker works with. Redis, Keys, Places and Bookings are required; Media may also be given later,
// by UseMedia, because the node that carries media wants the broker's Observer first.
type Config struct {
	Area     string
	Redis    redis.UniversalClient
	Keys     *access.Keys
	Places   Places
	Bookings Bookings
	Media    Media

	Login     Login       // how seats sign in
	Audit     audit.Noter // takes what neither outbox tells: sign-ins, tokens, who looked at what; nil: no trail is kept
	Telephone Telephone   // rings the post office when nobody answers a booth's call; nil: nothing does

	ICEServers []protocol.ICEServer // told to every client
	Origins    []string             // pages of these origins ("https://desk.example.jp") may connect besides our own
	Others     []string             // origins of further servers of the service, told to every client; their pages may connect too
	OpenSignIn bool                 // seats sign in without a code: for demonstrations only
	AllowBench bool                 // accept room tokens with the grant bench: for measuring only
	Sealed     bool                 // pages are asked to seal what they send each other, end to end

	DeskGrace  time.Duration // how long a lost desk may come back before the session waits again; default 60 s
	BoothGrace time.Duration // how long a lost booth may come back before the session is abandoned; default 5 min
	Unattended time.Duration // how long after its planned end a visit nobody entered is kept; default 1 h
	Lease      time.Duration // after which a node that says nothing is dead; default 15 s
	Timeline   time.Duration // how long is kept what happened to a visit, without names; default 14 days

	Limits Limits
	Log    *slog.Logger
	Now    func() time.Time // time.Now where nil; it has to go with the clock of Redis

	clock      clock
	remember   time.Duration // how long a request waits to be remembered; 0: bookWithin
	reads      int           // of a test: the newest shape of sessions that this program reads, as an older one would
	shapeAfter time.Duration // of a test: see redisstore.Agreement
}

func (c Config) withDefaults() Config {
	set := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	set(&c.DeskGrace, time.Minute)
	set(&c.BoothGrace, 5*time.Minute)
	set(&c.Unattended, time.Hour)
	set(&c.Lease, 15*time.Second)
	set(&c.Timeline, 14*24*time.Hour)
	c.Limits = c.Limits.withDefaults()
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Audit == nil {
		c.Audit = audit.Discard
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.clock == nil {
		c.clock = wallClock{c.Now}
	}
	return c
}

func (c Config) check() error {
	var errs []error
	missing := func(name string, absent bool) {
		if absent {
			errs = append(errs, fmt.Errorf("%s: missing", name))
		}
	}
	missing("Area", c.Area == "")
	missing("Redis", c.Redis == nil)
	missing("Keys", c.Keys == nil)
	missing("Places", c.Places == nil)
	missing("Bookings", c.Bookings == nil)
	for _, o := range c.Origins {
		if u, err := url.Parse(o); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			errs = append(errs, fmt.Errorf("origins: %q: want scheme://host[:port]", o))
		}
	}
	return errors.Join(errs...)
}

// Broker serves the participants of one area. Make it with New, give it Media, and Run it; Handler, Register and the
// others may be wired up before it runs, and answer 503 until it does.
type Broker struct {
	cfg         Config
	log         *slog.Logger
	clock       clock
	store       *store
	meters      *meters
	lines       lines
	calls       callStore
	tries       tries
	issuer      *access.Issuer
	verifier    *access.Verifier
	codes       *access.Codes
	revocations *access.Revocations
	signIns     *login.Store
	book        *book
	hub         *hub
	media       Media
	nodes       Nodes // several media nodes behind media; nil where there is one
	moves       *newest[string, int64]
	node        string // id of this run of the broker, to tell its own words from others'
	reports     *newest[who, report]
	mediaOut    *newest[who, media]
	retries     *retries
	dayNews     chan struct{} // holds one token while appointments may have changed since open sessions were looked at
	gates       keyedMutex

	timelines *timelines
	commands  commands

	running atomic.Bool
	door    sync.Mutex   // held to let a socket in, and to let no more in
	settled atomic.Int64 // unix ms before which no lease is judged: others must have had the time to renew theirs
	sockets sync.WaitGroup

	agreed   atomic.Bool        // it has said which shape it reads
	compared atomic.Int64       // unix ms when the latest comparison with all that Redis has began that was gone through
	stop     context.CancelFunc // ends what sockets have begun
	base     context.Context
}

// New makes a broker. It starts nothing.
func New(cfg Config) (*Broker, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("signaling: %w", err)
	}
	keys := keyspace{cfg.Area}
	b := &Broker{
		cfg: cfg, log: cfg.Log, clock: cfg.clock, media: cfg.Media,
		store:       newStore(cfg.Redis, cfg.Area, cfg.Log),
		lines:       lines{cfg.Redis, keys, cfg.Keys},
		calls:       callStore{cfg.Redis, keys},
		tries:       tries{cfg.Redis, keys},
		issuer:      access.NewIssuer(cfg.Keys, cfg.clock.Now),
		verifier:    access.NewVerifier(cfg.Keys, cfg.clock.Now),
		codes:       access.NewCodes(cfg.Redis, cfg.Area),
		revocations: access.NewRevocations(cfg.Redis, cfg.Area, cfg.clock.Now),
		book:        newBook(cfg.Redis, cfg.remember, cfg.Log),
		signIns:     login.NewStore(cfg.Redis, cfg.Area, cfg.clock.Now),
		hub:         newHub(cfg.Places, cfg.clock),
		node:        newID("n_"),
		reports:     newNewest[who, report](),
		mediaOut:    newNewest[who, media](),
		moves:       newNewest[string, int64](),
		retries:     newRetries(cfg.Log),
		dayNews:     make(chan struct{}, 1),
	}
	b.verifier = b.verifier.Heeding(b.revocations)
	b.timelines = newTimelines(cfg.Redis, keys, b.node, cfg.Timeline)
	b.meters = newMeters()
	b.store.meters = b.meters
	if b.store.shapeAfter = cfg.shapeAfter; cfg.reads > 0 {
		b.store.reads = cfg.reads
	}
	b.base, b.stop = context.WithCancel(context.Background())
	return b, nil
}

// UseMedia gives the broker the node that carries media. Call it before Run.
func (b *Broker) UseMedia(m Media) { b.media = m }

// Running says whether sockets are accepted.
func (b *Broker) Running() bool { return b.running.Load() }

// drainFor is how long sockets may take to say goodbye when the broker stops.
const drainFor = 5 * time.Second

// Run serves until ctx ends. Then no new socket is accepted, the open ones are told to come back elsewhere, and Run
// returns once all of them have ended.
func (b *Broker) Run(ctx context.Context) error {
	if b.media == nil {
		return errors.New("signaling: Media: missing: call UseMedia before Run")
	}
	defer b.stop()
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	work, inner := errgroup.WithContext(inner)
	work.Go(func() error { return b.hub.run(inner) })
	work.Go(func() error { return b.listen(inner) })
	work.Go(func() error { return b.keep(inner) })
	work.Go(func() error { return b.agree(inner) })
	work.Go(func() error { return b.book.run(inner) })
	work.Go(func() error { return b.ping(inner) })
	work.Go(func() error { return b.timelines.run(inner) })
	work.Go(func() error { return b.seeToTelephone(inner) })
	work.Go(func() error { return b.followMedia(inner) })
	work.Go(func() error { return b.storeMedia(inner) })
	work.Go(func() error { return b.followMoves(inner) })
	work.Go(func() error { return b.followDays(inner) })
	work.Go(func() error { return b.followTimes(inner) })
	work.Go(func() error { return b.followKeys(inner) })
	work.Go(func() error { return b.retries.run(inner, b.clock) })
	b.running.Store(true)
	select {
	case <-ctx.Done():
	case <-inner.Done(): // a part failed; Wait says which
	}
	b.door.Lock()
	b.running.Store(false)
	b.door.Unlock()
	b.dismissSockets()
	cancel()
	if err := work.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("signaling: %w", err)
	}
	return nil
}

// dismissSockets asks every socket to come back elsewhere and waits for them; whoever takes too long is cut off.
func (b *Broker) dismissSockets() {
	all := b.hub.sockets()
	for _, s := range all {
		s.finish(protocol.CloseRestart, "the server is going away")
	}
	gone := make(chan struct{})
	go func() { // ends when the last socket has, which the cut below makes sure of
		b.sockets.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return
	case <-time.After(drainFor):
	}
	b.stop()
	for _, s := range all {
		_ = s.conn.Close()
	}
	<-gone
}

// keyedMutex is one mutex per key, kept only while somebody holds or awaits it.
type keyedMutex struct {
	mu   sync.Mutex
	held map[string]*heldMutex
}

type heldMutex struct {
	sync.Mutex
	users int
}

// lock locks a key and returns what unlocks it.
func (k *keyedMutex) lock(key string) (unlock func()) {
	k.mu.Lock()
	if k.held == nil {
		k.held = map[string]*heldMutex{}
	}
	m := k.held[key]
	if m == nil {
		m = &heldMutex{}
		k.held[key] = m
	}
	m.users++
	k.mu.Unlock()
	m.Lock()
	return func() {
		m.Unlock()
		k.mu.Lock()
		defer k.mu.Unlock()
		if m.users--; m.users == 0 {
			delete(k.held, key)
		}
	}
}

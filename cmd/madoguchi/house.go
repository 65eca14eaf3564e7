package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore"
	"madoguchi/clients"
	"madoguchi/sfu"
	"madoguchi/sfu/whip"
	"madoguchi/signaling"
	"madoguchi/signaling/access"
)

// plan is what demo and serve decide; openHouse carries it out.
type plan struct {
	log       *slog.Logger
	listen    string
	tls       *tls.Config // nil: plain HTTP
	https     bool        // people reach us over https and always will
	proxied   bool        // a proxy in front of us says where requests came from
	origins   []string
	media     string
	mediaIPs  []string
	store     redis.UniversalClient
	kind      redisKind // of the store
	directory *booking.Directory
	folder    string // of the catalogue files, to be watched; "" where they are built in
	keys      *access.Keys
	secret    []byte // of the index of residents
	durable   redisstore.Durability
	journal   *journal.Journal // nil where nothing is noted
	drain     time.Duration

	now func() time.Time // nil: the machine's clock

	demo    bool   // seats need no code, bench tokens are honoured
	forgets bool   // the store ends with the process
	links   []link // of the landing page

	publicURL string          // "" where nobody has said
	notices   booking.Notices // who is told of appointments
	reminders []time.Duration // before the start; nil: the store's own
}

// openHouse makes the parts and opens their ports. What it returns listens, and serves once it runs.
func openHouse(p plan) (*house, error) {
	area, err := onlyArea(p.directory)
	if err != nil {
		return nil, err
	}
	registry := newRegistry()
	draining := &atomic.Bool{}

	bookings, err := booking.New(booking.Config{
		Directory: p.directory, Redis: p.store, Secret: p.secret, Log: p.log.With("part", "booking"), Now: p.now,
		Store: redisstore.Options{Reminders: p.reminders, Durability: p.durable}, Journal: p.journal,
	})
	if err != nil {
		return nil, err
	}
	notices := booking.NewNotifier(bookings, p.notices)
	broker, err := signaling.New(signaling.Config{
		Area: area, Redis: p.store, Keys: p.keys,
		Places: signaling.PlacesOf(bookings.Directory), Bookings: signaling.BookingsOf(bookings),
		Origins: p.origins, OpenSignIn: p.demo, AllowBench: p.demo,
		Log: p.log.With("part", "signaling"), Now: p.now,
	})
	if err != nil {
		return nil, err
	}
	node, err := sfu.New(sfu.Config{ListenUDP: p.media, PublicIPs: p.mediaIPs, Observer: broker.Observer(), Log: p.log.With("part", "sfu")})
	if err != nil {
		return nil, wrong("media", "cannot listen on %s (%v); choose a free address, or port 0 for any", p.media, err)
	}
	broker.UseMedia(signaling.MediaOf(node))
	registry.MustRegister(append(redisMetrics(p.store), node.Collector(), broker.Collector())...)

	check := &checker{store: p.store, kind: p.kind, area: area, node: node, sockets: broker, draining: draining.Load, durable: p.durable}
	h := &house{log: p.log, drain: p.drain, draining: draining, broker: broker, bookings: bookings, notices: notices, media: node, isReady: check.isReady}
	handler, err := routes(served{
		plan: p, draining: draining, registry: registry, checker: check,
		bookings: bookings, notices: notices, broker: broker, whip: whip.Handler(node, broker.WhipAuth()),
	})
	if err != nil {
		return nil, errors.Join(err, h.closeMedia())
	}
	if p.folder != "" {
		h.bookings = &watchedBookings{Service: bookings, folder: p.folder, every: lookAtFiles, log: p.log.With("part", "booking")}
	}
	h.listener, err = listenWeb(p.listen, p.tls)
	if err != nil {
		return nil, errors.Join(err, h.closeMedia())
	}
	h.server = newWebServer(handler, p.log)
	return h, nil
}

// onlyArea is the area of the directory; a broker serves one.
func onlyArea(directory *booking.Directory) (string, error) {
	areas := directory.Areas()
	if len(areas) != 1 {
		return "", wrong("directory", "describes %d areas; give each area a directory and a service of its own", len(areas))
	}
	return areas[0].ID, nil
}

// sampleLinks leads to every seat of a directory.
func sampleLinks(directory *booking.Directory) []link {
	var booths, desks, counters, assistants []link
	for _, office := range directory.Offices() {
		for _, booth := range office.Booths {
			booths = append(booths, link{"booth", office.Name + " " + booth.Name, "/booth/?seat=" + booth.ID})
		}
		counters = append(counters, link{"counter", office.Name, "/counter/?seat=" + office.ID})
	}
	for _, pool := range directory.Pools() {
		if clients.Has("assistant") {
			assistants = append(assistants, link{"assistant", pool.Name, "/assistant/?seat=" + pool.ID})
		}
		for _, desk := range pool.Desks {
			desks = append(desks, link{"desk", fmt.Sprintf("%s %s", pool.Name, desk.Name), "/desk/?seat=" + desk.ID})
		}
	}
	return append(slices.Concat(booths, desks, counters, assistants),
		link{"admin", "管理", "/admin/"}, link{"docs", "HTTP API", "/docs/"})
}

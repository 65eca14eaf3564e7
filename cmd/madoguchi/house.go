package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"madoguchi/booking"
	"madoguchi/booking/courier"
	"madoguchi/booking/journal"
	"madoguchi/booking/redisstore"
	"madoguchi/clients"
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
	pace      Pace
	origins   []string
	others    []string // origins of the other servers of the service
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

	roles roles
	area  string
	node  nodePlace // where the brokers reach our media node

	login     signaling.Login
	demoLogin http.Handler // the demo's own provider; nil in service

	signIn  bool   // a demonstration in which seats do not open by themselves
	sealed  bool   // what people send each other is sealed end to end
	demo    bool   // seats need no code, bench tokens are honoured
	forgets bool   // the store ends with the process
	links   []link // of the landing page

	publicURL string           // "" where nobody has said
	notices   booking.Notices  // who is told of appointments
	audit     auditPlan        // where the audit trail is written
	noShow    time.Duration    // grace after the start until who has not come counts as a no-show; 0: the store's own
	timeline  time.Duration    // how long what happened to a visit is kept; 0: the broker's own
	telephone *courier.Webhook // of post offices; nil: none
	reminders []time.Duration  // before the start; nil: the store's own
	remindOn  []booking.Eve    // at a time of the day on a day before
}

// connectionsFromOne is how many connections one address may have; behind a proxy all come from the proxy's.
func (p plan) connectionsFromOne() int {
	if p.proxied {
		return 0
	}
	return p.pace.Connections
}

// openHouse makes the parts and opens their ports. What it returns listens, and serves once it runs.
func openHouse(p plan) (*house, error) {
	h := &house{log: p.log, drain: p.drain, draining: &atomic.Bool{}, registry: newRegistry()}
	h.registry.MustRegister(redisMetrics(p.store)...)
	if err := h.open(p); err != nil {
		return nil, errors.Join(err, h.closeMedia())
	}
	return h, nil
}

// open makes the parts one after the other; what was opened when one fails stays in h.
func (h *house) open(p plan) error {
	if err := h.openParts(p); err != nil {
		return err
	}
	if err := h.openMedia(p); err != nil {
		return err
	}
	check := &checker{
		store: p.store, kind: p.kind, area: p.area, roles: p.roles, draining: h.draining.Load, durable: p.durable, house: h,
	}
	h.isReady = check.isReady
	busy := newBusy(h.registry)
	handler, err := routes(served{plan: p, house: h, checker: check, busy: busy})
	if err != nil {
		return err
	}
	if h.listener, err = listenWeb(p.listen, p.tls, door{perAddress: p.connectionsFromOne(), busy: busy}); err != nil {
		return err
	}
	h.server = newWebServer(handler, p.log)
	return nil
}

// openParts makes booking and signaling. A process that does only one of them needs to know of the other: appointments
// are read in a visit, and seats' tokens at the counter.
func (h *house) openParts(p plan) (err error) {
	if p.roles.onlyMedia() {
		return nil
	}
	if err := h.openNotes(p); err != nil {
		return err
	}
	h.service, err = booking.New(booking.Config{
		Directory: p.directory, Redis: p.store, Secret: p.secret, Log: p.log.With("part", "booking"), Now: p.now,
		Store: redisstore.Options{Reminders: p.reminders, Durability: p.durable, NoShowAfter: p.noShow}, Journal: p.journal, RemindOn: p.remindOn,
		Typeface: typeface, PublicURL: p.publicURL,
	})
	if err != nil {
		return err
	}
	h.bookings = h.service
	if p.folder != "" {
		h.bookings = &watchedBookings{Service: h.service, folder: p.folder, every: lookAtFiles, log: p.log.With("part", "booking")}
	}
	h.notifier = booking.NewNotifier(h.service, p.notices)
	h.signaling, err = signaling.New(signaling.Config{
		Area: p.area, Redis: p.store, Keys: p.keys,
		Places: signaling.PlacesOf(h.service.Directory), Bookings: signaling.BookingsOf(h.service),
		Origins: p.origins, Others: p.others, Login: p.login, OpenSignIn: p.demo && !p.signIn, AllowBench: p.demo, Telephone: telephoneOf(p.telephone), Timeline: p.timeline, Audit: h.notes, Sealed: p.sealed,
		Log: p.log.With("part", "signaling"), Now: p.now,
	})
	if err != nil {
		return err
	}
	if p.roles.is(roleBooking) {
		h.notices = h.notifier
		h.registry.MustRegister(h.notifier.Collector())
	}
	if p.roles.is(roleSignaling) {
		h.broker = h.signaling
		h.registry.MustRegister(h.signaling.Collector())
	}
	return nil
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
	var booths, desks, counters, lobbies, assistants []link
	for _, office := range directory.Offices() {
		for _, booth := range office.Booths {
			booths = append(booths, link{"booth", office.Name + " " + booth.Name, "/booth/?seat=" + booth.ID})
		}
		if clients.Has("lobby") {
			lobbies = append(lobbies, link{"lobby", office.Name, "/lobby/?seat=" + office.ID})
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
	return append(slices.Concat(booths, desks, counters, lobbies, assistants),
		link{"admin", "管理", "/admin/"}, link{"docs", "HTTP API", "/docs/"})
}

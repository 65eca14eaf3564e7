package booking

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"madoguchi/booking/calendar"
	"madoguchi/booking/courier"
	"madoguchi/booking/redisstore"
)

// Notices says who is told of what happens to appointments. Receivers get ids, date, office, number and the neutral
// word; mail, SMS and voice go to the resident, whose address is unsealed when a notice is sent and not before.
type Notices struct {
	Host     string           // domain of the events in calendars: yoyaku.example.jp
	Page     string           // address of the resident's own page; "" where there is none
	Webhooks []Receiver       // systems of clinics, municipalities …
	SMS      *courier.Webhook // who sends short messages for us; gets number and text
	Voice    *courier.Webhook // who telephones for us; likewise
	Mail     *courier.Mail
	Backoff  courier.Backoff
	Every    time.Duration // how often the outbox is looked at; half a second where zero
	Lease    time.Duration // after which another node tries what one has begun; a minute where zero
}

// Receiver is a system that is told of events by signed requests. Empty lists stand for all.
type Receiver struct {
	ID      string
	Hook    *courier.Webhook
	Events  []string // types, of PublicEvents
	Offices []string
	Pools   []string // appointments with a leg of one of these
}

// PublicEvents are the types of events that leave the house.
func PublicEvents() []string {
	return []string{
		redisstore.EventBooked, redisstore.EventMoved, redisstore.EventDelayed, redisstore.EventCancelled, redisstore.EventArrived,
		redisstore.EventLegStarted, redisstore.EventLegDone, redisstore.EventLegFreed, redisstore.EventDone, redisstore.EventNoShow,
		redisstore.EventUnserved, redisstore.EventRestored, redisstore.EventDisputed, redisstore.EventKept,
	}
}

// What residents hear of: mail carries invitations, so it goes out for every change; SMS and voice only for what
// somebody on the way has to know.
var (
	mailEvents = []string{
		redisstore.EventBooked, redisstore.EventMoved, redisstore.EventDelayed, redisstore.EventCancelled, redisstore.EventRemind,
		redisstore.EventOffered,
	}
	callEvents = []string{
		redisstore.EventMoved, redisstore.EventDelayed, redisstore.EventCancelled, redisstore.EventRemind, redisstore.EventOffered,
	}
)

// Bounds of a round.
const (
	takeAtMost  = 200
	claimAtMost = 8
)

// channel is one way out: its queue's name, what goes into it, and how a job of it is sent.
type channel struct {
	id     string
	events []string
	wants  func(r redisstore.Record) bool
	body   func(e redisstore.Event, r redisstore.Record) (json.RawMessage, error) // nil: nothing is kept in the job
	send   func(ctx context.Context, store *redisstore.Store, j courier.Job) error
}

// Notifier carries notices out. One runs on every node; the queues see to it that no two send the same at once.
type Notifier struct {
	s        *Service
	c        Notices
	channels []channel
	log      *slog.Logger
	gaps     *prometheus.CounterVec
}

// NewNotifier gives the notifier of a service.
func NewNotifier(s *Service, c Notices) *Notifier {
	n := &Notifier{s: s, c: c, log: s.log, gaps: newGaps()}
	if n.c.Every == 0 {
		n.c.Every = 500 * time.Millisecond
	}
	if n.c.Lease == 0 {
		n.c.Lease = time.Minute
	}
	for _, r := range c.Webhooks {
		n.channels = append(n.channels, n.receiver(r))
	}
	if c.Mail != nil {
		n.channels = append(n.channels, channel{id: WayMail, events: mailEvents, wants: named, send: n.sendMail})
	}
	for way, hook := range map[string]*courier.Webhook{WaySMS: c.SMS, WayVoice: c.Voice} {
		if hook != nil {
			n.channels = append(n.channels, channel{id: way, events: callEvents, wants: named, send: n.sendCall(way, hook)})
		}
	}
	// A cancellation can be told only while the address is still there.
	s.parting.Store(c.Mail != nil || c.SMS != nil || c.Voice != nil)
	return n
}

func named(r redisstore.Record) bool { return !r.Anonymous && r.Resident != "" }

func (n *Notifier) receiver(r Receiver) channel {
	events := r.Events
	if len(events) == 0 {
		events = PublicEvents()
	}
	return channel{
		id: "hook-" + r.ID, events: events, body: n.body,
		wants: func(rec redisstore.Record) bool {
			return (len(r.Offices) == 0 || slices.Contains(r.Offices, rec.Office)) &&
				(len(r.Pools) == 0 || slices.ContainsFunc(rec.Legs, func(l redisstore.Leg) bool { return slices.Contains(r.Pools, l.Pool) }))
		},
		send: func(ctx context.Context, _ *redisstore.Store, j courier.Job) error {
			return r.Hook.Send(ctx, j.ID, time.Now(), j.Body)
		},
	}
}

// Run carries notices out until ctx ends, then returns nil. A Redis that does not answer is waited for.
func (n *Notifier) Run(ctx context.Context) error {
	var g errgroup.Group
	for _, store := range n.s.stores {
		for _, ch := range n.channels {
			q := courier.NewQueue(n.s.rdb, store.Area(), ch.id).Lend(n.c.Lease)
			g.Go(func() error {
				n.tend(ctx, store, ch, q)
				return nil
			})
		}
	}
	<-ctx.Done()
	for _, r := range append(n.c.Webhooks, Receiver{Hook: n.c.SMS}, Receiver{Hook: n.c.Voice}) {
		if r.Hook != nil {
			defer r.Hook.Close()
		}
	}
	return g.Wait()
}

// tend looks after one channel of one area.
func (n *Notifier) tend(ctx context.Context, store *redisstore.Store, ch channel, q *courier.Queue) {
	tick := time.NewTicker(n.c.Every)
	defer tick.Stop()
	down := false
	for ctx.Err() == nil {
		more, err := n.round(ctx, store, ch, q)
		if ctx.Err() != nil {
			return
		}
		if (err != nil) != down {
			down = err != nil
			n.log.Log(ctx, map[bool]slog.Level{true: slog.LevelWarn, false: slog.LevelInfo}[down], "notices", "channel", ch.id, "area", store.Area(), "waiting", down, "err", err)
		}
		if more && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
}

// round takes what is new and sends what is due. It reports whether there may be more at once.
func (n *Notifier) round(ctx context.Context, store *redisstore.Store, ch channel, q *courier.Queue) (bool, error) {
	took, err := n.take(ctx, store, ch, q)
	if err != nil {
		return false, err
	}
	jobs, err := q.Claim(ctx, claimAtMost)
	if err != nil {
		return false, err
	}
	var g errgroup.Group
	for _, j := range jobs {
		g.Go(func() error { return n.try(ctx, store, ch, q, j) })
	}
	return took == takeAtMost || len(jobs) > 0, g.Wait()
}

// take puts what has happened since the last time into the queue, and says how many events it has read.
func (n *Notifier) take(ctx context.Context, store *redisstore.Store, ch channel, q *courier.Queue) (int, error) {
	cursor, err := q.Cursor(ctx)
	if err != nil {
		return 0, err
	}
	if cursor == "" { // a new receiver: it hears of what happens from now on
		newest, err := n.newest(ctx, store)
		if err != nil {
			return 0, err
		}
		_, err = q.Take(ctx, "", newest, nil)
		return 0, err
	}
	events, err := store.Events(ctx, cursor, takeAtMost)
	if err != nil || len(events) == 0 {
		return 0, err
	}
	gap, err := store.Gap(ctx, cursor)
	if err != nil {
		return 0, err
	}
	var jobs []courier.Job
	for _, e := range events {
		j, wanted, err := n.job(ctx, store, ch, e)
		if err != nil {
			return 0, err
		}
		if wanted {
			jobs = append(jobs, j)
		}
	}
	took, err := q.Take(ctx, cursor, events[len(events)-1].Cursor, jobs)
	if err == nil && took && gap {
		err = n.missed(ctx, store, ch, q, cursor, events[0])
	}
	return len(events), err
}

func (n *Notifier) newest(ctx context.Context, store *redisstore.Store) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	last, err := n.s.rdb.XRevRangeN(ctx, store.OutboxKey(), "+", "-", 1).Result()
	switch {
	case err != nil && !errors.Is(err, redis.Nil):
		return "", err
	case len(last) == 0:
		return "0", nil
	default:
		return last[0].ID, nil
	}
}

// at gives the area an appointment is in by now: its office may have moved since the event.
func (n *Notifier) at(ctx context.Context, store *redisstore.Store, id string) *redisstore.Store {
	if known, err := store.Has(ctx, id); known || err != nil {
		return store
	}
	if other, err := n.s.locate(ctx, id); err == nil {
		return other
	}
	return store
}

// job makes what is to be sent of an event, and reports whether anything is.
func (n *Notifier) job(ctx context.Context, store *redisstore.Store, ch channel, e redisstore.Event) (courier.Job, bool, error) {
	if !slices.Contains(ch.events, e.Type) {
		return courier.Job{}, false, nil
	}
	if e.Type == redisstore.EventOffered {
		return n.offerJob(ctx, store, e)
	}
	if !strings.HasPrefix(e.ID, "a_") {
		return courier.Job{}, false, nil
	}
	r, err := n.at(ctx, store, e.ID).Get(ctx, e.ID)
	if errors.Is(err, redisstore.ErrNotFound) {
		return courier.Job{}, false, nil // forgotten: long over
	}
	if err != nil || !ch.wants(r) {
		return courier.Job{}, false, err
	}
	j := jobOf(store, e)
	if ch.body != nil {
		j.Body, err = ch.body(e, r)
	}
	return j, true, err
}

func jobOf(store *redisstore.Store, e redisstore.Event) courier.Job {
	return courier.Job{ID: "msg_" + store.Area() + "_" + e.Cursor, Subject: e.ID, Place: e.Cursor, Type: e.Type, At: e.At}
}

// try makes one try at a job and says what becomes of it.
func (n *Notifier) try(ctx context.Context, store *redisstore.Store, ch channel, q *courier.Queue, j courier.Job) error {
	err := ch.send(ctx, n.at(ctx, store, j.Subject), j)
	if ctx.Err() != nil {
		return nil // going away: the lease runs out and somebody else tries
	}
	if err == nil {
		return q.Done(ctx, j)
	}
	j.Tries++
	j.Failed = err.Error()
	after, again := n.c.Backoff.After(j.Tries)
	var busy *courier.Busy
	if errors.As(err, &busy) {
		after = max(after, busy.After)
	}
	if !again || errors.Is(err, courier.ErrGone) || errors.Is(err, courier.ErrAddress) || errors.Is(err, courier.ErrRefused) {
		n.log.Error("notice given up", "channel", ch.id, "id", j.ID, "appointment", j.Subject, "type", j.Type, "tries", j.Tries, "err", err)
		return q.LayAside(ctx, j)
	}
	n.log.Info("notice will be tried again", "channel", ch.id, "id", j.ID, "appointment", j.Subject, "tries", j.Tries, "after", after, "err", err)
	return q.Retry(ctx, j, after)
}

// Notice is what a receiver is told: never who.
type Notice struct {
	Type      string     `json:"type" example:"appointment.booked"`
	Timestamp time.Time  `json:"timestamp"`
	Data      NoticeData `json:"data"`
}

// NoticeData is the appointment as it was when the event was taken up: the event's version, or later.
type NoticeData struct {
	Appointment string            `json:"appointment"`
	Version     int64             `json:"version" doc:"of the event; it grows with every change"`
	State       string            `json:"state"`
	Sequence    int               `json:"sequence" doc:"how often time or place were changed"`
	Office      string            `json:"office"`
	OfficeName  string            `json:"officeName"`
	Booth       string            `json:"booth"`
	Number      int               `json:"number" doc:"call number of the day"`
	Date        string            `json:"date"`
	Start       time.Time         `json:"start"`
	End         time.Time         `json:"end"`
	Legs        []NoticeLeg       `json:"legs"`
	Detail      map[string]string `json:"detail,omitempty"`
}

// NoticeLeg is one leg, with the neutral word for it.
type NoticeLeg struct {
	Word  string    `json:"word" doc:"neutral: 医院, 薬局, 市役所"`
	Pool  string    `json:"pool"`
	Desk  string    `json:"desk"`
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

func (n *Notifier) body(e redisstore.Event, r redisstore.Record) (json.RawMessage, error) {
	a := n.s.dir().appointment("", r)
	data := NoticeData{
		Appointment: a.ID, Version: max(e.Version, 0), State: a.State, Sequence: r.Sequence, Office: a.Office, OfficeName: a.OfficeName,
		Booth: a.Booth, Number: a.Number, Date: calendar.DateOf(a.Start).String(), Start: a.Start, End: a.End, Detail: e.Detail,
	}
	for _, l := range a.Legs {
		data.Legs = append(data.Legs, NoticeLeg{Word: l.PublicName, Pool: l.Pool, Desk: l.Desk, Start: l.Start, End: l.End})
	}
	text, err := json.Marshal(Notice{Type: "appointment." + e.Type, Timestamp: e.At.In(calendar.Tokyo), Data: data})
	if err != nil {
		return nil, fmt.Errorf("notice of %s: %w", e.ID, err)
	}
	return text, nil
}

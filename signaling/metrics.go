package signaling

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"madoguchi/signaling/protocol"
	"madoguchi/signaling/session"
)

// meters are what the broker counts as it happens. All methods do nothing on nil, for sockets that tests make alone.
type meters struct {
	messages *prometheus.CounterVec
	refusals *prometheus.CounterVec
	closes   *prometheus.CounterVec
	begun    *prometheus.CounterVec
	repeated *prometheus.CounterVec
	replayed prometheus.Counter
	kept     prometheus.Gauge
	store    *prometheus.HistogramVec
	signIns  *prometheus.CounterVec
}

func newMeters() *meters {
	counter := func(name, help string, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "madoguchi_broker_" + name, Help: help}, []string{label})
	}
	return &meters{
		messages: counter("messages_total", "Messages from clients, by type; other is what could not be read.", "type"),
		refusals: counter("refusals_total", "Errors told to clients, by code.", "code"),
		closes:   counter("closes_total", "Sockets that ended, by close code of ours; 0: the client closed it or was lost.", "code"),
		begun:    counter("conversations_total", "Conversations of pages taken up on this node, by how: begun, resumed over another socket.", "how"),
		repeated: counter("requests_repeated_total", "Requests that came again under their id, by what became of them.", "outcome"),
		replayed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "madoguchi_broker_messages_replayed_total", Help: "Messages said again to a page that had missed them.",
		}),
		kept: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "madoguchi_broker_conversations", Help: "Sockets open on this node whose page may go on over another.",
		}),
		signIns: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "madoguchi_broker_sign_ins_total", Help: "Tokens of seats given and refused, by how it was asked for; emergency: by break-glass access.",
		}, []string{"how", "outcome"}),
		store: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "madoguchi_broker_store_seconds", Help: "Time of one step of the document store in Redis, by step and whether it succeeded.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"step", "ok"}),
	}
}

func (m *meters) all() []prometheus.Collector {
	return []prometheus.Collector{m.messages, m.refusals, m.closes, m.begun, m.repeated, m.replayed, m.kept, m.store, m.signIns}
}

func (m *meters) signIn(how, outcome string) {
	if m != nil {
		m.signIns.WithLabelValues(how, outcome).Inc()
	}
}

func (m *meters) message(kind string) {
	if m != nil {
		m.messages.WithLabelValues(kind).Inc()
	}
}

func (m *meters) refused(code protocol.ErrorCode) {
	if m != nil {
		m.refusals.WithLabelValues(string(code)).Inc()
	}
}

func (m *meters) closed(code int) {
	if m != nil {
		m.closes.WithLabelValues(strconv.Itoa(code)).Inc()
	}
}

// conversing counts a socket whose page begins a conversation, or goes on with one.
func (m *meters) conversing(how string) {
	if m != nil {
		m.begun.WithLabelValues(how).Inc()
		m.kept.Inc()
	}
}

// conversed counts one whose socket has ended.
func (m *meters) conversed() {
	if m != nil {
		m.kept.Dec()
	}
}

// asked counts a request that came again.
func (m *meters) asked(outcome string) {
	if m != nil {
		m.repeated.WithLabelValues(outcome).Inc()
	}
}

// saidAgain counts messages.
func (m *meters) saidAgain(n int) {
	if m != nil {
		m.replayed.Add(float64(n))
	}
}

// step times one step of the store: defer m.step("load")(&err).
func (m *meters) step(name string) func(*error) {
	from := time.Now()
	return func(err *error) {
		if m != nil {
			m.store.WithLabelValues(name, strconv.FormatBool(*err == nil || !unavailable(*err))).Observe(time.Since(from).Seconds())
		}
	}
}

// collector shows a broker's figures to Prometheus.
type collector struct {
	broker                              *Broker
	sockets, sessions, weak, calls, due *prometheus.Desc

	dropped *prometheus.Desc
}

// Collector returns the broker's figures as Prometheus metrics, described in deploy/METRICS.md. Labels are from short fixed
// lists: nobody can make new time series by saying odd things.
func (b *Broker) Collector() prometheus.Collector {
	one := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("madoguchi_broker_"+name, help, labels, nil)
	}
	return &collector{
		broker:   b,
		sockets:  one("sockets", "Sockets open on this node, by the side they speak for; other: guests, and who has not said hello.", "side"),
		sessions: one("sessions", "Open sessions of the area this node knows, by state.", "state"),
		weak:     one("weak_participants", "Participants of open consultations whose line is poor or lost in a direction."),
		calls:    one("calls_unanswered", "Booths of the area that call the staff and have no answer yet."),
		dropped:  one("timeline_dropped_total", "Moments of visits that were not written because Redis was slow or away."),
		due:      one("retries_waiting", "Effects to be carried out when Redis or the booking answers again."),
	}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.sockets, c.sessions, c.weak, c.calls, c.due, c.dropped} {
		ch <- d
	}
	for _, m := range c.broker.meters.all() {
		m.Describe(ch)
	}
}

// sides are those whose sockets have seats.
var sides = []string{"booth", "desk", "counter", "other"}

// openStates are the states of sessions that are not over.
var openStates = []protocol.State{protocol.StateArrived, protocol.StateWaiting, protocol.StateConsultation}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	now := c.broker.hub.census(c.broker.Running())
	gauge := func(d *prometheus.Desc, n int, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	for _, s := range sides {
		gauge(c.sockets, now.sockets[s], s)
	}
	for _, s := range openStates {
		gauge(c.sessions, now.sessions[s], string(s))
	}
	gauge(c.weak, now.weak)
	gauge(c.calls, now.calls)
	gauge(c.due, c.broker.retries.waiting())
	ch <- prometheus.MustNewConstMetric(c.dropped, prometheus.CounterValue, float64(c.broker.timelines.dropped.Load()))
	for _, m := range c.broker.meters.all() {
		m.Collect(ch)
	}
}

// census is what the hub holds, counted.
type census struct {
	sockets     map[string]int
	sessions    map[protocol.State]int
	weak, calls int
}

func (h *hub) census(running bool) census {
	now := census{sockets: map[string]int{}, sessions: map[protocol.State]int{}}
	if !running {
		return now
	}
	h.do(func() {
		for seat := range h.seats {
			now.sockets[sideLabel(seat)]++
		}
		now.sockets["other"] += len(h.all) - len(h.seats)
		for _, v := range h.sessions {
			now.sessions[v.doc.State]++
			if v.doc.State != protocol.StateConsultation {
				continue
			}
			for _, p := range v.people {
				if weak(p.Up) || weak(p.Down) {
					now.weak++
				}
			}
		}
		for _, call := range h.calls {
			if call.AnsweredAt == nil {
				now.calls++
			}
		}
	})
	return now
}

func weak(l protocol.Level) bool { return l == protocol.LevelPoor || l == protocol.LevelLost }

func sideLabel(seat string) string {
	switch s := session.Side(side(seat)); s {
	case session.SideBooth, session.SideDesk, session.SideCounter:
		return string(s)
	default:
		return "other"
	}
}

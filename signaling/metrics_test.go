package signaling

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"madoguchi/signaling/protocol"
)

// labelled reports whether one of a metric's labels has this value; a metric without labels has every one.
func labelled(m *dto.Metric, value string) bool {
	return len(m.GetLabel()) == 0 || slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool { return l.GetValue() == value })
}

// counted adds up a broker's figures of one name that have a label of this value.
func counted(t *testing.T, b *Broker, name, label string) (value float64) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(b.Collector())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != "madoguchi_broker_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			if labelled(m, label) {
				value += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return value
}

func TestMetricsCountWhatHappensInAVisit(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	for _, row := range []struct {
		name, label string
		want        float64
	}{
		{"sockets", "booth", 1},
		{"sockets", "desk", 1},
		{"sockets", "counter", 0},
		{"sessions", "consultation", 1},
		{"sessions", "waiting", 0},
		{"messages_total", "hello", 2},
		{"messages_total", "admit", 1},
		{"weak_participants", "", 0},
	} {
		if got := counted(t, n.broker, row.name, row.label); got != row.want {
			t.Errorf("%s %s: %v, want %v", row.name, row.label, got, row.want)
		}
	}
	if counted(t, n.broker, "store_seconds", "save") == 0 {
		t.Error("no time was taken of the document store")
	}
	if code := c.booth.refused(c.booth.admit(booth1)); code != protocol.ErrForbidden {
		t.Fatal(code)
	}
	if got := counted(t, n.broker, "refusals_total", string(protocol.ErrForbidden)); got != 1 {
		t.Errorf("%v refusals counted", got)
	}
}

func TestAWeakLineReachesBothScreensInPresenceAndIsForgottenWithThePeer(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	levels := func(up, down protocol.Level) func(protocol.Presence) bool {
		return func(p protocol.Presence) bool {
			i := slices.IndexFunc(p.People, func(one protocol.PresenceItem) bool { return one.Participant == booth1 })
			return i >= 0 && p.People[i].Up == up && p.People[i].Down == down
		}
	}
	n.broker.PeerState(c.session, booth1, PeerConnected)
	n.broker.PeerQuality(c.session, booth1, protocol.LevelPoor, protocol.LevelGood)
	hearUntil(c.desk, "the desk is told that the booth's line is weak", levels(protocol.LevelPoor, protocol.LevelGood))
	hearUntil(c.booth, "so is the booth", levels(protocol.LevelPoor, protocol.LevelGood))
	if got := counted(t, n.broker, "weak_participants", ""); got != 1 {
		t.Errorf("%v weak participants", got)
	}
	n.broker.PeerQuality(c.session, booth1, protocol.LevelGood, protocol.LevelGood)
	hearUntil(c.desk, "and that it is good again", levels(protocol.LevelGood, protocol.LevelGood))
	n.broker.PeerState(c.session, booth1, PeerGone)
	hearUntil(c.desk, "nothing is known of a line that is gone", levels("", ""))
}

var brokerMetric = regexp.MustCompile("madoguchi_broker_[a-z_]+")

func TestEveryMetricIsDescribedAndNoneThatIsNot(t *testing.T) {
	described, err := os.ReadFile("../deploy/METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	ch := make(chan *prometheus.Desc, 100)
	newWorld(t).start(nil).broker.Collector().Describe(ch)
	close(ch)
	var names []string
	for d := range ch {
		name := brokerMetric.FindString(d.String())
		names = append(names, name)
		if !strings.Contains(string(described), "`"+name+"`") {
			t.Errorf("%s is not described", name)
		}
	}
	for _, name := range brokerMetric.FindAllString(string(described), -1) {
		if !slices.Contains(names, name) {
			t.Errorf("%s is described, and does not exist", name)
		}
	}
}

func TestMetricsCountWhatAPageGoesOnWithOverAnotherSocket(t *testing.T) {
	w := newWorld(t)
	here, there := w.start(nil), w.start(nil)
	session := here.checkIn(w.book("shiomachihama-1", "medical@morita"))
	booth := pageOf(t, booth1, session, here, there)
	booth.come()
	ready := func(id string) any { return protocol.Request{ID: id} }
	booth.askAs("once", protocol.TypeReady, ready)
	booth.lines[0].cut()
	booth.lost()
	booth.come()
	delete(booth.answers, "once")
	booth.askAs("once", protocol.TypeReady, ready)
	for _, row := range []struct {
		name, label string
		of          *node
		want        float64
	}{
		{"conversations_total", "begun", here, 1},
		{"conversations_total", "resumed", there, 1},
		{"conversations", "", there, 1},
		{"requests_repeated_total", "answered", there, 1},
		{"requests_repeated_total", "interrupted", there, 0},
	} {
		if got := counted(t, row.of.broker, row.name, row.label); got != row.want {
			t.Errorf("%s %s: %v, want %v", row.name, row.label, got, row.want)
		}
	}
	here.until("the dead socket's is counted no longer", func() bool { return counted(t, here.broker, "conversations", "") == 0 })
}

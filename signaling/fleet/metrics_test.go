package fleet

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// counted adds up a fleet's figures of one name that have a label of this value, or any where it is empty.
func counted(t *testing.T, f *Fleet, name, label string) (value float64) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(f.Collector())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "madoguchi_fleet_"+name {
			continue
		}
		for _, m := range family.GetMetric() {
			if label == "" || m.GetLabel()[0].GetValue() == label {
				value += m.GetGauge().GetValue() + m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return value
}

func TestMetricsTellOfNodesThatAreLostAndOfTheirRoomsThatMove(t *testing.T) {
	w := newTown(t)
	hosts := map[string]*hostOf{}
	for range 2 {
		h := w.host()
		hosts[h.id] = h
	}
	one := w.fleet()
	one.sees(t, 2)
	for name, want := range map[string]float64{"nodes": 2, "nodes_lost_total": 0, "nodes_cut_off_total": 0, "rooms_moved_total": 0, "detection_seconds": 0, "move_seconds": 0} {
		if got := counted(t, one.Fleet, name, ""); got != want {
			t.Errorf("at first %s is %v", name, got)
		}
	}
	_, before := one.join(t, "s_1", "booth:a-1")
	until(t, "the registry tells of the room", func() bool { return counted(t, one.Fleet, "rooms", "") == 1 })
	was, _, _ := one.known(t.Context(), "s_1")
	hosts[was.Node].kill()
	until(t, "the room has another place", func() bool { return one.place("s_1") > before })
	for _, row := range []struct {
		name, label string
		want        float64
	}{
		{"nodes", "usable", 1}, {"nodes_lost_total", "", 1}, {"detection_seconds", "", 1},
		{"rooms_moved_total", movedLost, 1}, {"rooms_moved_total", movedDrained, 0}, {"move_seconds", "", 1},
	} {
		if got := counted(t, one.Fleet, row.name, row.label); got != row.want {
			t.Errorf("%s %s: %v, want %v", row.name, row.label, got, row.want)
		}
	}
}

var fleetMetric = regexp.MustCompile("madoguchi_fleet_[a-z_]+")

func TestEveryMetricOfTheFleetIsDescribedAndNoneThatIsNot(t *testing.T) {
	described, err := os.ReadFile("../../deploy/METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	ch := make(chan *prometheus.Desc, 100)
	New(Config{Area: area}).Collector().Describe(ch)
	close(ch)
	var names []string
	for d := range ch {
		name := fleetMetric.FindString(d.String())
		names = append(names, name)
		if !strings.Contains(string(described), "`"+name+"`") {
			t.Errorf("%s is not described", name)
		}
	}
	for _, name := range fleetMetric.FindAllString(string(described), -1) {
		if !slices.Contains(names, name) {
			t.Errorf("%s is described, and does not exist", name)
		}
	}
}

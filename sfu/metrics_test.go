package sfu

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

var metricName = regexp.MustCompile("madoguchi_sfu_[a-z_]+")

func TestEveryMetricIsDescribedAndNoneThatIsNot(t *testing.T) {
	described, err := os.ReadFile("../deploy/METRICS.md")
	if err != nil {
		t.Fatal(err)
	}
	ch := make(chan *prometheus.Desc, 200)
	startNode(t, nil).Collector().Describe(ch)
	close(ch)
	var names []string
	for d := range ch {
		names = append(names, metricName.FindString(d.String()))
	}
	for _, name := range names {
		if !strings.Contains(string(described), "`"+name+"`") {
			t.Errorf("%s is not described", name)
		}
	}
	for _, name := range metricName.FindAllString(string(described), -1) {
		if !slices.Contains(names, name) {
			t.Errorf("%s is described, and does not exist", name)
		}
	}
}

// gather returns a node's metrics by name, and how many series there are.
func gather(t *testing.T, n *Node) (families map[string]*dto.MetricFamily, series int) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(n.Collector())
	list, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	families = map[string]*dto.MetricFamily{}
	for _, f := range list {
		families[f.GetName()] = f
		series += len(f.GetMetric())
	}
	return families, series
}

func TestMetricsDoNotGrowWithRoomsAndFallWithNobody(t *testing.T) {
	n := startNode(t, nil)
	counts := func(name string) (sum float64) {
		f, _ := gather(t, n)
		for _, m := range f[name].GetMetric() {
			sum += m.GetCounter().GetValue()
		}
		return sum
	}
	var before int
	var packets float64
	for i := range 3 {
		room := fmt.Sprint("meeting", i)
		booth, desk := newClient(t, "booth", bothWays), newClient(t, "desk", bothWays)
		booth.join(n, both(Join{Room: room}))
		desk.join(n, both(Join{Room: room}))
		admit(t, n, room, "booth", "desk")
		stop := booth.stream()
		desk.await("packets and a look at the lines", func() bool {
			f, _ := gather(t, n)
			return desk.total() > 50 && len(f["madoguchi_sfu_lost_ratio"].GetMetric()) == 2 &&
				f["madoguchi_sfu_round_trip_seconds"].GetMetric()[0].GetHistogram().GetSampleCount() > 0
		})
		stop()
		if now := counts("madoguchi_sfu_packets_total"); now <= packets {
			t.Errorf("%v packets after %v", now, packets)
		}
		packets = counts("madoguchi_sfu_packets_total")
		if err := n.CloseRoom(context.Background(), room); err != nil {
			t.Fatal(err)
		}
		if now := counts("madoguchi_sfu_packets_total"); now < packets {
			t.Errorf("counts fell from %v to %v when a room ended", packets, now)
		}
		families, series := gather(t, n)
		if i > 0 && series != before {
			t.Errorf("%d series after room %d, %d before", series, i, before)
		}
		before = series
		for name, f := range families {
			for _, m := range f.GetMetric() {
				for _, l := range m.GetLabel() {
					if strings.HasPrefix(l.GetValue(), "meeting") || l.GetValue() == "booth" {
						t.Errorf("%s has a label %s=%q", name, l.GetName(), l.GetValue())
					}
				}
			}
		}
		if i == 0 {
			joins := families["madoguchi_sfu_join_seconds"].GetMetric()[0].GetHistogram()
			first := families["madoguchi_sfu_first_packet_seconds"].GetMetric()
			if joins.GetSampleCount() != 2 || len(first) != 2 || first[0].GetHistogram().GetSampleCount() != 1 {
				t.Errorf("join: %v; first packet: %v", joins, first)
			}
		}
	}
}

func TestSizesFallIntoTheirBuckets(t *testing.T) {
	var tr traffic
	for _, size := range []int{0, 1, 64, 65, 128, 129, 1024, 1025, 1500} {
		tr.count(size)
	}
	if want := [sizeBuckets]uint64{3, 2, 1, 0, 1, 2}; tr.sizes != want || tr.Largest != 1500 || tr.Packets != 9 {
		t.Fatalf("%+v", tr)
	}
}

package placement

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestARoomGoesToTheNodeThatSuitsItBest(t *testing.T) {
	for _, row := range []struct {
		situation string
		nodes     []Node
		room      Room
		want      string // "" is none
	}{
		{"there is no node", nil, Room{ID: "r"}, ""},
		{"every node drains", []Node{{ID: "a", Draining: true}}, Room{ID: "r"}, ""},
		{"the only node that does not drain is full", []Node{{ID: "a", Draining: true}, {ID: "b", CPU: 1}}, Room{ID: "r"}, "b"},
		{"one is less busy", []Node{{ID: "a", CPU: 0.6}, {ID: "b", CPU: 0.2}}, Room{ID: "r"}, "b"},
		{"one carries fewer packets", []Node{{ID: "a", Packets: 90_000}, {ID: "b", Packets: 1_000}}, Room{ID: "r"}, "b"},
		{"one has fewer rooms", []Node{{ID: "a", Rooms: 300}, {ID: "b", Rooms: 3}}, Room{ID: "r"}, "b"},
		{"the scarcest means counts", []Node{{ID: "a", CPU: 0.1, Rooms: 380}, {ID: "b", CPU: 0.5}}, Room{ID: "r"}, "b"},
		{"the near one is a little busier", []Node{{ID: "near", Zone: "n", CPU: 0.4}, {ID: "far", Zone: "f", CPU: 0.2}}, Room{ID: "r", Zone: "n"}, "near"},
		{"the near one is much busier", []Node{{ID: "near", Zone: "n", CPU: 0.7}, {ID: "far", Zone: "f", CPU: 0.2}}, Room{ID: "r", Zone: "n"}, "far"},
		{"the near one is full", []Node{{ID: "near", Zone: "n", CPU: 0.95}, {ID: "far", Zone: "f", CPU: 0.85}}, Room{ID: "r", Zone: "n"}, "far"},
		{"nobody has said where the node stands", []Node{{ID: "a", CPU: 0.1}, {ID: "b", Zone: "n", CPU: 0.2}}, Room{ID: "r", Zone: "n"}, "a"},
		{"it is carried already, and another is somewhat less busy", []Node{{ID: "a", CPU: 0.3}, {ID: "b", CPU: 0.15}}, Room{ID: "r", Current: "a"}, "a"},
		{"it is carried already, and another is far less busy", []Node{{ID: "a", CPU: 0.8}, {ID: "b", CPU: 0.1}}, Room{ID: "r", Current: "a"}, "b"},
		{"it is carried by a node that drains", []Node{{ID: "a", Draining: true}, {ID: "b", CPU: 0.8}}, Room{ID: "r", Current: "a"}, "b"},
		{"it is carried by a node that is gone", []Node{{ID: "b", CPU: 0.8}}, Room{ID: "r", Current: "a"}, "b"},
		{"a node says nonsense of itself", []Node{{ID: "a", CPU: math.NaN()}, {ID: "b", CPU: 0.5}}, Room{ID: "r"}, "b"},
	} {
		t.Run(row.situation, func(t *testing.T) {
			id, ok := Choose(row.nodes, row.room)
			if id != row.want || ok != (row.want != "") {
				t.Errorf("chose %q, %v", id, ok)
			}
		})
	}
}

// Every combination of two nodes' loads, zones and states, and of what the room needs.
func TestEveryChoiceBetweenTwoNodesKeepsTheRules(t *testing.T) {
	loads := []float64{0, 0.04, 0.3, 0.5, 0.7, 0.89, 0.9, 1, 2, -1}
	zones := []string{"", "n", "f"}
	tried := 0
	for _, cpuA := range loads {
		for _, cpuB := range loads {
			for _, zoneA := range zones {
				for _, zoneB := range zones {
					for _, want := range zones {
						for _, state := range []int{0, 1, 2, 3} {
							for _, current := range []string{"", "a", "b", "gone"} {
								a := Node{ID: "a", CPU: cpuA, Zone: zoneA, Draining: state&1 != 0}
								b := Node{ID: "b", CPU: cpuB, Zone: zoneB, Draining: state&2 != 0}
								follows(t, a, b, Room{ID: "r", Zone: want, Current: current})
								tried++
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d choices", tried)
}

func follows(t *testing.T, a, b Node, room Room) {
	t.Helper()
	got, ok := Choose([]Node{a, b}, room)
	mirrored, _ := Choose([]Node{b, a}, room)
	what := fmt.Sprintf("%+v of %+v and %+v: %q", room, a, b, got)
	if got != mirrored {
		t.Fatalf("%s, but %q in another order", what, mirrored)
	}
	if ok != (!a.Draining || !b.Draining) {
		t.Fatalf("%s: %v", what, ok)
	}
	if !ok {
		return
	}
	mine, other := a, b
	if got == b.ID {
		mine, other = b, a
	}
	if mine.Draining {
		t.Fatalf("%s drains", what)
	}
	if other.Draining {
		return
	}
	near := func(n Node) bool { return n.Zone == room.Zone || n.Zone == "" || room.Zone == "" }
	if Load(mine) >= full && Load(other) < full {
		t.Fatalf("%s is full and the other is not", what)
	}
	if near(other) && !near(mine) && Load(other) < Load(mine) {
		t.Fatalf("%s is farther and busier", what)
	}
	if near(other) == near(mine) && Load(mine)-Load(other) > worthMoving+step+1e-9 {
		t.Fatalf("%s is much busier", what)
	}
	if other.ID == room.Current && near(other) && Load(other) < full && Load(other)-Load(mine) < worthMoving-step {
		t.Fatalf("%s was moved for nothing", what)
	}
}

func TestEqualNodesShareTheRooms(t *testing.T) {
	nodes := []Node{{ID: "m_a"}, {ID: "m_b"}, {ID: "m_c"}}
	got := map[string]int{}
	for i := range 3000 {
		id, _ := Choose(nodes, Room{ID: fmt.Sprintf("s_%d", i)})
		got[id]++
	}
	for _, n := range nodes {
		if got[n.ID] < 850 || got[n.ID] > 1150 {
			t.Errorf("%s takes %d rooms of 3000", n.ID, got[n.ID])
		}
	}
}

func TestTheChoiceDoesNotDependOnTheOrderAndNeverFallsOnADrainingNode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"", "n", "f"})
		nodes := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) Node {
			return Node{
				ID: rapid.StringMatching(`m_[a-d]{2}`).Draw(t, "id"), Zone: zone.Draw(t, "zone"), Draining: rapid.Bool().Draw(t, "draining"),
				Rooms: rapid.IntRange(0, 800).Draw(t, "rooms"), Packets: rapid.Float64Range(0, 300_000).Draw(t, "packets"), CPU: rapid.Float64Range(0, 1.2).Draw(t, "cpu"),
			}
		}), 0, 6, func(n Node) string { return n.ID }).Draw(t, "nodes")
		room := Room{ID: rapid.String().Draw(t, "room"), Zone: zone.Draw(t, "where"), Current: rapid.StringMatching(`m_[a-d]{2}`).Draw(t, "current")}
		got, ok := Choose(nodes, room)
		slices.Reverse(nodes)
		if again, okAgain := Choose(nodes, room); again != got || ok != okAgain {
			t.Fatalf("%q, but %q in another order", got, again)
		}
		if ok && !slices.ContainsFunc(nodes, func(n Node) bool { return n.ID == got && !n.Draining }) {
			t.Fatalf("chose %q", got)
		}
	})
}

package placement

import (
	"hash/fnv"
	"math"
)

// Node is what a media node last said of itself.
type Node struct {
	ID       string
	Zone     string  // where it stands, as configured; empty: nobody has said
	Draining bool    // takes no new rooms
	Rooms    int     // it carries now
	Packets  float64 // RTP packets a second, in and out
	CPU      float64 // 0 … 1, of all processors of its machine
}

// Room is what is to be placed.
type Room struct {
	ID      string
	Zone    string // where the people are; empty: anywhere
	Current string // node that carries it, empty if none does
}

// What a node of two processors can carry; more of either counts as full.
const (
	mostRooms   = 400
	mostPackets = 120_000
)

const (
	// farther is what another zone costs, as a share of a node's load: a near node is preferred until it is that much busier.
	farther = 0.35
	// step is how finely costs are compared: nodes within one step count as equal, and rooms spread over them.
	step = 0.05
	// worthMoving is by how much another node has to be cheaper than the one that carries a room.
	worthMoving = 0.2
	// full is the load from which on a node is taken only when every node is.
	full = 0.9
)

// Load is how busy a node is: 0 idle, 1 full. The scarcest of its means counts.
func Load(n Node) float64 {
	return max(bounded(n.CPU), bounded(n.Packets/mostPackets), bounded(float64(n.Rooms)/mostRooms))
}

// bounded keeps a share that a node told of itself between 0 and 1; what is no number counts as full.
func bounded(share float64) float64 {
	if math.IsNaN(share) {
		return 1
	}
	return min(1, max(0, share))
}

// Choose returns the node that is to carry a room: the one that does so now, unless it drains or another is far cheaper;
// otherwise the cheapest that takes rooms, and of several equally cheap ones that which the room's id says. False if none
// takes rooms.
func Choose(nodes []Node, room Room) (id string, ok bool) {
	best, current := math.Inf(1), math.Inf(1)
	var lot uint64
	for _, n := range nodes {
		if n.Draining {
			continue
		}
		c := cost(n, room)
		if n.ID == room.Current {
			current = c
		}
		drawn := draw(room.ID, n.ID)
		if c < best || c == best && (drawn > lot || drawn == lot && n.ID < id) {
			best, lot, id, ok = c, drawn, n.ID, true
		}
	}
	if current-best <= worthMoving { // false where there is no current one: it costs infinitely much
		return room.Current, true
	}
	return id, ok
}

// cost is what it costs to give a room to a node, in steps.
func cost(n Node, room Room) float64 {
	load := Load(n)
	c := math.Floor(load/step) * step
	if n.Zone != room.Zone && n.Zone != "" && room.Zone != "" {
		c += farther
	}
	if load >= full {
		c += 1 + farther // behind every node that is not
	}
	return c
}

// draw gives every pair of room and node a number of its own (rendezvous hashing): rooms spread over equal nodes, and
// every broker draws the same.
func draw(room, node string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(room + "\x00" + node)) // never fails
	// FNV alone keeps ids that differ in their last letters close together.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return x
}

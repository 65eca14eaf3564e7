package layer

import "time"

// Bounds of what is sent again to somebody who starts: an older or larger group of pictures costs more than it saves.
const (
	MaxAge     = 2 * time.Second // since the key frame came
	MaxPackets = 200
)

// StartWithin is how long the first key frame may be on its way over the subscriber's line.
const StartWithin = 50 * time.Millisecond

// RuralLine is what a line of which nothing is known yet is taken for, in bits a second.
const RuralLine = 1_000_000

// Group is the latest group of pictures kept of one layer.
type Group struct {
	Whole    bool          // there is a key frame, and nothing after it is missing
	Age      time.Duration // since the key frame came
	Packets  int           // in the group
	KeyBytes int           // of the packets that make up the key frame; 0 if there has not been one
}

// Replayable reports whether a subscriber is better off with the group than with waiting for the next key frame.
func (g Group) Replayable() bool {
	return g.Whole && g.Age <= MaxAge && g.Packets > 0 && g.Packets <= MaxPackets
}

// crosses reports whether the group's key frame crosses a line of the given rate within StartWithin.
func (g Group) crosses(rate float64) bool {
	return float64(g.KeyBytes*8) <= rate*StartWithin.Seconds()
}

// Choice is how to start: with which layer, by index, and whether its group is sent again or a key frame is asked for.
type Choice struct {
	Layer  int
	Replay bool
}

// Start chooses among the layers of a track, which are given from the smallest to the largest, for a line of so many bits a
// second (0: nothing is known of it). It takes the largest layer that has a group to send again whose key frame crosses the
// line in StartWithin; if no key frame is so small, the smallest layer that has a group at all; and if there is none, it
// has the smallest layer's publisher asked. There has to be at least one layer.
func Start(layers []Group, rate float64) Choice {
	if rate <= 0 {
		rate = RuralLine
	}
	smallest := -1
	for i := len(layers) - 1; i >= 0; i-- {
		if !layers[i].Replayable() {
			continue
		}
		if layers[i].crosses(rate) {
			return Choice{Layer: i, Replay: true}
		}
		smallest = i
	}
	if smallest >= 0 {
		return Choice{Layer: smallest, Replay: true}
	}
	return Choice{}
}

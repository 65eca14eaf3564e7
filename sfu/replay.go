package sfu

import (
	"time"

	"madoguchi/sfu/layer"
)

// Bounds of what is replayed to somebody who starts.
const (
	replayAge     = layer.MaxAge
	replayPackets = layer.MaxPackets
)

// group tells of the latest group of pictures, for the choice of a start.
func (u *upTrack) group(now time.Duration) layer.Group {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.present(now)
}

// present is group with the lock held.
func (u *upTrack) present(now time.Duration) layer.Group {
	highest := u.ring.highest
	if !u.hasKey || highest < u.keyframe || highest-u.keyframe >= min(replayPackets, uint64(len(u.ring.places))) {
		return layer.Group{}
	}
	g := layer.Group{Whole: true, Age: now - u.keyframeAt, Packets: int(highest-u.keyframe) + 1, KeyBytes: u.keyBytes}
	for ext := u.keyframe; ext <= highest && g.Whole; ext++ {
		g.Whole = u.ring.get(ext) != nil
	}
	return g
}

// latestGroup returns copies of all packets since the last key frame, in order, and the number of the first; nothing if
// there is no young and complete group.
func (u *upTrack) latestGroup(now time.Duration) (packets [][]byte, first uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.present(now).Replayable() {
		return nil, 0
	}
	size := 0
	for ext := u.keyframe; ext <= u.ring.highest; ext++ {
		size += len(u.ring.get(ext))
	}
	flat := make([]byte, 0, size)
	for ext := u.keyframe; ext <= u.ring.highest; ext++ {
		at := len(flat)
		flat = append(flat, u.ring.get(ext)...)
		packets = append(packets, flat[at:len(flat):len(flat)])
	}
	return packets, u.keyframe
}

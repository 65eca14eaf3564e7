package signaling

import (
	"madoguchi/sfu/purpose"
	"madoguchi/signaling/protocol"
)

// seenAtOnce is how many remote people are heard and seen at the same time.
const seenAtOnce = 3

// mediaPlan is the m-lines of every client, negotiated once: one up for each purpose, and down enough for three remote people,
// what one of them listens with, and one sheet of paper and one screen. Sound comes before pictures, people before things.
func mediaPlan(servers []protocol.ICEServer, sealed bool) protocol.Media {
	m := protocol.Media{ICEServers: servers, DataChannel: "talk", LatestChannel: "latest", Sealed: sealed}
	m.AudioDown = addLines(&m, true)
	m.VideoDown = addLines(&m, false)
	for _, t := range purpose.Table() {
		m.Traits = append(m.Traits, protocol.Traits{
			Purpose: protocol.Purpose(t.Purpose), Priority: t.Priority, MaxBitrate: t.MaxBitrate, MaxFramerate: t.MaxFramerate,
			Keep: string(t.Keep), Music: t.Music, Redundant: t.Redundant, PlayoutMs: int(t.Playout.Milliseconds()),
		})
	}
	return m
}

// addLines adds the m-lines of sound or of pictures and returns how many of them receive.
func addLines(m *protocol.Media, sound bool) int {
	before := len(m.Down)
	usual := protocol.Purpose(purpose.Usual(sound))
	m.Up = append(m.Up, usual)
	for range seenAtOnce {
		m.Down = append(m.Down, usual)
	}
	for _, name := range purpose.Names(sound) {
		if p := protocol.Purpose(name); p != usual {
			m.Up, m.Down = append(m.Up, p), append(m.Down, p)
		}
	}
	return len(m.Down) - before
}

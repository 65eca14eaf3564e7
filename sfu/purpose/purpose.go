package purpose

import (
	"slices"
	"time"
)

// Purpose is what a track is for.
type Purpose string

// The purposes.
const (
	Voice       Purpose = "voice"
	Stethoscope Purpose = "stethoscope" // or another device that is listened to
	Document    Purpose = "document"    // paper under a camera
	Screen      Purpose = "screen"
	Face        Purpose = "face"
)

// Keep is what an encoder keeps longest when it cannot send everything.
type Keep string

// What can be kept.
const (
	KeepNothing    Keep = ""           // sound has no such choice
	KeepResolution Keep = "resolution" // fewer pictures, each as sharp as before
	KeepMotion     Keep = "motion"     // as many pictures, each less sharp
)

// Traits are what follows from a purpose.
type Traits struct {
	Purpose Purpose
	Sound   bool // else pictures
	// Priority is what a browser is told of the same order, as RTCPriorityType names it.
	Priority string
	// Rank orders purposes by how long they are kept where something has to give way: 0 goes last.
	Rank int
	// MaxBitrate bounds what a publisher sends, in bits a second.
	MaxBitrate int
	// MaxFramerate bounds pictures a second; 0 for sound.
	MaxFramerate int
	Keep         Keep
	// Music is sound that nobody may change: neither the browser's processing nor the codec's modes for speech.
	Music bool
	// Redundant is sound of which each packet should repeat the one before (RED).
	Redundant bool
	// Playout is by how much a receiver should hold it back, so that what was lost has come again; 0: as little as it can.
	Playout time.Duration
}

// table is in the order of Rank.
var table = []Traits{
	{Rank: 0, Purpose: Voice, Priority: "high", Sound: true, MaxBitrate: 48_000, Redundant: true},
	{Rank: 1, Purpose: Stethoscope, Priority: "high", Sound: true, MaxBitrate: 128_000, Music: true, Playout: 200 * time.Millisecond},
	{Rank: 2, Purpose: Document, Priority: "medium", MaxBitrate: 1_500_000, MaxFramerate: 15, Keep: KeepResolution},
	{Rank: 3, Purpose: Screen, Priority: "low", MaxBitrate: 1_500_000, MaxFramerate: 15, Keep: KeepResolution},
	{Rank: 4, Purpose: Face, Priority: "very-low", MaxBitrate: 1_200_000, MaxFramerate: 30, Keep: KeepMotion},
}

// Table returns all purposes, the one kept longest first.
func Table() []Traits { return slices.Clone(table) }

// Of returns the traits of a purpose; false if there is no such purpose.
func Of(p Purpose) (Traits, bool) {
	for i := range table {
		if table[i].Purpose == p {
			return table[i], true
		}
	}
	return Traits{}, false
}

// Usual is what a track is for if nobody says: sound is a voice, a picture a face.
func Usual(sound bool) Purpose {
	if sound {
		return Voice
	}
	return Face
}

// Names lists the purposes of sound or of pictures, for messages.
func Names(sound bool) []string {
	var names []string
	for _, t := range table {
		if t.Sound == sound {
			names = append(names, string(t.Purpose))
		}
	}
	return names
}

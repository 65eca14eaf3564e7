package signaling

import (
	"testing"
	"time"

	"madoguchi/signaling/protocol"
)

func TestALineThatStaysPoorCarriesSoundOnlyAndPicturesComeBackByThemselves(t *testing.T) {
	start := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	var c carrier
	rows := []struct {
		second    int
		up        protocol.Level
		soundOnly bool
		situation string
	}{
		{0, protocol.LevelGood, false, "a good line"},
		{10, protocol.LevelPoor, false, "it has just become poor"},
		{49, protocol.LevelPoor, false, "not yet long enough"},
		{50, protocol.LevelPoor, true, "forty seconds poor"},
		{60, protocol.LevelFair, true, "it has just become fair"},
		{70, protocol.LevelPoor, true, "and poor again: one break begins the count anew"},
		{80, protocol.LevelGood, true, "good"},
		{94, protocol.LevelGood, true, "not yet long enough"},
		{95, protocol.LevelGood, false, "fifteen seconds good: pictures are tried"},
		{100, protocol.LevelPoor, false, "too much for it"},
		{110, protocol.LevelPoor, true, "which is seen sooner than the first time"},
		{111, protocol.LevelGood, true, "good without pictures"},
		{140, protocol.LevelGood, true, "this time they wait twice as long"},
		{141, protocol.LevelGood, false, "thirty seconds"},
		{150, protocol.LevelLost, false, "nothing comes any more: that is another matter"},
		{300, protocol.LevelLost, false, "and stays one"},
	}
	for _, row := range rows {
		c.rated(row.up, protocol.LevelGood, at(row.second))
		if got := c.judge(at(row.second)); got != row.soundOnly {
			t.Fatalf("second %d, %s: sound only is %v", row.second, row.situation, got)
		}
	}
}

func TestBothSidesReadThatALineCarriesSoundOnly(t *testing.T) {
	n := newWorld(t).start(nil)
	c := n.consultation()
	told := func(soundOnly bool) {
		t.Helper()
		for _, p := range []*peer{c.booth, c.desk} {
			presenceItem(p, booth1, func(i protocol.PresenceItem) bool { return i.SoundOnly == soundOnly && i.Up != "" })
		}
	}
	n.broker.PeerQuality(c.session, booth1, protocol.LevelPoor, protocol.LevelGood)
	told(false)
	n.clock.advance(weakFor)
	told(true)
	n.broker.PeerQuality(c.session, booth1, protocol.LevelGood, protocol.LevelGood)
	told(true)
	n.clock.advance(strongFor)
	told(false)
}

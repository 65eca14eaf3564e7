package signaling

import (
	"time"

	"madoguchi/signaling/protocol"
)

// When a line is taken to carry sound only, and pictures are tried again. A face is worth a while of broken speech, since
// people understand each other better when they see each other; half a minute and more of it is not.
const (
	weakFor     = 40 * time.Second // poor without a break: pictures pause
	strongFor   = 15 * time.Second // fair or better without a break: they are tried again
	relapseIn   = 2 * time.Minute  // poor again so soon after they came back: the next wait is twice as long
	strongAtMax = 2 * time.Minute
)

// carrier judges whether a participant's line can carry pictures. It has no clock of its own; the zero value carries them.
type carrier struct {
	weak      bool // as it is now
	soundOnly bool
	since     time.Time     // it has been so weak, or strong
	wait      time.Duration // until pictures are tried again
	back      time.Time     // pictures were tried last
}

// rated takes in how good both directions are now. A line on which nothing comes at all says nothing of what it carries:
// its pictures come back with it.
func (c *carrier) rated(up, down protocol.Level, now time.Time) {
	weak := up == protocol.LevelPoor || down == protocol.LevelPoor
	if weak != c.weak || c.since.IsZero() {
		c.weak, c.since = weak, now
	}
}

// judge says whether the line carries sound only from now on.
func (c *carrier) judge(now time.Time) bool {
	if c.since.IsZero() {
		return false
	}
	been := now.Sub(c.since)
	limit := weakFor
	if !c.back.IsZero() && now.Sub(c.back) < relapseIn {
		limit = weakFor / 4 // it has been tried, and did not do
	}
	switch {
	case !c.soundOnly && c.weak && been >= limit:
		longer := min(2*max(c.wait, strongFor), strongAtMax)
		c.wait = strongFor
		if limit < weakFor {
			c.wait = longer
		}
		c.soundOnly = true
	case c.soundOnly && !c.weak && been >= c.wait:
		c.soundOnly, c.back = false, now
	}
	return c.soundOnly
}

// carriers are the judges of everybody whose media are reported here; followMedia's goroutine owns them.
type carriers map[who]*carrier

// follow takes in what is reported of a peer.
func (c carriers) follow(peer who, r *report, now time.Time) {
	if r.levels == nil {
		return
	}
	up, down := r.levels[0], r.levels[1]
	if up == "" && down == "" {
		delete(c, peer) // gone, or no consultation
		off := false
		r.soundOnly = &off
		return
	}
	if c[peer] == nil {
		c[peer] = &carrier{}
	}
	c[peer].rated(up, down, now)
}

// judge lists whose line has begun to carry sound only, or pictures again.
func (c carriers) judge(now time.Time) map[who]*report {
	news := map[who]*report{}
	for peer, one := range c {
		before := one.soundOnly
		if after := one.judge(now); after != before {
			news[peer] = &report{soundOnly: &after}
		}
	}
	return news
}

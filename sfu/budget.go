package sfu

import (
	"time"

	"golang.org/x/time/rate"
)

// budget bounds what a peer may send. A second's worth may come at once: key frames do.
type budget struct{ packets, bytes *rate.Limiter }

func newBudget(l Limits) budget {
	return budget{
		rate.NewLimiter(rate.Limit(l.PacketsPerSec), int(l.PacketsPerSec)),
		rate.NewLimiter(rate.Limit(l.BytesPerSec), int(l.BytesPerSec)),
	}
}

// feedbackBudget bounds what a peer may make the node do by its feedback. Without limiters everything is allowed.
type feedbackBudget struct {
	control   allowance // compound packets
	resends   allowance // bytes sent again
	keyframes allowance // asked of others
}

// allowance is a limiter on the node's clock; none allows everything.
type allowance struct{ *rate.Limiter }

func (a allowance) allow(now time.Duration, n int) bool {
	return a.Limiter == nil || a.AllowN(time.Time{}.Add(now), n)
}

// keyframesAtOnce is how many key frames a peer may ask for in a row: somebody who comes sees several tracks.
const keyframesAtOnce = 6

func newFeedbackBudget(l Limits) feedbackBudget {
	return feedbackBudget{
		control:   allowance{rate.NewLimiter(rate.Limit(l.ControlPerSec), max(1, int(l.ControlPerSec)))},
		resends:   allowance{rate.NewLimiter(rate.Limit(l.ResendBytesPerSec), max(l.PacketBytes, int(l.ResendBytesPerSec)))},
		keyframes: allowance{rate.NewLimiter(rate.Limit(l.KeyframesPerSec), keyframesAtOnce)},
	}
}

func (p *peer) mayResend(now time.Duration, size int) bool {
	return p.feedback.resends.allow(now, size)
}

func (p *peer) mayAskKeyframe(now time.Duration) bool { return p.feedback.keyframes.allow(now, 1) }

func (b budget) take(now time.Duration, size int) bool {
	at := time.Time{}.Add(now)
	return b.packets.AllowN(at, 1) && b.bytes.AllowN(at, size)
}

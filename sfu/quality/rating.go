package quality

import (
	"math"
	"time"
)

// Flow is what one kind of media did in one direction during one interval. Counts are not whole numbers, since they fade.
type Flow struct {
	Expected  float64       // packets that were sent, as far as their numbers show
	Missing   float64       // of these, not arrived by themselves
	Gone      float64       // of these, not arrived at all, resent or otherwise repaired; at most Missing
	Jitter    time.Duration // interarrival jitter (RFC 3550 section 6.4.1), the latest
	Breaks    float64       // times that pictures had to begin anew because something was missing
	BitsPerS  float64       // 0: not to be judged
	LeastBits float64       // below this a picture is a blur; 0: not to be judged
}

// Sample is what was seen of one direction of a line during one interval.
type Sample struct {
	Sound, Pictures Flow
	RoundTrip       time.Duration // 0: unknown
	Silent          bool          // nothing at all comes from there any more
}

// packets is how much there is to judge by.
func (s Sample) packets() float64 { return s.Sound.Expected + s.Pictures.Expected }

// Constants of the E-model and of the rules beside it.
const (
	basicRating  = 93.2  // Ro − Is with the defaults of G.107
	lossRobust   = 25.1  // Bpl: packet loss robustness
	lossFactor   = 95.0  // 95 − Ie of G.107 section 7.5, with Ie = 0
	delayKnee    = 177.3 // milliseconds from which a conversation suffers
	codecDelay   = 26.5  // milliseconds: a frame of 20 and the look-ahead of Opus
	capPerLoss   = 100.0 * 10 / 3
	freezePer1   = 6.0 // rating lost for each per cent of a picture's packets that never arrived
	breakCost    = 6.0 // and for each beginning anew
	blurCost     = 40.0
	leastPackets = 20 // fewer say nothing
)

// Sound is the rating of a conversation's sound, 0 to 93.2, by the E-model.
func Sound(f Flow, roundTrip time.Duration) float64 {
	delay := ms(roundTrip)/2 + 2*ms(f.Jitter) + codecDelay
	impairment := 0.024 * delay
	if delay > delayKnee {
		impairment += 0.11 * (delay - delayKnee)
	}
	loss := 100 * share(f.Gone, f.Expected)
	return clamp(basicRating - impairment - lossFactor*loss/(loss+lossRobust))
}

// Pictures is the rating of pictures on the same scale.
func Pictures(f Flow) float64 {
	r := basicRating - freezePer1*100*share(f.Gone, f.Expected) - breakCost*f.Breaks
	if f.BitsPerS > 0 && f.BitsPerS < f.LeastBits {
		r -= blurCost * (1 - f.BitsPerS/f.LeastBits)
	}
	return clamp(r)
}

// Rating is the rating of a whole sample: that of its worse half, and no better than what the line loses allows. It is 0
// for a silent line, and the best there is where nothing was sent.
func Rating(s Sample) float64 {
	if s.Silent {
		return 0
	}
	r := basicRating
	if s.Sound.Expected > 0 {
		r = min(r, Sound(s.Sound, s.RoundTrip))
	}
	if s.Pictures.Expected > 0 {
		r = min(r, Pictures(s.Pictures))
	}
	lost := share(s.Sound.Missing+s.Pictures.Missing, s.packets())
	return clamp(min(r, 100-capPerLoss*lost))
}

// MOS is the mean opinion score, 1 to 4.5, that a rating stands for (G.107 Annex B).
func MOS(r float64) float64 {
	switch {
	case r <= 0:
		return 1
	case r >= 100:
		return 4.5
	default:
		return max(1, 1+0.035*r+r*(r-60)*(100-r)*7e-6)
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return min(1, part/whole)
}

func clamp(r float64) float64 { return math.Max(0, math.Min(basicRating, r)) }

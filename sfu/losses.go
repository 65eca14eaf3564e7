package sfu

import "time"

// losses remembers which packets of a publisher are missing and when to ask for them again. It belongs to the goroutine
// that receives the track and looks at the time only when a packet arrives, so a silent track costs nothing.
type losses struct {
	missing []missing // ascending by number
}

type missing struct {
	ext   uint64
	since time.Duration
	asked time.Duration // when asked last
	tries int
}

const (
	maxMissing  = 96                    // more at once is an outage: asking for each packet would only add to it
	maxTries    = 8                     // requests for one packet
	askAgain    = 40 * time.Millisecond // before the second request; later ones wait longer
	giveUpAfter = 900 * time.Millisecond
)

// gap records that the packets from first up to but not including next have been skipped; false if there are too many to
// ask for, in which case all are forgotten.
func (l *losses) gap(first, next uint64, now time.Duration) bool {
	if next-first+uint64(len(l.missing)) > maxMissing {
		l.missing = l.missing[:0]
		return false
	}
	for ext := first; ext < next; ext++ {
		l.missing = append(l.missing, missing{ext: ext, since: now, asked: -1})
	}
	return true
}

// arrived removes a packet that has come after all. It tells how long before that it was asked for the first time; false if
// it was not.
func (l *losses) arrived(ext uint64, now time.Duration) (asked time.Duration, ok bool) {
	for i, m := range l.missing {
		if m.ext == ext {
			l.missing = append(l.missing[:i], l.missing[i+1:]...)
			return now - m.since, m.tries > 0
		}
	}
	return 0, false
}

// due appends the numbers to ask for now to seqs, and forgets those not worth it any more.
func (l *losses) due(seqs []uint16, now time.Duration) []uint16 {
	kept := l.missing[:0]
	for _, m := range l.missing {
		if m.tries >= maxTries || now-m.since > giveUpAfter {
			continue
		}
		if m.asked < 0 || now-m.asked >= askAgain*time.Duration(m.tries) {
			seqs = append(seqs, uint16(m.ext))
			m.asked = now
			m.tries++
		}
		kept = append(kept, m)
	}
	l.missing = kept
	return seqs
}

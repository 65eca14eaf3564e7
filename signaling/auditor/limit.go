package auditor

import (
	"sync"
	"time"
)

// Bounds of what is noted of refusals: of each action, caller and address within a window, and of how many such there are.
const (
	refusalsKept   = 20
	refusalWindow  = time.Minute
	refusalCallers = 4096
)

// limiter counts refusals, so that a flood of them cannot become a flood of entries.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex
	since time.Time
	count map[refusal]int
	rest  int // of callers beyond those that are told apart
}

type refusal struct{ action, who, address string }

// counted is how many more there were than were noted.
type counted struct {
	refusal
	count int
}

// allow says whether a refusal is noted by itself.
func (l *limiter) allow(action, who, address string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == nil {
		l.count, l.since = map[refusal]int{}, l.now()
	}
	key := refusal{action, who, address}
	if _, known := l.count[key]; !known && len(l.count) >= refusalCallers {
		l.rest++
		return false
	}
	l.count[key]++
	return l.count[key] <= refusalsKept
}

// over gives, once the window has passed, what was only counted in it.
func (l *limiter) over() []counted {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == nil || l.now().Sub(l.since) < refusalWindow {
		return nil
	}
	var list []counted
	for key, n := range l.count {
		if n > refusalsKept {
			list = append(list, counted{key, n - refusalsKept})
		}
	}
	if l.rest > 0 {
		list = append(list, counted{refusal{action: "refused.others"}, l.rest})
	}
	l.count, l.rest = nil, 0
	return list
}

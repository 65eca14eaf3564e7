package auditor

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Bounds of what is noted of refusals within a window: of each action, caller and address, of all together, and of how many such
// are told apart when the rest is counted.
const (
	refusalsKept     = 20
	refusalsTogether = 1000
	refusalWindow    = time.Minute
	refusalCallers   = 4096
	refusalCounted   = 100
)

// limiter counts refusals, so that a flood of them cannot become a flood of entries.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex
	since time.Time
	kept  int
	count map[refusal]tries
	rest  int // of callers beyond those that are told apart
}

type refusal struct{ action, who, address string }

// tries are how many refusals there were, and how many of them are entries of their own.
type tries struct{ all, kept int }

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
		l.count, l.since, l.kept = map[refusal]tries{}, l.now(), 0
	}
	key := refusal{action, who, address}
	seen, known := l.count[key]
	if !known && len(l.count) >= refusalCallers {
		l.rest++
		return false
	}
	seen.all++
	keep := seen.kept < refusalsKept && l.kept < refusalsTogether
	if keep {
		seen.kept++
		l.kept++
	}
	l.count[key] = seen
	return keep
}

// over gives, once the window has passed, what was only counted in it: the most eager by themselves, the others together.
func (l *limiter) over() []counted {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == nil || l.now().Sub(l.since) < refusalWindow {
		return nil
	}
	var list []counted
	for key, n := range l.count {
		if n.all > n.kept {
			list = append(list, counted{key, n.all - n.kept})
		}
	}
	slices.SortFunc(list, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.count, a.count), cmp.Compare(a.action, b.action), cmp.Compare(a.address, b.address))
	})
	rest := l.rest
	for _, n := range list[min(len(list), refusalCounted):] {
		rest += n.count
	}
	list = list[:min(len(list), refusalCounted)]
	if rest > 0 {
		list = append(list, counted{refusal{action: "refused.others"}, rest})
	}
	l.count, l.rest = nil, 0
	return list
}

// Bounds of what is remembered of who has looked at what.
const (
	viewingFor  = time.Hour
	viewingMost = 50_000
)

// viewings tells the first time somebody looks at something from the ones that follow: a page that stays open asks again and
// again, and is one viewing.
type viewings struct {
	now func() time.Time

	mu   sync.Mutex
	seen map[viewing]time.Time
}

type viewing struct{ action, who, address, what string }

// is says whether this is the first time within an hour. Where too many are remembered all are forgotten, and so noted once more.
func (v *viewings) is(key viewing) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	if at, known := v.seen[key]; known && now.Sub(at) < viewingFor {
		return false
	}
	if len(v.seen) >= viewingMost {
		clear(v.seen)
	}
	if v.seen == nil {
		v.seen = map[viewing]time.Time{}
	}
	v.seen[key] = now
	return true
}

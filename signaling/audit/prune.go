package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"time"
)

// Retention is how long entries are kept, by service. At the end of its service's time the personal fields of an entry are
// destroyed; a segment is removed as a whole when the longest of all these times is over for every entry in it.
type Retention struct {
	Default   time.Duration            // of what concerns no service, or one not listed; 0 keeps for ever
	ByService map[string]time.Duration // likewise
}

func (r Retention) of(service string) time.Duration {
	if d, ok := r.ByService[service]; ok {
		return d
	}
	return r.Default
}

// longest is 0 where something is kept for ever.
func (r Retention) longest() time.Duration {
	most := r.Default
	for _, d := range r.ByService {
		if d == 0 || most == 0 {
			return 0
		}
		most = max(most, d)
	}
	return most
}

func (r Retention) shortest() time.Duration {
	least := r.Default
	for _, d := range r.ByService {
		if least == 0 || d > 0 && d < least {
			least = d
		}
	}
	return least
}

// Pruned is what has gone because its time was over.
type Pruned struct {
	Segments int
	Keys     int
}

// Prune removes what is kept no longer. That it does is an entry of the trail before it is done.
func (w *Writer) Prune(keep Retention) (Pruned, error) {
	var p Pruned
	if w.broken {
		return p, ErrBroken
	}
	numbers, err := segmentsOf(w.disk)
	if err != nil {
		return p, fmt.Errorf("prune: %w", err)
	}
	if p.Segments, err = w.pruneSegments(numbers, keep.longest()); err != nil {
		return p, fmt.Errorf("prune: %w", err)
	}
	if p.Keys, err = w.pruneKeys(numbers[p.Segments:], keep); err != nil {
		return p, fmt.Errorf("prune: %w", err)
	}
	if p.Keys > 0 {
		err = w.Append(Record{Entry: Entry{
			At: w.o.Now(), Action: AuditErase, Who: "system", Detail: map[string]string{"why": "retention", "keys": strconv.Itoa(p.Keys)},
		}})
	}
	return p, err
}

// pruneSegments removes the segments that ended longer ago than most, and gives how many.
func (w *Writer) pruneSegments(numbers []int, most time.Duration) (int, error) {
	if most == 0 {
		return 0, nil
	}
	count := 0
	var next header
	for i := 0; i+1 < len(numbers); i++ { // the present one stays
		after, err := w.headerOf(numbers[i+1])
		if err != nil {
			return 0, err
		}
		if w.o.Now().Sub(after.at) <= most {
			break
		}
		count, next = i+1, after
	}
	if count == 0 {
		return 0, nil
	}
	if err := w.Append(Record{Entry: Entry{
		At: w.o.Now(), Action: AuditPrune, Who: "system", Detail: map[string]string{"through": strconv.Itoa(next.n - 1)},
	}}); err != nil {
		return 0, err
	}
	b, err := newBase(w.o.Signer, next, millis(w.o.Now()))
	if err != nil {
		return 0, err
	}
	if err := w.disk.replace(baseName, []byte(b.line+"\n")); err != nil {
		return 0, err
	}
	for _, n := range numbers[:count] {
		for _, name := range []string{keysName(n), segmentName(n)} { // the keys first
			if err := w.disk.remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return 0, err
			}
		}
	}
	return count, w.disk.sync()
}

func (w *Writer) headerOf(n int) (header, error) {
	text, err := w.disk.read(segmentName(n))
	if err != nil {
		return header{}, err
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	h, err := parseHeader(string(line))
	if err != nil {
		return header{}, fmt.Errorf("%s line 1: %w", segmentName(n), err)
	}
	return h, nil
}

// pruneKeys destroys the keys of entries whose service's time is over.
func (w *Writer) pruneKeys(numbers []int, keep Retention) (int, error) {
	least := keep.shortest()
	if least == 0 {
		return 0, nil
	}
	held, err := lockFile(osDisk{w.path}.at(keyLockName), true)
	if err != nil {
		return 0, err
	}
	defer func() { _ = held.Close() }()
	sum := 0
	for _, n := range numbers {
		h, err := w.headerOf(n)
		if err != nil {
			return sum, err
		}
		if w.o.Now().Sub(h.at) <= least {
			break
		}
		over, err := w.over(n, keep)
		if err != nil {
			return sum, err
		}
		count, err := destroyKeys(w.disk, n, func(name, _ string) bool { return over[name] })
		if sum += count; err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// over are the keys of a segment under which nothing is sealed that is still kept.
func (w *Writer) over(n int, keep Retention) (map[string]bool, error) {
	now := w.o.Now()
	over := map[string]bool{}
	err := readSegment(w.path, n, Filter{}, func(_ Place, r Record) error {
		if r.Sealed.Key == "" {
			return nil
		}
		d := keep.of(r.Service)
		past := d > 0 && now.Sub(r.Recorded) > d
		if was, seen := over[r.Sealed.Key]; !seen || was {
			over[r.Sealed.Key] = past
		}
		return nil
	})
	return over, err
}

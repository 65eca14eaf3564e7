package audit

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Filter says which entries are wanted; what is empty allows all.
type Filter struct {
	Visit   string // the appointment's or the session's id
	Who     string
	Action  string
	From    time.Time // when it happened, from and before
	To      time.Time
	Service string
	Office  string
	Kind    Kind
	Outcome Outcome
	Before  int64 // entries with smaller numbers only; 0 for all
	After   int64 // entries with greater numbers only
}

// Wants says whether a filter lets an entry through.
func (f Filter) Wants(r Record) bool {
	return (f.Visit == "" || f.Visit == r.Visit || f.Visit == r.Session) &&
		(f.Who == "" || f.Who == r.Who) && (f.Action == "" || f.Action == string(r.Action)) && (f.Service == "" || f.Service == r.Service) &&
		(f.Office == "" || f.Office == r.Office) && (f.Kind == "" || f.Kind == r.Action.Kind()) && (f.Outcome == "" || f.Outcome == r.Outcome) &&
		(f.From.IsZero() || !r.At.Before(f.From)) && (f.To.IsZero() || r.At.Before(f.To)) && (f.Before == 0 || r.Seq < f.Before) && r.Seq > f.After
}

// Place is where an entry stands.
type Place struct {
	Segment int
	Line    int
}

// Read gives the entries of a trail that a filter wants, oldest first, to a function, until that returns an error. It believes what
// it reads; Verify says whether it may. A server may write meanwhile.
func Read(path string, f Filter, each func(p Place, r Record) error) error {
	numbers, err := segmentsOf(osDisk{path})
	if err != nil {
		return fmt.Errorf("read the audit trail: %w", err)
	}
	for _, n := range numbers {
		if err := readSegment(path, n, f, each); err != nil {
			return err
		}
	}
	return nil
}

// Newest gives at most limit entries that a filter wants, the newest first, and whether there are older ones.
func Newest(path string, f Filter, limit int) (list []Record, places []Place, more bool, err error) {
	numbers, err := segmentsOf(osDisk{path})
	if err != nil {
		return nil, nil, false, fmt.Errorf("read the audit trail: %w", err)
	}
	for i := len(numbers) - 1; i >= 0 && len(list) <= limit; i-- {
		var here []Record
		var at []Place
		if err := readSegment(path, numbers[i], f, func(p Place, r Record) error {
			if here, at = append(here, r), append(at, p); len(here) > 2*limit+2 {
				here, at = here[limit+1:], at[limit+1:]
			}
			return nil
		}); err != nil {
			return nil, nil, false, err
		}
		for j := len(here) - 1; j >= 0; j-- {
			list, places = append(list, here[j]), append(places, at[j])
		}
	}
	if len(list) > limit {
		return list[:limit], places[:limit], true, nil
	}
	return list, places, false, nil
}

func readSegment(path string, n int, f Filter, each func(p Place, r Record) error) error {
	name := filepath.Join(path, segmentName(n))
	in, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed after its time, this very moment
	}
	if err != nil {
		return fmt.Errorf("read the audit trail: %w", err)
	}
	defer func() { _ = in.Close() }() // it was only read
	lines := bufio.NewReaderSize(in, maxLine)
	for at := 1; ; at++ {
		line, whole, err := readLine(lines)
		if errors.Is(err, io.EOF) || err == nil && !whole {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		seq, hash, text, err := splitLine(line)
		if err != nil {
			continue // header or seal, or damage, which Verify tells
		}
		r, err := parseText(string(text))
		if err != nil {
			continue
		}
		if r.Seq, r.Hash = seq, hash; !f.Wants(r) {
			continue
		}
		if err := each(Place{n, at}, r); err != nil {
			return err
		}
	}
}

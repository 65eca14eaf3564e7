package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Report is what was found when a journal was read. Torn lines are what a process leaves that dies while it writes;
// anything in Broken means that the disk, or somebody, has changed what was written.
type Report struct {
	Segments, Lines int
	Torn            int
	Broken          []error // one for each place, naming file and line
}

// folder is where the segments lie, named by a number that grows.
type folder string

func (f folder) path(n int) string { return filepath.Join(string(f), fmt.Sprintf("%012d.journal", n)) }

// segments lists the numbers, oldest first.
func (f folder) segments() ([]int, error) {
	entries, err := os.ReadDir(string(f))
	if err != nil {
		return nil, err
	}
	var list []int
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".journal")
		if n, err := strconv.Atoi(name); ok && err == nil && n > 0 && filepath.Base(f.path(n)) == e.Name() {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list, nil
}

// read gives all lines that can be believed, oldest first, and the hash the next segment goes on from. While somebody
// writes, the last segment may end anywhere.
func (f folder) read(writing bool) ([]Line, hash, Report, error) {
	numbers, err := f.segments()
	if err != nil {
		return nil, hash{}, Report{}, err
	}
	var (
		lines  []Line
		before segment
		report Report
	)
	for i, n := range numbers {
		s, err := f.readOne(n)
		if errors.Is(err, os.ErrNotExist) {
			continue // too old by now
		}
		if err != nil {
			return nil, hash{}, Report{}, err
		}
		if s.torn && !(writing && i == len(numbers)-1) {
			report.Torn++
		}
		if s.broken != nil {
			report.Broken = append(report.Broken, fmt.Errorf("%s: %w", f.path(n), s.broken))
		}
		if !s.begun {
			continue // the process died while it made it
		}
		if before.begun && before.broken == nil && !before.has(s.from) {
			report.Broken = append(report.Broken, fmt.Errorf("%s: does not go on from the segment before it", f.path(n)))
		}
		lines, before = append(lines, s.lines...), s
		report.Segments, report.Lines = report.Segments+1, report.Lines+len(s.lines)
	}
	return lines, before.last, report, nil
}

func (f folder) readOne(n int) (segment, error) {
	file, err := os.Open(f.path(n))
	if err != nil {
		return segment{}, err
	}
	defer func() { _ = file.Close() }() // it was only read
	s, err := readSegment(file)
	if err != nil {
		return segment{}, fmt.Errorf("read %s: %w", f.path(n), err)
	}
	return s, nil
}

// forget removes segments last written before a time, and the oldest where all together are larger than most. The last
// one stays. It gives how many went that were not too old yet.
func (f folder) forget(before time.Time, most int64) (young int, err error) {
	numbers, err := f.segments()
	if err != nil || len(numbers) == 0 {
		return 0, err
	}
	var sum int64
	for _, n := range slices.Backward(numbers) {
		info, err := os.Stat(f.path(n))
		if err != nil {
			return young, err
		}
		sum += info.Size()
		old := info.ModTime().Before(before)
		if n == numbers[len(numbers)-1] || !old && sum <= most {
			continue
		}
		if err := os.Remove(f.path(n)); err != nil {
			return young, err
		}
		if !old {
			young++
		}
	}
	return young, nil
}

// syncFolder has the disk confirm that files were made or removed.
func (f folder) sync() error {
	d, err := os.Open(string(f))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

package audit

import (
	"bufio"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Fault is something that is not as it was written, and where.
type Fault struct {
	File string
	Line int   // from 1; 0 where the whole file is meant
	Seq  int64 // of the entry there, as it says; 0 where there is none
	What string
}

// String names the place first.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		b.WriteString(" line " + strconv.Itoa(f.Line))
	}
	if f.Seq > 0 {
		b.WriteString(", entry " + strconv.FormatInt(f.Seq, 10))
	}
	return b.String() + ": " + f.What
}

// Report is what was found of a trail.
type Report struct {
	Area, Trail string
	Segments    int
	Entries     int64
	First, Last int64 // numbers of the oldest and newest entry
	Hash        Hash  // of the newest
	Faults      []Fault
	More        int      // faults beyond those listed
	Noted       []Fault  // what the trail itself says was wrong: gaps, faults a writer has met
	Remarks     []string // what is no fault and worth knowing
	Signed      int      // segments that are closed and rightly signed
}

// Whole says whether nothing is wrong.
func (r Report) Whole() bool { return len(r.Faults) == 0 }

// faultsMost is how many faults are listed: what was cut in half has thousands.
const faultsMost = 50

// Checks say against what a trail is verified, besides itself.
type Checks struct {
	Trust  Trust  // keys of the area; nil: signatures are checked against the keys the trail itself names, which proves little
	Marks  []Mark // entries somebody has noted outside
	Area   string // "" for any
	Secret *Secret
}

// Verify reads a whole trail and finds whatever was changed, left out, put elsewhere, put in, cut off or set back. What was cut off the
// end is found only by a mark noted outside. The error is the disk's; what is wrong with the trail stands in the report. A server may
// write meanwhile.
func Verify(path string, c Checks) (Report, error) {
	v := &verifier{path: path, checks: c, chain: newChain(), positions: map[string]string{}, marks: map[int64]Mark{}, pruned: map[string]bool{}}
	for _, m := range c.Marks {
		v.marks[m.Seq] = m
	}
	numbers, err := segmentsOf(osDisk{path})
	if err != nil {
		return Report{}, fmt.Errorf("verify the audit trail: %w", err)
	}
	if numbers, err = v.begin(numbers); err != nil {
		return Report{}, fmt.Errorf("verify the audit trail: %w", err)
	}
	for i, n := range numbers {
		if v.n+1 != n && i > 0 {
			v.fault(Fault{File: segmentName(v.n + 1), What: "this segment is missing"})
		}
		if err := v.segment(n, i == len(numbers)-1); err != nil {
			return Report{}, fmt.Errorf("verify the audit trail: %w", err)
		}
	}
	v.end(len(numbers) > 0)
	return v.r, nil
}

// verifier goes through a trail from its first segment to its last.
type verifier struct {
	path   string
	checks Checks
	r      Report
	chain  *chain
	marks  map[int64]Mark

	n         int // of the segment
	header    header
	hash      Hash // of the chain
	last      int64
	lastHash  Hash // of the newest entry
	positions map[string]string
	untrusted []Fault         // seals by keys nobody vouches for, since the last one somebody does
	known     bool            // the place before this line is known
	base      int             // first segment that the base leaves; 0 where there is none
	pruned    map[string]bool // last segments of what entries say was removed
	opener    *Opener
}

func (v *verifier) fault(f Fault) {
	if len(v.r.Faults) == faultsMost {
		v.r.More++
		return
	}
	v.r.Faults = append(v.r.Faults, f)
}

func (v *verifier) remark(format string, args ...any) {
	v.r.Remarks = append(v.r.Remarks, fmt.Sprintf(format, args...))
}

// begin finds out where the trail begins: at its first segment, or where the signed base says that older ones were removed.
func (v *verifier) begin(numbers []int) ([]int, error) {
	if v.checks.Secret != nil {
		v.opener = NewOpener(v.path, v.checks.Secret)
	}
	text, err := readBounded(filepath.Join(v.path, baseName), maxLine)
	if errors.Is(err, fs.ErrNotExist) {
		if len(numbers) > 0 && numbers[0] != 1 {
			v.fault(Fault{File: segmentName(1), What: "this segment is missing, and no signed base says that it was removed after its time"})
			v.n = numbers[0] - 1
		}
		return numbers, nil
	}
	if err != nil {
		return nil, err
	}
	b, err := parseBase(strings.TrimSuffix(string(text), "\n"))
	if err != nil {
		v.fault(Fault{File: baseName, What: err.Error()})
		return numbers, nil
	}
	switch public, known := v.trusted(b.kid); {
	case v.checks.Trust == nil:
	case !known:
		v.untrusted = append(v.untrusted, Fault{File: baseName, What: "signed with key " + b.kid + ", which is not one of the area's"})
	default:
		if err := checkSigned(b.line, public); err != nil {
			v.fault(Fault{File: baseName, What: err.Error()})
		}
	}
	numbers = slices.DeleteFunc(numbers, func(n int) bool { return n < b.n }) // being removed
	if len(numbers) == 0 || numbers[0] != b.n {
		v.fault(Fault{File: segmentName(b.n), What: "this segment is missing: only older ones were removed after their time"})
		return numbers, nil
	}
	v.n, v.last, v.lastHash, v.known, v.base = b.n-1, b.first-1, b.prev, true, b.n
	v.remark("segments before %s were removed after their time", segmentName(b.n))
	return numbers, nil
}

func (v *verifier) trusted(kid string) (ed25519.PublicKey, bool) {
	if v.checks.Trust == nil {
		return nil, false
	}
	return v.checks.Trust(kid)
}

// segment verifies one file.
func (v *verifier) segment(n int, newest bool) error {
	f, err := os.Open(filepath.Join(v.path, segmentName(n)))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	v.n = n
	v.r.Segments++
	in := bufio.NewReaderSize(f, 1<<20)
	sealed, begun := false, false
	for at := 1; ; at++ {
		line, whole, err := readLine(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if !whole {
			v.torn(at, len(line), newest)
			break
		}
		switch {
		case at == 1:
			begun = v.begins(string(line))
		case sealed:
			v.fault(Fault{segmentName(n), at, 0, "stands behind the seal"})
		case len(line) > len(sealWord) && string(line[:len(sealWord)+1]) == sealWord+" ":
			sealed = true
			v.seals(string(line), at)
		default:
			v.entry(line, at)
		}
	}
	switch {
	case sealed:
	case !begun && newest:
		v.remark("%s has no header yet: a writer died while it made it, and the next one makes it anew", segmentName(n))
	case !newest:
		v.fault(Fault{File: segmentName(n), What: "not closed and signed, although others follow: its end is missing"})
	}
	return nil
}

func (v *verifier) torn(at, bytes int, newest bool) {
	if newest {
		v.remark("%s line %d: half a line of %d bytes at the very end, as a writer leaves it that is writing, or has died; it was no entry yet", segmentName(v.n), at, bytes)
		return
	}
	v.fault(Fault{segmentName(v.n), at, 0, "the line has no end"})
}

// begins verifies a header.
func (v *verifier) begins(line string) bool {
	h, err := parseHeader(line)
	name := segmentName(v.n)
	if err != nil {
		v.fault(Fault{name, 1, 0, err.Error()})
		v.known = false
		return false
	}
	before := v.header
	v.header = h
	switch {
	case h.n != v.n:
		v.fault(Fault{name, 1, 0, fmt.Sprintf("it is segment %d under another's name", h.n)})
	case v.checks.Area != "" && h.area != v.checks.Area:
		v.fault(Fault{name, 1, 0, fmt.Sprintf("it is of area %s, not of %s", h.area, v.checks.Area)})
	case before.trail != "" && (h.trail != before.trail || h.area != before.area):
		v.fault(Fault{name, 1, 0, fmt.Sprintf("it is of trail %s of area %s, and the one before of %s of %s", h.trail, h.area, before.trail, before.area)})
	case v.n == 1 && (h.prev != Hash{} || h.first != 1):
		v.fault(Fault{name, 1, 0, "the first segment goes on from nothing, and this one does not"})
	case v.known && (h.prev != v.lastHash || h.first != v.last+1):
		v.fault(Fault{name, 1, 0, fmt.Sprintf("does not go on from entry %d, with which the segment before ends", v.last)})
	}
	v.r.Area, v.r.Trail = h.area, h.trail
	if v.r.First == 0 {
		v.r.First = h.first
	}
	v.hash, v.last, v.lastHash, v.known = first([]byte(line)), h.first-1, h.prev, true
	for letter, place := range h.positions {
		v.positions[letter] = place
	}
	return true
}

// entry verifies one.
func (v *verifier) entry(line []byte, at int) {
	name := segmentName(v.n)
	seq, claimed, text, err := splitLine(line)
	if err != nil {
		v.fault(Fault{name, at, 0, err.Error()})
		v.known = false
		return
	}
	r, wrong := parseText(string(text))
	switch {
	case v.known && seq != v.last+1:
		v.fault(Fault{name, at, seq, fmt.Sprintf("it follows entry %d: what belongs between is missing or stands elsewhere", v.last)})
	case v.known && v.chain.next(v.hash, numberedText(line)) != claimed:
		v.fault(Fault{name, at, seq, "its hash does not follow: it was changed, or what is before it was"})
	case wrong != nil:
		v.fault(Fault{name, at, seq, wrong.Error()})
	}
	if m, noted := v.marks[seq]; noted {
		delete(v.marks, seq)
		if m.Hash != claimed {
			v.fault(Fault{name, at, seq, "it is another than the one noted outside under this number: the trail was set back and written anew"})
		}
	}
	// Whatever is wrong here, what follows is judged by what this line claims, so that each fault is named once.
	v.hash, v.last, v.lastHash, v.known = claimed, seq, claimed, true
	v.r.Entries++
	v.r.Last, v.r.Hash = seq, claimed
	if wrong == nil {
		v.judge(r, at, seq)
	}
}

// judge looks at what an entry says.
func (v *verifier) judge(r Record, at int, seq int64) {
	name := segmentName(v.n)
	outbox, place, found := strings.Cut(r.Source, ":")
	switch {
	case r.Action == TrailBack:
		delete(v.positions, r.Detail["outbox"])
	case r.Action == AuditPrune:
		v.pruned[r.Detail["through"]] = true
	case r.Action == TrailGap, r.Action == TrailFault:
		v.r.Noted = append(v.r.Noted, Fault{name, at, seq, string(r.Action) + " " + detailText(r.Detail)})
	case found && outbox != OutboxInbox:
		if before := v.positions[outbox]; before != "" && !After(place, before) {
			v.fault(Fault{name, at, seq, fmt.Sprintf("it comes from %s, and what came from %s is there already: doubled", place, before)})
		}
		v.positions[outbox] = place
	}
	if v.opener != nil && r.Sealed.Key != "" {
		if _, _, err := v.opener.Open(v.n, r.Sealed); err != nil {
			v.fault(Fault{name, at, seq, "personal fields: " + err.Error()})
		}
	}
}

func detailText(detail map[string]string) string {
	var words []string
	for _, name := range sortedNames(detail) {
		words = append(words, name+"="+detail[name])
	}
	return strings.Join(words, " ")
}

// seals verifies a seal.
func (v *verifier) seals(line string, at int) {
	name := segmentName(v.n)
	s, public, err := parseSeal(line, v.header)
	switch {
	case err != nil:
		v.fault(Fault{name, at, 0, "seal: " + err.Error()})
		return
	case s.last != v.last || s.hash != v.lastHash:
		v.fault(Fault{name, at, 0, fmt.Sprintf("the seal is over entry %d, and the segment ends with %d", s.last, v.last)})
		return
	}
	v.r.Signed++
	if v.checks.Trust == nil {
		return
	}
	trusted, known := v.trusted(s.kid)
	switch {
	case !known:
		v.untrusted = append(v.untrusted, Fault{name, at, 0, "signed with key " + s.kid + ", which is not one of the area's, and no later segment vouches for it"})
	case !trusted.Equal(public):
		v.fault(Fault{name, at, 0, "signed with another key than the area's " + s.kid})
	default:
		v.untrusted = nil // the chain makes this signature one over everything before it
	}
}

// end says what is left when everything has been read.
func (v *verifier) end(any bool) {
	if !any {
		v.fault(Fault{File: v.path, What: "there is no segment here: no trail, or all of it was taken away"})
	}
	for _, f := range v.untrusted {
		v.fault(f)
	}
	if v.base > 0 && !v.pruned[strconv.Itoa(v.base-1)] {
		v.fault(Fault{File: baseName, What: "no entry of the trail says that the segments before it were removed"})
	}
	seqs := make([]int64, 0, len(v.marks))
	for seq := range v.marks {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	for _, seq := range seqs {
		switch {
		case seq > v.r.Last:
			v.fault(Fault{segmentName(max(v.n, 1)), 0, v.r.Last, fmt.Sprintf("the trail ends here, and entry %d was noted outside: it was cut short or set back", seq)})
		case seq < v.r.First:
			v.remark("entry %d, which was noted outside, was removed after its time", seq)
		}
	}
	if v.checks.Trust == nil && v.r.Signed > 0 {
		v.remark("signatures were checked against the keys the trail names; give the area's keys to know that they are hers")
	}
}

// After says whether a place in a stream ("<ms>-<n>") comes after another.
func After(place, other string) bool {
	ms, n := placeNumbers(place)
	otherMs, otherN := placeNumbers(other)
	return ms > otherMs || ms == otherMs && n > otherN
}

func placeNumbers(place string) (ms, n uint64) {
	a, b, _ := strings.Cut(place, "-")
	ms, _ = strconv.ParseUint(a, 10, 64) // what is no number comes before everything
	n, _ = strconv.ParseUint(b, 10, 64)
	return ms, n
}

package audit

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strconv"
)

// tail is what a writer has to know of a segment to go on in it.
type tail struct {
	begun     bool // its header is whole
	header    header
	last      int64
	hash      Hash
	size      int64 // of what is whole
	torn      int   // bytes after that
	sealed    bool
	positions Positions
	inbox     map[string]bool
	fault     string // the first line that does not fit; the chain is gone on with as that line claims it
}

// lastHash is the hash of the newest entry.
func (s tail) lastHash() Hash {
	if s.last < s.header.first {
		return s.header.prev
	}
	return s.hash
}

// readTail reads a segment for going on in it.
//
// Half a line at the end, and whatever follows a byte 0 (which a file system leaves where blocks were not written before a loss of
// power), was never answered for: it is to be cut off. A whole line that does not fit is another matter, since nobody who only dies
// leaves one: it is reported, stays where it is for verification to find, and the chain goes on from what it claims.
func readTail(d disk, n int) (tail, error) {
	text, err := d.read(segmentName(n))
	if err != nil {
		return tail{}, err
	}
	s := tail{positions: Positions{}, inbox: map[string]bool{}}
	whole := text
	if zero := bytes.IndexByte(text, 0); zero >= 0 {
		whole = text[:zero]
	}
	whole = whole[:bytes.LastIndexByte(whole, '\n')+1]
	s.size, s.torn = int64(len(whole)), len(text)-len(whole)
	c := newChain()
	for at := 1; len(whole) > 0; at++ {
		var line []byte
		line, whole, _ = bytes.Cut(whole, []byte("\n"))
		if at == 1 {
			if s.header, err = parseHeader(string(line)); err != nil {
				return tail{}, fmt.Errorf("%s line 1: %w", segmentName(n), err)
			}
			s.begun, s.last, s.hash = true, s.header.first-1, first(line)
			maps.Copy(s.positions, s.header.positions)
			continue
		}
		if why := s.take(c, line); why != "" && s.fault == "" {
			s.fault = fmt.Sprintf("%s line %d: %s", segmentName(n), at, why)
		}
	}
	return s, nil
}

// take takes in one whole line, and says what is wrong with it.
func (s *tail) take(c *chain, line []byte) string {
	if bytes.HasPrefix(line, []byte(sealWord+" ")) {
		s.sealed = true
		if _, _, err := parseSeal(string(line), s.header); err != nil {
			return err.Error()
		}
		return ""
	}
	seq, claimed, text, err := splitLine(line)
	if err != nil {
		return err.Error()
	}
	why := ""
	if seq != s.last+1 {
		why = fmt.Sprintf("entry %d follows %d", seq, s.last)
	} else if c.next(s.hash, numberedText(line)) != claimed {
		why = "the hash does not follow from the entry before"
	}
	s.last, s.hash = seq, claimed
	r, err := parseText(string(text))
	if err != nil && why == "" {
		why = err.Error()
	}
	noteSource(r.Source, s.positions, s.inbox)
	return why
}

// hashWidth is a hash in a line.
const hashWidth = 2 * len(Hash{})

// splitLine takes an entry's line apart: "<number> <hash> <text>".
func splitLine(line []byte) (seq int64, hash Hash, text []byte, err error) {
	space := bytes.IndexByte(line, ' ')
	if space < 1 || space > 19 || len(line) < space+1+hashWidth+2 || line[space+1+hashWidth] != ' ' {
		return 0, Hash{}, nil, errors.New("not an entry: want a number, a hash and words")
	}
	if seq, err = strconv.ParseInt(string(line[:space]), 10, 64); err != nil || seq < 1 || line[0] == '0' || line[0] == '+' {
		return 0, Hash{}, nil, fmt.Errorf("not an entry: %w", errNumber)
	}
	digits := line[space+1 : space+1+hashWidth]
	if _, err = hex.Decode(hash[:], digits); err != nil || bytes.ContainsAny(digits, "ABCDEF") {
		return 0, Hash{}, nil, errors.New("not an entry: its hash is none")
	}
	return seq, hash, line[space+1+hashWidth+1:], nil
}

// numberedText is what an entry's hash is over: number and text, with one space between. It moves the number to the text inside the
// line, which is used up by that.
func numberedText(line []byte) []byte {
	space := bytes.IndexByte(line, ' ')
	copy(line[1+hashWidth:], line[:space])
	return line[1+hashWidth:]
}

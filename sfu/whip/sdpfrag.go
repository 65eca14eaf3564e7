package whip

import (
	"errors"
	"strings"
)

// candidate is one ICE candidate of a fragment with the m-line it belongs to.
type candidate struct{ mid, text string }

// fragment is what a trickle-ice-sdpfrag body holds (RFC 8840 section 9).
type fragment struct {
	ufrag      string
	candidates []candidate
}

var errFragment = errors.New("the body is not a trickle-ice-sdpfrag")

// maxFragmentCandidates bounds one fragment; browsers gather a handful.
const maxFragmentCandidates = 64

// parseFragment reads a body. Candidates before the first a=mid belong to the first m-line.
func parseFragment(body string) (fragment, error) {
	var f fragment
	mid, seen := "", false
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != '=' {
			return fragment{}, errFragment
		}
		key, value, _ := strings.Cut(line[2:], ":")
		if line[0] != 'a' {
			continue
		}
		switch key {
		case "ice-ufrag":
			f.ufrag, seen = value, true
		case "mid":
			mid = value
		case "end-of-candidates":
			seen = true
		case "candidate":
			if len(f.candidates) == maxFragmentCandidates {
				return fragment{}, errFragment
			}
			f.candidates = append(f.candidates, candidate{mid, line[2:]})
			seen = true
		}
	}
	if !seen {
		return fragment{}, errFragment
	}
	return f, nil
}

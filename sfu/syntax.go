package sfu

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/pion/sdp/v3"
)

// parseSDP reads a description. Its errors name the first line that cannot be read. A last line that is not ended is read all
// the same: forms and shells like to lose the line feed.
func parseSDP(text string) (*sdp.SessionDescription, error) {
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\r\n"
	}
	desc := &sdp.SessionDescription{}
	err := desc.UnmarshalString(text)
	switch {
	case err == nil:
		return desc, nil
	case errors.Is(err, io.EOF):
		return nil, errors.New("it ends before v=, o=, s= and t= are complete")
	}
	lines := strings.SplitAfter(text, "\n")
	// Once a line is wrong, everything that ends after it is.
	wrong := sort.Search(len(lines), func(n int) bool {
		err := (&sdp.SessionDescription{}).UnmarshalString(strings.Join(lines[:n+1], ""))
		return err != nil && !errors.Is(err, io.EOF)
	})
	if wrong == len(lines) {
		return nil, err
	}
	line := strings.TrimRight(lines[wrong], "\r\n")
	return nil, fmt.Errorf("line %d, %.60q, has no place there (RFC 8866): %w", wrong+1, line, withoutText(err))
}

// withoutText is the kind of a parser's error: its own message repeats as much of the description as it likes.
func withoutText(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	if msg := err.Error(); len(msg) > 80 {
		return errors.New(msg[:80])
	}
	return err
}

package audit

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Names in a trail's folder.
const (
	segmentSuffix = ".audit"
	lockName      = "lock"      // held by the one that writes
	keyLockName   = "keys.lock" // held by whoever adds or destroys keys
	baseName      = "base"
	inboxName     = "inbox"
)

// ErrInUse says that another process writes the trail.
var ErrInUse = errors.New("another process writes this trail")

func segmentName(n int) string { return fmt.Sprintf("%08d%s", n, segmentSuffix) }
func keysName(n int) string    { return fmt.Sprintf("%08d.keys", n) }

// segmentsOf lists the numbers of the segments in a folder, oldest first.
func segmentsOf(d disk) ([]int, error) {
	names, err := d.names()
	if err != nil {
		return nil, err
	}
	var list []int
	for _, name := range names {
		text, ok := strings.CutSuffix(name, segmentSuffix)
		if n, err := strconv.Atoi(text); ok && err == nil && n > 0 && segmentName(n) == name {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list, nil
}

// Inbox is where commands put what they have to say in the trail of a folder, to be taken in by the server that writes it.
func Inbox(path string) (*Spool, error) { return OpenSpool(filepath.Join(path, inboxName)) }

// base says that the segments before one were removed after their time.
type base struct {
	area, trail string
	n           int // the first segment that is left
	first       int64
	prev        Hash
	kid         string
	line        string
}

var baseNames = []string{"area", "trail", "n", "first", "prev", "at", "kid"}

func newBase(s Signer, h header, at string) (base, error) {
	line, kid, _, err := signed(s, func(kid string) string {
		return statement{baseWord, baseNames, map[string]string{
			"area": h.area, "trail": h.trail, "n": strconv.Itoa(h.n), "first": strconv.FormatInt(h.first, 10), "prev": h.prev.String(),
			"at": at, "kid": kid,
		}}.String()
	})
	return base{h.area, h.trail, h.n, h.first, h.prev, kid, line}, err
}

// parseBase reads a base without checking its signature.
func parseBase(line string) (base, error) {
	text, _, _ := strings.Cut(line, " sig=")
	v, err := parseStatement(text, baseWord, baseNames...)
	if err != nil {
		return base{}, err
	}
	n, errN := number(v["n"])
	first, errFirst := number(v["first"])
	prev, errPrev := ParseHash(v["prev"])
	if err := errors.Join(errN, errFirst, errPrev); err != nil {
		return base{}, err
	}
	return base{v["area"], v["trail"], int(n), first, prev, v["kid"], line}, nil
}

// readLine gives the next line of in without its break, and whether it had one; io.EOF where there is nothing more. The line is
// good until the next call. One longer than any of ours is given in pieces, which fit nowhere.
func readLine(in interface{ ReadSlice(byte) ([]byte, error) }) (line []byte, whole bool, err error) {
	line, err = in.ReadSlice('\n')
	switch {
	case err == nil:
		return line[:len(line)-1], true, nil
	case errors.Is(err, io.EOF) && len(line) == 0:
		return nil, false, io.EOF
	case errors.Is(err, io.EOF):
		return line, false, nil
	case len(line) > 0: // longer than the buffer
		return line, true, nil
	default:
		return nil, false, err
	}
}

package journal

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"
)

// Line is one entry.
type Line struct {
	At      time.Time // by the writer's clock, in milliseconds
	Payload []byte
}

// MaxPayload bounds one payload, in bytes.
const MaxPayload = 64 << 10

// maxLine bounds a line: a hash, a number, a payload in base64, and what stands between them.
const maxLine = 2*hashBytes + 24 + MaxPayload*4/3

// hashBytes is how much of a SHA-256 a line carries: enough that damage never looks right.
const hashBytes = 16

type hash [hashBytes]byte

// header begins a segment: the format, then the hash its chain goes on from.
const header = "madoguchi-journal-1 "

var payloadText = base64.RawURLEncoding

func (h hash) next(ms int64, payload []byte) hash {
	sum := sha256.New()
	sum.Write(h[:])
	fmt.Fprintf(sum, "%d ", ms)
	sum.Write(payload)
	return hash(sum.Sum(nil)[:hashBytes])
}

func (h hash) String() string { return hex.EncodeToString(h[:]) }

func appendHeader(b []byte, from hash) []byte {
	b = append(b, header...)
	b = hex.AppendEncode(b, from[:])
	return append(b, '\n')
}

// appendLine writes a line and gives its hash, from which the next one goes on.
func appendLine(b []byte, from hash, l Line) ([]byte, hash) {
	ms := l.At.UnixMilli()
	h := from.next(ms, l.Payload)
	b = hex.AppendEncode(b, h[:])
	b = append(b, ' ')
	b = strconv.AppendInt(b, ms, 10)
	b = append(b, ' ')
	b = payloadText.AppendEncode(b, l.Payload)
	return append(b, '\n'), h
}

// segment is what was read of one file.
type segment struct {
	begun      bool   // it has its first line
	from, last hash   // of its chain
	hashes     []hash // of its lines
	lines      []Line
	torn       bool  // the last line was not written to its end
	broken     error // what does not fit; nothing behind it was read
}

// readSegment reads one file. Its error is the reader's; what is wrong with the content stands in the segment.
func readSegment(r io.Reader) (segment, error) {
	var s segment
	in := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		text, whole, err := readLine(in)
		switch {
		case errors.Is(err, io.EOF):
			return s, nil
		case errors.Is(err, errTooLong):
			s.broken = fmt.Errorf("line %d: %w", n, err)
			return s, nil
		case err != nil:
			return s, err
		}
		if !whole {
			s.torn = true // even where it fits: it was not confirmed
			return s, nil
		}
		if n == 1 {
			err = s.begin(text)
		} else {
			err = s.add(text)
		}
		if err != nil {
			s.broken = fmt.Errorf("line %d: %w", n, err)
			return s, nil
		}
	}
}

var errTooLong = fmt.Errorf("longer than %d bytes", maxLine)

// readLine gives a line without its break, and whether it had one. It gives io.EOF where there is nothing more.
func readLine(in *bufio.Reader) ([]byte, bool, error) {
	var text []byte
	for {
		part, err := in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > maxLine:
			return nil, false, errTooLong
		case err == nil:
			return text[:len(text)-1], true, nil
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(text) > 0:
			return text, false, nil
		default:
			return nil, false, err
		}
	}
}

func (s *segment) begin(text []byte) error {
	rest, ok := bytes.CutPrefix(text, []byte(header))
	if !ok {
		return fmt.Errorf("want %q and a hash", header)
	}
	from, err := parseHash(rest)
	s.from, s.last, s.begun = from, from, err == nil
	return err
}

func (s *segment) add(text []byte) error {
	h, rest, ok := bytes.Cut(text, []byte(" "))
	when, payload, both := bytes.Cut(rest, []byte(" "))
	if !ok || !both {
		return errors.New("want a hash, a time and a payload")
	}
	named, err := parseHash(h)
	if err != nil {
		return err
	}
	ms, err := strconv.ParseInt(string(when), 10, 64)
	if err != nil || strconv.FormatInt(ms, 10) != string(when) {
		return errors.New("the time is no number of milliseconds")
	}
	body, err := payloadText.Strict().AppendDecode(nil, payload)
	if err != nil || len(body) > MaxPayload {
		return errors.New("the payload is no base64url")
	}
	if s.last.next(ms, body) != named {
		return errors.New("the chain of hashes breaks here")
	}
	s.last = named
	s.lines, s.hashes = append(s.lines, Line{At: time.UnixMilli(ms), Payload: body}), append(s.hashes, named)
	return nil
}

// has reports whether a chain can go on from h here: behind any line, since what was written last may not have been
// confirmed and yet have reached the disk.
func (s *segment) has(h hash) bool { return h == s.from || slices.Contains(s.hashes, h) }

func parseHash(text []byte) (hash, error) {
	var h hash
	if len(text) != hex.EncodedLen(hashBytes) || !bytes.Equal(text, bytes.ToLower(text)) {
		return h, fmt.Errorf("a hash has %d letters", hex.EncodedLen(hashBytes))
	}
	if _, err := hex.Decode(h[:], text); err != nil {
		return h, errors.New("a hash is written in 0-9 and a-f")
	}
	return h, nil
}

package audit

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// Spool is a folder of notes that wait, one file each, each on the disk before Put returns: for while Redis is away, and for
// commands, which have no other way into a trail that a server writes. Several processes may put and take.
type Spool struct{ path string }

// Spooled is one note that waits.
type Spooled struct {
	ID   string
	Text string // as EncodeNote has written it
}

// Bounds of a spool.
const (
	MaxSpooled = 100_000
	noteSuffix = ".note"
)

// ErrSpoolFull says that too much waits already.
var ErrSpoolFull = fmt.Errorf("%d notes wait already", MaxSpooled)

var noteID = regexp.MustCompile(`^[0-9a-f]{16,64}$`)

// OpenSpool opens a spool, and makes its folder (0700) where there is none.
func OpenSpool(path string) (*Spool, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("spool of the audit trail: %w", err)
	}
	return &Spool{path}, nil
}

// NewNoteID makes the id of a note. It begins with when, so that a spool lists in order of time.
func NewNoteID(ms int64, random [8]byte) string {
	b := [16]byte{}
	for i := range 8 {
		b[i] = byte(ms >> (56 - 8*i))
	}
	copy(b[8:], random[:])
	return hex.EncodeToString(b[:])
}

// Put keeps a note. Putting one again changes nothing.
func (s *Spool) Put(id, text string) error {
	if !noteID.MatchString(id) {
		return fmt.Errorf("spool: %q is no id of a note", id)
	}
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if len(entries) >= MaxSpooled {
		return fmt.Errorf("spool: %w", ErrSpoolFull)
	}
	tmp, err := os.CreateTemp(s.path, ".new-*") // made with 0600
	if err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if err := os.Rename(tmp.Name(), filepath.Join(s.path, id+noteSuffix)); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	return syncFolder(s.path)
}

// List gives the oldest notes, at most limit.
func (s *Spool) List(limit int) ([]Spooled, error) {
	entries, err := os.ReadDir(s.path)
	if err != nil {
		return nil, fmt.Errorf("spool: %w", err)
	}
	var ids []string
	for _, e := range entries {
		if id, ok := cutSuffix(e.Name(), noteSuffix); ok && noteID.MatchString(id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	var list []Spooled
	for _, id := range ids[:min(len(ids), limit)] {
		text, err := readBounded(filepath.Join(s.path, id+noteSuffix), maxLine)
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody else has taken it
		}
		if err != nil {
			return nil, fmt.Errorf("spool: %w", err)
		}
		list = append(list, Spooled{id, string(text)})
	}
	return list, nil
}

// Remove takes a note away once it is where it belongs. One that is gone already is no error.
func (s *Spool) Remove(id string) error {
	err := os.Remove(filepath.Join(s.path, id+noteSuffix))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("spool: %w", err)
	}
	return nil
}

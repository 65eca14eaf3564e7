package audit

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"strconv"
	"strings"
	"time"
)

// Options say how a trail is written. Area, Secret and Signer are required.
type Options struct {
	Area   string
	Secret *Secret
	Signer Signer

	SegmentBytes int64         // after which a segment is closed; 8 MiB where zero
	SegmentAge   time.Duration // likewise; a day where zero
	Now          func() time.Time
}

func (o Options) withDefaults() Options {
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 8 << 20
	}
	if o.SegmentAge == 0 {
		o.SegmentAge = 24 * time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Found is what a writer found in the folder when it opened it.
type Found struct {
	New       bool      // there was no trail: one has been begun
	Trail     string    // its id
	Last      int64     // number of the last entry
	Hash      Hash      // of that entry
	Positions Positions // of the last entry from each outbox
	Inbox     map[string]bool
	Torn      int    // bytes at the end that were no whole entry, and have been cut off
	Fault     string // what does not fit in the last segment; "" where everything does
}

// Writer appends to the trail of a folder, which is its own while it is open. One goroutine uses it.
type Writer struct {
	o     Options
	disk  disk
	path  string
	held  *os.File
	keys  *keyring
	chain *chain

	head      header // of the present segment
	file      file   // nil before the first entry of a segment, and after a failure
	size      int64  // of what is on the disk for certain
	last      int64
	hash      Hash // of the chain
	lastHash  Hash // of the newest entry, which may stand in the segment before
	positions Positions
	inbox     map[string]bool // ids from the inbox in this segment and the one before
	broken    bool
}

// ErrBroken says that an earlier failure has left nobody knows what on the disk: close the writer and open it anew.
var ErrBroken = errors.New("an earlier write has failed")

// Open takes a folder over, which is made where there is none: it cuts off what a writer has left half written, and goes on behind
// the last whole entry. It gives ErrInUse while another process has it.
func Open(path string, o Options) (*Writer, Found, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, Found{}, fmt.Errorf("open the audit trail: %w", err)
	}
	return openOn(osDisk{path}, path, o)
}

func openOn(d disk, path string, o Options) (*Writer, Found, error) {
	held, err := lockFile(osDisk{path}.at(lockName), false)
	if err != nil {
		return nil, Found{}, fmt.Errorf("open the audit trail: %w", err)
	}
	w := &Writer{o: o.withDefaults(), disk: d, path: path, held: held, chain: newChain(), positions: Positions{}, inbox: map[string]bool{}}
	found, err := w.recover()
	if err != nil {
		return nil, Found{}, errors.Join(fmt.Errorf("open the audit trail in %s: %w", path, err), held.Close())
	}
	return w, found, nil
}

// recover reads where to go on.
func (w *Writer) recover() (Found, error) {
	numbers, err := segmentsOf(w.disk)
	if err != nil {
		return Found{}, err
	}
	torn := 0
	for len(numbers) > 0 {
		n := numbers[len(numbers)-1]
		s, err := readTail(w.disk, n)
		if err != nil {
			return Found{}, err
		}
		if s.begun {
			if len(numbers) > 1 { // ids from the inbox may be there twice across the border
				before, err := readTail(w.disk, numbers[len(numbers)-2])
				if err != nil {
					return Found{}, err
				}
				maps.Copy(w.inbox, before.inbox)
			}
			return w.goOn(s, torn)
		}
		if s.torn > maxLine {
			return Found{}, fmt.Errorf("%s has %d bytes and no header: somebody has changed it; move it away for looking into", segmentName(n), s.torn)
		}
		torn += s.torn // it died while it made the segment: there is no entry in it
		if err := errors.Join(w.disk.remove(segmentName(n)), w.disk.sync()); err != nil {
			return Found{}, err
		}
		numbers = numbers[:len(numbers)-1]
	}
	return w.begin(torn)
}

// goOn goes on in a segment.
func (w *Writer) goOn(s tail, torn int) (Found, error) {
	if s.header.area != w.o.Area {
		return Found{}, fmt.Errorf("it is the trail of area %s, not of %s", s.header.area, w.o.Area)
	}
	w.head, w.last, w.hash, w.lastHash, w.size = s.header, s.last, s.hash, s.lastHash(), s.size
	maps.Copy(w.positions, s.positions)
	maps.Copy(w.inbox, s.inbox)
	w.keys = newKeyring(w.disk, w.o.Secret, w.head.n)
	if s.torn > 0 {
		if err := w.cut(); err != nil {
			return Found{}, err
		}
	}
	found := Found{
		Trail: w.head.trail, Last: w.last, Hash: w.lastHash, Positions: maps.Clone(w.positions), Inbox: maps.Clone(w.inbox),
		Torn: s.torn + torn, Fault: s.fault,
	}
	if s.sealed {
		return found, w.next()
	}
	return found, nil
}

// begin makes the first segment of a new trail.
func (w *Writer) begin(torn int) (Found, error) {
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	w.head = header{area: w.o.Area, trail: hex.EncodeToString(id[:])}
	if err := w.next(); err != nil {
		return Found{}, err
	}
	return Found{New: true, Trail: w.head.trail, Positions: Positions{}, Inbox: map[string]bool{}, Torn: torn}, nil
}

// cut takes off what is not known to be whole.
func (w *Writer) cut() error {
	f, err := w.disk.append(segmentName(w.head.n))
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(w.size), f.Sync(), f.Close())
}

// next begins the segment after the present one.
func (w *Writer) next() error {
	kid, public, _, err := w.o.Signer.Sign([]byte("madoguchi audit: which key"))
	if err != nil {
		return fmt.Errorf("begin a segment: %w", err)
	}
	h := header{
		area: w.head.area, trail: w.head.trail, n: w.head.n + 1, first: w.last + 1, prev: w.lastHash, kid: kid, public: public,
		at: w.o.Now().UTC().Truncate(time.Millisecond), positions: maps.Clone(w.positions),
	}
	text := h.String()
	f, err := w.disk.append(segmentName(h.n))
	if err != nil {
		return fmt.Errorf("begin a segment: %w", err)
	}
	_, err = f.Write([]byte(text + "\n"))
	if err == nil {
		err = errors.Join(f.Sync(), w.disk.sync())
	}
	if err != nil {
		return errors.Join(fmt.Errorf("begin a segment: %w", err), f.Close())
	}
	w.head, w.file, w.size, w.hash = h, f, int64(len(text))+1, first([]byte(text))
	w.keys = newKeyring(w.disk, w.o.Secret, h.n)
	return nil
}

// Trail is the id of the trail.
func (w *Writer) Trail() string { return w.head.trail }

// Last is the number of the newest entry.
func (w *Writer) Last() int64 { return w.last }

// Taken says whether a note from the inbox is in the trail already.
func (w *Writer) Taken(id string) bool { return w.inbox[id] }

// Append writes entries, and returns once all of them are on the disk; each is numbered in turn, and its Source says what it came
// from. After an error some of them may be there and others not: the writer is to be closed, and opening it anew finds out.
func (w *Writer) Append(records ...Record) (err error) {
	if w.broken {
		return ErrBroken
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write the audit trail: %w", err)
			w.spoil()
		}
	}()
	if err := w.turn(); err != nil {
		return err
	}
	lines, last, hash, err := w.lines(records)
	if err != nil {
		return err
	}
	if w.file == nil {
		if w.file, err = w.disk.append(segmentName(w.head.n)); err != nil {
			return err
		}
	}
	if _, err = w.file.Write(lines); err != nil {
		return err
	}
	if err = w.file.Sync(); err != nil {
		return err
	}
	if len(records) > 0 {
		w.size, w.last, w.hash, w.lastHash = w.size+int64(len(lines)), last, hash, hash
	}
	for _, r := range records {
		w.arrived(r.Source)
	}
	return nil
}

// arrived notes that what came from a place is in the trail.
func (w *Writer) arrived(source string) { noteSource(source, w.positions, w.inbox) }

func noteSource(source string, positions Positions, inbox map[string]bool) {
	outbox, place, found := strings.Cut(source, ":")
	switch {
	case !found:
	case outbox == OutboxInbox:
		inbox[place] = true
	default:
		positions[outbox] = place
	}
}

// lines makes the text of entries, with their keys on the disk before.
func (w *Writer) lines(records []Record) (text []byte, last int64, hash Hash, err error) {
	unlock, err := w.lockKeys(records)
	if err != nil {
		return nil, 0, Hash{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	last, hash = w.last, w.hash
	var numbered []byte
	for _, r := range records {
		r.Entry, r.Recorded = r.Clean(), w.o.Now().UTC().Truncate(time.Millisecond)
		if r.At.IsZero() || r.At.UnixMilli() <= 0 {
			r.At = r.Recorded
		}
		if r.Sealed, err = w.keys.seal(r.Entry); err != nil {
			return nil, 0, Hash{}, err
		}
		last++
		numbered = strconv.AppendInt(numbered[:0], last, 10)
		digits := len(numbered)
		numbered = r.appendText(append(numbered, ' '))
		hash = w.chain.next(hash, numbered)
		text = append(text, numbered[:digits+1]...)
		text = hex.AppendEncode(text, hash[:])
		text = append(append(text, numbered[digits:]...), '\n')
	}
	return text, last, hash, w.keys.flush()
}

// lockKeys takes the lock of the keys where any of the entries needs one.
func (w *Writer) lockKeys(records []Record) (unlock func() error, err error) {
	for _, r := range records {
		if r.Personal.empty() {
			continue
		}
		held, err := lockFile(osDisk{w.path}.at(keyLockName), true)
		if err != nil {
			return nil, err
		}
		if err := w.keys.refresh(); err != nil {
			return nil, errors.Join(err, held.Close())
		}
		return held.Close, nil
	}
	return func() error { return nil }, nil
}

// turn closes the present segment where it is large or old, and begins the next.
func (w *Writer) turn() error {
	if w.size < w.o.SegmentBytes && w.o.Now().Sub(w.head.at) < w.o.SegmentAge {
		return nil
	}
	return w.Rotate()
}

// Rotate closes and signs the present segment, and begins the next.
func (w *Writer) Rotate() error {
	if w.last < w.head.first {
		return nil // nothing in it yet
	}
	s, err := newSeal(w.o.Signer, w.head, w.last, w.hash, w.o.Now())
	if err != nil {
		return fmt.Errorf("close a segment: %w", err)
	}
	if w.file == nil {
		if w.file, err = w.disk.append(segmentName(w.head.n)); err != nil {
			return fmt.Errorf("close a segment: %w", err)
		}
	}
	_, err = w.file.Write([]byte(s.line + "\n"))
	if err == nil {
		err = w.file.Sync()
	}
	if err = errors.Join(err, w.file.Close()); err != nil {
		return fmt.Errorf("close a segment: %w", err)
	}
	w.file = nil
	return w.next()
}

// spoil gives up a segment's file of which nobody knows what has reached the disk, and takes off what may have.
func (w *Writer) spoil() {
	w.broken = true
	if w.file != nil {
		// Whether this works or not, the next to open the folder looks at what is there.
		_ = w.file.Truncate(w.size)
		_ = w.file.Sync()
		_ = w.file.Close()
		w.file = nil
	}
}

// Sealed is the end of the newest segment that is closed and signed; Seq 0 where there is none.
func (w *Writer) Sealed() Mark { return Mark{w.head.first - 1, w.head.prev} }

// Head signs where the trail ends. There is one entry at least.
func (w *Writer) Head() (Head, error) {
	return signHead(w.o.Signer, Head{Area: w.head.area, Trail: w.head.trail, Segment: w.head.n, Seq: w.last, Hash: w.lastHash, At: w.o.Now()})
}

// Close gives the folder free. The segment stays open: whoever comes next goes on in it.
func (w *Writer) Close() error {
	var err error
	if w.file != nil {
		err = w.file.Close()
	}
	return errors.Join(err, w.held.Close())
}

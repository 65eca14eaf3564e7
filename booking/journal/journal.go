package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Options are the bounds of a journal. Zero values stand for the defaults named.
type Options struct {
	Keep    time.Duration // how long lines are kept at least: 15 minutes
	Segment int64         // a segment is ended at this size, in bytes: 4 MiB
	Most    int64         // all segments together: 64 MiB. Beyond, the oldest go although they are young
	Now     func() time.Time
	// Dropped is told how many segments went before their time, and what went wrong with removing others.
	Dropped func(segments int, err error)
}

func (o Options) withDefaults() Options {
	if o.Keep == 0 {
		o.Keep = 15 * time.Minute
	}
	if o.Segment == 0 {
		o.Segment = 4 << 20
	}
	if o.Most == 0 {
		o.Most = 64 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Dropped == nil {
		o.Dropped = func(int, error) {}
	}
	return o
}

// segmentsKept is into how many segments what is kept is divided by time, so that little more than that is kept.
const segmentsKept = 5

// ErrClosed is given by a journal that has been closed.
var ErrClosed = errors.New("the journal is closed")

// Journal is a folder of lines, held by one process at a time. Its methods may be called at once.
type Journal struct {
	folder  folder
	opts    Options
	held    *os.File
	waiting chan request
	stop    chan struct{} // closed by Close
	done    chan struct{} // closed by the writer
	end     sync.Once
	closed  error // what closing gave
}

// request asks the writer for lines.
type request struct {
	payloads [][]byte
	answer   chan<- error
}

// batch bounds how many requests are written with one fsync.
const batch = 256

// Open opens the journal in a folder, which is made if it is not there, and gives what was found in it: the lines that
// can be believed, oldest first, and what was wrong with the others. That something was is no error; it is one where the
// folder is in use by another process.
func Open(path string, o Options) (*Journal, []Line, Report, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, nil, Report{}, fmt.Errorf("open journal: %w", err)
	}
	held, err := lock(filepath.Join(path, "lock"))
	if err != nil {
		return nil, nil, Report{}, fmt.Errorf("open journal: %w", err)
	}
	j := &Journal{
		folder: folder(path), opts: o.withDefaults(), held: held,
		waiting: make(chan request, batch), stop: make(chan struct{}), done: make(chan struct{}),
	}
	lines, last, report, err := j.folder.read(false)
	if err != nil {
		return nil, nil, report, errors.Join(fmt.Errorf("open journal: %w", err), held.Close())
	}
	w := &writer{j: j, last: last}
	if err := w.begin(); err != nil {
		return nil, nil, report, errors.Join(fmt.Errorf("open journal: %w", err), held.Close())
	}
	go w.run() // ends by Close, which waits
	return j, lines, report, nil
}

// Append writes payloads and returns once they are on disk: all of them, in this order, or an error. After an error, of
// ctx too, they may be there or not.
func (j *Journal) Append(ctx context.Context, payloads ...[]byte) error {
	for _, p := range payloads {
		if len(p) > MaxPayload {
			return fmt.Errorf("a line of %d bytes; possible are %d", len(p), MaxPayload)
		}
	}
	answer := make(chan error, 1)
	select {
	case j.waiting <- request{payloads, answer}:
	case <-j.stop:
		return ErrClosed
	case <-ctx.Done():
		return fmt.Errorf("wait for the journal: %w", ctx.Err())
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the journal: %w", ctx.Err())
	case <-j.done:
		return ErrClosed
	}
}

// Read gives everything that is kept and can be believed, oldest first. A line that is being written meanwhile may be
// among it or not.
func (j *Journal) Read() ([]Line, Report, error) {
	lines, _, report, err := j.folder.read(true)
	return lines, report, err
}

// Close writes what is waiting and gives the folder free. Repeating it changes nothing.
func (j *Journal) Close() error {
	j.end.Do(func() {
		close(j.stop)
		<-j.done
		j.closed = j.held.Close()
	})
	return j.closed
}

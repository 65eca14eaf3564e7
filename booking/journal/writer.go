package journal

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// writer owns the present segment.
type writer struct {
	j     *Journal
	file  *os.File // nil after something went wrong with it
	began time.Time
	size  int64
	last  hash
	buf   []byte
}

func (w *writer) run() {
	defer close(w.j.done)
	for {
		select {
		case r := <-w.j.waiting:
			w.serve(r)
		case <-w.j.stop:
			for {
				select {
				case r := <-w.j.waiting:
					w.serve(r)
				default:
					if w.file != nil {
						_ = w.file.Close() // all of it is on disk
					}
					return
				}
			}
		}
	}
}

// serve answers a request and whatever else waits, with one fsync.
func (w *writer) serve(first request) {
	requests := []request{first}
	for len(requests) < batch {
		select {
		case r := <-w.j.waiting:
			requests = append(requests, r)
			continue
		default:
		}
		break
	}
	err := w.write(requests)
	for _, r := range requests {
		r.answer <- err
	}
}

// write puts the lines of all requests on disk.
func (w *writer) write(requests []request) error {
	w.buf = w.buf[:0]
	now, last := w.j.opts.Now(), w.last
	for _, r := range requests {
		for _, p := range r.payloads {
			w.buf, last = appendLine(w.buf, last, Line{At: now, Payload: p})
		}
	}
	if len(w.buf) == 0 {
		return nil
	}
	if err := w.turn(now); err != nil {
		return err
	}
	_, err := w.file.Write(w.buf)
	if err == nil {
		err = w.file.Sync()
	}
	if err != nil {
		// Nobody knows what has reached the disk. The chain goes on from the last line that is known to have.
		err = errors.Join(fmt.Errorf("write journal: %w", err), w.file.Close())
		w.file = nil
		return err
	}
	w.last, w.size = last, w.size+int64(len(w.buf))
	return nil
}

// turn begins another segment where the present one is large, old or spoilt, and forgets the oldest.
func (w *writer) turn(now time.Time) error {
	if w.file != nil && w.size < w.j.opts.Segment && now.Sub(w.began) < w.j.opts.Keep/segmentsKept {
		return nil
	}
	if w.file != nil {
		_ = w.file.Close() // all of it is on disk
		w.file = nil
	}
	return w.begin()
}

// begin makes the next segment.
func (w *writer) begin() error {
	f := w.j.folder
	numbers, err := f.segments()
	if err != nil {
		return err
	}
	n := 1
	if len(numbers) > 0 {
		n = numbers[len(numbers)-1] + 1
	}
	file, err := os.OpenFile(f.path(n), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("begin a segment: %w", err)
	}
	head := appendHeader(nil, w.last)
	_, err = file.Write(head)
	if err = errors.Join(err, file.Sync(), f.sync()); err != nil {
		return errors.Join(fmt.Errorf("begin a segment: %w", err), file.Close())
	}
	w.file, w.began, w.size = file, w.j.opts.Now(), int64(len(head))
	if young, err := f.forget(w.began.Add(-w.j.opts.Keep), w.j.opts.Most-w.j.opts.Segment); young > 0 || err != nil {
		w.j.opts.Dropped(young, err)
	}
	return nil
}

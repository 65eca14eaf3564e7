package redisstore

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// form is how records are stored in one shape. Everything but shape.go and record.lua knows fields by the names and meanings
// that this program's code goes by, whatever shape they were read from and are written in.
type form struct {
	// read turns the fields of a stored record into those of this program, in place; nil where they are the same.
	read func(f map[string]string)
	// lua is a table of the same and of its reverse, "{read = function(f) … end, write = function(f) … end}".
	lua string
}

// forms are the shapes this program reads and can write: the first is shape 1. Agree tells which is written.
var forms = []form{{lua: "{}"}}

// ShapeError says that something is stored in a shape that this program is too old to read. It has changed nothing.
type ShapeError struct{ Stored, Reads int64 }

// Error says what to do.
func (e *ShapeError) Error() string {
	return fmt.Sprintf("stored in shape %d, and this program reads up to shape %d: update it", e.Stored, e.Reads)
}

// shapes is what one store knows of shapes, and the one it writes.
type shapes struct {
	forms    []form
	writing  atomic.Int64
	variants []map[*redis.Script]*redis.Script // of each step, for writing shape 1, 2 …; none where there is one shape only
}

func newShapes(known []form) *shapes {
	s := &shapes{forms: known}
	s.writing.Store(1)
	if len(known) == 1 {
		return s
	}
	for writes := range known {
		variants := map[*redis.Script]*redis.Script{}
		for step, name := range stepNames {
			variants[step] = redis.NewScript(sourceIn(name, writes+1, known))
		}
		s.variants = append(s.variants, variants)
	}
	return s
}

// newest is the newest shape that can be read, and written once all can read it.
func (s *shapes) newest() int64 { return int64(len(s.forms)) }

// variant is a step that writes the shape agreed upon. Each has a digest of its own, so old and new lie side by side on a
// server.
func (s *shapes) variant(step *redis.Script) *redis.Script {
	if len(s.variants) > 0 {
		if v := s.variants[s.writing.Load()-1][step]; v != nil {
			return v
		}
	}
	return step
}

// read gives the fields of a stored record, or *ShapeError.
func (s *shapes) read(text string) (map[string]string, error) {
	f := fieldsOf(text)
	stored := int64(1)
	if shape := f["shape"]; shape != "" {
		n, err := strconv.ParseInt(shape, 10, 64)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("stored in shape %q: want a number from 1", shape)
		}
		stored = n
	}
	if stored > s.newest() {
		return nil, &ShapeError{stored, s.newest()}
	}
	delete(f, "shape")
	if read := s.forms[stored-1].read; read != nil {
		read(f)
	}
	return f, nil
}

// shapeHead is what a step knows of shapes; record.lua goes by it.
func shapeHead(writes int, known []form) string {
	list := make([]string, len(known))
	for i, f := range known {
		list[i] = f.lua
	}
	return fmt.Sprintf("local SHAPE, FORMS = %d, {%s}\n", writes, strings.Join(list, ", "))
}

// unreadable is how record.lua ends a step that met a record it cannot read.
var unreadable = regexp.MustCompile(`SHAPE (\d+) (\d+)`)

// shapeError finds that end in a reply, or gives nil.
func shapeError(err error) error {
	words := unreadable.FindStringSubmatch(err.Error())
	if words == nil {
		return nil
	}
	stored, err1 := strconv.ParseInt(words[1], 10, 64)
	reads, err2 := strconv.ParseInt(words[2], 10, 64)
	if errors.Join(err1, err2) != nil {
		return nil
	}
	return &ShapeError{stored, reads}
}

// Agree tells the other brokers of the area what this one reads, and raises the shape that is written once all have been
// reading a newer one for Options.ShapeAfter. It is called every few seconds, by a name that is this process's own, and
// gives the shape in force. *ShapeError says that this program is too old for the area: it must be updated, and what it
// cannot read it refuses.
func (s *Store) Agree(ctx context.Context, broker string) (int64, error) {
	agreed := Agreement{Redis: s.rdb, Area: s.area, Newest: s.shapes.newest(), Least: 1, After: s.opts.ShapeAfter, Within: s.opts.Timeout, step: s.steps.agree}
	force, err := agreed.Say(ctx, broker)
	if err != nil {
		return force, err
	}
	s.shapes.writing.Store(force)
	return force, nil
}

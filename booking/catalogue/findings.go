package catalogue

import (
	"fmt"
	"sort"
	"strings"
)

// maxFindings bounds what is told at once; a file that is not a catalogue at all would otherwise fill the screen.
const maxFindings = 100

// Finding is one thing wrong with a catalogue file.
type Finding struct {
	File         string
	Line, Column int
	Text         string // what was found and what would be right
}

// String gives "offices.yaml:12:5: …", which editors turn into a link.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Text)
}

// Place gives "offices.yaml:12:5".
func (f Finding) Place() string { return fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column) }

// Error is returned by Load for files that cannot be used. It holds every finding, in the order of the files.
type Error struct {
	Findings []Finding
}

// Error lists the findings, one a line.
func (e *Error) Error() string {
	lines := make([]string, 0, len(e.Findings)+1)
	for i, f := range e.Findings {
		if i == maxFindings {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Findings)-maxFindings))
			break
		}
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

type findings struct{ list []Finding }

func (f *findings) add(file string, at pos, format string, args ...any) {
	f.list = append(f.list, Finding{File: file, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

func (f *findings) err() error {
	if len(f.list) == 0 {
		return nil
	}
	sort.SliceStable(f.list, func(i, j int) bool {
		a, b := f.list[i], f.list[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		default:
			return a.Column < b.Column
		}
	})
	return &Error{Findings: f.list}
}

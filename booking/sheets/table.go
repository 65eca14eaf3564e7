package sheets

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// Names of the tables.
const (
	Offices = "offices.csv"
	Desks   = "desks.csv"
	Rosters = "rosters.csv"
)

// Encodings of a table.
const (
	UTF8  = "utf-8" // written with a byte order mark, without which spreadsheets take it for Shift_JIS
	CP932 = "cp932" // Shift_JIS as Windows writes it
)

// Columns lists the columns of each table, in the order they are written. The first ones, up to must, have to be there.
var columns = map[string]struct {
	must int
	all  []string
}{
	Offices: {1, []string{"id", "name", "kana", "address", "phone", "area", "tenant", "hours", "booths"}},
	Desks:   {2, []string{"id", "pool", "name", "kana", "role", "title", "registration", "phone"}},
	Rosters: {4, []string{"desk", "days", "from", "to"}},
}

// Bounds of a table.
const (
	MaxBytes = 4 << 20
	maxRows  = 20_000
	maxCell  = 2000 // bytes
)

// Finding is one thing wrong with a table, or with the catalogue it would make.
type Finding struct {
	Table string // or a file of the catalogue
	Line  int
	Text  string
}

// String gives "desks.csv:12: …".
func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s", f.Table, f.Line, f.Text) }

// Error holds every finding.
type Error struct{ Findings []Finding }

// Error lists the findings, one a line, the first hundred of them.
func (e *Error) Error() string {
	var lines []string
	for i, f := range e.Findings {
		if i == 100 {
			lines = append(lines, fmt.Sprintf("and %d more", len(e.Findings)-i))
			break
		}
		lines = append(lines, f.String())
	}
	return strings.Join(lines, "\n")
}

type row struct {
	line  int
	cells map[string]string
}

var mark = []byte("\xef\xbb\xbf")

// decode gives a table's text in UTF-8.
func decode(text []byte) (string, error) {
	text = bytes.TrimPrefix(text, mark)
	if utf8.Valid(text) {
		return string(text), nil
	}
	out, err := japanese.ShiftJIS.NewDecoder().Bytes(text)
	if err != nil || bytes.ContainsRune(out, utf8.RuneError) {
		return "", errors.New("this is neither UTF-8 nor Shift_JIS: save it as CSV UTF-8")
	}
	return string(out), nil
}

// encode writes a table's text.
func encode(text, encoding string) ([]byte, error) {
	switch encoding {
	case UTF8:
		return append(slices.Clone(mark), text...), nil
	case CP932:
		out, err := japanese.ShiftJIS.NewEncoder().String(text)
		if err != nil {
			return nil, errors.New("a character in it is not in Shift_JIS: use utf-8")
		}
		return []byte(out), nil
	default:
		return nil, fmt.Errorf("encoding %q is not known: use %s or %s", encoding, UTF8, CP932)
	}
}

// read takes a table apart.
func read(name string, text []byte) ([]row, []Finding) {
	wrong := func(line int, format string, args ...any) []Finding {
		return []Finding{{name, line, fmt.Sprintf(format, args...)}}
	}
	if len(text) > MaxBytes {
		return nil, wrong(1, "the table has %d bytes; at most %d are read", len(text), MaxBytes)
	}
	plain, err := decode(text)
	if err != nil {
		return nil, wrong(1, "%v", err)
	}
	r := csv.NewReader(strings.NewReader(plain))
	r.FieldsPerRecord = -1
	head, err := r.Read()
	if err != nil {
		return nil, wrong(1, "there is no line of column names: %s", strings.Join(columns[name].all, ","))
	}
	if found := checkHead(name, head); found != nil {
		return nil, found
	}
	var rows []row
	var found []Finding
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, found
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, append(found, wrong(broken.StartLine, "%v: close every quotation mark", broken.Err)...)
		}
		line, _ := r.FieldPos(0)
		one := row{line, map[string]string{}}
		for i, cell := range cells {
			switch {
			case i >= len(head) && strings.TrimSpace(cell) != "":
				found = append(found, wrong(line, "there are more cells than columns")...)
			case len(cell) > maxCell:
				found = append(found, wrong(line, "%s is longer than %d bytes", head[i], maxCell)...)
			case i < len(head):
				one.cells[strings.TrimSpace(head[i])] = harmless(strings.TrimSpace(cell))
			}
		}
		if strings.Join(cells, "") == "" {
			continue // an empty line at the end, as spreadsheets leave it
		}
		for _, column := range columns[name].all[:columns[name].must] {
			if one.cells[column] == "" {
				found = append(found, wrong(line, "%s is empty", column)...)
			}
		}
		if rows = append(rows, one); len(rows) > maxRows {
			return nil, append(found, wrong(line, "there are more than %d rows", maxRows)...)
		}
	}
}

func checkHead(name string, head []string) []Finding {
	known := columns[name]
	var found []Finding
	seen := map[string]bool{}
	for _, column := range head {
		column = strings.TrimSpace(column)
		if !slices.Contains(known.all, column) {
			found = append(found, Finding{name, 1, fmt.Sprintf("column %q is not known: known are %s", cut(column), strings.Join(known.all, ", "))})
		}
		if seen[column] {
			found = append(found, Finding{name, 1, fmt.Sprintf("column %q is there twice", cut(column))})
		}
		seen[column] = true
	}
	for _, column := range known.all[:known.must] {
		if !seen[column] {
			found = append(found, Finding{name, 1, fmt.Sprintf("column %q is missing", column)})
		}
	}
	return found
}

func cut(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// A cell that begins with one of these is a formula to a spreadsheet; guarded puts an apostrophe before it, harmless
// takes it away again.
const formulas = "=+-@\t\r"

func guarded(cell string) string {
	if cell != "" && strings.ContainsRune(formulas, rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func harmless(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.ContainsRune(formulas, rune(cell[1])) {
		return cell[1:]
	}
	return cell
}

// write makes a table.
func write(name string, rows []map[string]string, encoding string) ([]byte, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.UseCRLF = true // as spreadsheets expect it
	if err := w.Write(columns[name].all); err != nil {
		return nil, err
	}
	for _, one := range rows {
		cells := make([]string, len(columns[name].all))
		for i, column := range columns[name].all {
			cells[i] = guarded(one[column])
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	text, err := encode(b.String(), encoding)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return text, w.Error()
}

package audit

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"
)

// Opened is an entry as it is given out: with its personal fields, where whoever asks may see them and they are not erased.
type Opened struct {
	Record
	Segment int
	Person  Personal
	Erased  bool
}

var csvNames = []string{
	"seq", "at", "recorded", "action", "outcome", "who", "role", "office", "booth", "visit", "session", "service", "took_ms", "detail",
	"clock", "clock_error_us", "address", "account", "resident", "reason", "erased", "source", "hash",
}

// CSV writes entries as a table (RFC 4180), for programs that calculate with tables. What could be taken for a formula there is given
// an apostrophe first.
type CSV struct{ w *csv.Writer }

// NewCSV writes the line of names.
func NewCSV(to io.Writer) (*CSV, error) {
	w := csv.NewWriter(to)
	w.UseCRLF = true
	return &CSV{w}, w.Write(csvNames)
}

// Write adds an entry.
func (c *CSV) Write(o Opened) error {
	erased := ""
	if o.Erased {
		erased = "yes"
	}
	row := []string{
		strconv.FormatInt(o.Seq, 10), csvTime(o.At), csvTime(o.Recorded), string(o.Action), string(o.Outcome), o.Who, o.Role, o.Office, o.Booth,
		o.Visit, o.Session, o.Service, csvNumber(o.Took.Milliseconds()), detailText(o.Detail), string(o.Sync.State),
		csvNumber(o.Sync.Error.Microseconds()), o.Person.Address, o.Person.Account, o.Person.Resident, o.Person.Reason, erased, o.Source, o.Hash.String(),
	}
	for i, text := range row {
		row[i] = harmless(text)
	}
	return c.w.Write(row)
}

// Close writes what is left.
func (c *CSV) Close() error {
	c.w.Flush()
	return c.w.Error()
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

func csvNumber(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// harmless keeps a cell from being a formula (OWASP, CSV injection): one that begins with = + - @ or a control character, also behind
// spaces or in the wide letters that some programs take for the same.
func harmless(text string) string {
	first := strings.TrimLeft(text, " \u3000\u00a0")
	if first != "" && (strings.ContainsRune("=+-@＝＋－＠", []rune(first)[0]) || first[0] < ' ') || text != "" && text[0] < ' ' {
		return "'" + text
	}
	return text
}

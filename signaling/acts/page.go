package acts

import (
	"fmt"
	"strings"

	"madoguchi/signaling/access"
)

// The part of deploy/AUDIT.md that is made from the table stands between these.
const (
	Begin = "<!-- acts: made from signaling/acts by go generate ./signaling/acts; do not edit -->"
	End   = "<!-- /acts -->"
)

var ways = map[How]string{
	Each: "every time", Hourly: "first within an hour", Itself: "every time", Change: "its change", Never: "–",
}

// Page is the table as it stands in deploy/AUDIT.md.
func Page() string {
	var out strings.Builder
	out.WriteString(Begin + "\n\n| asked for | noted | as | with, or why not |\n|---|---|---|---|\n")
	for _, a := range Table {
		as := ""
		if a.How != Never && a.How != Change {
			as = "`" + string(a.As()) + "`"
		}
		fmt.Fprintf(&out, "| %s `%s` | %s | %s | %s |\n", doorName(a.Door), a.Name, ways[a.How], as, a.Why)
	}
	out.WriteString("\n| happens | |\n|---|---|\n| `booking.*` | every event of an appointment |\n| `visit.*` | every event of a visit, `by` whom and whom it concerns, through which socket |\n")
	for _, h := range Happenings {
		fmt.Fprintf(&out, "| `%s` | %s |\n", h.Action, h.Why)
	}
	out.WriteString("\n" + End)
	return out.String()
}

func doorName(d access.Door) string {
	if d == access.Socket {
		return "socket"
	}
	return string(d)
}

// Into puts the table into the text of a page that has its two marks; false where they are missing.
func Into(page string) (string, bool) {
	before, rest, begun := strings.Cut(page, Begin)
	_, after, ended := strings.Cut(rest, End)
	if !begun || !ended {
		return page, false
	}
	return before + Page() + after, true
}

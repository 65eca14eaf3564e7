package access

import (
	"fmt"
	"strings"
)

// headings are the columns of the page.
var headings = map[Kind]string{
	Anybody: "no token", Booth: "booth", Desk: "desk", Assistant: "assistant", Counter: "counter (staff)", Lobby: "lobby",
	Admin: "administrator", Guest: "guest", Equipment: "WHIP/WHEP peer",
}

// legend tells what the cells mean.
const legend = `# Who may do what

Made from ` + "`signaling/access/table.go`" + ` by ` + "`go generate ./signaling/access`" + `; do not edit. What is not in this table is
refused.

| cell | reaches |
|---|---|
| own | what belongs to the seat: a booth its visits and itself; a desk its day, its visits and those of its pool that wait; an assistant the days and visits of its pool's desks; a counter and a lobby their office with its booths; a guest and a WHIP or WHEP peer the one session of its token |
| area | everything of the seat's area, and nothing of another |
| free | says nothing of anybody, or asks for a secret of its own (a code, a reception number with the telephone number) |
| – | refused (401 without a token, 403 with one, ` + "`forbidden`" + ` on the socket) |

A seat belongs to one area; a token for another is refused at every door. Tenants (municipalities, consortia) share an area:
what is a tenant's is reached through its offices and pools, never because of the tenant. A column "grant" names what the room
token must grant besides. A resident has no seat and no role: a one-visit ticket (reception number and telephone number) is all.
Roles of professionals (doctor, nurse, pharmacist …) decide in the catalogue which services a desk may give.
`

// Page is deploy/ROLES.md.
func Page() string {
	var out strings.Builder
	out.WriteString(legend)
	for _, door := range []Door{HTTP, Socket, WHIP, WHEP} {
		fmt.Fprintf(&out, "\n## %s\n\n| act | %s | grant |\n|---|%s---|\n", door, strings.Join(columns(), " | "), strings.Repeat("---|", len(Kinds)))
		for _, r := range Table {
			if r.Door == door {
				fmt.Fprintf(&out, "| %s | %s | %s |\n", named(r), strings.Join(cells(r), " | "), r.Grant)
			}
		}
	}
	return out.String()
}

func columns() (list []string) {
	for _, k := range Kinds {
		list = append(list, headings[k])
	}
	return list
}

func named(r Row) string {
	if r.What == "" {
		return "`" + r.Act + "`"
	}
	return "`" + r.Act + "`: " + r.What
}

func cells(r Row) (list []string) {
	for _, k := range Kinds {
		cell := string(r.May[k])
		if cell == "" {
			cell = "–"
		}
		list = append(list, cell)
	}
	return list
}

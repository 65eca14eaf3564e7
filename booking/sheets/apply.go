package sheets

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"madoguchi/booking/catalogue"
)

// Export makes the three tables of a catalogue's files.
func Export(files map[string][]byte, encoding string) (map[string][]byte, error) {
	b, err := open(files)
	if err != nil {
		return nil, err
	}
	tables := map[string][]map[string]string{Offices: nil, Desks: nil, Rosters: nil}
	for _, key := range b.order {
		switch t := b.things[key]; t.kind {
		case "office":
			tables[Offices] = append(tables[Offices], t.cells(Offices))
		case "desk":
			cells := t.cells(Desks)
			cells["pool"] = t.pool.id
			tables[Desks] = append(tables[Desks], cells)
			tables[Rosters] = append(tables[Rosters], t.shifts()...)
		}
	}
	out := map[string][]byte{}
	for name, rows := range tables {
		if out[name], err = write(name, rows, encoding); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *thing) cells(table string) map[string]string {
	cells := map[string]string{}
	for _, column := range columns[table].all {
		cells[column] = t.text(column)
	}
	if table == Offices {
		cells["hours"], cells["booths"] = t.hours(), t.booths()
	}
	return cells
}

// items are the mappings of a list.
func (t *thing) items(key string) []*thing {
	list, _ := t.value(key).(*ast.SequenceNode)
	if list == nil {
		return nil
	}
	var all []*thing
	for _, v := range list.Values {
		if node, ok := v.(*ast.MappingNode); ok {
			all = append(all, &thing{node: node})
		}
	}
	return all
}

// hours is the cell of opening hours; empty where a rule is among them, which a cell has no words for.
func (t *thing) hours() string {
	var list []string
	for _, h := range t.items("hours") {
		if h.text("rule") != "" {
			return ""
		}
		one := fmt.Sprintf("%s %s-%s", h.text("days"), h.text("open"), h.text("close"))
		if h.text("noonFrom") != "" {
			one += fmt.Sprintf(" %s-%s", h.text("noonFrom"), h.text("noonTo"))
		}
		list = append(list, one)
	}
	return strings.Join(list, "; ")
}

// booths is the cell of booths; empty where a name has a space in it.
func (t *thing) booths() string {
	var list []string
	for _, b := range t.items("booths") {
		if strings.ContainsAny(b.text("name"), " ;") {
			return ""
		}
		one := b.text("id") + " " + b.text("name")
		var things []string
		if equipment, ok := b.value("equipment").(*ast.SequenceNode); ok {
			for _, thing := range equipment.Values {
				things = append(things, textOf(thing))
			}
		}
		if len(things) > 0 {
			one += " " + strings.Join(things, "+")
			if c := b.text("cleaning"); c != "" {
				one += " " + c
			}
		}
		list = append(list, one)
	}
	return strings.Join(list, "; ")
}

// shifts are the rows of a desk's roster; none where a rule is among them.
func (t *thing) shifts() []map[string]string {
	var rows []map[string]string
	for _, s := range t.items("roster") {
		if s.text("rule") != "" {
			return nil
		}
		rows = append(rows, map[string]string{"desk": t.id, "days": s.text("days"), "from": s.text("from"), "to": s.text("to")})
	}
	return rows
}

// Change counts what Apply did.
type Change struct {
	Added, Changed int      // offices and desks
	Files          []string // that differ
}

// Apply puts tables (by their names) into the files of a catalogue and gives the files as they would be. What is wrong
// gives *Error with every finding; nothing of the tables is taken then.
func Apply(files, tables map[string][]byte) (map[string][]byte, Change, error) {
	rows, found := map[string][]row{}, []Finding(nil)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if _, known := columns[name]; !known {
			return nil, Change{}, fmt.Errorf("table %q is not known: known are %s, %s and %s", cut(name), Offices, Desks, Rosters)
		}
		list, wrong := read(name, tables[name])
		rows[name], found = list, append(found, wrong...)
	}
	b, err := open(files)
	if err != nil {
		return nil, Change{}, err
	}
	a := &applying{book: b, found: found, lines: map[string]Finding{}, touched: map[string]bool{}}
	// Rosters first: a new desk is written with its roster.
	a.rosters = rosters(rows[Rosters])
	for _, r := range rows[Offices] {
		a.office(r)
	}
	for _, r := range rows[Desks] {
		a.desk(r)
	}
	a.rest(rows[Rosters])
	if len(a.found) > 0 {
		return nil, Change{}, &Error{a.found}
	}
	out := b.texts(a.fresh(files))
	if _, err := catalogue.Parse(out); err != nil {
		return nil, Change{}, a.traced(out, err)
	}
	for name := range out {
		if string(out[name]) != string(files[name]) {
			a.change.Files = append(a.change.Files, name)
		}
	}
	slices.Sort(a.change.Files)
	return out, a.change, nil
}

// applying is one Apply.
type applying struct {
	*book
	found   []Finding
	rosters map[string]string  // desk → YAML
	lines   map[string]Finding // thing → the row it came from
	touched map[string]bool
	news    []string // YAML of new files
	change  Change
}

func (a *applying) wrong(table string, line int, format string, args ...any) {
	a.found = append(a.found, Finding{table, line, fmt.Sprintf(format, args...)})
}

func rosters(rows []row) map[string]string {
	list := map[string][]string{}
	for _, r := range rows {
		c := r.cells
		list[c["desk"]] = append(list[c["desk"]], fmt.Sprintf("{days: %s, from: %s, to: %s}", quoted(c["days"]), quoted(c["from"]), quoted(c["to"])))
	}
	out := map[string]string{}
	for desk, shifts := range list {
		out[desk] = "[" + strings.Join(shifts, ", ") + "]"
	}
	return out
}

// once notes the row of a thing and refuses a second one.
func (a *applying) once(table string, r row, key string) bool {
	if first, twice := a.lines[key]; twice && a.touched[key] {
		a.wrong(table, r.line, "%s is in line %d already", key, first.Line)
		return false
	}
	a.lines[key], a.touched[key] = Finding{Table: table, Line: r.line}, true
	return true
}

// fill sets what a row says of a thing that is there.
func (a *applying) fill(table string, r row, t *thing) {
	before := len(a.found)
	differs := false
	now := t.cells(table)
	for _, column := range columns[table].all {
		cell := r.cells[column]
		if cell == "" || column == "id" || column == "pool" || cell == now[column] {
			continue
		}
		yaml, err := cellYAML(column, cell)
		if err == nil {
			err = a.set(t, column, yaml)
		}
		if err != nil {
			a.wrong(table, r.line, "%v", err)
		}
		differs = true
	}
	if differs && len(a.found) == before {
		a.change.Changed++
	}
}

// fields writes what a row says of a thing that is new.
func (a *applying) fields(table string, r row, indent string) string {
	var b strings.Builder
	for _, column := range columns[table].all {
		cell := r.cells[column]
		if cell == "" || column == "pool" {
			continue
		}
		yaml, err := cellYAML(column, cell)
		if err != nil {
			a.wrong(table, r.line, "%v", err)
			continue
		}
		if b.Len() > 0 {
			b.WriteString(indent)
		}
		fmt.Fprintf(&b, "%s: %s\n", column, yaml)
	}
	return b.String()
}

func (a *applying) office(r row) {
	id := r.cells["id"]
	if id == "" || !a.once(Offices, r, "office "+id) {
		return
	}
	if t := a.things["office "+id]; t != nil {
		a.fill(Offices, r, t)
		return
	}
	a.news = append(a.news, "office-"+id+".yaml\noffices:\n  - "+a.fields(Offices, r, "    "))
	a.change.Added++
}

func (a *applying) desk(r row) {
	id, poolID := r.cells["id"], r.cells["pool"]
	if id == "" || poolID == "" || !a.once(Desks, r, "desk "+id) {
		return
	}
	if t := a.things["desk "+id]; t != nil {
		if t.pool.id != poolID {
			a.wrong(Desks, r.line, "desk %s belongs to pool %s; a desk that moves is another desk: give it another id", cut(id), t.pool.id)
			return
		}
		a.fill(Desks, r, t)
		return
	}
	pool := a.things["pool "+poolID]
	if pool == nil {
		a.wrong(Desks, r.line, "pool %q is not in the catalogue", cut(poolID))
		return
	}
	text := a.fields(Desks, r, "")
	if roster, ok := a.rosters[id]; ok {
		text += "roster: " + roster + "\n"
	}
	list, ok := pool.value("desks").(*ast.SequenceNode)
	if !ok {
		a.wrong(Desks, r.line, "pool %s has no list of desks yet: write the first one in the catalogue", pool.id)
		return
	}
	if err := a.appendTo(list, text, pool.file); err != nil {
		a.wrong(Desks, r.line, "%v", err)
		return
	}
	a.things["desk "+id] = &thing{kind: "desk", id: id, file: pool.file, pool: pool, node: &ast.MappingNode{}}
	a.rosters[id] = ""
	a.change.Added++
}

// appendTo adds an item to a list, written as one line: its place among the others is then no question of indentation.
func (a *applying) appendTo(list *ast.SequenceNode, text, file string) error {
	flow := "{" + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", ", ") + "}"
	one, err := pair("x", flow)
	if err != nil {
		return err
	}
	list.Values = append(list.Values, one.Value)
	if len(list.ValueHeadComments) > 0 {
		list.ValueHeadComments = append(list.ValueHeadComments, nil)
	}
	if n := len(list.Entries); n > 0 {
		entry := *list.Entries[n-1]
		entry.Value, entry.HeadComment, entry.LineComment = one.Value, nil, nil
		list.Entries = append(list.Entries, &entry)
	}
	a.changed[file] = true
	return nil
}

// rest sets the rosters of desks that were there before.
func (a *applying) rest(rows []row) {
	done := map[string]bool{}
	for _, r := range rows {
		id := r.cells["desk"]
		if id == "" || done[id] {
			continue
		}
		done[id] = true
		t := a.things["desk "+id]
		if t == nil {
			a.wrong(Rosters, r.line, "desk %q is neither in the catalogue nor in %s", cut(id), Desks)
			continue
		}
		if _, there := a.lines["desk "+id]; !there {
			a.lines["desk "+id] = Finding{Table: Rosters, Line: r.line}
		}
		if yaml := a.rosters[id]; yaml != "" && yaml != rosters(asRows(t.shifts()))[id] {
			if err := a.set(t, "roster", yaml); err != nil {
				a.wrong(Rosters, r.line, "%v", err)
			}
			a.change.Changed++
		}
	}
}

func asRows(cells []map[string]string) []row {
	list := make([]row, len(cells))
	for i, c := range cells {
		list[i] = row{cells: c}
	}
	return list
}

// fresh adds the files of new offices.
func (a *applying) fresh(files map[string][]byte) map[string][]byte {
	out := maps.Clone(files)
	for _, text := range a.news {
		name, body, _ := strings.Cut(text, "\n")
		if _, taken := out[name]; taken {
			name = "imported-" + name
		}
		out[name] = []byte(body)
	}
	return out
}

// traced turns what the catalogue says of its files into findings of the tables' lines, where a row is the cause.
func (a *applying) traced(files map[string][]byte, err error) error {
	var all *catalogue.Error
	if !errors.As(err, &all) {
		return err
	}
	b, openErr := open(files)
	if openErr != nil {
		return openErr
	}
	var found []Finding
	for _, f := range all.Findings {
		at := Finding{f.File, f.Line, f.Text}
		nearest := 0
		for key, t := range b.things {
			line := t.node.GetToken().Position.Line
			if len(t.node.Values) > 0 {
				line = t.node.Values[0].Key.GetToken().Position.Line
			}
			if from, ours := a.lines[key]; ours && t.file == f.File && line <= f.Line && line > nearest {
				nearest, at = line, Finding{from.Table, from.Line, f.Text}
			}
		}
		found = append(found, at)
	}
	return &Error{found}
}

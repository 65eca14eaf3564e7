package catalogue

import (
	"fmt"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// where remembers from which place of which file a value came, so that a check made long after reading can still point
// at it. Raw structs embed it.
type where struct {
	file string
	self pos
	keys map[string]pos  // by YAML key; list items as "key.0"
	bad  map[string]bool // keys something has been found about; more about them would only be its echo
}

type pos struct{ line, column int }

// at is the place of the value under key, or of the whole thing where the key is absent.
func (w where) at(key string) pos {
	if p, ok := w.keys[key]; ok {
		return p
	}
	return w.self
}

// has reports whether the key was written.
func (w where) has(key string) bool { _, ok := w.keys[key]; return ok }

// decoder turns the syntax tree of one file into raw structs and collects what is wrong with their shape.
type decoder struct {
	file string
	out  *findings
}

var whereType = reflect.TypeOf(where{})

// value decodes n into v, which is a struct or a scalar of a kind the raw structs use, and reports whether its shape was
// right.
func (d decoder) value(n ast.Node, v reflect.Value, what string) bool {
	n = d.plain(n)
	if n == nil {
		return false
	}
	if v.Kind() == reflect.Struct {
		return d.mapping(n, v, what)
	}
	return d.scalar(n, v, what)
}

// plain refuses what catalogue files do without; anchors and aliases would let a small file unfold into a huge one.
func (d decoder) plain(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		d.out.add(d.file, position(n), "anchors, aliases and tags are not used here: write the value out")
		return nil
	case nil:
		return nil
	default:
		return n
	}
}

func (d decoder) mapping(n ast.Node, v reflect.Value, what string) bool {
	values, ok := pairs(n)
	if !ok {
		d.out.add(d.file, position(n), "%s must be a mapping of keys to values, not %s", what, kindOf(n))
		return false
	}
	w := where{file: d.file, self: position(n), keys: map[string]pos{}, bad: map[string]bool{}}
	fields := fieldsOf(v)
	for _, pair := range values {
		d.field(pair, v, fields, what, &w)
	}
	if f := v.FieldByName("where"); f.IsValid() && f.Type() == whereType {
		// The embedded struct is unexported, so it is set through a pointer the raw structs hand out.
		*(v.Addr().Interface().(placed).place()) = w
	}
	return true
}

func (d decoder) field(pair *ast.MappingValueNode, v reflect.Value, fields map[string]int, what string, w *where) {
	key := pair.Key.GetToken().Value
	keyAt := position(pair.Key)
	i, known := fields[key]
	switch {
	case !known:
		d.out.add(d.file, keyAt, "unknown key %q in %s: %s", short(key), what, suggestion(key, names(fields)))
		return
	case w.has(key):
		d.out.add(d.file, keyAt, "key %q is written twice in %s", key, what)
		return
	case pair.Value == nil || pair.Value.Type() == ast.NullType:
		d.out.add(d.file, keyAt, "key %q has no value: write one or leave the key out", key)
		w.keys[key], w.bad[key] = keyAt, true
		return
	}
	w.keys[key] = position(pair.Value)
	if child := v.Field(i); child.Kind() == reflect.Slice {
		w.bad[key] = !d.sequence(pair.Value, child, key, w)
	} else {
		w.bad[key] = !d.value(pair.Value, child, key)
	}
}

// sequence decodes a list and leaves out the items whose shape is wrong. It reports whether all were right.
func (d decoder) sequence(n ast.Node, v reflect.Value, what string, w *where) bool {
	if n = d.plain(n); n == nil {
		return false
	}
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		d.out.add(d.file, position(n), "%s must be a list, not %s", what, kindOf(n))
		return false
	}
	for i, item := range list.Values {
		if item == nil || item.Type() == ast.NullType {
			d.out.add(d.file, position(list), "item %d of %s is empty", i+1, what)
			ok = false
			continue
		}
		e := reflect.New(v.Type().Elem()).Elem()
		if !d.value(item, e, singular(what)) {
			ok = false
			continue
		}
		w.keys[what+"."+strconv.Itoa(v.Len())] = position(item)
		v.Set(reflect.Append(v, e))
	}
	return ok
}

func (d decoder) scalar(n ast.Node, v reflect.Value, what string) bool {
	text, ok := scalarText(n)
	if !ok {
		d.out.add(d.file, position(n), "%s must be a single value, not %s", what, kindOf(n))
		return false
	}
	switch v.Kind() {
	case reflect.Int:
		i, err := strconv.Atoi(text)
		if err != nil || n.Type() != ast.IntegerType {
			d.out.add(d.file, position(n), "%s must be a whole number, not %q", what, short(text))
			return false
		}
		v.SetInt(int64(i))
	case reflect.Bool:
		if n.Type() != ast.BoolType {
			d.out.add(d.file, position(n), "%s must be true or false, not %q", what, short(text))
			return false
		}
		v.SetBool(text == "true")
	default:
		v.SetString(text)
	}
	return true
}

func scalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	default:
		return "", false
	}
}

func pairs(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	default:
		return nil, false
	}
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case *ast.SequenceNode:
		return "a list"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	default:
		if text, ok := scalarText(n); ok {
			return strconv.Quote(short(text))
		}
		return "this"
	}
}

// position is where a reader would put the finger: the first key of a mapping, the first character of a value.
func position(n ast.Node) pos {
	var t *token.Token
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return position(n.Values[0])
		}
		t = n.Start
	case *ast.MappingValueNode:
		t = n.Key.GetToken()
	default:
		t = n.GetToken()
	}
	if t == nil || t.Position == nil {
		return pos{1, 1}
	}
	return pos{t.Position.Line, t.Position.Column}
}

func fieldsOf(v reflect.Value) map[string]int {
	fields := map[string]int{}
	for i := 0; i < v.NumField(); i++ {
		if key := v.Type().Field(i).Tag.Get("yaml"); key != "" {
			fields[key] = i
		}
	}
	return fields
}

func names(fields map[string]int) []string {
	list := make([]string, 0, len(fields))
	for key := range fields {
		list = append(list, key)
	}
	sort.Strings(list)
	return list
}

// suggestion names the nearest known word, and all of them where none is near.
func suggestion(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	if best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	if len(known) == 0 {
		return "none is defined"
	}
	return "known are " + strings.Join(known, ", ")
}

// distance is the Levenshtein distance, cut off at 64 characters.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

func singular(what string) string { return strings.TrimSuffix(what, "s") }

// short keeps a finding readable when a value is a page long.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

package sheets

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// book is a catalogue's files as syntax trees, which keep comments, with offices and desks by id.
type book struct {
	trees   map[string]*ast.File
	lists   map[string]map[string]*ast.SequenceNode // file → offices or pools → the list
	things  map[string]*thing                       // "office okuse", "pool morita", "desk shimin-1"
	order   []string
	changed map[string]bool
}

type thing struct {
	kind, id, file string
	node           *ast.MappingNode
	pool           *thing // of a desk
}

func open(files map[string][]byte) (*book, error) {
	b := &book{trees: map[string]*ast.File{}, lists: map[string]map[string]*ast.SequenceNode{}, things: map[string]*thing{}, changed: map[string]bool{}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		tree, err := syntax(files[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		b.trees[name], b.lists[name] = tree, map[string]*ast.SequenceNode{}
		for _, doc := range tree.Docs {
			b.index(name, doc.Body)
		}
	}
	return b, nil
}

// syntax parses text; should the parser give up on something, that is an error like any other.
func syntax(text []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gave up: %v", r)
		}
	}()
	return parser.ParseBytes(text, parser.ParseComments)
}

func (b *book) index(file string, body ast.Node) {
	top, _ := body.(*ast.MappingNode)
	if one, ok := body.(*ast.MappingValueNode); ok {
		top = &ast.MappingNode{Values: []*ast.MappingValueNode{one}}
	}
	if top == nil {
		return
	}
	for _, pair := range top.Values {
		key := pair.Key.GetToken().Value
		list, ok := pair.Value.(*ast.SequenceNode)
		if !ok || key != "offices" && key != "pools" {
			continue
		}
		b.lists[file][key] = list
		for _, item := range list.Values {
			t := b.add(strings.TrimSuffix(key, "s"), file, item, nil)
			if t == nil || t.kind != "pool" {
				continue
			}
			if desks, ok := t.value("desks").(*ast.SequenceNode); ok {
				for _, desk := range desks.Values {
					b.add("desk", file, desk, t)
				}
			}
		}
	}
}

func (b *book) add(kind, file string, item ast.Node, pool *thing) *thing {
	node, ok := item.(*ast.MappingNode)
	if !ok {
		return nil
	}
	t := &thing{kind: kind, file: file, node: node, pool: pool}
	if t.id = t.text("id"); t.id == "" {
		return nil
	}
	key := kind + " " + t.id
	if b.things[key] == nil {
		b.order = append(b.order, key)
	}
	b.things[key] = t
	return t
}

// value is what stands under a key; nil where nothing does.
func (t *thing) value(key string) ast.Node {
	for _, pair := range t.node.Values {
		if pair.Key.GetToken().Value == key {
			return pair.Value
		}
	}
	return nil
}

func (t *thing) text(key string) string { return textOf(t.value(key)) }

func textOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value)
	case nil:
		return ""
	case *ast.MappingNode, *ast.SequenceNode, *ast.MappingValueNode:
		return ""
	default:
		return n.GetToken().Value
	}
}

var errSnippet = errors.New("cannot be written as YAML")

// pair makes the syntax of "key: value".
func pair(key, yaml string) (*ast.MappingValueNode, error) {
	file, err := syntax([]byte(key + ": " + yaml + "\n"))
	if err != nil || len(file.Docs) != 1 {
		return nil, errSnippet
	}
	switch body := file.Docs[0].Body.(type) {
	case *ast.MappingValueNode:
		return body, nil
	case *ast.MappingNode:
		if len(body.Values) == 1 {
			return body.Values[0], nil
		}
	}
	return nil, errSnippet
}

// set puts a value under a key.
func (b *book) set(t *thing, key, yaml string) error {
	fresh, err := pair(key, yaml)
	if err != nil {
		return err
	}
	b.changed[t.file] = true
	for _, old := range t.node.Values {
		if old.Key.GetToken().Value == key {
			return old.Replace(fresh.Value)
		}
	}
	if len(t.node.Values) > 0 {
		fresh.AddColumn(t.node.Values[0].Key.GetToken().Position.Column - fresh.Key.GetToken().Position.Column)
	}
	t.node.Values = append(t.node.Values, fresh)
	return nil
}

// texts writes the files that changed; those that did not stay as they were, to the byte.
func (b *book) texts(files map[string][]byte) map[string][]byte {
	out := maps.Clone(files)
	for name := range b.changed {
		out[name] = []byte(strings.TrimRight(b.trees[name].String(), "\n") + "\n")
	}
	return out
}

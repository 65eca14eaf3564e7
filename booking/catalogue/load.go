package catalogue

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"reflect"
	"slices"

	yaml "github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Limits on what is read. A catalogue of a whole prefecture stays far below them; a wrong file does not.
const (
	maxFiles     = 2000
	maxFileBytes = 1 << 20
	maxDepth     = 32
)

// Files are the texts of a catalogue by name.
type Files map[string][]byte

// Load reads every *.yaml file in the root of dir and checks it. A file system that cannot be read gives that error;
// files that can be read but not used give an *Error with everything found.
func Load(dir fs.FS) (*Catalogue, error) {
	files, err := Read(dir)
	if err != nil {
		return nil, err
	}
	return Parse(files)
}

// Read reads the texts of every *.yaml file in the root of dir.
func Read(dir fs.FS) (Files, error) {
	names, err := fs.Glob(dir, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list catalogue files: %w", err)
	}
	switch {
	case len(names) == 0:
		return nil, errors.New("the catalogue has no *.yaml file")
	case len(names) > maxFiles:
		return nil, fmt.Errorf("the catalogue has %d files; at most %d are read", len(names), maxFiles)
	}
	files := Files{}
	for _, name := range names {
		text, err := read(dir, name)
		if err != nil {
			return nil, fmt.Errorf("read catalogue file %s: %w", name, err)
		}
		files[name] = text
	}
	return files, nil
}

// Parse checks the texts of a catalogue. What cannot be used gives an *Error with everything found.
func Parse(files Files) (*Catalogue, error) {
	out := &findings{}
	var raw rawFile
	for _, name := range slices.Sorted(maps.Keys(files)) {
		parse(name, files[name], &raw, out)
	}
	c := build(raw, out)
	if err := out.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func read(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read from
	text, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxFileBytes {
		return nil, fmt.Errorf("larger than %d bytes", maxFileBytes)
	}
	return text, nil
}

// parse adds what one file says to raw.
func parse(name string, text []byte, raw *rawFile, out *findings) {
	file, err := syntax(text)
	if err != nil {
		at, what := syntaxError(err)
		out.add(name, at, "this is not YAML: %s", what)
		return
	}
	d := decoder{file: name, out: out}
	for _, doc := range file.Docs {
		if doc.Body == nil || doc.Body.Type() == ast.CommentType {
			continue
		}
		if deep(doc.Body, maxDepth) {
			out.add(name, position(doc.Body), "nested deeper than %d levels", maxDepth)
			continue
		}
		var one rawFile
		d.value(doc.Body, reflect.ValueOf(&one).Elem(), "the file")
		raw.Areas = append(raw.Areas, one.Areas...)
		raw.Tenants = append(raw.Tenants, one.Tenants...)
		raw.Services = append(raw.Services, one.Services...)
		raw.Offices = append(raw.Offices, one.Offices...)
		raw.Pools = append(raw.Pools, one.Pools...)
	}
}

// syntax parses text. The parser is someone else's and reads what people type: should it panic on something, that is
// reported like any other syntax error instead of ending the program.
func syntax(text []byte) (file *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gave up: %v", r)
		}
	}()
	return parser.ParseBytes(text, 0)
}

func syntaxError(err error) (pos, string) {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil && located.GetToken().Position != nil {
		p := located.GetToken().Position
		return pos{p.Line, p.Column}, located.GetMessage()
	}
	return pos{1, 1}, err.Error()
}

// deep reports whether n is nested more than limit levels.
func deep(n ast.Node, limit int) bool {
	if limit == 0 {
		return true
	}
	switch n := n.(type) {
	case *ast.SequenceNode:
		for _, v := range n.Values {
			if v != nil && deep(v, limit-1) {
				return true
			}
		}
	case *ast.MappingNode:
		for _, v := range n.Values {
			if v != nil && v.Value != nil && deep(v.Value, limit-1) {
				return true
			}
		}
	case *ast.MappingValueNode:
		return n.Value != nil && deep(n.Value, limit-1)
	}
	return false
}

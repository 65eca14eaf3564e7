package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// source is what reflection cannot see of package protocol: constants in their order, and comments.
type source struct {
	types  map[string]string // type name → its comment
	fields map[string]string // "Type.Field" → the comment beside the field
	consts []constant
}

// constant is one declared constant with the comment beside it.
type constant struct {
	name, typ, value, comment string
}

// readSource parses the package's files, tests left out.
func readSource(dir string) (*source, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	s := &source{types: map[string]string{}, fields: map[string]string{}}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				s.addDecl(g)
			}
		}
	}
	return s, nil
}

func (s *source) addDecl(g *ast.GenDecl) {
	for _, spec := range g.Specs {
		switch spec := spec.(type) {
		case *ast.TypeSpec:
			s.addType(spec, g.Doc)
		case *ast.ValueSpec:
			if g.Tok == token.CONST {
				s.addConst(spec)
			}
		}
	}
}

func (s *source) addType(t *ast.TypeSpec, doc *ast.CommentGroup) {
	s.types[t.Name.Name] = oneLine(doc)
	st, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			s.fields[t.Name.Name+"."+n.Name] = oneLine(f.Comment)
		}
	}
}

// addConst records constants written as one name and one literal, the only way this package writes them.
func (s *source) addConst(v *ast.ValueSpec) {
	if len(v.Names) != 1 || len(v.Values) != 1 || !v.Names[0].IsExported() {
		return
	}
	lit, ok := v.Values[0].(*ast.BasicLit)
	if !ok {
		return
	}
	value := lit.Value
	if text, err := strconv.Unquote(value); err == nil {
		value = text
	}
	c := constant{name: v.Names[0].Name, value: value, comment: oneLine(v.Comment)}
	if id, ok := v.Type.(*ast.Ident); ok {
		c.typ = id.Name
	}
	s.consts = append(s.consts, c)
}

// ofType lists the constants of a named type in the order of their declaration.
func (s *source) ofType(typ string) []constant {
	var list []constant
	for _, c := range s.consts {
		if c.typ == typ {
			list = append(list, c)
		}
	}
	return list
}

// withPrefix lists the untyped constants whose names begin with prefix.
func (s *source) withPrefix(prefix string) []constant {
	var list []constant
	for _, c := range s.consts {
		if c.typ == "" && strings.HasPrefix(c.name, prefix) {
			list = append(list, c)
		}
	}
	return list
}

func oneLine(c *ast.CommentGroup) string {
	return strings.Join(strings.Fields(c.Text()), " ")
}

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxConfigBytes bounds a configuration file; a larger one is some other file given by mistake.
const maxConfigBytes = 1 << 20

// yamlFile is a configuration file: flat, every key the name of a flag. It is a kong resolver whose errors say where
// in the file something is wrong.
type yamlFile struct {
	name   string
	values map[string]ast.Node
}

// loadYAML reads a configuration file. Unknown keys, keys set twice and nested values are refused with their place.
func loadYAML(r io.Reader) (kong.Resolver, error) {
	name := "configuration"
	if f, ok := r.(*os.File); ok {
		name = f.Name()
	}
	src, err := io.ReadAll(io.LimitReader(r, maxConfigBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if len(src) > maxConfigBytes {
		return nil, fmt.Errorf("read %s: larger than %d bytes, which no configuration is", name, maxConfigBytes)
	}
	file := &yamlFile{name: name, values: map[string]ast.Node{}}
	parsed, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, file.unreadable(err)
	}
	for _, doc := range parsed.Docs {
		if err := file.addDocument(doc.Body); err != nil {
			return nil, err
		}
	}
	return file, nil
}

func (f *yamlFile) addDocument(body ast.Node) error {
	switch body := body.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return nil
	case *ast.MappingNode:
		for _, entry := range body.Values {
			if err := f.add(entry); err != nil {
				return err
			}
		}
		return nil
	case *ast.MappingValueNode:
		return f.add(body)
	default:
		return f.errorAt(body.GetToken(), "a configuration is a list of lines \"key: value\"")
	}
}

func (f *yamlFile) add(entry *ast.MappingValueNode) error {
	key := entry.Key.GetToken()
	known := configKeys()
	if !slices.Contains(known, key.Value) {
		return f.errorAt(key, "unknown key %q; known are %s", key.Value, strings.Join(known, ", "))
	}
	if _, twice := f.values[key.Value]; twice {
		return f.errorAt(key, "%s: is set twice", key.Value) // in two documents of one file
	}
	f.values[key.Value] = entry.Value
	return nil
}

// unreadable gives an error of the YAML parser the form of our own: the place, then what is wrong.
func (f *yamlFile) unreadable(err error) error {
	var placed yaml.Error
	if errors.As(err, &placed) && placed.GetToken() != nil {
		return f.errorAt(placed.GetToken(), "%s", placed.GetMessage())
	}
	return fmt.Errorf("read %s: %w", f.name, err)
}

func (f *yamlFile) errorAt(at *token.Token, format string, args ...any) error {
	return fmt.Errorf("%s:%d:%d: %s", f.name, at.Position.Line, at.Position.Column, fmt.Sprintf(format, args...))
}

// Validate is part of kong.Resolver; loadYAML has refused unknown keys already.
func (f *yamlFile) Validate(*kong.Application) error { return nil }

// Resolve gives the value of a flag. The environment wins over the file, so a flag set there is left alone.
func (f *yamlFile) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	node, ok := f.values[flag.Name]
	if !ok || setInEnvironment(flag) {
		return nil, nil
	}
	if tag, ok := node.(*ast.TagNode); ok {
		return nil, f.errorAt(tag.GetToken(), "tags such as %s are not used here", tag.GetToken().Value)
	}
	switch flag.Target.Interface().(type) {
	case []string:
		return f.list(node, flag)
	case bool:
		return f.boolean(node, flag)
	default:
		return f.scalar(node, flag)
	}
}

func setInEnvironment(flag *kong.Flag) bool {
	return slices.ContainsFunc(flag.Envs, func(name string) bool {
		_, set := os.LookupEnv(name)
		return set
	})
}

func (f *yamlFile) list(node ast.Node, flag *kong.Flag) (any, error) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		return nil, f.errorAt(node.GetToken(), "%s: must be a list, for example [%s]", flag.Name, flag.PlaceHolder)
	}
	list := []any{}
	for _, item := range sequence.Values {
		value, err := f.scalar(item, flag)
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	return list, nil
}

func (f *yamlFile) boolean(node ast.Node, flag *kong.Flag) (any, error) {
	value, ok := node.(*ast.BoolNode)
	if !ok {
		return nil, f.errorAt(node.GetToken(), "%s: must be true or false", flag.Name)
	}
	return value.Value, nil
}

// scalar gives the text of a value and lets the flag's own decoder read it, so that file and command line agree on
// what is right; what that decoder refuses is refused here already, with its place.
func (f *yamlFile) scalar(node ast.Node, flag *kong.Flag) (any, error) {
	scalar, ok := node.(ast.ScalarNode)
	if _, null := node.(*ast.NullNode); !ok || null {
		return nil, f.errorAt(node.GetToken(), "%s: must be a single value", flag.Name)
	}
	text := fmt.Sprint(scalar.GetValue())
	if flag.IsSlice() {
		return text, nil
	}
	if flag.Enum != "" && !flag.EnumMap()[text] {
		return nil, f.errorAt(node.GetToken(), "%s: %q is not one of %s", flag.Name, text, strings.ReplaceAll(flag.Enum, ",", ", "))
	}
	trial := reflect.New(flag.Target.Type()).Elem()
	if err := flag.Parse(kong.ScanFromTokens(kong.Token{Type: kong.FlagValueToken, Value: text}), trial); err != nil {
		return nil, f.errorAt(node.GetToken(), "%v", err)
	}
	return text, nil
}

// configKeys lists the keys a file may have, in the order of Config.
func configKeys() []string {
	var keys []string
	for _, field := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if name := field.Tag.Get("name"); name != "" {
			keys = append(keys, name)
		}
	}
	return keys
}

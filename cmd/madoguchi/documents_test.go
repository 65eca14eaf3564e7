package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Documents that promise something, each line of a table with what shows it.
var promises = []string{"deploy/THREATS.md", "deploy/CHECKLIST.md"}

var (
	quoted      = regexp.MustCompile("`([^`]+)`")
	goTest      = regexp.MustCompile(`^(Test|Fuzz)[A-Z]\w*$`)
	browserTest = regexp.MustCompile(`^[a-z-]+\.test\.mjs$`)
	treeFile    = regexp.MustCompile(`^(cmd|signaling|sfu|booking|clients|deploy|testdata)/[\w./-]+$`)
	setting     = regexp.MustCompile("settings? ((?:`[^`]+`(?:, | and )?)+)")
)

// goTests are the names of all tests and fuzz targets.
func goTests(t *testing.T) map[string]bool {
	t.Helper()
	declared, names := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Z]\w*)\(`), map[string]bool{}
	everySource(t, func(file string, content []byte) {
		if strings.HasSuffix(file, "_test.go") {
			for _, found := range declared.FindAllSubmatch(content, -1) {
				names[string(found[1])] = true
			}
		}
	})
	return names
}

// settings are the names of all that can be set.
func settings() map[string]bool {
	names := map[string]bool{}
	var gather func(of reflect.Type)
	gather = func(of reflect.Type) {
		for i := range of.NumField() {
			if f := of.Field(i); f.Tag.Get("name") != "" {
				names[f.Tag.Get("name")] = true
			} else if f.Type.Kind() == reflect.Struct {
				gather(f.Type)
			}
		}
	}
	gather(reflect.TypeFor[Config]())
	return names
}

func TestWhateverThreatsAndChecklistNameIsThere(t *testing.T) {
	tests, set := goTests(t), settings()
	for _, document := range promises {
		text, err := os.ReadFile(filepath.Join(root(t), document))
		if err != nil {
			t.Fatal(err)
		}
		for number, line := range strings.Split(string(text), "\n") {
			complain := func(what, name string) { t.Errorf("%s:%d: there is no %s %s", document, number+1, what, name) }
			for _, found := range quoted.FindAllStringSubmatch(line, -1) {
				name := found[1]
				file := name
				switch {
				case goTest.MatchString(name):
					if !tests[name] {
						complain("test", name)
					}
					continue
				case browserTest.MatchString(name):
					file = "clients/e2e/" + name
				case !treeFile.MatchString(name):
					continue
				}
				if _, err := os.Stat(filepath.Join(root(t), file)); err != nil {
					complain("file", name)
				}
			}
			for _, found := range setting.FindAllStringSubmatch(line, -1) {
				for _, name := range quoted.FindAllStringSubmatch(found[1], -1) {
					if !set[name[1]] {
						complain("setting", name[1])
					}
				}
			}
		}
	}
}

// Every answer to a threat is shown by a test; every rule is, or says why not.
func TestEveryThreatAndEveryRuleHasItsAnswer(t *testing.T) {
	rules := 0
	for _, document := range promises {
		text, err := os.ReadFile(filepath.Join(root(t), document))
		if err != nil {
			t.Fatal(err)
		}
		for number, line := range strings.Split(string(text), "\n") {
			cells := strings.Split(strings.Trim(line, "|"), "|")
			first := strings.TrimSpace(cells[0])
			isThreat := len(cells) == 4 && regexp.MustCompile(`^[STRIDE]$`).MatchString(first)
			isRule := len(cells) == 3 && regexp.MustCompile(`^([1-9]|[12]\d|G\d+)\.? `).MatchString(first+" ")
			if !isThreat && !isRule {
				continue
			}
			if isRule {
				rules++
			}
			shown := cells[len(cells)-1]
			has := regexp.MustCompile("`(Test|Fuzz)|\\.test\\.").MatchString(shown)
			said := regexp.MustCompile(`(?i)not ours, because|not yet`).MatchString(line)
			if !has && !said {
				t.Errorf("%s:%d: shows neither a test nor why there is none: %s", document, number+1, line)
			}
		}
	}
	if rules < 29 {
		t.Errorf("%d rules are answered, there are 29 and the guideline's", rules)
	}
}

// limitsOf are the places where limits stand in the source, in the order of deploy/LIMITS.md.
var limitsOf = []struct{ title, file, fields string }{
	{"Web: requests and connections", "cmd/madoguchi/web.go", ""},
	{"Web: HTTP/2", "cmd/madoguchi/listen.go", ""},
	{"Web: at work at once, for each processor", "cmd/madoguchi/turns.go", ""},
	{"Web: settings", "cmd/madoguchi/throttle.go", "Pace"},
	{"Sockets: bytes", "signaling/paced.go", ""},
	{"Sockets: messages", "signaling/socket.go", "Limits"},
	{"One-time codes", "signaling/access/codes.go", ""},
	{"Reception numbers at a booth", "signaling/tries.go", ""},
	{"WHIP and WHEP", "sfu/whip/handler.go", ""},
	{"Media: a peer and a node", "sfu/config.go", "Limits"},
	{"Media: TCP", "sfu/wire/tcp.go", ""},
	{"Media: connections", "sfu/wire/conn.go", ""},
}

func TestTheLimitsInTheDocsAreThoseOfTheProgram(t *testing.T) {
	const document = "deploy/LIMITS.md"
	var made bytes.Buffer
	made.WriteString("# Limits\n\nWhat anybody may send, hold or ask for at most. Made from the source by\n`go test ./cmd/madoguchi -run LimitsInTheDocs -update`; do not edit. " +
		"Operations of the API take\nbodies of at most 4 KiB unless `/openapi.json` needs more; texts in messages have limits of their own (PROTOCOL.md).\n")
	for _, place := range limitsOf {
		fmt.Fprintf(&made, "\n## %s\n\n`%s`\n\n| name | value | what |\n|---|---|---|\n", place.title, place.file)
		for _, row := range limitsIn(t, place.file, place.fields) {
			fmt.Fprintf(&made, "| `%s` | %s | %s |\n", row[0], row[1], row[2])
		}
	}
	path := filepath.Join(root(t), document)
	if *update {
		if err := os.WriteFile(path, made.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if there, err := os.ReadFile(path); err != nil || !bytes.Equal(there, made.Bytes()) {
		t.Errorf("%s differs from the source (%v); run go test ./cmd/madoguchi -run LimitsInTheDocs -update", document, err)
	}
}

// limitsIn reads constants that are numbers, or the fields of a struct, with their comments.
func limitsIn(t *testing.T, file, fields string) (rows [][3]string) {
	t.Helper()
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, filepath.Join(root(t), file), nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	source := func(n ast.Node) string {
		var b bytes.Buffer
		_ = printer.Fprint(&b, set, n) // a buffer takes everything
		return b.String()
	}
	said := func(groups ...*ast.CommentGroup) string {
		var words []string
		for _, g := range groups {
			words = append(words, strings.Fields(g.Text())...)
		}
		return strings.ReplaceAll(strings.Join(words, " "), "|", "\\|")
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch d := n.(type) {
		case *ast.FuncDecl:
			return false
		case *ast.GenDecl:
			return d.Tok == token.CONST && fields == "" || d.Tok == token.TYPE && fields != ""
		case *ast.ValueSpec:
			for i, name := range d.Names {
				if i < len(d.Values) && regexp.MustCompile(`^[\d(]|[\d] ?[*<]|time\.|^[a-zA-Z]+ [*+/]`).MatchString(source(d.Values[i])) {
					rows = append(rows, [3]string{name.Name, "`" + source(d.Values[i]) + "`", said(d.Doc, d.Comment)})
				}
			}
		case *ast.TypeSpec:
			body, ok := d.Type.(*ast.StructType)
			if !ok || d.Name.Name != fields {
				return false
			}
			for _, f := range body.Fields.List {
				what, value := said(f.Doc, f.Comment), ""
				if f.Tag != nil {
					tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`"))
					what, value = tag.Get("help"), "`"+tag.Get("default")+"`"
					rows = append(rows, [3]string{tag.Get("name"), value, what})
					continue
				}
				for _, name := range f.Names {
					rows = append(rows, [3]string{name.Name, defaultIn(what), what})
				}
			}
		}
		return true
	})
	if len(rows) == 0 {
		t.Errorf("%s: no limits are found in it", file)
	}
	return rows
}

// defaultIn finds the default that a field's comment tells.
func defaultIn(comment string) string {
	if found := regexp.MustCompile(`default ([\d.,]+(?: [KM]iB| s)?)`).FindStringSubmatch(comment); found != nil {
		return found[1]
	}
	value, _, _ := strings.Cut(comment, ":")
	return value
}

package main

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The tree as it was agreed. What is not listed here does not exist, or the design has been changed first.
var agreedFolders = []string{"cmd", "signaling", "sfu", "booking", "clients", "deploy", "testdata"}

// pure packages are functions of their arguments: they import nothing of ours but what is listed beside them.
var pure = map[string][]string{
	"booking/catalogue":   {"booking/calendar"}, // which alone reads recurrence rules
	"booking/calendar":    nil,
	"booking/ics":         nil,
	"booking/journal":     nil,
	"booking/officepage":  nil,
	"booking/facility":    nil,
	"booking/fhir":        nil,
	"signaling/protocol":  nil,
	"signaling/session":   {"signaling/protocol"},
	"signaling/placement": nil,
	"signaling/audit":     nil,
	"sfu/rewrite":         nil,
	"sfu/layer":           nil,
	"sfu/codec":           nil,
	"sfu/bwe":             nil,
	"cmd/netlab/line":     nil,
	"sfu/quality":         nil,
	"sfu/purpose":         nil,
}

// arrows says which parts a part may know besides itself. Tests may also use the sample data of deploy, which is data
// and no code.
var arrows = map[string][]string{
	"cmd":       {"signaling", "booking", "sfu", "clients", "deploy"},
	"signaling": {"booking", "sfu"},
	"booking":   nil,
	"sfu":       nil,
	"clients":   nil,
	"deploy":    nil,
}

// Lines of a file, the longest. A table of cases may be a little longer than what it tests.
const (
	maxLines     = 500
	maxTestLines = 600
)

const modulePath = "madoguchi/"

func TestImportsFollowTheArrows(t *testing.T) {
	for file, imports := range importsOfAllFiles(t) {
		from := path.Dir(file)
		fromPart := part(from)
		allowed, known := arrows[fromPart]
		if !known {
			t.Errorf("%s: Go code in %q, which is no part of the tree", file, fromPart)
		}
		for _, imported := range imports {
			to := part(imported)
			sample := to == "deploy" && strings.HasSuffix(file, "_test.go")
			if to != fromPart && !sample && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: %s may know only %v", file, imported, fromPart, allowed)
			}
			if exceptions, isPure := pure[from]; isPure && !sample && imported != from && !slices.Contains(exceptions, imported) {
				t.Errorf("%s imports %s: %s is pure", file, imported, from)
			}
		}
	}
}

func TestAccessKnowsNothingOfBooking(t *testing.T) {
	for file, imports := range importsOfAllFiles(t) {
		if path.Dir(file) == "signaling/access" && slices.ContainsFunc(imports, func(i string) bool { return part(i) != "signaling" }) {
			t.Errorf("%s imports %v: tokens and grants are signaling's own", file, imports)
		}
	}
}

func TestEveryPackageTellsItsStoryInDocGo(t *testing.T) {
	for file := range importsOfAllFiles(t) {
		folder := path.Dir(file)
		// clients and deploy hold one embedding file each, which says what there is to say.
		if strings.HasSuffix(file, "_test.go") || folder == "clients" || folder == "deploy" {
			continue
		}
		doc := filepath.Join(root(t), folder, "doc.go")
		parsed, err := parser.ParseFile(token.NewFileSet(), doc, nil, parser.ParseComments|parser.PackageClauseOnly)
		switch {
		case err != nil:
			t.Errorf("package %s: %v", folder, err)
		case parsed.Doc == nil || len(parsed.Doc.Text()) < 80:
			t.Errorf("%s/doc.go tells no story of its package", folder)
		}
	}
}

func TestNoFolderOutsideTheAgreedTree(t *testing.T) {
	entries, err := os.ReadDir(root(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		// bin is what make build leaves; folders with a dot belong to tools.
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") && entry.Name() != "bin" && !slices.Contains(agreedFolders, entry.Name()) {
			t.Errorf("%s/ is not part of the tree", entry.Name())
		}
	}
}

func TestNoFileHasTooManyLines(t *testing.T) {
	everySource(t, func(file string, content []byte) {
		switch path.Ext(file) {
		case ".go", ".ts", ".tsx", ".mjs", ".lua":
		default:
			return
		}
		if generated(content) {
			return
		}
		limit := maxLines
		if strings.HasSuffix(file, "_test.go") || strings.Contains(path.Base(file), ".test.") {
			limit = maxTestLines
		}
		if lines := bytes.Count(content, []byte("\n")); lines > limit {
			t.Errorf("%s has %d lines: a room with too many people in it", file, lines)
		}
	})
}

// A rule forbids what its pattern finds. Only lines that hold one of the marks are looked at closely: the pattern is
// slow, and the tree is large. All are written in pieces, so that this file does not find itself.
type rule struct {
	what    string
	marks   []string
	pattern *regexp.Regexp
}

var forbidden = []rule{
	{"a path of somebody's machine", []string{"/wo" + "rk/", "/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/"},
		regexp.MustCompile(`(^|[\s"'=(:,])/(` + `work|home|root|Users)/[A-Za-z.]`)},
	{"the host of a registry", []string{"npmjs" + ".org", "golang" + ".org", "debian" + ".org"},
		regexp.MustCompile(`registry\.npmjs` + `\.org|proxy\.golang` + `\.org|deb\.debian` + `\.org`)},
	{"unfinished work", []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"},
		regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X)\b`)},
	{"a silenced check", []string{"no" + "lint", "lint-" + "disable", "@ts-" + "ignore", "@ts-no" + "check"},
		regexp.MustCompile(`//\s*no` + `lint|(es|ox)lint-` + `disable|@ts-` + `ignore|@ts-no` + `check`)},
}

func TestTheRulesFindWhatTheyForbidAndNothingElse(t *testing.T) {
	for _, row := range []struct {
		line string
		what string // "" is allowed
	}{
		{"dir := \"/ho" + "me/somebody/x\"", "a path of somebody's machine"},
		{"see https://example.org/wo" + "rk/plan", ""},
		{"\"resolved\": \"https://registry.npmjs" + ".org/x\"", "the host of a registry"},
		{"// TO" + "DO: later", "unfinished work"},
		{"const TO" + "DOS = 1", ""},
		{"x := 1 //no" + "lint:errcheck", "a silenced check"},
		{"// oxlint-" + "disable-next-line", "a silenced check"},
	} {
		found := ""
		for _, r := range forbidden {
			if r.pattern.MatchString(row.line) {
				found = r.what
			}
		}
		if found != row.what {
			t.Errorf("%q is taken for %q, want %q", row.line, found, row.what)
		}
	}
}

func TestNothingForbiddenIsWritten(t *testing.T) {
	everySource(t, func(file string, content []byte) {
		if !readable(content) {
			return
		}
		for _, r := range forbidden {
			if !slices.ContainsFunc(r.marks, func(mark string) bool { return bytes.Contains(content, []byte(mark)) }) {
				continue
			}
			number := 0
			for line := range bytes.Lines(content) {
				number++
				if found := r.pattern.Find(line); found != nil {
					t.Errorf("%s:%d: %s: %s", file, number, r.what, bytes.TrimSpace(found))
				}
			}
		}
	})
}

// root is the folder of go.mod.
func root(t *testing.T) string {
	t.Helper()
	folder, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// part is the first element of a package's path: booking of booking/calendar.
func part(folder string) string {
	first, _, _ := strings.Cut(folder, "/")
	return first
}

// importsOfAllFiles gives, for every Go file (path from the root), the packages of ours that it imports.
func importsOfAllFiles(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	everySource(t, func(file string, content []byte) {
		if path.Ext(file) != ".go" || strings.Contains(file, "/testdata/") {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, content, parser.ImportsOnly)
		if err != nil {
			t.Errorf("parse: %v", err)
			return
		}
		all[file] = []string{}
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
			if ours, ok := strings.CutPrefix(imported, modulePath); ok {
				all[file] = append(all[file], ours)
			}
		}
	})
	if len(all) == 0 {
		t.Fatal("no Go files found")
	}
	return all
}

// everySource calls visit for every file that people wrote, with its path from the root.
func everySource(t *testing.T, visit func(file string, content []byte)) {
	t.Helper()
	top := root(t)
	err := filepath.WalkDir(top, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			switch entry.Name() {
			case ".git", "node_modules", "dist", "bin", "artefacts":
				return filepath.SkipDir
			}
			return nil
		}
		if !entry.Type().IsRegular() || entry.Name() == ".git" { // a file in a linked work tree
			return nil
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(top, name)
		if err != nil {
			return err
		}
		visit(filepath.ToSlash(relative), content)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// generated says whether a file says of itself that a program wrote it.
func generated(content []byte) bool {
	head := content[:min(len(content), 400)]
	return bytes.Contains(head, []byte("Code generated"))
}

// readable is false for pictures, captures and the like.
func readable(content []byte) bool {
	return !bytes.ContainsRune(content[:min(len(content), 8000)], 0)
}

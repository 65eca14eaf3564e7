package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestEveryPageHasAPolicyForScriptsAndDevices(t *testing.T) {
	p, err := loadPages(fstest.MapFS{"booth/index.html": {Data: []byte("<!doctype html>")}}, "https://b.example.jp")
	if err != nil {
		t.Fatal(err)
	}
	header := answered(p, "/booth/", "198.51.100.7:1000", "").Header()
	policy, devices := header.Get("Content-Security-Policy"), header.Get("Permissions-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "connect-src 'self' https://b.example.jp wss://b.example.jp"} {
		if !slices.ContainsFunc(strings.Split(policy, ";"), func(part string) bool { return strings.TrimSpace(part) == want }) {
			t.Errorf("%q is not in %q", want, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("%q lets in what stands in the page, or anybody", policy)
	}
	for _, want := range []string{"camera=(self)", "microphone=(self)", "geolocation=()", "payment=()", "usb=()"} {
		if !strings.Contains(devices, want) {
			t.Errorf("%q is not in %q", want, devices)
		}
	}
}

// secretWords are parts of a query or a path that would tell a secret to every proxy's log on the way.
var secretWords = regexp.MustCompile(`(?i)token|code|secret|passw|pin$|ticket|last4|phone|kana|resident|reception|mail|^key$`)

// secretsAddressed are the exceptions, each with its reason.
var secretsAddressed = map[string]string{
	"/v1/feed.ics": "calendar programs know no header: made by its desk, revoked at once, and tells no name",
}

func TestNoRouteTakesASecretInItsAddress(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	_, body := get(t, base(t, demo.untilReady())+"/openapi.json")
	var api struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []struct{ Name, In string }
		}
	}
	if err := json.Unmarshal([]byte(body), &api); err != nil || len(api.Paths) < 30 {
		t.Fatalf("%d paths, %v", len(api.Paths), err)
	}
	for at, methods := range api.Paths {
		for method, operation := range methods {
			for _, p := range operation.Parameters {
				if (p.In == "query" || p.In == "path") && secretWords.MatchString(p.Name) && secretsAddressed[at] == "" {
					t.Errorf("%s %s (%s) takes %q in its %s", method, at, operation.OperationID, p.Name, p.In)
				}
			}
		}
	}
}

func TestNoTokenOfAVisitIsInItsLog(t *testing.T) {
	env := []string{home(t)}
	demo := launch(t, env, append(anyPort, "--log-level", "debug")...)
	at := base(t, demo.untilReady())
	printed, complaints, code := output(t, env, "loadtest", "media", "--server", at, "--by", "consultation", "--rooms", "1", "--duration", "1s", "--settle", "100ms")
	if code != 0 {
		t.Fatalf("code %d: %s%s", code, complaints, printed)
	}
	logged := demo.logged()
	for _, want := range []string{"msg=http", "seat connected", "signed in"} {
		if !strings.Contains(logged, want) {
			t.Errorf("%q is not in the log: it is not of a visit at debug", want)
		}
	}
	for what, never := range map[string]*regexp.Regexp{
		"a token": regexp.MustCompile(`eyJ[A-Za-z0-9_-]{8,}`), "a bearer": regexp.MustCompile(`(?i)bearer [A-Za-z0-9]`),
		"a name": regexp.MustCompile("ソクテイ"), "a number": regexp.MustCompile(`0999-?01`),
		"an offer": regexp.MustCompile(`v=0|a=ice-|a=candidate|a=fingerprint`), "a query": regexp.MustCompile(`path=\S*\?`),
	} {
		if line := never.FindString(logged); line != "" {
			t.Errorf("%s is in the log: %s", what, line)
		}
	}
}

func TestTheCookiesOfSigningInGoNowhereElse(t *testing.T) {
	cookies := 0
	everySource(t, func(file string, content []byte) {
		if path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") || !strings.Contains(string(content), "http.Cookie{") {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, content, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			made, ok := n.(*ast.CompositeLit)
			if !ok {
				return true
			}
			kind, ok := made.Type.(*ast.SelectorExpr)
			if !ok || kind.Sel.Name != "Cookie" {
				return true
			}
			cookies++
			var set []string
			for _, e := range made.Elts {
				if field, ok := e.(*ast.KeyValueExpr); ok {
					set = append(set, field.Key.(*ast.Ident).Name)
				}
			}
			for _, want := range []string{"HttpOnly", "Secure", "SameSite", "Path", "MaxAge"} {
				if !slices.Contains(set, want) {
					t.Errorf("%s: a cookie says nothing of %s", file, want)
				}
			}
			return true
		})
	})
	if cookies == 0 {
		t.Error("no cookie is made anywhere: the documents say that there are two")
	}
}

func TestNoRecordingIsMadeAnywhere(t *testing.T) {
	records := regexp.MustCompile(`\bMediaRecorder\b|\bivfwriter\b|\boggwriter\b|\bsamplebuilder\b`)
	everySource(t, func(file string, content []byte) {
		test := strings.Contains(file, "_test.") || strings.Contains(file, ".test.") || strings.HasPrefix(file, "clients/e2e/")
		if ext := path.Ext(file); test || ext != ".go" && ext != ".ts" && ext != ".tsx" {
			return
		}
		if found := records.Find(content); found != nil {
			t.Errorf("%s records: %s", file, found)
		}
	})
}

func TestEveryDependencyHasAChecksum(t *testing.T) {
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(root(t), name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	sums := read("go.sum")
	for _, line := range regexp.MustCompile(`(?m)^\t(\S+) (v\S+)`).FindAllStringSubmatch(read("go.mod"), -1) {
		if !strings.Contains(sums, line[1]+" "+line[2]) {
			t.Errorf("%s %s has no checksum in go.sum", line[1], line[2])
		}
	}
	var lock struct {
		Packages map[string]struct {
			Integrity string
			Link      bool
		}
	}
	if err := json.Unmarshal([]byte(read("clients/package-lock.json")), &lock); err != nil || len(lock.Packages) < 10 {
		t.Fatalf("%d packages, %v", len(lock.Packages), err)
	}
	for name, p := range lock.Packages {
		if name != "" && !p.Link && p.Integrity == "" {
			t.Errorf("%s has no checksum in package-lock.json", name)
		}
	}
}

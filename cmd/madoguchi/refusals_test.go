package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"madoguchi/signaling/access"
)

// spec is what of /openapi.json the walk needs.
type spec struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	OperationID string
	Parameters  []struct {
		Name, In string
		Required bool
		Schema   schema
	}
	RequestBody *struct {
		Content map[string]struct{ Schema schema }
	}
}

type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Properties map[string]schema
	Required   []string
	Items      *schema
	Enum       []any
	Format     string
	Pattern    string
	MinLength  *int
	MaxLength  *int
	Minimum    *float64
	Maximum    *float64
	MinItems   *int
	MaxItems   *int
}

func (s spec) resolve(in schema) schema {
	for in.Ref != "" {
		in = s.Components.Schemas[in.Ref[strings.LastIndex(in.Ref, "/")+1:]]
	}
	return in
}

func (s schema) is(kind string) bool {
	if list, several := s.Type.([]any); several {
		return slices.Contains(list, any(kind))
	}
	return s.Type == kind
}

// example makes a value the schema allows, without what is not required.
func (s spec) example(in schema) any {
	in = s.resolve(in)
	switch {
	case len(in.Enum) > 0:
		return in.Enum[0]
	case in.is("object"):
		object := map[string]any{}
		for _, name := range in.Required {
			object[name] = s.example(in.Properties[name])
		}
		return object
	case in.is("array"):
		list := []any{}
		for range valueOr(in.MinItems, 0) {
			list = append(list, s.example(*in.Items))
		}
		return list
	case in.is("string") && in.Format == "date-time":
		return "2026-11-25T10:00:00+09:00"
	case in.is("string") && strings.Contains(in.Pattern, "[0-9]{6}"):
		return "123456"
	case in.is("string") && strings.Contains(in.Pattern, "[0-9]{4}"):
		return "1234"
	case in.is("string"):
		return strings.Repeat("x", max(1, valueOr(in.MinLength, 1)))
	case in.is("boolean"):
		return false
	default:
		return valueOr(in.Minimum, 1)
	}
}

func valueOr[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// broken is one body and the field a refusal of it has to name.
type broken struct {
	what, field string
	body        any
}

// breaks breaks each property of an object that the schema allows in every way the schema forbids.
func (s spec) breaks(in schema, at string, wrap func(any) any) []broken {
	in = s.resolve(in)
	var list []broken
	good := func() map[string]any { return s.example(in).(map[string]any) }
	add := func(what, name string, value any) {
		object := good()
		object[name] = value
		list = append(list, broken{what, at + name, wrap(object)})
	}
	for _, name := range in.Required {
		object := good()
		delete(object, name)
		list = append(list, broken{"missing", at + name, wrap(object)})
	}
	add("unknown", "nobodyKnowsThis", 1)
	for name, property := range in.Properties {
		p := s.resolve(property)
		if !p.is("object") {
			add("an object", name, map[string]any{"a": 1})
		}
		if !p.is("string") {
			add("text", name, "x")
		}
		if p.MaxLength != nil {
			add("too long", name, strings.Repeat("x", *p.MaxLength+1))
		}
		if valueOr(p.MinLength, 0) > 0 {
			add("empty", name, "")
		}
		if p.Minimum != nil {
			add("too small", name, *p.Minimum-1)
		}
		if p.Maximum != nil {
			add("too large", name, *p.Maximum+1)
		}
		if len(p.Enum) > 0 || p.Format == "date-time" || p.Pattern != "" {
			add("out of place", name, "no-such-thing")
		}
		if p.MaxItems != nil {
			var many []any
			for range *p.MaxItems + 1 {
				many = append(many, s.example(*p.Items))
			}
			add("too many", name, many)
		}
		switch {
		case p.is("object") && p.Properties != nil:
			list = append(list, s.breaks(p, at+name+".", func(v any) any { object := good(); object[name] = v; return wrap(object) })...)
		case p.is("array") && p.Items != nil && s.resolve(*p.Items).is("object"):
			list = append(list, s.breaks(*p.Items, at+name+"[0].", func(v any) any { object := good(); object[name] = []any{v}; return wrap(object) })...)
		}
	}
	return list
}

// refusal is a problem document.
type refusalDocument struct {
	Title, Detail string
	Status        int
	Errors        []struct{ Location, Message string }
}

// Every refusal is a problem document that names the field: each operation of the API is asked with bodies broken in
// every way its schema forbids, and with parameters likewise.
func TestEveryRefusalIsAProblemThatNamesTheField(t *testing.T) {
	demo := launch(t, []string{home(t)}, anyPort...)
	at := base(t, demo.untilReady())
	_, text := get(t, at+"/openapi.json")
	var api spec
	if err := json.Unmarshal([]byte(text), &api); err != nil {
		t.Fatal(err)
	}
	tokens, token := map[access.Kind]string{}, ""
	for _, seat := range []string{"admin:demo", "counter:shiomachihama", "desk:morita", "booth:shiomachihama-1"} {
		tokens[access.KindOf(seat)] = signIn(t, at, seat)
	}
	// as is somebody who may: everybody else is refused before anything is read.
	as := func(op string) string {
		for _, kind := range []access.Kind{access.Admin, access.Counter, access.Desk, access.Booth} {
			if access.May(kind, access.HTTP, op) != access.No {
				return tokens[kind]
			}
		}
		return ""
	}
	asked, bodies := 0, 0
	ask := func(method, path string, body []byte) (*http.Response, []byte) {
		t.Helper()
		request, err := http.NewRequest(method, at+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Idempotency-Key", "a-key")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		answer, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		asked++
		return response, answer
	}
	refused := func(what, field string, response *http.Response, body []byte) {
		t.Helper()
		var p refusalDocument
		err := json.Unmarshal(body, &p)
		if response.StatusCode < 400 || response.StatusCode >= 500 || response.Header.Get("Content-Type") != "application/problem+json" || err != nil ||
			p.Status != response.StatusCode || p.Title == "" || p.Detail == "" {
			t.Errorf("%s: %s, %s: %s", what, response.Status, response.Header.Get("Content-Type"), body)
			return
		}
		if field != "" && !slices.ContainsFunc(p.Errors, func(e struct{ Location, Message string }) bool { return names(e.Location, e.Message, field) }) {
			t.Errorf("%s: nothing names %s: %s", what, field, body)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		for method, op := range api.Paths[path] {
			method, address := strings.ToUpper(method), api.address(path, op)
			token = as(op.OperationID)
			for _, p := range op.Parameters {
				if p.In == "header" || p.In == "cookie" {
					continue
				}
				bad := api.badParameter(p.Schema)
				if bad == "" {
					continue
				}
				where := address
				if p.In == "path" {
					where = strings.Replace(path, "{"+p.Name+"}", bad, 1)
					where = fillPath(where)
				} else {
					where += map[bool]string{true: "&", false: "?"}[strings.Contains(where, "?")] + p.Name + "=" + bad
					where = strings.Replace(where, p.Name+"="+fmt.Sprint(api.example(p.Schema)), p.Name+"="+bad, 1)
				}
				response, answer := ask(method, where, []byte("{}"))
				refused(op.OperationID+" with "+p.In+"."+p.Name+"="+bad, p.In+"."+p.Name, response, answer)
			}
			if op.RequestBody == nil {
				continue
			}
			in, isJSON := op.RequestBody.Content["application/json"]
			if !isJSON {
				continue
			}
			bodies++
			for what, raw := range map[string]string{"no JSON": "{", "nothing": "", "a list": "[]", "text": `"x"`, "not UTF-8": "{\"a\":\"\xff\"}"} {
				response, answer := ask(method, address, []byte(raw))
				refused(op.OperationID+" with "+what, "", response, answer)
			}
			if !api.resolve(in.Schema).is("object") {
				continue
			}
			for _, b := range api.breaks(in.Schema, "body.", func(v any) any { return v }) {
				raw, err := json.Marshal(b.body)
				if err != nil {
					t.Fatal(err)
				}
				response, answer := ask(method, address, raw)
				refused(fmt.Sprintf("%s with %s %s", op.OperationID, b.field, b.what), b.field, response, answer)
			}
		}
	}
	t.Logf("%d operations with bodies, %d requests refused", bodies, asked)
	if bodies < 15 || asked < 300 {
		t.Errorf("only %d operations with bodies and %d requests: does the walk still see the API?", bodies, asked)
	}
}

// names reports whether an error names a field: by its place, or, for one that is missing or unknown, by the place of
// the object and its name.
func names(location, message, field string) bool {
	parent, name := field[:strings.LastIndex(field, ".")], field[strings.LastIndex(field, ".")+1:]
	return location == field || strings.HasPrefix(location, field+".") || strings.HasPrefix(location, field+"[") ||
		location == parent && strings.Contains(message, name) || location == parent+"."+name
}

// address fills in the parameters of an operation: what is allowed, though nothing is there.
func (s spec) address(path string, op operation) string {
	query := []string{}
	for _, p := range op.Parameters {
		if p.In == "query" && p.Required {
			query = append(query, p.Name+"="+fmt.Sprint(s.example(p.Schema)))
		}
	}
	address := fillPath(path)
	if len(query) > 0 {
		address += "?" + strings.Join(query, "&")
	}
	return address
}

// fillPath puts ids into a path that look like ours.
func fillPath(path string) string {
	for name, value := range map[string]string{"office": "shiomachihama", "desk": "morita", "booth": "shiomachihama-1", "leg": "1", "pool": "morita"} {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	kind := "a_"
	switch {
	case strings.Contains(path, "/waitlist/"):
		kind = "w_"
	case strings.Contains(path, "/series/"):
		kind = "s_"
	case strings.Contains(path, "/blocks/"), strings.Contains(path, "/lends/"):
		kind = "x_"
	}
	id := kind + strings.Repeat("a", 26)
	if strings.Contains(path, "/suspensions/") {
		id = "_.medical._"
	}
	for strings.Contains(path, "{") {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + id + path[to+1:]
	}
	return path
}

// badParameter is a value the schema of a parameter forbids, "" where it allows everything.
func (s spec) badParameter(in schema) string {
	in = s.resolve(in)
	switch {
	case in.Pattern != "":
		return "no-such-thing-%21"
	case in.is("integer"), in.is("number"), in.is("boolean"):
		return "x"
	case in.MaxLength != nil:
		return strings.Repeat("x", *in.MaxLength+1)
	case len(in.Enum) > 0:
		return "no-such-thing"
	default:
		return ""
	}
}

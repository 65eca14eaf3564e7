package main

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"madoguchi/signaling/protocol"
)

// typescript writes the whole file.
func typescript(src *source) string {
	w := &writer{src: src, seen: map[reflect.Type]bool{}}
	w.line("// Made from signaling/protocol by signaling/protocol/gen. DO NOT EDIT: change the Go and run the generator.")
	w.line("")
	w.line("/** The WebSocket subprotocol both ends name in the upgrade. */")
	w.line("export const subprotocol = %q;", protocol.Subprotocol)
	w.closeCodes()
	for _, e := range enums {
		w.enum(e)
	}
	w.messages("ClientMessage", "Everything a client may send.", protocol.ClientMessages)
	w.messages("ServerMessage", "Everything the server sends.", protocol.ServerMessages)
	w.shapes()
	return w.String()
}

// enums are the string types that become unions, with the name of the list of their values.
var enums = []struct{ typ, list string }{
	{"State", "states"},
	{"Purpose", "purposes"},
	{"Kind", "kinds"},
	{"Reason", "reasons"},
	{"Away", "aways"},
	{"Level", "levels"},
	{"ErrorCode", "errorCodes"},
}

// renamed are the Go names that would hide a global of the browser.
var renamed = map[string]string{"Error": "Refusal", "Request": "PlainRequest"}

type writer struct {
	strings.Builder
	src  *source
	seen map[reflect.Type]bool // interfaces already written or queued
}

func (w *writer) line(format string, args ...any) {
	fmt.Fprintf(&w.Builder, format+"\n", args...)
}

// doc writes a comment; nothing for an empty one.
func (w *writer) doc(indent, text string) {
	if text != "" {
		w.line("%s/** %s */", indent, text)
	}
}

func (w *writer) closeCodes() {
	w.line("")
	w.doc("", "Close codes: 4000–4099 come back by yourself; 4100–4199 do not, somebody has to act.")
	w.line("export const Close = {")
	for _, c := range w.src.withPrefix("Close") {
		w.doc("  ", c.comment)
		w.line("  %s: %s,", strings.TrimPrefix(c.name, "Close"), c.value)
	}
	w.line("} as const;")
	w.line("export type CloseCode = (typeof Close)[keyof typeof Close];")
	w.line("")
	w.doc("", "Whether a socket closed with this code is to be opened again without anybody's help.")
	w.line("export function comeBack(code: number): boolean {")
	w.line("  return code < 4100 || code > 4199;")
	w.line("}")
}

func (w *writer) enum(e struct{ typ, list string }) {
	w.line("")
	w.doc("", w.src.types[e.typ])
	w.line("export const %s = [", e.list)
	for _, c := range w.src.ofType(e.typ) {
		w.doc("  ", c.comment)
		w.line("  %q,", c.value)
	}
	w.line("] as const;")
	w.line("export type %s = (typeof %s)[number];", e.typ, e.list)
}

// messages writes the interfaces of one direction and their union.
func (w *writer) messages(union, doc string, list []protocol.Declaration) {
	var names []string
	for _, d := range list {
		if w.seen[d.Body] {
			continue // several types share one shape; the first wrote them all
		}
		w.seen[d.Body] = true
		w.structure(d.Body, typesOf(d.Body, list))
		names = append(names, tsName(d.Body))
	}
	w.line("")
	w.doc("", doc)
	w.line("export type %s =", union)
	for i, n := range names {
		end := ""
		if i == len(names)-1 {
			end = ";"
		}
		w.line("  | %s%s", n, end)
	}
}

func typesOf(body reflect.Type, list []protocol.Declaration) []string {
	var types []string
	for _, d := range list {
		if d.Body == body {
			types = append(types, d.Type)
		}
	}
	return types
}

// structure writes one interface, after those it is made of. With types it is a message and carries "type".
func (w *writer) structure(t reflect.Type, types []string) {
	for i := range t.NumField() {
		w.inner(t.Field(i).Type)
	}
	w.line("")
	w.doc("", w.src.types[t.Name()])
	w.line("export interface %s {", tsName(t))
	if len(types) > 0 {
		w.line("  type: %s;", literals(types))
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, optional := jsonName(f)
		mark := ""
		if optional {
			mark = "?"
		}
		w.doc("  ", w.src.fields[t.Name()+"."+f.Name])
		w.line("  %s%s: %s;", name, mark, tsType(f.Type))
	}
	w.line("}")
}

func (w *writer) inner(t reflect.Type) {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() || w.seen[t] {
		return
	}
	w.seen[t] = true
	w.structure(t, nil)
}

func jsonName(f reflect.StructField) (name string, optional bool) {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, options == "omitempty"
}

func tsName(t reflect.Type) string {
	if n, ok := renamed[t.Name()]; ok {
		return n
	}
	return t.Name()
}

// tsType is the TypeScript of a Go type; times are RFC 3339 strings.
func tsType(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "string"
	case t.Kind() == reflect.Pointer:
		return tsType(t.Elem())
	case t.Kind() == reflect.Slice:
		return tsType(t.Elem()) + "[]"
	case t.Kind() == reflect.Struct, t.Kind() == reflect.String && t.Name() != "string":
		return tsName(t)
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.String:
		return "string"
	default:
		return "number"
	}
}

func literals(types []string) string {
	quoted := make([]string, len(types))
	for i, t := range types {
		quoted[i] = fmt.Sprintf("%q", t)
	}
	return strings.Join(quoted, " | ")
}

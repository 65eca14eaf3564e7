package main

import (
	"fmt"
	"reflect"
	"strings"

	"madoguchi/signaling/protocol"
)

// shapes writes what a client needs at run time to refuse a message it could not use: the fields every message of
// the server must have, and a reader that checks them. A field more than these is no fault, so that a newer server
// can speak to an older client.
func (w *writer) shapes() {
	w.line("")
	w.line("type Shape = Record<string, \"string\" | \"number\" | \"boolean\" | \"object\" | \"array\">;")
	w.line("")
	w.line("const shapes: Record<ServerMessage[\"type\"], Shape> = {")
	for _, d := range protocol.ServerMessages {
		w.line("  %s: %s,", d.Type, shape(d.Body))
	}
	w.line("};")
	w.line("%s", reader)
}

func shape(t reflect.Type) string {
	var fields []string
	for i := range t.NumField() {
		name, optional := jsonName(t.Field(i))
		if !optional {
			fields = append(fields, fmt.Sprintf("%s: %q", name, jsonKind(t.Field(i).Type)))
		}
	}
	if len(fields) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(fields, ", ") + " }"
}

func jsonKind(t reflect.Type) string {
	switch ts := tsType(t); {
	case t.Kind() == reflect.Slice:
		return "array"
	case t.Kind() == reflect.String, ts == "string":
		return "string"
	case ts == "boolean", ts == "number":
		return ts
	default:
		return "object"
	}
}

const reader = `
/**
 * Reads one message of the server. Undefined means a type this client does not know: a newer server speaks, and the
 * message is to be ignored. Throws on what is not a message at all or lacks a field.
 */
export function readServerMessage(text: string): ServerMessage | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError("message: want a JSON object");
  }
  const fields = value as Record<string, unknown>;
  const type = fields["type"];
  if (typeof type !== "string") {
    throw new TypeError("message: type: want a string");
  }
  if (!Object.hasOwn(shapes, type)) {
    return undefined;
  }
  for (const [name, want] of Object.entries(shapes[type as ServerMessage["type"]])) {
    const field = fields[name];
    const found = Array.isArray(field) ? "array" : field === null ? "null" : typeof field;
    if (found !== want) {
      throw new TypeError(` + "`${type}: ${name}: want ${want}, not ${found}`" + `);
    }
  }
  return value as ServerMessage;
}`

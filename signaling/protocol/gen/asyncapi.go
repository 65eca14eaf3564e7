package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"time"

	"madoguchi/signaling/protocol"
)

// asyncTarget is the generated AsyncAPI document, seen from the module's root.
const asyncTarget = "signaling/protocol/asyncapi.json"

// object is a JSON object; encoding/json writes its keys in order.
type object = map[string]any

// asyncapi writes the protocol as an AsyncAPI 3.0 document, as seen from the server: it receives what clients say. Words
// come from the comments, examples from testdata/protocol.
func asyncapi(root string, src *source) ([]byte, error) {
	a := &async{root: root, src: src, schemas: object{}, messages: object{}, meaning: map[string]string{}}
	for _, c := range src.withPrefix("Type") {
		a.meaning[c.value] = c.comment
	}
	operations, channel := object{}, object{}
	for _, d := range protocol.ClientMessages {
		if err := a.message(d); err != nil {
			return nil, err
		}
		channel[d.Type] = reference("components/messages/" + d.Type)
		operation := object{"action": "receive", "summary": a.meaning[d.Type], "channel": reference("channels/connect"),
			"messages": []any{reference("channels/connect/messages/" + d.Type)}}
		if replies := answersTo(d); replies != nil {
			operation["reply"] = object{"channel": reference("channels/connect"), "messages": replies}
		}
		operations["hear_"+d.Type] = operation
	}
	for _, d := range protocol.ServerMessages {
		if err := a.message(d); err != nil {
			return nil, err
		}
		channel[d.Type] = reference("components/messages/" + d.Type)
		operations["say_"+d.Type] = object{"action": "send", "summary": a.meaning[d.Type], "channel": reference("channels/connect"),
			"messages": []any{reference("channels/connect/messages/" + d.Type)}}
	}
	text, err := json.MarshalIndent(object{
		"asyncapi": "3.0.0",
		"info": object{
			"title": "Madoguchi: a visit as it happens", "version": protocol.Subprotocol,
			"description": "What booths, desks, counters and guests say to a signaling node, and it to them. PROTOCOL.md tells it as a conversation.",
			"license":     object{"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		"defaultContentType": "application/json",
		"servers": object{"node": object{
			"host": "{host}", "protocol": "wss", "description": "A signaling node; any node serves any participant.",
			"variables": object{"host": object{"default": "madoguchi.example", "description": "Where the pages come from."}},
		}},
		"channels": object{"connect": object{
			"address": "/v1/connect", "messages": channel,
			"description": "One WebSocket per participant, subprotocol " + protocol.Subprotocol + ", one JSON object per text message.",
			"bindings": object{"ws": object{"method": "GET", "bindingVersion": "0.1.0", "headers": object{
				"type": "object", "required": []string{"Sec-WebSocket-Protocol"},
				"properties": object{"Sec-WebSocket-Protocol": object{"type": "string", "const": protocol.Subprotocol}},
			}}},
		}},
		"operations": operations,
		"components": object{"messages": a.messages, "schemas": a.schemas},
	}, "", "  ")
	return append(text, '\n'), err
}

// answersTo is what a request may be answered with; nil for what gets no answer.
func answersTo(d protocol.Declaration) []any {
	one := func(kind string) any { return reference("channels/connect/messages/" + kind) }
	switch d.Type {
	case protocol.TypeHello:
		return []any{one(protocol.TypeWelcome), one(protocol.TypeError)}
	case protocol.TypeOffer:
		return []any{one(protocol.TypeAnswer), one(protocol.TypeError)}
	case protocol.TypePing:
		return []any{one(protocol.TypePong)}
	}
	if _, asks := d.Body.FieldByName("ID"); !asks {
		return nil
	}
	return []any{one(protocol.TypeOK), one(protocol.TypeError)}
}

type async struct {
	root     string
	src      *source
	schemas  object
	messages object
	meaning  map[string]string
}

func reference(to string) object { return object{"$ref": "#/" + to} }

// message declares one message with its example.
func (a *async) message(d protocol.Declaration) error {
	text, err := os.ReadFile(filepath.Join(a.root, "testdata", "protocol", d.Type+".json"))
	if err != nil {
		return fmt.Errorf("example of %s: %w", d.Type, err)
	}
	var example object
	numbers := json.NewDecoder(bytes.NewReader(text))
	numbers.UseNumber()
	if err := numbers.Decode(&example); err != nil {
		return fmt.Errorf("example of %s: %w", d.Type, err)
	}
	schema := a.structure(d.Body)
	properties := schema["properties"].(object)
	properties["type"] = object{"const": d.Type}
	for name, number := range a.structure(reflect.TypeFor[protocol.Numbers]())["properties"].(object) {
		properties[name] = number
	}
	schema["required"] = append([]string{"type"}, schema["required"].([]string)...)
	a.messages[d.Type] = object{
		"name": d.Type, "title": d.Type, "summary": a.meaning[d.Type], "description": a.src.types[d.Body.Name()],
		"payload": schema, "examples": []any{object{"name": d.Type, "payload": example}},
	}
	return nil
}

// structure is the schema of a struct; what it is made of becomes a schema of its own.
func (a *async) structure(t reflect.Type) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, optional := jsonName(f)
		schema := a.schema(f.Type)
		limited(schema, f)
		if words := a.src.fields[t.Name()+"."+f.Name]; words != "" && schema["$ref"] == nil {
			schema["description"] = words
		}
		properties[name] = schema
		if !optional {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required}
}

func (a *async) schema(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return a.schema(t.Elem())
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": a.schema(t.Elem())}
	case t.Kind() == reflect.Struct:
		if _, known := a.schemas[t.Name()]; !known {
			a.schemas[t.Name()] = object{} // it may contain itself
			s := a.structure(t)
			s["description"] = a.src.types[t.Name()]
			a.schemas[t.Name()] = s
		}
		return reference("components/schemas/" + t.Name())
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.String:
		return a.word(t)
	default:
		return object{"type": "integer"}
	}
}

// word is a string, of the listed values if its type has a list. A client is to accept others: a server may be newer.
func (a *async) word(t reflect.Type) object {
	s := object{"type": "string"}
	for _, c := range a.src.ofType(t.Name()) {
		values, _ := s["enum"].([]string)
		s["enum"] = append(values, c.value)
	}
	return s
}

// limited adds the limit of what a client sends: bytes for a string, entries for a list.
func limited(schema object, f reflect.StructField) {
	limit, err := strconv.Atoi(f.Tag.Get("limit"))
	switch {
	case err != nil:
	case schema["type"] == "array":
		schema["maxItems"] = limit
	case schema["type"] == "string":
		schema["maxLength"] = limit
		if _, optional := jsonName(f); f.Tag.Get("empty") != "ok" && !optional {
			schema["minLength"] = 1
		}
	}
}

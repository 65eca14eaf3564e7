package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"madoguchi/signaling/protocol"
)

// standard is AsyncAPI's own schema, which the clients' packages bring along.
func standard(t *testing.T) *jsonschema.Schema {
	t.Helper()
	root, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "clients", "node_modules", "@asyncapi", "specs", "schemas", "3.0.0-without-$id.json"))
	if err != nil {
		t.Fatalf("the schema of AsyncAPI is not there; .ci/setup installs the clients' packages: %v", err)
	}
	return compiled(t, text, "#")
}

func compiled(t *testing.T, text []byte, at string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("doc.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("doc.json" + at)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestTheDocumentIsAsyncAPI(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(protocol.AsyncAPI))
	if err != nil {
		t.Fatal(err)
	}
	schema := standard(t)
	if err := schema.Validate(doc); err != nil {
		t.Fatal(err)
	}
	delete(doc.(map[string]any), "info")
	if schema.Validate(doc) == nil {
		t.Error("a document without info passes too: nothing is checked")
	}
}

func TestEveryExampleIsWhatTheDocumentSays(t *testing.T) {
	for _, list := range [][]protocol.Declaration{protocol.ClientMessages, protocol.ServerMessages} {
		for _, d := range list {
			text, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "protocol", d.Type+".json"))
			if err != nil {
				t.Fatal(err)
			}
			example, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			schema := compiled(t, protocol.AsyncAPI, "#/components/messages/"+d.Type+"/payload")
			if err := schema.Validate(example); err != nil {
				t.Errorf("%s: %v", d.Type, err)
			}
			delete(example.(map[string]any), "type")
			if schema.Validate(example) == nil {
				t.Errorf("%s: passes without its type", d.Type)
			}
		}
	}
}

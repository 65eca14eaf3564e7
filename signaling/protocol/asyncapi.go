package protocol

import _ "embed"

// AsyncAPI describes this protocol as an AsyncAPI 3.0 document (JSON), made by go generate from these declarations, their
// comments and the examples in testdata/protocol. It is served at /asyncapi.json.
//
//go:embed asyncapi.json
var AsyncAPI []byte

// Command gen writes clients/session/protocol.ts and signaling/protocol/asyncapi.json from the declarations of package
// protocol.
//
// Shapes come from the Go types by reflection, words from the comments beside them, so that whoever reads the
// TypeScript reads what stands in the Go. Run it from anywhere inside the module:
//
//	go run ./signaling/protocol/gen
//
// A test here fails when a file on disk is not what this program would write.
package main

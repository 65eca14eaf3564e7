// Package deploy carries what an installation starts from: the sample consortium, embedded, and beside it the example
// configuration, with notes and examples for running it on several machines (NODES.md, compose.yaml, systemd).
package deploy

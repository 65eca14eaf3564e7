// Package protocol lists every message, reason and close code spoken on /v1/connect.
//
// It is the one file to have open when a call has to be understood: what a client may say, what the server answers,
// and what each close code asks the client to do next. PROTOCOL.md beside this file tells the same as a
// conversation; the TypeScript types of the clients are made from these declarations.
package protocol

//go:generate go run ./gen

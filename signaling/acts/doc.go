// Package acts is the table of what the audit trail is told: a row for every operation of the HTTP API, every message of the
// socket, WHIP and WHEP, and for what happens without anybody having asked for it. Package auditor notes by it, deploy/AUDIT.md
// shows it, and tests walk through it line by line, so that nothing can be added to the program without somebody having said
// whether it is to be noted.
//
// Whatever a row says, an attempt of somebody who may not is noted (401, 403, forbidden).
package acts

//go:generate go run ./gen
